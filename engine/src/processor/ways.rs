//! Which recipe has a fader under way: when the recipe is taken back, the fader stays where it is.

use super::{RigProcessor, tell};
use crate::action::RequestId;
use crate::input::{Control, ControlMove};
use crate::mixer::{EqBand, Knob, NUM_BANDS};
use crate::units::{DeckId, NUM_DECKS};

/// A host's value this near to what it was told is that: of a crossfader's travel, or in dB.
const ECHO: f32 = 1e-4;

/// A control that can take its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fader {
    Gain(DeckId),
    Eq(DeckId, EqBand),
    Echo(DeckId),
    Crossfader,
    Master,
    Knob(Knob),
}

impl Fader {
    const PLAIN: usize = NUM_DECKS * (2 + NUM_BANDS) + 2;
    const COUNT: usize = Self::PLAIN + Knob::COUNT;

    const fn index(self) -> usize {
        match self {
            Self::Gain(deck) => deck.index(),
            Self::Eq(deck, band) => NUM_DECKS + deck.index() * NUM_BANDS + band.index(),
            Self::Echo(deck) => NUM_DECKS * (1 + NUM_BANDS) + deck.index(),
            Self::Crossfader => Self::PLAIN - 2,
            Self::Master => Self::PLAIN - 1,
            Self::Knob(knob) => Self::PLAIN + knob.index(),
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        let of_deck = |deck| {
            let eq = EqBand::ALL.into_iter().map(move |band| Self::Eq(deck, band));
            [Self::Gain(deck), Self::Echo(deck)].into_iter().chain(eq)
        };
        DeckId::ALL
            .into_iter()
            .flat_map(of_deck)
            .chain([Self::Crossfader, Self::Master])
            .chain(Knob::all().map(Self::Knob))
    }
}

/// Who moved each fader last, if it was given time for it. Audio thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways {
    owners: [Option<RequestId>; Fader::COUNT],
    /// Faders that were held and of which the host has not been told.
    held: [bool; Fader::COUNT],
    /// Whether any was.
    any_held: bool,
}

impl Default for Ways {
    fn default() -> Self {
        Self { owners: [None; Fader::COUNT], held: [false; Fader::COUNT], any_held: false }
    }
}

impl Ways {
    /// A request moved it.
    pub(super) fn start(&mut self, fader: Fader, id: RequestId, takes_time: bool) {
        self.owners[fader.index()] = Some(id).filter(|_| takes_time);
    }
}

impl RigProcessor {
    /// The host moves a fader: it takes over from whatever has it under way. Not if it only repeats what it was told at
    /// the start of the way, where that leads: some hosts do.
    pub(super) fn takes_over(&mut self, fader: Fader, value: f32) -> bool {
        let owner = &mut self.ways.owners[fader.index()];
        let Some(id) = owner.take() else { return true };
        let is_echo = self.setting(fader).is_some_and(|target| (target - value).abs() < ECHO);
        if is_echo {
            self.ways.owners[fader.index()] = Some(id);
        }
        !is_echo
    }

    /// Where a fader is, or where it goes: in the unit of its control.
    pub(super) fn setting(&mut self, fader: Fader) -> Option<f32> {
        let scheduler = &mut self.scheduler;
        match fader {
            Fader::Gain(deck) => self.mixer.gain(scheduler, deck).map(|node| node.setting().0),
            Fader::Eq(deck, band) => Some(self.snapshot.decks[deck.index()].eq_db[band.index()]),
            Fader::Echo(deck) => Some(self.snapshot.decks[deck.index()].echo_send),
            Fader::Crossfader => self.mixer.crossfader(scheduler).map(|node| node.position()),
            Fader::Master => self.mixer.master(scheduler).map(|node| node.setting().0),
            Fader::Knob(knob) => Some(self.snapshot.knob(knob)),
        }
    }

    /// The faders that a request has under way stay where they are.
    pub(super) fn stop_ways(&mut self, id: RequestId) {
        for fader in Fader::all() {
            let i = fader.index();
            if self.ways.owners[i] == Some(id) {
                self.ways.owners[i] = None;
                self.ways.held[i] = self.hold(fader);
                self.ways.any_held |= self.ways.held[i];
            }
        }
    }

    /// Whether it was still moving.
    fn hold(&mut self, fader: Fader) -> bool {
        let scheduler = &mut self.scheduler;
        match fader {
            Fader::Gain(deck) => self.mixer.gain(scheduler, deck).is_some_and(|node| node.hold()),
            Fader::Eq(deck, band) => {
                let held = self.hold_eq(deck, band);
                if let Some(gain) = held {
                    self.snapshot.decks[deck.index()].eq_db[band.index()] = gain.0;
                }
                held.is_some()
            }
            Fader::Echo(deck) => self.mixer.echo(scheduler, deck).is_some_and(|node| {
                let held = node.hold();
                self.snapshot.decks[deck.index()].echo_send = node.send();
                held
            }),
            Fader::Crossfader => self.mixer.crossfader(scheduler).is_some_and(|node| node.hold()),
            Fader::Master => self.mixer.master(scheduler).is_some_and(|node| node.hold()),
            Fader::Knob(knob) => {
                let mut held = None;
                knob.for_each_slide(&self.mixer, scheduler, |slide| {
                    held = slide.hold().then(|| slide.setting()).or(held);
                });
                if let Some(value) = held {
                    self.snapshot.set_knob(knob, value);
                }
                held.is_some()
            }
        }
    }

    /// The host had been told where they would go; now they are elsewhere.
    pub(super) fn tell_what_stays(&mut self, frame: u32, moves: &mut Vec<ControlMove>) {
        if !std::mem::take(&mut self.ways.any_held) {
            return;
        }
        for fader in Fader::all() {
            if !std::mem::take(&mut self.ways.held[fader.index()]) {
                continue;
            }
            let control = match fader {
                Fader::Gain(deck) => Control::Gain(deck),
                Fader::Eq(deck, band) => Control::Eq(deck, band),
                Fader::Echo(deck) => Control::Echo(deck),
                Fader::Crossfader => Control::Crossfader,
                Fader::Master => Control::MasterGain,
                Fader::Knob(knob) => Control::Knob(knob),
            };
            if let Some(value) = self.setting(fader) {
                tell(moves, frame, control, value);
            }
        }
    }
}
