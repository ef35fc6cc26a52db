//! Below the library's list: the chosen file's waveform, and listening to it in the headphones.

use std::path::{Path, PathBuf};

use echelon_engine::mixer::Knob;
use egui::{Align2, Rect, Sense, Stroke, Ui, vec2};

use super::bands::{self, Cut, Meshes};
use super::button::{Face, button};
use super::layout::{cut_left, cut_right};
use super::library::Known;
use super::shapes::Sign;
use super::{format, ids, text, theme};
use crate::view::{ListenState, Listened, Order, RigView, ShelfOrder};

/// Where a file is listened to if nothing else is said: behind the intro, as a part of its length.
const FROM: f64 = 1.0 / 3.0;
/// Width of the button.
const BUTTON: f32 = 92.0;

/// What it remembers.
#[derive(Debug, Default)]
pub struct ListenBar {
    /// The file whose waveform was asked for, and whether it was known then.
    previewed: Option<(PathBuf, bool)>,
}

/// What is listened to, if it is this file.
fn of<'v>(file: Option<&Path>, view: &'v RigView) -> Option<&'v Listened> {
    view.listened.as_ref().filter(|listened| Some(listened.file.as_path()) == file)
}

/// Whether it can be ended: one that failed has.
fn is_on(listened: &Listened) -> bool {
    !matches!(listened.state, ListenState::Failed(_))
}

impl ListenBar {
    /// Listens to the chosen file, or ends it where that is on already; without a file what is on ends.
    pub fn toggle(file: Option<&Path>, from_start: bool, view: &RigView) -> Option<Order> {
        let part = if from_start { 0.0 } else { FROM };
        match file {
            Some(_) if of(file, view).is_some_and(is_on) => Some(Order::Listen(None)),
            Some(file) => Some(Order::Listen(Some((file.to_owned(), part)))),
            None => view.listened.is_some().then_some(Order::Listen(None)),
        }
    }

    /// Draws it. `file` is the chosen one. Gives what is asked for.
    pub fn show(
        &mut self,
        ui: &Ui,
        rect: Rect,
        file: Option<&Path>,
        (view, known): (&RigView, &Known),
        meshes: &mut Meshes,
    ) -> Vec<Order> {
        let (press, rect) = cut_left(rect, BUTTON);
        let mut orders: Vec<_> = show_button(ui, press, file, view).into_iter().collect();
        ui.painter().rect_filled(rect, 3, theme::well());
        let Some(file) = file else {
            hint(ui, rect, "Choose a file to see its waveform, and to listen to it in the headphones.");
            return orders;
        };
        let wanted = Some((file.to_owned(), known.of(file).is_some()));
        if self.previewed != wanted {
            self.previewed = wanted;
            orders.push(Order::Shelf(ShelfOrder::Preview(file.to_owned())));
        }
        let (place, said) = cut_right(rect.shrink2(vec2(4.0, 2.0)), 268.0);
        let at = view.snapshot.listen.filter(|_| of(Some(file), view).is_some_and(is_on));
        let at_part = at.map(|at| at.position_secs / at.length_secs.max(1e-3));
        let secs = show_wave(ui, place, (file, known), at_part, meshes);
        let words = match (at, secs) {
            (Some(at), _) => format!("{} of {}", format::time(at.position_secs), format::time(at.length_secs)),
            (None, Some(secs)) => format::time(secs),
            (None, None) => String::new(),
        };
        let (said, length) = cut_right(said, if at.is_some() { 136.0 } else { 52.0 });
        text::line(ui, length, &words, theme::digits(12.0), theme::text(), Align2::RIGHT_CENTER);
        show_state(ui, said, file, view);
        orders.extend(click(ui, place, file));
        orders
    }
}

fn show_button(ui: &Ui, rect: Rect, file: Option<&Path>, view: &RigView) -> Option<Order> {
    // What was chosen since is listened to next; only of the chosen file the button is the end.
    let on = of(file, view).is_some_and(is_on) || (file.is_none() && view.listened.is_some());
    let face = match (on, file) {
        (true, _) => Face { fill: theme::playing(), ink: theme::ink(), ..Face::plain("Stop") }.with_sign(Sign::Stop),
        (false, Some(_)) => Face::plain("Listen").with_sign(Sign::Phones),
        (false, None) => Face { ink: theme::text_dim(), ..Face::plain("Listen") }.with_sign(Sign::Phones),
    };
    let pressed = button(ui, rect, ids::browser("listen"), face);
    let from_start = ui.input(|input| input.modifiers.shift);
    let clicked = pressed.clicked();
    pressed.on_hover_text(
        "Plays the file to the cue output, and to nothing else: Space. From a third of it on; with Shift from its start, with \
         a click into the waveform from there.",
    );
    if clicked { ListenBar::toggle(file, from_start, view) } else { None }
}

/// From the file's beginning to its end, if it was analysed; gives its length then.
fn show_wave(
    ui: &Ui,
    rect: Rect,
    (file, known): (&Path, &Known),
    at_part: Option<f64>,
    meshes: &mut Meshes,
) -> Option<f64> {
    let seen = known.preview(file).and_then(|seen| Some((seen.waveform.as_ref()?, seen.secs)));
    #[allow(clippy::cast_possible_truncation, reason = "a place on the screen")]
    let at_x = at_part.map(|part| rect.left() + rect.width() * part.clamp(0.0, 1.0) as f32);
    match seen {
        Some((wave, _)) => {
            let frames = wave.levels().first().map_or(0, |finest| finest.frames_per_bin * finest.bins.len());
            let frames_per_point = frames as f64 / f64::from(rect.width().max(1.0));
            let played_x = at_x.unwrap_or(f32::NEG_INFINITY);
            let cut = Cut { rect, left_frame: 0.0, frames_per_point, played_x };
            let painter = ui.painter_at(rect);
            meshes.draw(&painter, |mesh| bands::fill(mesh, wave, &cut, None, painter.pixels_per_point()));
        }
        None if at_x.is_none() => hint(ui, rect, "Its waveform is seen here once it is analysed."),
        None => {}
    }
    if let Some(x) = at_x {
        ui.painter_at(rect).vline(x, rect.y_range(), Stroke::new(2.0, theme::text()));
    }
    seen.map(|(_, secs)| secs)
}

/// How the file came along, or why nothing is heard of it.
fn show_state(ui: &Ui, rect: Rect, file: &Path, view: &RigView) {
    let Some(listened) = of(Some(file), view) else { return };
    let waits = view.snapshot.listen.is_none_or(|listen| listen.waits);
    let all_master = Knob::of_master("cue_mix").is_some_and(|knob| view.snapshot.knob(knob) >= 1.0);
    let (words, ink) = match &listened.state {
        ListenState::Failed(sentence) => (sentence.as_str(), theme::alert()),
        ListenState::Loading => ("loading", theme::waiting()),
        ListenState::On if waits => ("comes to that place", theme::waiting()),
        ListenState::On if all_master => ("cue mix is all master", theme::waiting()),
        ListenState::On => ("in the headphones", theme::playing()),
    };
    text::fit(ui, rect, words, 12.0, ink, Align2::LEFT_CENTER);
}

/// A click is a place to listen from.
fn click(ui: &Ui, rect: Rect, file: &Path) -> Option<Order> {
    let response = ui.interact(rect, ids::browser("listen at"), Sense::CLICK);
    let response = response.on_hover_text("A click plays the file from there in the headphones.");
    let at = response.interact_pointer_pos().filter(|_| response.clicked())?;
    let part = f64::from(((at.x - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0));
    Some(Order::Listen(Some((file.to_owned(), part))))
}

fn hint(ui: &Ui, rect: Rect, words: &str) {
    text::line(ui, rect, words, theme::words(12.5), theme::text_dim(), Align2::CENTER_CENTER);
}
