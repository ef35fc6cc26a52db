//! A VST3 instance with nothing around it.

use support::raw::vst3_factory;
use vst3::Steinberg::Vst::ProcessModes_::kRealtime;
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::{IPluginBaseTrait, IPluginFactoryTrait, PClassInfo, kResultOk, tresult};
use vst3::{ComPtr, Interface};

use super::bare_clap::Buses;

/// See the module.
pub struct BareVst3 {
    pub component: ComPtr<IComponent>,
    pub processor: ComPtr<IAudioProcessor>,
    pub controller: ComPtr<IEditController>,
}

/// A new object of the factory's first class, not yet initialised.
pub fn fresh() -> ComPtr<IComponent> {
    let factory = vst3_factory();
    // SAFETY: plain data, valid when zero; filled in by the factory; the class gives the interface asked for.
    unsafe {
        let mut info: PClassInfo = std::mem::zeroed();
        assert_eq!(factory.getClassInfo(0, &raw mut info), kResultOk);
        let mut object = std::ptr::null_mut();
        let iid = IComponent::IID.as_ptr().cast();
        assert_eq!(factory.createInstance(info.cid.as_ptr(), iid, &raw mut object), kResultOk);
        ComPtr::from_raw(object.cast()).expect("an object")
    }
}

impl BareVst3 {
    /// In a host that says nothing of itself and hears nothing.
    pub fn new() -> Self {
        let component = fresh();
        // SAFETY: a fresh object.
        assert_eq!(unsafe { component.initialize(std::ptr::null_mut()) }, kResultOk);
        let processor = component.cast().expect("an audio processor");
        let controller = component.cast().expect("a controller");
        Self { component, processor, controller }
    }

    pub fn set_up(&self, sample_rate: f64, max: i32, sample_size: i32) -> tresult {
        let mut setup = ProcessSetup {
            processMode: kRealtime as i32,
            symbolicSampleSize: sample_size,
            maxSamplesPerBlock: max,
            sampleRate: sample_rate,
        };
        // SAFETY: initialised and not active.
        unsafe { self.processor.setupProcessing(&raw mut setup) }
    }

    /// Sets up, switches all buses on, activates, and starts.
    pub fn activate(&self, sample_rate: f64, max: i32) -> bool {
        self.set_up(sample_rate, max, kSample32 as i32) == kResultOk && self.start()
    }

    pub fn start(&self) -> bool {
        // SAFETY: set up.
        unsafe {
            let is_active = self.component.setActive(1) == kResultOk;
            if is_active {
                self.processor.setProcessing(1);
            }
            is_active
        }
    }

    pub fn deactivate(&self) {
        // SAFETY: active.
        unsafe {
            self.processor.setProcessing(0);
            self.component.setActive(0);
        }
    }

    /// One block without any list.
    pub fn process(&self, buses: &mut Buses, context: Option<&mut ProcessContext>) -> tresult {
        self.process_with(buses, context, &|_, _| true)
    }

    /// One block, in which only these buses (input or output, number) have their arrays.
    pub fn process_with(
        &self,
        buses: &mut Buses,
        context: Option<&mut ProcessContext>,
        is_given: &dyn Fn(bool, usize) -> bool,
    ) -> tresult {
        let frames = buses.frames;
        let (mut inputs, mut outputs) = (buses.inputs.pointers(), buses.outputs.pointers());
        let mut ins = arrays(&mut inputs, buses.mask, |bus| is_given(false, bus));
        let mut outs = arrays(&mut outputs, buses.mask, |bus| is_given(true, bus));
        // SAFETY: plain numbers and pointers, valid when zero.
        let mut data: ProcessData = unsafe { std::mem::zeroed() };
        data.processMode = kRealtime as i32;
        data.symbolicSampleSize = kSample32 as i32;
        data.numSamples = frames as i32;
        (data.numInputs, data.inputs) = (ins.len() as i32, ins.as_mut_ptr());
        (data.numOutputs, data.outputs) = (outs.len() as i32, outs.as_mut_ptr());
        data.processContext = context.map_or(std::ptr::null_mut(), std::ptr::from_mut);
        // SAFETY: every pointer lives until the call returns.
        let result = unsafe { self.processor.process(&raw mut data) };
        buses.told = outs.iter().map(|bus| bus.silenceFlags).collect();
        result
    }
}

impl Drop for BareVst3 {
    fn drop(&mut self) {
        // SAFETY: the last call but for releasing.
        unsafe { self.component.terminate() };
    }
}

fn arrays(pointers: &mut [[*mut f32; 2]], silence: u64, is_given: impl Fn(usize) -> bool) -> Vec<AudioBusBuffers> {
    let bus = |(bus, channels): (usize, &mut [*mut f32; 2])| {
        let (array, count) = if is_given(bus) { (channels.as_mut_ptr(), 2) } else { (std::ptr::null_mut(), 0) };
        AudioBusBuffers {
            numChannels: count,
            silenceFlags: silence,
            __field0: AudioBusBuffers__type0 { channelBuffers32: array },
        }
    };
    pointers.iter_mut().enumerate().map(bus).collect()
}
