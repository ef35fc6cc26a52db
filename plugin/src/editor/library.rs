//! What is known of the tracks in the library, and how they go with what is heard.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use echelon_engine::units::DeckId;
use egui::{Align2, Color32, Rect, Ui};

use super::columns::Places;
use super::harmony::{self, Fit};
use super::{deck_head, format, text, theme};
use crate::media::analyse::Key;
use crate::media::{Preview, ShelfView, Tags, TagsView};
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
    tags: Arc<TagsView>,
}

impl Known {
    /// Looks at what is on the decks.
    pub fn update(&mut self, view: &RigView) {
        (self.shelf, self.tags) = (view.shelf.clone(), view.tags.clone());
        for (deck, track) in DeckId::ALL.into_iter().zip(&view.tracks) {
            let live = &view.snapshot.decks[deck.index()];
            self.running[deck.index()] = None;
            match (&track.analysis, &track.path) {
                (AnalysisState::Done(found), Some(path)) => {
                    let facts = Facts { bpm: found.bpm, key: found.key, secs: None };
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
            self.heard[deck.index()] = live.on_air.then(|| Facts { bpm: deck_head::heard_bpm(live), key, secs: None });
        }
    }

    /// Of a file, if it was analysed.
    #[must_use]
    pub fn of(&self, path: &Path) -> Option<Facts> {
        self.tracks.get(path).or_else(|| self.shelf.facts.get(path)).copied()
    }

    /// What a file says of itself, if it was read.
    #[must_use]
    pub fn tags(&self, path: &Path) -> Option<&Tags> {
        self.tags.of.get(path)
    }

    /// What a track is called, if its file says so.
    #[must_use]
    pub fn title(&self, path: &Path) -> Option<&str> {
        self.tags(path)?.title.as_deref()
    }

    /// Who made it, if its file says so.
    #[must_use]
    pub fn artist(&self, path: &Path) -> Option<&str> {
        self.tags(path)?.artist.as_deref()
    }

    /// How long it is: as it was decoded once, or else as its file says.
    #[must_use]
    pub fn secs(&self, path: &Path) -> Option<f64> {
        let decoded = self.shelf.facts.get(path).and_then(|facts| facts.secs);
        decoded.or_else(|| self.tags(path)?.secs)
    }

    /// Files of the list whose tags were read, and how many there are, while they are.
    #[must_use]
    pub fn reading(&self) -> Option<(usize, usize)> {
        self.tags.progress
    }

    /// How often the tags of a whole list were read.
    #[must_use]
    pub fn rounds(&self) -> u64 {
        self.tags.rounds
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

/// What is drawn of a row beside its name.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Which file.
    pub path: &'a Path,
    /// The deck that it would be loaded on.
    pub deck: DeckId,
    /// Its ground is that of the chosen one, on which only plain ink is easily read.
    pub is_chosen: bool,
}

impl Row<'_> {
    fn ink(&self, ink: Color32) -> Color32 {
        if self.is_chosen { theme::text() } else { ink }
    }
}

/// Draws artist, tempo, key, how they fit to what is heard, in words and by colour, and length.
pub fn show_facts(ui: &Ui, at: &Places, known: &Known, row: Row<'_>) {
    if let Some(artist) = known.artist(row.path) {
        text::line(ui, at.artist, artist, theme::words(13.0), theme::text(), Align2::LEFT_CENTER);
    }
    if let Some(secs) = known.secs(row.path) {
        let words = format::minutes(secs.round());
        text::fit_font(ui, at.length, &words, theme::digits(12.5), theme::text(), Align2::RIGHT_CENTER);
    }
    let heard = known.heard_beside(row.deck);
    let both = Rect { min: at.tempo.min, max: at.fit.max };
    if let Some(part) = known.running(row.path) {
        let words = format!("analysing {:.0} %", part * 100.0);
        text::line(ui, both, &words, theme::words(12.5), row.ink(theme::waiting()), Align2::LEFT_CENTER);
    } else if let Some(why) = known.failed(row.path) {
        text::line(ui, both, why, theme::words(12.0), row.ink(theme::alert()), Align2::LEFT_CENTER);
    } else if let Some(facts) = known.of(row.path) {
        show_tempo(ui, at, facts.bpm, heard.and_then(|heard| heard.bpm), row);
        show_key(ui, at, facts.key, heard.and_then(|heard| heard.key), row);
    }
}

fn show_tempo(ui: &Ui, at: &Places, bpm: Option<f64>, heard: Option<f64>, row: Row<'_>) {
    let Some(bpm) = bpm else { return };
    text::fit_font(ui, at.tempo, &format!("{bpm:.1}"), theme::digits(12.5), theme::text(), Align2::RIGHT_CENTER);
    let Some(change) = heard.map(|other| bend(bpm, other)) else { return };
    let near = change.abs() <= NEAR_TEMPO;
    let (word, ink) = if near { ("near", theme::playing()) } else { ("far", theme::text_dim()) };
    text::fit(ui, at.bent, &format!("{:+.1} % {word}", change * 100.0), 12.0, row.ink(ink), Align2::LEFT_CENTER);
}

fn show_key(ui: &Ui, at: &Places, own: Option<Key>, heard: Option<Key>, row: Row<'_>) {
    let Some(own) = own else { return };
    text::fit_font(ui, at.key, &own.camelot(), theme::digits(12.5), theme::text(), Align2::RIGHT_CENTER);
    let Some(other) = heard else { return };
    let (word, ink) = match harmony::fit(own, other) {
        Fit::Same => ("same key", theme::playing()),
        Fit::Near => ("fits", theme::playing()),
        Fit::Far => ("other key", theme::text_dim()),
    };
    text::fit(ui, at.fit, word, 12.0, row.ink(ink), Align2::LEFT_CENTER);
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
