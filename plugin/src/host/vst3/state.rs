//! VST3's streams of state.

use std::cell::RefCell;
use std::ffi::{c_char, c_void};
use std::path::PathBuf;

use vst3::Steinberg::Vst::PresetAttributes::{kFilePathStringType, kStateType};
use vst3::Steinberg::Vst::{IAttributeList, IAttributeListTrait, IStreamAttributes, IStreamAttributesTrait, TChar};
use vst3::Steinberg::{IBStream, IBStreamTrait, int32, int64, kInvalidArgument, kNotImplemented, kResultOk, tresult};
use vst3::{Class, ComRef, ComWrapper};

use crate::host::state::MAX_BYTES;

/// Bytes asked for at once.
const CHUNK: usize = 1 << 16;
/// Units of UTF-16 that a path has room for.
const MAX_PATH: usize = 4096;
/// What a project's state is called (`StateType::kProject`).
const PROJECT: &str = "Project";

/// The file of the project that the host opens or saves, if it says so of its stream. Few hosts do; of presets, which come
/// from files too, they say that they are such.
///
/// # Safety
/// The stream is null or valid.
pub(super) unsafe fn project_file(stream: *mut IBStream) -> Option<PathBuf> {
    // SAFETY: by this function's contract.
    let stream = unsafe { ComRef::from_raw(stream) }?;
    let about = stream.cast::<IStreamAttributes>()?;
    // SAFETY: VST3: the list is the stream's own and lives as long; null is refused.
    let list = unsafe { ComRef::from_raw(about.getAttributes()) }?;
    let is_project = attribute(list, kStateType).is_none_or(|of| of == PROJECT);
    attribute(list, kFilePathStringType).filter(|_| is_project).map(PathBuf::from)
}

/// An attribute that is a text, and not an empty one.
fn attribute(list: ComRef<'_, IAttributeList>, name: *const c_char) -> Option<String> {
    let mut text: [TChar; MAX_PATH] = [0; MAX_PATH];
    #[expect(clippy::cast_possible_truncation, reason = "8 KiB")]
    let size = size_of_val(&text) as u32;
    // SAFETY: the name ends with a nul; there is room for what is asked for.
    if unsafe { list.getString(name, text.as_mut_ptr(), size) } != kResultOk {
        return None;
    }
    // One that fills all of the room may have been cut.
    let length = text.iter().position(|unit| *unit == 0)?;
    String::from_utf16(&text[..length]).ok().filter(|text| !text.is_empty())
}

/// Everything from the stream's place to its end. Not by its size: a host may not be able to tell it.
///
/// # Safety
/// The stream is null or valid.
pub(super) unsafe fn read(stream: *mut IBStream) -> Option<Vec<u8>> {
    // SAFETY: by this function's contract.
    let stream = unsafe { ComRef::from_raw(stream) }?;
    let mut bytes = Vec::new();
    let mut chunk = vec![0_u8; CHUNK];
    while bytes.len() <= MAX_BYTES {
        let mut count = 0;
        let size = i32::try_from(chunk.len()).ok()?;
        // SAFETY: the chunk has room for what is asked for. The result is not looked at: some hosts report failure
        // at the end of a stream, and the count says all.
        unsafe { stream.read(chunk.as_mut_ptr().cast(), size, &raw mut count) };
        match usize::try_from(count).ok().and_then(|count| chunk.get(..count)) {
            None => return None,
            Some([]) => return Some(bytes),
            Some(part) => bytes.extend_from_slice(part),
        }
    }
    None
}

/// Lets `save` write into memory, and writes all of that to the host's stream. The framework's own way out does not look
/// at how much the host took: a full disk would leave half a project, and nobody would be told. `false` if the host did
/// not take it all, or there was nothing.
///
/// # Safety
/// The stream is null or valid; `save` writes to the stream that it is given, and does not keep it.
pub(super) unsafe fn write(stream: *mut IBStream, save: impl FnOnce(*mut IBStream) -> tresult) -> bool {
    // SAFETY: by this function's contract.
    let Some(stream) = (unsafe { ComRef::from_raw(stream) }) else { return false };
    let memory = ComWrapper::new(Memory::default());
    let Some(inside) = memory.as_com_ref::<IBStream>() else { return false };
    if save(inside.as_ptr()) != kResultOk {
        return false;
    }
    let mut bytes = memory.0.take();
    let mut rest = &mut bytes[..];
    while !rest.is_empty() {
        let (mut count, size) = (0, i32::try_from(rest.len()).unwrap_or(i32::MAX));
        // SAFETY: there are so many bytes. The result is not looked at: the count says all.
        unsafe { stream.write(rest.as_mut_ptr().cast(), size, &raw mut count) };
        match usize::try_from(count) {
            Ok(taken) if (1..=rest.len()).contains(&taken) => rest = &mut rest[taken..],
            _ => return false,
        }
    }
    true
}

/// A stream that keeps what is written, one after the other.
#[derive(Default)]
struct Memory(RefCell<Vec<u8>>);

impl Class for Memory {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Memory {
    unsafe fn read(&self, _: *mut c_void, _: int32, _: *mut int32) -> tresult {
        kNotImplemented
    }

    unsafe fn write(&self, from: *mut c_void, count: int32, taken: *mut int32) -> tresult {
        let Some(length) = usize::try_from(count).ok().filter(|_| !from.is_null()) else { return kInvalidArgument };
        // SAFETY: the framework gives so many bytes.
        self.0.borrow_mut().extend_from_slice(unsafe { std::slice::from_raw_parts(from.cast_const().cast(), length) });
        if !taken.is_null() {
            // SAFETY: the framework's own place for the count.
            unsafe { *taken = count };
        }
        kResultOk
    }

    unsafe fn seek(&self, _: int64, _: int32, _: *mut int64) -> tresult {
        kNotImplemented
    }

    unsafe fn tell(&self, _: *mut int64) -> tresult {
        kNotImplemented
    }
}
