//! What is in the file comes out of it, bit for bit where the format allows it.

use super::super::decode::decode_within;
use super::super::{LoadError, OVERVIEW_COLUMNS, Overview};
use super::{FIXTURES, Folder, flac, float_wav, int_wav, load, noise, wav_bytes};

const FRAMES: usize = 10_000;

/// Exact: integers of up to 24 bits fit into f32, and the divisor is a power of two.
#[allow(clippy::cast_precision_loss, reason = "see above; 32 bits are rounded once")]
fn to_f32(samples: &[i32], bits: u16) -> Vec<f32> {
    let scale = f64::from(bits - 1).exp2();
    #[allow(clippy::cast_possible_truncation, reason = "see above")]
    samples.iter().map(|sample| (f64::from(*sample) / scale) as f32).collect()
}

fn assert_same(left: &[f32], right: &[f32], interleaved: &[f32]) {
    assert_eq!(left.len() * 2, interleaved.len());
    let same =
        left.iter().zip(right).flat_map(|(l, r)| [l, r]).zip(interleaved).position(|(a, b)| a.to_bits() != b.to_bits());
    assert_eq!(same, None, "the first sample that differs");
}

#[test]
fn an_mp3_behind_a_large_picture_is_decoded() {
    let folder = Folder::new();
    let tone = FIXTURES[0].1;
    // 3 MB, of which each byte of the size counts 7 bits.
    let tag = [&b"ID3\x03\0\0\x01\x37\x1b\0"[..], &[0x55; 3_001_728]].concat();
    let [plain, tagged] = [tone.to_vec(), [&tag[..], tone].concat()].map(|bytes| load(&folder.write("a.mp3", &bytes)));
    assert_eq!(plain.unwrap().track.num_frames(), tagged.unwrap().track.num_frames());
}

#[test]
fn integer_wav_is_exact() {
    let folder = Folder::new();
    for bits in [16, 24, 32] {
        for rate in [8_000, 44_100, 48_000, 96_000, 192_000] {
            let samples = noise(2 * FRAMES, bits.into());
            let decoded = load(&folder.write("a.wav", &int_wav(2, rate, bits, &samples))).unwrap();
            assert_same(decoded.track.left(), decoded.track.right(), &to_f32(&samples, bits));
            assert_eq!(decoded.track.sample_rate(), f64::from(rate));
            assert_eq!(decoded.note, None);
        }
    }
}

#[test]
fn eight_bit_wav_is_exact() {
    let folder = Folder::new();
    let samples = noise(2 * FRAMES, 8);
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 22_050,
        bits_per_sample: 8,
        sample_format: hound::SampleFormat::Int,
    };
    let bytes = wav_bytes(spec, |writer| samples.iter().for_each(|s| writer.write_sample(*s).unwrap()));
    let decoded = load(&folder.write("a.wav", &bytes)).unwrap();
    assert_same(decoded.track.left(), decoded.track.right(), &to_f32(&samples, 8));
}

#[test]
fn float_wav_is_exact_and_not_clipped() {
    let folder = Folder::new();
    let samples: Vec<f32> = to_f32(&noise(2 * FRAMES, 24), 24).iter().map(|sample| sample * 3.7).collect();
    let decoded = load(&folder.write("a.wav", &float_wav(2, 44_100, &samples))).unwrap();
    assert_same(decoded.track.left(), decoded.track.right(), &samples);
    assert!(decoded.track.left().iter().any(|sample| sample.abs() > 3.0));
}

#[test]
fn flac_is_exact() {
    let folder = Folder::new();
    for bits in [16, 24] {
        let samples = noise(2 * FRAMES, bits.into());
        let decoded = load(&folder.write("a.flac", &flac(2, 48_000, bits.into(), &samples))).unwrap();
        assert_same(decoded.track.left(), decoded.track.right(), &to_f32(&samples, bits));
        assert_eq!((decoded.track.sample_rate(), decoded.note), (48_000.0, None));
    }
}

#[test]
fn aiff_is_exact() {
    let folder = Folder::new();
    let samples = noise(2 * FRAMES, 16);
    let mut data = vec![0; 8];
    samples.iter().for_each(|sample| data.extend(&sample.to_be_bytes()[2..]));
    // 80-bit float: exponent and mantissa of 44100.
    let mut comm = vec![0, 2];
    comm.extend(u32::try_from(FRAMES).unwrap().to_be_bytes());
    comm.extend([0, 16, 0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0]);
    let chunk = |name: &[u8], body: &[u8]| [name, &u32::try_from(body.len()).unwrap().to_be_bytes(), body].concat();
    let form = [b"AIFF".to_vec(), chunk(b"COMM", &comm), chunk(b"SSND", &data)].concat();
    let decoded = load(&folder.write("a.aiff", &chunk(b"FORM", &form))).unwrap();
    assert_same(decoded.track.left(), decoded.track.right(), &to_f32(&samples, 16));
    assert_eq!(decoded.track.sample_rate(), 44_100.0);
}

/// Amplitude of one frequency, over whole periods from the middle.
fn amplitude(samples: &[f32], hz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    let middle = &samples[5_000..15_000];
    for (n, sample) in (0u32..).zip(middle) {
        let phase = std::f64::consts::TAU * hz * f64::from(n) / 44_100.0;
        re += f64::from(*sample) * phase.cos();
        im += f64::from(*sample) * phase.sin();
    }
    2.0 * f64::hypot(re, im) / 10_000.0
}

#[test]
fn every_other_format_sounds_as_it_should() {
    let folder = Folder::new();
    // The encoders' own error at a low bit rate.
    let tolerance = 0.05;
    for (name, bytes) in FIXTURES {
        let decoded = load(&folder.write(name, bytes)).unwrap();
        let track = &decoded.track;
        assert_eq!(track.sample_rate(), 44_100.0, "{name}");
        assert!((22_050..22_050 + 2_500).contains(&track.num_frames()), "{name}: {}", track.num_frames());
        for (channel, hz, other) in [(track.left(), 441.0, 882.0), (track.right(), 882.0, 441.0)] {
            assert!((amplitude(channel, hz) - 0.4).abs() < tolerance, "{name}: {}", amplitude(channel, hz));
            assert!(amplitude(channel, other) < tolerance, "{name}: {}", amplitude(channel, other));
        }
        assert_eq!(decoded.note, None, "{name}");
    }
}

#[test]
fn the_name_of_a_file_does_not_matter() {
    let folder = Folder::new();
    let samples = noise(2 * FRAMES, 16);
    for (name, bytes) in [("a.flac", int_wav(2, 44_100, 16, &samples)), ("noname", flac(2, 44_100, 16, &samples))] {
        let decoded = load(&folder.write(name, &bytes)).unwrap();
        assert_same(decoded.track.left(), decoded.track.right(), &to_f32(&samples, 16));
    }
}

#[test]
fn mono_goes_to_both_sides() {
    let folder = Folder::new();
    let samples = noise(FRAMES, 16);
    for bytes in [int_wav(1, 44_100, 16, &samples), flac(1, 44_100, 16, &samples)] {
        let decoded = load(&folder.write("mono", &bytes)).unwrap();
        assert_eq!(decoded.track.left(), to_f32(&samples, 16));
        assert_eq!(decoded.track.left(), decoded.track.right());
        assert_eq!(decoded.note, None);
    }
}

#[test]
fn surround_is_folded_down_with_a_note() {
    let folder = Folder::new();
    // L, R, C, LFE, Ls, Rs: one frame with each alone at a half.
    let mut samples = vec![0.0; 6 * 6];
    (0..6).for_each(|channel| samples[channel * 6 + channel] = 0.5);
    let decoded = load(&folder.write("a.wav", &float_wav(6, 48_000, &samples))).unwrap();
    let side = 0.5 * std::f32::consts::FRAC_1_SQRT_2;
    assert_eq!(decoded.track.left(), [0.5, 0.0, side, 0.0, side, 0.0]);
    assert_eq!(decoded.track.right(), [0.0, 0.5, side, 0.0, 0.0, side]);
    assert_eq!(decoded.note.as_deref(), Some("6 channels were folded down to two"));
}

#[test]
fn what_is_no_number_is_silence() {
    let folder = Folder::new();
    let samples = [0.5, f32::NAN, f32::INFINITY, -0.5];
    let decoded = load(&folder.write("a.wav", &float_wav(2, 48_000, &samples))).unwrap();
    assert_eq!((decoded.track.left(), decoded.track.right()), (&[0.5, 0.0][..], &[0.0, -0.5][..]));
    assert!(decoded.overview.columns.iter().all(|column| column.rms.is_finite()));
}

#[test]
fn the_overview_is_the_track_s() {
    let folder = Folder::new();
    let decoded = load(&folder.write("a.wav", &int_wav(2, 44_100, 16, &noise(2 * FRAMES, 16)))).unwrap();
    assert_eq!(*decoded.overview, Overview::of(&decoded.track, OVERVIEW_COLUMNS));
}

#[test]
fn progress_rises_to_the_end() {
    let folder = Folder::new();
    let path = folder.write("a.wav", &int_wav(2, 44_100, 16, &noise(1_000_000, 16)));
    let mut told = Vec::new();
    super::super::decode(&path, &mut |ratio| told.push(ratio.unwrap()), &|| false).unwrap();
    assert!(told.len() > 5 && told.is_sorted() && told[0] == 0.0, "{told:?}");
    assert!(told.iter().all(|ratio| (0.0..=1.0).contains(ratio)) && told.last().unwrap() > &0.8, "{told:?}");
}

#[test]
fn a_cancelled_decode_ends() {
    let folder = Folder::new();
    let path = folder.write("a.wav", &int_wav(2, 44_100, 16, &noise(1_000_000, 16)));
    let asked = std::cell::Cell::new(0);
    let cancelled = || {
        asked.set(asked.get() + 1);
        asked.get() > 3
    };
    let error = super::super::decode(&path, &mut |_| {}, &cancelled).unwrap_err();
    assert_eq!((error, asked.get()), (LoadError::Cancelled, 4));
}

#[test]
fn a_track_above_the_memory_budget_is_refused() {
    let folder = Folder::new();
    let samples = noise(2 * FRAMES, 16);
    let budget = FRAMES * 8;
    for bytes in [int_wav(2, 44_100, 16, &samples), flac(2, 44_100, 16, &samples)] {
        let path = folder.write("a", &bytes);
        assert!(decode_within(budget, &path, &mut |_| {}, &|| false).is_ok());
        let error = decode_within(budget - 8, &path, &mut |_| {}, &|| false).unwrap_err();
        assert_eq!(error, LoadError::TooLong { max_mib: 0, minutes: 0 });
    }
    let error = LoadError::TooLong { max_mib: 1024, minutes: 50 };
    let text = "the track is too long: it would take more than 1024 MiB of memory (50 minutes at its sample rate)";
    assert_eq!(error.to_string(), text);
}

/// MPEG frames of silence of two bit rates, with nothing before them that counts them.
#[test]
fn an_mp3_of_changing_bit_rate_that_does_not_say_its_length_is_whole() {
    let folder = Folder::new();
    // 144 * bits a second / 44100 bytes each.
    let frames = |index: u8, size: usize, count: usize| {
        let mut frame = vec![0; size];
        frame[..4].copy_from_slice(&[0xff, 0xfb, index << 4, 0]);
        frame.repeat(count)
    };
    let (small, large) = (frames(1, 104, 600), frames(14, 1044, 600));
    for bytes in [[small.clone(), large.clone()].concat(), [large, small].concat()] {
        let decoded = load(&folder.write("a.mp3", &bytes)).unwrap();
        assert_eq!((decoded.track.num_frames(), decoded.note), (1_200 * 1_152, None));
    }
}
