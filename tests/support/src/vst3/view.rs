//! The editor's frame and the host's run loop for it.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use vst3::Steinberg::Linux::{
    FileDescriptor, IEventHandler, IEventHandlerTrait, IRunLoop, IRunLoopTrait, ITimerHandler, ITimerHandlerTrait,
    TimerInterval,
};
use vst3::Steinberg::{
    IPlugFrame, IPlugFrameTrait, IPlugView, IPlugViewTrait, ViewRect, kInvalidArgument, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComRef};

use crate::record::{HostRecord, Request};

struct Timer {
    handler: ComPtr<ITimerHandler>,
    every: Duration,
    due: Instant,
}

/// What a host gives to an editor on Linux. Main thread only.
pub struct Frame {
    record: Arc<HostRecord>,
    files: RefCell<Vec<(ComPtr<IEventHandler>, FileDescriptor)>>,
    timers: RefCell<Vec<Timer>>,
}

impl Class for Frame {
    type Interfaces = (IPlugFrame, IRunLoop);
}

impl Frame {
    pub fn new(record: Arc<HostRecord>) -> Self {
        Self { record, files: RefCell::default(), timers: RefCell::default() }
    }

    /// Calls the handlers of all files that have something to read, and of all timers that are due.
    pub fn run_once(&self) {
        // A handler may register others: nothing stays borrowed during a call.
        let files = self.files.borrow().clone();
        for (handler, file) in files {
            let mut poll = libc::pollfd { fd: file, events: libc::POLLIN, revents: 0 };
            // SAFETY: one structure, no waiting; the handler is registered and alive.
            unsafe {
                if libc::poll(&raw mut poll, 1, 0) > 0 {
                    handler.onFDIsSet(file);
                }
            }
        }
        let now = Instant::now();
        let mut due = Vec::new();
        for timer in self.timers.borrow_mut().iter_mut().filter(|timer| timer.due <= now) {
            timer.due = now + timer.every;
            due.push(timer.handler.clone());
        }
        for handler in due {
            // SAFETY: registered and alive.
            unsafe { handler.onTimer() };
        }
    }
}

impl IPlugFrameTrait for Frame {
    unsafe fn resizeView(&self, view: *mut IPlugView, size: *mut ViewRect) -> tresult {
        self.record.note(Request::Resize);
        // SAFETY: the plugin gives its own view and a size.
        match unsafe { ComRef::from_raw(view) } {
            // SAFETY: as above.
            Some(view) => unsafe { view.onSize(size) },
            None => kInvalidArgument,
        }
    }
}

impl IRunLoopTrait for Frame {
    unsafe fn registerEventHandler(&self, handler: *mut IEventHandler, file: FileDescriptor) -> tresult {
        // SAFETY: the plugin gives a living handler; kept by a reference of our own.
        let Some(handler) = (unsafe { ComRef::from_raw(handler) }) else { return kInvalidArgument };
        self.files.borrow_mut().push((handler.to_com_ptr(), file));
        kResultOk
    }

    unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
        self.files.borrow_mut().retain(|(known, _)| known.as_ptr() != handler);
        kResultOk
    }

    unsafe fn registerTimer(&self, handler: *mut ITimerHandler, every_ms: TimerInterval) -> tresult {
        // SAFETY: as above.
        let Some(handler) = (unsafe { ComRef::from_raw(handler) }) else { return kInvalidArgument };
        let every = Duration::from_millis(every_ms);
        let timer = Timer { handler: handler.to_com_ptr(), every, due: Instant::now() + every };
        self.timers.borrow_mut().push(timer);
        kResultOk
    }

    unsafe fn unregisterTimer(&self, handler: *mut ITimerHandler) -> tresult {
        self.timers.borrow_mut().retain(|timer| timer.handler.as_ptr() != handler);
        kResultOk
    }
}
