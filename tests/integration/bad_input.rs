//! Bad input gets a clear error, nothing is lost, and the audio goes on.

use std::net::UdpSocket;

use echelon_engine::units::DeckId;
use rosc::OscType;
use serde_json::json;
use support::TempDir;
use support::compare::assert_identical;
use support::signals::noise;
use support::{Blocks, Format, OscClient, Quirk, Setup, Transport, for_each_format, wait_until};

use crate::stage::Stage;

#[test]
fn files_that_are_none_are_refused_with_a_reason_and_the_old_track_stays() {
    let folder = TempDir::new("bad_files");
    let sound = noise(3, 0.5, 20_000);
    let good = folder.wav("good.wav", 48_000, &sound);
    let cases = [
        ("/nowhere/missing.wav".to_owned(), "in none of the folders that OSC may load from"),
        (folder.write("empty.wav", b""), "no audio"),
        (
            folder.write("text.wav", b"this is no music, however long the text may be, and it goes on"),
            "not an audio file",
        ),
        (folder.write("noise.mp3", &[0xA5; 4096]), ""),
        (folder.wav("none.wav", 48_000, &support::Sound::empty(0)), "no audio"),
        (folder.path().display().to_string(), "folder"),
    ];
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &good);
        stage.osc.send("/safety/cooldown/load", &[0.into()]);
        for (file, reason) in &cases {
            let text = stage.refused("/deck/a/load", &[file.as_str().into()]);
            assert!(text.contains(reason) && text.len() > 10, "{file}: {text}");
        }
        assert_eq!(stage.host.rig_field("tracks").unwrap()[0], good.as_str(), "the project keeps what is there");
        stage.schedule("/deck/a/play", &[1.into(), OscType::Double(1.0)]);
        let heard = stage.host.render(30_000).deck(DeckId::A).part(24_000..30_000).moved_to(0);
        assert_identical(&heard, &sound.part(0..6_000));
    });
}

#[test]
fn wrong_messages_are_answered_and_the_right_ones_go_on() {
    let mut stage = Stage::open(&Setup::new(), Format::Clap);
    let wrong: [(&str, &[OscType]); 7] = [
        ("/deck/e/play", &[]),
        ("/deck/a/paly", &[]),
        ("/crossfader", &["middle".into()]),
        ("/crossfader", &[]),
        ("/crossfader", &[OscType::Float(f32::NAN)]),
        ("/deck/a/load", &[7.into()]),
        ("/deck/a/play", &["tomorrow".into()]),
    ];
    for (address, args) in wrong {
        stage.osc.send(address, args);
        let error = stage.osc.expect("/error");
        assert_eq!(error.args[0], address.into(), "{error:?}");
        assert!(matches!(&error.args[1], OscType::String(text) if text.len() > 10), "{error:?}");
    }
    stage.osc.send_raw(&[0xFF; 300]);
    stage.osc.expect("/error");
    stage.osc.send("/ping", &[]);
    stage.osc.expect("/pong");
}

#[test]
fn a_taken_port_gives_a_later_one() {
    for_each_format(|format| {
        // Some port, held by a socket of no instance.
        let other = UdpSocket::bind(("127.0.0.1", 0)).expect("a UDP socket on loopback");
        let taken = other.local_addr().expect("an address").port();
        let mut json = Setup::new().create(format).state_json();
        let rig = json!({"version": 1, "tracks": [], "osc_port": taken});
        json["fields"]["rig"] = rig.to_string().into();
        let mut host = Setup::new().create(format);
        assert!(host.load_json(&json));
        host.activate();
        // The project keeps the port that it names, so the one that was got is looked for by asking.
        let range = taken.saturating_add(1)..=taken.saturating_add(99);
        let mut clients: Vec<_> = range.map(support::OscClient::connect).collect();
        host.pump_until("an answer from a later port", |_| {
            clients.iter_mut().any(|client| {
                client.send("/info", &[]);
                client.poll();
                client.take_replies().iter().any(|reply| reply.addr == "/info")
            })
        });
    });
}

#[test]
fn a_host_without_tempo_gets_the_rig_s_own_clock() {
    let folder = TempDir::new("no_tempo");
    let file = folder.wav("noise.wav", 48_000, &noise(3, 0.5, 50_000));
    for_each_format(|format| {
        for quirk in [Quirk::NoTransport, Quirk::NoTempo] {
            let setup = Setup::new().transport(Transport::rolling(120.0).quirk(quirk));
            let mut stage = Stage::with_track(&setup, format, &file);
            stage.host.render(30_000);
            let (id, _) = stage.schedule("/deck/a/play/beat", &[]);
            let heard = stage.host.render(60_000);
            assert!(heard.deck(DeckId::A).first_nonzero().is_some(), "{quirk:?}");
            assert_eq!(stage.done(id).1, 0.0);
        }
    });
}

#[test]
fn blocks_of_one_frame_and_of_none() {
    let folder = TempDir::new("tiny_blocks");
    let sound = noise(3, 0.5, 20_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    for_each_format(|format| {
        let setup = Setup::new().blocks(Blocks::Pattern(vec![0, 1, 0, 0, 1]));
        let mut stage = Stage::with_track(&setup, format, &file);
        stage.schedule("/deck/a/play", &[1.into(), OscType::Double(0.5)]);
        let heard = stage.host.render(13_000).deck(DeckId::A).part(12_000..13_000).moved_to(0);
        assert_identical(&heard, &sound.part(0..1000));
    });
}

/// Programs that send much at once. Several, so that all answers of a moment fit into their sockets: what the system
/// throws away there is no fault of the plugin.
struct Flood {
    clients: [OscClient; 8],
    /// Final answers of each id; 0 is no id.
    finals: Vec<u32>,
}

impl Flood {
    fn new(port: u16) -> Self {
        Self { clients: [(); 8].map(|()| OscClient::connect(port)), finals: vec![0] }
    }

    /// Asks with an id for receipts, each time as another client.
    fn ask(&mut self, address: &str, args: &[OscType]) {
        let id = self.finals.len();
        self.finals.push(0);
        let args = [args, &["id".into(), OscType::Int(id as i32)]].concat();
        self.clients[id % self.clients.len()].send(address, &args);
    }

    /// Waits until everything that was sent has been read by the plugin: more than its socket holds would be lost.
    fn wait_until_read(&mut self) {
        self.clients[0].send("/ping", &[]);
        self.clients[0].expect("/pong");
        self.count();
    }

    fn count(&mut self) {
        for answer in self.clients.iter_mut().flat_map(OscClient::take_replies) {
            match (answer.addr.as_str(), answer.args.first()) {
                ("/done" | "/nack", Some(OscType::Int(id))) => self.finals[*id as usize] += 1,
                ("/ack", _) => {}
                _ => panic!("{answer:?}"),
            }
        }
    }

    fn unanswered(&self) -> usize {
        self.finals.iter().skip(1).filter(|finals| **finals == 0).count()
    }
}

#[test]
fn a_flood_of_messages_is_answered_to_the_last_and_costs_no_sound() {
    let folder = TempDir::new("flood");
    let sound = noise(3, 0.5, 100_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file).alone();
        stage.host.rewind(Transport::rolling(120.0));
        stage.schedule("/deck/a/play", &[1.into(), OscType::Double(0.5)]);
        let mut flood = Flood::new(stage.host.osc_port());
        let mut heard = stage.host.render(12_000);
        for i in 0..40_u16 {
            for j in 0..50_u16 {
                flood.ask("/crossfader", &[(f32::from(i * 50 + j) / 2000.0).into()]);
                flood.ask("/deck/b/gain", &[(-f32::from(j)).into(), "beat".into()]);
            }
            flood.wait_until_read();
            heard.append(stage.host.render(1000));
        }
        let deck = heard.deck(DeckId::A).part(12_000..52_000).moved_to(0);
        assert_identical(&deck, &sound.part(0..40_000));
        // On, to the beat for which the last ones wait.
        wait_until("the last answer", || {
            stage.host.render(1000);
            flood.count();
            flood.unanswered() == 0
        });
        flood.wait_until_read();
        assert_eq!(flood.finals.len(), 4001);
        let wrong: Vec<_> = flood.finals.iter().enumerate().skip(1).filter(|(_, finals)| **finals != 1).collect();
        assert_eq!(wrong, [], "(id, final answers)");
    });
}
