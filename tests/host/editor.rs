//! Editors in the mini-hosts, on a virtual display.

#[cfg(target_os = "linux")]
mod openings;
#[allow(dead_code, reason = "of the person in front of the window only the eyes are needed")]
#[path = "window/x11.rs"]
mod x11;

use std::sync::{Mutex, MutexGuard, PoisonError};

use echelon::media::Hold;
use rosc::OscType;
use serde_json::json;
use support::display::Display;
use support::signals::noise;
use support::{Format, Setup, TempDir, for_each_format, wait_for};
use x11::{Eye, Picture};

/// One test at a time, so that an editor's threads are those of the test that looks at them.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn an_editor_opens_and_closes_again_and_again() {
    let _alone = alone();
    let display = Display::get();
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        for _ in 0..3 {
            let window = display.window(1000, 700);
            assert!(host.open_editor(window.id()), "{format}: the editor did not open");
            let (width, height) = host.editor_size().expect("a size");
            assert!(width > 0 && height > 0, "{width}x{height}");
            host.pump(10);
            host.idle();
            host.close_editor();
        }
        assert_eq!(host.misuse(), [""; 0]);
    });
}

#[test]
fn an_instance_may_go_while_its_editor_is_open() {
    let _alone = alone();
    let display = Display::get();
    for_each_format(|format| {
        let window = display.window(1000, 700);
        let mut host = Setup::new().open(format);
        assert!(host.open_editor(window.id()));
        host.render(4800);
    });
}

#[test]
fn the_editor_opens_in_the_size_that_the_project_had() {
    let _alone = alone();
    let display = Display::get();
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        let mut json = host.state_json();
        json["fields"]["rig"] =
            json!({"version": 1, "tracks": [], "osc_port": null, "editor_size": [1111, 777]}).to_string().into();
        assert!(host.load_json(&json));
        let saved = host.save();
        let window = display.window(1400, 900);
        assert!(host.open_editor(window.id()));
        assert_eq!(host.editor_size(), Some((1111, 777)));
        host.pump(20);
        host.close_editor();
        assert_eq!(host.save(), saved, "to look at it changes nothing");
    });
}

#[test]
#[cfg(target_os = "linux")]
fn a_closed_editor_leaves_no_thread_behind() {
    let _alone = alone();
    let display = Display::get();
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        for _ in 0..5 {
            let window = display.window(1000, 700);
            assert!(host.open_editor(window.id()));
            host.pump(10);
            assert!(!editor_threads().is_empty(), "{format}: the window has no thread of its own");
            host.close_editor();
            // At once: a host may end, or unload the plugin, with its next step.
            assert_eq!(editor_threads(), [""; 0], "{format}");
        }
    });
}

/// The names of the threads of editors.
#[cfg(target_os = "linux")]
fn editor_threads() -> Vec<String> {
    thread_names().into_iter().filter(|name| name.starts_with("echelon-ui")).collect()
}

/// The names of this process's threads that run. The system lists one that has ended, and was waited for, a moment longer.
#[cfg(target_os = "linux")]
fn thread_names() -> Vec<String> {
    /// The flag of a thread that will not run anybody's code any more, `PF_EXITING` in Linux.
    const ENDING: u32 = 0x4;
    let tasks = std::fs::read_dir("/proc/self/task").expect("/proc").flatten();
    let stats = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("stat")).ok());
    let running = |stat: String| {
        // The name may have any characters: it is between the first and the last bracket.
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
        let flags: u32 = rest.split_whitespace().nth(6)?.parse().ok()?;
        (flags & ENDING == 0).then(|| name.to_owned())
    };
    stats.filter_map(running).collect()
}

/// A minute of music with four decks, while the editor draws it: every block under the guard for memory, locks and waits,
/// and not one without sound. After each second the window must have drawn another picture before the next is played.
#[test]
fn nothing_drops_out_while_the_editor_is_open() {
    const SECS: u32 = 60;
    const FRAMES: usize = (SECS as usize + 10) * 48_000;
    let _alone = alone();
    let display = Display::get();
    let folder = TempDir::new("editor_set");
    let mut host = Setup::new().open(Format::Clap);
    let rate = 48_000;
    let mut osc = host.osc();
    let decks = ["a", "b", "c", "d"];
    // They hold nothing up, and know how far the files have come: a minute is rendered faster than a busy machine decodes it.
    let mut holds = vec![];
    let mut loads = vec![];
    for (deck, seed) in decks.into_iter().zip(1..) {
        let music = folder.wav(&format!("{deck}.wav"), rate, &noise(seed, 0.2, FRAMES));
        holds.push(Hold::at(&music, usize::MAX));
        loads.push(osc.call(&format!("/deck/{deck}/load"), &[OscType::String(music)]));
    }
    host.pump_until("four tracks on their decks", |_| loads.iter().all(|id| osc.done_yet(*id).is_some()));
    host.pump_until("the whole tracks", |_| holds.iter().all(|hold| hold.reached() >= FRAMES));
    let plays = decks
        .map(|deck| osc.call(&format!("/deck/{deck}/play"), &[OscType::Int(1), OscType::String("now".to_owned())]));
    host.pump_until("four plays", |_| plays.iter().all(|id| osc.done_yet(*id).is_some()));
    let window = display.window(1280, 800);
    assert!(host.open_editor(window.id()), "the editor did not open");
    let eye = Eye::on(window.id());
    let mut seen: Option<Picture> = None;
    for _ in 0..SECS {
        let sound = host.render(u64::from(rate));
        let master = sound.master();
        assert!(master.peak() > 0.1, "it plays");
        let gap = longest_silence(&master.left);
        assert!(gap < 64, "{gap} frames without sound");
        let before = seen.take();
        seen = Some(wait_for("another picture in the window", || {
            host.idle();
            let now = eye.picture(window.id(), WAVEFORMS);
            let is_other = before.as_ref().is_none_or(|before| now.apart(before) > 0.0);
            (is_other && is_drawn(&now)).then_some(now)
        }));
    }
    host.close_editor();
    assert_eq!(host.misuse(), [""; 0]);
}

/// The clock and the rows of the zoomed waveforms, which move with the music.
const WAVEFORMS: [u16; 2] = [1280, 272];

/// Nothing of the editor is plain black; what it has not drawn is.
fn is_drawn(picture: &Picture) -> bool {
    picture.part(|pixel| pixel != [0; 3]) > 0.9
}

/// Frames in a row that are exactly zero.
fn longest_silence(samples: &[f32]) -> usize {
    let (mut longest, mut now) = (0, 0);
    for sample in samples {
        now = if *sample == 0.0 { now + 1 } else { 0 };
        longest = longest.max(now);
    }
    longest
}
