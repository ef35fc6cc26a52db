//! The host's objects of one process call, and the stream for states. Used by one thread at a time.

#![allow(non_upper_case_globals, reason = "the format's own names of constants in patterns")]

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_char, c_void};

use vst3::Steinberg::IBStream_::IStreamSeekMode_::{kIBSeekCur, kIBSeekEnd, kIBSeekSet};
use vst3::Steinberg::Vst::{
    Event, IAttributeList, IAttributeListTrait, IEventList, IEventListTrait, IParamValueQueue, IParamValueQueueTrait,
    IParameterChanges, IParameterChangesTrait, IStreamAttributes, IStreamAttributesTrait, ParamID, ParamValue,
    String128, TChar,
};
use vst3::Steinberg::{
    IBStream, IBStreamTrait, int32, int64, kInvalidArgument, kResultFalse, kResultOk, tresult, uint32,
};
use vst3::{Class, ComWrapper, Interface};

use crate::guard;

/// The object's pointer for a call into the plugin; valid as long as the wrapper.
pub fn pointer<C: Class, I: Interface>(object: &ComWrapper<C>) -> *mut I {
    object.as_com_ref::<I>().expect("the class has this interface").as_ptr()
}

/// Values of one parameter in one block.
pub struct Queue {
    id: ParamID,
    points: RefCell<Vec<(int32, ParamValue)>>,
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id
    }

    unsafe fn getPointCount(&self) -> int32 {
        self.points.borrow().len() as int32
    }

    unsafe fn getPoint(&self, index: int32, offset: *mut int32, value: *mut ParamValue) -> tresult {
        let points = self.points.borrow();
        let Some(point) = usize::try_from(index).ok().and_then(|index| points.get(index)) else {
            return kResultFalse;
        };
        // SAFETY: the plugin gives room for both.
        unsafe { (*offset, *value) = *point };
        kResultOk
    }

    unsafe fn addPoint(&self, offset: int32, value: ParamValue, index: *mut int32) -> tresult {
        guard::pause(|| {
            let mut points = self.points.borrow_mut();
            points.push((offset, value));
            if !index.is_null() {
                // SAFETY: not null; the plugin's own.
                unsafe { *index = points.len() as int32 - 1 };
            }
            kResultOk
        })
    }
}

/// Parameter values of one block, in either direction.
#[derive(Default)]
pub struct Changes(RefCell<Vec<ComWrapper<Queue>>>);

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl Changes {
    /// Forgets all of them.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// A parameter's value at an offset, behind what it has already.
    pub fn push(&self, id: ParamID, offset: u32, value: ParamValue) {
        let mut queues = self.0.borrow_mut();
        let index = queues.iter().position(|queue| queue.id == id).unwrap_or_else(|| {
            queues.push(ComWrapper::new(Queue { id, points: RefCell::default() }));
            queues.len() - 1
        });
        queues[index].points.borrow_mut().push((offset as int32, value));
    }

    /// All points as parameter, offset, value: queue by queue.
    pub fn take(&self) -> Vec<(ParamID, int32, ParamValue)> {
        let queues = std::mem::take(&mut *self.0.borrow_mut());
        queues
            .iter()
            .flat_map(|queue| {
                let points = queue.points.take();
                points.into_iter().map(|(offset, value)| (queue.id, offset, value))
            })
            .collect()
    }
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        self.0.borrow().len() as int32
    }

    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        let queues = self.0.borrow();
        let queue = usize::try_from(index).ok().and_then(|index| queues.get(index));
        queue.map_or(std::ptr::null_mut(), pointer)
    }

    unsafe fn addParameterData(&self, id: *const ParamID, index: *mut int32) -> *mut IParamValueQueue {
        guard::pause(|| {
            // SAFETY: the plugin gives an id.
            let id = unsafe { *id };
            let mut queues = self.0.borrow_mut();
            let at = queues.iter().position(|queue| queue.id == id).unwrap_or_else(|| {
                queues.push(ComWrapper::new(Queue { id, points: RefCell::default() }));
                queues.len() - 1
            });
            if !index.is_null() {
                // SAFETY: not null; the plugin's own.
                unsafe { *index = at as int32 };
            }
            pointer(&queues[at])
        })
    }
}

/// Notes of one block, in either direction.
#[derive(Default)]
pub struct Events(pub RefCell<Vec<Event>>);

impl Class for Events {
    type Interfaces = (IEventList,);
}

impl IEventListTrait for Events {
    unsafe fn getEventCount(&self) -> int32 {
        self.0.borrow().len() as int32
    }

    unsafe fn getEvent(&self, index: int32, event: *mut Event) -> tresult {
        let events = self.0.borrow();
        let Some(found) = usize::try_from(index).ok().and_then(|index| events.get(index)) else {
            return kInvalidArgument;
        };
        // SAFETY: the plugin gives room for an event.
        unsafe { *event = *found };
        kResultOk
    }

    unsafe fn addEvent(&self, event: *mut Event) -> tresult {
        // SAFETY: the plugin gives an event.
        guard::pause(|| self.0.borrow_mut().push(unsafe { *event }));
        kResultOk
    }
}

/// What a host says of a stream: each of these a text.
#[derive(Clone, Debug, Default)]
pub struct About(pub Vec<(&'static CStr, String)>);

impl Class for About {
    type Interfaces = (IAttributeList,);
}

impl IAttributeListTrait for About {
    unsafe fn getString(&self, id: *const c_char, text: *mut TChar, size: uint32) -> tresult {
        // SAFETY: the plugin gives a name that ends with a nul.
        let wanted = unsafe { CStr::from_ptr(id) };
        let Some((_, found)) = self.0.iter().find(|(name, _)| *name == wanted) else { return kResultFalse };
        let room = size as usize / size_of::<TChar>();
        for (i, unit) in found.encode_utf16().chain([0]).take(room).enumerate() {
            // SAFETY: the plugin gives so much room.
            unsafe { *text.add(i) = unit };
        }
        kResultOk
    }

    unsafe fn setInt(&self, _: *const c_char, _: int64) -> tresult {
        kResultFalse
    }

    unsafe fn getInt(&self, _: *const c_char, _: *mut int64) -> tresult {
        kResultFalse
    }

    unsafe fn setFloat(&self, _: *const c_char, _: f64) -> tresult {
        kResultFalse
    }

    unsafe fn getFloat(&self, _: *const c_char, _: *mut f64) -> tresult {
        kResultFalse
    }

    unsafe fn setString(&self, _: *const c_char, _: *const TChar) -> tresult {
        kResultFalse
    }

    unsafe fn setBinary(&self, _: *const c_char, _: *const c_void, _: uint32) -> tresult {
        kResultFalse
    }

    unsafe fn getBinary(&self, _: *const c_char, _: *mut *const c_void, _: *mut uint32) -> tresult {
        kResultFalse
    }
}

/// Bytes in memory with a place.
pub struct Stream {
    /// All that was written.
    pub bytes: RefCell<Vec<u8>>,
    place: Cell<usize>,
    about: Option<ComWrapper<About>>,
}

impl Stream {
    /// From the first of these.
    #[must_use]
    pub fn new(bytes: &[u8]) -> ComWrapper<Self> {
        Self::with_about(bytes, None)
    }

    /// With what the host says of it; `None` if it says nothing at all.
    #[must_use]
    pub fn with_about(bytes: &[u8], about: Option<About>) -> ComWrapper<Self> {
        let about = about.map(ComWrapper::new);
        ComWrapper::new(Self { bytes: RefCell::new(bytes.to_vec()), place: Cell::new(0), about })
    }
}

impl Class for Stream {
    type Interfaces = (IBStream, IStreamAttributes);
}

impl IStreamAttributesTrait for Stream {
    unsafe fn getFileName(&self, _: *mut String128) -> tresult {
        kResultFalse
    }

    unsafe fn getAttributes(&self) -> *mut IAttributeList {
        // The stream's own: nobody is to release it.
        self.about.as_ref().map_or(std::ptr::null_mut(), pointer::<_, IAttributeList>)
    }
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, out: *mut c_void, wanted: int32, given: *mut int32) -> tresult {
        let bytes = self.bytes.borrow();
        let rest = &bytes[self.place.get().min(bytes.len())..];
        let count = rest.len().min(usize::try_from(wanted).unwrap_or(0));
        // SAFETY: the plugin gives room for `wanted` bytes, and perhaps for their count.
        unsafe {
            std::ptr::copy_nonoverlapping(rest.as_ptr(), out.cast(), count);
            if !given.is_null() {
                *given = count as int32;
            }
        }
        self.place.set(self.place.get() + count);
        kResultOk
    }

    unsafe fn write(&self, from: *mut c_void, count: int32, taken: *mut int32) -> tresult {
        let Ok(length) = usize::try_from(count) else { return kInvalidArgument };
        // SAFETY: the plugin gives `count` bytes.
        let new = unsafe { std::slice::from_raw_parts(from.cast_const().cast::<u8>(), length) };
        let mut bytes = self.bytes.borrow_mut();
        let place = self.place.get();
        let end = (place + length).max(bytes.len());
        bytes.resize(end, 0);
        bytes[place..place + length].copy_from_slice(new);
        self.place.set(place + length);
        if !taken.is_null() {
            // SAFETY: not null; the plugin's own.
            unsafe { *taken = count };
        }
        kResultOk
    }

    unsafe fn seek(&self, place: int64, mode: int32, result: *mut int64) -> tresult {
        let base = match mode.cast_unsigned() {
            kIBSeekSet => 0,
            kIBSeekCur => self.place.get() as int64,
            kIBSeekEnd => self.bytes.borrow().len() as int64,
            _ => return kInvalidArgument,
        };
        let Ok(place) = usize::try_from(base + place) else { return kInvalidArgument };
        self.place.set(place);
        if !result.is_null() {
            // SAFETY: not null; the plugin's own.
            unsafe { *result = place as int64 };
        }
        kResultOk
    }

    unsafe fn tell(&self, place: *mut int64) -> tresult {
        // SAFETY: the plugin gives room for it.
        unsafe { *place = self.place.get() as int64 };
        kResultOk
    }
}
