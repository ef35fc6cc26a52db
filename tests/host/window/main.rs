//! The real editor in the real window of a mini-host, on a virtual display: a scripted performance is played, pressed and
//! typed, and looked at. `cargo xtask shots` sets `ECHELON_SHOTS` to the folder into which the pictures go.

mod drop;
mod kept;
mod x11;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rosc::OscType;
use serde_json::json;
use support::display::{Display, Window};

use support::signals::noise;
use support::{Format, MiniHost, Setup, TempDir, for_each_format};
use x11::{Eye, Picture};

/// No window takes so long to draw something.
const PATIENCE: Duration = Duration::from_secs(60);
const DARK: u32 = 200;
const LIGHT: u32 = 201;
const DARK_AT_200: u32 = 400;
/// The grounds of panels in both themes.
const PANELS: [[u8; 3]; 2] = [[0x15, 0x19, 0x1E], [0xF4, 0xF6, 0xF8]];

/// The pages' tabs in a window of 1280 points, and what the one in sight is filled with.
const TABS: [u16; 6] = [107, 160, 231, 281, 329, 392];
const LIT: [u8; 3] = [0xC5, 0xCD, 0xD6];
/// Space, and the keys of the pages: 5 to 9 and 0.
const SPACE: u32 = 0x20;
const E: u32 = 0x65;
const F2: u32 = 0xFFBF;
const SHIFT: u32 = 0xFFE1;
const PAGES: [u32; 6] = [0x35, 0x36, 0x37, 0x38, 0x39, 0x30];

/// A host whose project wants the editor to look so, with its window.
struct Scene {
    host: MiniHost,
    window: Window,
    eye: Eye,
    size: [u16; 2],
}

impl Scene {
    fn open(format: Format, look: u32, size: [u16; 2]) -> Self {
        let display = Display::get();
        let mut host = Setup::new().open(format);
        let mut json = host.state_json();
        let rig = json!({"version": 1, "tracks": [], "osc_port": null, "editor_size": size, "editor_look": look});
        json["fields"]["rig"] = rig.to_string().into();
        assert!(host.load_json(&json));
        let zoom = u16::try_from(look / 200).expect("a zoom");
        let size = size.map(|side| side * zoom);
        let window = display.window(size[0], size[1]);
        assert!(host.open_editor(window.id()), "{format}: the editor did not open");
        let eye = Eye::on(window.id());
        Self { host, window, eye, size }
    }

    /// Plays on until the picture is as wanted.
    fn until(&mut self, what: &str, so: impl Fn(&Picture) -> bool) -> Picture {
        let began = Instant::now();
        loop {
            self.host.render(480);
            self.host.idle();
            let picture = self.eye.picture(self.window.id(), self.size);
            if so(&picture) {
                return picture;
            }
            assert!(began.elapsed() < PATIENCE, "never: {what}");
        }
    }

    /// Opens a page by its key; gives the picture once its tab is lit.
    fn page(&mut self, place: usize) -> Picture {
        self.eye.key(PAGES[place]);
        let x = TABS[place];
        self.until("another page", |now| is_lit(now.at([x, 18])))
    }
}

fn is_lit(pixel: [u8; 3]) -> bool {
    pixel.iter().zip(LIT).all(|(a, b)| a.abs_diff(b) <= 4)
}

/// What the project says of a deck's marks.
fn marks(host: &MiniHost, deck: usize) -> serde_json::Value {
    host.rig_field("marks").map_or(serde_json::Value::Null, |marks| marks[deck].clone())
}

/// One test at a time: windows of a display without a window manager lie on each other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep(name: &str, picture: &Picture) {
    if let Some(folder) = std::env::var_os("ECHELON_SHOTS").map(PathBuf::from) {
        std::fs::create_dir_all(&folder).expect("a folder");
        picture.write(&folder.join(format!("{name}.ppm")));
    }
}

/// The window is drawn to its last corner, in the colours of its theme.
fn is_whole(picture: &Picture, theme: usize) -> bool {
    let is_panel = |pixel: [u8; 3]| pixel.iter().zip(PANELS[theme]).all(|(a, b)| a.abs_diff(b) <= 2);
    picture.part(is_panel) > 0.15 && picture.corners_are_drawn()
}

#[test]
fn the_window_is_whole_in_both_themes_and_at_200_percent() {
    let _alone = alone();
    for_each_format(|format| {
        for (name, look, theme, size) in
            [("dark", DARK, 0, [1280, 800]), ("light", LIGHT, 1, [1280, 800]), ("200", DARK_AT_200, 0, [1100, 700])]
        {
            let mut scene = Scene::open(format, look, size);
            let picture = scene.until(name, |picture| is_whole(picture, theme));
            keep(&format!("window-{name}-{}", format.to_string().to_lowercase()), &picture);
            let zoom = u16::try_from(look / 200).expect("a zoom");
            kept::check(name, &picture, zoom);
            kept::sees_what_it_must(&picture, zoom);
            scene.host.close_editor();
        }
    });
}

#[test]
fn a_performance_is_played_in_the_real_window() {
    let _alone = alone();
    let folder = TempDir::new("window");
    let mut scene = Scene::open(Format::Clap, DARK, [1280, 800]);
    let rate = 48_000;
    let osc = scene.host.osc();
    for (deck, seed) in ["a", "b", "c"].into_iter().zip(1..) {
        let music = folder.wav(&format!("Track {deck}.wav"), rate, &noise(seed, 0.2, 30 * rate as usize));
        osc.send(&format!("/deck/{deck}/load"), &[OscType::String(music)]);
    }
    scene.host.pump_until("three tracks on their decks", |main| {
        let tracks = main.rig_field("tracks");
        tracks.is_some_and(|tracks| {
            tracks.as_array().is_some_and(|all| all.iter().filter(|one| !one.is_null()).count() == 3)
        })
    });
    let stopped = scene.until("drawn", |picture| is_whole(picture, 0));
    keep("window-stopped", &stopped);
    assert!(scene.host.render(4800).master().peak() < 0.01, "nothing plays yet");
    // The space bar, in the window: deck A plays on the next bar.
    scene.eye.key(SPACE);
    let began = Instant::now();
    while scene.host.render(4800).master().peak() < 0.1 {
        scene.host.idle();
        assert!(began.elapsed() < PATIENCE, "the space bar plays deck A");
    }
    let playing = scene.until("green", |picture| picture.apart(&stopped) > 1.0);
    keep("window-playing", &playing);
    // On a playing deck a load is refused, and a file that is missing cannot be had.
    osc.send("/deck/a/load", &[OscType::String(folder.wav("Other.wav", rate, &noise(9, 0.1, 4800)))]);
    osc.send("/deck/d/load", &[OscType::String(folder.path().join("Gone.wav").to_string_lossy().into_owned())]);
    osc.send("/deck/b/play", &[OscType::Int(1), OscType::String("4bars".to_owned())]);
    let refused = scene.until("red", |picture| picture.part(|[r, g, b]| r > 150 && g < 50 && b < 50) > 0.01);
    keep("window-refused-missing-pending", &refused);
    for (name, place) in [("library", 1), ("midi", 2), ("osc", 3), ("safety", 4), ("setup", 5), ("play", 0)] {
        let picture = scene.page(place);
        keep(&format!("window-{name}"), &picture);
    }
    // The pointer: PANIC is in the upper right corner.
    scene.eye.click([1235, 28]);
    let began = Instant::now();
    while scene.host.render(4800).master().peak() > 0.001 {
        scene.host.idle();
        assert!(began.elapsed() < PATIENCE, "the red button stops everything");
    }
    scene.host.close_editor();
    assert_eq!(scene.host.misuse(), [""; 0]);
}

/// A file of someone else's, dragged from another program's window onto deck B.
#[test]
fn a_file_is_dropped_from_outside() {
    let _alone = alone();
    let folder = TempDir::new("drop");
    let music = folder.wav("From outside, 100 %.wav", 48_000, &noise(3, 0.2, 48_000));
    for_each_format(|format| {
        let mut scene = Scene::open(format, DARK, [1280, 800]);
        let before = scene.until("drawn", |picture| is_whole(picture, 0));
        let source = drop::Source::over(scene.eye.editor(), music.as_ref());
        source.drag([200, 300]);
        // Onto deck B.
        source.drag([1100, 450]);
        let over = scene.until("the deck shows it", |picture| {
            let orange = |[r, g, b]: [u8; 3]| r > 240 && (140..180).contains(&g) && (70..110).contains(&b);
            picture.part(orange) > before.part(orange) + 0.001
        });
        keep(&format!("window-drop-{}", format.to_string().to_lowercase()), &over);
        source.let_go();
        scene.host.pump_until("the file is on deck B", |main| {
            let tracks = main.rig_field("tracks");
            tracks.is_some_and(|tracks| tracks[1].to_string().contains("From outside"))
        });
        scene.host.close_editor();
        assert_eq!(scene.host.misuse(), [""; 0]);
    });
}

/// Keys that are neither small letters nor digits: egui-baseview never passed them on.
#[test]
fn keys_with_shift_and_function_keys_are_heard() {
    let _alone = alone();
    let folder = TempDir::new("keys");
    let mut scene = Scene::open(Format::Clap, DARK, [1280, 800]);
    let osc = scene.host.osc();
    let music = folder.wav("Track.wav", 48_000, &noise(3, 0.2, 10 * 48_000));
    osc.send("/deck/a/load", &[OscType::String(music)]);
    scene.host.pump_until("a track", |main| main.rig_field("tracks").is_some_and(|tracks| !tracks[0].is_null()));
    scene.until("drawn", |picture| is_whole(picture, 0));
    assert!(marks(&scene.host, 0)["hot_cues_ns"][2].is_null());
    scene.eye.key_with(SHIFT, E);
    let began = Instant::now();
    while marks(&scene.host, 0)["hot_cues_ns"][2].is_null() {
        scene.host.render(480);
        scene.host.idle();
        assert!(began.elapsed() < PATIENCE, "Shift and E set hot cue 3");
    }
    scene.eye.key(F2);
    scene.until("the library", |now| is_lit(now.at([TABS[1], 18])));
    scene.host.close_editor();
}
