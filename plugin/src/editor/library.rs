//! What is known of the tracks in the library, and how they go with what is heard.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use echelon_engine::units::DeckId;
use egui::{Align2, Rect, Ui};

use super::harmony::{self, Fit};
use super::{deck_head, layout, text, theme};
use crate::media::{Preview, ShelfView};
use crate::view::{AnalysisState, RigView};

/// Tracks that are remembered; more are forgotten, the whole of them: nobody plays so many in an evening.
const MAX_TRACKS: usize = 4096;
/// A pitch fader bridges this easily: 6 %.
const NEAR_TEMPO: f64 = 0.06;

pub use crate::media::TrackFacts as Facts;

/// What was found out about tracks, on decks and on the shelf, and what is heard now.
#[derive(Clone, Debug, Default)]
pub struct Known {
    tracks: HashMap<PathBuf, Facts>,
    /// How far the analysis of a track on a deck has come.
    running: [Option<(PathBuf, f32)>; 4],
    heard: [Option<Facts>; 4],
    shelf: Arc<ShelfView>,
}

impl Known {
    /// Looks at what is on the decks.
    pub fn update(&mut self, view: &RigView) {
        self.shelf = view.shelf.clone();
        for (deck, track) in DeckId::ALL.into_iter().zip(&view.tracks) {
            let live = &view.snapshot.decks[deck.index()];
            self.running[deck.index()] = None;
            match (&track.analysis, &track.path) {
                (AnalysisState::Done(found), Some(path)) => {
                    let facts = Facts { bpm: found.bpm, key: found.key };
                    if self.tracks.get(path) != Some(&facts) {
                        if self.tracks.len() >= MAX_TRACKS {
                            self.tracks.clear();
                        }
                        self.tracks.insert(path.clone(), facts);
                    }
                }
                (AnalysisState::Running(part), Some(path)) => {
                    self.running[deck.index()] = Some((path.clone(), *part));
                }
                _ => {}
            }
            let key = track.found().and_then(|found| found.key).map(|key| harmony::heard(key, live));
            self.heard[deck.index()] = live.on_air.then(|| Facts { bpm: deck_head::heard_bpm(live), key });
        }
    }

    /// Of a file, if it was analysed.
    #[must_use]
    pub fn of(&self, path: &Path) -> Option<Facts> {
        self.tracks.get(path).or_else(|| self.shelf.facts.get(path)).copied()
    }

    /// How many files are known: when it is another, an order by tempo or key may be too.
    #[must_use]
    pub fn count(&self) -> usize {
        self.tracks.len() + self.shelf.facts.len()
    }

    /// How many files are being analysed or wait for it, without those on decks.
    #[must_use]
    pub fn busy(&self) -> usize {
        self.shelf.waiting + usize::from(self.shelf.running.is_some())
    }

    /// The waveform of a file, if that is the one that was asked for.
    #[must_use]
    pub fn preview(&self, path: &Path) -> Option<&Preview> {
        self.shelf.preview.as_deref().filter(|preview| preview.file == path)
    }

    /// How far the analysis of a file has come, if it is under way.
    fn running(&self, path: &Path) -> Option<f32> {
        let all = self.running.iter().flatten().chain(&self.shelf.running);
        all.into_iter().find(|(running, _)| running == path).map(|(_, part)| *part)
    }

    /// Why a file cannot be analysed.
    #[must_use]
    pub fn failed(&self, path: &Path) -> Option<&str> {
        self.shelf.failed.get(path).map(String::as_str)
    }

    /// What is heard of the other decks: the first of them.
    fn heard_beside(&self, deck: DeckId) -> Option<Facts> {
        DeckId::ALL.into_iter().filter(|other| *other != deck).find_map(|other| self.heard[other.index()])
    }
}

/// How a tempo goes with another: the change that sync would make, as a part; half and double are the same.
#[must_use]
pub fn bend(bpm: f64, other_bpm: f64) -> f64 {
    let ratios = [0.5, 1.0, 2.0].map(|times| times * other_bpm / bpm - 1.0);
    ratios.into_iter().fold(f64::INFINITY, |least, ratio| if ratio.abs() < least.abs() { ratio } else { least })
}

/// Draws tempo, key and how they fit to what is heard, in words and by colour.
pub fn show_facts(ui: &Ui, rect: Rect, known: &Known, path: &Path, deck: DeckId) {
    let [tempo, bent, key, fit] = layout::share(rect, 8.0, [0.9, 1.0, 0.5, 1.1]);
    if let Some(part) = known.running(path) {
        let words = format!("analysing {:.0} %", part * 100.0);
        text::line(ui, rect, &words, theme::words(12.5), theme::waiting(), Align2::LEFT_CENTER);
        return;
    }
    if let Some(why) = known.failed(path) {
        text::line(ui, rect, why, theme::words(12.0), theme::alert(), Align2::LEFT_CENTER);
        return;
    }
    let Some(facts) = known.of(path) else { return };
    let heard = known.heard_beside(deck);
    if let Some(bpm) = facts.bpm {
        text::line(ui, tempo, &format!("{bpm:.1}"), theme::digits(12.5), theme::text(), Align2::RIGHT_CENTER);
        if let Some(change) = heard.and_then(|heard| heard.bpm).map(|other| bend(bpm, other)) {
            let near = change.abs() <= NEAR_TEMPO;
            let (word, ink) = if near { ("near", theme::playing()) } else { ("far", theme::text_dim()) };
            let words = format!("{:+.1} % {word}", change * 100.0);
            text::fit(ui, bent, &words, 12.0, ink, Align2::LEFT_CENTER);
        }
    }
    if let Some(own) = facts.key {
        text::line(ui, key, &own.camelot(), theme::digits(12.5), theme::text(), Align2::RIGHT_CENTER);
        if let Some(other) = heard.and_then(|heard| heard.key) {
            let (word, ink) = match harmony::fit(own, other) {
                Fit::Same => ("same key", theme::playing()),
                Fit::Near => ("fits", theme::playing()),
                Fit::Far => ("other key", theme::text_dim()),
            };
            text::fit(ui, fit, word, 12.0, ink, Align2::LEFT_CENTER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_and_double_tempo_are_near() {
        assert!((bend(128.0, 126.0) + 0.015_625).abs() < 1e-9);
        assert!(bend(63.0, 126.0).abs() < 1e-9 && bend(126.0, 63.0).abs() < 1e-9);
        assert!(bend(100.0, 126.0).abs() > NEAR_TEMPO);
    }
}
