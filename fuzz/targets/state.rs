//! Saved projects.
#![no_main]

use echelon::fuzzing;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let _taken = fuzzing::state(bytes);
    Corpus::Keep
});
