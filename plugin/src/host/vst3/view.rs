//! The editor's view on Linux: the framework's, with its way into the host's run loop taken back when it closes.
//!
//! The framework's handler for the run loop counts a reference to itself, so it is never dropped: two sockets stay open,
//! and the host's run loop goes on with a handler whose library may be unloaded. So the framework gets a frame of ours,
//! which notes the handler on its way to the host; when the frame is taken away, the host is told to forget the handler,
//! and that one reference is given back.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr;

use vst3::Steinberg::Linux::{FileDescriptor, IEventHandler, IRunLoop, IRunLoopTrait, ITimerHandler, TimerInterval};
use vst3::Steinberg::{
    FIDString, IPlugFrame, IPlugFrameTrait, IPlugView, IPlugViewContentScaleSupport, IPlugViewContentScaleSupportTrait,
    IPlugViewTrait, TBool, ViewRect, char16, int16, kInternalError, kResultFalse, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComRef, ComWrapper};

use crate::host::guard::guard;

/// What the host has of an editor. Main thread only, as all of it.
struct View {
    inner: ComPtr<IPlugView>,
    /// This object as the host has it: it lives exactly as long.
    own: Cell<*mut IPlugView>,
    run_loop: RefCell<Option<ComWrapper<LoopFrame>>>,
}

impl Class for View {
    type Interfaces = (IPlugView, IPlugViewContentScaleSupport);
}

/// A view around the framework's; null for null.
///
/// # Safety
/// The framework's view, with a reference for the caller, or null.
pub(super) unsafe fn around(inner: *mut IPlugView) -> *mut IPlugView {
    // SAFETY: by this function's contract; the reference is ours from here on.
    let Some(inner) = (unsafe { ComPtr::from_raw(inner) }) else { return ptr::null_mut() };
    let view = ComWrapper::new(View { inner, own: Cell::new(ptr::null_mut()), run_loop: RefCell::new(None) });
    let own = view.to_com_ptr::<IPlugView>().map_or(ptr::null_mut(), ComPtr::into_raw);
    view.own.set(own);
    own
}

impl View {
    fn take_frame(&self) {
        // SAFETY: the framework's function on its own view; it lets go of its handler, but for that one's own reference.
        unsafe { self.inner.setFrame(ptr::null_mut()) };
        if let Ok(mut run_loop) = self.run_loop.try_borrow_mut()
            && let Some(frame) = run_loop.take()
        {
            frame.let_go();
        }
    }

    /// # Safety
    /// The host's frame, valid until it is taken away.
    unsafe fn give_frame(&self, frame: ComRef<'_, IPlugFrame>) -> tresult {
        let plain = Frame { host: frame.to_com_ptr(), view: self.own.get() };
        let Some(run_loop) = frame.cast::<IRunLoop>() else {
            let frame = ComWrapper::new(plain).to_com_ptr::<IPlugFrame>();
            // SAFETY: a frame of ours, of which the framework counts a reference.
            return frame.map_or(kInternalError, |frame| unsafe { self.inner.setFrame(frame.as_ptr()) });
        };
        let frame = ComWrapper::new(LoopFrame { frame: plain, run_loop, handlers: RefCell::default() });
        let Some(own) = frame.to_com_ptr::<IPlugFrame>() else { return kInternalError };
        if let Ok(mut run_loop) = self.run_loop.try_borrow_mut() {
            *run_loop = Some(frame);
        }
        // SAFETY: as above.
        unsafe { self.inner.setFrame(own.as_ptr()) }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        guard((), || self.take_frame());
    }
}

// SAFETY of every delegation below: the framework's function on its own view, with the host's arguments, which VST3 says
// are valid for the call.

impl IPlugViewTrait for View {
    unsafe fn isPlatformTypeSupported(&self, kind: FIDString) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.isPlatformTypeSupported(kind) })
    }

    unsafe fn attached(&self, parent: *mut c_void, kind: FIDString) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.attached(parent, kind) })
    }

    unsafe fn removed(&self) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.removed() })
    }

    unsafe fn onWheel(&self, distance: f32) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.onWheel(distance) })
    }

    unsafe fn onKeyDown(&self, key: char16, code: int16, modifiers: int16) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.onKeyDown(key, code, modifiers) })
    }

    unsafe fn onKeyUp(&self, key: char16, code: int16, modifiers: int16) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.onKeyUp(key, code, modifiers) })
    }

    unsafe fn getSize(&self, size: *mut ViewRect) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.getSize(size) })
    }

    unsafe fn onSize(&self, size: *mut ViewRect) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.onSize(size) })
    }

    unsafe fn onFocus(&self, state: TBool) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.onFocus(state) })
    }

    unsafe fn setFrame(&self, frame: *mut IPlugFrame) -> tresult {
        guard(kInternalError, || {
            self.take_frame();
            // SAFETY: VST3: the host's frame, or null.
            match unsafe { ComRef::from_raw(frame) } {
                // SAFETY: as above.
                Some(frame) => unsafe { self.give_frame(frame) },
                None => kResultOk,
            }
        })
    }

    unsafe fn canResize(&self) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.canResize() })
    }

    unsafe fn checkSizeConstraint(&self, size: *mut ViewRect) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.checkSizeConstraint(size) })
    }
}

impl IPlugViewContentScaleSupportTrait for View {
    unsafe fn setContentScaleFactor(&self, factor: f32) -> tresult {
        let scale = self.inner.cast::<IPlugViewContentScaleSupport>();
        // SAFETY: see above.
        scale.map_or(kResultFalse, |scale| guard(kInternalError, || unsafe { scale.setContentScaleFactor(factor) }))
    }
}

/// The host's frame for the framework. The view that the host knows is ours.
struct Frame {
    host: ComPtr<IPlugFrame>,
    view: *mut IPlugView,
}

impl Class for Frame {
    type Interfaces = (IPlugFrame,);
}

impl IPlugFrameTrait for Frame {
    unsafe fn resizeView(&self, _: *mut IPlugView, size: *mut ViewRect) -> tresult {
        // SAFETY: our view has this frame only while it lives; the size is the framework's, valid for the call.
        unsafe { self.host.resizeView(self.view, size) }
    }
}

/// The same of a host with a run loop.
struct LoopFrame {
    frame: Frame,
    run_loop: ComPtr<IRunLoop>,
    /// The framework's, while the host has them.
    handlers: RefCell<Vec<*mut IEventHandler>>,
}

impl Class for LoopFrame {
    type Interfaces = (IPlugFrame, IRunLoop);
}

impl LoopFrame {
    /// The host forgets the handlers; each has one reference left, its own, which goes here and with it the handler.
    fn let_go(&self) {
        for handler in self.handlers.take() {
            // SAFETY: registered by us with this run loop, and still valid by its own reference.
            unsafe { self.run_loop.unregisterEventHandler(handler) };
            // SAFETY: the reference that the framework made for itself and never gives back; what is dropped by it closes
            // the sockets and asks to be unregistered, which has been done.
            drop(unsafe { ComPtr::from_raw(handler) });
        }
    }
}

impl IPlugFrameTrait for LoopFrame {
    unsafe fn resizeView(&self, view: *mut IPlugView, size: *mut ViewRect) -> tresult {
        // SAFETY: as for the plain one.
        unsafe { self.frame.resizeView(view, size) }
    }
}

impl IRunLoopTrait for LoopFrame {
    unsafe fn registerEventHandler(&self, handler: *mut IEventHandler, file: FileDescriptor) -> tresult {
        // SAFETY: the framework's handler and its open socket.
        let result = unsafe { self.run_loop.registerEventHandler(handler, file) };
        if result == kResultOk
            && let Ok(mut handlers) = self.handlers.try_borrow_mut()
        {
            handlers.push(handler);
        }
        result
    }

    unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
        let Ok(mut handlers) = self.handlers.try_borrow_mut() else { return kResultFalse };
        let before = handlers.len();
        handlers.retain(|known| *known != handler);
        if handlers.len() == before {
            // Done already, by `let_go`.
            return kResultOk;
        }
        drop(handlers);
        // SAFETY: it was registered with this run loop.
        unsafe { self.run_loop.unregisterEventHandler(handler) }
    }

    unsafe fn registerTimer(&self, handler: *mut ITimerHandler, every_ms: TimerInterval) -> tresult {
        // SAFETY: the framework's handler.
        unsafe { self.run_loop.registerTimer(handler, every_ms) }
    }

    unsafe fn unregisterTimer(&self, handler: *mut ITimerHandler) -> tresult {
        // SAFETY: as above.
        unsafe { self.run_loop.unregisterTimer(handler) }
    }
}
