//! The names by which the parts of the rig are known (docs/scheduler.md has the table) are public, and mean these parts.

use std::any::{TypeId, type_name};

use echelon::bridge::BridgeState;
use echelon::control::SchedulerThread;
use echelon::input::ControlInput;
use echelon::input::midi::{MapLine, MidiLearn, MidiMapping, To};
use echelon::input::osc::{DEFAULT_PORT, OscServer};
use echelon::peers::{LinkSession, LinkThread};
use echelon_engine::action::{
    Action, ActionExecutor, ActionQueue, ActionTiming, ActionWithTiming, QuantizedAction, Quantizer, Request,
};
use echelon_engine::clock::{BeatClock, BeatClockUpdate, LinkClock, LocalBeatClock};
use echelon_engine::console::{Console, EngineController};
use echelon_engine::graph::{
    Command, DspGraph, DspNode, MAX_COMMANDS_PER_TICK, MAX_INPUTS, NodeId, ParamBlock, Scheduler,
};
use echelon_engine::message::ControlEvent;
use echelon_engine::midi::MidiMessage;
use echelon_engine::safety::{ActionMask, DeckLockState, SafetyPolicy, SafetyTelemetry, SafetyViolation, Source};
use echelon_engine::shadow::EngineShadowState;
use echelon_engine::telemetry::SchedulerTelemetry;

/// Each type by its name, so that one that is renamed breaks this and the table with it.
#[test]
fn every_name_of_the_table_is_public_and_in_the_table() {
    let guide = include_str!("../../docs/scheduler.md");
    let table = guide.split("## The names and where they are").nth(1).expect("the table");
    let names = [
        type_name::<Scheduler>(),
        type_name::<DspGraph>(),
        type_name::<NodeId>(),
        type_name::<dyn DspNode>(),
        type_name::<ParamBlock<1>>(),
        type_name::<Command>(),
        type_name::<dyn BeatClock>(),
        type_name::<LocalBeatClock>(),
        type_name::<LinkClock>(),
        type_name::<LinkSession>(),
        type_name::<LinkThread>(),
        type_name::<BeatClockUpdate>(),
        type_name::<Action>(),
        type_name::<ActionTiming>(),
        type_name::<ActionQueue>(),
        type_name::<Quantizer>(),
        type_name::<QuantizedAction>(),
        type_name::<ActionExecutor>(),
        type_name::<ControlEvent>(),
        type_name::<DeckLockState>(),
        type_name::<SafetyPolicy>(),
        type_name::<ActionMask>(),
        type_name::<SafetyViolation>(),
        type_name::<SafetyTelemetry>(),
        type_name::<EngineShadowState>(),
        type_name::<MidiMessage>(),
        type_name::<MidiMapping>(),
        type_name::<MidiLearn>(),
        type_name::<OscServer>(),
        type_name::<dyn ControlInput>(),
        type_name::<SchedulerThread>(),
        type_name::<SchedulerTelemetry>(),
        type_name::<BridgeState>(),
    ];
    let short = |name: &str| {
        let plain = name.trim_start_matches("dyn ").split('<').next().unwrap_or_default();
        plain.rsplit("::").next().unwrap_or_default().to_owned()
    };
    let more = ["ActionWithTiming", "EngineController", "MAX_COMMANDS_PER_TICK", "MAX_INPUTS"].map(str::to_owned);
    let missing: Vec<String> =
        names.into_iter().map(short).chain(more).filter(|name| !table.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
}

#[test]
fn names_of_what_has_another_name_too_mean_the_same() {
    assert_eq!(TypeId::of::<ActionWithTiming>(), TypeId::of::<Request>());
    assert_eq!(TypeId::of::<EngineController>(), TypeId::of::<Console>());
    let wish = ActionWithTiming::new(Source::Midi, Action::Panic, ActionTiming::CustomBeat(8.0));
    let Request { action, timing, .. } = wish;
    assert_eq!((action, timing), (Action::Panic, ActionTiming::CustomBeat(8.0)));
    assert_eq!((MAX_INPUTS, DEFAULT_PORT), (8, 8000));
    const { assert!(MAX_COMMANDS_PER_TICK > 0) };
}

#[test]
fn a_mapping_in_four_words_is_a_line_of_the_desk() {
    let mapping = MidiMapping {
        channel: None,
        cc_number: None,
        note_number: Some(40),
        action: To::named("deck/c/play").expect("a target"),
        quantization: Some(ActionTiming::NextBeat),
    };
    let desk = echelon::input::midi::MidiDesk::default();
    desk.add(MapLine::try_from(mapping).expect("a line")).expect("room");
    assert!(desk.map().lines.iter().any(|line| MidiMapping::try_from(line) == Ok(mapping)));
}
