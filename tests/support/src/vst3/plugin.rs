//! One VST3 plugin instance and its lifetime.

use std::sync::{Arc, Once};

use vst3::Steinberg::Vst::{
    IAudioProcessor, IComponent, IComponentHandler, IEditController, IEditControllerTrait, IHostApplication,
};
use vst3::Steinberg::{FUnknown, IPluginBaseTrait, IPluginFactory, IPluginFactoryTrait, PClassInfo, kResultOk};
use vst3::{ComPtr, ComWrapper, Interface};

use super::com::pointer;
use super::handler::Handler;
use super::midi::MidiMap;
use crate::entries;
use crate::record::HostRecord;

/// An initialised instance; terminated and released when the last of its two sides goes.
pub struct Plugin {
    pub component: ComPtr<IComponent>,
    pub processor: ComPtr<IAudioProcessor>,
    pub controller: ComPtr<IEditController>,
    pub midi: MidiMap,
    pub record: Arc<HostRecord>,
    handler: ComWrapper<Handler>,
}

// SAFETY: the two sides call only what their thread may, as the format asks, and the host keeps them apart where the
// format does not allow both at once. Reference counts are atomic.
unsafe impl Send for Plugin {}
// SAFETY: as above.
unsafe impl Sync for Plugin {}

/// The plugin's factory, with the module initialised once for the process.
#[must_use]
pub fn factory() -> ComPtr<IPluginFactory> {
    static INIT: Once = Once::new();
    INIT.call_once(|| {
        crate::keep_panic_hook(|| {
            // SAFETY: the plugin's own entry, called once; no module handle, as it is linked in.
            assert!(unsafe { entries::ModuleEntry(std::ptr::null_mut()) }, "ModuleEntry failed");
        });
    });
    // SAFETY: the module is initialised; the entry hands out a reference to its factory.
    unsafe { ComPtr::from_raw(entries::GetPluginFactory().cast::<IPluginFactory>()) }
        .expect("GetPluginFactory gave null")
}

/// A new object of the factory's first audio class.
fn instance(factory: &ComPtr<IPluginFactory>) -> ComPtr<IComponent> {
    // SAFETY: plain data, valid when zero; filled in by the factory; the class gives the interface asked for.
    unsafe {
        let mut info: PClassInfo = std::mem::zeroed();
        assert!(factory.countClasses() > 0, "the factory has no class");
        assert_eq!(factory.getClassInfo(0, &raw mut info), kResultOk);
        let mut object = std::ptr::null_mut();
        let iid = IComponent::IID.as_ptr().cast();
        assert_eq!(factory.createInstance(info.cid.as_ptr(), iid, &raw mut object), kResultOk, "createInstance failed");
        ComPtr::from_raw(object.cast()).expect("createInstance gave null")
    }
}

impl Plugin {
    pub fn create() -> Self {
        let record = Arc::new(HostRecord::default());
        record.adopt_main();
        let handler = ComWrapper::new(Handler(Arc::clone(&record)));
        let component = instance(&factory());
        let context = pointer::<_, IHostApplication>(&handler).cast::<FUnknown>();
        // SAFETY: a fresh object and a living context.
        assert_eq!(unsafe { component.initialize(context) }, kResultOk, "initialize failed");
        let processor = component.cast().expect("an audio processor");
        let controller: ComPtr<IEditController> = component.cast().expect("a component that is its own controller");
        // SAFETY: the handler lives as long as the instance.
        unsafe { controller.setComponentHandler(pointer::<_, IComponentHandler>(&handler)) };
        let midi = MidiMap::read(controller.cast());
        Self { component, processor, controller, midi, record, handler }
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        self.record.adopt_main();
        // SAFETY: made inactive by the host before; the last calls but for releasing.
        unsafe {
            self.controller.setComponentHandler(std::ptr::null_mut());
            self.component.terminate();
        }
        // The plugin must have let go of the host's object but for what it still needs until its own release.
        let _ = &self.handler;
    }
}
