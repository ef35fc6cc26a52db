#![allow(clippy::cast_possible_truncation, reason = "numbers that fill a file")]

use std::fs;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use echelon_engine::deck::{BeatGrid, Track};

use super::*;
use crate::media::tests::{Folder, noise};

fn track(seed: usize) -> Track {
    let samples: Vec<f32> = noise(3_000 + seed, 16).iter().map(|sample| *sample as f32 / 32_768.0).collect();
    Track::new(samples.clone(), samples, 44_100.0).unwrap()
}

/// With something in every field.
fn analysis(track: &Track) -> Analysis {
    let bins = (0..track.num_frames().div_ceil(128)).map(|i| Bands { low: i as u8, mid: 7, high: 255 }).collect();
    let mut grid = BeatGrid::through(&[(10.5, 0.0), (22_000.25, 1.0), (44_100.0, 2.0)]).unwrap();
    grid.set_locked(true);
    Analysis {
        content: ContentId::of(track),
        grid: Some(grid),
        bpm: Some(120.012_345),
        confidence: 0.75,
        key: Key::new(9, true),
        loudness_lufs: Some(-9.87),
        loudness_range_lu: None,
        true_peak_db: Some(0.25),
        waveform: Arc::new(Waveform::from_finest(128, bins)),
    }
}

fn files(folder: &Folder) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder.path("c")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn what_is_kept_comes_back_whole() {
    let folder = Folder::new();
    let cache = AnalysisCache::new(folder.path("c"), 1 << 20);
    let track = track(0);
    let known = analysis(&track);
    assert_eq!(cache.get(known.content, &track), None, "there is not even a folder");
    cache.put(&known, &track).unwrap();
    cache.put(&known, &track).unwrap();
    assert_eq!(cache.get(known.content, &track), Some(known));
    assert_eq!(files(&folder).len(), 1, "nothing half-written is left");
}

#[test]
fn damage_anywhere_means_that_nothing_is_known() {
    let folder = Folder::new();
    let cache = AnalysisCache::new(folder.path("c"), 1 << 20);
    let track = track(1);
    let known = analysis(&track);
    cache.put(&known, &track).unwrap();
    let file = &files(&folder)[0];
    let whole = fs::read(file).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(file, &bytes).unwrap();
        assert_eq!(cache.get(known.content, &track), None, "byte {at}");
    }
    for length in (0..whole.len()).step_by(7) {
        fs::write(file, &whole[..length]).unwrap();
        assert_eq!(cache.get(known.content, &track), None, "cut after {length}");
    }
    fs::write(file, [&whole[..], b"more"].concat()).unwrap();
    assert_eq!(cache.get(known.content, &track), None);
    cache.put(&known, &track).unwrap();
    assert_eq!(cache.get(known.content, &track), Some(known), "it is put right by the next analysis");
}

#[test]
fn another_version_or_content_is_not_ours() {
    let folder = Folder::new();
    let cache = AnalysisCache::new(folder.path("c"), 1 << 20);
    let (track, other) = (track(2), track(3));
    let known = analysis(&track);
    cache.put(&known, &track).unwrap();
    let mut bytes = fs::read(&files(&folder)[0]).unwrap();
    fs::write(cache.path(ContentId::of(&other)), &bytes).unwrap();
    assert_eq!(cache.get(ContentId::of(&other), &other), None, "a file under another's name");
    bytes[8..12].copy_from_slice(&(ANALYSIS_VERSION + 1).to_le_bytes());
    fs::write(cache.path(known.content), bytes).unwrap();
    assert_eq!(cache.get(known.content, &track), None);
}

#[test]
fn what_was_not_needed_for_longest_goes_first() {
    let folder = Folder::new();
    let one = {
        let track = track(10);
        encode(&analysis(&track), &track).unwrap().len() as u64
    };
    let cache = AnalysisCache::new(folder.path("c"), 3 * one + one / 2);
    let tracks: Vec<Track> = (10..14).map(track).collect();
    let known: Vec<Analysis> = tracks.iter().map(analysis).collect();
    let age = |index: usize, hours: u64| {
        let file = fs::File::options().append(true).open(cache.path(known[index].content)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3600 * hours)).unwrap();
    };
    for index in 0..3 {
        cache.put(&known[index], &tracks[index]).unwrap();
        age(index, 9 - index as u64);
    }
    assert!(cache.get(known[0].content, &tracks[0]).is_some(), "the oldest, but needed just now");
    let (note, half) = (folder.path("c").join("note.txt"), folder.path("c").join("1.2.part"));
    fs::write(&note, "somebody's").unwrap();
    fs::write(&half, "abandoned").unwrap();
    fs::File::options().append(true).open(&half).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    cache.put(&known[3], &tracks[3]).unwrap();
    let kept: Vec<bool> = (0..4).map(|i| cache.get(known[i].content, &tracks[i]).is_some()).collect();
    assert_eq!(kept, [true, false, true, true]);
    assert!(note.exists() && !half.exists());
}

#[test]
fn many_writers_and_readers_see_all_or_nothing() {
    let folder = Folder::new();
    let cache = AnalysisCache::new(folder.path("c"), 1 << 20);
    let track = track(20);
    let known = analysis(&track);
    cache.put(&known, &track).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..40).for_each(|_| cache.put(&known, &track).unwrap()));
            scope.spawn(|| (0..200).for_each(|_| assert!(cache.get(known.content, &track).is_some())));
        }
    });
    assert_eq!(files(&folder).len(), 1);
}

/// Names that are easily thought of: two libraries in one process once had the same.
#[test]
fn what_another_one_is_writing_is_in_nobody_s_way_and_stays() {
    let folder = Folder::new();
    let cache = AnalysisCache::new(folder.path("c"), 1 << 20);
    let (track, music) = (track(5), folder.write("music.wav", b"music"));
    let known = analysis(&track);
    cache.put(&known, &track).unwrap();
    cache.note(&music, known.content).unwrap();
    let id = std::process::id();
    let note = files(&folder).into_iter().find(|file| file.extension().is_some_and(|e| e == "file")).unwrap();
    let mut theirs: Vec<PathBuf> = (0..500).map(|n| folder.path("c").join(format!("{id}.{n}.part"))).collect();
    theirs.push(note.with_extension(format!("{id}.part")));
    theirs.iter().for_each(|half| fs::write(half, b"half").unwrap());
    cache.put(&known, &track).unwrap();
    cache.note(&music, known.content).unwrap();
    assert!(theirs.iter().all(|half| half.exists()));
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_whose_name_is_no_text_is_noted_too() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    let cache = AnalysisCache::new(folder.path("c"), 1 << 20);
    let track = track(6);
    let known = analysis(&track);
    cache.put(&known, &track).unwrap();
    let odd = folder.path("").join(std::ffi::OsStr::from_bytes(b"Caf\xe9.wav"));
    fs::write(&odd, b"music").unwrap();
    cache.note(&odd, known.content).unwrap();
    assert_eq!(cache.facts(&odd).and_then(|facts| facts.bpm), known.bpm);
}

#[test]
fn a_place_that_cannot_be_written_is_an_error_and_no_more() {
    let folder = Folder::new();
    let cache = AnalysisCache::new(folder.write("c", b"a file"), 1 << 20);
    let track = track(4);
    let known = analysis(&track);
    assert!(cache.put(&known, &track).is_err());
    assert_eq!(cache.get(known.content, &track), None);
}

#[test]
fn each_system_has_its_place() {
    let of = |os: &str, vars: &[(&str, &str)]| {
        let vars: Vec<(String, String)> = vars.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let var = move |name: &str| vars.iter().find(|(other, _)| other == name).map(|(_, value)| value.into());
        AnalysisCache::folder_of_user(os, var)
    };
    assert_eq!(of("linux", &[("HOME", "/h")]), Some("/h/.cache/echelon/analysis".into()));
    assert_eq!(of("linux", &[("HOME", "/h"), ("XDG_CACHE_HOME", "/x")]), Some("/x/echelon/analysis".into()));
    assert_eq!(of("linux", &[("HOME", "/h"), ("XDG_CACHE_HOME", "x")]), Some("/h/.cache/echelon/analysis".into()));
    assert_eq!(of("macos", &[("HOME", "/h")]), Some("/h/Library/Caches/echelon/analysis".into()));
    assert_eq!(of("linux", &[("HOME", "/h"), (CACHE_DIR_VARIABLE, "/own")]), Some("/own".into()));
    assert_eq!(of("linux", &[]), None);
}
