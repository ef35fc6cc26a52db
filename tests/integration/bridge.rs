//! The bridge: two instances over UDP, and a client that speaks the protocol by hand.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use echelon::bridge::{Message, Request, VERSION};
use echelon_engine::units::DeckId;
use rosc::{OscMessage, OscPacket, OscType};
use support::signals::ramp;
use support::{Event, Format, OscClient, PATIENCE, Recording, Setup, Sound, TempDir, for_each_format};

use crate::osc_port::{free_port, load_with_port};
use crate::stage::Stage;

const BEAT: u64 = 24_000;

/// How an instance says that its bridge stands: state, role, port, name, reason.
fn state(stage: &mut Stage) -> [String; 5] {
    stage.osc.send("/bridge/state", &[]);
    let args = stage.osc.expect("/bridge/state").args;
    let text = |arg: &OscType| match arg {
        OscType::String(text) => text.clone(),
        OscType::Int(number) => number.to_string(),
        other => panic!("{other:?}"),
    };
    [0, 1, 2, 3, 4].map(|i| text(&args[i]))
}

/// Both process in place until the first says so of its bridge.
fn wait_for_state(stages: &mut [Stage], which: usize, what: &str, is_so: impl Fn(&[String; 5]) -> bool) -> [String; 5] {
    let start = Instant::now();
    loop {
        stages.iter_mut().for_each(|stage| stage.host.pump(1));
        let state = state(&mut stages[which]);
        if is_so(&state) {
            return state;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}: {state:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn pump_until(stages: &mut [Stage; 2], what: &str, is_so: impl Fn(&[Stage; 2]) -> bool) {
    let start = Instant::now();
    while !is_so(stages) {
        let patient = start.elapsed() < PATIENCE;
        assert!(patient, "pumped in vain for {what}: {:?}", stages.each_mut().map(state));
        stages.iter_mut().for_each(|stage| stage.host.pump(1));
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn connect(stage: &mut Stage, port: u16) {
    stage.osc.send("/bridge/connect", &[i32::from(port).into()]);
    assert_eq!(stage.osc.expect("/bridge/state").args[0], "connecting".into());
}

/// Stage 0 leads, stage 1 follows, both with a track on deck A, at beat 1.25 of the same song.
fn leader_and_follower(folder: &TempDir, format: Format) -> [Stage; 2] {
    let file = folder.wav("ramp.wav", 48_000, &ramp(400_000));
    let mut stages = [(); 2].map(|()| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file).alone();
        stage.host.rewind(support::Transport::rolling(120.0));
        stage
    });
    for (stage, role) in stages.iter_mut().zip(["lead", "follow"]) {
        stage.host.render(30_000);
        stage.osc.send("/bridge/role", &[role.into()]);
        assert_eq!(stage.osc.expect("/bridge/state").args[1], role.into());
    }
    let port = stages[1].host.osc_port();
    connect(&mut stages[0], port);
    for which in [0, 1] {
        let state = wait_for_state(&mut stages, which, "a connection", |state| state[0] == "connected");
        assert!(state[3].starts_with("Echelon"), "{state:?}");
    }
    stages
}

/// Both go on to a frame by a few hundred frames in turn, and the control threads with them: what one hears of the other's
/// clock on the way is of about its own beat. What deck A plays at each.
fn render_both_to(stages: &mut [Stage; 2], frame: u64) -> [Sound; 2] {
    const STEP: u64 = 512;
    let mut next = stages[0].host.frame();
    assert_eq!(next, stages[1].host.frame(), "they are on one frame");
    let mut heard = [None, None];
    while next < frame {
        next = (next + STEP).min(frame);
        for (stage, heard) in stages.iter_mut().zip(&mut heard) {
            let more = stage.host.render_to(next);
            match heard {
                Some(heard) => Recording::append(heard, more),
                None => *heard = Some(more),
            }
        }
        // Answered in a turn of the control thread, which has seen these frames.
        stages.iter_mut().for_each(|stage| drop(state(stage)));
    }
    heard.map(|heard| heard.expect("they have gone on").deck(DeckId::A).clone())
}

/// A figure of an instance's telemetry.
fn figure(stage: &mut Stage, name: &str) -> f64 {
    stage.osc.send("/telemetry", &[]);
    let count = stage.osc.expect("/telemetry/end").args[0].clone().int().expect("a count");
    let figures: Vec<_> = (0..count).map(|_| stage.osc.expect("/telemetry").args).collect();
    let found = figures.iter().find(|args| args[0] == name.into());
    found.and_then(|args| args[1].clone().double()).unwrap_or_else(|| panic!("no figure {name}"))
}

/// Until the follower, the last of these, has so many requests under way.
fn wait_for_open(stages: &mut [Stage], count: f64) {
    let start = Instant::now();
    loop {
        stages.iter_mut().for_each(|stage| stage.host.pump(1));
        let follower = stages.last_mut().expect("a follower");
        if figure(follower, "scheduler/open") == count {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "the follower never had {count} requests under way");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_follower_starts_and_stops_on_the_leader_s_frame() {
    let folder = TempDir::new("bridge_follow");
    for_each_format(|format| {
        let mut stages = leader_and_follower(&folder, format);
        let (id, due_beat) = stages[0].schedule("/deck/a/play/bar", &[]);
        assert_eq!(due_beat, 4.0);
        wait_for_open(&mut stages, 1.0);
        let heard = render_both_to(&mut stages, 6 * BEAT);
        assert_eq!(heard.each_ref().map(|sound| sound.first_nonzero()), [Some(4 * BEAT); 2], "{format}");
        support::compare::assert_identical(&heard[0], &heard[1]);
        assert_eq!(stages[0].done(id), (4.0, 0.0));
        // The stop too, and this time the host's own control asks for it.
        stages[0].host.at(6 * BEAT, Event::param("play_1", 0.0));
        render_both_to(&mut stages, 6 * BEAT + 512);
        wait_for_open(&mut stages, 1.0);
        let heard = render_both_to(&mut stages, 10 * BEAT);
        assert_eq!(heard.each_ref().map(|sound| sound.last_nonzero()), [Some(8 * BEAT + 142); 2], "{format}");
    });
}

#[test]
fn what_the_leader_takes_back_the_follower_does_not_do() {
    let folder = TempDir::new("bridge_revoke");
    for_each_format(|format| {
        let mut stages = leader_and_follower(&folder, format);
        let (id, _) = stages[0].schedule("/deck/a/play/bar", &[]);
        wait_for_open(&mut stages, 1.0);
        stages[0].osc.send("/cancel", &[id.into()]);
        wait_for_open(&mut stages, 0.0);
        for stage in &mut stages {
            assert!(stage.host.render_to(6 * BEAT).deck(DeckId::A).is_silent());
        }
    });
}

#[test]
fn the_follower_s_own_rules_hold_and_its_fader_is_slewed() {
    let folder = TempDir::new("bridge_rules");
    for_each_format(|format| {
        let mut stages = leader_and_follower(&folder, format);
        let (lock, _) = stages[1].schedule("/lock/a", &[1.into()]);
        stages[1].done(lock);
        stages[0].schedule("/deck/a/play/bar", &[]);
        let reason = "deck A was locked by OSC: unlock it first";
        wait_for_state(&mut stages, 0, "the follower's reason", |state| state[4] == reason);
        stages[0].schedule("/crossfader", &[1.0_f32.into()]);
        pump_until(&mut stages, "the follower's crossfader", |stages| stages[1].host.get("xfader") == 1.0);
        // From the middle to the end at a quarter in a beat: two beats.
        let (unlock, _) = stages[1].schedule("/lock/a", &[0.into()]);
        stages[1].done(unlock);
        let (play, _) = stages[1].schedule("/deck/a/play/now", &[]);
        stages[1].done(play);
        let heard = stages[1].host.render(3 * BEAT);
        let [left, _] = heard.master().at(heard.start() + BEAT);
        assert!(left > 0.0, "a beat later deck A is still to be heard");
        let [left, _] = heard.master().at(heard.start() + 3 * BEAT - 1);
        assert_eq!(left, 0.0);
    });
}

#[test]
fn who_does_not_follow_is_not_driven() {
    let folder = TempDir::new("bridge_none");
    let mut stages = leader_and_follower(&folder, Format::Clap);
    stages[1].osc.send("/bridge/role", &["none".into()]);
    stages[1].osc.expect("/bridge/state");
    stages[0].schedule("/deck/a/play/bar", &[]);
    wait_for_state(&mut stages, 0, "the other end's reason", |state| state[4] == "this end does not follow");
    assert!(stages[1].host.render_to(6 * BEAT).deck(DeckId::A).is_silent());
}

/// The leader, which was called, goes away without a word; then there is another one at its port.
#[test]
fn a_leader_that_is_gone_is_missed_and_found_again() {
    let folder = TempDir::new("bridge_gone");
    let file = folder.wav("ramp.wav", 48_000, &ramp(400_000));
    for_each_format(|format| {
        let mut stages = [(); 2].map(|()| Stage::open(&Setup::new(), format));
        // Apart from where other tests' instances would take it at once.
        let port = free_port();
        move_to(&mut stages[0], port);
        stages.iter_mut().for_each(|stage| stage.load('a', &file));
        for (stage, role) in stages.iter_mut().zip(["lead", "follow"]) {
            stage.osc.send("/bridge/role", &[role.into()]);
            stage.osc.expect("/bridge/state");
        }
        connect(&mut stages[1], port);
        wait_for_state(&mut stages, 0, "a connection", |state| state[0] == "connected");
        stages[0].schedule("/deck/a/play", &[1.into(), OscType::Double(1000.0)]);
        wait_for_open(&mut stages, 1.0);
        let [leader, follower] = stages;
        drop(leader);
        let mut stages = [follower];
        let lost = wait_for_state(&mut stages, 0, "the loss", |state| state[0] != "connected");
        assert!(["the other end is silent", "nobody answers there"].contains(&lost[4].as_str()), "{lost:?}");
        // What it had asked for is off.
        wait_for_open(&mut stages, 0.0);
        // Another one, at the same port.
        let mut leader = Stage::open(&Setup::new(), format);
        move_to(&mut leader, port);
        let [follower] = stages;
        let mut stages = [follower, leader];
        let found = wait_for_state(&mut stages, 0, "the new one", |state| state[0] == "connected");
        assert_eq!(found[2], port.to_string());
    });
}

/// Opens a project with this port.
fn move_to(stage: &mut Stage, port: u16) {
    load_with_port(stage, port);
    assert_eq!(stage.host.osc_port(), port);
    stage.osc = stage.host.osc();
}

/// Messages by hand.
fn say(client: &OscClient, message: &Message) {
    let OscMessage { addr, args } = message.to_osc();
    client.send(&addr, &args);
}

fn hello(version: i32) -> Vec<OscType> {
    vec![version.into(), "a client".into(), "".into(), "lead".into(), OscType::Long(77)]
}

#[test]
fn another_version_and_what_is_malformed_are_answered_with_a_reason() {
    let mut stage = Stage::open(&Setup::new(), Format::Clap).alone();
    let mut client = stage.host.osc();
    let mut refused = |address: &str, args: &[OscType]| -> [String; 2] {
        client.send(address, args);
        let args = client.expect("/bridge/refuse").args;
        [0, 1].map(|i| args[i].clone().string().unwrap())
    };
    let [code, text] = refused("/bridge/hello", &hello(VERSION + 1));
    assert_eq!((code.as_str(), text.as_str()), ("version", "this is version 1 of the bridge, not 2"));
    assert_eq!(refused("/bridge/hello", &[]), ["malformed", "/bridge/hello: argument 1 is missing: a whole number"]);
    let cut = refused("/bridge/clock", &[1.0.into(), f64::NAN.into()]);
    assert_eq!(cut[1], "/bridge/clock: argument 2 is not from -1000000000 to 1000000000");
    assert_eq!(refused("/bridge/play", &[1.into(), "a".into(), 4.0.into()])[0], "not_connected");
    assert_eq!(state(&mut stage)[0], "disconnected");
    // Someone who is no other Echelon at all: calls end with a reason, and it is not called for ever.
    let wall = UdpSocket::bind("127.0.0.1:0").unwrap();
    wall.set_read_timeout(Some(PATIENCE)).unwrap();
    connect(&mut stage, wall.local_addr().unwrap().port());
    let (length, from) = wall.recv_from(&mut [0; 2048]).unwrap();
    assert!(length > 0);
    let other = Message::Refuse { code: "version".into(), text: "I speak version 9".into() };
    wall.send_to(&rosc::encoder::encode(&OscPacket::Message(other.to_osc())).unwrap(), from).unwrap();
    let mut stages = [stage];
    let end = wait_for_state(&mut stages, 0, "the end of it", |state| state[0] == "disconnected");
    assert_eq!(end[4], "I speak version 9");
}

#[test]
fn it_does_not_talk_with_itself() {
    let mut stages = [Stage::open(&Setup::new(), Format::Clap).alone()];
    let port = stages[0].host.osc_port();
    connect(&mut stages[0], port);
    let end = wait_for_state(&mut stages, 0, "the end of it", |state| state[0] == "disconnected");
    assert_eq!(end[4], "that is this Echelon itself");
}

#[test]
fn a_flood_is_bounded_and_the_rest_goes_on() {
    let folder = TempDir::new("bridge_flood");
    let file = folder.wav("ramp.wav", 48_000, &ramp(400_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file).alone();
        stage.osc.send("/bridge/role", &["follow".into()]);
        stage.osc.expect("/bridge/state");
        let mut client = OscClient::connect(stage.host.osc_port());
        client.send("/bridge/hello", &hello(VERSION));
        assert_eq!(client.expect("/bridge/welcome").args[4], OscType::Long(77));
        let clock = [0.0, 0.0, 2.0, 120.0, 0.0, 4.0].map(OscType::Double);
        client.send("/bridge/clock", &[&clock[..], &[1.into()]].concat());
        let start = Instant::now();
        let (mut answers, rounds) = (0, 40);
        for round in 0..rounds {
            for n in 0..100 {
                let deck = if n % 2 == 0 { DeckId::A } else { DeckId::B };
                say(&client, &Message::Request(round * 100 + n, Request::Play { deck, beat: 4000.0 }));
                client.send("/bridge/nonsense", &[]);
                client.send("/bridge/clock", &["x".into()]);
                say(&client, &Message::Result { number: n, code: "full".into(), text: "loop?".into() });
            }
            stage.host.pump(1);
            answers += client.take_replies().iter().filter(|reply| reply.addr.starts_with("/bridge/re")).count();
        }
        let secs = start.elapsed().as_secs_f64();
        let most = (1.0 + secs) * (50.0 + 10.0) + 20.0;
        assert!((answers as f64) < most, "{answers} answers to 16000 messages in {secs:.1} s");
        // What is still in the socket has to be read first.
        let (host, osc) = (&mut stage.host, &mut stage.osc);
        host.pump_until("the end of the flood", |_| {
            osc.send("/ping", &[]);
            osc.take_replies().iter().any(|reply| reply.addr == "/pong")
        });
        let (id, _) = stage.schedule("/crossfader", &[0.25.into()]);
        stage.done(id);
        let asked = figure(&mut stage, "scheduler/requests");
        let refused = figure(&mut stage, "safety/rejected/too_fast");
        assert!(
            asked - refused < (1.0 + start.elapsed().as_secs_f64()) * 50.0 + 20.0,
            "{asked} asked, {refused} refused"
        );
    });
}

#[test]
fn of_two_instances_at_a_port_one_has_the_bridge_and_the_other_is_told_so() {
    let shared = free_port();
    let mut stages: Vec<_> = (0..2)
        .map(|_| {
            let mut stage = Stage::open(&Setup::new(), Format::Clap);
            load_with_port(&stage, shared);
            stage.host.pump_until("the port", |main| main.rig_field("osc_port") == Some(shared.into()));
            stage.osc = stage.host.osc();
            stage
        })
        .collect();
    stages.push(Stage::open(&Setup::new(), Format::Clap).alone());
    let other = stages[2].host.osc_port();
    connect(&mut stages[0], other);
    wait_for_state(&mut stages, 0, "a connection", |state| state[0] == "connected");
    stages[1].osc.send("/bridge/connect", &[i32::from(other).into()]);
    let told = wait_for_state(&mut stages, 1, "a refusal", |state| state[0] == "disconnected" && !state[4].is_empty());
    let holder = stages[0].host.osc_name();
    assert!(told[4].contains(&holder) && told[4].contains("another OSC port"), "{told:?}");
    assert_eq!(state(&mut stages[0])[0], "connected", "the first keeps it");
    // Once the first has let go, the second may have it.
    stages[0].osc.send("/bridge/disconnect", &[]);
    wait_for_state(&mut stages, 0, "the end", |state| state[0] == "disconnected");
    wait_for_state(&mut stages, 2, "the end at the other side", |state| state[0] == "disconnected");
    stages[1].osc.send("/bridge/connect", &[i32::from(other).into()]);
    wait_for_state(&mut stages, 1, "a connection", |state| state[0] == "connected");
}
