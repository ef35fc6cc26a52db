//! Files that are not what they should be.

use super::super::LoadError;
use super::{Folder, flac, int_wav, load, noise};

const RATE: u32 = 44_100;

#[test]
fn a_missing_file() {
    let folder = Folder::new();
    let path = folder.path("gone.wav");
    let error = load(&path).unwrap_err();
    assert_eq!(error, LoadError::NotFound { path: path.clone() });
    assert_eq!(error.to_string(), format!("there is no file {}", path.display()));
}

#[test]
fn a_folder() {
    let folder = Folder::new();
    assert_eq!(load(&folder.path("")).unwrap_err(), LoadError::NotAFile);
}

#[cfg(unix)]
#[test]
fn a_device() {
    assert_eq!(load("/dev/zero".as_ref()).unwrap_err(), LoadError::NotAFile);
}

#[test]
fn an_empty_file() {
    let folder = Folder::new();
    assert_eq!(load(&folder.write("a.wav", b"")).unwrap_err(), LoadError::Empty);
    // A good header and nothing after it.
    assert_eq!(load(&folder.write("b.wav", &int_wav(2, RATE, 16, &[]))).unwrap_err(), LoadError::Empty);
}

#[test]
fn text_with_an_audio_name() {
    let folder = Folder::new();
    for name in ["a.wav", "a.flac", "a.mp3", "a.ogg", "a.m4a", "a.aiff"] {
        let error = load(&folder.write(name, "This is no music. ".repeat(1000).as_bytes())).unwrap_err();
        assert_eq!(error.code(), "unsupported", "{name}: {error}");
        assert!(error.to_string().starts_with("this is not an audio file; Echelon plays WAV, AIFF, FLAC"), "{error}");
    }
}

#[test]
fn bytes_of_any_kind_are_no_audio() {
    let folder = Folder::new();
    for seed in 0..20 {
        let bytes: Vec<u8> = noise(100_000 + seed, 8).iter().skip(seed).map(|byte| byte.to_le_bytes()[0]).collect();
        let result = load(&folder.write("a.bin", &bytes));
        assert_eq!(result.as_ref().map_err(LoadError::code).unwrap_err(), "unsupported", "{result:?}");
    }
}

#[test]
fn a_rate_that_no_deck_plays() {
    let folder = Folder::new();
    for rate in [7_999, 192_001] {
        let error = load(&folder.write("a.wav", &int_wav(2, rate, 16, &noise(2000, 16)))).unwrap_err();
        assert!(
            error.to_string().starts_with(&format!("the file's sample rate is {rate} Hz; Echelon plays")),
            "{error}"
        );
    }
}

/// One second, cut in its middle.
#[test]
fn a_truncated_file_keeps_what_is_there() {
    let folder = Folder::new();
    let samples = noise(2 * RATE as usize, 16);
    for (name, bytes) in [("a.wav", int_wav(2, RATE, 16, &samples)), ("a.flac", flac(2, RATE as usize, 16, &samples))] {
        let whole = load(&folder.write(name, &bytes)).unwrap().track;
        let decoded = load(&folder.write(name, &bytes[..bytes.len() / 2])).unwrap();
        let frames = decoded.track.num_frames();
        assert!((18_000..22_050).contains(&frames), "{name}: {frames}");
        assert_eq!(decoded.track.left(), &whole.left()[..frames]);
        assert_eq!(decoded.track.right(), &whole.right()[..frames]);
        let secs = format!("{:.1}", f64::from(u32::try_from(frames).unwrap()) / 44_100.0);
        let note = format!("the file is damaged: it ends in the middle, after {secs} s of 1.0 s");
        assert_eq!(decoded.note, Some(note), "{name}");
    }
}

#[test]
fn a_file_with_less_than_a_tenth_of_a_second_left_is_refused() {
    let folder = Folder::new();
    let samples = noise(2 * RATE as usize, 16);
    for (name, bytes) in [("a.wav", int_wav(2, RATE, 16, &samples)), ("a.flac", flac(2, RATE as usize, 16, &samples))] {
        let error = load(&folder.write(name, &bytes[..10_000])).unwrap_err();
        assert_eq!(error, LoadError::Corrupt { reason: "it ends in the middle".into() }, "{name}");
        assert_eq!(error.to_string(), "the file is damaged: it ends in the middle");
    }
}

#[test]
fn a_header_that_is_cut_is_damage_not_another_format() {
    let folder = Folder::new();
    let error = load(&folder.write("a.wav", &int_wav(2, RATE, 16, &noise(2000, 16))[..20])).unwrap_err();
    assert_eq!(error.code(), "corrupt", "{error}");
}

/// What is lost in the middle is silent, and the rest stays where it was: on its beat.
#[test]
fn damage_in_the_middle_moves_nothing() {
    let folder = Folder::new();
    let samples = noise(2 * RATE as usize, 16);
    let mut bytes = flac(2, RATE as usize, 16, &samples);
    let whole = load(&folder.write("whole.flac", &bytes)).unwrap().track;
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8].fill(0);
    let decoded = load(&folder.write("damaged.flac", &bytes)).unwrap();
    assert_eq!(decoded.track.num_frames(), whole.num_frames());
    let differing: Vec<usize> =
        (0..whole.num_frames()).filter(|frame| whole.left()[*frame] != decoded.track.left()[*frame]).collect();
    let (first, last) = (differing[0], *differing.last().unwrap());
    assert!(last - first <= 2 * 4096, "{first}..{last}");
    assert!(decoded.track.left()[first..=last].iter().all(|sample| *sample == 0.0));
    let note = decoded.note.unwrap();
    assert!(note.starts_with("the file is damaged: 0.") && note.ends_with(" s of it are silent"), "{note}");
}

/// Pipes and recorders write a WAV header before they know the length, and some never come back to it.
#[test]
fn a_wav_of_unknown_length_is_whole() {
    let folder = Folder::new();
    let samples = noise(2 * 11_521, 16);
    let good = int_wav(2, RATE, 16, &samples);
    let whole = load(&folder.write("whole.wav", &good)).unwrap().track;
    assert_eq!(&good[36..40], b"data");
    let lengths: [(u32, u32); 5] =
        [(u32::MAX, u32::MAX), (0x7fff_ffff, 0x7fff_ffdb), (0, 0), (36, 0), (0xffff_fff8, 0xffff_ffd4)];
    for (riff, data) in lengths {
        let mut bytes = good.clone();
        bytes[4..8].copy_from_slice(&riff.to_le_bytes());
        bytes[40..44].copy_from_slice(&data.to_le_bytes());
        let decoded = load(&folder.write("a.wav", &bytes)).unwrap();
        assert_eq!((decoded.track.num_frames(), decoded.note), (11_521, None), "{riff:x} {data:x}");
        assert_eq!(decoded.track.left(), whole.left());
    }
}

/// A WAV that says that it is empty, with something else after its audio.
#[test]
fn an_empty_wav_with_a_comment_is_empty() {
    let folder = Folder::new();
    let mut bytes = int_wav(2, RATE, 16, &[]);
    bytes.extend(b"LIST\x0c\0\0\0INFOINAM\0\0\0\0");
    let riff = u32::try_from(bytes.len() - 8).unwrap();
    bytes[4..8].copy_from_slice(&riff.to_le_bytes());
    assert_eq!(load(&folder.write("a.wav", &bytes)).unwrap_err(), LoadError::Empty);
}

/// Against the format, some encoders count the last block when they write the least block size.
#[test]
fn a_flac_with_the_wrong_least_block_size_is_whole() {
    let folder = Folder::new();
    let bytes = flac(2, RATE as usize, 16, &noise(2 * 10_000, 16));
    let (least, most) = (&bytes[8..10], &bytes[10..12]);
    assert_ne!(least, most, "this encoder does, or the test shows nothing");
    let decoded = load(&folder.write("a.flac", &bytes)).unwrap();
    assert_eq!((decoded.track.num_frames(), decoded.note), (10_000, None));
    // As it should be.
    let mut right = bytes.clone();
    right.copy_within(10..12, 8);
    assert_eq!(load(&folder.write("b.flac", &right)).unwrap().track.left(), decoded.track.left());
}
