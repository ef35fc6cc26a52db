//! What can be tested without a network. With one: `cargo xtask link`.

use echelon_engine::clock::{ClockMode, ClockSource, LinkQuality};
use echelon_engine::message::Snapshot;
use echelon_engine::rig::{Rig, RigConfig};
use echelon_engine::units::Bpm;

use super::*;

#[test]
fn tests_never_join_a_session() {
    let (mut console, _) = Rig::new(RigConfig::new(48_000.0)).unwrap();
    let (session, mut ear) = LinkSession::create();
    let mut peers = Peers::new(&mut console, session);
    let policy = ClockPolicy { mode: ClockMode::Link, ..ClockPolicy::default() };
    assert!(!peers.turn(&console, policy, &Bell::default()));
    assert!(peers.running.is_none() && !peers.view().enabled && ear.hear(4.0, 0.0).is_none());
    assert_eq!((peers.view().mode, peers.view().available), (ClockMode::Link, cfg!(feature = "link")));
}

#[test]
fn a_session_that_was_never_joined_is_nothing() {
    let (session, _) = LinkSession::create();
    session.close();
    session.set_tempo(100.0);
    session.set_playing(true);
    session.sync_start_stop(true);
    assert!(!session.is_enabled() && !session.is_connected() && session.look(4.0).is_none());
    assert_eq!((session.num_peers(), session.now_micros()), (0, 0.0));
}

#[test]
fn a_change_has_a_name() {
    let map = BeatMap { at_micros: 0.0, beat: 0.0, micros_per_beat: 5e5 };
    let look = Look { map, peers: 1, playing: false, playing_micros: 0.0 };
    let later = Look { map: BeatMap { at_micros: 1e4, beat: 0.02, ..map }, ..look };
    assert_eq!(later.change_since(&look), SessionChange::None);
    assert_eq!(Look { peers: 2, ..look }.change_since(&look), SessionChange::Peers);
    assert_eq!(Look { playing: true, ..look }.change_since(&look), SessionChange::Playing);
    let faster = Look { map: BeatMap { micros_per_beat: 5e5 - 1.0, ..map }, ..look };
    assert_eq!(faster.change_since(&look), SessionChange::Tempo);
}

#[test]
fn only_who_publishes_or_has_not_begun_yet_tells_its_beat() {
    let map = |beat| Some(BeatMap { at_micros: 1.0, beat, micros_per_beat: 5e5 });
    let mut snapshot = Snapshot::default();
    (snapshot.link.host_map, snapshot.link.rig_map) = (map(3.0), map(7.0));
    (snapshot.link.host_tempo, snapshot.link.quality) = (Bpm::new(99.0), LinkQuality::Good);
    let told = |mode, source, snapshot: &Snapshot| own(part(mode, source, false), snapshot);
    let nothing = Own { map: None, tempo_bpm: None };
    assert_eq!(told(ClockMode::Link, ClockSource::Link, &snapshot), nothing);
    assert_eq!(told(ClockMode::Host, ClockSource::Link, &snapshot), nothing, "on its way out");
    let newcomer = told(ClockMode::Link, ClockSource::Host, &snapshot);
    assert_eq!(newcomer, Own { map: map(7.0), tempo_bpm: Some(120.0) });
    let leader = told(ClockMode::Publish, ClockSource::Host, &snapshot);
    assert_eq!(leader, Own { map: map(3.0), tempo_bpm: Some(99.0) });
    snapshot.link.host_loops_oddly = true;
    assert_eq!(told(ClockMode::Publish, ClockSource::Host, &snapshot), Own { map: None, tempo_bpm: Some(99.0) });
    snapshot.link.quality = LinkQuality::Offline;
    assert_eq!(told(ClockMode::Publish, ClockSource::Host, &snapshot), nothing, "a bounce tells nobody");
}
