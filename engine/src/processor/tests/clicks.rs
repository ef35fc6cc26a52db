//! No control clicks: each one thrown from its lower end to unity and back (EQ to +6 dB), on all decks at once, while music
//! plays that has nothing above 1 kHz. Actions and gestures have the same test beside this one.
//!
//! What is heard is looked at in blocks of 64 frames, and must be the same bits at other sizes: they take turns, so that
//! each act has one or two of them; all of them with `ECHELON_EVERY_BLOCK=1` (minutes).

use super::*;
use crate::dsp::testing::{above_db, energy};
use crate::mixer::{EqBand, Knob};

/// When the hand moves, on no beat and in no block's first frame.
const MOVED: u64 = 8_111;
/// What is looked at: the window of the transform is open in its middle.
pub(super) const SEEN: usize = 8_192;
/// Beside 64.
const BLOCKS: [u32; 11] = [1, 16, 32, 100, 128, 256, 441, 509, 512, 1_024, 4_096];

/// The other sizes for an act: so many of them in turn, or all.
pub(super) fn other_blocks(number: usize, sizes: usize) -> impl Iterator<Item = u32> {
    let all = std::env::var_os("ECHELON_EVERY_BLOCK").is_some();
    let sizes = if all { BLOCKS.len() } else { sizes };
    (0..sizes).map(move |turn| BLOCKS[(sizes * number + turn) % BLOCKS.len()])
}

/// A control, what it is set to at first, and what it is thrown to.
struct Throw {
    name: String,
    control: Control,
    from: f32,
    to: f32,
}

fn throws(deck: DeckId) -> Vec<Throw> {
    let mut throws = vec![];
    let mut both = |name: String, control, low, high| {
        throws.push(Throw { name: format!("{name} up"), control, from: low, to: high });
        throws.push(Throw { name: format!("{name} down"), control, from: high, to: low });
    };
    both("gain".to_owned(), Control::Gain(deck), -100.0, 0.0);
    both("crossfader".to_owned(), Control::Crossfader, 0.0, 1.0);
    both("master".to_owned(), Control::MasterGain, -100.0, 0.0);
    for band in EqBand::ALL {
        both(format!("EQ {band:?}"), Control::Eq(deck, band), -26.0, 6.0);
    }
    for knob in Knob::all().filter(|knob| knob.deck().is_none_or(|of| of == deck)) {
        let row = knob.row();
        match row.choices() {
            // Going over to each of them from the first, and back. A crush is made of what would be a click elsewhere.
            Some(words) => {
                for (place, word) in words.iter().enumerate().skip(1).filter(|(_, word)| **word != "crush") {
                    both(format!("{} {word}", row.id), Control::Knob(knob), 0.0, place as f32);
                }
            }
            None => both(row.id.to_owned(), Control::Knob(knob), row.min, row.max.min(row.min.max(0.0) + 1.0)),
        }
    }
    throws
}

/// What a run made, around its middle: the master, and the first deck's own output. All decks did the same.
pub(super) struct Heard {
    master: Vec<f32>,
    deck: Vec<f32>,
}

pub(super) fn bits(sound: &[f32]) -> impl Iterator<Item = u32> + '_ {
    sound.iter().map(|sample| sample.to_bits())
}

impl Heard {
    pub(super) fn around(bench: &Bench, middle: u64) -> Self {
        let seen = middle as usize - SEEN / 2..middle as usize + SEEN / 2;
        let [deck, others @ ..] = &bench.decks;
        assert!(others.iter().all(|other| bits(&other[seen.clone()]).eq(bits(&deck[seen.clone()]))), "as deck A");
        Self { master: bench.master[seen.clone()].to_vec(), deck: deck[seen].to_vec() }
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        bits(&self.master).eq(bits(&other.master)) && bits(&self.deck).eq(bits(&other.deck))
    }

    /// What this has more above the music's own band than a run in which nothing happened, in dB of that music. The
    /// greater of master and deck.
    pub(super) fn click_db(&self, music: &Self) -> f64 {
        let high = |sound: &[f32]| energy(sound) * 10.0_f64.powf(above_db(sound, 5_000.0, SR) / 10.0);
        let more = |sound: &[f32], music: &[f32]| (high(sound) - high(music)).max(1e-12) / energy(music);
        10.0 * more(&self.master, &music.master).max(more(&self.deck, &music.deck)).log10()
    }

    pub(super) fn is_music(&self) -> bool {
        energy(&self.master) > 100.0 && energy(&self.deck) > 100.0
    }
}

/// What is played around the throw of the same control on every deck, or without one.
fn render(throws: Option<&[Throw; NUM_DECKS]>, block: u32) -> Heard {
    let mut bench = Bench::new(123.0);
    let mut inputs = vec![];
    for deck in DeckId::ALL {
        bench.load_track(deck, crate::deck::tests::track(120.0, 5.0, SR));
        // Effects that can be heard when their knobs move.
        for (id, value) in [("fx1", 1.0), ("fx1_mix", 0.5), ("xfader_side", 0.0)] {
            inputs.extend(Knob::of_deck(deck, id).map(|knob| (Control::Knob(knob), value)));
        }
    }
    inputs.push((Control::Quantize, 0.0));
    inputs.extend(throws.iter().flat_map(|throws| throws.iter()).map(|throw| (throw.control, throw.from)));
    let at_once = |frame: u32, controls: &mut dyn Iterator<Item = (Control, f32)>| -> Vec<TimedInput> {
        controls.map(|(control, value)| TimedInput { frame, input: HostInput::Control(control, value) }).collect()
    };
    bench.process(1, &at_once(0, &mut inputs.into_iter()));
    bench.process(1, &at_once(0, &mut DeckId::ALL.map(|deck| (Control::Play(deck), 1.0)).into_iter()));
    bench.run_to(MOVED / u64::from(block) * u64::from(block), block);
    let into = (MOVED - bench.frame) as u32;
    let moves = throws.iter().flat_map(|throws| throws.iter()).map(|throw| (throw.control, throw.to));
    bench.process(into + block, &at_once(into, &mut moves.into_iter()));
    bench.run_to(MOVED + SEEN as u64 / 2, block);
    Heard::around(&bench, MOVED)
}

#[test]
fn no_control_clicks_on_any_deck_at_any_block_size() {
    let mut worst = (String::new(), f64::NEG_INFINITY);
    let music = render(None, 64);
    assert!(music.is_music());
    let [a, b, c, d] = DeckId::ALL.map(throws);
    for (number, (((a, b), c), d)) in a.into_iter().zip(b).zip(c).zip(d).enumerate() {
        let throws = [a, b, c, d];
        let name = &throws[0].name;
        let heard = render(Some(&throws), 64);
        for block in other_blocks(number, 1) {
            assert!(render(Some(&throws), block).is(&heard), "{name}: other samples in blocks of {block}");
        }
        let high = heard.click_db(&music);
        if high > worst.1 {
            worst = (name.clone(), high);
        }
    }
    println!("the loudest click: {} with {:.1} dB", worst.0, worst.1);
    assert!(worst.1 < -60.0, "{}: {:.1} dB above 5 kHz", worst.0, worst.1);
}
