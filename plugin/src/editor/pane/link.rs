//! The framework's and baseview's words for the same two things that a window wants of its host.

use baseview::host::{self, Host};
use baseview::{HandlerError, WindowSize};
use nice_plug::editor::{HostCallbacks, HostMainThreadCaller, HostMethods};

/// The host as baseview wants it.
#[must_use]
pub fn host(methods: HostMethods) -> Host {
    Host::new().with_callbacks(Callbacks(methods.callbacks)).with_main_thread(MainThread(methods.main_thread_caller))
}

struct Callbacks(Box<dyn HostCallbacks>);

impl host::HostCallbacks for Callbacks {
    fn request_resize(&mut self, size: WindowSize) -> Result<(), HandlerError> {
        self.0.request_resize(size.physical.into(), size.scale_factor).map_err(HandlerError::from_boxed)
    }

    fn destroyed(&mut self) {
        self.0.destroyed();
    }
}

struct MainThread(Box<dyn HostMainThreadCaller>);

impl host::HostMainThreadCaller for MainThread {
    fn call_main_thread(&mut self) {
        self.0.call_main_thread();
    }
}
