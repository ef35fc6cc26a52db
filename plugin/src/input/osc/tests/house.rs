//! Several instances at one port, limits, subscriptions.

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use echelon_engine::action::{Action, ActionQueue, ActionReceiver};
use echelon_engine::message::Snapshot;
use echelon_engine::mixer::Knob;
use echelon_engine::units::DeckId;
use rosc::{OscMessage, OscPacket, OscType};

use super::super::broker::num_ports;
use super::super::{Access, Feedback, Heard, MOST_SUBSCRIBERS, OscServer, Port, Query, TIME_TO_LIVE};
use super::{bytes, free_port, is_free_at_once, message};

const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Client(pub UdpSocket);

impl Client {
    pub(super) fn of(port: u16) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        Self(socket)
    }

    pub(super) fn send(&self, address: &str, args: &[OscType]) {
        self.0.send(&bytes(&message(address, args))).unwrap();
    }

    /// The messages of the next packet.
    pub(super) fn next(&self) -> Vec<OscMessage> {
        let mut buffer = [0; 65_536];
        let length = self.0.recv(&mut buffer).expect("an answer");
        flat(rosc::decoder::decode_udp(&buffer[..length]).unwrap().1)
    }

    pub(super) fn one(&self) -> OscMessage {
        self.next().remove(0)
    }

    /// Everything up to the pong.
    pub(super) fn all(&self) -> Vec<OscMessage> {
        self.send("/ping", &[]);
        let mut all = vec![];
        loop {
            all.extend(self.next());
            if all.last().unwrap().addr == "/pong" {
                all.pop();
                return all;
            }
        }
    }
}

pub(super) fn flat(packet: OscPacket) -> Vec<OscMessage> {
    match packet {
        OscPacket::Message(message) => vec![message],
        OscPacket::Bundle(bundle) => bundle.content.into_iter().flat_map(flat).collect(),
    }
}

pub(super) fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
}

pub(super) fn member(port: Port, name: &str) -> (OscServer, ActionReceiver) {
    let (sender, queue) = ActionQueue::new(64);
    (OscServer::start_with(port, Some(name), sender, Box::new(|| {}), Access::default).unwrap(), queue)
}

/// So many instances at one port.
fn members(how_many: usize) -> Vec<(OscServer, ActionReceiver)> {
    let first = member(Port::From(free_port()), "deck rig");
    let port = first.0.port();
    std::iter::once(first).chain((1..how_many).map(|_| member(Port::From(port), "deck rig"))).collect()
}

#[test]
fn thirty_two_instances_share_a_port_and_each_is_reached_by_its_name() {
    let mut members = members(32);
    let port = members[0].0.port();
    let client = Client::of(port);
    for (i, (server, queue)) in members.iter_mut().enumerate() {
        let name = server.name();
        assert_eq!(*name, if i == 0 { "deck_rig".to_owned() } else { format!("deck_rig-{}", i + 1) });
        assert_eq!(server.port(), port);
        client.send(&format!("/echelon/{name}/deck/c/stop"), &["id".into(), 5.into()]);
        let request = until(|| queue.receive());
        assert_eq!(request.action, Action::StopDeck { deck: DeckId::C });
        let id = request.id;
        server.reply(&echelon_engine::action::Receipt::Accepted { id, due_beat: 1.0 });
        assert_eq!(client.one().addr, format!("/echelon/{name}/ack"), "it answers by its name");
    }
    assert!(members.iter_mut().all(|(_, queue)| queue.receive().is_none()), "nobody else has heard it");
    client.send("/echelon/nobody/ping", &[]);
    let error = client.one();
    assert!(error.addr == "/echelon/nobody/error" && format!("{:?}", error.args).contains("no instance 'nobody'"));
    // Plain addresses: the first, or whoever is selected.
    let plain = |members: &mut Vec<(OscServer, ActionReceiver)>, wanted: usize| {
        client.send("/panic", &[]);
        until(|| members[wanted].1.receive());
    };
    plain(&mut members, 0);
    client.send("/instance/select", &["deck_rig-7".into()]);
    assert_eq!(client.all().len(), 33);
    plain(&mut members, 6);
    members.remove(6);
    plain(&mut members, 0);
    members.remove(0);
    plain(&mut members, 0);
    assert_eq!(*members[5].0.rename("deck_rig-9"), *"deck_rig-7", "the next free number");
}

#[test]
fn a_shared_port_is_given_back_with_the_last_instance() {
    assert!(is_free_at_once(|| {
        let mut members = members(32);
        let port = members[0].0.port();
        while members.len() > 1 {
            members.remove(members.len() / 2);
            assert!(UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_err(), "{} are there yet", members.len());
        }
        drop(members);
        port
    }));
}

#[test]
fn instances_come_and_go_while_messages_come_in() {
    let (first, _queue) = member(Port::From(free_port()), "first");
    let (port, ports_before) = (first.port(), num_ports());
    let (flood, sent) = (Client::of(port), AtomicU64::new(0));
    let has_sent = || sent.load(Ordering::Relaxed);
    let through = || first.counters().packets + first.counters().unseen;
    std::thread::scope(|scope| {
        let others = scope.spawn(|| {
            for _ in 0..100 {
                let guests = [member(Port::From(port), "guest"), member(Port::From(port), "guest")];
                assert!(guests.iter().all(|(server, _)| server.port() == port));
                let before = has_sent();
                until(|| (has_sent() > before).then_some(()));
            }
        });
        while !others.is_finished() {
            // The system's buffer is small.
            if through() + 50 > has_sent() {
                for name in ["first", "guest", "guest-2"] {
                    let crossfader = bytes(&message(&format!("/echelon/{name}/crossfader"), &[0.5.into()]));
                    sent.fetch_add(flood.0.send(&crossfader).is_ok().into(), Ordering::Relaxed);
                }
            }
            std::thread::yield_now();
        }
    });
    // What is asked now finds room.
    until(|| (through() >= has_sent()).then_some(()));
    assert!(num_ports() >= 1 && ports_before >= 1);
    let client = Client::of(port);
    client.send("/instance/list", &[]);
    let list = until(|| Some(client.all()).filter(|all| all.iter().any(|m| m.addr == "/instance/end")));
    assert_eq!(list.iter().filter(|m| m.addr == "/instance").count(), 1, "{list:?}");
}

#[test]
fn a_flood_keeps_the_last_value_lets_a_stop_pass_and_is_counted() {
    let (sender, mut queue) = ActionQueue::new(4096);
    let access = || Access::default().with_rate(100.0);
    let start = Instant::now();
    let server = OscServer::start_with(Port::Own, None, sender, Box::new(|| {}), access).unwrap();
    let client = Client::of(server.port());
    for n in 0..500_u16 {
        // The system's buffer is small.
        until(|| (server.counters().packets + 50 >= 2 * u64::from(n)).then_some(()));
        client.send("/crossfader", &[(f32::from(n) / 1000.0).into()]);
        client.send("/deck/a/play", &[]);
    }
    client.send("/crossfader", &[0.75.into()]);
    client.send("/deck/b/stop", &[]);
    client.send("/panic", &[]);
    let (mut last, mut seen) = (0.0, vec![]);
    until(|| {
        while let Some(request) = queue.receive() {
            if let Action::SetCrossfader { position } = request.action {
                last = position;
            }
            seen.push(request.action.kind());
        }
        let all = seen.contains(&echelon_engine::action::ActionKind::Stop)
            && seen.contains(&echelon_engine::action::ActionKind::Panic);
        (all && last == 0.75).then_some(())
    });
    let counters = server.counters();
    // So many are let through: a second's worth at once, and then the rate.
    let passed = 100.0 + 100.0 * start.elapsed().as_secs_f64();
    assert!(
        counters.dropped as f64 >= 500.0 - passed && counters.coalesced as f64 >= 600.0 - 2.0 * passed,
        "{counters:?} beside {passed}"
    );
    assert!(seen.len() as f64 <= passed + 2.0, "{} beside {passed}", seen.len());
    let told = client.one();
    assert!(told.addr == "/error" && format!("{:?}", told.args).contains("were dropped"), "{told:?}");
}

/// What a rig of one instance tells, with the clock in the test's hands.
struct Told {
    server: OscServer,
    _queue: ActionReceiver,
    feedback: Feedback,
    snapshot: Snapshot,
}

impl Told {
    fn new() -> Self {
        let (server, queue) = member(Port::Own, "told");
        Self { server, _queue: queue, feedback: Feedback::default(), snapshot: Snapshot::default() }
    }

    /// Sees to one question.
    fn hear(&mut self, now: Instant) {
        let asking = until(|| self.server.next_asking());
        match &asking.what {
            Heard::Query(Query::Subscribe { pattern, ms }) => {
                self.feedback.subscribe(&self.server, &asking, pattern, *ms, now);
            }
            Heard::Query(Query::Unsubscribe) => self.feedback.unsubscribe(&self.server, &asking),
            Heard::Query(Query::Snapshot) => super::super::send_snapshot(&asking, &self.snapshot),
            other => panic!("{other:?}"),
        }
    }

    fn turn(&mut self, now: Instant) {
        self.feedback.turn(&self.server, &self.snapshot, now);
    }

    /// When a subscriber last moved something, as the port's thread saw it.
    fn moved(&self) -> Instant {
        self.server.listeners().iter().flat_map(|listening| &listening.moved).map(|moved| moved.at).max().unwrap()
    }
}

#[test]
fn subscribers_hear_changes_only_at_their_rate_and_not_their_own() {
    let (mut told, start) = (Told::new(), Instant::now());
    let at = |ms: u64| start + Duration::from_millis(ms);
    let [hand, eye] = [(); 2].map(|()| Client::of(told.server.port()));
    for client in [&hand, &eye] {
        client.send("/subscribe", &["*".into(), 50.into()]);
        told.hear(start);
        assert_eq!(client.one().addr, "/subscribed");
    }
    told.turn(start);
    let everything = eye.all();
    assert!(everything.len() > 100 && hand.all().len() == everything.len());
    assert!(everything.iter().all(|m| !m.addr.starts_with("/meter") && !m.addr.ends_with("/position")));
    told.turn(at(60));
    assert!(eye.all().is_empty(), "nothing has changed");
    // The hand moves the crossfader, and somebody else a fader.
    hand.send("/crossfader", &[0.25.into()]);
    assert!(hand.all().is_empty());
    told.snapshot.crossfader = 0.25;
    told.snapshot.decks[0].gain_db = -6.0;
    let moved = told.moved();
    let later = |ms: u64| moved + Duration::from_millis(ms);
    told.turn(later(120));
    let addresses = |client: &Client| client.all().into_iter().map(|m| m.addr).collect::<Vec<_>>();
    assert_eq!(addresses(&eye), ["/deck/a/gain", "/crossfader"]);
    assert_eq!(addresses(&hand), ["/deck/a/gain"]);
    told.snapshot.decks[0].gain_db = -7.0;
    told.turn(later(130));
    assert!(eye.all().is_empty(), "not oftener than every 50 ms");
    told.turn(later(180));
    assert_eq!(addresses(&eye), ["/deck/a/gain"]);
    // After a while it is told if the control is not where it wanted it.
    told.turn(later(320));
    assert_eq!(addresses(&hand), ["/deck/a/gain"], "it is where it put it");
    hand.send("/crossfader", &[0.9.into()]);
    assert!(hand.all().is_empty());
    let moved = told.moved();
    told.turn(moved);
    told.turn(moved + Duration::from_millis(600));
    assert_eq!(addresses(&hand), ["/crossfader"], "someone held it at 0.25");
    eye.send("/unsubscribe", &[]);
    told.hear(start);
    assert_eq!(eye.one().addr, "/unsubscribed");
    told.snapshot.crossfader = 0.5;
    told.turn(moved + Duration::from_millis(1200));
    assert!(eye.all().is_empty());
}

#[test]
fn a_client_is_not_told_for_a_while_what_it_moves_itself_wherever_that_is() {
    let (mut told, start) = (Told::new(), Instant::now());
    let hand = Client::of(told.server.port());
    hand.send("/subscribe", &["/crossfader".into(), 10.into()]);
    told.hear(start);
    told.turn(start);
    assert_eq!(hand.all().len(), 2, "subscribed, and told how it stands");
    hand.send("/crossfader", &[0.9.into()]);
    assert!(hand.all().is_empty());
    told.snapshot.crossfader = 0.25;
    let soon = told.moved().max(start + Duration::from_millis(50));
    told.turn(soon);
    assert!(hand.all().is_empty(), "it may be on its way yet");
    told.turn(soon + Duration::from_millis(400));
    assert_eq!(hand.one().args, [0.25_f32.into()], "but someone holds it elsewhere");
}

#[test]
fn any_message_renews_a_subscription() {
    let mut told = Told::new();
    let nearly =
        Instant::now().checked_sub(TIME_TO_LIVE - Duration::from_secs(1)).expect("a machine that is up so long");
    let [quiet, alive] = [(); 2].map(|()| Client::of(told.server.port()));
    for client in [&quiet, &alive] {
        client.send("/subscribe", &["/crossfader".into()]);
        told.hear(nearly);
        assert_eq!(client.one().addr, "/subscribed");
    }
    assert!(alive.all().is_empty(), "a ping is a message");
    told.turn(Instant::now() + Duration::from_secs(5));
    assert_eq!(told.feedback.num_subscribers(), 1);
    assert_eq!(quiet.one().addr, "/unsubscribed");
    assert_eq!(alive.one().addr, "/crossfader");
}

#[test]
fn patterns_choose_meters_on_request_and_a_ninth_is_refused() {
    let (mut told, start) = (Told::new(), Instant::now());
    let clients: Vec<Client> = (0..=MOST_SUBSCRIBERS).map(|_| Client::of(told.server.port())).collect();
    for client in &clients {
        client.send("/subscribe", &["/meter/*".into(), 10.into()]);
        told.hear(start);
    }
    let (ninth, eight) = clients.split_last().unwrap();
    assert!(eight.iter().all(|client| client.one().addr == "/subscribed"));
    assert!(format!("{:?}", ninth.one()).contains("8 clients listen already"));
    told.turn(start);
    let meters = eight[0].all();
    let levels = [-100.0_f32; 3].map(OscType::Float).to_vec();
    assert!(
        meters.len() == 5 && meters.iter().all(|m| m.addr.starts_with("/meter/") && m.args == levels),
        "{meters:?}"
    );
    eight[0].send("/subscribe", &["/nothing/*".into()]);
    told.hear(start);
    assert!(format!("{:?}", eight[0].one()).contains("nothing that is told"));
    // Silent for 30 s: forgotten. Any message keeps one alive.
    assert_eq!(told.feedback.num_subscribers(), 8);
    let late = start + TIME_TO_LIVE - Duration::from_millis(500);
    told.turn(late);
    assert_eq!(told.feedback.num_subscribers(), 8);
    told.turn(Instant::now() + TIME_TO_LIVE);
    assert_eq!(told.feedback.num_subscribers(), 0);
    assert_eq!(eight[3].all().last().unwrap().addr, "/unsubscribed");
}

#[test]
fn a_snapshot_is_everything() {
    let mut told = Told::new();
    told.snapshot.decks[2].motion.sync = true;
    let client = Client::of(told.server.port());
    client.send("/snapshot", &[]);
    told.hear(Instant::now());
    let all = client.all();
    let value =
        |address: &str| all.iter().find(|m| m.addr == address).unwrap_or_else(|| panic!("{address}")).args.clone();
    assert_eq!(value("/deck/c/sync"), [1.into()]);
    assert_eq!(value("/deck/a/sync"), [0.into()]);
    assert_eq!(value("/crossfader"), [0.5_f32.into()]);
    assert_eq!(value("/deck/d/state"), ["empty".into()]);
    assert_eq!(value("/meter/master").len(), 3);
    for knob in Knob::all() {
        assert_eq!(value(&knob.path()).len(), 1);
    }
    assert_eq!(value("/snapshot/end"), [i32::try_from(all.len() - 1).unwrap().into()]);
}
