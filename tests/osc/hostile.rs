//! Ten thousand hostile packets: nothing crashes, each is answered or counted, and the music goes on to the bit.

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};
use support::compare::assert_identical;
use support::signals::noise;
use support::{Format, OscClient, Setup, TempDir};

use crate::stage::Stage;
use crate::{alone, figure};

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        (0..self.roll(most)).map(|_| self.roll(256) as u8).collect()
    }
}

fn encoded(packet: &OscPacket) -> Vec<u8> {
    rosc::encoder::encode(packet).expect("a packet")
}

fn message(address: &str, args: Vec<OscType>) -> OscPacket {
    OscPacket::Message(OscMessage { addr: address.to_owned(), args })
}

fn bundle(tag: (u32, u32), content: Vec<OscPacket>) -> OscPacket {
    OscPacket::Bundle(OscBundle { timetag: OscTime::from(tag), content })
}

/// A packet that wants harm. None of them asks for anything that could be done, but for moving deck D, which is empty.
fn hostile(dice: &mut Dice, n: u64) -> Vec<u8> {
    let nan = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][dice.roll(3) as usize];
    match n % 12 {
        0 => dice.bytes(600),
        1 => vec![0xFF; 65_507],
        2 => vec![0; 9000 + dice.roll(50_000) as usize],
        3 => {
            let deep = (0..5 + dice.roll(300)).fold(message("/panic", vec![]), |inner, _| bundle((0, 1), vec![inner]));
            encoded(&deep)
        }
        4 => encoded(&message("/deck/d/gain", vec![nan.into()])),
        5 => encoded(&message("/crossfader", vec![OscType::Double(f64::from(nan))])),
        6 => encoded(&message(&format!("/deck/d/{}", "x".repeat(dice.roll(4000) as usize)), vec![])),
        7 => {
            // Cut anywhere.
            let whole = encoded(&bundle((0, 1), vec![message("/deck/d/nothing", vec![1.into(), "x".into()])]));
            let length = dice.roll(whole.len() as u64) as usize;
            // The head alone is an empty bundle: harmless.
            whole[..if length == 16 { 15 } else { length }].to_vec()
        }
        8 => {
            let types = [
                OscType::Nil,
                OscType::Inf,
                OscType::Char('x'),
                OscType::Blob(dice.bytes(200)),
                OscType::Time((1, 2).into()),
            ];
            encoded(&message("/deck/d/gain", vec![types[dice.roll(5) as usize].clone()]))
        }
        9 => {
            // An element that says it is longer than the packet.
            let mut lie = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
            lie.extend((dice.roll(1 << 32) as u32).to_be_bytes());
            lie.extend(dice.bytes(64));
            lie
        }
        10 => {
            let mut tags = b"/deck/d/gain\0\0\0\0,?".to_vec();
            tags.extend((0..dice.roll(200)).map(|_| b"ifsbhtdScrmTFNI[]?\x01\xff"[dice.roll(20) as usize]));
            tags.extend(dice.bytes(100));
            tags
        }
        _ => encoded(&message("/deck/d/load", vec!["../../../../etc/passwd".into()])),
    }
}

#[test]
fn ten_thousand_hostile_packets_are_each_answered_or_counted_and_cost_no_sound() {
    let _alone = alone();
    let folder = TempDir::new("hostile");
    let sound = noise(3, 0.5, 200_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    let mut stage = Stage::with_track(&Setup::new(), Format::Clap, &file).alone();
    stage.schedule("/deck/a/play", &[1.into(), OscType::Double(0.5)]);
    let port = stage.host.osc_port();
    let before = ["errors", "dropped", "packets"].map(|name| figure(&mut stage, &format!("osc/{name}")));
    let mut heard = stage.host.render(12_000);
    let (mut client, mut dice, mut answers, mut sent) = (OscClient::connect(port), Dice(7), 0, 0_u64);
    for round in 0..100_u64 {
        for n in 0..100 {
            client.send_raw(&hostile(&mut dice, round * 100 + n));
            sent += 1;
            // The system's buffer is small: what it loses nobody can count.
            if n % 10 == 9 {
                client.send("/ping", &[]);
                client.expect("/pong");
            }
        }
        answers += client.take_replies().iter().filter(|reply| reply.addr == "/error").count() as u64;
        heard.append(stage.host.render(512));
    }
    answers += client.take_replies().iter().filter(|reply| reply.addr == "/error").count() as u64;
    let deck = heard.deck(echelon_engine::units::DeckId::A).part(12_000..63_200).moved_to(0);
    assert_identical(&deck, &sound.part(0..51_200));
    let after = ["errors", "dropped", "packets"].map(|name| figure(&mut stage, &format!("osc/{name}")));
    let [errors, dropped, packets] = [0, 1, 2].map(|i| after[i] - before[i]);
    println!(
        "{sent} hostile packets: {packets} datagrams read, {errors} errors and {dropped} drops counted, {answers} answers"
    );
    assert_eq!(sent, 10_000);
    assert!(packets >= sent as f64, "{packets}");
    assert!(errors + dropped >= sent as f64, "each is an error or dropped: {errors} + {dropped}");
    assert!(answers > 500, "{answers}");
    let (id, _) = stage.schedule("/crossfader", &[0.25.into()]);
    stage.done(id);
}
