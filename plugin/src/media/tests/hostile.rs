//! Files of every format that lie: fields of their headers at the ends of what they can say, cut anywhere, grown together.
//!
//! All of it runs in a process of its own that gets no more than so much memory and time: a header that is believed there
//! takes the test down. `ECHELON_HOSTILE_TIMES=20` makes a long run of it.

mod fields;

use std::path::Path;

use super::super::LoadError;
use super::super::decode::{Decoding, decode_within};
use super::mutants::Dice;
use super::{FIXTURES, Folder, flac, float_wav, int_wav, noise};
use fields::{Field, fields, put};

/// Says how many times as many cases there shall be.
const TIMES_VARIABLE: &str = "ECHELON_HOSTILE_TIMES";
/// Set in the process that does it.
const CHILD_VARIABLE: &str = "ECHELON_HOSTILE_CHILD";
/// What the samples of one track may take.
const BUDGET_BYTES: usize = 1 << 24;
const CODES: [&str; 6] = ["unreadable", "unsupported", "corrupt", "empty", "too_long", "no_room"];

fn times() -> usize {
    std::env::var(TIMES_VARIABLE).ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// A short file of each format.
fn good() -> Vec<(&'static str, Vec<u8>)> {
    let mut good: Vec<_> = FIXTURES.iter().map(|(name, bytes)| (*name, bytes.to_vec())).collect();
    good.push(("a.wav", int_wav(2, 44_100, 16, &noise(9_000, 16))));
    good.push(("float.wav", float_wav(2, 48_000, &[0.5; 9_000])));
    good.push(("a.flac", flac(2, 44_100, 16, &noise(9_000, 16))));
    good.push(("a.aiff", aiff(&noise(9_000, 16))));
    good
}

/// 16 bits, two channels, 44.1 kHz.
fn aiff(samples: &[i32]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_be_bytes()[2..].to_vec()).collect();
    let be = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    let mut bytes = b"FORM".to_vec();
    bytes.extend(be(4 + 26 + 16 + data.len()));
    bytes.extend(b"AIFFCOMM\0\0\0\x12\0\x02");
    bytes.extend(be(samples.len() / 2));
    bytes.extend([0, 16, 0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0]);
    bytes.extend(b"SSND");
    bytes.extend(be(8 + data.len()));
    bytes.extend([0; 8]);
    bytes.extend(data);
    bytes
}

/// What came of the cases.
#[derive(Debug, Default)]
struct Tally {
    loaded: usize,
    refused: [usize; CODES.len()],
}

impl Tally {
    /// Loads a file in both ways: all of it, and with the start first.
    fn try_file(&mut self, folder: &Folder, name: &str, bytes: &[u8], what: &str) {
        let path = folder.write(name, bytes);
        let packets = std::cell::Cell::new(0_usize);
        let count = || {
            packets.set(packets.get() + 1);
            false
        };
        let whole = decode_within(BUDGET_BYTES, &path, &mut |_| {}, &count);
        assert!(packets.get() <= bytes.len() + 1, "{name}, {what}: {} packets", packets.get());
        let coming = in_pieces(&path);
        match (&whole, &coming) {
            (Ok(whole), Ok(frames)) => {
                let track = &whole.track;
                assert!(track.num_frames() * 8 <= BUDGET_BYTES && track.num_frames() >= 1, "{name}, {what}");
                assert!(track.left().iter().chain(track.right()).all(|sample| sample.is_finite()), "{name}, {what}");
                assert_eq!(*frames, track.num_frames(), "{name}, {what}");
                self.loaded += 1;
            }
            (Err(error), Err(other)) => {
                assert_eq!(error.code(), other.code(), "{name}, {what}");
                let place = CODES.iter().position(|code| *code == error.code());
                assert!(error.to_string().len() > 10, "{name}, {what}: {error}");
                self.refused[place.unwrap_or_else(|| panic!("{name}, {what}: {error}"))] += 1;
            }
            (whole, coming) => panic!("{name}, {what}: {whole:?} in one go, {coming:?} in pieces"),
        }
    }
}

/// As the loader does it; how many frames there are.
fn in_pieces(path: &Path) -> Result<usize, LoadError> {
    let mut decoding = Decoding::open(path, BUDGET_BYTES)?;
    let track = decoding.begin_track();
    assert!(track.is_none_or(|track| track.capacity_frames() * 8 <= BUDGET_BYTES));
    while !decoding.step(&|| false)? {}
    Ok(decoding.finish()?.track.num_frames())
}

/// Each field of the header at its ends.
fn lie(tally: &mut Tally, folder: &Folder, good: &[(&'static str, Vec<u8>)]) {
    for (name, bytes) in good {
        for Field { what, at, width, is_little } in fields(name, bytes) {
            let all = if width == 8 { u64::MAX } else { (1 << (8 * width)) - 1 };
            for value in [0, 1, 255, all / 2, all / 2 + 1, all] {
                let mut lying = bytes.clone();
                put(&mut lying, at, width, is_little, value);
                if name.ends_with("ogg") {
                    fields::seal_pages(&mut lying);
                }
                tally.try_file(folder, name, &lying, &format!("{what} = {value:#x}"));
            }
        }
    }
}

/// Cut off on each of the first bytes, and on many of the others.
fn cut(tally: &mut Tally, folder: &Folder, good: &[(&'static str, Vec<u8>)]) {
    for (name, bytes) in good {
        let later = (1..24 * times()).map(|part| part * bytes.len() / (24 * times()));
        for end in (1..64 * times()).chain(later).filter(|end| *end < bytes.len()) {
            tally.try_file(folder, name, &bytes[..end], &format!("cut at {end}"));
        }
    }
}

/// The start of one and the end of another, or one inside another.
fn grow_together(tally: &mut Tally, folder: &Folder, good: &[(&'static str, Vec<u8>)]) {
    let mut dice = Dice(0x51ce_d00d_1234_5678);
    for case in 0..150 * times() {
        let [(name, one), (_, other)] = [0, 1].map(|_| &good[dice.roll(good.len())]);
        let reach = if dice.roll(2) == 0 { 80 } else { one.len() };
        let (from, to) = (dice.roll(reach.min(one.len())), dice.roll(other.len()));
        let mut bytes = one[..from].to_vec();
        bytes.extend(&other[to..]);
        if dice.roll(3) == 0 {
            bytes.extend(&one[from..]);
        }
        if !bytes.is_empty() {
            tally.try_file(folder, name, &bytes, &format!("splice {case}"));
        }
    }
}

/// In a process of its own: see the module.
#[test]
fn files_that_lie_are_refused_or_played_as_far_as_they_go() {
    if std::env::var_os(CHILD_VARIABLE).is_some() {
        let (folder, good, mut tally) = (Folder::new(), good(), Tally::default());
        for (name, bytes) in &good {
            tally.try_file(&folder, name, bytes, "as it should be");
        }
        assert_eq!(tally.loaded, good.len(), "{tally:?}");
        lie(&mut tally, &folder, &good);
        cut(&mut tally, &folder, &good);
        grow_together(&mut tally, &folder, &good);
        let refused = |code: &str| tally.refused[CODES.iter().position(|other| *other == code).unwrap()];
        assert!(tally.loaded > 100 && ["unsupported", "corrupt", "too_long"].iter().all(|code| refused(code) > 5));
        return println!("{tally:?}");
    }
    let name = "media::tests::hostile::files_that_lie_are_refused_or_played_as_far_as_they_go";
    let program = std::env::current_exe().unwrap();
    let mut child = if cfg!(unix) {
        let mut shell = std::process::Command::new("sh");
        // KiB of address space, seconds of work.
        let limits = format!("ulimit -v 1500000; ulimit -t {}; exec \"$0\" \"$@\"", 120 * times());
        shell.args(["-c", &limits]).arg(program);
        shell
    } else {
        std::process::Command::new(program)
    };
    let output = child.args(["--exact", name, "--test-threads=1", "--nocapture"]).env(CHILD_VARIABLE, "1").output();
    let output = output.unwrap();
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    let end =
        said.each_ref().map(|said| said.chars().rev().take(3_000).collect::<Vec<_>>().into_iter().rev().collect());
    let [stdout, stderr]: [String; 2] = end;
    assert!(output.status.success() && stdout.contains("Tally"), "{}\n{stdout}\n{stderr}", output.status);
}
