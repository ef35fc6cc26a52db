//! One source that sends far too much: the sound is the same to the bit, stop and panic come through, and what is
//! lost is counted and told.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use rosc::{OscMessage, OscPacket, OscType};
use support::compare::assert_identical;
use support::osc::Receipt;
use support::signals::noise;
use support::{Format, OscClient, Setup, TempDir};

use crate::stage::Stage;
use crate::{alone, figure};

/// Messages a second that the flood tries to send; the bar is 100,000 for 10 s: `cargo xtask osc flood`.
const PER_SEC: u64 = 100_000;

fn bytes(address: &str, args: Vec<OscType>) -> Vec<u8> {
    rosc::encoder::encode(&OscPacket::Message(OscMessage { addr: address.to_owned(), args })).expect("a message")
}

/// Sends evenly until told to stop; gives what it sent.
fn flood(port: u16, stop: &AtomicBool, sent: &AtomicU64) {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.connect(("127.0.0.1", port)).expect("loopback");
    // On the empty deck D: heard by nobody.
    let moves: Vec<Vec<u8>> = (0..64_u16).map(|n| bytes("/deck/d/fader", vec![(f32::from(n) / 64.0).into()])).collect();
    let refused = bytes("/deck/d/play", vec![]);
    let start = Instant::now();
    let mut n = 0_u64;
    // Should the test fail, nobody tells it to stop.
    while !stop.load(Ordering::Relaxed) && start.elapsed().as_secs() < 60 {
        let due = (start.elapsed().as_secs_f64() * PER_SEC as f64) as u64;
        while n < due {
            let packet = if n % 4 == 3 { &refused } else { &moves[(n % 64) as usize] };
            let _ = socket.send(packet);
            n += 1;
        }
        sent.store(n, Ordering::Relaxed);
        std::thread::yield_now();
    }
}

#[test]
fn a_hundred_thousand_messages_a_second_cost_no_sample_and_lose_no_stop() {
    let _alone = alone();
    let folder = TempDir::new("fast_flood");
    let sound = noise(3, 0.5, 400_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    let mut stage = Stage::with_track(&Setup::new(), Format::Clap, &file).alone();
    stage.schedule("/deck/a/play", &[1.into(), OscType::Double(0.5)]);
    let port = stage.host.osc_port();
    let (mut heard, mut frames) = (stage.host.render(12_000), 0_u64);
    let (stop, sent) = (AtomicBool::new(false), AtomicU64::new(0));
    let secs = std::thread::scope(|scope| {
        scope.spawn(|| flood(port, &stop, &sent));
        let start = Instant::now();
        // By the flood's own count, not by time: a slow machine floods longer.
        while sent.load(Ordering::Relaxed) < 2 * PER_SEC {
            if frames < 300_000 {
                heard.append(stage.host.render(512));
                frames += 512;
            }
        }
        let secs = start.elapsed().as_secs_f64();
        // A hand on another surface, in the middle of it.
        let mut hand = OscClient::connect(port);
        for address in ["/deck/a/stop/now", "/panic"] {
            // The system's own buffer overflows before we see what is in it: until one came through.
            let (mut blocks, mut tries) = (0, 0);
            let mut id = hand.call(address, &[]);
            while !hand.receipts(id).iter().any(|receipt| matches!(receipt, Receipt::Done(_))) {
                stage.host.render(512);
                hand.poll();
                blocks += 1;
                if blocks % 50 == 0 && hand.receipts(id).is_empty() {
                    (id, tries) = (hand.call(address, &[]), tries + 1);
                    assert!(tries < 400, "{address} never came through");
                }
            }
            println!(
                "{address}: {} tries lost, done after {} blocks (as fast as they can be made)",
                tries,
                blocks % 50
            );
        }
        stop.store(true, Ordering::Relaxed);
        secs
    });
    let deck = heard.deck(echelon_engine::units::DeckId::A).part(12_000..12_000 + frames).moved_to(0);
    assert_identical(&deck, &sound.part(0..frames));
    assert!(stage.host.render(512).master().is_silent(), "the panic has silenced it");
    let counted = ["packets", "dropped", "coalesced", "errors"].map(|name| figure(&mut stage, &format!("osc/{name}")));
    let sent = sent.load(Ordering::Relaxed);
    println!("{sent} messages in {secs:.2} s; packets, dropped, coalesced, errors: {counted:?}");
    assert!(counted[1] > 0.0 && counted[2] > 0.0, "{counted:?}");
}
