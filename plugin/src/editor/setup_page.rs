//! The setup page: how the editor looks, what the host decides, and what the keys do.

use echelon_engine::action::{Action, ActionTiming, Setting};
use echelon_engine::clock::{ClockMode, ClockSource};
use echelon_engine::mixer::Knob;
use echelon_engine::units::DeckId;
use egui::{Align2, Rect, Ui};

use super::button::Face;
use super::form::Form;
use super::layout::{cut_left, cut_top, share};
use super::size::Look;
use super::theme::Theme;
use super::top_bar::CLOCKS;
use super::{choice, format, ids, keys, text, theme};
use crate::peers::Command;
use crate::view::{Act, Order, RigView};

/// Draws the page. Returns another look if one was chosen.
pub fn show(ui: &Ui, rect: Rect, view: &RigView, look: Look, act: &mut dyn Act) -> Option<Look> {
    let (left, right) = cut_left(rect, rect.width() * 0.5);
    let (looks, rest) = cut_top(left, 112.0);
    let (rig, clock) = cut_top(rest, 200.0);
    let chosen = show_look(ui, looks, look);
    show_rig(ui, rig, view, act);
    show_clock(ui, clock, view, act);
    show_keys(ui, right);
    chosen
}

fn show_look(ui: &Ui, rect: Rect, look: Look) -> Option<Look> {
    let mut form = Form::new(ui, rect, "Look", 0.4);
    let mut chosen = None;
    let zooms = Look::ZOOMS.map(|zoom| format!("{zoom} %"));
    let words = zooms.each_ref().map(String::as_str);
    let now = Look::ZOOMS.iter().position(|zoom| *zoom == look.zoom_percent).unwrap_or(usize::MAX);
    let help = "The size of everything; the window grows with it. Saved with the project; a new instance has what was \
        chosen last.";
    if let Some(index) = form.choice(ids::once("zoom"), "Scale", &words, now, help) {
        chosen = Some(Look { zoom_percent: Look::ZOOMS[index], ..look });
    }
    let now = Theme::ALL.iter().position(|theme| *theme == look.theme).unwrap_or(0);
    let help = "Dark for the stage, light for a bright room. Saved with the project; a new instance has what was chosen \
        last.";
    if let Some(index) = form.choice(ids::once("theme"), "Theme", &["dark", "light"], now, help) {
        chosen = Some(Look { theme: Theme::ALL[index], ..look });
    }
    chosen
}

fn show_rig(ui: &Ui, rect: Rect, view: &RigView, act: &mut dyn Act) {
    let mut form = Form::new(ui, rect, "Rig", 0.4);
    let clock = &view.snapshot.clock;
    let quantize = format!("{}, a host parameter", format::quantize(view.snapshot.quantize));
    form.value("Quantize", &quantize, "Play and stop wait for this line.");
    form.value("Sample rate", &format!("{:.0} Hz", clock.sample_rate), "Of the host.");
    let late = f64::from(view.latency_frames);
    let words = format!("{late:.0} frames, {:.1} ms", late / clock.sample_rate.max(1.0) * 1000.0);
    form.value("Latency", &words, "Of the limiter; the host knows of it and puts it right.");
    let help = "Each deck's own output bus: after its fader, or before it.";
    if let Some(place) = form.place("Decks' outputs", help) {
        for (deck, rect) in DeckId::ALL.into_iter().zip(share(place, 4.0, [1.0; 4])) {
            show_output(ui, rect, deck, view, act);
        }
    }
    form.value("Version", env!("CARGO_PKG_VERSION"), "");
}

/// Where a deck's own output is taken.
fn show_output(ui: &Ui, rect: Rect, deck: DeckId, view: &RigView, act: &mut dyn Act) {
    let Some(knob) = Knob::of_deck(deck, "out") else { return };
    let Some(words) = knob.row().choices() else { return };
    let now = usize::from(view.snapshot.knob(knob) > 0.5);
    let word = format!("{deck} {}", words[now]);
    let face = Face { size: 12.0, ..Face::plain(&word) };
    if let Some(index) = choice::show(ui, rect, ids::knob(knob), words, now, face, knob.row().help) {
        let value = if index == 0 { 0.0 } else { 1.0 };
        act.act(Action::SetKnob { knob, value }, ActionTiming::Default);
    }
}

/// Whose beat it is, and the session with other programs.
fn show_clock(ui: &Ui, rect: Rect, view: &RigView, act: &mut dyn Act) {
    let (peers, policy) = (&view.peers, &view.clock_policy);
    let mut configure = |setting| act.act(Action::Configure { setting }, ActionTiming::Immediate);
    let mut form = Form::new(ui, rect, "Clock and Link", 0.4);
    let now = ClockMode::ALL.iter().position(|mode| *mode == policy.mode).unwrap_or(0);
    let help = "Whose beat the rig goes by. Another clock takes over on the next bar.";
    if let Some(index) = form.choice(ids::once("clock mode"), "Goes by", &CLOCKS, now, help) {
        configure(Setting::ClockMode { mode: ClockMode::ALL[index] });
    }
    let leads = match view.snapshot.clock.source {
        ClockSource::Link => "the Link session",
        _ if view.snapshot.clock.host_leads => "the host",
        _ => "the rig itself",
    };
    form.value("Leads now", leads, "");
    let offset_ms = f64::from(policy.link_offset_micros) / 1000.0;
    let help = "How much earlier than the session's beat the rig plays: for loudspeakers that are late.";
    if let Some(ms) = form.steps(ids::once("link offset"), "Link offset", offset_ms, &OFFSETS_MS, "ms", help) {
        #[expect(clippy::cast_possible_truncation, reason = "one of the values below")]
        configure(Setting::LinkOffset { micros: (ms * 1000.0) as i32 });
    }
    let help = "With the clock on Link: a stop of the session stops the decks that play, a start lets those that it stopped \
        go on at the next bar. With the host told to Link: the host's own starts and stops go to the session.";
    if let Some(on) = form.toggle(ids::once("link start stop"), "Share starts and stops", peers.start_stop, help) {
        act.order(Order::Session(Command::SetStartStop(on)));
    }
    let session = match (peers.available, peers.enabled) {
        (false, _) => "this build has no Link".to_owned(),
        (true, false) => "not joined".to_owned(),
        (true, true) => format!("{} peers, {:.2} BPM", peers.peers, peers.tempo_bpm),
    };
    form.value("Session", &session, "Other programs and machines in the Link session.");
    if peers.enabled {
        let word = if peers.playing { "Stop the session" } else { "Start the session" };
        let help = "Starts or stops all that share starts and stops in the Link session.";
        if form.button(ids::once("link playing"), word, help) {
            act.order(Order::Session(Command::SetPlaying(!peers.playing)));
        }
    }
    for sentence in &peers.sentences {
        form.words(sentence);
    }
}

/// Offsets that the buttons go through.
const OFFSETS_MS: [f64; 13] = [-100.0, -50.0, -20.0, -10.0, -5.0, -1.0, 0.0, 1.0, 5.0, 10.0, 20.0, 50.0, 100.0];

fn show_keys(ui: &Ui, rect: Rect) {
    let form = Form::new(ui, rect, "Keys", 0.4);
    let mut rest = form.rest();
    for (key, what) in keys::HELP {
        let (row, below) = cut_top(rest, 24.0);
        rest = below.with_min_y(row.bottom() + 2.0);
        let [left, right] = share(row, 8.0, [0.9, 2.0]);
        text::line(ui, left, key, theme::words(13.0), theme::text(), Align2::LEFT_CENTER);
        text::line(ui, right, what, theme::words(13.0), theme::text_dim(), Align2::LEFT_CENTER);
    }
}
