//! What a host says about its transport at one frame.

/// The words of a host at the start of a block, or in a transport event. `None`: it does not say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Said {
    /// The transport rolls.
    pub playing: bool,
    /// It rolls towards the song's start (CLAP only).
    pub preroll: bool,
    /// Tempo in BPM.
    pub tempo: Option<f64>,
    /// Change of the tempo with each frame, in BPM (CLAP only).
    pub tempo_step: f64,
    /// Song position in quarter notes.
    pub beats: Option<f64>,
    /// Song position in seconds.
    pub secs: Option<f64>,
    /// Song position in frames (VST3 only, always given there).
    pub frames: i64,
    /// Numerator and denominator.
    pub signature: Option<(u16, u16)>,
    /// Song position of the bar's first beat.
    pub bar_start_beats: Option<f64>,
    /// Bar number from 0 (CLAP only).
    pub bar_number: i64,
    /// The loop, when it is on and told.
    pub loop_beats: Option<(f64, f64)>,
}

/// A way in which a host is wrong or silent. What really happens stays exact: only the words change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quirk {
    /// Beats are rounded down to this many ticks a quarter note (Ardour: 1920, qtractor: 960).
    Ticks(u32),
    /// Beats have the precision of an `f32` (qtractor).
    BeatsAsF32,
    /// The tempo has the precision of an `f32` (DawDreamer).
    TempoAsF32,
    /// The tempo stays at the ramp's start while the beats follow the ramp (Ardour).
    TempoFrozenInRamps,
    /// Tempo ramps are told in steps: the tempo is right at each block's start, its slope is not given.
    NoTempoStep,
    /// No tempo is given.
    NoTempo,
    /// No song position in beats is given.
    NoBeats,
    /// No song position in seconds is given.
    NoSecs,
    /// No time signature is given.
    NoSignature,
    /// No bar start is given. CLAP has no flag for it: told as 0.
    NoBarStart,
    /// No transport at all (clap-host).
    NoTransport,
    /// The loop is not told (qtractor).
    LoopUntold,
    /// The bar start is this many quarter notes off (Ardour: 4 at song position 0).
    BarStartOff(f64),
    /// The bar start is the current position (qtractor, VST3).
    BarStartIsPosition,
    /// All positions are this many quarter notes off (Bespoke: 8).
    BeatsOff(f64),
    /// Each block tells the position of the block before (JACK hosts).
    OneBlockLate,
}

impl Quirk {
    /// Changes what is said. `leg_bpm` is the tempo at the start of the ramp, or the steady tempo; `previous` the true
    /// position at the block before, if there was one.
    pub(super) fn distort(self, said: &mut Said, leg_bpm: f64, previous: impl FnOnce() -> Option<f64>) {
        let map = |beats: &mut Option<f64>, change: &dyn Fn(f64) -> f64| *beats = beats.map(change);
        match self {
            Self::Ticks(per_beat) => {
                let ticks = f64::from(per_beat);
                // Half a thousandth of a tick forgives binary fractions of a beat that is a whole tick.
                map(&mut said.beats, &|beats| (beats * ticks + 0.0005).floor() / ticks);
            }
            Self::BeatsAsF32 => map(&mut said.beats, &as_f32),
            Self::TempoAsF32 => map(&mut said.tempo, &as_f32),
            Self::TempoFrozenInRamps => {
                map(&mut said.tempo, &|_| leg_bpm);
                said.tempo_step = 0.0;
            }
            Self::NoTempoStep => said.tempo_step = 0.0,
            Self::NoTempo => (said.tempo, said.tempo_step) = (None, 0.0),
            Self::NoBeats => said.beats = None,
            Self::NoSecs => said.secs = None,
            Self::NoSignature => said.signature = None,
            Self::NoBarStart => said.bar_start_beats = None,
            Self::NoTransport => {}
            Self::LoopUntold => said.loop_beats = None,
            Self::BarStartOff(by) => map(&mut said.bar_start_beats, &|beats| beats + by),
            Self::BarStartIsPosition => said.bar_start_beats = said.beats,
            Self::BeatsOff(by) => map(&mut said.beats, &|beats| beats + by),
            Self::OneBlockLate => {
                if let (true, Some(beats)) = (said.playing, previous()) {
                    map(&mut said.beats, &|_| beats);
                }
            }
        }
    }
}

fn as_f32(value: f64) -> f64 {
    f64::from(value as f32)
}
