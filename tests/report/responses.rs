//! How loud each frequency comes out of a deck's channel: a click goes in, its spectrum comes out.

use echelon_engine::units::DeckId;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;
use serde::Serialize;
use support::signals::impulse;
use support::{Format, Setup};

use crate::SAMPLE_RATE;

/// When the click comes: the controls have arrived where they were sent long before.
const CLICK_FRAME: usize = 48_000;
/// How much of what follows is looked at; a power of two. The lowest filter has rung out by then.
const FRAMES: usize = 1 << 16;
/// Points of a curve, evenly on a logarithmic axis from 20 Hz to 20 kHz.
const POINTS: usize = 600;

/// A curve: its name, and decibels at [`Chart::hz`].
#[derive(Serialize)]
pub struct Curve {
    label: String,
    db: Vec<f64>,
}

/// Curves that belong on one pair of axes.
#[derive(Serialize)]
pub struct Chart {
    title: &'static str,
    hz: Vec<f64>,
    curves: Vec<Curve>,
}

/// All charts.
pub fn measure() -> Vec<Chart> {
    vec![isolator(), eq(), filter()]
}

fn isolator() -> Chart {
    let bands = ["low", "mid", "high"];
    let mut curves = Vec::new();
    for (slope, name) in [(0.0, "24 dB an octave"), (1.0, "48 dB an octave")] {
        for alone in bands {
            let mut set = vec![("eq_model".to_owned(), 1.0), ("isolator_slope".to_owned(), slope)];
            set.extend(bands.iter().filter(|band| **band != alone).map(|band| (format!("kill_{band}_1"), 1.0)));
            curves.push(curve(format!("{alone} alone, {name}"), &set));
        }
    }
    // A hair off flat: at flat it would hand over to the sound itself and prove nothing about its sum.
    let set = ["low", "mid", "high"].map(|band| (format!("eq_{band}_1"), 0.01));
    curves.push(curve("sum of all three".to_owned(), &[&[("eq_model".to_owned(), 1.0)], &set[..]].concat()));
    chart("Isolator: a band alone, and their sum", curves)
}

fn eq() -> Chart {
    let mut curves = Vec::new();
    for band in ["low", "mid", "high"] {
        for db in [-26.0, -12.0, 6.0, 12.0] {
            curves.push(curve(format!("{band} {db:+} dB"), &[(format!("eq_{band}_1"), db)]));
        }
    }
    chart("EQ: each band at -26, -12, +6 and +12 dB", curves)
}

fn filter() -> Chart {
    let knob = [-0.9, -0.6, -0.3, -0.01, 0.3, 0.6, 0.9];
    let mut curves: Vec<Curve> =
        knob.iter().map(|knob| curve(format!("{:+.0} %", knob * 100.0), &[("filter_1".to_owned(), *knob)])).collect();
    for knob in [-0.45, 0.45] {
        let set = [("filter_1".to_owned(), knob), ("filter_resonance".to_owned(), 1.0)];
        curves.push(curve(format!("{:+.0} %, full resonance", knob * 100.0), &set));
    }
    chart("Filter: the knob from low-pass to high-pass", curves)
}

fn chart(title: &'static str, curves: Vec<Curve>) -> Chart {
    Chart { title, hz: points().collect(), curves }
}

fn points() -> impl Iterator<Item = f64> {
    (0..POINTS).map(|i| 20.0 * 1_000.0_f64.powf(i as f64 / (POINTS - 1) as f64))
}

/// The channel with these parameters, in their own units.
fn curve(label: String, set: &[(String, f64)]) -> Curve {
    let click = impulse(CLICK_FRAME + FRAMES, CLICK_FRAME);
    let mut host = Setup::new().input(DeckId::A, click).open(Format::Clap);
    for (id, value) in set {
        host.set(id, *value);
    }
    let heard = host.render((CLICK_FRAME + FRAMES) as u64);
    // An impulse has every frequency at the same level, wherever it is: the first frames are silent.
    let part = heard.deck(DeckId::A).since(CLICK_FRAME as u64 - 1_024);
    let mut spectrum: Vec<Complex<f64>> = part.left.iter().map(|x| Complex::new(f64::from(*x), 0.0)).collect();
    spectrum.resize(FRAMES, Complex::default());
    FftPlanner::new().plan_fft_forward(FRAMES).process(&mut spectrum);
    let db = |bin: usize| 20.0 * spectrum[bin].norm().max(1e-9).log10();
    let level = |hz: f64| {
        let place = hz / SAMPLE_RATE * FRAMES as f64;
        let bin = place as usize;
        db(bin) + place.fract() * (db(bin + 1) - db(bin))
    };
    Curve { label, db: points().map(level).collect() }
}
