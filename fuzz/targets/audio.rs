//! Audio files.
#![no_main]

use echelon::fuzzing;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let _taken = fuzzing::audio(bytes);
    Corpus::Keep
});
