//! What a track holds, once its analysis says so, against what its project knows.

use std::path::Path;

use echelon_engine::action::RequestId;
use echelon_engine::units::DeckId;

use super::DeckFiles;
use crate::media::analyse::ContentId;
use crate::state::SavedMarks;

/// Files of these endings hold the same samples for every decoder; of lossy ones another processor's may differ in the last
/// bit.
const EXACT: [&str; 5] = ["wav", "wave", "aif", "aiff", "flac"];

impl DeckFiles {
    /// Saves what the track of a settled deck holds, once that is known, and compares it with what was.
    pub(super) fn compare_content(&mut self, deck: DeckId) {
        let i = deck.index();
        let Some(load) = self.load_on_deck[i].filter(|load| self.compared[i] != Some(*load)) else { return };
        let Some(content) = self.analyses.found(load).map(|found| found.content) else { return };
        self.compared[i] = Some(load);
        let before = self.saved.get().contents[i];
        self.saved.update_as_of(self.loads, |state| state.contents[i] = Some(content));
        if self.of_project[i] == Some(load) {
            if before.is_some_and(|before| before != content) && self.on_deck[i].path.as_deref().is_some_and(is_exact) {
                let text = "is not what it was when the project was saved: its cues and its grid may not fit";
                self.view.tell(Some(deck), format!("{} {text}", self.on_deck[i].name));
            }
        } else {
            self.find_by_content(deck, load, content);
        }
    }

    /// A file of another name that holds what one of the missing ones held is that one, unless somebody has begun to mark
    /// it anew.
    fn find_by_content(&mut self, deck: DeckId, load: RequestId, content: ContentId) {
        let (state, i) = (self.saved.get(), deck.index());
        let is_new = state.marks[i] == SavedMarks::default();
        let Some(found) = state.missing.into_iter().find(|other| is_new && other.content == Some(content)) else {
            return;
        };
        self.of_project[i] = Some(load);
        self.marks_to_set.push((deck, found.marks));
        if let Some(grid) = &found.grid {
            // The track is there: it has just been analysed.
            let _ = self.analyses.edit(Some(load), |track| {
                grid.put_on(track);
                Ok(())
            });
        }
        self.saved.update_as_of(self.loads, |state| {
            state.marks[i] = found.marks;
            state.missing.retain(|other| *other != found);
        });
        self.view.tell(Some(deck), format!("{}: it is found, with its cues and its grid", self.on_deck[i].name));
    }
}

fn is_exact(path: &Path) -> bool {
    path.extension().is_some_and(|ending| EXACT.iter().any(|exact| ending.eq_ignore_ascii_case(exact)))
}
