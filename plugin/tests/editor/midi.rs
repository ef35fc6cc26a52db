//! The MIDI page, with the pointer and the keyboard, at a real desk.

use std::sync::Arc;

use echelon::editor::ids;
use echelon::editor::page::Page;
use echelon::input::midi::{LearnView, MapMode, MidiDesk, To, parse_source};
use echelon::view::{MidiOrder, Order};
use echelon_engine::midi::Takeover;
use egui::Key;

use crate::bench::Bench;
use crate::scenes::scene;

fn bench() -> (Bench, MidiDesk) {
    let desk = MidiDesk::default();
    desk.load_shipped("Pioneer DDJ-400").unwrap();
    let mut bench = Bench::new(scene("empty", 0.0).unwrap());
    bench.key(Page::Midi.key());
    look(&mut bench, &desk);
    (bench, desk)
}

fn look(bench: &mut Bench, desk: &MidiDesk) {
    bench.view.midi = Arc::new(desk.view());
    bench.frame(vec![]);
    bench.frame(vec![]);
}

fn ordered(bench: &Bench) -> Vec<MidiOrder> {
    let midi = |order| match order {
        Order::Midi(order) => order,
        other => panic!("{other:?}"),
    };
    bench.ordered().into_iter().map(midi).collect()
}

#[test]
fn a_target_is_searched_and_learnt() {
    let (mut bench, desk) = bench();
    bench.click(ids::once("midi learn"));
    assert_eq!(ordered(&bench), [], "nothing is picked yet");
    bench.click(ids::once("midi search"));
    bench.type_text("deck b play");
    bench.frame(vec![]);
    bench.click(ids::once("midi learn"));
    assert_eq!(ordered(&bench), [MidiOrder::Learn { to: "deck/b/play".to_owned(), shift: None }]);
    bench.choose(ids::once("midi learn layer"), 1);
    bench.click(ids::midi_target(0));
    bench.click(ids::once("midi learn"));
    assert_eq!(ordered(&bench), [MidiOrder::Learn { to: "deck/b/play".to_owned(), shift: Some(true) }]);
    desk.start_learn("deck/b/play", None).unwrap();
    look(&mut bench, &desk);
    assert!(bench.says("Move or press the control for Deck B Play"));
    bench.click(ids::once("midi stop"));
    assert_eq!(ordered(&bench), [MidiOrder::StopLearn]);
}

#[test]
fn what_was_learnt_is_looked_at_before_it_is_kept() {
    let (mut bench, desk) = bench();
    let mut seen = desk.view();
    let line = seen.lines[4].clone();
    seen.learn = LearnView::Learned { line: line.clone(), is_sure: false, conflicts: vec![4, 6] };
    bench.view.midi = Arc::new(seen);
    bench.frame(vec![]);
    assert!(bench.says(&line.from) && bench.says("turned both ways") && bench.says("line 5"));
    bench.click(ids::once("midi keep"));
    bench.click(ids::once("midi replace"));
    bench.click(ids::once("midi stop"));
    let all = [MidiOrder::Keep { replaces: false }, MidiOrder::Keep { replaces: true }, MidiOrder::StopLearn];
    assert_eq!(ordered(&bench), all);
}

#[test]
fn a_line_is_typed_and_a_wrong_one_complained_of() {
    let (mut bench, _) = bench();
    bench.click(ids::once("midi search"));
    bench.type_text("xfader");
    bench.click(ids::once("midi typed"));
    bench.type_text("cc 17 7");
    bench.frame(vec![]);
    bench.click(ids::once("midi add"));
    assert_eq!(ordered(&bench), []);
    assert!(bench.says("is no channel"));
    bench.click(ids::once("midi typed"));
    for _ in 0..10 {
        bench.key(Key::Backspace);
    }
    bench.type_text("cc 2 7");
    bench.frame(vec![]);
    bench.click(ids::once("midi add"));
    let [MidiOrder::Add(line)] = ordered(&bench)[..] else { panic!("one line") };
    assert_eq!((line.from, line.mode), (parse_source("cc 2 7").unwrap(), MapMode::Absolute));
    assert_eq!(Some(line.to), To::named("xfader"));
}

#[test]
fn a_line_s_settings_are_changed_one_by_one() {
    let (mut bench, desk) = bench();
    let lines = desk.view().lines;
    let fader = lines.iter().position(|line| line.line.mode == MapMode::Absolute && !line.line.invert).unwrap();
    // Those far down are not on the screen.
    assert!(fader < 20, "{fader}");
    bench.click(ids::midi_line(fader));
    bench.frame(vec![]);
    bench.choose(ids::once("midi takeover"), 2);
    let [MidiOrder::Set(place, line)] = ordered(&bench)[..] else { panic!("one change") };
    assert_eq!((place, line.takeover), (fader, Takeover::Jump));
    bench.choose(ids::once("midi invert"), 1);
    let [MidiOrder::Set(_, line)] = ordered(&bench)[..] else { panic!("one change") };
    assert!(line.invert);
    bench.choose(ids::once("midi layer"), 1);
    let [MidiOrder::Set(_, line)] = ordered(&bench)[..] else { panic!("one change") };
    assert_eq!(line.shift, Some(true));
    bench.choose(ids::once("midi mode"), 4);
    let [MidiOrder::Set(_, line)] = ordered(&bench)[..] else { panic!("one change") };
    assert!(matches!(line.mode, MapMode::Relative(_)));
    let button = lines.iter().position(|line| line.line.mode == MapMode::Button && line.line.light.is_some()).unwrap();
    bench.click(ids::midi_line(button));
    bench.frame(vec![]);
    bench.choose(ids::once("midi when"), 4);
    let [MidiOrder::Set(_, line)] = ordered(&bench)[..] else { panic!("one change") };
    assert_eq!(line.when, Some(echelon_engine::action::ActionTiming::NextBeat));
    bench.choose(ids::once("midi hold"), 1);
    let [MidiOrder::Set(_, line)] = ordered(&bench)[..] else { panic!("one change") };
    assert!(line.hold);
    let before = lines[button].line.light.unwrap();
    bench.click(ids::entry(ids::once("midi on"), 0));
    let [MidiOrder::Set(_, line)] = ordered(&bench)[..] else { panic!("one change") };
    assert!(line.light.unwrap().on < before.on);
    for (id, value) in [
        ("midi off", (|light| light.off) as fn(echelon::input::midi::MapLight) -> u8),
        ("midi pending", |light| light.pending),
        ("midi locked", |light| light.locked),
    ] {
        let up = u8::from(value(before) < 127);
        bench.click(ids::entry(ids::once(id), usize::from(up)));
        let [MidiOrder::Set(_, line)] = ordered(&bench)[..] else { panic!("one change of {id}") };
        assert_ne!(value(line.light.unwrap()), value(before), "{id}");
    }
    bench.choose(ids::once("midi light"), 0);
    let [MidiOrder::Set(_, line)] = ordered(&bench)[..] else { panic!("one change") };
    assert_eq!(line.light, None);
    bench.click(ids::once("midi remove"));
    bench.click(ids::entry(ids::midi_line(1), 0));
    assert_eq!(ordered(&bench), [MidiOrder::Remove(button), MidiOrder::Remove(1)]);
}

#[test]
fn lines_that_share_a_control_are_marked_and_named() {
    let (mut bench, desk) = bench();
    assert!(!bench.says("share a control"));
    let twice = desk.map().lines[2];
    desk.add(twice).unwrap();
    look(&mut bench, &desk);
    assert!(bench.says("2 share a control"));
    bench.click(ids::midi_line(2));
    bench.frame(vec![]);
    assert!(bench.says("Also works"));
    let last = format!("line {}", desk.map().lines.len());
    assert!(bench.says(&last), "{last}");
}

#[test]
fn the_whole_mapping_is_loaded_lit_and_taken_back() {
    let (mut bench, _) = bench();
    bench.choose(ids::once("midi maps"), 0);
    bench.click(ids::once("midi undo"));
    bench.click(ids::once("midi lights"));
    bench.click(ids::once("midi send"));
    let all = [
        MidiOrder::LoadShipped("Generic".to_owned()),
        MidiOrder::Undo,
        MidiOrder::Lights(false),
        MidiOrder::SendLights,
    ];
    assert_eq!(ordered(&bench), all);
}

#[test]
fn files_are_browsed_typed_and_taken() {
    let folder = std::env::temp_dir().join(format!("echelon-midi-page-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("maps")).unwrap();
    std::fs::write(folder.join("maps/mine.json"), "{}").unwrap();
    std::fs::write(folder.join("maps/song.wav"), "x").unwrap();
    let (mut bench, _) = bench();
    bench.click(ids::once("midi import"));
    bench.frame(vec![]);
    bench.click(ids::once("files path"));
    bench.key_with(Key::A, egui::Modifiers::COMMAND);
    bench.type_text(folder.join("maps/mine.json").to_str().unwrap());
    bench.frame(vec![]);
    bench.click(ids::once("files take"));
    assert_eq!(ordered(&bench), [MidiOrder::Import(folder.join("maps/mine.json"))]);
    bench.frame(vec![]);
    assert!(!bench.says("Import a mapping"), "closed again");
    bench.click(ids::once("midi export"));
    bench.frame(vec![]);
    assert!(bench.says("pioneer_ddj_400.json"));
    bench.key(Key::Escape);
    assert!(!bench.says("Export the mapping"));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_damaged_mapping_is_told_where_the_lines_are() {
    let (mut bench, desk) = bench();
    let mut seen = desk.view();
    seen.damaged = Some(("{}".to_owned(), "line 3 has no control".to_owned()));
    bench.view.midi = Arc::new(seen);
    bench.frame(vec![]);
    assert!(bench.says("cannot be read: line 3 has no control"));
}

#[test]
fn the_monitor_tells_what_a_message_did() {
    let (mut bench, desk) = bench();
    let mut seen = desk.view();
    let line = seen.lines[0].clone();
    seen.monitor = vec![(format!("{} on 127", line.from), true), ("cc 16 119 = 3".to_owned(), false)];
    seen.counts.received = 77;
    bench.view.midi = Arc::new(seen);
    bench.frame(vec![]);
    assert!(bench.says(&line.label) && bench.says("cc 16 119 = 3") && bench.says("nothing") && bench.says("77 came"));
}

#[test]
fn every_control_of_the_page_is_reached_by_tab() {
    let (mut bench, desk) = bench();
    bench.click(ids::midi_line(0));
    bench.frame(vec![]);
    let names = [
        "midi maps",
        "midi import",
        "midi export",
        "midi undo",
        "midi lights",
        "midi send",
        "midi search",
        "midi learn layer",
        "midi learn",
        "midi typed",
        "midi add",
        "midi mode",
        "midi layer",
        "midi invert",
        "midi light",
        "midi remove",
    ];
    let mut seen = std::collections::HashSet::new();
    for _ in 0..160 {
        bench.key(Key::Tab);
        seen.extend(bench.ctx.memory(|memory| memory.focused()));
    }
    for name in names {
        assert!(seen.contains(&ids::once(name)), "{name}");
    }
    assert!(seen.contains(&ids::midi_line(1)) && seen.contains(&ids::midi_target(1)));
    drop(desk);
}
