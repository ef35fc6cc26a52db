//! VST3's streams of state.

use vst3::ComRef;
use vst3::Steinberg::{IBStream, IBStreamTrait};

use crate::host::state::MAX_BYTES;

/// Bytes asked for at once.
const CHUNK: usize = 1 << 16;

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
