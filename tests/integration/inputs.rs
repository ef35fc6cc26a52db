//! The ways in: each can be switched off, has no effect then but what is always allowed, and is counted.

use std::collections::BTreeMap;
use std::time::Instant;

use echelon::control::{EditorActs, EditorHands, SchedulerThread};
use echelon::peers::LinkSession;
use echelon::state::SavedState;
use echelon::view::{Act, SharedView};
use echelon_engine::action::{Action, ActionQueue, ActionTiming, Request, Setting};
use echelon_engine::clock::HostTransport;
use echelon_engine::processor::{BlockInput, BlockIo};
use echelon_engine::rig::{Rig, RigConfig};
use echelon_engine::safety::Source as Origin;
use echelon_engine::units::DeckId;
use rosc::OscType;
use support::signals::constant;
use support::{Event, PATIENCE, Setup, TempDir, for_each_format, wait_until};

use crate::stage::Stage;

/// A line of `/source/list`.
#[derive(Clone, Debug, PartialEq)]
struct Source {
    is_on: bool,
    /// Received, accepted, refused, dropped.
    counts: [f64; 4],
    last: String,
}

fn sources(stage: &mut Stage) -> BTreeMap<String, Source> {
    stage.osc.send("/source/list", &[]);
    let count = stage.osc.expect("/source/end").args[0].clone().int().expect("a count");
    let line = |stage: &mut Stage| {
        let args = stage.osc.expect("/source").args;
        let text = |n: usize| args[n].clone().string().expect("a text");
        let counts = [2, 3, 4, 5].map(|n| args[n].clone().double().expect("a count"));
        (text(0), Source { is_on: args[1] == 1.into(), counts, last: text(6) })
    };
    (0..count).map(|_| line(stage)).collect()
}

/// What was received, accepted and refused between two looks.
fn since(name: &str, before: &BTreeMap<String, Source>, after: &BTreeMap<String, Source>) -> [f64; 3] {
    [0, 1, 2].map(|n| after[name].counts[n] - before[name].counts[n])
}

/// Waits until that is so much: the control thread hears of a block soon after it.
fn counted(stage: &mut Stage, name: &str, before: &BTreeMap<String, Source>, wanted: [f64; 3]) {
    let start = Instant::now();
    loop {
        let found = since(name, before, &sources(stage));
        if found == wanted {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{name}: {found:?} instead of {wanted:?}");
        stage.host.pump(1);
    }
}

fn switch(stage: &mut Stage, source: &str, on: i32) {
    let id = stage.osc.call(&format!("/source/{source}"), &[on.into()]);
    stage.done(id);
    // It is on its way to the audio thread: in the next block it is there.
    stage.host.pump(2);
}

#[test]
fn every_way_in_is_listed_with_what_came_by_it() {
    for_each_format(|format| {
        let mut stage = Stage::open(&Setup::new(), format).alone();
        let before = sources(&mut stage);
        assert_eq!(before.keys().collect::<Vec<_>>(), ["bridge", "editor", "host", "midi", "osc"]);
        assert!(before.values().all(|source| source.is_on));
        let id = stage.osc.call("/crossfader", &[0.25.into()]);
        stage.done(id);
        assert!(stage.refused("/deck/c/play", &[]).contains("empty"));
        let after = sources(&mut stage);
        assert_eq!(since("osc", &before, &after), [2.0, 1.0, 1.0]);
        assert_eq!(after["osc"].last, "play");
        assert_eq!(since("midi", &before, &after), [0.0; 3]);
        stage.osc.send("/telemetry", &[]);
        stage.osc.expect("/telemetry/end");
        let told = stage.osc.take_replies();
        let has = |name: &str| told.iter().any(|reply| reply.args.first() == Some(&name.into()));
        assert!(["source/osc/refused", "source/host/accepted", "midi/messages", "osc/unseen"].into_iter().all(has));
    });
}

#[test]
fn midi_that_is_switched_off_has_no_effect_and_is_counted() {
    let folder = TempDir::new("midi_off");
    let file = folder.wav("x.wav", 48_000, &constant(0.5, 0.5, 400_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file).alone();
        stage.host.set("quantize", 0.0);
        switch(&mut stage, "midi", 0);
        let before = sources(&mut stage);
        assert!(!before["midi"].is_on);
        let start = stage.host.frame();
        stage.host.at(start + 100, Event::Midi([0x90, 36, 100]));
        assert!(stage.host.render(8_192).deck(DeckId::A).is_silent());
        counted(&mut stage, "midi", &before, [1.0, 0.0, 1.0]);
        let after = sources(&mut stage);
        switch(&mut stage, "midi", 1);
        let start = stage.host.frame();
        stage.host.at(start + 100, Event::Midi([0x90, 36, 100]));
        assert_eq!(stage.host.render(8_192).deck(DeckId::A).first_nonzero(), Some(start + 100));
        counted(&mut stage, "midi", &after, [1.0, 1.0, 0.0]);
        // Off, it may still stop.
        switch(&mut stage, "midi", 0);
        let start = stage.host.frame();
        stage.host.at(start + 100, Event::Midi([0x90, 37, 100]));
        let heard = stage.host.render(8_192);
        assert!(heard.deck(DeckId::A).part(start + 4_096..heard.end()).is_silent());
    });
}

#[test]
fn a_host_that_is_switched_off_moves_no_parameter_and_a_project_lets_it_in_again() {
    for_each_format(|format| {
        let mut stage = Stage::open(&Setup::new(), format).alone();
        let start = stage.host.frame();
        stage.host.at(start + 100, Event::param("xfader", 0.75));
        stage.host.render(512);
        let project = stage.host.save();
        switch(&mut stage, "host", 0);
        let before = sources(&mut stage);
        let start = stage.host.frame();
        stage.host.at(start + 100, Event::param("xfader", 0.25));
        let recording = stage.host.render(1_024);
        assert_eq!(recording.param_moves("xfader").last(), Some(&(start + 100, 0.75)), "it springs back");
        stage.host.idle();
        assert_eq!(stage.host.get("xfader"), 0.75);
        counted(&mut stage, "host", &before, [1.0, 0.0, 1.0]);
        // OSC moves it, and the host shows it: only the host's own hand is off.
        let id = stage.osc.call("/crossfader", &[0.5.into()]);
        stage.done(id);
        assert!(stage.host.load(&project), "the project is opened again");
        let Stage { host, osc } = &mut stage;
        host.pump_until("the rig to have the project's crossfader", |_| {
            osc.send("/snapshot", &[]);
            osc.expect("/snapshot/end");
            let told = osc.take_replies();
            told.iter().any(|reply| reply.addr == "/crossfader" && reply.args == [OscType::Float(0.75)])
        });
        stage.host.pump(4);
        assert_eq!(stage.host.get("xfader"), 0.75);
        assert!(sources(&mut stage)["host"].is_on);
        // Blocks that run while the project is opened refuse none of its values.
        for _ in 0..4 {
            switch(&mut stage, "host", 0);
            let id = stage.osc.call("/crossfader", &[0.5.into()]);
            stage.done(id);
            let (recording, is_loaded) = stage.host.render_while(100_000, |main| main.load(&project));
            assert!(is_loaded && recording.param_moves("xfader").is_empty(), "{:?}", recording.param_moves("xfader"));
            stage.host.pump(4);
            assert_eq!(stage.host.get("xfader"), 0.75);
        }
    });
}

#[test]
fn osc_that_is_switched_off_may_stop_and_switch_itself_on() {
    let folder = TempDir::new("osc_off");
    let file = folder.wav("x.wav", 48_000, &constant(0.5, 0.5, 400_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file).alone();
        let id = stage.osc.call("/deck/a/play/now", &[]);
        stage.done(id);
        switch(&mut stage, "osc", 0);
        let before = sources(&mut stage);
        assert!(stage.refused("/crossfader", &[0.1.into()]).contains("OSC may not"));
        let id = stage.osc.call("/deck/a/stop/now", &[]);
        stage.done(id);
        counted(&mut stage, "osc", &before, [2.0, 1.0, 1.0]);
        assert_eq!(stage.host.get("xfader"), 0.5);
        switch(&mut stage, "osc", 1);
        let id = stage.osc.call("/crossfader", &[0.1.into()]);
        stage.done(id);
    });
}

#[test]
fn quantize_has_an_address_for_the_rig_and_for_each_way_in() {
    let folder = TempDir::new("quantize_osc");
    let file = folder.wav("x.wav", 48_000, &constant(0.5, 0.5, 400_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file).alone();
        let id = stage.osc.call("/quantize", &["beat".into()]);
        stage.done(id);
        stage.host.idle();
        assert_eq!(stage.host.get("quantize"), 1.0, "the parameter is the one truth");
        assert_eq!(stage.host.text("quantize", 1.0).as_deref(), Some("1 beat"));
        assert!(stage.refused("/quantize", &["sometimes".into()]).contains("sometimes"));
        // OSC by itself: not quantized, whatever the rig says.
        let id = stage.osc.call("/quantize", &["4bars".into()]);
        stage.done(id);
        let id = stage.osc.call("/source/osc/quantize", &["off".into()]);
        stage.done(id);
        stage.host.render(10_000);
        let id = stage.osc.call("/deck/a/play", &[]);
        let (beat, _) = stage.done(id);
        assert!(beat < 16.0, "at once, not on the line of four bars: {beat}");
        let id = stage.osc.call("/deck/a/stop/now", &[]);
        stage.done(id);
        stage.host.render(10_000);
        let id = stage.osc.call("/source/osc/quantize", &["rig".into()]);
        stage.done(id);
        let (_, beat) = stage.schedule("/deck/a/play", &[]);
        assert!(beat > 0.0 && beat % 16.0 == 0.0, "the rig's again: {beat}");
    });
}

#[test]
fn an_editor_that_is_switched_off_moves_nothing_is_told_why_and_may_still_panic() {
    let (mut console, mut processor) = Rig::new(RigConfig::new(48_000.0)).expect("a rig");
    let (mut osc, receiver) = ActionQueue::new(64);
    console.connect(receiver);
    let (view, hands) = (SharedView::default(), EditorHands::default());
    let session = LinkSession::default();
    let _control = SchedulerThread::start(console, SavedState::default(), view.clone(), session, &hands, || ())
        .expect("a control thread");
    let mut editor = EditorActs { hands, view: view.clone() };
    let mut block = || {
        let silence = [0.0; 64];
        let mut out = [[[0.0; 64]; 2]; 6];
        let [master, a, b, c, d, cue] = out.each_mut().map(|bus| bus.each_mut().map(|side| &mut side[..]));
        let mut io = BlockIo { inputs: [[&silence[..]; 2]; 4], master, decks: [a, b, c, d], cue, lanes: None };
        let block = BlockInput { frames: 64, transport: HostTransport::SILENT, inputs: &[] };
        processor.process(&mut io, block, &mut Vec::with_capacity(64));
    };
    let mut switch = |on: bool, block: &mut dyn FnMut()| {
        let setting = Setting::SourceOn { source: Origin::Editor, on };
        let request = Request::new(Origin::Osc, Action::Configure { setting }, ActionTiming::Immediate);
        osc.send(request).expect("room");
        wait_until("the switch", || {
            block();
            view.read().inputs.iter().any(|input| input.source == Origin::Editor && input.is_on == on)
        });
    };
    let heard = |editor: &mut EditorActs, position: f32| {
        editor.act(Action::SetCrossfader { position }, ActionTiming::Immediate);
    };
    switch(false, &mut block);
    heard(&mut editor, 0.125);
    wait_until("the refusal", || {
        block();
        view.read().notice.is_some_and(|notice| notice.text.contains("editor"))
    });
    assert_eq!(view.read().snapshot.crossfader, 0.5);
    // Never locked out of that.
    let before = view.read().notice.map(|notice| notice.number);
    editor.act(Action::Panic, ActionTiming::Immediate);
    switch(true, &mut block);
    assert_eq!(view.read().notice.map(|notice| notice.number), before, "a panic is not refused");
    heard(&mut editor, 0.125);
    wait_until("the crossfader", || {
        block();
        view.read().snapshot.crossfader == 0.125
    });
}
