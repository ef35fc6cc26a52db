//! Echelon: a DJ rig inside a DAW, as a CLAP and VST3 plugin. This file only wires.
//!
//! The host's process callback drives [`echelon_engine`]; [`control`] admits what people and programs ask for;
//! [`host`] stands between the framework and the host.

use std::num::NonZeroU32;
use std::sync::Arc;

use nice_plug::prelude::*;

mod audio;
pub mod bridge;
pub mod control;
pub mod editor;
#[doc(hidden)]
pub mod fuzzing;
pub mod host;
pub mod input;
pub mod media;
pub mod params;
pub mod peers;
pub mod places;
pub mod preferences;
pub mod recipes;
pub mod state;
pub mod view;
#[doc(hidden)]
pub mod whole_file;

use audio::AudioHalf;
use control::{EditorActs, EditorHands};
use host::HostLink;
use host::guard::guard;
use host::standalone::StandIn;
use params::RigParams;
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
    /// Without a host's entry.
    stand_in: Option<StandIn>,
}

impl Default for Echelon {
    fn default() -> Self {
        let params = Arc::new(RigParams::default());
        if let Some(look) = preferences::look() {
            params.saved.editor_size().set_look(look);
        }
        Self {
            link: HostLink::new(&params),
            params,
            view: SharedView::default(),
            hands: EditorHands::default(),
            stand_in: None,
        }
    }
}

impl Echelon {
    /// Prepares for a sample rate in Hz and blocks of up to so many frames; starts the rig the first time.
    fn get_ready(&mut self, sample_rate: f64, max_frames: u32) -> bool {
        self.stand_in = StandIn::new(&self.link, &self.view, sample_rate, max_frames);
        let Ok(mut rig) = self.link.rig.try_borrow_mut() else { return false };
        match &mut *rig {
            Some(rig) => rig.prepare(sample_rate),
            None => {
                let (saved, view) = (self.params.saved.clone(), self.view.clone());
                *rig = AudioHalf::start(&self.link, sample_rate, saved, view, &self.hands);
                // The engine is new: it has yet to hear what the parameters say.
                self.link.resend();
            }
        }
        rig.as_mut().map(AudioHalf::wait_for_project).is_some()
    }
}

impl Drop for Echelon {
    fn drop(&mut self) {
        // Its control side lets go of its port and ends its thread here, on the thread that removes the plugin.
        if let Ok(mut rig) = self.link.rig.try_borrow_mut() {
            *rig = None;
        }
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
        guard(false, || self.get_ready(f64::from(config.sample_rate), config.max_buffer_size))
    }

    /// Called by the framework's own program alone: a host's blocks never pass through the framework.
    fn process(
        &mut self,
        buffer: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let Some(stand_in) = &mut self.stand_in else { return ProcessStatus::Error("not activated") };
        stand_in.run(&self.link, buffer, aux, context)
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
