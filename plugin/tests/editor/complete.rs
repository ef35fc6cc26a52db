//! Whether anything was forgotten: every control that can be pressed or dragged anywhere is found by looking at what egui
//! has on the screen, and must be one whose effect a test has seen.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use echelon::editor::columns::Column;
use echelon::editor::grid_menu::EDITS;
use echelon::editor::ids::{self, Part};
use echelon::editor::page::Page;
use echelon::input::midi::MidiDesk;
use echelon::view::OscAccess;
use echelon_engine::action::Gesture;
use echelon_engine::mixer::{EqBand, Knob};
use echelon_engine::safety::Source;
use echelon_engine::units::DeckId;
use egui::{Id, Key, Sense};

use crate::bench::Bench;
use crate::browser::Music;
use crate::desk::open_effect;
use crate::rig::PROOFS;
use crate::scenes::scene;

const PARTS: [Part; 22] = [
    Part::Play,
    Part::Load,
    Part::Eject,
    Part::Gain,
    Part::Echo,
    Part::Overview,
    Part::Strip,
    Part::Lock,
    Part::Loop,
    Part::Halve,
    Part::Double,
    Part::JumpBack,
    Part::JumpOn,
    Part::JumpSize,
    Part::NudgeBack,
    Part::NudgeOn,
    Part::KeyDown,
    Part::KeyUp,
    Part::Cancel,
    Part::Quantize,
    Part::Grid,
    Part::Panel,
];

/// Those that have a control of their own.
const GESTURES: [Gesture; 12] = [
    Gesture::Cue,
    Gesture::LoopIn,
    Gesture::LoopOut,
    Gesture::LoopRoll,
    Gesture::LoopExit,
    Gesture::Reloop,
    Gesture::Sync,
    Gesture::Rate,
    Gesture::Reverse,
    Gesture::Slip,
    Gesture::KeyLock,
    Gesture::Snap,
];

/// Things that there are once and that have steps down and up.
const STEPPED: [&str; 11] = [
    "cooldown load",
    "cooldown cue",
    "cooldown loop",
    "cooldown effect",
    "play toggle",
    "undo bars",
    "link offset",
    "midi on",
    "midi off",
    "midi pending",
    "midi locked",
];

/// What moves nothing in the engine, behind the test that sees what it does instead.
const ELSEWHERE: [(&str, &[&str]); 26] = [
    ("desk::pages_are_chosen_by_tab_and_key", &["PLAY", "LIBRARY", "MIDI", "OSC", "SAFETY", "SETUP"]),
    ("pages::scale_and_theme_are_chosen", &["zoom", "theme"]),
    ("desk::an_effect_s_other_knobs_are_behind_its_button", &["fx close", "fx more"]),
    ("pages::the_log_is_filtered_and_exported", &["log filter", "export"]),
    ("pages::the_session_is_started_and_stopped", &["link playing"]),
    ("keys::numbers_and_clicks_choose_the_deck_for_the_space_bar", &["part Strip", "part Panel"]),
    ("desk::load_opens_the_library_for_its_deck", &["part Load"]),
    ("desk::locks_ejects_and_pending_things", &["part Cancel"]),
    ("midi::the_whole_mapping_is_loaded_lit_and_taken_back", &["midi maps", "midi lights", "midi send"]),
    ("midi::files_are_browsed_typed_and_taken", &["midi import", "midi export", "files path", "files take"]),
    ("osc::folders_are_allowed_by_the_browser_and_taken_away", &["files close", "osc add folder", "osc folder"]),
    ("osc::the_file_browser_goes_up", &["files up"]),
    ("midi::a_target_is_searched_and_learnt", &["midi learn layer", "midi stop", "midi target", "midi search"]),
    ("midi::what_was_learnt_is_looked_at_before_it_is_kept", &["midi keep", "midi replace"]),
    (
        "midi::a_line_s_settings_are_changed_one_by_one",
        &[
            "midi line",
            "midi line remove",
            "midi mode",
            "midi takeover",
            "midi invert",
            "midi layer",
            "midi when",
            "midi hold",
            "midi light",
            "midi on",
            "midi off",
            "midi pending",
            "midi locked",
            "midi remove",
        ],
    ),
    (
        "osc::the_network_is_opened_with_a_token_and_a_list_and_mistakes_are_told",
        &["osc lan", "osc token", "osc allow", "osc keep", "osc revert"],
    ),
    ("browser::folders_are_entered_and_left", &["browser up", "browser home"]),
    ("browser::a_folder_is_read_again_only_when_asked", &["browser refresh"]),
    ("browser::who_leaves_the_library_listens_no_more", &["browser close"]),
    ("browser::while_a_name_is_typed_keys_are_letters", &["browser filter"]),
    (
        "library::headings_sort_by_what_they_say_and_a_second_click_turns_it_round",
        &["browser by name", "browser by artist", "browser by tempo", "browser by key", "browser by length"],
    ),
    ("browser::a_single_click_chooses_and_the_button_loads", &["browser load", "row"]),
    ("rig::drive_pages", &["clock"]),
    ("rig::every_key_moves_the_engine", &["panic"]),
    ("waits::it_is_taken_back_by_its_ring_and_by_the_key", &["cancel"]),
    ("midi::a_line_is_typed_and_a_wrong_one_complained_of", &["midi typed"]),
];

const ONCE: [&str; 19] = [
    "undo",
    "panic",
    "quantize",
    "clock",
    "clock mode",
    "on air",
    "host stops",
    "host jumps",
    "link start stop",
    "osc name",
    "osc rename",
    "osc port",
    "osc move",
    "crossfader",
    "master",
    "midi add",
    "midi undo",
    "midi learn",
    "midi typed",
];

/// Large decks are drawn by the same code, and so are compact ones.
const fn kind(deck: DeckId) -> &'static str {
    if matches!(deck, DeckId::A | DeckId::B) { "large" } else { "compact" }
}

/// What each id is. Controls of one kind that come several times have one name.
pub fn names() -> HashMap<Id, String> {
    let mut names = HashMap::new();
    for deck in DeckId::ALL {
        let kind = kind(deck);
        names.extend(PARTS.map(|part| (ids::deck(deck, part), format!("part {part:?} {kind}"))));
        let grid = ids::deck(deck, Part::Grid);
        names.extend((0..=EDITS.len()).map(|index| (ids::entry(grid, index), format!("grid {index}"))));
        names.extend(GESTURES.map(|what| (ids::gesture(deck, what), format!("gesture {what:?} {kind}"))));
        names.extend((1..=8).map(|number| (ids::hot_cue(deck, number), format!("hot cue {kind}"))));
        names.extend(EqBand::ALL.map(|band| (ids::eq(deck, band), format!("eq {band:?} {kind}"))));
    }
    for knob in Knob::all() {
        names.insert(ids::knob(knob), format!("knob {}", knob.path()));
        names.insert(ids::entry(ids::knob(knob), 100), "fx more".to_owned());
    }
    for source in Source::ALL {
        names.extend((0..4).map(|part| (ids::source(source, part), format!("source {part}"))));
    }
    for index in 0..600 {
        names.insert(ids::row(index), "row".to_owned());
        names.insert(ids::midi_line(index), "midi line".to_owned());
        names.insert(ids::entry(ids::midi_line(index), 0), "midi line remove".to_owned());
        names.insert(ids::midi_target(index), "midi target".to_owned());
        names.insert(ids::osc_folder(index), "osc folder".to_owned());
    }
    let headings = Column::ALL.map(Column::id);
    let buttons = ["up", "home", "refresh", "filter", "analyse", "listen", "listen at", "load", "close"];
    for name in buttons.into_iter().chain(headings) {
        names.insert(ids::browser(name), format!("browser {name}"));
    }
    let elsewhere = ELSEWHERE.into_iter().flat_map(|(_, names)| names.iter().copied());
    let once = ONCE.into_iter().chain(STEPPED).chain(elsewhere);
    names.extend(once.map(|name| (ids::once(name), name.to_owned())));
    for name in STEPPED {
        names.extend([0, 1].map(|part| (ids::entry(ids::once(name), part), name.to_owned())));
    }
    names
}

/// Every page in the states that have controls of their own.
pub fn benches() -> Vec<(String, Bench)> {
    let mut benches = vec![];
    let on = |page: Page, name: &str| {
        let mut bench = Bench::new(scene(name, 0.0).unwrap());
        bench.key(page.key());
        bench.frame(vec![]);
        bench
    };
    for name in ["empty", "stopped", "playing", "pending", "loading", "failed"] {
        benches.push((format!("play, {name}"), on(Page::Play, name)));
    }
    for slot in ["fx1_depth", "fx2_depth"] {
        let mut bench = on(Page::Play, "playing");
        open_effect(&mut bench, Knob::of_deck(DeckId::B, slot).unwrap());
        benches.push((format!("play, {slot}"), bench));
    }
    let mut bench = on(Page::Play, "playing");
    bench.click(ids::deck(DeckId::A, Part::Grid));
    bench.frame(vec![]);
    benches.push(("play, grid".to_owned(), bench));
    for name in ["playing", "pending", "refused"] {
        for page in [Page::Midi, Page::Osc, Page::Safety, Page::Setup] {
            benches.push((format!("{page:?}, {name}"), on(page, name)));
        }
    }
    let desk = MidiDesk::default();
    desk.load_shipped("Pioneer DDJ-400").unwrap();
    for line in [0, 2, 5, 9, 13] {
        let mut bench = on(Page::Midi, "empty");
        bench.view.midi = Arc::new(desk.view());
        bench.frame(vec![]);
        bench.frame(vec![]);
        bench.click(ids::midi_line(line));
        bench.frame(vec![]);
        benches.push((format!("midi, line {line}"), bench));
    }
    let mut bench = on(Page::Midi, "empty");
    bench.click(ids::once("midi import"));
    bench.frame(vec![]);
    benches.push(("midi, import".to_owned(), bench));
    let mut bench = on(Page::Osc, "playing");
    bench.view.osc_access = Arc::new(OscAccess { folders: vec!["/music".into()], ..OscAccess::default() });
    bench.frame(vec![]);
    benches.push(("osc, folders".to_owned(), bench));
    benches
}

/// What can be pressed or dragged, with egui's own scroll bars left out: they are no controls of the rig.
pub fn controls(bench: &mut Bench) -> Vec<(Id, egui::Rect, Sense)> {
    bench.frame(vec![]);
    bench.ctx.viewport(|seen| {
        let all = seen.prev_pass.widgets.layers().flat_map(|(_, widgets)| widgets.iter());
        let interactive =
            all.filter(|widget| widget.sense.interactive() && widget.enabled && widget.rect.is_positive());
        interactive.map(|widget| (widget.id, widget.rect, widget.sense)).collect()
    })
}

/// A scroll bar is as narrow as nothing of ours, and the surface that is scrolled has no id of ours.
fn is_scrolling(rect: egui::Rect, sense: Sense) -> bool {
    rect.width() <= 12.0 || !sense.senses_click()
}

/// What a menu that stays open lies on takes clicks, so that what is below it does not.
fn is_ground(id: Id) -> bool {
    id == ids::deck(DeckId::A, Part::Grid).with("popup").with("move")
}

#[test]
fn every_control_is_one_whose_effect_was_seen() {
    let names = names();
    let proven: BTreeSet<&str> =
        PROOFS.iter().flat_map(|proof| proof.ids()).filter_map(|id| names.get(id)).map(String::as_str).collect();
    let elsewhere: HashSet<&str> = ELSEWHERE.into_iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let mut forgotten: BTreeMap<String, String> = BTreeMap::new();
    let mut found = HashSet::new();
    let music = Music::new("complete");
    let mut library = music.open();
    library.click(ids::row(1));
    library.frame(vec![]);
    for (what, mut bench) in benches().into_iter().chain([("library".to_owned(), library)]) {
        for (id, rect, sense) in controls(&mut bench) {
            let Some(name) = names.get(&id) else {
                if !is_scrolling(rect, sense) && !is_ground(id) {
                    forgotten.insert(format!("without a name in this test: {rect:?}"), what.clone());
                }
                continue;
            };
            found.insert(name.as_str());
            let plain = name.trim_end_matches(" large").trim_end_matches(" compact");
            if !proven.contains(name.as_str()) && !elsewhere.contains(name.as_str()) && !elsewhere.contains(plain) {
                forgotten.insert(name.clone(), what.clone());
            }
        }
    }
    assert!(forgotten.is_empty(), "no test has seen what these do:\n{forgotten:#?}");
    assert!(found.len() > 150, "{} kinds of controls were looked at", found.len());
}

/// What the controls of the performance page move in the host: the parameter's id, without the deck's number.
const MOVES: [(&str, &str); 33] = [
    ("part Play", "play"),
    ("part Gain", "gain"),
    ("part Echo", "echo"),
    ("part Loop", "loop"),
    ("part Halve", "loop_halve"),
    // Without a loop that is on.
    ("part Halve", "loop_length"),
    ("part Double", "loop_double"),
    ("part JumpBack", "jump_back"),
    ("part JumpOn", "jump_on"),
    ("part JumpSize", "jump_size"),
    ("part NudgeBack", "nudge"),
    ("part NudgeOn", "nudge"),
    ("part KeyDown", "key_shift"),
    ("part KeyUp", "key_shift"),
    ("gesture Cue", "cue"),
    ("gesture LoopIn", "loop_in"),
    ("gesture LoopOut", "loop_out"),
    ("gesture LoopRoll", "roll"),
    ("gesture LoopExit", "loop"),
    ("gesture Reloop", "reloop"),
    ("gesture Sync", "sync"),
    ("gesture Rate", "rate"),
    ("gesture Reverse", "reverse"),
    ("gesture Slip", "slip"),
    ("gesture KeyLock", "keylock"),
    ("gesture Snap", "snap"),
    ("hot cue", "hotcue1"),
    ("eq Low", "eq_low"),
    ("eq Mid", "eq_mid"),
    ("eq High", "eq_high"),
    ("crossfader", "xfader"),
    ("master", "master"),
    ("quantize", "quantize"),
];

/// What the performance page has beside these, and why a curve of the host does not move it.
const NO_PARAMETER: [(&str, &[&str]); 9] = [
    ("it is about a file", &["part Load", "part Eject"]),
    (
        "what is put right about the track itself, whenever it is played",
        &["part Grid", "grid 0", "grid 1", "grid 2", "grid 3", "grid 4", "grid 5", "grid 6", "grid 7", "grid 8"],
    ),
    ("a place in the track, which the next track does not have", &["part Overview", "part Strip"]),
    ("what keeps others off is a person's word, in no curve", &["part Lock"]),
    ("what takes back must not come from a stray point of a curve", &["part Cancel", "cancel", "undo", "panic"]),
    ("it says when the editor's own presses happen", &["part Quantize"]),
    ("whose beat it is: a setting, in the project's state", &["clock"]),
    ("the window's own: what is seen, and which deck the keys play", &["part Panel", "fx more", "fx close"]),
    ("the window's own: its pages", &["PLAY", "LIBRARY", "MIDI", "OSC", "SAFETY", "SETUP"]),
];

#[test]
fn every_control_of_the_performance_page_is_a_parameter_or_has_a_reason_not_to_be() {
    let (names, params) = (names(), echelon_engine::action::params());
    let is_param = |id: &str| params.iter().any(|param| param.id == id || param.id == format!("{id}_1"));
    let reasons: HashSet<&str> = NO_PARAMETER.into_iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let mut seen = HashSet::new();
    let mut left_out = BTreeSet::new();
    for (what, mut bench) in benches().into_iter().filter(|(what, _)| what.starts_with("play")) {
        for (id, ..) in controls(&mut bench) {
            let Some(name) = names.get(&id) else { continue };
            let name = name.trim_end_matches(" large").trim_end_matches(" compact");
            seen.insert(name.to_owned());
            let moves = MOVES.iter().find(|(known, _)| *known == name);
            let is_knob = name.strip_prefix("knob ").is_some_and(|path| {
                Knob::all().any(|knob| knob.path() == path && params.iter().any(|param| param.id == knob.param_id()))
            });
            if !is_knob && !moves.is_some_and(|(_, id)| is_param(id)) && !reasons.contains(name) {
                left_out.insert(format!("{name} ({what})"));
            }
        }
    }
    assert_eq!(left_out, BTreeSet::new(), "neither a parameter nor a reason");
    // Nothing is in the lists that is not there, and no reason is given for what has a parameter.
    let gone: Vec<&str> = MOVES
        .iter()
        .map(|(name, _)| *name)
        .chain(reasons.iter().copied())
        .filter(|name| !seen.contains(*name))
        .collect();
    assert_eq!(gone, [""; 0], "not on the page");
    assert!(MOVES.iter().all(|(name, _)| !reasons.contains(name)));
    // And the other way round: what a host can move of a deck or the mixer, a hand can.
    let by_hand = |id: &str| MOVES.iter().any(|(_, known)| id == *known || id.starts_with(&format!("{known}_")));
    let is_knob = |id: &str| Knob::all().any(|knob| knob.param_id() == id);
    let unreachable: Vec<&str> = params
        .iter()
        .map(|param| param.id.as_str())
        .filter(|id| !is_knob(id) && !by_hand(id) && !id.starts_with("hotcue"))
        .collect();
    assert_eq!(unreachable, [""; 0]);
}

/// The list of tests above is no mere claim: they are there, and name what they are said to drive.
#[test]
fn the_tests_that_are_named_are_there() {
    const FILES: [(&str, &str); 9] = [
        ("browser", include_str!("browser.rs")),
        ("desk", include_str!("desk.rs")),
        ("keys", include_str!("keys.rs")),
        ("library", include_str!("library.rs")),
        ("midi", include_str!("midi.rs")),
        ("osc", include_str!("osc.rs")),
        ("pages", include_str!("pages.rs")),
        ("rig", include_str!("rig.rs")),
        ("waits", include_str!("waits.rs")),
    ];
    for (test, names) in ELSEWHERE {
        let (file, function) = test.split_once("::").unwrap();
        let text = FILES.iter().find(|(name, _)| *name == file).unwrap().1;
        let body = body_of(text, function).unwrap_or_else(|| panic!("no {test}"));
        let missing: Vec<&str> = names.iter().copied().filter(|name| !drives(body, name)).collect();
        assert!(!names.is_empty() && missing.is_empty(), "{test} has nothing of {missing:?}");
    }
}

/// What stands between the function's head and its end.
fn body_of<'a>(text: &'a str, function: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("\nfn {function}("))?;
    rest.split_once("\n}\n").map(|(body, _)| body)
}

/// Whether it has the id of that control, as it is written.
fn drives(body: &str, name: &str) -> bool {
    let written = match name {
        "PLAY" | "LIBRARY" | "MIDI" | "OSC" | "SAFETY" | "SETUP" => "ids::once(page.word())".to_owned(),
        "fx more" => "ids::entry(ids::knob(".to_owned(),
        "row" => "ids::row(".to_owned(),
        "midi line" => "ids::midi_line(".to_owned(),
        "midi line remove" => "ids::entry(ids::midi_line(".to_owned(),
        "midi target" => "ids::midi_target(".to_owned(),
        "osc folder" => "ids::osc_folder(".to_owned(),
        _ => match name.split_once(' ') {
            Some(("part", part)) => format!("Part::{part})"),
            Some(("browser", heading)) if heading.starts_with("by ") => {
                let (first, rest) = heading["by ".len()..].split_at(1);
                format!("Column::{}{rest},", first.to_uppercase())
            }
            Some(("browser", button)) => format!("ids::browser(\"{button}\")"),
            _ => format!("\"{name}\""),
        },
    };
    body.contains(&written)
}

#[test]
fn a_test_that_drives_something_else_is_no_proof() {
    let text =
        "\nfn one() {\n    click(ids::once(\"zoom\"));\n}\n\nfn two() {\n    click(ids::deck(A, Part::Load));\n}\n";
    let [one, two] = ["one", "two"].map(|function| body_of(text, function).unwrap());
    assert!(drives(one, "zoom") && !drives(one, "theme") && !drives(one, "part Load"));
    assert!(drives(two, "part Load") && !drives(two, "zoom"));
    assert_eq!(body_of(text, "three"), None);
    // These were claims once.
    let browser = include_str!("browser.rs");
    let loads = body_of(browser, "a_double_click_on_a_file_loads_it_and_closes_the_browser").unwrap();
    assert!(drives(loads, "row") && !drives(loads, "part Load"));
}

/// What is pressed and never turned, and has its keys elsewhere: `keys::HELP`.
const BY_OTHER_KEYS: [&str; 2] = ["part Panel", "browser listen at"];

/// One state of each page is enough for the order of the keyboard, which takes a frame for each control.
const REACHED: [&str; 7] = [
    "play, playing",
    "play, fx1_depth",
    "Midi, pending",
    "midi, line 0",
    "osc, folders",
    "Safety, playing",
    "Setup, playing",
];

#[test]
fn every_control_is_reached_by_the_keyboard() {
    let names = names();
    let music = Music::new("reach");
    let pages = benches().into_iter().filter(|(what, _)| REACHED.contains(&what.as_str()));
    let mut looked_at = 0;
    for (what, mut bench) in pages.chain([("library".to_owned(), music.open())]) {
        looked_at += 1;
        let wanted: Vec<(Id, &str)> = controls(&mut bench)
            .into_iter()
            .filter_map(|(id, ..)| names.get(&id).map(|name| (id, name.as_str())))
            .filter(|(_, name)| !BY_OTHER_KEYS.iter().any(|other| name.starts_with(other)))
            .collect();
        let mut reached = HashSet::new();
        for _ in 0..wanted.len() + 40 {
            bench.key_down(Key::Tab);
            reached.extend(bench.ctx.memory(|memory| memory.focused()));
        }
        let missed: Vec<&str> = wanted.iter().filter(|(id, _)| !reached.contains(id)).map(|(_, name)| *name).collect();
        assert_eq!(missed, [""; 0], "{what}");
    }
    assert_eq!(looked_at, REACHED.len() + 1);
}
