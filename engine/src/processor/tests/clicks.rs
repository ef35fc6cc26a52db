//! No control clicks: each one thrown from end to end, on every deck, while music plays that has nothing above 1 kHz.
//! The gestures of a deck have the same test at the deck.

use super::*;
use crate::dsp::testing::{above_db, energy};
use crate::mixer::{EqBand, Knob};

/// When the hand moves, on no beat and in no block's first frame.
const MOVED: u64 = 20_111;
/// What is looked at: the window of the transform is open in its middle.
const SEEN: usize = 16_384;

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

/// What the master plays around the throw, or without one.
fn render(deck: DeckId, throw: Option<&Throw>, block: u32) -> Vec<f32> {
    let mut bench = Bench::new(123.0);
    bench.load_track(deck, crate::deck::tests::track(120.0, 5.0, SR));
    let mut inputs = vec![];
    // Effects that can be heard when their knobs move.
    for (id, value) in [("fx1", 1.0), ("fx1_mix", 0.5), ("xfader_side", 0.0)] {
        inputs.extend(Knob::of_deck(deck, id).map(|knob| (Control::Knob(knob), value)));
    }
    inputs.push((Control::Quantize, 0.0));
    inputs.extend(throw.map(|throw| (throw.control, throw.from)));
    let inputs: Vec<_> = inputs
        .into_iter()
        .map(|(control, value)| TimedInput { frame: 0, input: HostInput::Control(control, value) })
        .collect();
    bench.process(1, &inputs);
    bench.process(1, &[TimedInput { frame: 0, input: HostInput::Control(Control::Play(deck), 1.0) }]);
    bench.run_to(MOVED / u64::from(block) * u64::from(block), block);
    let into = (MOVED - bench.frame) as u32;
    let move_it = throw.map(|throw| TimedInput { frame: into, input: HostInput::Control(throw.control, throw.to) });
    bench.process(into + block, move_it.as_slice());
    bench.run_to(MOVED + SEEN as u64, block);
    let middle = MOVED as usize;
    bench.master[middle - SEEN / 2..middle + SEEN / 2].to_vec()
}

#[test]
fn no_control_clicks_on_any_deck_at_any_block_size() {
    let mut worst = (String::new(), f64::NEG_INFINITY);
    for deck in DeckId::ALL {
        let music = energy(&render(deck, None, 64));
        assert!(music > 100.0, "the deck is heard");
        // The first deck all of them at three block sizes, the others, which are made alike, a third each.
        let (blocks, every): (&[u32], _) = if deck == DeckId::A { (&[1, 64, 509], 1) } else { (&[64], 3) };
        for throw in throws(deck).iter().skip(deck.index() % every).step_by(every) {
            for block in blocks {
                let out = render(deck, Some(throw), *block);
                let high = above_db(&out, 5_000.0, SR) + 10.0 * (energy(&out) / music).log10();
                if high > worst.1 {
                    worst = (format!("{deck:?} {}", throw.name), high);
                }
            }
        }
    }
    println!("the loudest click: {} with {:.1} dB", worst.0, worst.1);
    assert!(worst.1 < -60.0, "{}: {:.1} dB above 5 kHz", worst.0, worst.1);
}
