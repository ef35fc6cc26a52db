//! Whatever can be pressed, turned or typed into says what it does when the pointer rests on it.

use std::collections::{BTreeMap, HashSet};

use echelon::editor::ids;
use echelon::editor::page::Page;
use echelon::input::midi::{LearnView, MidiDesk};
use echelon::input::osc::NetworkSettings;
use echelon::view::{OscAccess, OscView};
use egui::{Id, Key, Modifiers, Pos2, Rect, vec2};

use crate::bench::Bench;
use crate::browser::Music;
use crate::complete::{benches, controls, names};
use crate::scenes::scene;

/// Names of files: what they say is all that there is, and a name that is cut short is whole in a tooltip.
const SAYS_ALL: [&str; 1] = ["row"];

/// Whether its tooltip comes when the pointer rests on it, wherever it is not covered by something else.
fn tells(bench: &mut Bench, id: Id, rect: Rect) -> Option<bool> {
    let parts = [0.5_f32, 0.1, 0.3, 0.7, 0.9];
    let places = parts.iter().flat_map(|y| parts.iter().map(|x| rect.lerp_inside(vec2(*x, *y))));
    let corner = rect.left_top() + vec2(3.0, 3.0);
    let is_hovered = |bench: &Bench| bench.ctx.read_response(id).is_some_and(|response| response.hovered());
    for place in places.chain([corner]) {
        bench.point(place);
        if is_hovered(bench) {
            bench.wait(1.0);
            bench.frame(vec![]);
            return Some(bench.ctx.read_response(id).is_some_and(|response| response.is_tooltip_open()));
        }
    }
    None
}

/// States with controls that there are only then.
fn more() -> Vec<(String, Bench)> {
    let mut learning = Bench::new(scene("empty", 0.0).unwrap());
    learning.key(Page::Midi.key());
    let desk = MidiDesk::default();
    let mut seen = desk.view();
    seen.learn = LearnView::Learned { line: seen.lines[4].clone(), is_sure: false, conflicts: vec![4, 6] };
    learning.view.midi = seen.into();
    let mut waiting = Bench::new(scene("empty", 0.0).unwrap());
    waiting.key(Page::Midi.key());
    desk.start_learn("deck/b/play", None).unwrap();
    waiting.view.midi = desk.view().into();
    let mut renaming = Bench::new(scene("playing", 0.0).unwrap());
    renaming.key(Page::Osc.key());
    renaming.frame(vec![]);
    renaming.click(ids::once("osc name"));
    renaming.type_text("other");
    renaming.click(ids::once("osc port"));
    renaming.key_with(Key::A, Modifiers::COMMAND);
    renaming.type_text("9000");
    let mut session = Bench::new(scene("playing", 0.0).unwrap());
    session.key(Page::Setup.key());
    (session.view.peers.available, session.view.peers.enabled) = (true, true);
    let named = [("learnt", learning), ("learns", waiting), ("renamed", renaming), ("in a session", session)];
    named.into_iter().map(|(what, bench)| (what.to_owned(), bench)).collect()
}

#[test]
fn every_control_says_what_it_does() {
    let names = names();
    let music = Music::new("tooltips");
    let mut library = music.open();
    library.click(ids::row(1));
    let library = [("library".to_owned(), library)];
    let (mut seen, mut silent) = (HashSet::new(), BTreeMap::new());
    for (what, mut bench) in benches().into_iter().chain(more()).chain(library) {
        bench.point(Pos2::ZERO);
        // egui tells nothing right after a click.
        bench.wait(1.0);
        for (id, rect, _) in controls(&mut bench) {
            let Some(name) = names.get(&id).filter(|name| !SAYS_ALL.contains(&name.as_str())) else { continue };
            if seen.contains(name) {
                continue;
            }
            match tells(&mut bench, id, rect) {
                // In this state something lies on it.
                None => {}
                Some(true) => drop(seen.insert(name.clone())),
                Some(false) => drop(silent.insert(name.clone(), what.clone())),
            }
        }
    }
    silent.retain(|name, _| !seen.contains(name));
    assert!(silent.is_empty(), "these say nothing: {silent:#?}");
    for name in ["osc rename", "osc move", "midi replace", "midi stop", "link playing", "browser close", "files take"] {
        assert!(seen.contains(name), "{name} was not looked at");
    }
    assert!(seen.len() > 150, "{} kinds of controls", seen.len());
}

/// What is said when the pointer rests on these words.
fn told_at(bench: &mut Bench, words: &str) -> String {
    bench.point(Pos2::ZERO);
    bench.wait(1.0);
    let at = bench.texts().into_iter().find(|(text, ..)| text == words).unwrap_or_else(|| panic!("no {words}")).1;
    bench.point(at.center());
    bench.wait(1.0);
    bench.frame(vec![]);
    let told: Vec<String> = bench.texts().into_iter().map(|(text, ..)| text).collect();
    told.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Who may send to it, by the rules that hold now; and the addresses of the instance as they are understood.
#[test]
fn what_is_said_of_osc_is_so() {
    let mut bench = Bench::new(scene("playing", 0.0).unwrap());
    (bench.view.osc, bench.view.osc_name) = (OscView::Listening(8123), "left".into());
    let told = told_at(&mut bench, "8123");
    assert!(told.contains("From this computer only") && told.contains("127.0.0.1"), "{told}");
    for (allow, who) in [(vec![], "Any other machine"), (vec![[10, 0, 0, 1].into()], "Other machines of the list")] {
        let now = NetworkSettings { lan: true, token: "abcd1234".to_owned(), allow };
        bench.view.osc_access = OscAccess { now, ..OscAccess::default() }.into();
        let told = told_at(&mut bench, "8123");
        assert!(told.contains(who) && told.contains("with the token"), "{told}");
        assert!(!told.contains("this computer only") && !told.contains("127.0.0.1"), "{told}");
    }
    bench.key(Page::Osc.key());
    let told = told_at(&mut bench, "Name");
    assert!(told.contains("/echelon/left/deck/a/play"), "{told}");
}

/// A control that says nothing is found.
#[test]
fn a_silent_control_is_seen() {
    let music = Music::new("silent");
    let mut bench = music.open();
    let rect = bench.rect(ids::row(1));
    assert_eq!(tells(&mut bench, ids::row(1), rect), Some(false));
}
