//! Echelon: a DJ rig inside a DAW, as a CLAP and VST3 plugin. This file only wires.
//!
//! The host's process callback drives [`echelon_engine`]; [`control`] admits what people and programs ask for;
//! [`host`] stands between the framework and the host.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use echelon_engine::graph::LanePool;
use echelon_engine::processor::{BlockInput, RigProcessor};
use echelon_engine::rig::{Rig, RigConfig};
use nice_plug::prelude::*;

pub mod bridge;
pub mod buffers;
pub mod control;
pub mod editor;
pub mod host;
pub mod input;
pub mod media;
pub mod params;
pub mod peers;
pub mod recipes;
pub mod state;
pub mod view;

use buffers::MainInput;
use control::{ControlThread, EditorActs, EditorHands};
use host::HostLink;
use host::guard::guard;
use host::standalone::StandIn;
use params::RigParams;
use peers::{AudioEar, LinkSession};
use view::SharedView;

// What a host looks for in the library, for the mini-hosts that call it without loading it.
pub use host::clap::clap_entry;
pub use host::vst3::*;

/// One instance of the plugin.
pub struct Echelon {
    params: Arc<RigParams>,
    link: Arc<HostLink>,
    view: SharedView,
    hands: EditorHands,
    main_input: MainInput,
    /// Without a host's entry.
    stand_in: Option<StandIn>,
    /// Made when the host first activates the plugin: a scan costs no thread and no socket.
    running: Option<Running>,
}

/// The rig's audio half with its ear for a session, and the thread of its control half.
struct Running {
    processor: RigProcessor,
    control: ControlThread,
    ear: AudioEar,
}

impl Default for Echelon {
    fn default() -> Self {
        let params = Arc::new(RigParams::default());
        Self {
            link: HostLink::new(&params),
            params,
            view: SharedView::default(),
            hands: EditorHands::default(),
            main_input: MainInput::default(),
            stand_in: None,
            running: None,
        }
    }
}

impl Echelon {
    /// Prepares for a sample rate in Hz and blocks of up to so many frames; starts the rig the first time.
    fn get_ready(&mut self, sample_rate: f64, max_frames: usize) -> bool {
        self.main_input.prepare(max_frames);
        self.stand_in = self.stand_in.take().or_else(|| StandIn::new(&self.link));
        match &mut self.running {
            Some(running) => running.processor.prepare(sample_rate),
            None => {
                self.running = self.start(sample_rate);
                // The engine is new: it has yet to hear what the parameters say.
                self.link.resend();
            }
        }
        if let Some(Running { control, .. }) = &self.running {
            control.wait_for_project();
        }
        self.running.is_some()
    }

    fn start(&self, sample_rate: f64) -> Option<Running> {
        let (lanes, parallel) = (self.link.threads.lanes(), host::parallel());
        let (console, processor) =
            Rig::new(RigConfig { sample_rate, lanes, parallel, limiter: host::limiter() }).ok()?;
        let entry = console.lane_entry();
        self.link.latency_frames.store(console.latency_frames(), Ordering::Relaxed);
        let saved = self.params.saved.clone();
        let link = Arc::downgrade(&self.link);
        let (session, ear) = LinkSession::create();
        // The host's thread waits for the tracks; the values need not.
        let resend = move || link.upgrade().into_iter().for_each(|link| link.resend());
        let control = ControlThread::start(console, saved, self.view.clone(), session, &self.hands, resend).ok()?;
        self.link.threads.connect(entry);
        Some(Running { processor, control, ear })
    }
}

const STEREO: NonZeroU32 = NonZeroU32::new(2).unwrap();

impl Plugin for Echelon {
    const NAME: &'static str = "Echelon";
    const VENDOR: &'static str = "Echelon";
    const URL: &'static str = "https://github.com/echelon-dj/echelon";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_input_channels: Some(STEREO),
        main_output_channels: Some(STEREO),
        aux_input_ports: &[STEREO; 3],
        aux_output_ports: &[STEREO; 5],
        names: PortNames {
            layout: Some("Four decks"),
            main_input: None,
            main_output: None,
            aux_inputs: &["Deck B In", "Deck C In", "Deck D In"],
            aux_outputs: &["Deck A", "Deck B", "Deck C", "Deck D", "Cue"],
        },
    }];
    // Our entries take the host's MIDI themselves; only the framework's own program gives it to the plugin.
    const MIDI_INPUT: MidiConfig = if cfg!(feature = "standalone") { MidiConfig::MidiCCs } else { MidiConfig::Basic };
    const MIDI_OUTPUT: MidiConfig = Self::MIDI_INPUT;
    const SAMPLE_ACCURATE_AUTOMATION: bool = false;

    type Editor = editor::Editor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn editor(&mut self, _: AsyncExecutor<Self>) -> Option<Self::Editor> {
        let acts = EditorActs { hands: self.hands.clone(), view: self.view.clone() };
        editor::create_with_size(self.view.clone(), Box::new(acts), self.params.saved.editor_size())
    }

    fn filter_state(state: &mut PluginState) {
        state::normalise(state, RigParams::default().default_values());
    }

    fn activate(&mut self, _: &AudioIOLayout, config: &BufferConfig, _: &mut impl ActivateContext<Self>) -> bool {
        // A panic must not cross the framework's C functions into the host: it refuses the plugin instead.
        guard(false, || self.get_ready(f64::from(config.sample_rate), config.max_buffer_size as usize))
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let Self { link, running: Some(Running { processor, control, ear }), main_input, stand_in, .. } = self else {
            return ProcessStatus::Error("not activated");
        };
        link.run(buffer, aux, |buffer, aux, exchange| {
            let frames = u32::try_from(buffer.samples()).unwrap_or(u32::MAX);
            if let Some(stand_in) = stand_in {
                stand_in.begin(link, exchange, context, frames);
            }
            let _turn = exchange.offline.then(|| control.turn_offline());
            let mut threads = link.threads.lend(exchange.offline);
            if let Some(mut io) = main_input.block(buffer, aux) {
                io.lanes = threads.as_mut().map(|threads| threads as &mut dyn LanePool);
                let late = link.latency_micros(processor.sample_rate());
                let session = ear.hear(processor.bar_beats(), late);
                processor.hear_session(session, frames, exchange.offline, exchange.ahead);
                let block = BlockInput { frames, transport: exchange.transport, inputs: &exchange.inputs };
                processor.process(&mut io, block, &mut exchange.moves);
                exchange.push_midi(processor.midi_out());
            }
            if let Some(stand_in) = stand_in {
                stand_in.end(link, exchange, context);
            }
        })
    }
}

impl ClapPlugin for Echelon {
    const CLAP_ID: &'static str = "dj.echelon.echelon";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("A DJ rig inside your DAW: four decks, beat-exact actions, OSC");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] =
        &[ClapFeature::Instrument, ClapFeature::AudioEffect, ClapFeature::Mixing, ClapFeature::Stereo];
}

impl Vst3Plugin for Echelon {
    const VST3_CLASS_ID: [u8; 16] = *b"EchelonDjRig0001";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] = &[Vst3SubCategory::Instrument, Vst3SubCategory::Fx];
}
