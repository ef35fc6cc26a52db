//! The two sides of a plugin instance, the same for both formats: what a host's main thread calls, and what its audio
//! thread calls.

use std::cell::Cell;
use std::ffi::CStr;

use crate::buses::{BusFault, BusMemory};
use crate::events::Note;
use crate::guard;
use crate::params::RawParam;
use crate::recording::Status;
use crate::transport::Said;

/// An event for the plugin, values on the format's scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RawEvent {
    Param {
        number: u32,
        value: f64,
    },
    Modulation {
        number: u32,
        amount: f64,
    },
    NoteOn(Note),
    NoteOff(Note),
    Midi([u8; 3]),
    /// CLAP only.
    Transport(Said),
}

/// Something from the plugin, values on the format's scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RawOut {
    Param { number: u32, value: f64 },
    Begin(u32),
    End(u32),
    Midi([u8; 3]),
    NoteOn(Note),
    NoteOff(Note),
    Other(u32),
}

/// One process call.
pub struct Call<'a> {
    pub frames: u32,
    /// Frames since the host's engine started; never goes back.
    pub steady: i64,
    pub said: Option<Said>,
    /// With their frames in the block, in the order of delivery.
    pub events: &'a [(u32, RawEvent)],
    pub memory: &'a mut BusMemory,
    pub faults: &'a [BusFault],
    pub offline: bool,
    pub sample_rate: f64,
}

/// What came of a process call.
pub struct Answer {
    pub status: Status,
    pub events: Vec<(u32, RawOut)>,
    pub guard: guard::Report,
}

/// What a host calls from its main thread.
pub trait MainSide: Send {
    fn list_params(&self) -> Vec<RawParam>;
    fn value(&self, number: u32) -> f64;
    fn text(&self, number: u32, value: f64) -> Option<String>;
    fn value_of_text(&self, number: u32, text: &str) -> Option<f64>;
    /// From the parameter's own unit to the format's scale, if the format can be asked.
    fn to_raw(&self, number: u32, plain: f64) -> Option<f64>;
    /// Parameter moves while the plugin is not active; what it tells in return.
    fn flush_inactive(&mut self, events: &[(u32, RawEvent)]) -> Vec<RawOut>;
    /// A parameter moved in the host's own window while the plugin is active, before its audio thread hears of it
    /// (VST3: the controller's own call).
    fn tell_controller(&mut self, number: u32, value: f64);

    fn bus_names(&self) -> (Vec<String>, Vec<String>);
    /// Whether the plugin accepts speaker arrangements (VST3, one bit for each speaker); `None` passes a null array.
    fn arrange(&mut self, inputs: Option<&[u64]>, outputs: Option<&[u64]>) -> bool;
    fn set_bus_active(&mut self, is_output: bool, bus: usize, active: bool);
    fn set_offline(&mut self, offline: bool);
    fn activate(&mut self, sample_rate: f64, max_block: u32) -> bool;
    fn deactivate(&mut self);
    fn latency_frames(&self) -> u32;
    /// `u32::MAX` for a tail without end.
    fn tail_frames(&self) -> u32;

    fn save(&self) -> Option<Vec<u8>>;
    fn load(&self, state: &[u8]) -> bool;
    /// What the host says of the streams of states from now on (VST3).
    fn say_of_streams(&mut self, _: &[(&'static CStr, &str)]) {}
    /// Length of what comes before the framework's JSON in a saved state.
    fn state_header(&self) -> usize;
    /// A state's header for so much JSON.
    fn make_state_header(&self, json_len: usize) -> Vec<u8>;

    /// Runs what the plugin asked to have run on the main thread.
    fn serve_callbacks(&self);
    fn record(&self) -> &crate::record::HostRecord;

    /// Opens the editor in an X11 window; `false` if the plugin refuses.
    fn open_editor(&mut self, parent: u32) -> bool;
    fn close_editor(&mut self);
    fn editor_size(&self) -> Option<(u32, u32)>;
}

/// What a host calls from its audio thread, or from the main thread while nothing is processed.
pub trait AudioSide: Send {
    fn start(&mut self) -> bool;
    fn stop(&mut self);
    fn reset(&mut self);
    fn process(&mut self, call: Call<'_>) -> Answer;
    /// Parameter changes without audio.
    fn flush(&mut self, events: &[(u32, RawEvent)]) -> Vec<RawOut>;
}

thread_local! {
    static IS_AUDIO: Cell<bool> = const { Cell::new(false) };
}

/// Runs `body` as the audio thread, as far as the plugin can tell.
pub fn as_audio<R>(body: impl FnOnce() -> R) -> R {
    struct Back(bool);
    impl Drop for Back {
        fn drop(&mut self) {
            IS_AUDIO.set(self.0);
        }
    }
    let _back = Back(IS_AUDIO.replace(true));
    body()
}

/// Whether this thread is an audio thread right now.
pub fn is_audio() -> bool {
    IS_AUDIO.get()
}
