//! The chords, and a small figure above them from the ninth bar on.

use super::synth::{Filter, Saw, envelope, hall, note_hz, ping_pong};
use super::{Stereo, Time, Tune};

/// Four voices that move as little as possible from chord to chord: Am9, Fmaj7, C6/9, G6.
const WARM: [[i32; 4]; 4] = [[55, 60, 64, 71], [57, 60, 64, 69], [55, 60, 64, 69], [55, 59, 62, 69]];
/// Two bars each: Am9, Em7.
const DARK: [[i32; 4]; 4] = [[57, 60, 64, 71], [57, 60, 64, 71], [55, 59, 62, 64], [55, 59, 62, 66]];
/// Sixteenths of the off-beat chords, with their accents.
const STABS: [(u32, f64); 4] = [(2, 1.0), (6, 0.75), (11, 0.9), (14, 0.6)];
/// Which voice of the chord the figure plays on which sixteenth.
const FIGURE: [(u32, usize); 6] = [(0, 3), (3, 1), (6, 2), (8, 3), (11, 2), (14, 0)];

pub fn render(tune: Tune, time: &Time) -> Stereo {
    let mut out = Stereo::silence(time.num_frames());
    let mut figure = Stereo::silence(time.num_frames());
    for bar in 0..time.bars {
        match tune {
            Tune::HarbourLights => stabs(&mut out, time, bar),
            Tune::NightFreight => pad(&mut out, time, bar),
        }
        if bar % 16 >= 8 || (tune == Tune::NightFreight && bar % 8 >= 4) {
            play_figure(&mut figure, time, tune, bar);
        }
    }
    ping_pong(&mut figure, time.frame(0.75), 0.42);
    out.add_all(&figure, 1.0);
    let wet = hall(&out, time.sample_rate);
    out.add_all(&wet, 0.35);
    out
}

/// Chord sound: what it plays, where, and how it opens.
struct Sound {
    gate_secs: f64,
    attack_secs: f64,
    release_secs: f64,
    gain: f64,
    cutoff_hz: f64,
    /// The filter falls from its top to a quarter in this time.
    closing_secs: f64,
}

fn stabs(out: &mut Stereo, time: &Time, bar: u32) {
    let chord = WARM[(bar % 4) as usize];
    let open = 1600.0 + 420.0 * f64::from(bar % 8);
    for (step, accent) in STABS {
        let beat = f64::from(bar * 4) + f64::from(step) / 4.0;
        let sound = Sound {
            gate_secs: 0.09 * 126.0 / time.bpm,
            attack_secs: 0.004,
            release_secs: 0.22,
            gain: 0.085 * accent,
            cutoff_hz: open * (0.7 + 0.5 * accent),
            closing_secs: 0.12,
        };
        play(out, time, beat, &chord, &sound);
    }
}

fn pad(out: &mut Stereo, time: &Time, bar: u32) {
    let bar_secs = 240.0 / time.bpm;
    let sound = Sound {
        gate_secs: bar_secs * 0.97,
        attack_secs: 0.12,
        release_secs: 0.3,
        gain: 0.05,
        cutoff_hz: 1500.0 + 380.0 * f64::from(bar % 8),
        closing_secs: bar_secs,
    };
    play(out, time, f64::from(bar * 4), &DARK[(bar % 4) as usize], &sound);
}

fn play_figure(out: &mut Stereo, time: &Time, tune: Tune, bar: u32) {
    let chord = if tune == Tune::HarbourLights { WARM } else { DARK }[(bar % 4) as usize];
    for (step, voice) in FIGURE {
        let beat = f64::from(bar * 4) + f64::from(step) / 4.0;
        let sound = Sound {
            gate_secs: 0.05,
            attack_secs: 0.002,
            release_secs: 0.16,
            gain: 0.085,
            cutoff_hz: 5200.0,
            closing_secs: 0.08,
        };
        play(out, time, beat, &[chord[voice] + 12], &sound);
    }
}

/// Two slightly detuned saws a voice, the voices spread over the stereo field.
fn play(out: &mut Stereo, time: &Time, beat: f64, notes: &[i32], sound: &Sound) {
    let rate = time.sample_rate;
    let start = time.frame(beat);
    let frames = time.frames_of_secs(sound.gate_secs + sound.release_secs);
    for (voice, note) in notes.iter().enumerate() {
        let pan = 0.35 * if voice % 2 == 0 { 1.0 } else { -1.0 };
        let phase = 0.13 + 0.21 * voice as f64;
        let mut saws = [1.0035, 0.9967].map(|detune| Saw::new(note_hz(*note) * detune, rate, phase));
        let mut filters = [Filter::default(), Filter::default()];
        for frame in 0..frames {
            let secs = frame as f64 / rate;
            let level = sound.gain * envelope(secs, sound.attack_secs, sound.gate_secs, sound.release_secs);
            let cutoff_hz = sound.cutoff_hz * (0.25 + 0.75 * (-secs / sound.closing_secs).exp());
            let [left, right] = [0, 1].map(|side| filters[side].next(saws[side].next(), cutoff_hz, 1.1, rate).low);
            out.add(start + frame, (level * left * (1.0 - pan)) as f32, (level * right * (1.0 + pan)) as f32);
        }
    }
}
