//! VST3's parameter queues and event lists: the host's read, our moves written.

use std::mem::MaybeUninit;

use echelon_engine::input::Control;
use vst3::ComRef;
use vst3::Steinberg::Vst::{
    Event, IEventList, IEventListTrait, IParamValueQueue, IParamValueQueueTrait, IParameterChanges,
    IParameterChangesTrait,
};
use vst3::Steinberg::kResultOk;

use super::consts::{KEY_PRESSURE, NOTE_OFF, NOTE_ON};
use super::midi::Controller;
use crate::host::block::OutMove;
use crate::host::inputs::Sink;
use crate::host::link::HostLink;
use crate::host::midi;

/// Reads the host's parameter changes; null is none.
///
/// # Safety
/// The changes are null or valid.
pub(super) unsafe fn read_changes(changes: *mut IParameterChanges, link: &HostLink, sink: &mut impl Sink) {
    // SAFETY: by this function's contract, here and below.
    let Some(changes) = (unsafe { ComRef::from_raw(changes) }) else { return };
    // SAFETY: as above.
    let count = unsafe { changes.getParameterCount() };
    // The queues have no order among each other. Plays go last, so that on one frame they find what they are
    // quantized by; controllers behind them, each before what it is a part of.
    for rank in 0..=Rank::LAST {
        for index in 0..count {
            // SAFETY: as above; the index is in range.
            let Some(queue) = (unsafe { ComRef::from_raw(changes.getParameterData(index)) }) else { continue };
            // SAFETY: as above.
            let id = unsafe { queue.getParameterId() };
            if let Some(controller) = Controller::of(id) {
                if controller.rank() + 2 == rank {
                    // SAFETY: as above.
                    unsafe { read_points(queue, |frame, value| controller.send(sink, frame, value)) };
                }
                continue;
            }
            let Some(slot) = link.table.slot_of_hash(id) else { continue };
            if u8::from(matches!(link.table.control(slot), Some(Control::Play(_)))) == rank {
                // SAFETY: as above.
                unsafe { read_points(queue, |frame, value| link.host_value(sink, frame, slot, value)) };
            }
        }
    }
}

/// In which order the queues are read: parameters, plays, and three ranks of controllers.
struct Rank;

impl Rank {
    const LAST: u8 = 1 + Controller::RANKS;
}

/// # Safety
/// The queue is valid.
#[allow(clippy::cast_possible_truncation, reason = "parameters are f32; a value out of its range becomes infinite")]
unsafe fn read_points(queue: ComRef<'_, IParamValueQueue>, mut take: impl FnMut(u32, f32)) {
    // SAFETY: by this function's contract.
    for index in 0..unsafe { queue.getPointCount() } {
        let (mut offset, mut value) = (0, f64::NAN);
        // SAFETY: as above; places for the answers.
        let result = unsafe { queue.getPoint(index, &raw mut offset, &raw mut value) };
        if result == kResultOk && value.is_finite() {
            take(frame(offset), value as f32);
        }
    }
}

/// Reads the host's notes; null is none.
///
/// # Safety
/// The list is null or valid.
pub(super) unsafe fn read_notes(events: *mut IEventList, sink: &mut impl Sink) {
    // SAFETY: by this function's contract, here and below.
    let Some(events) = (unsafe { ComRef::from_raw(events) }) else { return };
    // SAFETY: as above.
    for index in 0..unsafe { events.getEventCount() } {
        let mut event = MaybeUninit::<Event>::zeroed();
        // SAFETY: as above; a place for the event.
        if unsafe { events.getEvent(index, event.as_mut_ptr()) } == kResultOk {
            // SAFETY: plain numbers and pointers, for which zero is valid and which the host has overwritten.
            read_note(unsafe { event.assume_init_ref() }, sink);
        }
    }
}

fn read_note(event: &Event, sink: &mut impl Sink) {
    let frame = frame(event.sampleOffset);
    // SAFETY: the type says which of the union's fields is meant; all of them are plain numbers.
    unsafe {
        match event.r#type {
            NOTE_ON => {
                let note = event.__field0.noteOn;
                midi::note_on(sink, frame, note.channel, note.pitch, note.velocity.into());
            }
            NOTE_OFF => {
                let note = event.__field0.noteOff;
                midi::note_off(sink, frame, note.channel, note.pitch, note.velocity.into());
            }
            KEY_PRESSURE => {
                let note = event.__field0.polyPressure;
                midi::key_pressure(sink, frame, note.channel, note.pitch, note.pressure.into());
            }
            _ => {}
        }
    }
}

/// A frame before the block counts as its first; the list clamps what is behind it.
fn frame(offset: i32) -> u32 {
    u32::try_from(offset).unwrap_or(0)
}

/// Tells the host of a move. `false` if it did not take it.
///
/// # Safety
/// The changes are null or valid.
pub(super) unsafe fn write(changes: *mut IParameterChanges, moved: &OutMove) -> bool {
    // SAFETY: by this function's contract, here and below.
    let Some(changes) = (unsafe { ComRef::from_raw(changes) }) else { return false };
    let mut index = 0;
    // SAFETY: as above. For a parameter that has a queue already the host gives that one.
    let queue = unsafe { ComRef::from_raw(changes.addParameterData(&raw const moved.hash, &raw mut index)) };
    let Ok(offset) = i32::try_from(moved.frame) else { return false };
    // SAFETY: as above.
    queue.is_some_and(|queue| unsafe { queue.addPoint(offset, moved.normalized.into(), &raw mut index) } == kResultOk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::{Cell, RefCell};
    use vst3::Steinberg::{int32, kResultFalse, tresult};
    use vst3::{Class, ComWrapper};

    /// A host's queue with room for two points.
    #[derive(Default)]
    struct Points(RefCell<Vec<(i32, f64)>>);

    /// A host's list of that one queue.
    struct Told {
        id: Cell<u32>,
        points: ComWrapper<Points>,
    }

    impl Class for Points {
        type Interfaces = (IParamValueQueue,);
    }
    impl Class for Told {
        type Interfaces = (IParameterChanges,);
    }

    impl IParameterChangesTrait for Told {
        unsafe fn getParameterCount(&self) -> int32 {
            1
        }
        unsafe fn getParameterData(&self, _: int32) -> *mut IParamValueQueue {
            std::ptr::null_mut()
        }
        unsafe fn addParameterData(&self, id: *const u32, _: *mut int32) -> *mut IParamValueQueue {
            // SAFETY: the plugin's id, valid for the call.
            self.id.set(unsafe { *id });
            self.points.as_com_ref().unwrap().as_ptr()
        }
    }

    impl IParamValueQueueTrait for Points {
        unsafe fn getParameterId(&self) -> u32 {
            0
        }
        unsafe fn getPointCount(&self) -> int32 {
            0
        }
        unsafe fn getPoint(&self, _: int32, _: *mut int32, _: *mut f64) -> tresult {
            kResultFalse
        }
        unsafe fn addPoint(&self, offset: int32, value: f64, _: *mut int32) -> tresult {
            let mut points = self.0.borrow_mut();
            if points.len() == 2 {
                return kResultFalse;
            }
            points.push((offset, value));
            kResultOk
        }
    }

    #[test]
    fn a_move_is_a_point_on_its_frame() {
        let told = ComWrapper::new(Told { id: Cell::new(0), points: ComWrapper::new(Points::default()) });
        let list = told.as_com_ref::<IParameterChanges>().unwrap().as_ptr();
        let moved = |frame| OutMove { frame, slot: 0, hash: 77, normalized: 0.25 };
        // SAFETY: our own list, or none.
        let told_of = [5, 9, 11].map(|frame| unsafe { write(list, &moved(frame)) });
        assert_eq!(told_of, [true, true, false]);
        assert_eq!(told.id.get(), 77);
        assert_eq!(*told.points.0.borrow(), [(5, 0.25), (9, 0.25)]);
        // SAFETY: as above.
        assert!(!unsafe { write(std::ptr::null_mut(), &moved(1)) });
    }
}
