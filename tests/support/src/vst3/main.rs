//! The main thread's calls into a VST3 plugin.

use std::ffi::CStr;
use std::sync::Arc;

use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::MediaTypes_::{kAudio, kEvent};
use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_::kCanAutomate;
use vst3::Steinberg::Vst::ProcessModes_::{kOffline, kRealtime};
use vst3::Steinberg::Vst::SpeakerArr::kStereo;
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::{
    BusInfo, IAudioProcessorTrait, IComponentTrait, IEditControllerTrait, ParameterInfo, ProcessSetup, String128,
};
use vst3::Steinberg::{
    IBStream, IPlugFrame, IPlugView, IPlugViewTrait, ViewRect, kPlatformTypeX11EmbedWindowID, kResultOk,
};
use vst3::{ComPtr, ComWrapper};

use super::com::{About, Stream, pointer};
use super::plugin::Plugin;
use super::text_of;
use super::view::Frame;
use crate::params::RawParam;
use crate::record::HostRecord;
use crate::sides::{MainSide, RawEvent, RawOut};

/// See [`MainSide`].
pub struct Vst3Main {
    plugin: Arc<Plugin>,
    offline: bool,
    inactive_buses: Vec<(bool, usize)>,
    editor: Option<(ComPtr<IPlugView>, ComWrapper<Frame>)>,
    /// What it says of streams; `None` if nothing.
    about: Option<About>,
}

// SAFETY: only one thread at a time plays the main thread.
unsafe impl Send for Vst3Main {}

impl Vst3Main {
    pub const fn new(plugin: Arc<Plugin>) -> Self {
        Self { plugin, offline: false, inactive_buses: Vec::new(), editor: None, about: None }
    }

    /// The plugin, for a call on the main thread.
    fn plugin(&self) -> &Plugin {
        self.plugin.record.adopt_main();
        &self.plugin
    }

    fn bus_count(&self, media: u32, direction: u32) -> i32 {
        // SAFETY: initialised.
        unsafe { self.plugin().component.getBusCount(media as i32, direction as i32) }
    }

    fn names_of(&self, direction: u32) -> Vec<String> {
        let name = |index| {
            // SAFETY: plain data, valid when zero; filled in by the plugin.
            unsafe {
                let mut info: BusInfo = std::mem::zeroed();
                let result = self.plugin().component.getBusInfo(kAudio as i32, direction as i32, index, &raw mut info);
                assert_eq!(result, kResultOk, "bus {index}");
                text_of(&info.name)
            }
        };
        (0..self.bus_count(kAudio, direction)).map(name).collect()
    }

    fn activate_buses(&self) {
        for media in [kAudio, kEvent] {
            for direction in [kInput, kOutput] {
                for index in 0..self.bus_count(media, direction) {
                    let off = media == kAudio && self.inactive_buses.contains(&(direction == kOutput, index as usize));
                    // SAFETY: not active.
                    let result = unsafe {
                        let component = &self.plugin().component;
                        component.activateBus(media as i32, direction as i32, index, (!off).into())
                    };
                    assert_eq!(result, kResultOk, "activateBus");
                }
            }
        }
    }
}

impl MainSide for Vst3Main {
    fn list_params(&self) -> Vec<RawParam> {
        let controller = &self.plugin().controller;
        let param = |index| {
            // SAFETY: plain data, valid when zero; filled in by the plugin.
            let info = unsafe {
                let mut info: ParameterInfo = std::mem::zeroed();
                assert_eq!(controller.getParameterInfo(index, &raw mut info), kResultOk, "parameter {index}");
                info
            };
            RawParam {
                number: info.id,
                name: text_of(&info.title),
                min: 0.0,
                max: 1.0,
                default: info.defaultNormalizedValue,
                steps: (info.stepCount > 0).then_some(info.stepCount.cast_unsigned()),
                automatable: info.flags & kCanAutomate != 0,
            }
        };
        // SAFETY: initialised.
        (0..unsafe { controller.getParameterCount() }).map(param).collect()
    }

    fn value(&self, number: u32) -> f64 {
        // SAFETY: initialised.
        unsafe { self.plugin().controller.getParamNormalized(number) }
    }

    fn text(&self, number: u32, value: f64) -> Option<String> {
        let mut text: String128 = [0; 128];
        // SAFETY: initialised; room for the text.
        let result = unsafe { self.plugin().controller.getParamStringByValue(number, value, &raw mut text) };
        (result == kResultOk).then(|| text_of(&text))
    }

    fn value_of_text(&self, number: u32, text: &str) -> Option<f64> {
        let mut text: Vec<u16> = text.encode_utf16().chain([0]).collect();
        let mut value = f64::NAN;
        // SAFETY: initialised; a text that ends in zero, and room for the value.
        let result =
            unsafe { self.plugin().controller.getParamValueByString(number, text.as_mut_ptr(), &raw mut value) };
        (result == kResultOk).then_some(value)
    }

    fn to_raw(&self, number: u32, plain: f64) -> Option<f64> {
        // SAFETY: initialised.
        Some(unsafe { self.plugin().controller.plainParamToNormalized(number, plain) })
    }

    fn flush_inactive(&mut self, events: &[(u32, RawEvent)]) -> Vec<RawOut> {
        for (_, event) in events {
            if let RawEvent::Param { number, value } = *event {
                self.tell_controller(number, value);
            }
        }
        Vec::new()
    }

    fn tell_controller(&mut self, number: u32, value: f64) {
        // SAFETY: initialised.
        unsafe { self.plugin().controller.setParamNormalized(number, value) };
    }

    fn bus_names(&self) -> (Vec<String>, Vec<String>) {
        (self.names_of(kInput), self.names_of(kOutput))
    }

    fn arrange(&mut self, inputs: Option<&[u64]>, outputs: Option<&[u64]>) -> bool {
        let array = |speakers: Option<&[u64]>| speakers.map_or(std::ptr::null_mut(), |array| array.as_ptr().cast_mut());
        let count = |speakers: Option<&[u64]>| speakers.map_or(0, <[u64]>::len) as i32;
        let processor = &self.plugin().processor;
        // SAFETY: initialised and not active; each array is as long as told, and only read.
        let result =
            unsafe { processor.setBusArrangements(array(inputs), count(inputs), array(outputs), count(outputs)) };
        result == kResultOk
    }

    fn set_bus_active(&mut self, is_output: bool, bus: usize, active: bool) {
        self.inactive_buses.retain(|known| *known != (is_output, bus));
        if !active {
            self.inactive_buses.push((is_output, bus));
        }
    }

    fn set_offline(&mut self, offline: bool) {
        self.offline = offline;
    }

    fn activate(&mut self, sample_rate: f64, max_block: u32) -> bool {
        let mut inputs = vec![kStereo; self.bus_count(kAudio, kInput) as usize];
        let mut outputs = vec![kStereo; self.bus_count(kAudio, kOutput) as usize];
        let mode = if self.offline { kOffline } else { kRealtime };
        let mut setup = ProcessSetup {
            processMode: mode as i32,
            symbolicSampleSize: kSample32 as i32,
            maxSamplesPerBlock: max_block as i32,
            sampleRate: sample_rate,
        };
        let plugin = self.plugin();
        // SAFETY: initialised and not active; the arrays are as long as told.
        unsafe {
            let (ins, outs) = (inputs.len() as i32, outputs.len() as i32);
            let arranged = plugin.processor.setBusArrangements(inputs.as_mut_ptr(), ins, outputs.as_mut_ptr(), outs);
            assert_eq!(arranged, kResultOk, "setBusArrangements refused stereo");
            assert_eq!(plugin.processor.setupProcessing(&raw mut setup), kResultOk, "setupProcessing");
            self.activate_buses();
            plugin.component.setActive(1) == kResultOk
        }
    }

    fn deactivate(&mut self) {
        // SAFETY: active and not processing.
        unsafe { self.plugin().component.setActive(0) };
    }

    fn latency_frames(&self) -> u32 {
        // SAFETY: initialised.
        unsafe { self.plugin().processor.getLatencySamples() }
    }

    fn tail_frames(&self) -> u32 {
        // SAFETY: initialised.
        unsafe { self.plugin().processor.getTailSamples() }
    }

    fn save(&self) -> Option<Vec<u8>> {
        let stream = Stream::with_about(&[], self.about.clone());
        // SAFETY: initialised; the stream lives until the call returns.
        let result = unsafe { self.plugin().component.getState(pointer::<_, IBStream>(&stream)) };
        (result == kResultOk).then(|| stream.bytes.take())
    }

    fn load(&self, saved: &[u8]) -> bool {
        let plugin = self.plugin();
        let [state, copy] = [(); 2].map(|()| Stream::with_about(saved, self.about.clone()));
        // SAFETY: as above. Hosts tell the controller the same state.
        unsafe {
            let result = plugin.component.setState(pointer::<_, IBStream>(&state));
            plugin.controller.setComponentState(pointer::<_, IBStream>(&copy));
            result == kResultOk
        }
    }

    fn say_of_streams(&mut self, about: &[(&'static CStr, &str)]) {
        self.about = Some(About(about.iter().map(|(name, text)| (*name, (*text).to_owned())).collect()));
    }

    fn state_header(&self) -> usize {
        0
    }

    fn make_state_header(&self, _: usize) -> Vec<u8> {
        Vec::new()
    }

    fn serve_callbacks(&self) {
        self.plugin();
        if let Some((_, frame)) = &self.editor {
            frame.run_once();
        }
    }

    fn record(&self) -> &HostRecord {
        &self.plugin.record
    }

    fn open_editor(&mut self, parent: u32) -> bool {
        assert!(self.editor.is_none(), "the editor is open already");
        let frame = ComWrapper::new(Frame::new(Arc::clone(&self.plugin.record)));
        let kind = kPlatformTypeX11EmbedWindowID;
        // SAFETY: initialised; the frame lives as long as the view; an X11 window travels as a pointer.
        unsafe {
            let view = self.plugin().controller.createView(c"editor".as_ptr());
            let Some(view) = ComPtr::from_raw(view) else { return false };
            if view.isPlatformTypeSupported(kind) != kResultOk {
                return false;
            }
            view.setFrame(pointer::<_, IPlugFrame>(&frame));
            let parent = std::ptr::without_provenance_mut(parent as usize);
            let opened = view.attached(parent, kind) == kResultOk;
            self.editor = opened.then_some((view, frame));
            opened
        }
    }

    fn close_editor(&mut self) {
        if let Some((view, _frame)) = self.editor.take() {
            // SAFETY: attached before.
            unsafe {
                view.removed();
                view.setFrame(std::ptr::null_mut());
            }
        }
    }

    fn editor_size(&self) -> Option<(u32, u32)> {
        let (view, _) = self.editor.as_ref()?;
        let mut rect = ViewRect { left: 0, top: 0, right: 0, bottom: 0 };
        // SAFETY: attached; room for the answer.
        let result = unsafe { view.getSize(&raw mut rect) };
        let size = |from: i32, to: i32| (to - from).cast_unsigned();
        (result == kResultOk).then(|| (size(rect.left, rect.right), size(rect.top, rect.bottom)))
    }
}
