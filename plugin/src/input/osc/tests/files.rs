//! Files that OSC may load, and drives that do not answer.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use echelon_engine::action::{Action, ActionReceiver, Receipt};
use echelon_engine::units::DeckId;
use rosc::OscType;

use super::super::{Asked, Heard, OscServer, Port, Query};
use super::drive::Hanging;
use super::house::{Client, member, until};
use super::{NOW, bundle, bytes, is_free_at_once, message, move_away};

/// A folder of its own, allowed or not.
fn folder(name: &str, allowed: bool) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("echelon-osc-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    if allowed {
        super::super::allow(&folder);
    }
    folder.canonicalize().unwrap()
}

fn load(client: &Client, path: &str, id: i32) {
    client.send("/deck/a/load", &[path.into(), "id".into(), id.into()]);
}

fn next(queue: &mut ActionReceiver) -> Action {
    until(|| queue.receive()).action
}

fn stop(deck: DeckId) -> Action {
    Action::StopDeck { deck }
}

#[test]
fn only_files_of_the_library_are_loaded() {
    let (server, mut queue) = member(Port::Own, "loads");
    let client = Client::of(server.port());
    let folder = folder("load", false);
    let file = folder.join("a.wav");
    let load = |path: &str| load(&client, path, 3);
    load(file.to_str().unwrap());
    assert_eq!(client.one().args[1], "not_in_library".into());
    super::super::allow(&folder);
    load(file.to_str().unwrap());
    let path = until(|| queue.receive()).action;
    assert_eq!(path, Action::LoadDeck { deck: DeckId::A, path: folder.join("a.wav") });
    for outside in ["/etc/passwd".to_owned(), format!("{}/../x.wav", folder.display())] {
        load(&outside);
        assert_eq!(client.one().args[1], "not_in_library".into(), "{outside}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// What the control thread would answer to the next question.
fn asked(server: &OscServer) -> Asked {
    let asking = until(|| server.next_asking());
    let Heard::Query(Query::Can { wish, .. }) = asking.what else { panic!("a question") };
    wish
}

#[test]
fn a_question_about_a_load_knows_the_allowed_folders() {
    let (server, mut queue) = member(Port::Own, "can");
    let client = Client::of(server.port());
    let folder = folder("can", true);
    for outside in ["/etc/passwd".to_owned(), format!("{}/../x.wav", folder.display())] {
        client.send("/can/deck/a/load", &[outside.as_str().into()]);
        assert!(matches!(asked(&server), Asked::Never { code: "not_in_library", .. }), "{outside}");
    }
    let path = folder.join("a.wav");
    client.send("/can/deck/a/load", &[path.to_str().unwrap().into()]);
    let Asked::Action { action, .. } = asked(&server) else { panic!("an action") };
    assert_eq!(action, Action::LoadDeck { deck: DeckId::A, path });
    assert!(queue.receive().is_none(), "nothing was done");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_a_source_sends_keeps_its_order_around_a_load() {
    let (server, mut queue) = member(Port::Own, "order");
    let client = Client::of(server.port());
    let folder = folder("order", true);
    for round in 0..50 {
        let path = folder.join(format!("{round}.wav"));
        load(&client, path.to_str().unwrap(), round);
        client.send("/deck/a/play", &[]);
        // Not a stop: that would not wait for long.
        client.send("/deck/a/seek", &[round.into()]);
        assert_eq!(next(&mut queue), Action::LoadDeck { deck: DeckId::A, path });
        assert_eq!(next(&mut queue), Action::PlayDeck { deck: DeckId::A, position_secs: None });
        assert_eq!(next(&mut queue), Action::SeekDeck { deck: DeckId::A, position_secs: f64::from(round) });
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_drive_that_hangs_holds_up_only_who_asks_for_its_files_and_no_stop() {
    let folder = folder("hangs", true);
    let slow = folder.join("on-a-hanging-drive.wav");
    let (server, mut queue) = member(Port::Own, "hangs");
    let (patient, other) = (Client::of(server.port()), Client::of(server.port()));
    let hanging = Hanging::new(&slow);
    load(&patient, slow.to_str().unwrap(), 1);
    patient.send("/deck/a/play", &["id".into(), 2.into()]);
    // Everyone else goes on, with files of other drives too.
    other.send("/ping", &[]);
    assert_eq!(other.one().addr, "/pong");
    let quick = folder.join("quick.wav");
    load(&other, quick.to_str().unwrap(), 3);
    assert_eq!(next(&mut queue), Action::LoadDeck { deck: DeckId::A, path: quick });
    // A stop of the same source does not wait, and what was asked before it does not happen after it.
    patient.send("/deck/b/stop", &[]);
    assert_eq!(next(&mut queue), stop(DeckId::B));
    let told = |client: &Client| client.one().args[..2].to_vec();
    let overtaken = |id: i32| vec![OscType::Int(id), "overtaken".into()];
    assert_eq!([told(&patient), told(&patient)], [overtaken(1), overtaken(2)]);
    // Nobody waits for ever.
    load(&patient, slow.to_str().unwrap(), 4);
    patient.send("/deck/c/play", &[]);
    assert_eq!(told(&patient), [OscType::Int(4), "no_answer".into()]);
    assert_eq!(next(&mut queue), Action::PlayDeck { deck: DeckId::C, position_secs: None });
    // A bundle is done as a whole, or not at all.
    let mixed = vec![message("/deck/a/load", &[slow.to_str().unwrap().into()]), message("/deck/d/play", &[])];
    patient.0.send(&bytes(&bundle(NOW, mixed))).unwrap();
    assert_eq!(patient.one().addr, "/error");
    hanging.answer();
    load(&patient, slow.to_str().unwrap(), 5);
    assert_eq!(next(&mut queue), Action::LoadDeck { deck: DeckId::A, path: slow });
    assert!(queue.receive().is_none());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_waits_for_files_as_the_port_ends_is_done_before() {
    let folder = folder("ends", true);
    let path = folder.join("a.wav");
    assert!(is_free_at_once(|| {
        let (server, mut queue) = member(Port::Own, "ends");
        let client = Client::of(server.port());
        load(&client, path.to_str().unwrap(), 1);
        client.send("/deck/a/play", &[]);
        let port = server.port();
        drop(server);
        assert_eq!(next(&mut queue), Action::LoadDeck { deck: DeckId::A, path: path.clone() });
        assert!(queue.receive().is_some());
        port
    }));
    std::fs::remove_dir_all(folder).unwrap();
}

/// Whether an instance answers at a port.
fn answers(probe: &UdpSocket, port: u16) -> bool {
    let there = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut buffer = [0; 64];
    let asked = probe.send_to(&bytes(&message("/ping", &[])), there).is_ok();
    asked
        && probe
            .recv_from(&mut buffer)
            .is_ok_and(|(length, from)| from == there && buffer[..length].starts_with(b"/pong"))
}

/// Whether a load that waits for its file while the port moves is done, and answered from there. It is refused if the
/// machine is too busy to move in time.
fn is_done_as_the_port_moves(slow: &Path) -> bool {
    let (mut server, mut queue) = member(Port::Own, "moves");
    let client = Client::of(server.port());
    let probe = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    probe.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    let hanging = Hanging::new(slow);
    load(&client, slow.to_str().unwrap(), 1);
    until(|| (server.counters().packets == 1).then_some(()));
    let there = AtomicU16::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| move_away(&mut server, |port| there.store(port, Ordering::Relaxed)));
        // The new port is open, and the old one is being left. To look by binding it would be in the way.
        until(|| answers(&probe, there.load(Ordering::Relaxed)).then_some(()));
        hanging.answer();
    });
    // The old port is left: what becomes of the load is decided.
    let Some(request) = queue.receive() else {
        assert_eq!(client.one().args[1], "no_answer".into());
        return false;
    };
    assert_eq!(request.action, Action::LoadDeck { deck: DeckId::A, path: slow.to_owned() });
    server.reply(&Receipt::Done { id: request.id, due_beat: 0.0, error_frames: 0 });
    assert_eq!(client.one().addr, "/done");
    true
}

#[test]
fn what_waits_for_files_as_the_port_moves_is_done_and_answered_from_there() {
    let folder = folder("moves", true);
    let slow = folder.join("on-a-hanging-drive.wav");
    assert!((0..10).any(|_| is_done_as_the_port_moves(&slow)));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn whoever_ends_the_port_waits_once_for_a_drive_that_hangs_and_not_for_each_file() {
    let folder = folder("ends_hanging", true);
    let slow = folder.join("on-a-hanging-drive.wav");
    let (server, mut queue) = member(Port::Own, "ends_hanging");
    let client = Client::of(server.port());
    let hanging = Hanging::new(&slow);
    for id in 1..=40 {
        load(&client, slow.to_str().unwrap(), id);
    }
    client.send("/deck/a/play", &["id".into(), 41.into()]);
    until(|| (server.counters().packets == 41).then_some(()));
    let start = Instant::now();
    let told = std::thread::scope(|scope| {
        scope.spawn(|| drop(server));
        // The last one when the drive's thread is through, which the port's end waits for.
        let mut told: Vec<_> = (1..=40).map(|_| client.one().args[..2].to_vec()).collect();
        assert!(start.elapsed() < Duration::from_secs(40), "2 s for each");
        hanging.answer();
        told.push(client.one().args[..2].to_vec());
        told
    });
    assert!(told[..40].iter().all(|args| args[1] == "no_answer".into()), "{told:?}");
    assert_eq!(told[40], [OscType::Int(41), "gone".into()], "it came to the queue, and nobody took it from there");
    assert_eq!(next(&mut queue), Action::PlayDeck { deck: DeckId::A, position_secs: None });
    std::fs::remove_dir_all(folder).unwrap();
}
