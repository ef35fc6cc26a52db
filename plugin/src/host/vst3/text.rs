//! VST3's strings: UTF-16 in fields of fixed length, ended by a zero.

use vst3::Steinberg::Vst::TChar;

/// Writes as much of `text` as fits.
pub(super) fn set(field: &mut [TChar], text: &str) {
    field.fill(0);
    let room = field.len().saturating_sub(1);
    for (to, from) in field.iter_mut().take(room).zip(text.encode_utf16()) {
        *to = from;
    }
}
