//! The other tools: sounds, files, comparisons, the OSC client.

use std::net::UdpSocket;
use std::panic::catch_unwind;

use rosc::{OscMessage, OscPacket, OscType, decoder, encoder};
use support::osc::{Done, Receipt};
use support::signals::{clicks, impulse, noise, ramp, ramp_frame, sine};
use support::transport::due_frame;
use support::{OscClient, Sound, TempDir, compare, wait_until};

#[test]
fn every_frame_of_a_ramp_tells_its_place() {
    let ramp = ramp(100_000);
    assert!(ramp.frames().all(|(frame, pair)| ramp_frame(pair) == Some(frame)));
    let longest = (1_u32 << 24) - 1;
    assert_eq!(
        ramp_frame([longest as f32 / 16_777_216.0, -(longest as f32) / 16_777_216.0]),
        Some(u64::from(longest) - 1)
    );
    assert_eq!(ramp_frame([0.0, 0.0]), None);
    assert_eq!(ramp_frame([1e-5, -1e-5]), None, "between two frames");
    assert_eq!(ramp_frame([ramp.left[5], ramp.right[6]]), None);
}

#[test]
fn clicks_are_on_their_beats() {
    let clicks = clicks(48_000.0, 127.3, 16);
    let onsets = clicks.onsets(0.4, 10);
    let expected: Vec<_> = (0..16).map(|beat| due_frame(beat.into(), 127.3, 48_000.0)).collect();
    assert_eq!(onsets, expected);
    assert_eq!(clicks.onsets(0.9, 10), [expected[0], expected[4], expected[8], expected[12]]);
}

#[test]
fn sounds_are_made_of_what_they_say() {
    let noise_once = noise(1, 0.5, 1000);
    assert_eq!(noise_once, noise(1, 0.5, 1000));
    assert_ne!(noise_once, noise(2, 0.5, 1000));
    assert!(noise_once.peak() <= 0.5 && noise_once.peak() > 0.4);
    let sine = sine(48_000.0, 1000.0, 0.25, 480);
    assert!((sine.peak() - 0.25).abs() < 1e-3 && sine.left[0] == 0.0 && sine.left[12] > 0.24);
    let part = impulse(100, 40).moved_to(1000).part(1030..1050);
    assert_eq!((part.first_nonzero(), part.last_nonzero(), part.at(1040)), (Some(1040), Some(1040), [1.0, 1.0]));
    assert!(part.part(1041..1050).is_silent());
}

#[test]
fn wav_files_carry_their_samples_and_go_with_their_folder() {
    let dir = TempDir::new("wav");
    let sound = noise(5, 1.0, 1000);
    let path = dir.wav("noise.wav", 44_100, &sound);
    let mut reader = hound::WavReader::open(&path).unwrap();
    assert_eq!((reader.spec().sample_rate, reader.spec().channels), (44_100, 2));
    let samples: Vec<f32> = reader.samples().map(Result::unwrap).collect();
    let expected: Vec<f32> = sound.frames().flat_map(|(_, pair)| pair).collect();
    assert_eq!(samples, expected);
    let path_16 = dir.wav_16("noise16.wav", 48_000, &sound);
    let mut reader = hound::WavReader::open(&path_16).unwrap();
    let first = reader.samples::<i16>().next().unwrap().unwrap();
    assert!((f32::from(first) / 32767.0 - sound.left[0]).abs() < 1e-4);
    let cut = dir.truncated_wav("cut.wav", 48_000, &sound);
    let reader = hound::WavReader::open(&cut).unwrap();
    assert!(reader.into_samples::<f32>().any(|sample| sample.is_err()));
    assert_eq!(std::fs::read(dir.write("empty.wav", b"")).unwrap(), b"");
    let folder = dir.path().to_owned();
    drop(dir);
    assert!(!folder.exists());
}

/// The text of a failed comparison.
fn failure(found: &Sound, expected: &Sound) -> String {
    let panic = catch_unwind(|| compare::assert_identical(found, expected)).expect_err("a difference");
    panic.downcast_ref::<String>().expect("a text").clone()
}

#[test]
fn comparisons_say_what_is_different() {
    let sound = noise(9, 1.0, 5000);
    compare::assert_identical(&sound, &sound.clone());
    let mut other = sound.clone();
    other.right[1234] += 0.25;
    let text = failure(&other, &sound);
    assert!(text.starts_with("1 of 5000 frames differ, from frame 1234"), "{text}");
    compare::assert_close(&other, &sound, 0.3);
    assert!(catch_unwind(|| compare::assert_close(&other, &sound, 0.2)).is_err());
    let later = Sound::generate(5000, |frame| if frame < 17 { [0.0; 2] } else { sound.at(frame as u64 - 17) });
    let text = failure(&later, &sound);
    assert!(text.contains("but 17 frames later"), "{text}");
    assert_eq!(compare::shift(&sound, &later), Some(-17));
    other.left[7] = f32::NAN;
    assert!(failure(&other, &sound).contains("from frame 7"));
    assert!(other.peak().is_nan());
    assert!(catch_unwind(|| compare::assert_close(&other, &sound, 0.3)).is_err());
    assert!(catch_unwind(|| compare::assert_silent(&sound)).is_err());
    assert!(catch_unwind(|| compare::assert_identical(&sound, &sound.part(0..4999))).is_err());
}

/// Answers every call as the plugin does: `/ack`, `/done`, or `/nack` for `/refuse`.
fn answer(socket: &UdpSocket) {
    let mut buffer = [0; 2000];
    let (length, from) = socket.recv_from(&mut buffer).expect("a datagram");
    let (_, packet) = decoder::decode_udp(&buffer[..length]).expect("a datagram");
    let OscPacket::Message(message) = packet else { panic!("a bundle") };
    let reply = |addr: &str, args: Vec<OscType>| {
        let packet = OscPacket::Message(OscMessage { addr: addr.to_owned(), args });
        socket.send_to(&encoder::encode(&packet).expect("a datagram"), from).expect("a datagram");
    };
    let id = message.args.last().cloned();
    match (message.addr.as_str(), id) {
        ("/ping", _) => reply("/pong", vec![]),
        ("/refuse", Some(id)) => reply("/nack", vec![id, OscType::Int(3), OscType::String("on air".to_owned())]),
        (_, Some(id)) => {
            reply("/ack", vec![id.clone(), OscType::Double(8.0)]);
            reply("/done", vec![id, OscType::Double(8.0), OscType::Float(0.0)]);
        }
        _ => panic!("{message:?}"),
    }
}

#[test]
fn the_osc_client_pairs_calls_with_their_receipts() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut osc = OscClient::connect(server.local_addr().unwrap().port());
    let serve = std::thread::spawn(move || (0..4).for_each(|_| answer(&server)));
    osc.send("/ping", &[]);
    assert_eq!(osc.expect("/pong").args, []);
    let first = osc.call("/deck/a/play/bar", &[]);
    let refused = osc.call("/refuse", &[]);
    let (third, ack) = osc.call_acked("/deck/b/play", &[OscType::Float(1.5)]);
    serve.join().unwrap();
    assert!(first != third && ack.due_beat == 8.0);
    let done = Done { beat: 8.0, error_frames: 0.0 };
    assert_eq!(osc.done(first), done);
    wait_until("the third call's end", || osc.done_yet(third) == Some(done));
    assert_eq!(osc.nack(refused).text, "on air");
    assert!(matches!(osc.receipts(third)[..], [Receipt::Ack(_), Receipt::Done(_)]));
    assert_eq!(osc.take_replies().len(), 5);
}
