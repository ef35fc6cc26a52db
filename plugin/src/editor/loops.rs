//! Loops, rolls and jumps.

use echelon_engine::action::Gesture;
use echelon_engine::units::DeckId;
use egui::Rect;

use super::button::{Face, button};
use super::desk::Desk;
use super::ids::{self, Part};
use super::shapes::Sign;
use super::{layout, press, theme};

/// The lengths that the loop button goes through, in beats.
const SHORTEST: f64 = 1.0 / 32.0;
const LONGEST: f64 = 64.0;

/// Draws the row. `length` is the length that the next loop and jump take, in beats.
pub fn show(desk: &mut Desk<'_>, rect: Rect, deck: DeckId, length: &mut f64) {
    let size = if rect.height() > 22.0 { 12.0 } else { 11.0 };
    let parts = [0.6, 0.8, 0.75, 0.95, 0.75, 1.5, 1.15, 0.95, 0.95];
    let [start, end, halve, main, double, roll, again, back, on] = layout::share(rect, 3.0, parts);
    let plain = |word: &'static str| Face { size, ..Face::plain(word) };
    let motion = desk.live(deck).motion;
    desk.button(start, deck, Gesture::LoopIn, 0.0, plain("IN"));
    desk.button(end, deck, Gesture::LoopOut, 0.0, plain("OUT"));
    show_length(desk, [halve, main, double], deck, length, size);
    show_roll(desk, roll, deck, *length / 8.0, size);
    let (word, gesture) = if motion.looping { ("EXIT", Gesture::LoopExit) } else { ("AGAIN", Gesture::Reloop) };
    let ink = if motion.marks.loop_secs.is_some() { theme::text() } else { theme::text_dim() };
    desk.button(again, deck, gesture, 0.0, Face { ink, ..plain(word) });
    for (rect, part, sign, way) in [(back, Part::JumpBack, Sign::Left, -1.0), (on, Part::JumpOn, Sign::Play, 1.0)] {
        let word = beats(*length);
        let face = Face { size: size - 1.0, ..Face::plain(&word) }.with_sign(sign);
        let response = button(desk.ui, rect, ids::deck(deck, part), face);
        if response.clicked() {
            desk.gesture(deck, Gesture::BeatJump, way * *length);
        }
        response.on_hover_text(Gesture::BeatJump.row().help);
    }
}

/// Half, the loop itself, twice.
fn show_length(desk: &mut Desk<'_>, [halve, main, double]: [Rect; 3], deck: DeckId, length: &mut f64, size: f32) {
    let motion = desk.live(deck).motion;
    for (rect, part, word, factor, gesture) in
        [(halve, Part::Halve, "1/2", 0.5, Gesture::LoopHalve), (double, Part::Double, "x2", 2.0, Gesture::LoopDouble)]
    {
        let response = button(desk.ui, rect, ids::deck(deck, part), Face { size, ..Face::plain(word) });
        if response.clicked() {
            *length = (*length * factor).clamp(SHORTEST, LONGEST);
            if motion.looping {
                desk.gesture(deck, gesture, 0.0);
            }
        }
        response.on_hover_text("The length of the next loop, roll and jump; of the loop that is on at once.");
    }
    let word = beats(*length);
    let face = press::lamp(&word, size + 1.0, motion.looping, theme::playing());
    let response = press::switch(desk.ui, main, ids::deck(deck, Part::Loop), face, motion.looping);
    if response.clicked() {
        let (gesture, value) = if motion.looping { (Gesture::LoopExit, 0.0) } else { (Gesture::BeatLoop, *length) };
        desk.gesture(deck, gesture, value);
    }
    response.on_hover_text("Loops so many beats from here; once more leaves the loop.");
}

fn show_roll(desk: &mut Desk<'_>, rect: Rect, deck: DeckId, length: f64, size: f32) {
    let length = length.max(SHORTEST);
    let word = format!("ROLL {}", beats(length));
    let face = press::lamp(&word, size - 1.0, desk.live(deck).motion.rolling, theme::waiting());
    let (response, edge) = press::hold(desk.ui, rect, ids::gesture(deck, Gesture::LoopRoll), face);
    if let Some(down) = edge {
        let (gesture, value) = if down { (Gesture::LoopRoll, length) } else { (Gesture::LoopRollEnd, 0.0) };
        desk.gesture(deck, gesture, value);
    }
    response.on_hover_text("While held: a loop of an eighth of the length, beneath which the track runs on.");
}

/// A length in words: `1/2`, `4`.
#[must_use]
pub fn beats(length: f64) -> String {
    if length >= 1.0 { format!("{length:.0}") } else { format!("1/{:.0}", 1.0 / length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_words() {
        assert_eq!((beats(4.0), beats(0.5), beats(1.0 / 32.0)), ("4".into(), "1/2".into(), "1/32".into()));
    }
}
