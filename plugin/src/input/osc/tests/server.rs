//! Real datagrams on the loopback interface.

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use echelon_engine::action::{Action, ActionQueue, ActionReceiver, ActionTiming, Receipt, Request};
use echelon_engine::message::Snapshot;
use echelon_engine::safety::Source;
use echelon_engine::units::DeckId;
use rosc::{OscMessage, OscPacket, OscType};

use super::super::receipts::Receipts;
use super::super::server::{OscError, first_port};
use super::super::{Access, Heard, OscCounters, OscServer, Port, Query};
use super::house::until;
use super::{NOW, bundle, bytes, free_port, is_free_at_once, message, move_away};

/// How long a test waits for something that should come.
const PATIENCE: Duration = Duration::from_secs(20);

struct Rig {
    server: OscServer,
    queue: ActionReceiver,
    woken: Arc<AtomicU64>,
    client: UdpSocket,
}

impl Rig {
    fn new() -> Self {
        Self::with_capacity(ActionQueue::DEFAULT_CAPACITY)
    }

    fn with_capacity(capacity: usize) -> Self {
        let (sender, queue) = ActionQueue::new(capacity);
        let woken = Arc::new(AtomicU64::new(0));
        let counter = woken.clone();
        let wake = move || {
            counter.fetch_add(1, Ordering::SeqCst);
        };
        let server = OscServer::start_with(Port::Own, None, sender, Box::new(wake), Access::default).unwrap();
        let client = client();
        client.connect((Ipv4Addr::LOCALHOST, server.port())).unwrap();
        Self { server, queue, woken, client }
    }

    fn send(&self, address: &str, args: &[OscType]) {
        self.send_bytes(&bytes(&message(address, args)));
    }

    fn send_bytes(&self, bytes: &[u8]) {
        self.client.send(bytes).unwrap();
    }

    fn answer(&self) -> OscMessage {
        receive(&self.client)
    }

    /// Answers come in the order of the questions: when the pong is there, everything before has been answered.
    fn nothing_more(&self) {
        self.send("/ping", &[]);
        assert_eq!(self.answer().addr, "/pong");
    }

    fn next(&mut self) -> Request {
        let start = Instant::now();
        loop {
            if let Some(request) = self.queue.receive() {
                return request;
            }
            assert!(start.elapsed() < PATIENCE, "no request came");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn client() -> UdpSocket {
    let client = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client
}

fn receive(client: &UdpSocket) -> OscMessage {
    let mut buffer = [0; 65_536];
    let length = client.recv(&mut buffer).expect("an answer");
    match rosc::decoder::decode_udp(&buffer[..length]).unwrap().1 {
        OscPacket::Message(message) => message,
        OscPacket::Bundle(_) => panic!("answers are messages"),
    }
}

fn texts(message: &OscMessage) -> Vec<&str> {
    message
        .args
        .iter()
        .filter_map(|arg| if let OscType::String(text) = arg { Some(text.as_str()) } else { None })
        .collect()
}

#[test]
fn an_action_reaches_the_queue_and_its_receipts_the_sender() {
    let mut rig = Rig::new();
    rig.send("/deck/b/play/bar", &["id".into(), 42.into()]);
    let request = rig.next();
    assert_eq!(request.source, Source::Osc);
    assert_eq!(request.action, Action::PlayDeck { deck: DeckId::B, position_secs: None });
    assert_eq!(request.timing, ActionTiming::NextBar);
    let id = request.id;
    rig.server.reply(&Receipt::Accepted { id, due_beat: 8.0 });
    rig.server.reply(&Receipt::Done { id, due_beat: 8.0, error_frames: 0 });
    rig.server.reply(&Receipt::Done { id, due_beat: 8.0, error_frames: 0 });
    assert_eq!(rig.answer(), OscMessage { addr: "/ack".into(), args: vec![42.into(), 8.0.into()] });
    assert_eq!(rig.answer(), OscMessage { addr: "/done".into(), args: vec![42.into(), 8.0.into(), 0.into()] });
    rig.nothing_more();
    assert_eq!(rig.server.num_waiting(), 0);
    // The wake comes after the request is in the queue; the pong after that.
    assert_eq!(rig.woken.load(Ordering::SeqCst), 1);
}

#[test]
fn without_an_id_only_refusals_are_told() {
    let mut rig = Rig::new();
    rig.send("/deck/a/play", &[]);
    let first = rig.next().id;
    rig.send("/deck/a/stop", &[]);
    let second = rig.next().id;
    rig.server.reply(&Receipt::Accepted { id: first, due_beat: 4.0 });
    rig.server.reply(&Receipt::Done { id: first, due_beat: 4.0, error_frames: 0 });
    rig.server.reply(&Receipt::Refused { id: second, deck: None, code: "not_allowed", text: "deck A is empty".into() });
    let answer = rig.answer();
    assert_eq!((answer.addr.as_str(), texts(&answer)), ("/error", vec!["/deck/a/stop", "deck A is empty"]));
    rig.nothing_more();
}

#[test]
fn answers_go_to_the_packet_s_source_only() {
    let mut rig = Rig::new();
    let other = client();
    other
        .send_to(&bytes(&message("/deck/a/stop", &["id".into(), 1.into()])), ("127.0.0.1", rig.server.port()))
        .unwrap();
    let id = rig.next().id;
    rig.server.reply(&Receipt::Cancelled { id });
    assert_eq!(receive(&other).addr, "/nack");
    rig.nothing_more();
}

#[test]
fn ping_and_info() {
    let rig = Rig::new();
    rig.send("/ping", &[]);
    assert_eq!(rig.answer(), OscMessage { addr: "/pong".into(), args: vec![] });
    rig.send("/info", &[]);
    let args = ["Echelon".into(), env!("CARGO_PKG_VERSION").into(), i32::from(rig.server.port()).into()];
    let info = rig.answer();
    assert_eq!((info.addr.as_str(), &info.args[..3]), ("/info", &args[..]));
    assert_eq!(info.args[3..], ["rig".into(), i32::from(rig.server.query_port().unwrap()).into()]);
}

#[test]
fn errors_and_warnings() {
    let mut rig = Rig::new();
    rig.send("/deck/a/paly", &[]);
    let answer = rig.answer();
    assert_eq!(answer.addr, "/error");
    assert_eq!(texts(&answer), ["/deck/a/paly", "there is no address /deck/a/paly; did you mean /deck/a/play?"]);
    rig.send("/deck/a/seek", &["x".into(), "id".into(), 3.into()]);
    let answer = rig.answer();
    assert_eq!((answer.addr.as_str(), &answer.args[0], texts(&answer)[0]), ("/nack", &3.into(), "wrong_type"));
    rig.send("/crossfader", &[7.into()]);
    let answer = rig.answer();
    assert_eq!(answer.addr, "/warn");
    assert_eq!(texts(&answer), ["/crossfader", "7 is out of range: clamped to 1"]);
    assert_eq!(rig.next().action, Action::SetCrossfader { position: 1.0 });
    rig.send("/deck/a/play", &[0.into()]);
    rig.nothing_more();
    rig.send("/deck/a/play", &[0.into(), "id".into(), 4.into()]);
    assert_eq!(texts(&rig.answer())[0], "ignored");
    assert!(rig.queue.receive().is_none());
    assert_eq!(rig.server.counters(), OscCounters { packets: 6, errors: 2, ..OscCounters::default() });
}

#[test]
fn a_bundle_is_done_as_a_whole() {
    let mut rig = Rig::new();
    let stop = |deck: &str| message(&format!("/deck/{deck}/stop"), &[]);
    rig.send_bytes(&bytes(&bundle(NOW, vec![stop("a"), bundle(NOW, vec![stop("b"), stop("c")]), stop("d")])));
    for deck in DeckId::ALL {
        assert_eq!(rig.next().action, Action::StopDeck { deck });
    }
    rig.nothing_more();
    assert_eq!(rig.woken.load(Ordering::SeqCst), 1);
}

#[test]
fn a_bundle_with_an_error_does_nothing() {
    let mut rig = Rig::new();
    let content = vec![
        message("/deck/a/stop", &["id".into(), 1.into()]),
        message("/deck/a/foo", &[]),
        message("/ping", &[]),
        message("/deck/x/stop", &["id".into(), 2.into()]),
        message("/crossfader", &[0.5f32.into()]),
    ];
    rig.send_bytes(&bytes(&bundle(NOW, content)));
    let answers = [rig.answer(), rig.answer(), rig.answer()];
    let told: Vec<_> = answers.iter().map(|answer| (answer.addr.as_str(), texts(answer)[0])).collect();
    assert_eq!(told, [("/nack", "bundle_refused"), ("/error", "/deck/a/foo"), ("/nack", "unknown_deck")]);
    rig.nothing_more();
    assert!(rig.queue.receive().is_none());
    assert_eq!(rig.server.num_waiting(), 0);
}

/// A time tag so many seconds from now.
fn tag(secs: f64) -> rosc::OscTime {
    let now = std::time::SystemTime::now();
    let moved = if secs < 0.0 { now - Duration::from_secs_f64(-secs) } else { now + Duration::from_secs_f64(secs) };
    rosc::OscTime::try_from(moved).unwrap()
}

#[test]
fn a_time_tag_becomes_a_frame_and_one_too_far_or_without_audio_is_refused() {
    let mut rig = Rig::new();
    let play = || message("/deck/a/play", &["id".into(), 1.into()]);
    rig.send_bytes(&bytes(&bundle(tag(3600.0), vec![play()])));
    let answer = rig.answer();
    assert_eq!((answer.addr.as_str(), texts(&answer)[0]), ("/error", "#bundle"));
    assert!(texts(&answer)[1].contains("at most 10 s"), "{answer:?}");
    rig.send_bytes(&bytes(&bundle(tag(5.0), vec![play()])));
    assert_eq!(texts(&rig.answer())[0], "no_clock");
    // A host of 48 kHz that is at frame 96 000 now.
    let snapshot = |frames| Snapshot { frames, ..Snapshot::default() };
    let seen = Instant::now();
    // Seen ahead on the same line: a test that is held up does not look like a host that stands still.
    rig.server.observe(&snapshot(96_000 + 20 * 48_000), seen + Duration::from_secs(20));
    let tags = [5.0, 5.5, 6.25].map(tag);
    for tag in tags {
        let stop = message("/deck/b/stop/bar", &[]);
        rig.send_bytes(&bytes(&bundle(tag, vec![play(), message("/crossfader", &[0.5.into()]), stop])));
    }
    let frames: Vec<u64> = tags
        .iter()
        .map(|_| {
            let ActionTiming::AtFrame(frame) = rig.next().timing else { panic!() };
            assert_eq!(rig.next().timing, ActionTiming::AtFrame(frame), "a bundle is one moment");
            assert_eq!(rig.next().timing, ActionTiming::NextBar, "who says when keeps it");
            frame
        })
        .collect();
    // Two clocks are read, one after the other: within a few milliseconds of where it should be, if nothing held it up.
    let held_up = 48 * u64::try_from(seen.elapsed().as_millis()).unwrap();
    assert!((96_000 + 240_000..96_000 + 240_000 + 48_000 + held_up).contains(&frames[0]), "{frames:?}");
    rig.send_bytes(&bytes(&bundle(tag(-1.0), vec![play()])));
    assert_eq!(rig.next().timing, ActionTiming::Default);
    rig.nothing_more();
    assert_eq!(rig.server.counters().late, 1);
}

#[test]
fn garbage_is_answered_and_survived() {
    let rig = Rig::new();
    for garbage in [&b""[..], b"GET / HTTP/1.1\r\n\r\n", b"/\xff\xff\0", b"#bundle", &[0xff; 9000], &[0; 65_507]] {
        rig.send_bytes(garbage);
        assert_eq!(rig.answer().addr, "/error");
    }
    rig.nothing_more();
}

/// Two programs that answer errors with errors must not keep each other busy.
#[test]
fn answers_are_not_answered() {
    let rig = Rig::new();
    for address in ["/error", "/warn", "/ack", "/done", "/nack", "/pong"] {
        rig.send(address, &["x".into(), "y".into()]);
    }
    rig.nothing_more();
}

#[test]
fn a_full_queue_refuses_the_newest() {
    let mut rig = Rig::with_capacity(2);
    for n in 0..2 {
        rig.send("/deck/a/stop", &["id".into(), n.into()]);
    }
    rig.send("/deck/a/play", &["id".into(), 9.into()]);
    let answer = rig.answer();
    assert_eq!((answer.addr.as_str(), &answer.args[0], texts(&answer)[0]), ("/nack", &9.into(), "queue_full"));
    rig.send("/deck/b/play", &[]);
    let answer = rig.answer();
    assert_eq!(texts(&answer), ["/deck/b/play", "too many actions at once: the queue is full"]);
    assert_eq!(rig.server.counters().dropped, 2);
    assert_eq!(rig.server.num_waiting(), 2);
    assert_eq!(rig.next().action, Action::StopDeck { deck: DeckId::A });
    rig.send("/deck/c/stop", &[]);
    rig.nothing_more();
    rig.next();
    assert_eq!(rig.next().action, Action::StopDeck { deck: DeckId::C });
}

#[test]
fn a_bundle_larger_than_the_queue_is_refused_as_a_whole() {
    let mut rig = Rig::with_capacity(20);
    let content: Vec<_> = (0..30).map(|n| message("/deck/a/seek", &[n.into()])).collect();
    rig.send_bytes(&bytes(&bundle(NOW, content.clone())));
    for _ in 0..30 {
        assert_eq!(texts(&rig.answer())[1], "too many actions at once: the queue is full");
    }
    assert!(rig.queue.receive().is_none());
    rig.send_bytes(&bytes(&bundle(NOW, content[..20].to_vec())));
    for n in 0..20 {
        assert_eq!(rig.next().action, Action::SeekDeck { deck: DeckId::A, position_secs: f64::from(n) });
    }
    rig.nothing_more();
    assert_eq!(rig.server.counters().dropped, 30);
}

#[test]
fn a_bundle_is_not_begun_without_room() {
    let mut rig = Rig::with_capacity(1);
    rig.send("/deck/a/play", &[]);
    rig.nothing_more();
    let content = (0..3).map(|n| message("/deck/b/play", &["id".into(), n.into()])).collect();
    rig.send_bytes(&bytes(&bundle(NOW, content)));
    for n in 0..3 {
        let answer = rig.answer();
        assert_eq!((&answer.args[0], texts(&answer)[0]), (&n.into(), "queue_full"));
    }
    assert_eq!(rig.next().action, Action::PlayDeck { deck: DeckId::A, position_secs: None });
    rig.nothing_more();
    assert!(rig.queue.receive().is_none());
}

/// Unanswered requests do not pile up: the oldest are told and forgotten.
#[test]
fn a_flood_does_not_grow_memory() {
    let mut rig = Rig::new();
    let extra = 40;
    for n in 0..i32::try_from(Receipts::CAPACITY).unwrap() + extra {
        rig.send("/deck/a/stop", &["id".into(), n.into()]);
        rig.next();
    }
    for n in 0..extra {
        let answer = rig.answer();
        assert_eq!((&answer.args[0], texts(&answer)[0]), (&n.into(), "forgotten"));
    }
    assert_eq!(rig.server.num_waiting(), Receipts::CAPACITY);
}

/// A port that someone else has, and its follower that is free if nobody took it meanwhile.
fn taken_port() -> (UdpSocket, u16) {
    loop {
        let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        if port < u16::MAX - 100 {
            return (taken, port);
        }
    }
}

#[test]
fn a_taken_port_leads_to_the_next_free_one() {
    let (_taken, port) = taken_port();
    let start = |port| OscServer::start(Port::From(port), None, ActionQueue::new(1).0, Box::new(|| {})).unwrap();
    // A neighbour may have left one in between by the time that the second looks, but not every time.
    let (first, second) = until(|| {
        let (first, second) = (start(port), start(port));
        assert!((port + 1..port + 100).contains(&first.port()), "{} after {port}", first.port());
        (second.port() == first.port()).then_some((first, second))
    });
    assert_eq!([&*first.name(), &*second.name()], ["rig", "rig-2"], "instances of one process share it");
}

#[test]
fn a_server_moves_to_another_port_and_answers_everyone() {
    let mut rig = Rig::new();
    let old_port = rig.server.port();
    rig.send("/deck/a/play", &["id".into(), 1.into()]);
    let before = rig.next().id;
    // Whatever is in the old port's buffer belongs to it.
    for n in 2..50 {
        rig.send("/deck/a/stop", &["id".into(), n.into()]);
    }
    let port = move_away(&mut rig.server, |_| ());
    assert_eq!(rig.server.port(), port);
    let client = client();
    client.connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    client.send(&bytes(&message("/deck/b/stop", &["id".into(), 7.into()]))).unwrap();
    let rest: Vec<_> = (2..50).map(|_| rig.next()).collect();
    let after = rig.next();
    assert_eq!(after.action, Action::StopDeck { deck: DeckId::B });
    for id in [after.id, before].into_iter().chain(rest.iter().map(|request| request.id)) {
        rig.server.reply(&Receipt::Cancelled { id });
    }
    // The clients are connected: they hear their own port only.
    assert_eq!(receive(&client).args[0], 7.into());
    for n in 1..50 {
        assert_eq!(rig.answer().args[0], n.into());
    }
    let start = Instant::now();
    while UdpSocket::bind((Ipv4Addr::LOCALHOST, old_port)).is_err() {
        assert!(start.elapsed() < PATIENCE, "the old port is given back");
        std::thread::sleep(Duration::from_millis(1));
    }
    client.send(&bytes(&message("/info", &[]))).unwrap();
    assert_eq!(receive(&client).args[2], i32::from(port).into());
    assert_eq!(rig.server.counters(), OscCounters { packets: 2, ..OscCounters::default() });
}

#[test]
fn a_server_does_not_move_to_a_port_that_is_taken() {
    let (mut rig, other) = (Rig::new(), Rig::new());
    let port = rig.server.port();
    assert!(rig.server.move_to(other.server.port()).is_err());
    assert_eq!(rig.server.port(), port);
    rig.nothing_more();
    other.nothing_more();
}

#[test]
fn a_server_that_has_just_moved_ends() {
    let mut rig = Rig::new();
    for _ in 0..20 {
        // Someone else may be faster; that is no matter here.
        let _ = rig.server.move_to(free_port());
    }
    drop(rig);
}

#[test]
fn dropped_its_port_is_free_at_once() {
    assert!(is_free_at_once(|| {
        let server = OscServer::start(Port::Own, None, ActionQueue::new(1).0, Box::new(|| {})).unwrap();
        server.port()
    }));
}

#[test]
fn all_ports_taken_is_an_error() {
    let (_all, port) = until(|| {
        let (first, port) = taken_port();
        // One that a neighbour has may be free again a moment later.
        let others = (port + 1..port + 100).map(|port| UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).ok());
        let all: Option<Vec<_>> = std::iter::once(Some(first)).chain(others).collect();
        Some((all?, port))
    });
    let error = OscServer::start(Port::From(port), None, ActionQueue::new(1).0, Box::new(|| {})).unwrap_err();
    let OscError::NoFreePort { first, last, .. } = &error else { panic!("{error}") };
    assert_eq!((*first, *last), (port, port + 99));
    assert!(
        error.to_string().starts_with(&format!("no free UDP port for OSC from {port} to {}", port + 99)),
        "{error}"
    );
}

#[test]
fn the_first_port_is_a_setting() {
    for text in [None, Some(" 0 "), Some("70000"), Some("x")] {
        assert_eq!(first_port(text), Port::Common(8000), "{text:?}");
    }
    assert_eq!(first_port(Some(" 9123")), Port::From(9123));
}

#[test]
fn questions_wait_for_the_control_thread_and_more_than_fit_are_refused() {
    let rig = Rig::new();
    let question = message("/can/deck/a/play", &["id".into(), 3.into()]);
    let most = super::super::server::ASKING_CAPACITY;
    for part in [most / 2, most / 2, 10] {
        rig.send_bytes(&bytes(&bundle(NOW, vec![question.clone(); part])));
    }
    for _ in 0..10 {
        let answer = rig.answer();
        assert_eq!((answer.addr.as_str(), texts(&answer)[0]), ("/error", "/can/deck/a/play"));
    }
    rig.nothing_more();
    let mut asked = 0;
    while let Some(asking) = rig.server.next_asking() {
        assert!(matches!(asking.what, Heard::Query(Query::Can { receipt: Some(3), .. })) && !asking.is_pending(3));
        asked += 1;
    }
    assert_eq!((asked, rig.server.counters().dropped), (most, 10));
    assert!(rig.woken.load(Ordering::SeqCst) >= 2);
}

#[test]
fn messages_of_the_bridge_go_to_the_control_thread_and_its_answers_back() {
    let rig = Rig::new();
    let of_bridge = vec![
        message("/bridge/alive", &[]),
        message("/deck/z/play", &[]),
        message("/bridge/clock", &["x".into()]),
        message("/bridge/connect", &[9.into()]),
    ];
    rig.send_bytes(&bytes(&bundle(NOW, of_bridge)));
    assert!(texts(&rig.answer())[1].contains("no deck 'z'"));
    let next = || rig.server.next_asking().expect("it is there before the answer");
    assert!(matches!(next().what, Heard::Bridge(Ok(crate::bridge::Message::Alive))));
    let bad = next();
    assert!(matches!(&bad.what, Heard::Bridge(Err(bad)) if bad.address == "/bridge/clock"));
    assert!(rig.server.next_asking().is_none(), "of the actions and commands nothing is done: one is wrong");
    bad.answer(OscMessage { addr: "/bridge/bye".into(), args: vec![] });
    assert_eq!(rig.answer().addr, "/bridge/bye");
}
