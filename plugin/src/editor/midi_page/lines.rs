//! The table of the mapping's lines, and what is done to the whole of it.

use egui::{Align2, Rect, ScrollArea, Sense, Ui, UiBuilder, vec2};

use super::facts::Facts;
use super::line_form::{layer_word, takeover_word};
use super::order;
use crate::editor::button::{Face, button};
use crate::editor::file_panel::Way;
use crate::editor::layout::{cut_left, cut_right, cut_top, share};
use crate::editor::shapes::{self, Sign};
use crate::editor::{choice, form, ids, press, text, theme};
use crate::input::midi::{LineView, MapMode, MidiView, shipped};
use crate::view::{Act, MidiOrder};

const ROW: f32 = 22.0;
/// Width of the bar beside a list.
const SCROLL_BAR: f32 = 14.0;

/// Draws it. Returns whether a file is wanted.
pub fn show(
    ui: &mut Ui,
    rect: Rect,
    midi: &MidiView,
    facts: &Facts,
    chosen: &mut Option<usize>,
    act: &mut dyn Act,
) -> Option<Way> {
    let title = match (midi.lines.len(), facts.num_conflicts()) {
        (lines, 0) => format!("{}: {lines} lines", midi.name),
        (lines, conflicts) => format!("{}: {lines} lines, {conflicts} share a control", midi.name),
    };
    let rest = form::panel(ui, rect, &title);
    let (tools, mut rest) = cut_top(rest, 24.0);
    let wanted = show_tools(ui, tools, midi, act);
    if let Some((_, why)) = &midi.damaged {
        let (place, below) = cut_top(rest, 30.0);
        rest = below;
        let words = format!(
            "The project's mapping cannot be read: {why}. This is the generic one; the other is kept until you change a line."
        );
        text::paragraph(ui, place, &words, theme::words(12.0), theme::alert(), Align2::LEFT_CENTER);
    }
    let (head, list) = cut_top(rest, 14.0);
    // The list has a bar to scroll by.
    show_head(ui, head.with_max_x(head.right() - SCROLL_BAR));
    show_list(ui, list, midi, facts, chosen, act);
    wanted
}

/// Shipped mappings, import, export, undo, lights.
fn show_tools(ui: &Ui, rect: Rect, midi: &MidiView, act: &mut dyn Act) -> Option<Way> {
    let [maps, import, export, undo, lights, send] = share(rect, 4.0, [1.5, 0.9, 0.9, 0.8, 0.9, 1.1]);
    let names: Vec<String> = shipped_names();
    let words: Vec<&str> = names.iter().map(String::as_str).collect();
    let now = words.iter().position(|name| *name == midi.name).unwrap_or(usize::MAX);
    let help = "The mappings that come with Echelon. Undo brings the one that you had back.";
    let face = Face { size: 12.0, ..Face::plain("Load a map") };
    if let Some(index) = choice::show(ui, maps, ids::once("midi maps"), &words, now, face, help) {
        order(act, MidiOrder::LoadShipped(names[index].clone()));
    }
    let plain = |word: &'static str| Face { size: 12.0, ..Face::plain(word) };
    let pressed = |rect, id, face, help: &str| button(ui, rect, ids::once(id), face).on_hover_text(help).clicked();
    let mut wanted = None;
    if pressed(
        import,
        "midi import",
        plain("Import"),
        "Takes a mapping file over. A file with a mistake changes nothing.",
    ) {
        wanted = Some(Way::Import);
    }
    if pressed(export, "midi export", plain("Export"), "Writes the mapping to a file.") {
        wanted = Some(Way::Export);
    }
    let ink = if midi.can_undo { theme::text() } else { theme::text_dim() };
    let face = Face { ink, ..plain("Undo") }.with_sign(Sign::Undo);
    if pressed(undo, "midi undo", face, "Takes the last change of the mapping back.") {
        order(act, MidiOrder::Undo);
    }
    let face = press::lamp("Lights", 12.0, midi.lights, theme::playing());
    let switch = press::switch(ui, lights, ids::once("midi lights"), face, midi.lights);
    if switch.clicked() {
        order(act, MidiOrder::Lights(!midi.lights));
    }
    switch.on_hover_text("Whether the controller's lights are told. Route the track's MIDI output to it.");
    if pressed(send, "midi send", plain("Send all"), "Sends every light again: a controller was plugged in.") {
        order(act, MidiOrder::SendLights);
    }
    wanted
}

/// Read once: they never change.
fn shipped_names() -> Vec<String> {
    static NAMES: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    NAMES.get_or_init(|| shipped().map(|map| map.name).collect()).clone()
}

/// Control, what it does, how, takeover, layer, light, conflict, and the cross that removes.
fn columns(rect: Rect) -> [Rect; 8] {
    let (rest, cross) = cut_right(rect, 20.0);
    let (rest, alert) = cut_right(rest, 18.0);
    let (rest, light) = cut_right(rest, 18.0);
    let [from, to, mode, takeover, layer] = share(rest, 6.0, [1.05, 1.75, 0.85, 0.72, 0.72]);
    [from, to, mode, takeover, layer, light, alert, cross]
}

fn show_head(ui: &Ui, rect: Rect) {
    let [from, to, mode, takeover, layer, ..] = columns(rect.shrink2(vec2(6.0, 0.0)));
    for (rect, word) in [(from, "CONTROL"), (to, "DOES"), (mode, "AS"), (takeover, "TAKEOVER"), (layer, "LAYER")] {
        text::fit(ui, rect, word, 10.5, theme::text_dim(), Align2::LEFT_CENTER);
    }
}

fn show_list(ui: &mut Ui, rect: Rect, midi: &MidiView, facts: &Facts, chosen: &mut Option<usize>, act: &mut dyn Act) {
    ui.painter().rect_filled(rect, 3, theme::well());
    if midi.lines.is_empty() {
        let words = "Nothing is mapped yet: pick a target on the right, press Learn, and move a control.";
        let place = rect.shrink(8.0);
        text::paragraph(ui, place, words, theme::words(13.0), theme::text_dim(), Align2::CENTER_CENTER);
        return;
    }
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("midi lines"));
    child.set_clip_rect(rect);
    child.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(&mut child, ROW, midi.lines.len(), |ui, rows| {
        for place in rows {
            let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            show_line(ui, row, place, &midi.lines[place], facts, chosen, act);
        }
    });
}

fn show_line(
    ui: &Ui,
    rect: Rect,
    place: usize,
    line: &LineView,
    facts: &Facts,
    chosen: &mut Option<usize>,
    act: &mut dyn Act,
) {
    let id = ids::midi_line(place);
    let response = ui.interact(rect, id, Sense::click());
    if response.clicked() {
        *chosen = Some(place);
    }
    if *chosen == Some(place) || response.hovered() {
        let fill = if *chosen == Some(place) { theme::chosen() } else { theme::raised() };
        ui.painter().rect_filled(rect, 2, fill);
    }
    if response.has_focus() {
        shapes::outline(ui.painter(), rect, theme::text());
    }
    let [from, to, mode, takeover, layer, light, alert, cross] = columns(rect.shrink2(vec2(6.0, 0.0)));
    let write = |rect: Rect, words: &str, ink| text::fit(ui, rect, words, 12.0, ink, Align2::LEFT_CENTER);
    write(from, &line.from, theme::text());
    write(to, &line.label, theme::text());
    // On what is chosen the faint ink would be too faint.
    let faint = if *chosen == Some(place) { theme::text() } else { theme::text_dim() };
    write(mode, line.mode.replace('_', " ").as_str(), faint);
    let is_fader = matches!(line.line.mode, MapMode::Absolute);
    write(takeover, if is_fader { takeover_word(line.line.takeover) } else { "" }, faint);
    write(layer, line.line.shift.map_or("", |_| layer_word(line.line.shift)), faint);
    if line.line.light.is_some() {
        shapes::sign(ui.painter(), Sign::Dot, light.center(), 9.0, theme::playing());
    }
    if !facts.conflicts(place).is_empty() {
        shapes::sign(ui.painter(), Sign::Alert, alert.center(), 12.0, theme::waiting());
    }
    let square = Rect::from_center_size(cross.center(), vec2(18.0, 18.0));
    let face = Face { ink: faint, fill: egui::Color32::TRANSPARENT, size: 9.0, ..Face::plain("") };
    if button(ui, square, ids::entry(id, 0), face.with_sign(Sign::Cross)).on_hover_text("Removes the line.").clicked() {
        order(act, MidiOrder::Remove(place));
        *chosen = None;
    }
    let others = facts.conflicts(place);
    if !others.is_empty() {
        let (_, hint) = cut_left(rect, 0.0);
        let over =
            ui.interact(hint.with_min_x(light.left()).with_max_x(alert.right()), ids::entry(id, 1), Sense::hover());
        over.on_hover_text(format!("The same control works {} other lines too.", others.len()));
    }
    response.on_hover_text(format!("{}: {}. Click it to change the line.", line.from, line.label));
}
