//! Tracks that a deck has before their files are decoded.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use echelon_engine::action::RequestId;
use echelon_engine::deck::Track;
use echelon_engine::units::DeckId;

use super::super::memory::TrackMemory;
use super::super::{DecodedTrack, Hold, LoadError, LoadEvent, Loader, OVERVIEW_COLUMNS, Peak};
use super::{FIXTURES, Folder, flac, int_wav, load, noise};

const RATE: usize = 8_000;
/// How long the files are.
const SECS: usize = 32;
/// How long a test waits for something that should come.
const PATIENCE: Duration = Duration::from_secs(60);

/// What comes of an event that a test waits for; what was told on the way there comes first.
fn wait<T>(loader: &Loader, mut wanted: impl FnMut(LoadEvent) -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match loader.poll() {
            Some(event) => {
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    panic!("it did not come");
}

fn ask(loader: &Loader, deck: DeckId, path: &Path) -> RequestId {
    let id = RequestId::next();
    loader.load(deck, id, path.to_owned()).unwrap();
    id
}

/// The track of a load, as soon as a deck may have it.
fn head(loader: &Loader, wanted: RequestId) -> Arc<Track> {
    wait(loader, |event| match event {
        LoadEvent::Loaded { id, track, .. } if id == wanted => Some(track),
        LoadEvent::Progress { .. } | LoadEvent::Coming { .. } => None,
        other => panic!("{other:?}"),
    })
}

/// All of it.
fn whole(loader: &Loader, wanted: RequestId) -> DecodedTrack {
    let mut told = 0.0;
    wait(loader, |event| match event {
        LoadEvent::Whole { id, decoded, .. } if id == wanted => Some(decoded),
        LoadEvent::Progress { .. } => None,
        LoadEvent::Coming { id, ratio, .. } => {
            assert!(id != wanted || ratio >= told);
            told = if id == wanted { ratio } else { told };
            None
        }
        other => panic!("{other:?}"),
    })
}

/// Loads a file whose end is held back.
fn held(loader: &Loader, path: &Path) -> (Hold, RequestId, Arc<Track>) {
    held_at(loader, path, 3 * RATE)
}

fn held_at(loader: &Loader, path: &Path, frame: usize) -> (Hold, RequestId, Arc<Track>) {
    let hold = Hold::at(path, frame);
    let id = ask(loader, DeckId::A, path);
    let track = head(loader, id);
    (hold, id, track)
}

fn assert_same(streamed: &DecodedTrack, path: &Path) {
    let expected = load(path).unwrap();
    assert_eq!(streamed.track.num_frames(), expected.track.num_frames());
    assert!(streamed.track.is_whole() && streamed.note == expected.note, "{:?}", streamed.note);
    assert!(streamed.track.left() == expected.track.left() && streamed.track.right() == expected.track.right());
    assert_eq!(streamed.overview, expected.overview);
}

/// The fixture's frames over and over, with a first frame that counts them.
fn long_mp3(times: u32) -> Vec<u8> {
    let tone = FIXTURES[0].1;
    let start = if tone.starts_with(b"ID3") { 10 + (usize::from(tone[8]) << 7) + usize::from(tone[9]) } else { 0 };
    let tag = tone.windows(4).position(|four| four == b"Xing" || four == b"Info").expect("it has a tag");
    let sync = [tone[start], tone[start + 1]];
    let second = (start + 36..).find(|at| tone[*at..at + 2] == sync).unwrap();
    let count = u32::from_be_bytes(tone[tag + 8..tag + 12].try_into().unwrap());
    let audio = &tone[second..];
    let mut bytes = tone[..second].to_vec();
    // It counts frames and bytes, and nothing else: no table that would be wrong.
    bytes[tag + 7] = 3;
    bytes[tag + 8..tag + 12].copy_from_slice(&(count * times).to_be_bytes());
    bytes[tag + 12..tag + 16].copy_from_slice(&u32::try_from(audio.len()).unwrap().wrapping_mul(times).to_be_bytes());
    bytes[tag + 16..].fill(0);
    (0..times).for_each(|_| bytes.extend(audio));
    bytes
}

#[test]
fn a_deck_has_a_track_before_its_file_is_decoded_and_it_is_the_same_to_the_bit_in_the_end() {
    let folder = Folder::new();
    let samples = noise(2 * SECS * RATE, 16);
    let short = folder.write("short.wav", &int_wav(2, 44_100, 16, &noise(20_000, 16)));
    let files = [
        ("a.wav", int_wav(2, 8_000, 16, &samples)),
        ("mono.wav", int_wav(1, 8_000, 24, &noise(SECS * RATE, 24))),
        ("a.flac", flac(2, RATE, 16, &samples)),
        ("a.mp3", long_mp3(62)),
    ];
    for (name, bytes) in files {
        let loader = Loader::new(|| ()).unwrap();
        let path = folder.write(name, &bytes);
        let expected = load(&path).unwrap().track;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sample rate")]
        let at = 3 * expected.sample_rate() as usize;
        let (hold, id, track) = held_at(&loader, &path, at);
        assert!(!track.is_whole(), "{name}");
        assert_eq!(track.num_frames(), expected.num_frames(), "{name}: as its file says");
        let start = Instant::now();
        while track.ready_frames() < at {
            assert!(start.elapsed() < PATIENCE);
            std::thread::yield_now();
        }
        let ready = track.ready_frames();
        assert!((at..at + 8_000).contains(&ready), "{name}: {ready}");
        assert!(track.left()[..ready] == expected.left()[..ready], "{name}");
        // Other decks need not wait for it.
        let other = ask(&loader, DeckId::B, &short);
        assert!(head(&loader, other).is_whole());
        assert_eq!(whole(&loader, other).track.num_frames(), 10_000);
        assert_eq!(track.ready_frames(), ready, "{name}: still held");
        drop(hold);
        let decoded = whole(&loader, id);
        assert!(Arc::ptr_eq(&decoded.track, &track), "{name}: the deck has that very one");
        assert_same(&decoded, &path);
    }
}

#[test]
fn the_waveform_of_what_is_there_is_told_while_the_rest_comes() {
    let folder = Folder::new();
    let path = folder.write("a.wav", &int_wav(2, 8_000, 16, &noise(2 * SECS * RATE, 16)));
    let expected = load(&path).unwrap().overview;
    let loader = Loader::new(|| ()).unwrap();
    let (hold, id, _track) = held(&loader, &path);
    let is_there = |column: &Peak| *column != Peak::default();
    // What is held back at 3 s comes to 9 s, and then to the end.
    for secs in [3, 9] {
        hold.move_to(secs * RATE);
        let least = secs * OVERVIEW_COLUMNS / SECS;
        let overview = wait(&loader, |event| match event {
            LoadEvent::Coming { id: of, overview, .. } if of == id => {
                (overview.columns.iter().filter(|column| is_there(column)).count() >= least).then_some(overview)
            }
            LoadEvent::Coming { .. } | LoadEvent::Progress { .. } => None,
            other => panic!("{other:?}"),
        });
        let there = overview.columns.iter().take_while(|column| is_there(column)).count();
        assert!((least..least + OVERVIEW_COLUMNS / SECS).contains(&there), "{there} at {secs} s");
        assert_eq!(overview.columns[..there], expected.columns[..there]);
        assert!(!overview.columns[there..].iter().any(is_there), "nothing is drawn of what is not there");
    }
    drop(hold);
    assert_same(&whole(&loader, id), &path);
}

#[test]
fn what_nobody_has_any_more_is_not_decoded_further_and_what_somebody_has_is() {
    let folder = Folder::new();
    let path = folder.write("a.wav", &int_wav(2, 8_000, 16, &noise(2 * SECS * RATE, 16)));
    let short = folder.write("short.wav", &int_wav(2, 44_100, 16, &noise(20_000, 16)));
    // How many had the track when the loader last told something.
    let (watched, had) = (Arc::new(Mutex::new(Weak::<Track>::new())), Arc::new(AtomicUsize::new(0)));
    let (looks, counts) = (watched.clone(), had.clone());
    let wake = move || counts.store(looks.lock().unwrap().strong_count(), Ordering::SeqCst);
    let loader = Loader::new(wake).unwrap();
    let (hold, id, track) = held(&loader, &path);
    // A newer load of its deck, which it leaves: but an undo may bring it back.
    let newer = ask(&loader, DeckId::A, &short);
    assert_eq!(whole_after_head(&loader, newer), 10_000);
    drop(hold);
    assert_same(&whole(&loader, id), &path);
    drop(track);
    let (_hold, id, track) = held(&loader, &path);
    let weak = Arc::downgrade(&track);
    *watched.lock().unwrap() = weak.clone();
    drop(track);
    wait(&loader, |event| match event {
        LoadEvent::Dropped { id: dropped, .. } if dropped == id => Some(()),
        LoadEvent::Coming { .. } => None,
        other => panic!("{other:?}"),
    });
    assert_eq!(weak.strong_count(), 0, "its memory is free");
    // Its thread ends here, and that was the last that it told.
    drop(loader);
    assert_eq!(had.load(Ordering::SeqCst), 0, "and was when that was told");
}

fn whole_after_head(loader: &Loader, id: RequestId) -> usize {
    drop(head(loader, id));
    whole(loader, id).track.num_frames()
}

#[test]
fn a_track_that_is_still_coming_counts_in_full() {
    let folder = Folder::new();
    // Each takes 1.95 MiB.
    let bytes = int_wav(2, 8_000, 16, &noise(2 * SECS * RATE, 16));
    let (path, other) = (folder.write("a.wav", &bytes), folder.write("b.wav", &bytes));
    let memory = Arc::new(TrackMemory::new(3 << 20));
    // Two instances, or a deck and the headphones.
    let [loader, another] = [(); 2].map(|()| Loader::within(memory.clone(), || ()).unwrap());
    let (_hold, _, _track) = held(&loader, &path);
    let refused = ask(&another, DeckId::B, &other);
    let error = wait(&another, |event| match event {
        LoadEvent::Failed { id, error, .. } if id == refused => Some(error),
        LoadEvent::Progress { .. } | LoadEvent::Coming { .. } => None,
        other => panic!("{other:?}"),
    });
    assert_eq!(error, LoadError::NoRoom { used_mib: 1, budget_mib: 3 });
}

#[test]
fn a_file_that_is_damaged_or_cut_after_its_start_is_as_long_as_it_is_and_says_so() {
    let folder = Folder::new();
    let samples = noise(2 * SECS * RATE, 16);
    let wav = int_wav(2, 8_000, 16, &samples);
    let good = flac(2, RATE, 16, &samples);
    let mut holed = good.clone();
    let middle = holed.len() * 3 / 4;
    holed[middle..middle + 8].fill(0);
    let cases = [
        ("holed.flac", holed, " s of it are silent"),
        ("cut.flac", good[..middle].to_vec(), " of 32.0 s"),
        ("cut.wav", wav[..wav.len() * 3 / 4].to_vec(), " of 32.0 s"),
    ];
    for (name, bytes, note) in cases {
        let loader = Loader::new(|| ()).unwrap();
        let path = folder.write(name, &bytes);
        let (hold, id, track) = held(&loader, &path);
        assert_eq!(track.num_frames(), SECS * RATE, "{name}: as its header says");
        drop(hold);
        let decoded = whole(&loader, id);
        assert!(decoded.note.as_ref().is_some_and(|told| told.contains(note)), "{name}: {:?}", decoded.note);
        assert_same(&decoded, &path);
    }
}

#[test]
fn a_file_that_is_longer_than_it_says_has_room_for_some_more_and_says_what_is_left_out() {
    let folder = Folder::new();
    let samples = noise(2 * SECS * RATE, 16);
    let left_out = "the file is longer than it says: 0.3 s at its end are left out";
    // A second and a 64th more than it says.
    for (says_secs, secs, note) in [(31.0, 32.0, None), (30.2, 31.671_875, Some(left_out))] {
        let mut bytes = flac(2, RATE, 16, &samples);
        // The last 36 bits of the first 18 bytes of STREAMINFO, after magic and block header.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some seconds")]
        let says = (says_secs * RATE as f64) as u32;
        bytes[22..26].copy_from_slice(&says.to_be_bytes());
        let path = folder.write("long.flac", &bytes);
        let loader = Loader::new(|| ()).unwrap();
        let (hold, id, track) = held(&loader, &path);
        assert_eq!(track.num_frames(), says as usize);
        drop(hold);
        let decoded = whole(&loader, id);
        assert_eq!((decoded.note.as_deref(), track.is_whole()), (note, true));
        assert!((track.seconds() - secs).abs() < 1e-4, "{}", track.seconds());
        let all = load(&path).unwrap().track;
        assert!(all.num_frames() == SECS * RATE && all.left().starts_with(track.left()), "to the bit");
    }
}

#[test]
fn a_file_that_ends_before_a_deck_could_have_it_takes_no_more_memory_than_it_needs() {
    let folder = Folder::new();
    let wav = int_wav(2, 8_000, 16, &noise(2 * SECS * RATE, 16));
    let path = folder.write("cut.wav", &wav[..wav.len() / SECS]);
    let loader = Loader::new(|| ()).unwrap();
    let id = ask(&loader, DeckId::A, &path);
    let track = head(&loader, id);
    assert!(track.is_whole() && track.capacity_frames() == track.num_frames());
    assert_same(&whole(&loader, id), &path);
}
