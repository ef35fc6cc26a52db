//! A slot: which effect, how much of it, and the music's time for it.

use super::{Effect, FIRST_TIME, KINDS, Now, TIMES_BEATS, Way};
use crate::dsp::{Ramp, Slide};
use crate::graph::{DspNode, NodeIo, Ports, Status, Width};
use crate::mixer::FADER_MS;
use crate::units::ms_to_frames;

/// From one effect to another, in milliseconds.
const SWITCH_MS: f64 = 20.0;
/// Musical time that is further from the slot's own has jumped; in beats.
const JUMP_BEATS: f64 = 1e-4;
/// Tempi that differ by no more than this part are the same, measured on blocks of other lengths.
const SAME_TEMPO: f64 = 1e-9;
/// The slot's own beat begins on a multiple of this: so it is the same however the music's was added up.
const BEAT_GRAIN: f64 = 1.0 / (1 << 20) as f64;

/// One effect with how much of the sound goes to it.
#[derive(Debug)]
struct Unit {
    effect: Box<dyn Effect>,
    way: Way,
    share: Ramp,
}

/// An effect slot. With nothing chosen or nothing mixed in, and no tail left, samples pass bit for bit.
#[derive(Debug)]
pub struct FxSlotNode {
    sample_rate: f64,
    /// 0 is off, then as in the table of effects.
    kind: Slide,
    mix: Slide,
    depth: Slide,
    tone: Slide,
    /// An index into the times.
    time: Slide,
    units: Vec<Unit>,
    /// The song's beat on a frame, and how it goes on.
    beat: f64,
    beats_per_frame: f64,
    /// Frames since then.
    frames: u64,
}

impl FxSlotNode {
    /// Off. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        let [slide, switch] = [FADER_MS, 0.0].map(|ms| move |value| Slide::new(value, ms, sample_rate));
        let unit = |kind: &super::Kind| Unit { effect: (kind.make)(), way: kind.way, share: Ramp::new(0.0, 1) };
        let mut node = Self {
            sample_rate,
            kind: switch(0.0),
            mix: slide(0.5),
            depth: slide(0.5),
            tone: slide(0.5),
            time: switch(FIRST_TIME),
            units: KINDS.iter().map(unit).collect(),
            beat: 0.0,
            beats_per_frame: 2.0 / sample_rate,
            frames: 0,
        };
        node.prepare(sample_rate);
        node
    }

    /// Which effect.
    pub(in crate::mixer) const fn kind_mut(&mut self) -> &mut Slide {
        &mut self.kind
    }

    /// How much of it: 0 dry .. 1 wet.
    pub(in crate::mixer) const fn mix_mut(&mut self) -> &mut Slide {
        &mut self.mix
    }

    /// See the effect.
    pub(in crate::mixer) const fn depth_mut(&mut self) -> &mut Slide {
        &mut self.depth
    }

    /// See the effect.
    pub(in crate::mixer) const fn tone_mut(&mut self) -> &mut Slide {
        &mut self.tone
    }

    /// The time that it goes by.
    pub(in crate::mixer) const fn time_mut(&mut self) -> &mut Slide {
        &mut self.time
    }

    /// The music is on this beat of the song on the next frame, and goes on so; where it stands still, effects go on as before.
    ///
    /// # Real-time
    /// No allocation.
    pub fn follow(&mut self, beat: f64, beats_per_frame: f64) {
        if beats_per_frame <= 0.0 {
            return;
        }
        let is_off = (beat - self.now_beat()).abs() > JUMP_BEATS;
        let is_other_tempo = (beats_per_frame / self.beats_per_frame - 1.0).abs() > SAME_TEMPO;
        if is_off || is_other_tempo {
            let from = if is_off { (beat / BEAT_GRAIN).round() * BEAT_GRAIN } else { self.now_beat() };
            (self.beat, self.frames, self.beats_per_frame) = (from, 0, beats_per_frame);
        }
    }

    fn now_beat(&self) -> f64 {
        self.beat + self.frames as f64 * self.beats_per_frame
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
    fn chosen(slide: &Slide) -> usize {
        slide.setting().round() as usize
    }

    #[expect(clippy::cast_possible_truncation, reason = "frames of a few beats, and a part of 1")]
    fn now(&self) -> Now {
        let beats = TIMES_BEATS.get(Self::chosen(&self.time)).copied().unwrap_or(1.0);
        Now {
            depth: self.depth.current(),
            tone: self.tone.current(),
            period_frames: (beats / self.beats_per_frame) as f32,
            phase: ((self.now_beat() / beats).rem_euclid(1.0) as f32).min(0.999_999_9),
        }
    }

    /// Whether the sound passes as it is, now and for as long as nobody moves anything.
    fn rests(&self) -> bool {
        let is_dry = self.mix.is_settled() && self.mix.setting() == 0.0;
        let wants_none = is_dry || Self::chosen(&self.kind) == 0;
        let is_out =
            |unit: &Unit| unit.share.is_settled() && (is_dry || unit.share.target() == 0.0) && unit.effect.is_empty();
        wants_none && self.units.iter().all(is_out)
    }

    fn next(&mut self, x: [f32; 2]) -> [f32; 2] {
        let mix = self.mix.next_value();
        self.depth.next_value();
        self.tone.next_value();
        let (now, chosen) = (self.now(), Self::chosen(&self.kind));
        self.frames += 1;
        let (mut dry, mut wet) = (1.0, [0.0; 2]);
        for (n, unit) in self.units.iter_mut().enumerate() {
            unit.share.set(if chosen == n + 1 { 1.0 } else { 0.0 });
            let share = unit.share.next_value() * mix;
            if share == 0.0 && (unit.effect.is_empty() || unit.way == Way::Insert) {
                if !unit.effect.is_empty() {
                    unit.effect.clear();
                }
                continue;
            }
            match unit.way {
                Way::Send => {
                    let sent = (2.0 * share).min(1.0);
                    let made = unit.effect.next(x.map(|x| x * sent), &now);
                    wet = [wet[0] + made[0], wet[1] + made[1]];
                    dry *= 1.0 - (2.0 * share - 1.0).max(0.0);
                }
                Way::Insert => {
                    let made = unit.effect.next(x, &now);
                    wet = [wet[0] + made[0] * share, wet[1] + made[1] * share];
                    dry *= 1.0 - share;
                }
            }
        }
        [x[0] * dry + wet[0], x[1] * dry + wet[1]]
    }

    fn pass(&mut self, frames: usize) {
        let frames = u32::try_from(frames).unwrap_or(0);
        [&mut self.mix, &mut self.depth, &mut self.tone].into_iter().for_each(|slide| slide.skip(frames));
        self.frames += u64::from(frames);
    }
}

impl DspNode for FxSlotNode {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let (left, right, frames) = (io.left(0), io.right(0), io.frames());
        if self.rests() && io.status(0) == Status::Silent {
            self.pass(frames);
            return Status::Silent;
        }
        let [out_left, out_right] = io.out();
        for n in 0..frames {
            // On its own frame, whatever the block size.
            if self.rests() {
                out_left[n..].copy_from_slice(&left[n..]);
                out_right[n..].copy_from_slice(&right[n..]);
                self.pass(frames - n);
                break;
            }
            [out_left[n], out_right[n]] = self.next([left[n], right[n]]);
        }
        Status::Audio
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo], output: Width::Stereo }
    }

    fn prepare(&mut self, sample_rate: f64) {
        self.beats_per_frame *= self.sample_rate / sample_rate;
        self.sample_rate = sample_rate;
        for slide in [&mut self.kind, &mut self.mix, &mut self.depth, &mut self.tone, &mut self.time] {
            slide.prepare(sample_rate);
        }
        let chosen = Self::chosen(&self.kind);
        for (n, unit) in self.units.iter_mut().enumerate() {
            unit.effect.prepare(sample_rate);
            unit.effect.clear();
            let share = if chosen == n + 1 { 1.0 } else { 0.0 };
            unit.share = Ramp::new(share, ms_to_frames(SWITCH_MS, sample_rate));
        }
    }

    fn reset(&mut self) {
        self.units.iter_mut().for_each(|unit| unit.effect.clear());
    }

    fn cost_hint_ns(&self) -> u32 {
        1_000
    }

    fn type_name(&self) -> &'static str {
        "FxSlot"
    }
}
