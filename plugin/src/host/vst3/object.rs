//! The COM object that the host sees: processor and controller in one, around the framework's.
//!
//! The framework's object is held as a plain value and its functions are called as Rust functions, so a panic in them
//! is caught here; only our own object is ever given to the host. Left out are the framework's interfaces that we have
//! no use for: note expressions, track infos, and its MIDI mapping (`midi` has ours).

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use atomic_refcell::AtomicRefCell;
use nice_plug::wrapper::vst3::Wrapper;
use vst3::Class;
use vst3::Steinberg::Vst::{
    IAudioProcessor, IComponent, IEditController, IMidiMapping, IProcessContextRequirements, IUnitInfo,
};

use crate::Echelon;
use crate::host::block::Runner;
use crate::host::guard::guard;
use crate::host::link::HostLink;

/// One plugin in the host.
pub(super) struct Object {
    /// The framework's object. Dropped by hand, under guard.
    pub(super) inner: ManuallyDrop<Wrapper<Echelon>>,
    pub(super) link: Arc<HostLink>,
    /// `None` while inactive. Borrowed by the audio thread in `process`, and by the main thread to (de)activate.
    pub(super) runner: AtomicRefCell<Option<Runner>>,
    pub(super) setup: Setup,
    /// Blocks are coming, and with them every parameter change.
    pub(super) is_processing: AtomicBool,
}

/// What the host set up, for the next activation.
#[derive(Default)]
pub(super) struct Setup {
    /// Bits of an `f64`, Hz; 0 before the host has set anything up.
    sample_rate: AtomicU64,
    max_frames: AtomicU32,
}

impl Setup {
    pub(super) fn set(&self, sample_rate: f64, max_frames: u32) {
        self.sample_rate.store(sample_rate.to_bits(), Ordering::Relaxed);
        self.max_frames.store(max_frames, Ordering::Relaxed);
    }

    pub(super) fn sample_rate(&self) -> f64 {
        f64::from_bits(self.sample_rate.load(Ordering::Relaxed))
    }

    pub(super) fn max_frames(&self) -> u32 {
        self.max_frames.load(Ordering::Relaxed)
    }
}

impl Class for Object {
    type Interfaces =
        (IComponent, IAudioProcessor, IEditController, IUnitInfo, IProcessContextRequirements, IMidiMapping);
}

impl Object {
    /// `None` if the framework makes no plugin.
    pub(super) fn new() -> Option<Self> {
        let (inner, link) = HostLink::adopt(Wrapper::<Echelon>::new)?;
        Some(Self {
            inner: ManuallyDrop::new(inner),
            link,
            runner: AtomicRefCell::new(None),
            setup: Setup::default(),
            is_processing: AtomicBool::new(false),
        })
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        // SAFETY: nothing uses the object after its drop. A panic of the framework's worker must not reach the host,
        // whose `release` this is.
        guard((), || unsafe { ManuallyDrop::drop(&mut self.inner) });
    }
}
