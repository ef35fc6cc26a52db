//! The bass: a saw and a sine an octave below through a filter that closes.

use super::synth::{Filter, Saw, Sine, envelope, note_hz};
use super::{Stereo, Time, Tune};

/// A note of a bar's pattern: sixteenth, semitones above the root, length in sixteenths, accent 0..1.
type Step = (u32, i32, f64, f64);

const JUMPING: [Step; 6] =
    [(2, 0, 1.6, 1.0), (5, 0, 0.9, 0.6), (6, 12, 1.2, 0.8), (10, 0, 1.6, 1.0), (13, 7, 0.9, 0.6), (14, 12, 1.2, 0.9)];
const ROLLING: [Step; 12] = [
    (1, 0, 0.8, 0.6),
    (2, 0, 0.8, 0.9),
    (3, 0, 0.8, 0.7),
    (5, 0, 0.8, 0.6),
    (6, 12, 0.8, 1.0),
    (7, 0, 0.8, 0.7),
    (9, 0, 0.8, 0.6),
    (10, 0, 0.8, 0.9),
    (11, 0, 0.8, 0.7),
    (13, 0, 0.8, 0.6),
    (14, 12, 0.8, 1.0),
    (15, 10, 0.8, 0.8),
];

pub fn render(tune: Tune, time: &Time) -> Stereo {
    let mut out = Stereo::silence(time.num_frames());
    for bar in 0..time.bars {
        let root = root_note(tune, bar);
        let pattern = if tune == Tune::HarbourLights { &JUMPING[..] } else { &ROLLING[..] };
        // The filter opens over eight bars and starts again.
        let open = f64::from(bar % 8) / 7.0;
        for &(step, semitones, length, accent) in pattern {
            let beat = f64::from(bar * 4) + f64::from(step) / 4.0;
            let gate_secs = length / 4.0 * 60.0 / time.bpm;
            note(&mut out, time, beat, root + semitones, gate_secs, accent, open);
        }
    }
    out
}

/// A2 and its neighbours: the chords' roots.
fn root_note(tune: Tune, bar: u32) -> i32 {
    match tune {
        Tune::HarbourLights => [33, 29, 36, 31][(bar % 4) as usize],
        Tune::NightFreight => [33, 33, 28, 28][(bar % 4) as usize],
    }
}

fn note(out: &mut Stereo, time: &Time, beat: f64, note: i32, gate_secs: f64, accent: f64, open: f64) {
    let rate = time.sample_rate;
    let hz = note_hz(note);
    let (mut saw, mut sub, mut filter) = (Saw::new(hz, rate, 0.25), Sine::new(rate), Filter::default());
    let start = time.frame(beat);
    for frame in 0..time.frames_of_secs(gate_secs + 0.06) {
        let secs = frame as f64 / rate;
        let cutoff_hz = 110.0 + (260.0 + 900.0 * open) * accent * (-secs / 0.07).exp();
        let body = filter.next(saw.next() * 0.7, cutoff_hz * 1.6, 2.2, rate).low + 0.6 * sub.next(hz);
        let value = (body * (0.5 + 0.3 * accent) * envelope(secs, 0.003, gate_secs, 0.06)) as f32;
        out.add(start + frame, value, value);
    }
}
