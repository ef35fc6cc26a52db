//! What the other pages show in a scene: the mapping, the log, OSC, the session.

use std::sync::Arc;

use echelon::input::midi::{LearnView, MidiDesk, MidiView, message_words};
use echelon::input::osc::OscCounters;
use echelon::view::{LogLine, LogOutcome, OscTraffic, RigView};
use echelon_engine::safety::Source;

/// A word as wide as a name may be.
const WIDE: &str = "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW";

/// Fills in what is beside decks and mixer.
pub fn dress(view: &mut RigView, scene: &str) {
    if scene == "empty" || scene == "quiet" {
        return;
    }
    let is_long = scene == "long";
    view.midi = Arc::new(midi(scene));
    view.log = (0..40).map(|number| line(number, is_long)).collect();
    view.osc_name = if is_long { WIDE.into() } else { "echelon".into() };
    view.osc_traffic = OscTraffic {
        subscribers: 2,
        query_port: Some(8001),
        counters: OscCounters { packets: 18_442, errors: 3, ..OscCounters::default() },
    };
    (view.scheduler.requests, view.scheduler.done, view.scheduler.refused) = (118, 109, 7);
    if is_long {
        let counters = &mut view.osc_traffic.counters;
        (counters.packets, counters.errors, counters.dropped, counters.denied) =
            (1_234_567_890, 98_765_432, 87_654_321, 76_543_210);
        view.peers.available = true;
        view.peers.enabled = true;
        view.peers.sentences = vec![super::LONG.to_owned(); 3];
        view.bridge.reason = super::LONG.to_owned();
    }
}

/// A shipped mapping with what came in last; two lines share a control.
fn midi(scene: &str) -> MidiView {
    let desk = MidiDesk::default();
    desk.load_shipped("Pioneer DDJ-400").expect("it is shipped");
    let twice = desk.map().lines[0];
    desk.add(twice).expect("room");
    let mut midi = desk.view();
    let first = midi.lines[0].from.clone();
    midi.monitor = vec![
        (format!("{first} on 127"), true),
        (format!("{first} off"), true),
        (message_words([0xB0, 19, 64]), true),
        (message_words([0x9F, 120, 1]), false),
        (message_words([0xE0, 0, 64]), false),
    ];
    (midi.counts.received, midi.counts.unmapped, midi.counts.sent) = (1204, 17, 86);
    match scene {
        "pending" => midi.learn = LearnView::Waiting { to: "deck/a/hotcue/3".to_owned(), messages: 2 },
        "refused" => {
            midi.learn = LearnView::Learned { line: midi.lines[3].clone(), is_sure: false, conflicts: vec![3, 5] };
        }
        "long" => {
            midi.name = format!("{WIDE}{WIDE}");
            for line in &mut midi.lines {
                (line.from, line.label) = ("keypressure any 16383".to_owned(), format!("Deck A {WIDE}"));
            }
            (midi.counts.received, midi.counts.unmapped, midi.counts.sent) = (1 << 60, 1 << 60, 1 << 60);
            midi.monitor = vec![(WIDE.to_owned(), true); 32];
        }
        _ => {}
    }
    midi
}

fn line(number: u16, is_long: bool) -> LogLine {
    let outcomes = [LogOutcome::Done, LogOutcome::Open, LogOutcome::Refused, LogOutcome::Done, LogOutcome::Gone];
    let what =
        ["play_deck deck=b", "stop_deck deck=a", "load_deck deck=b path=/music/Gone.wav", "set_gain deck=c gain=-3"];
    let why = ["on beat 124.00, on its frame", "", "deck B is playing: stop it before you load another track"];
    let place = usize::from(number);
    LogLine {
        number: u64::from(40 - number),
        beat: 125.0 - f64::from(number) * 1.75,
        source: [Source::Osc, Source::Editor, Source::Midi, Source::Osc, Source::Host][place % 5],
        words: if is_long { super::LONG.to_owned() } else { what[place % 4].to_owned() },
        outcome: outcomes[place % 5],
        why: if is_long { super::LONG.to_owned() } else { why[place % 3].to_owned() },
    }
}
