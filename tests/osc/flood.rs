//! One source that sends far too much: the sound is the same to the bit, stop and panic come through and are done in the
//! second block at the latest, and what is lost is counted, by us or by the system.
//!
//! `cargo xtask osc flood` runs this for ten seconds and shows the tables; here it is two.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use echelon_engine::units::DeckId;
use rosc::{OscMessage, OscPacket, OscType};
use support::compare::assert_identical;
use support::signals::noise;
use support::{Format, OscClient, Recording, Setup, TempDir, wait_until};

use crate::stage::Stage;
use crate::{Asking, alone, figure};

/// Messages a second that the flood tries to send.
const PER_SEC: u64 = 100_000;
/// Frames of a block of the mini-host.
const BLOCK: u64 = 512;
/// A message may be lost in the system's buffer before anyone of us sees it: it is sent again so often.
const TRIES: u32 = 400;

/// How long the flood is.
fn secs() -> u64 {
    std::env::var("ECHELON_FLOOD_SECS").ok().and_then(|secs| secs.parse().ok()).unwrap_or(2).clamp(1, 60)
}

fn bytes(address: &str, args: Vec<OscType>) -> Vec<u8> {
    rosc::encoder::encode(&OscPacket::Message(OscMessage { addr: address.to_owned(), args })).expect("a message")
}

/// A source that sends evenly until it is told to stop.
struct Flood {
    socket: UdpSocket,
    stop: AtomicBool,
    sent: AtomicU64,
}

impl Flood {
    fn at(port: u16) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        socket.connect(("127.0.0.1", port)).expect("loopback");
        Self { socket, stop: AtomicBool::new(false), sent: AtomicU64::new(0) }
    }

    /// All of it is about deck D, which is empty and heard by nobody: moves of which the last one counts, sends into the
    /// echo, which each go to the audio thread, and plays, which are refused.
    fn run(&self) {
        let number = |n: u16| OscType::Float(f32::from(n) / 64.0);
        let faders: Vec<Vec<u8>> = (0..64).map(|n| bytes("/deck/d/fader", vec![number(n)])).collect();
        let sends: Vec<Vec<u8>> = (0..64).map(|n| bytes("/deck/d/echo", vec![number(n)])).collect();
        let refused = bytes("/deck/d/play", vec![]);
        let (start, mut n) = (Instant::now(), 0_u64);
        // Should the test fail, nobody tells it to stop.
        while !self.stop.load(Ordering::Relaxed) && start.elapsed() < Duration::from_secs(120) {
            let due = (start.elapsed().as_secs_f64() * PER_SEC as f64) as u64;
            while n < due {
                let place = (n % 64) as usize;
                let packet = [&faders[place], &sends[place], &faders[place], &refused][(n % 4) as usize];
                let _ = self.socket.send(packet);
                n += 1;
            }
            self.sent.store(n, Ordering::Relaxed);
            std::thread::yield_now();
        }
    }

    fn end(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Ends the flood when a test fails, too.
struct Ends<'a>(&'a Flood);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// A second and as long as the flood, in real time, with deck A playing from frame 12,000.
fn night(file: &str, meanwhile: impl FnOnce(u16)) -> (Stage, Recording) {
    let setup = Setup::new().real_time();
    let mut stage = Stage::with_track(&setup, Format::Clap, file).alone();
    stage.schedule("/deck/a/play", &[1.into(), OscType::Double(0.5)]);
    let port = stage.host.osc_port();
    let (recording, ()) = stage.host.render_while((secs() + 1) * 48_000, |_| meanwhile(port));
    (stage, recording)
}

#[test]
fn a_hundred_thousand_messages_a_second_cost_no_sample_and_each_is_accounted_for() {
    let _alone = alone();
    let folder = TempDir::new("fast_flood");
    let file = folder.wav("noise.wav", 48_000, &noise(3, 0.5, (secs() as usize + 2) * 48_000));
    let (_, quiet) = night(&file, |_| {});
    let mut seen = (0, 0.0);
    let (mut stage, heard) = night(&file, |port| {
        let flood = Flood::at(port);
        std::thread::scope(|scope| {
            let _ends = Ends(&flood);
            let (start, enough) = (Instant::now(), secs() * PER_SEC);
            scope.spawn(|| flood.run());
            // By the flood's own count, not by time: a slow machine floods longer.
            wait_until("the whole flood", || flood.sent.load(Ordering::Relaxed) >= enough);
            // Nor is all of it read there: what is beyond the source's limit comes later, too.
            let (mut asking, mut hand) = (Asking::default(), OscClient::connect(port));
            wait_until("a value that gives way to a newer one", || {
                asking.look(&mut hand, "osc/coalesced").is_some_and(|coalesced| coalesced > 0.0)
            });
            seen.1 = start.elapsed().as_secs_f64();
        });
        seen.0 = flood.sent.load(Ordering::Relaxed);
    });
    assert_identical(heard.master(), quiet.master());
    assert_identical(heard.deck(DeckId::A), quiet.deck(DeckId::A));
    assert!(quiet.deck(DeckId::A).first_nonzero().is_some() && quiet.master().first_nonzero().is_some());
    let (sent, secs) = seen;
    let names = ["packets", "unseen", "coalesced", "dropped", "errors"];
    let [packets, unseen, coalesced, dropped, errors] = names.map(|name| figure(&mut stage, &format!("osc/{name}")));
    let latency = figure(&mut stage, "scheduler/latency_frames/max");
    println!("| flood | |\n|---|---|");
    println!("| sent from one socket | {sent} in {secs:.2} s: {:.0} a second |", sent as f64 / secs);
    println!("| dropped by the system, its buffer being full (`osc/unseen`) | {unseen} |");
    println!("| read (`osc/packets`) | {packets} |");
    println!("| of these beyond the source's limit: gave way to a newer value (`osc/coalesced`) | {coalesced} |");
    println!("| of these beyond the source's limit: dropped (`osc/dropped`) | {dropped} |");
    println!("| refused or not understood (`osc/errors`) | {errors} |");
    println!("| frames from admission to done, the most | {latency} |");
    println!(
        "| samples that differ from the same music without a flood | 0 of {} |\n",
        heard.master().frames().count()
    );
    assert!(coalesced > 0.0, "{coalesced}");
    if cfg!(target_os = "linux") {
        // The stage's own messages are a few more.
        let accounted = packets + unseen;
        assert!((sent as f64..sent as f64 + 1000.0).contains(&accounted), "{sent} sent, {accounted} accounted for");
    }
}

/// Asks until an answer comes, to whichever question of this call; whatever came to the port before the first of them has
/// been read or lost by then, and has been admitted if it was read: the control thread answers at the end of a turn.
fn barrier(hand: &mut OscClient) {
    let mut asked = vec![];
    for _ in 0..TRIES {
        asked.push(OscType::from(hand.call("/can/deck/a/stop", &[])));
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(50) {
            let is_mine = |reply: &OscMessage| {
                reply.addr == "/can/deck/a/stop" && reply.args.last().is_some_and(|id| asked.contains(id))
            };
            if hand.take_replies().iter().any(is_mine) {
                return;
            }
            std::thread::yield_now();
        }
    }
    panic!("no answer in {TRIES} tries");
}

/// The moment is the end of the control thread's turn that admitted it; from there blocks are counted. The host makes none
/// until then, so that the count is the same on any machine.
#[test]
fn in_a_flood_stop_and_panic_are_done_in_the_second_block_from_the_flood_s_own_socket_too() {
    const FRAMES: usize = 3_000_000;
    let _alone = alone();
    let folder = TempDir::new("flood_stop");
    let file = folder.wav("noise.wav", 48_000, &noise(3, 0.5, FRAMES));
    let mut stage = Stage::open(&Setup::new(), Format::Clap).alone();
    for deck in ['a', 'b', 'c'] {
        stage.load_whole(deck, &file, FRAMES);
        stage.schedule(&format!("/deck/{deck}/play"), &[1.into(), OscType::Double(0.5)]);
    }
    stage.host.render(16_384);
    let flood = Flood::at(stage.host.osc_port());
    let mut hand = OscClient::connect(stage.host.osc_port());
    println!("| in the flood | from | lost before | silent |\n|---|---|---|---|");
    std::thread::scope(|scope| {
        let _ends = Ends(&flood);
        scope.spawn(|| flood.run());
        wait_until("the flood to be at work", || flood.sent.load(Ordering::Relaxed) > PER_SEC / 4);
        let cases = [
            ("/deck/a/stop/now", false, DeckId::A),
            ("/deck/b/stop/now", true, DeckId::B),
            ("/panic", false, DeckId::C),
        ];
        for (address, is_own, deck) in cases {
            let mut lost = 0;
            loop {
                if is_own {
                    let _ = flood.socket.send(&bytes(address, vec![]));
                } else {
                    hand.send(address, &[]);
                }
                barrier(&mut hand);
                let heard = stage.host.render(2 * BLOCK);
                let last = heard.deck(deck).part(heard.end() - 16..heard.end());
                if last.is_silent() {
                    break;
                }
                // It never came: else it would be done now, too late.
                let later = stage.host.render(8 * BLOCK);
                assert!(!later.deck(deck).part(later.end() - 16..later.end()).is_silent(), "{address} came too late");
                lost += 1;
                assert!(lost < TRIES, "{address} never came through");
            }
            let from = if is_own { "the flood's own socket" } else { "another" };
            println!("| `{address}` | {from} | {lost} | in the second block |");
        }
    });
    assert!(stage.host.render(BLOCK).master().is_silent(), "the panic has silenced all");
}
