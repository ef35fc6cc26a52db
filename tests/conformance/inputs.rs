//! The kept inputs of the fuzzers, through the same functions: what was found once is not found again.

use std::fs;
use std::path::{Path, PathBuf};

use echelon::fuzzing;

/// What takes the bytes.
type Target = fn(&[u8]) -> bool;

/// The targets of `fuzz/`, by the names of their folders.
const TARGETS: [(&str, Target); 5] = [
    ("osc", fuzzing::osc),
    ("state", fuzzing::state),
    ("mapping", fuzzing::mapping),
    ("audio", fuzzing::audio),
    ("commands", fuzzing::commands),
];

fn kept(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/kept").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).expect("a corpus").flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

#[test]
fn every_kept_input_is_survived_and_some_of_each_kind_are_taken() {
    for (name, target) in TARGETS {
        let files = kept(name);
        let taken = files.iter().filter(|path| target(&fs::read(path).expect("an input"))).count();
        assert!(taken > 0 && taken < files.len(), "{name}: {taken} of {} were taken", files.len());
    }
}

#[test]
fn every_fuzzer_has_its_kept_inputs_and_every_folder_its_fuzzer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let mut folders: Vec<_> = fs::read_dir(folder.join("kept")).expect("fuzz/kept").flatten().collect();
    folders.sort_by_key(fs::DirEntry::file_name);
    let mut names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    let folders: Vec<_> = folders.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(folders, names);
    for (name, _) in TARGETS {
        assert!(folder.join(format!("targets/{name}.rs")).is_file(), "{name}");
    }
}
