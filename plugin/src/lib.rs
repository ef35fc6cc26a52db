//! Echelon: a DJ rig inside a DAW. This file only wires.

use std::num::NonZeroU32;
use std::sync::Arc;

use nice_plug::prelude::*;

pub mod editor;
pub mod host;
pub mod media;
pub mod params;
pub mod view;

use host::HostLink;
use params::RigParams;

/// The plugin.
pub struct Echelon {
    params: Arc<RigParams>,
    link: Arc<HostLink>,
}

impl Default for Echelon {
    fn default() -> Self {
        let params = Arc::new(RigParams::default());
        let link = HostLink::new(&params);
        Self { params, link }
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
        aux_output_ports: &[STEREO; 4],
        names: PortNames {
            layout: Some("Four decks"),
            main_input: None,
            main_output: None,
            aux_inputs: &["Deck B In", "Deck C In", "Deck D In"],
            aux_outputs: &["Deck A", "Deck B", "Deck C", "Deck D"],
        },
    }];
    const MIDI_INPUT: MidiConfig = MidiConfig::Basic;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::None;
    const SAMPLE_ACCURATE_AUTOMATION: bool = false;

    type Editor = editor::Editor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        _: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        self.link.run(buffer, aux, |buffer, _aux, _exchange| {
            // The engine goes here: it reads `exchange.transport` and `exchange.inputs`, and reports with
            // `exchange.push_move`. The main input has been copied into the main output; the other outputs are silent.
            for channel in buffer.as_slice() {
                channel.fill(0.0);
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

pub use host::clap::clap_entry;

nice_export_vst3!(Echelon);
