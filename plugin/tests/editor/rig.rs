//! The editor in front of a real rig: what is clicked and typed is looked for in the engine's own state.

use std::collections::HashSet;
use std::io::Write as _;
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::OnceLock;

use echelon::editor::ids::{self, Part};
use echelon::editor::page::Page;
use echelon::view::{ListenState, Listened, OscView, RigView};
use echelon_engine::action::{ActionKind, Gesture};
use echelon_engine::clock::ClockMode;
use echelon_engine::mixer::{EqBand, Knob};
use echelon_engine::safety::{ActionMask, DeckLockState, DeckState, Source};
use echelon_engine::units::DeckId;
use egui::{Id, Key, Modifiers, vec2};

use crate::desk::open_effect;
use crate::stand::{Stand, write_clicks};

/// What a test has driven and seen the effect of; it runs once, whoever asks first.
pub struct Proof {
    run: fn() -> HashSet<Id>,
    found: OnceLock<HashSet<Id>>,
}

impl Proof {
    const fn by(run: fn() -> HashSet<Id>) -> Self {
        Self { run, found: OnceLock::new() }
    }

    /// Of these the effect was seen in the engine.
    pub fn ids(&self) -> &HashSet<Id> {
        self.found.get_or_init(self.run)
    }
}

static MIXER: Proof = Proof::by(drive_mixer);
static DECK: Proof = Proof::by(drive_decks);
static PAGES: Proof = Proof::by(drive_pages);
static QUANTIZE: Proof = Proof::by(drive_quantize);
static LIBRARY: Proof = Proof::by(drive_library);
static LISTEN: Proof = Proof::by(drive_listening);
static GRID: Proof = Proof::by(drive_grid);
static MIDI: Proof = Proof::by(drive_midi);

/// All that there are.
pub static PROOFS: [&Proof; 8] = [&MIXER, &DECK, &GRID, &PAGES, &QUANTIZE, &LIBRARY, &LISTEN, &MIDI];

/// Every control of the mixer's table, with the pointer.
#[test]
fn every_control_of_the_mixer_moves_the_engine() {
    MIXER.ids();
}

fn drive_mixer() -> HashSet<Id> {
    let mut stand = Stand::new("mixer");
    for knob in Knob::all().filter(|knob| knob.row().id != "out") {
        let (id, row) = (ids::knob(knob), knob.row());
        open_effect(&mut stand.bench, knob);
        let before = stand.bench.view.snapshot.knob(knob);
        match row.choices() {
            Some([_, _]) if !["eq_model", "isolator_slope"].contains(&row.id) => stand.click(id),
            Some(words) => stand.choose(id, if before == 0.0 { words.len() - 1 } else { 0 }),
            None => {
                let at = stand.bench.rect(id).center();
                stand.bench.drag(at, vec2(0.0, if before > row.min { 30.0 } else { -30.0 }));
            }
        }
        stand.until(&knob.path(), |view| (view.snapshot.knob(knob) - before).abs() > 1e-4);
    }
    for deck in DeckId::ALL {
        for band in [EqBand::Low, EqBand::Mid, EqBand::High] {
            let at = stand.bench.rect(ids::eq(deck, band)).center();
            stand.bench.drag(at, vec2(0.0, 300.0));
            stand.until("EQ", |view| view.snapshot.decks[deck.index()].eq_db[band.index()] < -25.0);
        }
        let at = stand.bench.rect(ids::deck(deck, Part::Gain)).center();
        stand.bench.drag(at, vec2(0.0, 300.0));
        stand.until("gain", |view| view.snapshot.decks[deck.index()].gain_db < -90.0);
        let at = stand.bench.rect(ids::deck(deck, Part::Echo)).center();
        stand.bench.drag(at, vec2(0.0, -300.0));
        stand.until("echo", |view| view.snapshot.decks[deck.index()].echo_send > 0.99);
    }
    let rect = stand.bench.rect(ids::crossfader());
    stand.bench.drag(rect.center(), vec2(rect.width(), 0.0));
    stand.until("crossfader", |view| view.snapshot.crossfader > 0.99);
    stand.bench.key(Key::ArrowLeft);
    stand.until("crossfader by key", |view| (view.snapshot.crossfader - 0.95).abs() < 0.01);
    let at = stand.bench.rect(ids::master()).center();
    stand.bench.drag(at, vec2(0.0, 400.0));
    stand.until("master", |view| view.snapshot.master_gain_db < -90.0);
    stand.proven.drain().collect()
}

/// Every control of a large and of a compact deck, with the pointer.
#[test]
fn every_control_of_a_deck_moves_the_engine() {
    DECK.ids();
}

fn drive_decks() -> HashSet<Id> {
    let mut stand = Stand::new("deck");
    for deck in [DeckId::A, DeckId::D] {
        let of = move |view: &RigView| view.snapshot.decks[deck.index()];
        let (part, gesture) = (|part| ids::deck(deck, part), |what| ids::gesture(deck, what));
        // At rest: a pad sets its hot cue, a click on the overview moves the playhead.
        for number in 1..=8_u8 {
            let place = usize::from(number - 1);
            stand.clicked(ids::hot_cue(deck, number), "hot cue", move |view| {
                of(view).motion.marks.hot_cues_secs[place].is_some()
            });
        }
        let overview = stand.bench.rect(part(Part::Overview));
        stand.bench.click_at(overview.lerp_inside(vec2(0.5, 0.5)));
        stand.until("needle", move |view| of(view).position_secs > 15.0);
        for (what, so) in switches() {
            let before = so(&of(&stand.bench.view).motion);
            stand.clicked(gesture(what), "switch", move |view| so(&of(view).motion) != before);
            stand.clicked(gesture(what), "switch back", move |view| so(&of(view).motion) == before);
        }
        stand.clicked(part(Part::KeyUp), "key up", move |view| of(view).motion.key_shift > 0.5);
        stand.clicked(part(Part::KeyDown), "key down", move |view| of(view).motion.key_shift < 0.5);
        let rate = stand.bench.rect(gesture(Gesture::Rate));
        let before = of(&stand.bench.view).motion.rate;
        stand.bench.drag(rect_handle(rate), vec2(0.0, 40.0));
        stand.until("rate", move |view| (of(view).motion.rate - before).abs() > 0.005);
        stand.clicked(part(Part::Lock), "locked", move |view| is_locked(view, deck));
        stand.clicked(part(Part::Lock), "unlocked", move |view| !is_locked(view, deck));
        let before = of(&stand.bench.view).motion.loop_beats;
        stand.clicked(part(Part::Double), "a longer loop next", move |view| of(view).motion.loop_beats > before);
        stand.clicked(part(Part::Halve), "as before", move |view| of(view).motion.loop_beats == before);
        stand.choose(part(Part::JumpSize), 8);
        stand.until("longer jumps", move |view| of(view).motion.jump_beats == 8.0);
        // Now it plays.
        stand.clicked(part(Part::Play), "waits or plays", move |view| {
            matches!(of(view).state, DeckState::Primed | DeckState::Playing)
        });
        stand.until("plays", move |view| of(view).state == DeckState::Playing);
        stand.clicked(part(Part::Loop), "loops", move |view| of(view).motion.looping);
        let length = move |view: &RigView| of(view).motion.marks.loop_secs.map_or(0.0, |[from, to]| to - from);
        let whole = length(&stand.bench.view);
        stand.clicked(part(Part::Halve), "half the loop", move |view| length(view) < whole * 0.6);
        stand.clicked(part(Part::Double), "twice that", move |view| length(view) > whole * 0.9);
        stand.clicked(gesture(Gesture::LoopExit), "out of the loop", move |view| !of(view).motion.looping);
        stand.clicked(gesture(Gesture::Reloop), "in again", move |view| of(view).motion.looping);
        stand.clicked(part(Part::Loop), "out of the loop", move |view| !of(view).motion.looping);
        stand.click(gesture(Gesture::LoopIn));
        let asked = stand.bench.view.snapshot.clock.song_beat;
        stand.until("in point", move |view| view.snapshot.clock.song_beat > asked + 2.5);
        stand.clicked(gesture(Gesture::LoopOut), "loop by hand", move |view| of(view).motion.looping);
        stand.clicked(gesture(Gesture::LoopExit), "out of it", move |view| !of(view).motion.looping);
        for (id, what) in [
            (gesture(Gesture::LoopRoll), "rolls"),
            (part(Part::NudgeOn), "pushed"),
            (part(Part::NudgeBack), "held back"),
        ] {
            let at = stand.bench.rect(id).center();
            let before = of(&stand.bench.view).motion;
            stand.bench.point(at);
            stand.bench.button(at, true);
            stand.until(what, move |view| {
                let now = of(view).motion;
                now.rolling != before.rolling || (now.speed - before.speed).abs() > 0.02
            });
            stand.bench.button(at, false);
            stand.until("let go", move |view| {
                let now = of(view).motion;
                !now.rolling && (now.speed - before.speed).abs() < 0.02
            });
        }
        for (id, way) in [(part(Part::JumpBack), -1.0), (part(Part::JumpOn), 1.0)] {
            let before = (of(&stand.bench.view).position_secs, stand.bench.view.snapshot.clock.song_beat);
            stand.click(id);
            stand.until("a jump", move |view| {
                let went = of(view).position_secs - before.0;
                let played = (view.snapshot.clock.song_beat - before.1) * 0.5;
                (went - played) * way > 0.5
            });
        }
        stand.clicked(part(Part::Play), "stopped", move |view| of(view).state == DeckState::Stopped);
        let cue = gesture(Gesture::Cue);
        let before = of(&stand.bench.view).motion.marks.cue_secs;
        stand.clicked(cue, "cue is set", move |view| (of(view).motion.marks.cue_secs - before).abs() > 0.01);
        stand.bench.click_with(ids::hot_cue(deck, 1), egui::PointerButton::Secondary);
        stand.until("hot cue forgotten", move |view| of(view).motion.marks.hot_cues_secs[0].is_none());
        stand.clicked(part(Part::Eject), "ejected", move |view| of(view).state == DeckState::Empty);
        stand.clicked(ids::once("undo"), "back again", move |view| of(view).state != DeckState::Empty);
    }
    stand.proven.drain().collect()
}

fn is_locked(view: &RigView, deck: DeckId) -> bool {
    let beat = view.snapshot.clock.performance_beat;
    matches!(view.snapshot.safety[deck.index()].lock.state(beat), DeckLockState::Locked(_))
}

type Reads = fn(&echelon_engine::deck::MotionView) -> bool;

fn switches() -> [(Gesture, Reads); 5] {
    [
        (Gesture::Sync, |motion| motion.sync),
        (Gesture::KeyLock, |motion| motion.key_lock),
        (Gesture::Slip, |motion| motion.slip),
        (Gesture::Reverse, |motion| motion.reverse),
        (Gesture::Snap, |motion| motion.snap),
    ]
}

/// Where a fader in its middle has its handle.
fn rect_handle(rect: egui::Rect) -> egui::Pos2 {
    rect.center()
}

/// The keyboard, on the chosen deck.
#[test]
fn every_key_moves_the_engine() {
    let mut stand = Stand::new("keys");
    stand.bench.key(Key::Num2);
    let of = |view: &RigView| view.snapshot.decks[1];
    for (key, place) in [Key::Q, Key::W, Key::E, Key::R, Key::T, Key::Y, Key::U, Key::I].into_iter().zip(0..) {
        stand.typed(key, "hot cue", move |view| of(view).motion.marks.hot_cues_secs[place].is_some());
    }
    for (key, (_, so)) in [Key::S, Key::D, Key::F, Key::G].into_iter().zip(switches()) {
        let before = so(&of(&stand.bench.view).motion);
        stand.typed(key, "switch", move |view| so(&of(view).motion) != before);
        stand.typed(key, "switch back", move |view| so(&of(view).motion) == before);
    }
    stand.until_a_bar_begins();
    stand.typed(Key::Space, "waits", |view| of(view).state == DeckState::Primed);
    stand.typed(Key::X, "waits no longer", |view| of(view).state == DeckState::Stopped);
    stand.bench.key_with(Key::Space, Modifiers::SHIFT);
    stand.until("plays at once", |view| of(view).state == DeckState::Playing);
    stand.typed(Key::L, "loops", |view| of(view).motion.looping);
    let length = |view: &RigView| of(view).motion.marks.loop_secs.map_or(0.0, |[from, to]| to - from);
    let whole = length(&stand.bench.view);
    stand.typed(Key::Minus, "half", move |view| length(view) < whole * 0.6);
    stand.typed(Key::Equals, "twice", move |view| length(view) > whole * 0.9);
    stand.typed(Key::L, "out", |view| !of(view).motion.looping);
    for (key, way) in [(Key::Period, 1.0), (Key::Comma, -1.0)] {
        let before = (of(&stand.bench.view).position_secs, stand.bench.view.snapshot.clock.song_beat);
        stand.bench.key(key);
        stand.until("a jump", move |view| {
            let played = (view.snapshot.clock.song_beat - before.1) * 0.5;
            (of(view).position_secs - before.0 - played) * way > 0.5
        });
    }
    let before = of(&stand.bench.view).motion.speed;
    stand.bench.key_down(Key::CloseBracket);
    stand.until("pushed", move |view| of(view).motion.speed > before + 0.02);
    stand.bench.close();
    stand.until("let go", move |view| (of(view).motion.speed - before).abs() < 0.02);
    stand.bench.key_up(Key::CloseBracket);
    // On its own deck, although another was chosen and another page is in sight.
    stand.bench.key_down(Key::CloseBracket);
    stand.until("pushed again", move |view| of(view).motion.speed > before + 0.02);
    stand.bench.key(Key::Num1);
    stand.bench.key(Page::Setup.key());
    stand.bench.key_up(Key::CloseBracket);
    stand.until("let go by its key", move |view| (of(view).motion.speed - before).abs() < 0.02);
    stand.bench.key(Page::Play.key());
    stand.bench.key(Key::Num2);
    stand.bench.key_with(Key::Space, Modifiers::SHIFT);
    stand.until("stopped", |view| of(view).state == DeckState::Stopped);
    stand.typed(Key::Backspace, "undone: it plays", |view| of(view).state == DeckState::Playing);
    stand.bench.key_with(Key::Escape, Modifiers::SHIFT);
    stand.until("panic", |view| of(view).state == DeckState::Stopped);
    stand.bench.key_with(Key::Space, Modifiers::SHIFT);
    stand.until("plays again", |view| of(view).state == DeckState::Playing);
    stand.clicked(ids::once("panic"), "panic by its button", |view| of(view).state == DeckState::Stopped);
}

/// OSC goes to the port that is typed.
fn osc_moves(stand: &mut Stand) {
    let told = |view: &RigView| view.notice.as_ref().map(|notice| notice.number);
    // Whoever else looks for a free port may get this one first.
    let moved = (0..5).any(|_| {
        let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let before = told(&stand.bench.view);
        stand.click(ids::once("osc port"));
        stand.bench.key_with(Key::A, Modifiers::COMMAND);
        stand.bench.type_text(&port.to_string());
        stand.bench.frame(vec![]);
        stand.click(ids::once("osc move"));
        let there = OscView::Listening(port);
        stand.until("another port", move |view| view.osc == there || told(view) != before);
        stand.bench.view.osc == OscView::Listening(port)
    });
    assert!(moved);
}

/// Every kind is taken from it that its menu has, and each can be given back.
fn the_editor_keeps_the_settings(stand: &mut Stand) {
    let menu = ids::source(Source::Editor, 2);
    let kept = ActionMask::ALWAYS.or(ActionMask::of(&[ActionKind::Lock]));
    let kinds = ActionKind::ALL.into_iter().filter(|kind| !kept.allows(*kind));
    stand.click(menu);
    stand.bench.frame(vec![]);
    for may in [false, true] {
        for (entry, kind) in kinds.clone().enumerate() {
            stand.click(ids::entry(menu, entry));
            stand.until(kind.word(), move |view| view.settings.source(Source::Editor).mask.allows(kind) == may);
        }
        stand.until("settings", |view| view.settings.source(Source::Editor).mask.allows(ActionKind::Lock));
    }
    stand.bench.key(Key::Escape);
}

/// The other pages' controls, as far as the engine is what they move.
#[test]
fn every_setting_of_the_pages_reaches_the_engine() {
    PAGES.ids();
}

fn drive_pages() -> HashSet<Id> {
    let mut stand = Stand::new("pages");
    stand.bench.key(Page::Safety.key());
    stand.bench.frame(vec![]);
    let up = |id: &'static str| ids::entry(ids::once(id), 1);
    for (kind, id) in [
        (ActionKind::Load, "cooldown load"),
        (ActionKind::Cue, "cooldown cue"),
        (ActionKind::Loop, "cooldown loop"),
        (ActionKind::Effect, "cooldown effect"),
    ] {
        let before = stand.bench.view.settings.cooldown_beats(kind);
        stand.clicked(up(id), id, move |view| view.settings.cooldown_beats(kind) > before);
        let down = ids::entry(ids::once(id), 0);
        stand.clicked(down, "down", move |view| view.settings.cooldown_beats(kind) <= before);
    }
    let before = stand.bench.view.settings.undo_bars;
    stand.clicked(up("undo bars"), "undo", move |view| view.settings.undo_bars > before);
    let before = stand.bench.view.settings.play_toggle_ms;
    stand.clicked(up("play toggle"), "toggle", move |view| view.settings.play_toggle_ms > before);
    for (menu, name) in [("on air", "on air"), ("host stops", "stops"), ("host jumps", "jumps")] {
        let before = format!("{:?} {:?}", stand.bench.view.settings.on_air, stand.bench.view.clock_policy);
        stand.choose(ids::once(menu), 2);
        stand.until(name, move |view| format!("{:?} {:?}", view.settings.on_air, view.clock_policy) != before);
    }
    for source in Source::WAYS_IN {
        stand.clicked(ids::source(source, 0), "source off", move |view| !view.settings.source(source).enabled);
        stand.clicked(ids::source(source, 0), "source on", move |view| view.settings.source(source).enabled);
        stand.choose(ids::source(source, 1), 3);
        stand.until("its rate", move |view| view.settings.source(source).per_sec == Some(200.0));
        stand.choose(ids::source(source, 3), 1);
        stand.until("its plays are at once", move |view| view.settings.source(source).quantize == Some(None));
        stand.choose(ids::source(source, 3), 0);
        stand.until("as the rig again", move |view| view.settings.source(source).quantize.is_none());
        stand.click(ids::source(source, 2));
        stand.bench.frame(vec![]);
        stand.click(ids::entry(ids::source(source, 2), 0));
        stand.until("its kinds", move |view| view.settings.source(source).mask != ActionMask::ALL);
        stand.click(ids::entry(ids::source(source, 2), 0));
        stand.until("all again", move |view| view.settings.source(source).mask == ActionMask::ALL);
        stand.bench.key(Key::Escape);
    }
    the_editor_keeps_the_settings(&mut stand);
    let of_editor = |view: &RigView| view.inputs.iter().find(|input| input.source == Source::Editor).copied();
    stand.until("counted", move |view| of_editor(view).is_some_and(|input| input.tally.accepted > 20));
    let tally = of_editor(&stand.bench.view).unwrap().tally;
    assert!(stand.bench.says(&format!("{} asked, {} taken", tally.received, tally.accepted)));
    stand.bench.key(Page::Setup.key());
    stand.bench.frame(vec![]);
    for deck in DeckId::ALL {
        let knob = Knob::of_deck(deck, "out").unwrap();
        let before = stand.bench.view.snapshot.knob(knob);
        stand.choose(ids::knob(knob), if before > 0.5 { 0 } else { 1 });
        stand.until("output", move |view| (view.snapshot.knob(knob) - before).abs() > 0.5);
    }
    stand.choose(ids::once("clock mode"), 3);
    stand.until("own time", |view| view.clock_policy.mode == ClockMode::Local);
    stand.clicked(up("link offset"), "offset", |view| view.clock_policy.link_offset_micros > 0);
    stand.choose(ids::once("link start stop"), 1);
    stand.until("starts are shared", |view| view.peers.start_stop);
    stand.choose(ids::once("clock"), 0);
    stand.until("the host's time again", |view| view.clock_policy.mode == ClockMode::Host);
    stand.bench.key(Page::Osc.key());
    stand.bench.frame(vec![]);
    stand.click(ids::once("osc name"));
    stand.bench.key_with(Key::A, Modifiers::COMMAND);
    stand.bench.type_text(&format!("stand{}", std::process::id()));
    stand.bench.frame(vec![]);
    stand.click(ids::once("osc rename"));
    stand.until("another name", |view| view.osc_name.starts_with("stand"));
    osc_moves(&mut stand);
    stand.proven.drain().collect()
}

/// The quantize of the rig, and of the hands on one deck.
#[test]
fn quantize_is_the_rig_s_and_a_deck_s() {
    QUANTIZE.ids();
}

fn drive_quantize() -> HashSet<Id> {
    let mut stand = Stand::new("quantize");
    stand.choose(ids::once("quantize"), 0);
    stand.until("off", |view| view.snapshot.quantize == 0);
    stand.clicked(ids::deck(DeckId::A, Part::Play), "at once", |view| {
        view.snapshot.decks[0].state == DeckState::Playing
    });
    for deck in [DeckId::B, DeckId::D] {
        stand.choose(ids::deck(deck, Part::Quantize), 6);
        stand.until_a_bar_begins();
        stand.clicked(ids::deck(deck, Part::Play), "waits", |view| {
            view.snapshot.decks[deck.index()].state == DeckState::Primed
        });
        let due = stand.bench.view.snapshot.pending.iter().flatten().last().unwrap().due_beat;
        assert!((due / 16.0).fract() < 1e-6, "a line of four bars: {due}");
    }
    stand.proven.drain().collect()
}

/// Behind the tempo of a deck: what people do to a track's beats.
#[test]
fn the_beat_grid_of_a_track_is_put_right() {
    GRID.ids();
}

fn drive_grid() -> HashSet<Id> {
    let mut stand = Stand::new("grid");
    for deck in [DeckId::A, DeckId::D] {
        let menu = ids::deck(deck, Part::Grid);
        let grid = move |view: &RigView| view.tracks[deck.index()].grid.clone().expect("its beats");
        // Where its first beat is in the file, and how long a beat lasts there: in milliseconds.
        let first = move |view: &RigView| grid(view).frame_at(0.0) / 48.0;
        let long = move |view: &RigView| grid(view).frames_per_beat_at(0.0) / 48.0;
        let is = |now: f64, wanted: f64| (now - wanted).abs() < 0.01;
        stand.click(menu);
        stand.bench.frame(vec![]);
        for (entry, ms) in [(2, -10.0), (3, -1.0), (4, 1.0), (5, 10.0)] {
            let before = first(&stand.bench.view);
            stand.clicked(ids::entry(menu, entry), "moved", move |view| is(first(view), before + ms));
        }
        let whole = long(&stand.bench.view);
        stand.clicked(ids::entry(menu, 6), "twice the tempo", move |view| is(long(view), whole / 2.0));
        stand.clicked(ids::entry(menu, 7), "half of that", move |view| is(long(view), whole));
        stand.clicked(ids::entry(menu, 8), "locked", move |view| grid(view).is_locked());
        stand.click(ids::entry(menu, 6));
        stand.until("refused", |view| view.notice.as_ref().is_some_and(|notice| notice.text.contains("locked")));
        stand.clicked(ids::entry(menu, 8), "unlocked", move |view| !grid(view).is_locked());
        // The menu lies over what starts a deck: it goes first, and comes again.
        stand.bench.key(Key::Escape);
        stand.clicked(ids::deck(deck, Part::Play), "plays", move |view| {
            view.snapshot.decks[deck.index()].state == DeckState::Playing
        });
        let place = move |view: &RigView| view.snapshot.decks[deck.index()].position_secs;
        stand.until("in its second bar", move |view| place(view) > 3.2);
        stand.click(menu);
        stand.bench.frame(vec![]);
        let downbeats = move |view: &RigView| grid(view).beat_in_bar(grid(view).beat_at(0.0));
        let before = downbeats(&stand.bench.view);
        stand.clicked(ids::entry(menu, 1), "another first beat", move |view| !is(downbeats(view), before));
        let before = first(&stand.bench.view);
        stand.click(ids::entry(menu, 0));
        let from = place(&stand.bench.view);
        stand.until("later by more than a beat", move |view| place(view) > from + 0.6);
        stand.clicked(ids::entry(menu, 0), "as it was tapped", move |view| !is(first(view), before));
        stand.bench.key(Key::Escape);
    }
    stand.proven.drain().collect()
}

/// The library, on a file that was never on a deck.
#[test]
fn a_file_of_the_library_is_analysed_on_request_and_loaded() {
    LIBRARY.ids();
}

fn drive_library() -> HashSet<Id> {
    let mut stand = Stand::new("library");
    let path = stand.folder.join("Never on a deck.wav");
    write_clicks(&path, "never on a deck");
    // Chunks behind the samples: who made it and what it is called.
    let words = b"LIST\x24\0\0\0INFOINAM\x09\0\0\0Own title\0IART\x05\0\0\0Maker\0";
    std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(words).unwrap();
    stand.bench.key(Page::Library.key());
    stand.bench.frame(vec![]);
    let wanted = path.clone();
    stand.watched("its tags", move |stand| {
        stand.bench.view.tags.of.get(wanted.as_path()).is_some_and(|tags| tags.secs == Some(40.0))
    });
    assert!(stand.bench.says("Own title") && stand.bench.says("Maker") && stand.bench.says("0:40"));
    assert_eq!(stand.bench.stage.browsing(), Some(stand.folder.as_path()));
    stand.click(ids::browser("analyse"));
    let wanted = path.clone();
    stand.watched("analysed", move |stand| stand.bench.view.shelf.facts.contains_key(&wanted));
    let bpm = stand.bench.view.shelf.facts[&path].bpm.unwrap();
    assert!((bpm - 120.0).abs() < 0.1 && stand.bench.says("120.0"), "{bpm}");
    // The decks' own files are before it.
    stand.click(ids::row(4));
    let wanted = path.clone();
    stand.watched("seen", move |stand| {
        let preview = stand.bench.view.shelf.preview.clone();
        preview.is_some_and(|preview| preview.file == wanted && preview.waveform.is_some())
    });
    assert!(stand.bench.says("00:40"), "its length");
    stand.bench.double_click(ids::row(4));
    let wanted = path.clone();
    stand.until("loaded", move |view| view.tracks[0].path.as_ref() == Some(&wanted));
    stand.until("named", |view| view.tracks[0].title() == "Own title");
    assert!(stand.bench.says("Own title   Maker"), "on its deck");
    stand.proven.drain().collect()
}

/// Listening to a file without a deck: the headphones have it, the master has nothing of it, and no deck is touched.
#[test]
fn a_file_of_the_library_is_heard_in_the_headphones_alone() {
    LISTEN.ids();
}

fn drive_listening() -> HashSet<Id> {
    let mut stand = Stand::new("listen");
    let path = stand.folder.join("Never on a deck.wav");
    write_clicks(&path, "never on a deck");
    std::fs::write(stand.folder.join("Zero.wav"), b"no music").unwrap();
    stand.bench.key(Page::Library.key());
    stand.bench.frame(vec![]);
    // The decks' own files are before it.
    stand.click(ids::row(4));
    stand.clicked(ids::browser("listen"), "it plays", |view| {
        view.snapshot.listen.is_some_and(|listen| !listen.waits && listen.position_secs > 13.4)
    });
    let listened = stand.bench.view.listened.clone();
    assert_eq!(listened, Some(Listened { file: path, state: ListenState::On }));
    let mut cue = 0.0_f32;
    for _ in 0..100 {
        stand.block();
        assert!(stand.peaks[0].to_bits() == 0, "the master");
        cue = cue.max(stand.peaks[1]);
    }
    assert!(cue > 0.3, "clicks in the headphones: {cue}");
    stand.bench.frame(vec![]);
    let place = stand.bench.rect(ids::browser("listen at")).lerp_inside(egui::vec2(0.9, 0.5));
    stand.bench.click_at(place);
    stand.until("another place", |view| view.snapshot.listen.is_some_and(|listen| listen.position_secs > 35.9));
    stand.bench.click_at(stand.bench.rect(ids::row(4)).center());
    stand.typed(Key::Space, "it ends", |view| view.snapshot.listen.is_none() && view.listened.is_none());
    stand.bench.key_with(Key::Space, Modifiers::SHIFT);
    stand.until("from its start", |view| view.snapshot.listen.is_some_and(|listen| listen.position_secs < 10.0));
    // What cannot be decoded is told, where it was asked for; what plays gives way to it.
    stand.bench.click_at(stand.bench.rect(ids::row(5)).center());
    stand.bench.key(Key::Space);
    stand.until("told", |view| {
        matches!(&view.listened, Some(Listened { state: ListenState::Failed(_), .. })) && view.snapshot.listen.is_none()
    });
    // To its end: 0.4 s are left.
    stand.bench.click_at(stand.bench.rect(ids::row(4)).center());
    stand.bench.frame(vec![]);
    stand.bench.click_at(stand.bench.rect(ids::browser("listen at")).lerp_inside(egui::vec2(0.99, 0.5)));
    stand.until("on again", |view| view.snapshot.listen.is_some());
    stand.until("over by itself", |view| view.snapshot.listen.is_none() && view.listened.is_none());
    let decks = &stand.bench.view.snapshot.decks;
    assert!(decks.iter().all(|deck| deck.state == DeckState::Stopped && deck.position_secs == 0.0));
    stand.proven.drain().collect()
}

/// MIDI, from a learnt message to a line that plays a deck.
#[test]
fn a_line_of_the_page_is_the_rig_s() {
    MIDI.ids();
}

fn drive_midi() -> HashSet<Id> {
    let mut stand = Stand::new("midi");
    stand.bench.key(Page::Midi.key());
    stand.bench.frame(vec![]);
    stand.watched("the mapping is seen", |stand| stand.bench.view.midi.name == "Generic");
    let lines = stand.saved.midi().map().lines.len();
    stand.click(ids::once("midi search"));
    stand.bench.type_text("deck/c/play");
    stand.bench.frame(vec![]);
    stand.click(ids::once("midi typed"));
    stand.bench.type_text("note 3 99");
    stand.bench.frame(vec![]);
    stand.click(ids::once("midi add"));
    stand.watched("added", |stand| stand.saved.midi().map().lines.len() == lines + 1);
    stand.click(ids::once("midi undo"));
    stand.watched("undone", |stand| stand.saved.midi().map().lines.len() == lines);
    stand.click(ids::once("midi learn"));
    stand.watched("learning", |stand| stand.saved.midi().view().learn != echelon::input::midi::LearnView::Off);
    stand.proven.drain().collect()
}
