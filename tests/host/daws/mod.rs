//! What Reaper and Bitwig do to a plugin and other hosts do not, each as a test by the behaviour's name. Neither runs on a
//! machine without a licence or a screen; what they do is known from bug reports against other plugins.

mod bitwig;
mod reaper;
mod shelved;
mod withheld;

use echelon_engine::units::DeckId;
use support::signals::noise;
use support::{Event, Format, Setup, Sound, TempDir};

use crate::stage::Stage;

/// No test here hears it out. Below half a minute it is decoded whole before the deck has it: a longer one would be played
/// faster than a busy machine decodes it.
fn track(folder: &TempDir) -> (Sound, String) {
    let sound = noise(11, 0.5, 1_400_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    (sound, file)
}

/// With the track on deck A, and a play that is automated on frame 10,000: it waits for the next bar.
fn about_to_play(setup: &Setup, format: Format, file: &str) -> Stage {
    let mut stage = Stage::with_track(setup, format, file);
    stage.host.at(0, Event::param("quantize", 2.0)).at(ASKED, Event::param("play_1", 1.0));
    stage
}

/// Not so soon after a line that it would still count as on it.
const ASKED: u64 = 10_000;

/// The last frame of a deck's fade after a stop.
const FADE_FRAMES: u64 = 142;

/// From here on a deck is as loud as its file when it begins in the middle of it.
const FADED_IN: u64 = 144;

/// Plays from the first to the last frame of `heard` what the track has from `from` on.
fn assert_plays(heard: &Sound, track: &Sound, from: u64) {
    let length = heard.end() - heard.start;
    support::compare::assert_identical(&heard.clone().moved_to(0), &track.part(from..from + length).moved_to(0));
}

/// Deck A.
const A: DeckId = DeckId::A;
