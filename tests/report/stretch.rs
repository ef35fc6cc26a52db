//! Drums at another tempo: as they are, as a record, and under key lock.

use echelon_engine::units::DeckId;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;
use serde::Serialize;
use support::{Event, Format, Setup};

use crate::SAMPLE_RATE;

/// How much faster.
const RATE: f64 = 1.08;
/// The part of the performance that is looked at, in seconds: key lock has long begun.
const FROM_SECS: f64 = 1.0;
const SECS: f64 = 4.0;
/// A column's window and the step between columns, in frames.
const WINDOW: usize = 2_048;
const STEP: usize = 192;
/// Rows, evenly on a logarithmic axis.
const ROWS: usize = 220;
const LOW_HZ: f64 = 40.0;
const HIGH_HZ: f64 = 16_000.0;

/// A spectrogram.
#[derive(Serialize)]
pub struct Panel {
    label: String,
    secs: f64,
    low_hz: f64,
    high_hz: f64,
    /// Whole decibels, by column and row; the first row is the lowest.
    columns: Vec<Vec<i16>>,
}

/// The three panels.
pub fn measure(drums: &str) -> Vec<Panel> {
    let faster = format!("{:.0} % faster", (RATE - 1.0) * 100.0);
    vec![
        panel("as it is".to_owned(), &play(drums, 1.0, false)),
        panel(format!("{faster}, as a record: higher by as much"), &play(drums, RATE, false)),
        panel(format!("{faster}, key lock: where it was, and every knock sharp"), &play(drums, RATE, true)),
    ]
}

/// What deck A plays, both channels together.
fn play(file: &str, rate: f64, key_lock: bool) -> Vec<f32> {
    let mut host = Setup::new().open(Format::Clap);
    let mut osc = host.osc();
    let load = osc.call("/deck/a/load", &[file.into()]);
    host.pump_until("the track", |_| osc.done_yet(load).is_some());
    host.set("rate_1", rate);
    host.set("keylock_1", f64::from(u8::from(key_lock)));
    host.set("quantize", 0.0);
    host.at(100, Event::param("play_1", 1.0));
    let heard = host.render(((FROM_SECS + SECS) * SAMPLE_RATE) as u64 + WINDOW as u64);
    let part = heard.deck(DeckId::A).since((FROM_SECS * SAMPLE_RATE) as u64);
    part.left.iter().zip(&part.right).map(|(left, right)| 0.5 * (left + right)).collect()
}

fn panel(label: String, sound: &[f32]) -> Panel {
    let fft = FftPlanner::new().plan_fft_forward(WINDOW);
    let hann = |i: usize| 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / WINDOW as f64).cos();
    let window: Vec<f64> = (0..WINDOW).map(hann).collect();
    let columns = sound.windows(WINDOW).step_by(STEP).map(|part| {
        let windowed = part.iter().zip(&window).map(|(x, w)| Complex::new(f64::from(*x) * w, 0.0));
        let mut spectrum: Vec<Complex<f64>> = windowed.collect();
        fft.process(&mut spectrum);
        (0..ROWS).map(|row| level(&spectrum, row)).collect()
    });
    Panel { label, secs: SECS, low_hz: LOW_HZ, high_hz: HIGH_HZ, columns: columns.collect() }
}

/// The loudest bin of a row, in decibels below a full sine.
fn level(spectrum: &[Complex<f64>], row: usize) -> i16 {
    let hz = |row: usize| LOW_HZ * (HIGH_HZ / LOW_HZ).powf(row as f64 / ROWS as f64);
    let bin = |row: usize| (hz(row) / SAMPLE_RATE * WINDOW as f64) as usize;
    let loudest = spectrum[bin(row)..=bin(row + 1)].iter().map(|x| x.norm()).fold(0.0, f64::max);
    (20.0 * (loudest / (WINDOW as f64 / 4.0)).max(1e-6).log10()).round() as i16
}
