//! VST3's constants in the types of the fields that they go into: the bindings' enums are signed on Windows and
//! unsigned elsewhere.
#![allow(
    clippy::unnecessary_cast,
    clippy::cast_sign_loss,
    clippy::cast_possible_truncation,
    reason = "small positive constants, whatever their type on this platform"
)]

use vst3::Steinberg::Vst;

pub(super) const AUDIO: i32 = Vst::MediaTypes_::kAudio as i32;
pub(super) const INPUT: i32 = Vst::BusDirections_::kInput as i32;
pub(super) const OUTPUT: i32 = Vst::BusDirections_::kOutput as i32;
pub(super) const SAMPLE_32: i32 = Vst::SymbolicSampleSizes_::kSample32 as i32;
pub(super) const OFFLINE: i32 = Vst::ProcessModes_::kOffline as i32;
pub(super) const PREFETCH: i32 = Vst::ProcessModes_::kPrefetch as i32;

pub(super) const NOTE_ON: u16 = Vst::Event_::EventTypes_::kNoteOnEvent as u16;
pub(super) const NOTE_OFF: u16 = Vst::Event_::EventTypes_::kNoteOffEvent as u16;
pub(super) const CC_OUT: u16 = Vst::Event_::EventTypes_::kLegacyMIDICCOutEvent as u16;
pub(super) const HIDDEN: i32 = Vst::ParameterInfo_::ParameterFlags_::kIsHidden as i32;
pub(super) const READ_ONLY: i32 = Vst::ParameterInfo_::ParameterFlags_::kIsReadOnly as i32;
pub(super) const KEY_PRESSURE: u16 = Vst::Event_::EventTypes_::kPolyPressureEvent as u16;

/// Flags of a process context.
pub(super) mod context {
    use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_;

    pub(in super::super) const PLAYING: u32 = StatesAndFlags_::kPlaying as u32;
    pub(in super::super) const HAS_BEATS: u32 = StatesAndFlags_::kProjectTimeMusicValid as u32;
    pub(in super::super) const HAS_TEMPO: u32 = StatesAndFlags_::kTempoValid as u32;
    pub(in super::super) const HAS_BAR: u32 = StatesAndFlags_::kBarPositionValid as u32;
    pub(in super::super) const HAS_SIGNATURE: u32 = StatesAndFlags_::kTimeSigValid as u32;
    pub(in super::super) const HAS_LOOP: u32 = StatesAndFlags_::kCycleValid as u32;
    pub(in super::super) const LOOPS: u32 = StatesAndFlags_::kCycleActive as u32;
}
