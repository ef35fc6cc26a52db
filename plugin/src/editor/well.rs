//! The middle of a deck: the waveform, or why there is none.

use echelon_engine::deck::Marks;
use echelon_engine::safety::DeckState;
use egui::{Align2, Rect, Ui, lerp, pos2, vec2};

use super::bands::Meshes;
use super::deck::Frame;
use super::desk::Desk;
use super::ids::{self, Part};
use super::waveform::{self, Wave, Wish};
use super::{notice, pending, text, theme};
use crate::view::{AnalysisState, LoadState, TrackView};

/// Draws it. Returns where in the track one wants to be.
pub fn show(desk: &Desk<'_>, rect: Rect, frame: Frame<'_>, meshes: &mut Meshes) -> Option<Wish> {
    let (ui, live, track) = (desk.ui, desk.live(frame.deck), desk.track(frame.deck));
    let empty = live.state == DeckState::Empty;
    let wave = Wave {
        bands: track.found().map(|found| &*found.waveform).zip(track.sample_rate).filter(|_| !empty),
        overview: track.overview.as_deref(),
        marks: Marks { loop_secs: live.motion.loop_secs, ..live.motion.marks },
        looping: live.motion.looping,
        covered: covered(rect, desk, frame, track),
        length_secs: if empty { 0.0 } else { live.length_secs },
        position_secs: live.position_secs + live.motion.speed * desk.ahead_secs,
        colour: theme::deck(frame.deck),
        has_beats: track.grid.is_some(),
    };
    let wish = waveform::show(ui, rect, ids::deck(frame.deck, Part::Overview), &wave, meshes);
    // What waits for its beat is over soon; why a load failed can still be read then.
    let waits = pending::soonest(&desk.view.snapshot, Some(frame.deck));
    match &track.load {
        LoadState::Loading(progress) => show_progress(ui, rect, *progress, empty),
        // A fresh message may stand in front of it for its few seconds.
        LoadState::Failed(sentence) if frame.notice.is_none() && waits.is_none() => notice::banner(ui, rect, sentence),
        LoadState::Ready if track.coming.is_some() && !empty => show_progress(ui, rect, track.coming, empty),
        LoadState::Empty if empty => hint(ui, rect, &empty_hint(frame)),
        LoadState::Ready if empty => hint(ui, rect, "Loaded: on the deck as soon as the host runs audio."),
        LoadState::Empty | LoadState::Ready | LoadState::Failed(_) => {}
    }
    if let (AnalysisState::Running(part), LoadState::Ready, false) = (&track.analysis, &track.load, empty) {
        show_analysis(ui, rect, *part);
    }
    if let Some(sentence) = frame.notice {
        notice::banner(ui, rect, sentence);
    }
    wish
}

/// What a message or what is pending will stand on.
fn covered(rect: Rect, desk: &Desk<'_>, frame: Frame<'_>, track: &TrackView) -> Rect {
    const BANNER: f32 = 46.0;
    let waits = pending::soonest(&desk.view.snapshot, Some(frame.deck)).is_some();
    if frame.notice.is_some() || (matches!(track.load, LoadState::Failed(_)) && !waits) {
        return rect.with_min_y((rect.bottom() - BANNER).max(rect.top()));
    }
    if matches!(track.load, LoadState::Loading(_)) || track.coming.is_some() {
        return rect;
    }
    if waits { pending::place(rect) } else { Rect::NOTHING }
}

fn empty_hint(frame: Frame<'_>) -> String {
    format!("Drop a file here, or send  /deck/{}/load <file>", frame.deck.letter())
}

fn hint(ui: &Ui, rect: Rect, sentence: &str) {
    let rect = rect.shrink(6.0);
    text::paragraph(ui, rect, sentence, theme::words(13.0), theme::text_dim(), Align2::CENTER_CENTER);
}

/// A thin bar at the top, and a word.
fn show_analysis(ui: &Ui, rect: Rect, part: f32) {
    let bar = rect.with_max_y(rect.top() + 3.0);
    ui.painter().rect_filled(bar.with_max_x(lerp(bar.left()..=bar.right(), part.clamp(0.0, 1.0))), 0, theme::playing());
    let words = format!("Analysing {:.0} %", part * 100.0);
    let place = Rect::from_min_size(rect.min + vec2(6.0, 4.0), vec2(110.0, 14.0));
    ui.painter().rect_filled(place.expand(2.0), 2, theme::well());
    text::line(ui, place, &words, theme::words(11.0), theme::text(), Align2::LEFT_CENTER);
}

/// The bar of a file that is being decoded: in the middle of an empty deck, else below the track that is still there.
fn show_progress(ui: &Ui, rect: Rect, progress: Option<f32>, empty: bool) {
    let words = progress.map_or_else(|| "Loading...".to_owned(), |part| format!("Loading {:.0} %", part * 100.0));
    let y = if empty { rect.center().y + 10.0 } else { rect.bottom() - 8.0 };
    let bar = Rect::from_center_size(pos2(rect.center().x, y), vec2(rect.width() * 0.7, 6.0));
    let label = Rect::from_center_size(pos2(bar.center().x, bar.top() - 13.0), vec2(rect.width() * 0.7, 20.0));
    ui.painter().rect_filled(bar.union(label).expand2(vec2(8.0, 2.0)).intersect(rect), 3, theme::well());
    text::line(ui, label, &words, theme::words(14.0), theme::waiting(), Align2::CENTER_CENTER);
    ui.painter().rect_filled(bar, 3, theme::raised());
    let (from, to) = progress.map_or_else(|| sweep(ui.input(|input| input.time)), |part| (0.0, part.clamp(0.0, 1.0)));
    let x = |part| lerp(bar.left()..=bar.right(), part);
    ui.painter().rect_filled(bar.with_min_x(x(from)).with_max_x(x(to)), 3, theme::waiting());
}

/// A piece that goes to and fro while nobody knows how long it takes.
#[allow(clippy::cast_possible_truncation, reason = "between 0 and 1")]
fn sweep(now_secs: f64) -> (f32, f32) {
    let at = ((now_secs * 0.8).sin() * 0.5 + 0.5) as f32;
    (at * 0.8, at * 0.8 + 0.2)
}
