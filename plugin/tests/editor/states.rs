//! Every state at every size: nothing panics, nothing is clipped, nothing lies on something else, and the words are there.

use echelon::editor::ids::{self, Part};
use echelon::editor::theme::{DEFAULT_SIZE, MIN_SIZE};
use echelon_engine::units::DeckId;

use crate::bench::Bench;
use crate::scenes::{NAMES, scene};

/// A scene a second after its beginning, when its message has come.
fn grown(name: &str, size: [u32; 2], scale: f32) -> Bench {
    let mut bench = Bench::with_size(scene(name, 0.0).unwrap(), size, scale);
    bench.view = scene(name, 1.0).unwrap();
    bench.wait(1.0);
    bench
}

fn check_texts(bench: &mut Bench, what: &str) {
    let (screen, texts) = (bench.screen(), bench.texts());
    assert!(!texts.is_empty());
    for (index, (text, rect, clip)) in texts.iter().enumerate() {
        // A half of a point is lost in rounding to pixels.
        assert!(clip.expand(1.0).contains_rect(*rect), "{what}: {text:?} at {rect:?} is clipped by {clip:?}");
        assert!(screen.contains_rect(*rect), "{what}: {text:?} at {rect:?} is off the screen");
        for (other, other_rect, _) in &texts[index + 1..] {
            let common = rect.intersect(*other_rect);
            let covered = common.width() > 1.0 && common.height() > 5.0;
            assert!(!covered, "{what}: {text:?} {rect:?} and {other:?} {other_rect:?}");
        }
    }
}

#[test]
fn every_state_is_readable_at_every_size() {
    for name in NAMES {
        for size in [MIN_SIZE, DEFAULT_SIZE, [1920, 1080]] {
            for scale in [1.0, 1.5, 2.0] {
                check_texts(&mut grown(name, size, scale), &format!("{name} at {size:?}, scale {scale}"));
            }
        }
    }
}

#[test]
fn the_open_browser_is_readable_at_every_size() {
    for name in NAMES {
        for scale in [1.0, 2.0] {
            let mut bench = grown(name, MIN_SIZE, scale);
            bench.click(ids::deck(DeckId::A, Part::Load));
            bench.point(egui::pos2(1.0, 1.0));
            bench.frame(vec![]);
            let what = format!("{name}, browser, scale {scale}");
            let texts = bench.texts();
            assert!(texts.iter().any(|(text, ..)| text.contains("Load a track on deck A")), "{what}");
            assert!(texts.iter().all(|(_, rect, _)| rect.left() >= 0.0 && rect.right() <= bench.screen().right()));
        }
    }
}

#[test]
fn a_window_far_too_small_does_not_panic() {
    for name in NAMES {
        for size in [[1, 1], [200, 40], [40, 900]] {
            let mut bench = grown(name, size, 1.0);
            bench.frame(vec![]);
        }
    }
}

#[test]
fn hostile_numbers_do_not_panic() {
    let mut view = scene("pending", 0.0).unwrap();
    for hostile in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 0.0, -1.0] {
        #[allow(clippy::cast_possible_truncation, reason = "infinity is one of them")]
        let narrow = hostile as f32;
        let snapshot = &mut view.snapshot;
        (snapshot.clock.song_beat, snapshot.clock.bar_start_beat, snapshot.clock.bar_beats) = (hostile, 0.0, hostile);
        for deck in &mut snapshot.decks {
            (deck.position_secs, deck.length_secs, deck.gain_db, deck.peak) = (hostile, hostile, narrow, narrow);
        }
        (snapshot.crossfader, snapshot.master_gain_db, snapshot.master_peak) = (narrow, narrow, narrow);
        for pending in snapshot.pending.iter_mut().flatten() {
            (pending.due_beat, pending.beats_left) = (hostile, hostile);
        }
        Bench::new(view.clone()).wait(0.5);
    }
}

#[test]
fn states_are_told_in_words() {
    let words: [(&str, &[&str]); 8] = [
        ("empty", &["EMPTY", "No track", "/deck/a/load", "126.00 BPM", "Host", "1 bar", "8000"]),
        ("stopped", &["STOPPED", "Night Bus to Kreuzberg", "01:01.9", "-06:12.4", "Play"]),
        ("playing", &["PLAYING", "Stop", "40 % to A", "-3.5 dB", "GR -2.4", "in phase", "8A", "126.00", "ON AIR"]),
        ("pending", &["WAITING", "PLAY on 33.1", "STOP on 35.1", "+1 more", "Cancel"]),
        ("loading", &["LOADING", "Loading 42 %", "Loading 7 %", "Loading..."]),
        ("failed", &["FAILED", "is missing", "cannot be decoded", "no port"]),
        ("refused", &["Deck B is playing: stop it before you load another track"]),
        ("quiet", &["no audio yet"]),
    ];
    for (name, wanted) in words {
        let mut bench = Bench::new(scene(name, 0.0).unwrap());
        if name == "refused" {
            bench = grown(name, DEFAULT_SIZE, 1.0);
        }
        for words in wanted {
            assert!(bench.says(words), "{name} does not say {words:?}");
        }
    }
}

#[test]
fn a_refusal_leaves_the_deck_after_some_seconds() {
    let mut bench = grown("refused", DEFAULT_SIZE, 1.0);
    assert!(bench.says("Deck B is playing"));
    bench.wait(10.0);
    assert!(!bench.says("Deck B is playing"));
}

#[test]
fn audio_that_no_longer_comes_is_told() {
    let mut bench = grown("playing", DEFAULT_SIZE, 1.0);
    assert!(bench.says("Host"));
    bench.wait(2.0);
    assert!(bench.says("no audio"));
}

#[test]
fn a_long_name_is_whole_in_its_tooltip() {
    let mut bench = Bench::with_size(scene("long", 0.0).unwrap(), MIN_SIZE, 1.0);
    let name = "Eleven Other People";
    assert!(!bench.says(name), "cut with an ellipsis");
    let deck = bench.rect(ids::deck(DeckId::A, Part::Panel));
    bench.point(deck.left_top() + egui::vec2(90.0, 20.0));
    bench.wait(1.0);
    bench.wait(1.0);
    assert!(bench.says(name), "whole under the pointer");
}
