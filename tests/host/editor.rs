//! Editors in the mini-hosts, on a virtual display.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rosc::OscType;
use serde_json::json;
use support::display::Display;
use support::signals::noise;
use support::{Format, Setup, TempDir, for_each_format};

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

/// Openings that a test takes; `ECHELON_OPENINGS` says another number. Threads and files stay the same, but memory grows by
/// about 70 KiB an opening, of which 53 are the keyboard map of the window: baseview 0.4.2 never gives it back
/// (`XkbcommonState`).
#[cfg(target_os = "linux")]
const OPENINGS: usize = 40;
/// Openings until libraries and caches have what they keep.
#[cfg(target_os = "linux")]
const WARM: usize = 15;
/// What all openings together may leave behind: pages that the allocators keep, in KiB.
#[cfg(target_os = "linux")]
const KEPT_KIB: usize = 24 << 10;
/// What each may, where there are many.
#[cfg(target_os = "linux")]
const KEPT_KIB_EACH: usize = 100;

/// Opened and closed again and again while music and automation play: no thread, no file and no memory is left.
#[test]
#[cfg(target_os = "linux")]
fn opening_and_closing_leaks_nothing() {
    let _alone = alone();
    let display = Display::get();
    let openings = std::env::var("ECHELON_OPENINGS").ok().and_then(|said| said.parse().ok()).unwrap_or(OPENINGS);
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        let mut open = |number: usize| {
            let window = display.window(1100, 700);
            assert!(host.open_editor(window.id()), "{format}: opening {number}");
            #[allow(clippy::cast_precision_loss, reason = "a small number")]
            host.set("fader_1", (number % 100) as f64 / 100.0);
            host.render(4800);
            host.idle();
            host.close_editor();
        };
        (0..WARM).for_each(&mut open);
        let before = [entries("task"), entries("fd"), resident_kib()];
        (WARM..WARM + openings).for_each(&mut open);
        let after = [entries("task"), entries("fd"), resident_kib()];
        println!("{format}: {openings} openings: threads, files, KiB {before:?} -> {after:?}");
        assert_eq!(after[0], before[0], "{format}: threads");
        assert_eq!(after[1], before[1], "{format}: files");
        let kept = KEPT_KIB.max(openings * KEPT_KIB_EACH);
        assert!(after[2] <= before[2] + kept, "{format}: {} KiB more", after[2] - before[2]);
        assert_eq!(host.misuse(), [""; 0]);
    });
}

/// How many threads (`task`) or open files (`fd`) this process has.
#[cfg(target_os = "linux")]
fn entries(kind: &str) -> usize {
    std::fs::read_dir(format!("/proc/self/{kind}")).expect("/proc").count()
}

/// Memory of this process that is in use, in KiB.
#[cfg(target_os = "linux")]
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number")
}

/// The names of the threads of editors.
#[cfg(target_os = "linux")]
fn editor_threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("/proc").flatten();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.starts_with("echelon-ui")).collect()
}

/// A minute of music with four decks, while the editor draws it: every block under the guard for memory, locks and waits,
/// and not one without sound.
#[test]
fn nothing_drops_out_while_the_editor_is_open() {
    const SECS: u32 = 60;
    let _alone = alone();
    let display = Display::get();
    let folder = TempDir::new("editor_set");
    let mut host = Setup::new().open(Format::Clap);
    let rate = 48_000;
    let osc = host.osc();
    for (deck, seed) in ["a", "b", "c", "d"].into_iter().zip(1..) {
        let music = folder.wav(&format!("{deck}.wav"), rate, &noise(seed, 0.2, (SECS as usize + 10) * rate as usize));
        osc.send(&format!("/deck/{deck}/load"), &[OscType::String(music)]);
    }
    host.pump_until("four tracks on their decks", |main| {
        main.rig_field("tracks")
            .is_some_and(|tracks| tracks.as_array().is_some_and(|all| all.iter().all(|one| !one.is_null())))
    });
    host.pump(50);
    for deck in ["a", "b", "c", "d"] {
        osc.send(&format!("/deck/{deck}/play"), &[OscType::Int(1), OscType::String("now".to_owned())]);
    }
    host.pump(50);
    let window = display.window(1280, 800);
    assert!(host.open_editor(window.id()), "the editor did not open");
    for _ in 0..SECS {
        let sound = host.render(u64::from(rate));
        let master = sound.master();
        assert!(master.peak() > 0.1, "it plays");
        let gap = longest_silence(&master.left);
        assert!(gap < 64, "{gap} frames without sound");
        host.idle();
    }
    host.close_editor();
    assert_eq!(host.misuse(), [""; 0]);
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
