//! The safety settings that a project brings, and what is saved of them.
//!
//! A project's parameters come by the host's hand, in the next block: settings that forbid that wait until the audio thread
//! has had them. Else it would refuse the project's values, tell the host what stays instead, and so put the old ones over
//! the project's.

use echelon_engine::action::Setting;
use echelon_engine::safety::SafetySettings;

use crate::state::SavedSafety;

/// Blocks that must have ended: the first may have begun before the values came.
const BLOCKS: u8 = 2;

/// See the module. Control thread.
#[derive(Debug, Default)]
pub(super) struct ProjectRules {
    waiting: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    /// The project's.
    project: SavedSafety,
    /// What was set for now.
    open: SavedSafety,
    /// Frames that the rig had made when it was last seen, once the values were on their way.
    frames: Option<u64>,
    blocks: u8,
}

impl ProjectRules {
    /// A project was opened: what is to be changed now.
    pub(super) fn open(&mut self, project: SavedSafety, now: &SafetySettings) -> Vec<Setting> {
        let open = project.with_values_let_in();
        let is_open = open == project;
        self.waiting = (!is_open).then_some(Waiting { project, open, frames: None, blocks: 0 });
        open.changes(now)
    }

    /// What is to be changed in this turn. The host has sent the project's values before the rig had made `frames`.
    pub(super) fn turn(&mut self, are_sent: bool, frames: u64, now: &SafetySettings) -> Vec<Setting> {
        let Some(waiting) = self.waiting.as_mut().filter(|_| are_sent) else { return vec![] };
        let before = waiting.frames.replace(frames);
        waiting.blocks += u8::from(before.is_some_and(|before| before != frames));
        if waiting.blocks < BLOCKS {
            return vec![];
        }
        let settings = self.to_save(now).changes(now);
        self.waiting = None;
        settings
    }

    /// As they are to be saved: as they are, but for what waits. What somebody has changed in the meantime waits no more.
    pub(super) fn to_save(&self, now: &SafetySettings) -> SavedSafety {
        match &self.waiting {
            None => SavedSafety::of(*now),
            Some(waiting) => SavedSafety::of(*now).with_waiting(&waiting.open, &waiting.project),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::action::ActionKind;
    use echelon_engine::clock::ClockPolicy;
    use echelon_engine::safety::{ActionMask, DeckState, Source};

    fn set(settings: &mut SafetySettings, changes: Vec<Setting>) {
        changes.into_iter().for_each(|change| change.change(settings, &mut ClockPolicy::default()));
    }

    /// The host is switched off, decks take no change of their motion, and undo ends after 3 bars.
    fn strict() -> SafetySettings {
        let mut strict = SafetySettings::default();
        strict.source_mut(Source::Host).enabled = false;
        DeckState::ALL.into_iter().for_each(|state| strict.set_mask(state, ActionMask::of(&[ActionKind::Play])));
        strict.undo_bars = 3.0;
        strict
    }

    #[test]
    fn what_keeps_the_project_s_values_out_waits_until_they_are_in() {
        let (mut rules, mut now) = (ProjectRules::default(), SafetySettings::default());
        let project = SavedSafety::of(strict());
        set(&mut now, rules.open(project, &SafetySettings::default()));
        assert_eq!((now.undo_bars, now.source(Source::Host).enabled), (3.0, true));
        assert!(
            now.mask(DeckState::Empty).allows(ActionKind::Motion)
                && !now.mask(DeckState::Empty).allows(ActionKind::Cue)
        );
        for (are_sent, frames) in [(false, 0), (false, 64), (false, 128), (true, 128), (true, 192), (true, 192)] {
            assert_eq!(rules.turn(are_sent, frames, &now), [], "{are_sent}, {frames}");
            assert_eq!(rules.to_save(&now), project, "it is saved all the same");
        }
        let changes = rules.turn(true, 256, &now);
        set(&mut now, changes);
        assert_eq!(now, strict());
        assert_eq!((rules.to_save(&now), rules.turn(true, 320, &now)), (project, vec![]));
    }

    #[test]
    fn what_somebody_changes_meanwhile_stays() {
        let (mut rules, mut now) = (ProjectRules::default(), SafetySettings::default());
        set(&mut now, rules.open(SavedSafety::of(strict()), &SafetySettings::default()));
        now.undo_bars = 5.0;
        now.source_mut(Source::Host).mask = ActionMask::of(&[ActionKind::Mixer]);
        for frames in 0..4 {
            let changes = rules.turn(true, frames, &now);
            set(&mut now, changes);
        }
        let mut expected = strict();
        expected.undo_bars = 5.0;
        expected.source_mut(Source::Host).mask = ActionMask::of(&[ActionKind::Mixer]);
        assert_eq!(now, expected);
    }

    #[test]
    fn a_project_that_forbids_the_host_nothing_is_there_at_once() {
        let (mut rules, mut project) = (ProjectRules::default(), SafetySettings::default());
        project.set_cooldown_beats(ActionKind::Load, 3.0);
        let load = Setting::Cooldown { kind: ActionKind::Load, beats: 3.0 };
        assert_eq!(rules.open(SavedSafety::of(project), &SafetySettings::default()), [load]);
        assert_eq!(rules.to_save(&SafetySettings::default()), SavedSafety::default(), "as it is");
    }
}
