//! A slot: which effect, how much of it, and the music's time for it.

use super::{Beat, Effect, FIRST_TIME, KINDS, Now, Sound, TIMES_BEATS, Way};
use crate::dsp::{Ramp, Slide};
use crate::graph::{DspNode, NodeIo, Ports, SUB_BLOCK_FRAMES, Status, Width};
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
    beat: Beat,
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
            beat: Beat { start: 0.0, per_frame: 2.0 / sample_rate, frames: 0 },
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
        let here = self.beat.after(0);
        let is_off = (beat - here).abs() > JUMP_BEATS;
        let is_other_tempo = (beats_per_frame / self.beat.per_frame - 1.0).abs() > SAME_TEMPO;
        if is_off || is_other_tempo {
            let start = if is_off { (beat / BEAT_GRAIN).round() * BEAT_GRAIN } else { here };
            self.beat = Beat { start, per_frame: beats_per_frame, frames: 0 };
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
    fn chosen(slide: &Slide) -> usize {
        slide.setting().round() as usize
    }

    #[expect(clippy::cast_possible_truncation, reason = "frames of a few beats")]
    fn now(&self, frames: usize) -> Now {
        let period_beats = TIMES_BEATS.get(Self::chosen(&self.time)).copied().unwrap_or(1.0);
        Now {
            frames,
            depth: self.depth.current(),
            tone: self.tone.current(),
            period_frames: (period_beats / self.beat.per_frame) as f32,
            period_beats,
            beat: self.beat,
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

    /// For how many of the next frames nothing moves and no tail ends: one, if something does.
    fn stretch(&self, most: usize) -> usize {
        let chosen = Self::chosen(&self.kind);
        let has_arrived =
            |(n, unit): (usize, &Unit)| unit.share.is_settled() && unit.share.target() == share(chosen, n);
        if ![&self.mix, &self.depth, &self.tone].into_iter().all(Slide::is_settled)
            || !self.units.iter().enumerate().all(has_arrived)
        {
            return 1;
        }
        let is_dry = self.mix.current() == 0.0;
        let tails = self.units.iter().filter(|unit| is_dry || unit.share.target() == 0.0);
        tails.fold(most, |frames, unit| match (unit.effect.lasts(), unit.way) {
            (0, _) => frames,
            (lasts, Way::Send) => frames.min(lasts),
            (_, Way::Insert) => 1,
        })
    }

    /// A stretch of frames; what is not to be heard any more is left out.
    fn next(&mut self, dry: [&[f32]; 2], out: [&mut [f32]; 2]) {
        let frames = dry[0].len().min(SUB_BLOCK_FRAMES);
        let mix = self.mix.next_value();
        self.depth.next_value();
        self.tone.next_value();
        let (now, chosen) = (self.now(frames), Self::chosen(&self.kind));
        self.beat.frames += frames as u64;
        let (mut gain, mut wet) = (1.0, [[0.0; SUB_BLOCK_FRAMES]; 2]);
        for (n, unit) in self.units.iter_mut().enumerate() {
            unit.share.set(share(chosen, n));
            let share = unit.share.next_value() * mix;
            if share == 0.0 && (unit.effect.is_empty() || unit.way == Way::Insert) {
                if !unit.effect.is_empty() {
                    unit.effect.clear();
                }
                continue;
            }
            let (into, from) = match unit.way {
                Way::Send => ((2.0 * share).min(1.0), 1.0),
                Way::Insert => (1.0, share),
            };
            gain *= if unit.way == Way::Send { 1.0 - (2.0 * share - 1.0).max(0.0) } else { 1.0 - share };
            let mut sound: Sound = [[0.0; SUB_BLOCK_FRAMES]; 2];
            for (sound, dry) in sound.iter_mut().zip(dry) {
                sound.iter_mut().zip(dry).for_each(|(sound, dry)| *sound = dry * into);
            }
            unit.effect.make(&mut sound, &now);
            for (wet, made) in wet.iter_mut().zip(&sound) {
                wet[..frames].iter_mut().zip(made).for_each(|(wet, made)| *wet += made * from);
            }
        }
        for ((out, dry), wet) in out.into_iter().zip(dry).zip(&wet) {
            out.iter_mut().zip(dry.iter().zip(wet)).for_each(|(out, (dry, wet))| *out = dry * gain + wet);
        }
    }

    fn pass(&mut self, frames: usize) {
        let frames = u32::try_from(frames).unwrap_or(0);
        [&mut self.mix, &mut self.depth, &mut self.tone].into_iter().for_each(|slide| slide.skip(frames));
        self.beat.frames += u64::from(frames);
    }
}

/// How much of the sound unit `n` is to have.
const fn share(chosen: usize, n: usize) -> f32 {
    if chosen == n + 1 { 1.0 } else { 0.0 }
}

impl DspNode for FxSlotNode {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let (left, right, frames) = (io.left(0), io.right(0), io.frames());
        if self.rests() && io.status(0) == Status::Silent {
            self.pass(frames);
            return Status::Silent;
        }
        let [out_left, out_right] = io.out();
        let mut from = 0;
        while from < frames {
            // On its own frame, whatever the block size.
            if self.rests() {
                out_left[from..].copy_from_slice(&left[from..]);
                out_right[from..].copy_from_slice(&right[from..]);
                self.pass(frames - from);
                break;
            }
            let to = from + self.stretch(frames - from);
            self.next([&left[from..to], &right[from..to]], [&mut out_left[from..to], &mut out_right[from..to]]);
            from = to;
        }
        Status::Audio
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo], output: Width::Stereo }
    }

    fn prepare(&mut self, sample_rate: f64) {
        self.beat.per_frame *= self.sample_rate / sample_rate;
        self.sample_rate = sample_rate;
        for slide in [&mut self.kind, &mut self.mix, &mut self.depth, &mut self.tone, &mut self.time] {
            slide.prepare(sample_rate);
        }
        let chosen = Self::chosen(&self.kind);
        for (n, unit) in self.units.iter_mut().enumerate() {
            unit.effect.prepare(sample_rate);
            unit.effect.clear();
            unit.share = Ramp::new(share(chosen, n), ms_to_frames(SWITCH_MS, sample_rate));
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
