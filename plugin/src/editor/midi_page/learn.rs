//! Learning: a target is picked, a control moved, and what was learnt is looked at before it is kept.

use echelon_engine::action::Target;
use egui::{Align2, Rect, ScrollArea, Sense, TextEdit, Ui, UiBuilder, vec2};

use super::line_form::conflict_words;
use super::order;
use crate::editor::button::{Face, button};
use crate::editor::layout::{cut_bottom, cut_left, cut_right, cut_top};
use crate::editor::shapes::{self, Sign};
use crate::editor::{choice, form, ids, text, theme};
use crate::input::midi::{LearnView, LineView, MapLine, MapMode, MidiView, To, parse_source};
use crate::view::{Act, MidiOrder};

const ROW: f32 = 19.0;
const LAYERS: [(&str, Option<bool>); 3] = [("any layer", None), ("with shift", Some(true)), ("no shift", Some(false))];

/// Something that can be mapped.
#[derive(Debug)]
struct Known {
    name: String,
    label: String,
    /// What the search looks at.
    low: String,
}

/// What the panel remembers.
#[derive(Debug, Default)]
pub struct Learn {
    all: Vec<Known>,
    search: String,
    /// Those of `all` that the search lets through.
    shown: Vec<usize>,
    chosen: Option<usize>,
    layer: usize,
    /// A control that is typed.
    typed: String,
    /// Why it is none.
    complaint: Option<String>,
}

impl Learn {
    /// Draws the panel.
    pub fn show(&mut self, ui: &mut Ui, rect: Rect, midi: &MidiView, act: &mut dyn Act) {
        if self.all.is_empty() {
            self.all = known();
            self.search();
        }
        let rest = form::panel(ui, rect, "Learn");
        match &midi.learn {
            LearnView::Off => self.show_targets(ui, rest, act),
            LearnView::Waiting { to, messages } => show_waiting(ui, rest, to, *messages, act),
            LearnView::Learned { line, is_sure, conflicts } => {
                show_learned(ui, rest, midi, line, *is_sure, conflicts, act);
            }
        }
    }

    fn search(&mut self) {
        let wanted = self.search.to_lowercase();
        let passes = |known: &Known| wanted.split_whitespace().all(|word| known.low.contains(word));
        self.shown = self.all.iter().enumerate().filter(|(_, known)| passes(known)).map(|(place, _)| place).collect();
        if !self.chosen.is_some_and(|chosen| self.shown.contains(&chosen)) {
            self.chosen = self.shown.first().copied().filter(|_| !wanted.trim().is_empty());
        }
    }

    fn show_targets(&mut self, ui: &mut Ui, rect: Rect, act: &mut dyn Act) {
        let (tools, rest) = cut_top(rect, 26.0);
        let (rest, by_hand) = cut_bottom(rest, 26.0);
        let (field, buttons) = cut_right(tools, 180.0);
        let typing = TextEdit::singleline(&mut self.search)
            .id(ids::once("midi search"))
            .hint_text("What shall it do? deck a play")
            .char_limit(60)
            .align(Align2::LEFT_CENTER);
        let help = "Only what has all these words is listed.";
        if ui.put(field, typing).on_hover_text(help).changed() {
            self.search();
        }
        let (layer, learn) = cut_left(buttons, 92.0);
        let words = LAYERS.map(|(word, _)| word);
        let face = Face { size: 12.0, ..Face::plain(words[self.layer]) };
        let help = "The new line acts always, only while shift is held, or only while it is not.";
        if let Some(index) = choice::show(ui, layer, ids::once("midi learn layer"), &words, self.layer, face, help) {
            self.layer = index;
        }
        let target = self.chosen.map(|chosen| self.all[chosen].name.clone());
        let plain = Face::plain("Learn").with_sign(Sign::Dot);
        let face = match target {
            Some(_) => Face { fill: theme::playing(), ink: theme::ink(), ..plain },
            None => Face { ink: theme::text_dim(), ..plain },
        };
        let pressed = button(ui, learn, ids::once("midi learn"), face)
            .on_hover_text("Pick what it shall do, press here, and move a control of the controller.");
        if let (true, Some(to)) = (pressed.clicked(), &target) {
            order(act, MidiOrder::Learn { to: to.clone(), shift: LAYERS[self.layer].1 });
        }
        self.show_list(ui, rest);
        self.show_by_hand(ui, by_hand, target.as_deref(), act);
    }

    fn show_list(&mut self, ui: &mut Ui, rect: Rect) {
        ui.painter().rect_filled(rect, 3, theme::well());
        if self.shown.is_empty() {
            let words = "Nothing of that name can be mapped.";
            text::line(ui, rect, words, theme::words(12.5), theme::text_dim(), Align2::CENTER_CENTER);
            return;
        }
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("midi targets"));
        child.set_clip_rect(rect);
        child.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().auto_shrink(false).show_rows(&mut child, ROW, self.shown.len(), |ui, rows| {
            for row in rows {
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
                self.show_target(ui, rect, row);
            }
        });
    }

    fn show_target(&mut self, ui: &Ui, rect: Rect, row: usize) {
        let place = self.shown[row];
        let response = ui.interact(rect, ids::midi_target(row), Sense::click());
        if response.clicked() {
            self.chosen = Some(place);
        }
        let chosen = self.chosen == Some(place);
        if chosen || response.hovered() {
            ui.painter().rect_filled(rect, 2, if chosen { theme::chosen() } else { theme::raised() });
        }
        if response.has_focus() {
            shapes::outline(ui.painter(), rect, theme::text());
        }
        let known = &self.all[place];
        let (label, name) = cut_right(rect.shrink2(vec2(6.0, 0.0)), rect.width() * 0.42);
        text::fit(ui, label, &known.label, 12.5, theme::text(), Align2::LEFT_CENTER);
        let ink = if chosen { theme::text() } else { theme::text_dim() };
        text::fit(ui, name, &known.name, 11.5, ink, Align2::LEFT_CENTER);
        response.on_hover_text(format!("{}: click it, then press Learn.", known.label));
    }

    /// A line without learning: the control is typed.
    fn show_by_hand(&mut self, ui: &mut Ui, rect: Rect, target: Option<&str>, act: &mut dyn Act) {
        let (rest, add) = cut_right(rect, 70.0);
        let (field, words) = cut_left(rest, rest.width() * 0.4);
        let typing = TextEdit::singleline(&mut self.typed)
            .id(ids::once("midi typed"))
            .hint_text("or type: cc 1 7")
            .char_limit(40)
            .align(Align2::LEFT_CENTER);
        let help = "A control in words: its kind, the channel and the number; then press Add.";
        if ui.put(field, typing).on_hover_text(help).changed() {
            self.complaint = None;
        }
        if let Some(complaint) = &self.complaint {
            text::fit(ui, words, complaint, 12.0, theme::alert(), Align2::LEFT_CENTER);
        }
        let help =
            "Adds a line for the control that you typed: note, cc, cc14, nrpn, bend, pressure, with the channel.";
        if !button(ui, add, ids::once("midi add"), Face::plain("Add")).on_hover_text(help).clicked() {
            return;
        }
        match (target.and_then(To::named), parse_source(&self.typed)) {
            (None, _) => self.complaint = Some("pick what it shall do".to_owned()),
            (_, Err(error)) => self.complaint = Some(error),
            (Some(to), Ok(from)) => {
                let line = MapLine::new(from, mode_of(&self.typed), to);
                order(act, MidiOrder::Add(MapLine { shift: LAYERS[self.layer].1, ..line }));
                self.typed.clear();
            }
        }
    }
}

/// Keys are buttons, the rest are faders.
fn mode_of(source: &str) -> MapMode {
    let is_key = ["note", "program"].iter().any(|kind| source.trim_start().starts_with(kind));
    if is_key { MapMode::Button } else { MapMode::Absolute }
}

/// Everything that can be mapped, once.
fn known() -> Vec<Known> {
    let all = Target::all().map(To::Target).chain([To::Shift]);
    let of = |to: To| {
        let (name, label) = (to.name(), to.label());
        let low = format!("{name} {label}").to_lowercase();
        Known { name, label, low }
    };
    all.map(of).collect()
}

fn show_waiting(ui: &Ui, rect: Rect, to: &str, messages: usize, act: &mut dyn Act) {
    let (words, buttons) = cut_bottom(rect, 26.0);
    let label = To::named(to).map_or_else(|| to.to_owned(), To::label);
    let heard = if messages == 0 { String::new() } else { format!(" {messages} messages heard, let go now.") };
    let sentence = format!("Move or press the control for {label}.{heard}\nMIDI does nothing else meanwhile.");
    shapes::sign(ui.painter(), Sign::Wait, words.left_center() + vec2(16.0, 0.0), 16.0, theme::waiting());
    let words = words.with_min_x(words.left() + 34.0);
    text::paragraph(ui, words, &sentence, theme::words(14.0), theme::waiting(), Align2::LEFT_CENTER);
    let (_, stop) = cut_right(buttons, 90.0);
    let stop = button(ui, stop, ids::once("midi stop"), Face::plain("Stop").with_sign(Sign::Stop));
    if stop.on_hover_text("Nothing is learnt, and MIDI acts again.").clicked() {
        order(act, MidiOrder::StopLearn);
    }
}

fn show_learned(
    ui: &Ui,
    rect: Rect,
    midi: &MidiView,
    line: &LineView,
    is_sure: bool,
    conflicts: &[usize],
    act: &mut dyn Act,
) {
    let (words, buttons) = cut_bottom(rect, 26.0);
    let mut sentence = format!("{}, {}: {}", line.from, line.mode.replace('_', " "), line.label);
    if !is_sure {
        sentence.push_str("\nNot sure how it is meant: a knob without ends wants to be turned both ways.");
    }
    if let Some(others) = conflict_words(midi, conflicts) {
        sentence.push_str(&format!("\nThe same control works {others}."));
    }
    let ink = if conflicts.is_empty() { theme::text() } else { theme::waiting() };
    text::paragraph(ui, words, &sentence, theme::words(14.0), ink, Align2::LEFT_CENTER);
    let (rest, discard) = cut_right(buttons, 90.0);
    let (rest, keep) = cut_right(rest, 110.0);
    let face = Face { fill: theme::playing(), ink: theme::ink(), ..Face::plain("Keep") };
    let keep = button(ui, keep, ids::once("midi keep"), face);
    if keep.clicked() {
        order(act, MidiOrder::Keep { replaces: false });
    }
    keep.on_hover_text("Adds the line; other lines of the control stay.");
    if !conflicts.is_empty() {
        let (_, replace) = cut_right(rest, 150.0);
        let word = format!("Replace {}", if conflicts.len() == 1 { "the other" } else { "the others" });
        let replace = button(ui, replace, ids::once("midi replace"), Face::plain(&word));
        if replace.on_hover_text("Adds the line in the place of those that this control has.").clicked() {
            order(act, MidiOrder::Keep { replaces: true });
        }
    }
    let discard = button(ui, discard, ids::once("midi stop"), Face::plain("Discard"));
    if discard.on_hover_text("Forgets what was learnt; the mapping stays as it is.").clicked() {
        order(act, MidiOrder::StopLearn);
    }
}
