//! Loops, rolls and jumps. Their lengths are the deck's own, whoever set them.

use echelon_engine::action::{Action, ActionTiming, Gesture};
use echelon_engine::deck::{KEPT_BEATS, MotionView, kept_place};
use echelon_engine::units::DeckId;
use egui::{Rect, Ui};

use super::button::{Face, button};
use super::desk::Desk;
use super::ids::{self, Part};
use super::shapes::Sign;
use super::{choice, layout, press, slide, theme};
use crate::view::Act;

/// The last of the lengths that a deck keeps.
const LAST: f32 = (KEPT_BEATS.len() - 1) as f32;
/// A roll, as a part of the loop's length.
const ROLL: f64 = 1.0 / 8.0;

/// Draws the row.
pub fn show(desk: &mut Desk<'_>, rect: Rect, deck: DeckId) {
    let size = if rect.height() > 22.0 { 12.0 } else { 11.0 };
    let parts = [0.6, 0.8, 0.75, 0.95, 0.75, 1.5, 1.1, 0.55, 0.95, 0.55];
    let [start, end, halve, main, double, roll, again, back, far, on] = layout::share(rect, 3.0, parts);
    let plain = |word: &'static str| Face { size, ..Face::plain(word) };
    let motion = desk.live(deck).motion;
    desk.button(start, deck, Gesture::LoopIn, 0.0, plain("IN"));
    desk.button(end, deck, Gesture::LoopOut, 0.0, plain("OUT"));
    show_length(desk, [halve, main, double], deck, size);
    show_roll(desk, roll, deck, size);
    let (word, gesture) = if motion.looping { ("EXIT", Gesture::LoopExit) } else { ("AGAIN", Gesture::Reloop) };
    let ink = if motion.marks.loop_secs.is_some() { theme::text() } else { theme::text_dim() };
    desk.button(again, deck, gesture, 0.0, Face { ink, ..plain(word) });
    show_jumps(desk, [back, far, on], deck, size - 1.0);
}

/// Half, the loop itself, twice.
fn show_length(desk: &mut Desk<'_>, [halve, main, double]: [Rect; 3], deck: DeckId, size: f32) {
    let motion = desk.live(deck).motion;
    for (rect, part, word, factor) in [(halve, Part::Halve, "1/2", 0.5), (double, Part::Double, "x2", 2.0)] {
        let response = button(desk.ui, rect, ids::deck(deck, part), Face { size, ..Face::plain(word) });
        if response.clicked() {
            scale(desk.ui, deck, &motion, factor, desk.act);
            desk.touched = Some(deck);
        }
        response.on_hover_text("The length of the loop that is on; without one, of this deck's next loop and roll.");
    }
    let word = beats(if motion.looping { on_beats(&motion) } else { next_beats(desk.ui, deck, &motion) });
    let face = press::lamp(&word, size + 1.0, motion.looping, theme::playing());
    let response = press::switch(desk.ui, main, ids::deck(deck, Part::Loop), face, motion.looping);
    if response.clicked() {
        desk.gesture(deck, if motion.looping { Gesture::LoopExit } else { Gesture::LoopOn }, 0.0);
    }
    response.on_hover_text("Loops so many beats from here; once more leaves the loop. The host's Loop Length.");
}

fn show_roll(desk: &mut Desk<'_>, rect: Rect, deck: DeckId, size: f32) {
    let motion = desk.live(deck).motion;
    // While it rolls the deck's length is the roll's.
    let length = if motion.rolling { motion.loop_beats } else { next_beats(desk.ui, deck, &motion) * ROLL };
    let length = length.max(KEPT_BEATS[0]);
    let word = format!("ROLL {}", beats(length));
    let face = press::lamp(&word, size - 1.0, motion.rolling, theme::waiting());
    let (response, edge) = press::hold(desk.ui, rect, ids::gesture(deck, Gesture::LoopRoll), face);
    if let Some(down) = edge {
        let (gesture, value) = if down { (Gesture::LoopRoll, length) } else { (Gesture::LoopRollEnd, 0.0) };
        desk.gesture(deck, gesture, value);
    }
    response.on_hover_text("While held: a loop of an eighth of the length, beneath which the track runs on.");
}

/// Back, how far, on.
fn show_jumps(desk: &mut Desk<'_>, [back, far, on]: [Rect; 3], deck: DeckId, size: f32) {
    for (rect, part, sign, gesture) in
        [(back, Part::JumpBack, Sign::Left, Gesture::JumpBack), (on, Part::JumpOn, Sign::Play, Gesture::JumpOn)]
    {
        let response = button(desk.ui, rect, ids::deck(deck, part), Face { size, ..Face::plain("") }.with_sign(sign));
        if response.clicked() {
            desk.gesture(deck, gesture, 0.0);
        }
        response.on_hover_text(gesture.row().help);
    }
    let now = desk.live(deck).motion.jump_beats;
    let words = KEPT_BEATS.map(beats);
    let word = beats(now);
    let face = Face { size, ..Face::plain(&word) };
    let help = "How many beats a jump goes back or on: a click chooses. The host's Jump Size.";
    let id = ids::deck(deck, Part::JumpSize);
    let words = words.each_ref().map(String::as_str);
    if let Some(place) = choice::show(desk.ui, far, id, &words, usize::from(kept_place(now)), face, help) {
        desk.gesture(deck, Gesture::JumpSize, KEPT_BEATS[place]);
    }
}

/// Makes the loop that is on so many times as long; without one, the next.
pub fn scale(ui: &Ui, deck: DeckId, motion: &MotionView, factor: f64, act: &mut dyn Act) {
    let mut ask = |gesture, value| act.act(Action::Gesture { deck, gesture, value }, ActionTiming::Default);
    if motion.looping {
        return ask(if factor < 1.0 { Gesture::LoopHalve } else { Gesture::LoopDouble }, 0.0);
    }
    let from = next_beats(ui, deck, motion);
    let place = kept_place(from * factor);
    if place != kept_place(from) {
        slide::hold(ui, ids::deck(deck, Part::Loop), f32::from(place) / LAST);
        ask(Gesture::LoopLength, KEPT_BEATS[usize::from(place)]);
    }
}

/// The length of a deck's next loop, with what was asked for a moment ago: quick presses add up.
fn next_beats(ui: &Ui, deck: DeckId, motion: &MotionView) -> f64 {
    let place = f32::from(kept_place(motion.loop_beats)) / LAST;
    let shown = slide::shown(ui, ids::deck(deck, Part::Loop), place);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..1 times a few")]
    let place = (shown * LAST).round() as usize;
    KEPT_BEATS[place.min(KEPT_BEATS.len() - 1)]
}

/// The length of the loop that is on: it may have been set by hand.
fn on_beats(motion: &MotionView) -> f64 {
    match (motion.marks.loop_secs, motion.track_bpm) {
        // To a 64th of a beat: the seconds carry rounding.
        (Some([from, to]), Some(bpm)) => ((to - from) * bpm / 60.0 * 64.0).round() / 64.0,
        _ => motion.loop_beats,
    }
}

/// A length in words: `1/2`, `4`, and `2.5` for one that is set by hand.
#[must_use]
pub fn beats(length: f64) -> String {
    let is_kept = KEPT_BEATS.iter().any(|kept| (kept - length).abs() < 1e-9);
    if is_kept && length < 1.0 {
        return format!("1/{:.0}", 1.0 / length);
    }
    let digits = if length < 1.0 { 2 } else { 1 };
    let words = format!("{length:.digits$}");
    words.strip_suffix(".0").map_or(words.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_words() {
        assert_eq!((beats(4.0), beats(0.5), beats(1.0 / 32.0)), ("4".into(), "1/2".into(), "1/32".into()));
        assert_eq!((beats(2.5), beats(3.0), beats(0.75)), ("2.5".into(), "3".into(), "0.75".into()));
        assert_eq!((beats(0.0), beats(f64::NAN)), ("0.00".into(), "NaN".into()));
    }
}
