//! Actions from all sources, at random; the same for the same seed.

use echelon_engine::action::{
    Action, ActionKind, ActionTiming, GESTURES, Grid, Pending, Recipe, RecipeStep, RequestId, Setting, Takes, Trigger,
};
use echelon_engine::clock::{JumpPolicy, StopPolicy};
use echelon_engine::input::{Control, HostInput, TimedInput};
use echelon_engine::message::Snapshot;
use echelon_engine::mixer::{EqBand, Knob};
use echelon_engine::safety::{DeckState, OnAirRule, Source};
use echelon_engine::units::{Decibels, DeckId};

use super::Library;
use crate::blocks::Random;

/// How someone plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Anything at any time.
    Wild,
    /// Anything, but the settings stay.
    Bold,
    /// As one who looks at the decks: only what their state allows.
    Careful,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Chaos {
    random: Random,
    manner: Manner,
    recent: Vec<RequestId>,
    effects: bool,
    hands: bool,
}

impl Chaos {
    /// Starts the sequence of a seed.
    #[must_use]
    pub const fn new(seed: u64, manner: Manner) -> Self {
        Self { random: Random::new(seed), manner, recent: vec![], effects: true, hands: true }
    }

    /// Leaves EQ and echo alone: what they sound like is not a track's.
    #[must_use]
    pub fn without_effects(self) -> Self {
        Self { effects: false, ..self }
    }

    /// Plays every track at its own speed, from start to end: leaves loops, cues, sync and the like alone.
    #[must_use]
    pub fn without_hands(self) -> Self {
        Self { hands: false, ..self }
    }

    /// Evenly spread over `0..n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.random.next_u64() % n
    }

    /// Evenly spread over 0..1.
    pub fn part(&mut self) -> f64 {
        self.random.next_f64()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    /// Someone's deck.
    pub fn deck(&mut self) -> DeckId {
        self.pick(&DeckId::ALL)
    }

    /// A request was made: it may be cancelled later.
    pub fn remember(&mut self, id: RequestId) {
        if self.recent.len() == 16 {
            self.recent.remove(0);
        }
        self.recent.push(id);
    }

    /// Who asks next.
    pub fn source(&mut self) -> Source {
        self.pick(&[Source::Osc, Source::Osc, Source::Editor, Source::Editor, Source::Bridge])
    }

    /// When.
    pub fn timing(&mut self, now: &Snapshot) -> ActionTiming {
        let beat = now.clock.song_beat;
        match self.below(12) {
            0..=3 => ActionTiming::Immediate,
            4 | 5 => ActionTiming::Default,
            6 => ActionTiming::NextBeat,
            7 => ActionTiming::NextBar,
            8 | 9 => {
                let (_, grid) = self.pick(&Grid::NAMED);
                ActionTiming::NextLine(grid)
            }
            10 => ActionTiming::CustomBeat((beat + self.part() * 6.0 - 1.0).floor()),
            _ => ActionTiming::CustomBeat(beat + self.part() * 4.0 - 0.5),
        }
    }

    /// What, by what the decks are doing.
    pub fn action(&mut self, now: &Snapshot) -> Action {
        match self.manner {
            Manner::Careful => self.careful(now),
            Manner::Bold | Manner::Wild => self.any(true),
        }
    }

    fn load(&mut self, deck: DeckId) -> Action {
        let name = self.pick(&["low", "high", "short", "fine", "low", "gone"]);
        let turns = self.pick(&[0, 0, 0, 1, 3, 20]);
        Action::LoadDeck { deck, path: Library::path(name, turns) }
    }

    fn gain(&mut self) -> Decibels {
        Decibels(self.pick(&[0.0, 0.0, -3.0, -6.0, -20.0, -100.0, -65.0]))
    }

    fn knob(&mut self) -> Action {
        let knobs: Vec<Knob> = Knob::all().collect();
        let knob = self.pick(&knobs);
        let row = knob.row();
        let anywhere = self.part() as f32;
        let part = self.pick(&[0.0, 0.25, 0.5, 1.0, anywhere]);
        Action::SetKnob { knob, value: row.min + (row.max - row.min) * part }
    }

    /// Anything of the decks' table.
    fn gesture(&mut self, deck: DeckId) -> Action {
        let row = &GESTURES[self.below(GESTURES.len() as u64) as usize];
        let value = match row.takes {
            Takes::Nothing => 0.0,
            Takes::Switch => self.below(2) as f64,
            Takes::HotCue => 1.0 + self.below(3) as f64,
            Takes::Number { min, max, .. } => {
                let anywhere = min + (max - min) * self.part();
                let usual = self.pick(&[0.25, 0.5, 1.0, 2.0, 4.0, 0.0]);
                self.pick(&[anywhere, usual, usual])
            }
        };
        Action::Gesture { deck, gesture: row.gesture, value }
    }

    fn any(&mut self, with_recipes: bool) -> Action {
        let deck = self.deck();
        if self.hands && self.below(4) == 0 {
            return self.gesture(deck);
        }
        match self.below(40) {
            0..=7 => {
                let position_secs = (self.below(3) == 0).then(|| self.part() * 30.0);
                Action::PlayDeck { deck, position_secs }
            }
            8..=13 => Action::StopDeck { deck },
            14..=17 => Action::SeekDeck { deck, position_secs: self.part() * 30.0 },
            18..=20 if with_recipes => self.load(deck),
            21 if with_recipes => Action::EjectDeck { deck },
            22..=24 => Action::SetGain { deck, gain: self.gain() },
            25..=27 => Action::SetCrossfader { position: self.pick(&[0.0, 0.25, 0.5, 0.75, 1.0]) },
            28 => Action::SetMasterGain { gain: self.gain() },
            29 | 30 if with_recipes => Action::Undo { deck: (self.below(2) == 0).then_some(deck) },
            31 if with_recipes => Action::SetLock { deck, locked: self.below(3) == 0 },
            32 | 33 if with_recipes => {
                let which = self.below(self.recent.len().max(1) as u64) as usize;
                let pending = match (self.below(8), self.recent.get(which)) {
                    (0, _) => Pending::All,
                    (3.., Some(id)) => Pending::Request(*id),
                    _ => Pending::Deck(deck),
                };
                Action::Cancel { pending }
            }
            34 if with_recipes && self.below(30) == 0 => Action::Panic,
            35 if with_recipes && self.manner == Manner::Wild => Action::Configure { setting: self.setting() },
            36 | 37 if with_recipes => Action::RunRecipe { recipe: self.recipe() },
            38 if with_recipes && self.below(4) == 0 => self.nonsense(deck),
            39 if self.effects && self.below(2) == 0 => Action::SetEcho { deck, send: self.pick(&[0.0, 0.5, 1.0]) },
            39 if self.effects && self.below(2) == 0 => self.knob(),
            39 if self.effects => Action::SetEq { deck, band: self.pick(&EqBand::ALL), gain: self.gain() },
            _ => Action::SetCrossfader { position: self.part() as f32 },
        }
    }

    /// What no one can mean.
    fn nonsense(&mut self, deck: DeckId) -> Action {
        match self.below(5) {
            0 => Action::SeekDeck { deck, position_secs: f64::NAN },
            4 => Action::Gesture { deck, gesture: GESTURES[17].gesture, value: f64::NEG_INFINITY },
            1 => Action::SetGain { deck, gain: Decibels(f32::INFINITY) },
            2 => Action::PlayDeck { deck, position_secs: Some(-1.0) },
            _ => Action::RunRecipe { recipe: Recipe { name: "empty".into(), steps: vec![] } },
        }
    }

    fn setting(&mut self) -> Setting {
        match self.below(4) {
            0 => {
                let kind = self.pick(&[ActionKind::Load, ActionKind::Seek, ActionKind::Play, ActionKind::Stop]);
                Setting::Cooldown { kind, beats: self.pick(&[0.0, 0.5, 2.0, 16.0]) }
            }
            1 => Setting::OnAir { rule: self.pick(&[OnAirRule::Refuse, OnAirRule::StopFirst, OnAirRule::Allow]) },
            2 => Setting::HostStops {
                policy: self.pick(&[StopPolicy::FreeRun, StopPolicy::Freeze, StopPolicy::StopDecks]),
            },
            _ => Setting::HostJumps {
                policy: self.pick(&[JumpPolicy::RealignAtNextBar, JumpPolicy::Jump, JumpPolicy::Ignore]),
            },
        }
    }

    /// Some steps over some beats.
    pub fn recipe(&mut self) -> Recipe {
        let steps = (0..=self.below(6))
            .map(|_| RecipeStep {
                after_beats: self.pick(&[0.0, 0.0, 0.25, 1.0, 4.0, 0.01]),
                over_beats: self.pick(&[0.0, 0.0, 1.0, 4.0]),
                action: self.any(false),
            })
            .collect();
        Recipe { name: "random".into(), steps }
    }

    fn careful(&mut self, now: &Snapshot) -> Action {
        let deck = self.deck();
        let view = &now.decks[deck.index()];
        match (view.state, self.below(10)) {
            (DeckState::Empty, _) => {
                let name = self.pick(&["low", "high", "fine"]);
                Action::LoadDeck { deck, path: Library::path(name, 2) }
            }
            (DeckState::Stopped, 0..=4) => Action::PlayDeck { deck, position_secs: None },
            (DeckState::Stopped, 5) => Action::SeekDeck { deck, position_secs: self.part() * 15.0 },
            (DeckState::Playing, 0) => Action::StopDeck { deck },
            (_, 6..=7) => Action::SetGain { deck, gain: Decibels(-(self.part() as f32) * 12.0) },
            _ => Action::SetCrossfader { position: self.part() as f32 },
        }
    }

    /// What the host itself sends in a block: automation and MIDI.
    pub fn inputs(&mut self, frames: u32) -> Vec<TimedInput> {
        let mut inputs: Vec<TimedInput> = (0..self.below(3))
            .map(|_| {
                let deck = self.deck();
                let trigger = Trigger::ALL[self.below(Trigger::ALL.len() as u64) as usize];
                let input = match self.below(if self.hands { 12 } else { 9 }) {
                    9 | 10 => HostInput::Control(Control::Trigger(deck, trigger), self.below(2) as f32),
                    11 => HostInput::Control(Control::Rate(deck), 0.5 + 1.5 * self.part() as f32),
                    0 | 1 => HostInput::Control(Control::Play(deck), self.below(2) as f32),
                    2 => HostInput::Control(Control::Gain(deck), self.gain().0),
                    3 => HostInput::Control(Control::Crossfader, self.part() as f32),
                    4 => HostInput::Control(Control::MasterGain, self.pick(&[0.0, -6.0])),
                    5 => HostInput::Control(Control::Quantize, self.below(5) as f32),
                    _ => HostInput::Midi([self.pick(&[0x90, 0x90, 0x80, 0xB0]), 34 + self.below(12) as u8, 100]),
                };
                TimedInput { frame: self.below(u64::from(frames.max(1))) as u32, input }
            })
            .collect();
        inputs.sort_by_key(|input| input.frame);
        inputs
    }
}
