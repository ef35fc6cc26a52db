//! CLAP's streams of state: a length of eight bytes, little end first, then the framework's JSON.

use clap_sys::plugin::clap_plugin;
use clap_sys::stream::{clap_istream, clap_ostream};

use super::plugin::Instance;
use crate::host::guard::guard;
use crate::host::state as saved;

pub(super) unsafe extern "C" fn save(plugin: *const clap_plugin, stream: *const clap_ostream) -> bool {
    // SAFETY: CLAP: a plugin of ours.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return false };
    // SAFETY: the framework's extension lives as long as the plugin.
    let Some(save) = (unsafe { instance.extensions.state.as_ref() }).and_then(|state| state.save) else {
        return false;
    };
    // SAFETY: the framework's function on our object; CLAP: a valid stream, null is refused.
    !stream.is_null() && unsafe { save(plugin, stream) }
}

pub(super) unsafe extern "C" fn load(plugin: *const clap_plugin, stream: *const clap_istream) -> bool {
    // SAFETY: CLAP: a plugin of ours and a stream, both valid for the call; null is refused.
    let (Some(instance), Some(stream)) = (unsafe { (Instance::of(plugin), stream.as_ref()) }) else {
        return false;
    };
    guard(false, || {
        // SAFETY: as above.
        let Some(bytes) = (unsafe { read(stream) }) else { return false };
        let is_loaded = saved::load(&instance.link, &bytes);
        if is_loaded {
            instance.rescan_values();
        }
        is_loaded
    })
}

/// # Safety
/// The stream is valid.
unsafe fn read(stream: &clap_istream) -> Option<Vec<u8>> {
    let mut length = [0; 8];
    // SAFETY: by this function's contract.
    unsafe { fill(stream, &mut length)? };
    let length = usize::try_from(u64::from_le_bytes(length)).ok().filter(|length| *length <= saved::MAX_BYTES)?;
    let mut bytes = vec![0; length];
    // SAFETY: as above.
    unsafe { fill(stream, &mut bytes)? };
    Some(bytes)
}

/// Fills all of the buffer, from as many reads as the host makes of it.
///
/// # Safety
/// The stream is valid.
unsafe fn fill(stream: &clap_istream, buffer: &mut [u8]) -> Option<()> {
    let read = stream.read?;
    let mut rest = buffer;
    while !rest.is_empty() {
        // SAFETY: by this function's contract; the buffer has room for what is asked for.
        let count = unsafe { read(stream, rest.as_mut_ptr().cast(), rest.len() as u64) };
        let count = usize::try_from(count).ok().filter(|count| (1..=rest.len()).contains(count))?;
        rest = &mut rest[count..];
    }
    Some(())
}
