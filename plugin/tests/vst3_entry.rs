//! The VST3 entry, driven through its COM interfaces the way careless hosts do.
#![allow(
    missing_docs,
    non_snake_case,
    clippy::undocumented_unsafe_blocks,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test; every pointer is to a local"
)]

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr;

use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{Class, ComPtr, ComWrapper, Interface};

const XFADER: u32 = 1_385_202_686;
const QUANTIZE: u32 = 862_479_665;
const STEREO: u64 = SpeakerArr::kStereo;

struct Plugin {
    component: ComPtr<IComponent>,
    processor: ComPtr<IAudioProcessor>,
    controller: ComPtr<IEditController>,
}

impl Plugin {
    fn new() -> Self {
        unsafe {
            let factory = ComPtr::from_raw(echelon::GetPluginFactory().cast::<IPluginFactory>()).unwrap();
            assert_eq!(factory.countClasses(), 1);
            let mut info: PClassInfo = std::mem::zeroed();
            assert_eq!(factory.getClassInfo(0, &mut info), kResultOk);
            let mut object = ptr::null_mut();
            let iid = IComponent::IID;
            let made = factory.createInstance(info.cid.as_ptr(), iid.as_ptr().cast(), &mut object);
            assert_eq!(made, kResultOk);
            let component = ComPtr::from_raw(object.cast::<IComponent>()).unwrap();
            assert_eq!(component.initialize(ptr::null_mut()), kResultOk);
            let (processor, controller) = (component.cast().unwrap(), component.cast().unwrap());
            Self { component, processor, controller }
        }
    }

    fn setup(&self, max: i32) -> tresult {
        let mut setup =
            ProcessSetup { processMode: 0, symbolicSampleSize: 0, maxSamplesPerBlock: max, sampleRate: 48_000.0 };
        unsafe { self.processor.setupProcessing(&mut setup) }
    }

    fn start(&self, max: i32) {
        unsafe {
            assert_eq!(self.setup(max), kResultOk);
            assert_eq!(self.component.setActive(1), kResultOk);
            assert_eq!(self.processor.setProcessing(1), kResultOk);
        }
    }

    fn value(&self, id: u32) -> f64 {
        unsafe { self.controller.getParamNormalized(id) }
    }

    fn process(&self, frames: i32, outputs: &mut [AudioBusBuffers], changes: &[(u32, i32, f64)]) -> tresult {
        let changes = ComWrapper::new(Changes::of(changes));
        let mut data: ProcessData = unsafe { std::mem::zeroed() };
        data.numSamples = frames;
        data.numOutputs = outputs.len() as i32;
        data.outputs = if outputs.is_empty() { ptr::null_mut() } else { outputs.as_mut_ptr() };
        data.inputParameterChanges = changes.as_com_ref::<IParameterChanges>().unwrap().as_ptr();
        unsafe { self.processor.process(&mut data) }
    }

    fn save(&self) -> Vec<u8> {
        let stream = ComWrapper::new(Stream::default());
        let pointer = stream.as_com_ref::<IBStream>().unwrap().as_ptr();
        assert_eq!(unsafe { self.component.getState(pointer) }, kResultOk);
        stream.bytes.borrow().clone()
    }

    fn load(&self, bytes: &[u8]) -> tresult {
        let stream = ComWrapper::new(Stream { bytes: bytes.to_vec().into(), at: 0.into() });
        unsafe { self.component.setState(stream.as_com_ref::<IBStream>().unwrap().as_ptr()) }
    }
}

struct Queue(u32, Vec<(i32, f64)>);
struct Changes(Vec<ComWrapper<Queue>>);

impl Changes {
    fn of(changes: &[(u32, i32, f64)]) -> Self {
        Self(changes.iter().map(|(id, at, value)| ComWrapper::new(Queue(*id, vec![(*at, *value)]))).collect())
    }
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}
impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.0
    }
    unsafe fn getPointCount(&self) -> int32 {
        self.1.len() as i32
    }
    unsafe fn getPoint(&self, index: int32, at: *mut int32, value: *mut ParamValue) -> tresult {
        let point = self.1[index as usize];
        unsafe { (*at, *value) = point };
        kResultOk
    }
    unsafe fn addPoint(&self, _: int32, _: ParamValue, _: *mut int32) -> tresult {
        kResultFalse
    }
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        self.0.len() as i32
    }
    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        self.0[index as usize].as_com_ref::<IParamValueQueue>().unwrap().as_ptr()
    }
    unsafe fn addParameterData(&self, _: *const ParamID, _: *mut int32) -> *mut IParamValueQueue {
        ptr::null_mut()
    }
}

/// A stream that cannot tell its size, and reports failure at its end.
#[derive(Default)]
struct Stream {
    bytes: RefCell<Vec<u8>>,
    at: RefCell<usize>,
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, size: int32, count: *mut int32) -> tresult {
        let bytes = self.bytes.borrow();
        let rest = &bytes[*self.at.borrow()..];
        let part = rest.len().min(size as usize).min(11);
        unsafe { buffer.cast::<u8>().copy_from(rest.as_ptr(), part) };
        *self.at.borrow_mut() += part;
        unsafe { *count = part as i32 };
        if part == 0 { kResultFalse } else { kResultOk }
    }
    unsafe fn write(&self, buffer: *mut c_void, size: int32, count: *mut int32) -> tresult {
        let from = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), size as usize) };
        self.bytes.borrow_mut().extend_from_slice(from);
        unsafe { *count = size };
        kResultOk
    }
    unsafe fn seek(&self, _: int64, _: int32, _: *mut int64) -> tresult {
        kNotImplemented
    }
    unsafe fn tell(&self, _: *mut int64) -> tresult {
        kNotImplemented
    }
}

fn bus(channels: &mut [*mut f32]) -> AudioBusBuffers {
    let pointers = if channels.is_empty() { ptr::null_mut() } else { channels.as_mut_ptr() };
    AudioBusBuffers {
        numChannels: channels.len() as i32,
        silenceFlags: 3,
        __field0: AudioBusBuffers__type0 { channelBuffers32: pointers },
    }
}

#[test]
fn every_interface_is_of_one_object() {
    let plugin = Plugin::new();
    let identity = |unknown: Option<ComPtr<FUnknown>>| unknown.unwrap().as_ptr();
    let one = identity(plugin.component.cast());
    assert_eq!(one, identity(plugin.processor.cast()));
    assert_eq!(one, identity(plugin.controller.cast()));
    assert_eq!(one, identity(plugin.controller.cast::<IUnitInfo>().unwrap().cast()));
    assert_eq!(one, identity(plugin.processor.cast::<IProcessContextRequirements>().unwrap().cast()));
    assert!(plugin.component.cast::<IPlugView>().is_none());
}

#[test]
fn missing_null_and_empty_buses_are_processed() {
    let plugin = Plugin::new();
    plugin.start(64);
    let mut left = [7.0_f32; 64];
    let (mut one, mut none) = ([left.as_mut_ptr(), ptr::null_mut()], [ptr::null_mut(); 2]);
    let mut outputs = [bus(&mut one), bus(&mut none), bus(&mut [])];
    assert_eq!(plugin.process(64, &mut outputs, &[]), kResultOk);
    assert_eq!((left, outputs[0].silenceFlags), ([0.0; 64], 0));
    assert_eq!(plugin.process(64, &mut [], &[]), kResultOk);
    let mut large = [7.0_f32; 1000];
    let mut one = [large.as_mut_ptr()];
    assert_eq!(plugin.process(1000, &mut [bus(&mut one)], &[]), kResultOk);
    assert_eq!(large, [0.0; 1000]);
}

#[test]
fn nothing_is_processed_that_was_not_set_up() {
    let plugin = Plugin::new();
    unsafe {
        assert_ne!(plugin.component.setActive(1), kResultOk);
        assert_ne!(plugin.setup(0), kResultOk);
        assert_ne!(plugin.setup(-5), kResultOk);
        let mut left = [7.0_f32; 64];
        let mut one = [left.as_mut_ptr()];
        assert_ne!(plugin.process(64, &mut [bus(&mut one)], &[(XFADER, 0, 0.25)]), kResultOk);
        assert_eq!((left, plugin.value(XFADER)), ([0.0; 64], 0.25));
        assert_ne!(plugin.processor.process(ptr::null_mut()), kResultOk);
        assert_ne!(plugin.processor.setupProcessing(ptr::null_mut()), kResultOk);
        assert_eq!(plugin.processor.canProcessSampleSize(1), kResultFalse);
    }
}

#[test]
fn values_are_set_in_blocks_in_flushes_by_the_controller_and_by_a_loaded_state() {
    let plugin = Plugin::new();
    let set = |id, value| unsafe { plugin.controller.setParamNormalized(id, value) };
    assert_eq!(set(XFADER, 0.125), kResultOk);
    assert_ne!(set(XFADER, f64::NAN), kResultOk);
    assert_ne!(set(12345, 0.5), kResultOk);
    assert_eq!(plugin.value(XFADER), 0.125);
    plugin.process(0, &mut [], &[(QUANTIZE, 0, 1.0)]);
    assert_eq!(plugin.value(QUANTIZE), 1.0);
    plugin.start(64);
    plugin.process(64, &mut [], &[(XFADER, -3, 0.25), (XFADER, 9000, 0.75), (QUANTIZE, 1, 0.25), (999, 0, 1.0)]);
    assert_eq!((plugin.value(QUANTIZE), plugin.value(XFADER)), (0.25, 0.75));
    set(XFADER, 0.5);
    assert_eq!(plugin.value(XFADER), 0.5);
    set(XFADER, 0.75);

    let state = plugin.save();
    assert_eq!(state, plugin.save());
    let other = Plugin::new();
    assert_eq!(other.load(&state), kResultOk);
    assert_eq!((other.value(QUANTIZE), other.value(XFADER)), (0.25, 0.75));
    assert_eq!(state, other.save());
    assert_ne!(other.load(&state[..state.len() - 1]), kResultOk);
    assert_ne!(other.load(&[]), kResultOk);
    assert_ne!(unsafe { other.component.setState(ptr::null_mut()) }, kResultOk);
    assert_eq!(state, other.save());
}

#[test]
fn buses_and_parameters_are_declared_right() {
    let plugin = Plugin::new();
    let names = |direction| unsafe {
        let name = |index| {
            let mut info: BusInfo = std::mem::zeroed();
            assert_eq!(plugin.component.getBusInfo(0, direction, index, &mut info), kResultOk);
            String::from_utf16_lossy(&info.name).trim_end_matches('\0').to_owned()
        };
        (0..plugin.component.getBusCount(0, direction)).map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(0), ["Deck A In", "Deck B In", "Deck C In", "Deck D In"]);
    assert_eq!(names(1), ["Master", "Deck A", "Deck B", "Deck C", "Deck D", "Cue"]);
    unsafe {
        let mut info: ParameterInfo = std::mem::zeroed();
        let count = plugin.controller.getParameterCount();
        // Behind them each controller of each MIDI channel, its pressure and its wheel: no people see them.
        let named = echelon::params::RigParams::default().default_values().len();
        assert_eq!(count as usize, named + 16 * 130);
        let is_hidden = |index: usize| {
            let mut info: ParameterInfo = std::mem::zeroed();
            assert_eq!(plugin.controller.getParameterInfo(index as i32, &mut info), kResultOk);
            info.flags & ParameterInfo_::ParameterFlags_::kIsHidden != 0
        };
        assert!((0..count as usize).all(|index| is_hidden(index) == (index >= named)));
        assert_ne!(plugin.controller.getParameterInfo(count, &mut info), kResultOk);
        assert_ne!(plugin.controller.getParameterInfo(-1, &mut info), kResultOk);
        let mut bus: BusInfo = std::mem::zeroed();
        assert_ne!(plugin.component.getBusInfo(0, 0, -1, &mut bus), kResultOk);
        assert_ne!(plugin.component.getBusInfo(0, 0, 4, &mut bus), kResultOk);
    }
}

#[test]
fn one_layout_alone_is_taken() {
    let plugin = Plugin::new();
    let set = |inputs: &mut [u64], outputs: &mut [u64]| unsafe {
        let counts = (inputs.len() as i32, outputs.len() as i32);
        plugin.processor.setBusArrangements(inputs.as_mut_ptr(), counts.0, outputs.as_mut_ptr(), counts.1)
    };
    assert_eq!(set(&mut [STEREO; 4], &mut [STEREO; 6]), kResultOk);
    assert_ne!(set(&mut [STEREO; 3], &mut [STEREO; 6]), kResultOk);
    assert_ne!(set(&mut [STEREO; 4], &mut [STEREO; 7]), kResultOk);
    assert_ne!(set(&mut [STEREO, STEREO, STEREO, SpeakerArr::kMono], &mut [STEREO; 6]), kResultOk);
    assert_ne!(set(&mut [STEREO; 4], &mut [STEREO, STEREO, STEREO, STEREO, STEREO, SpeakerArr::kMono]), kResultOk);
    let null = ptr::null_mut();
    assert_ne!(unsafe { plugin.processor.setBusArrangements(null, 4, null, 6) }, kResultOk);
    let mut arrangement = 0;
    assert_eq!(unsafe { plugin.processor.getBusArrangement(1, 5, &mut arrangement) }, kResultOk);
    assert_eq!(arrangement, STEREO);
    assert_ne!(unsafe { plugin.processor.getBusArrangement(1, 6, &mut arrangement) }, kResultOk);
    assert_ne!(unsafe { plugin.processor.getBusArrangement(0, -1, &mut arrangement) }, kResultOk);
}
