//! A controller's hands: a message does on its own frame what the mapping says, by the same rules as everything else.

mod wish;

use ringbuf::traits::Producer;

use super::timing::beat_of_frame;
use super::{Moment, RigProcessor};
use crate::action::{ActionKind, Awaited, Deed, Entry, Gesture, RequestId, Takes};
use crate::input::ControlMove;
use crate::midi::{
    Assembler, Binding, Lights, MidiCounts, MidiHeard, MidiMessage, MidiOut, MidiSource, MidiTable, MidiTarget, Mode,
    Reading, Shift, SourceKind,
};
use crate::safety::Source;
use crate::units::{DeckId, NUM_DECKS, ms_to_frames};
use wish::{Touch, is_switch};

/// A wheel that has not been turned for so many milliseconds has let go of the deck.
const WHEEL_MS: f64 = 60.0;

/// The mapping, and what is under way of it. Audio thread.
#[derive(Debug)]
pub(super) struct MidiHands {
    pub(super) table: Box<MidiTable>,
    assembler: Box<Assembler>,
    pub(super) counts: MidiCounts,
    /// For the host, of this block. Never grows.
    pub(super) out: Vec<MidiOut>,
    /// The frame until which a refusal is shown.
    pub(super) refused: [[u64; ActionKind::COUNT]; NUM_DECKS],
    /// The frame from which lights are looked at again.
    pub(super) next_look: u64,
}

impl Default for MidiHands {
    fn default() -> Self {
        Self {
            table: Box::default(),
            assembler: Box::default(),
            counts: MidiCounts::default(),
            out: Vec::with_capacity(Lights::SENT),
            refused: [[0; ActionKind::COUNT]; NUM_DECKS],
            next_look: 0,
        }
    }
}

impl MidiHands {
    pub(super) fn begin_block(&mut self) {
        self.out.clear();
    }

    pub(super) fn forget_lights(&mut self) {
        self.table.forget_lights();
        self.next_look = 0;
    }

    /// Goes by another mapping; gives the old one.
    pub(super) fn swap(&mut self, table: Box<MidiTable>) -> Box<MidiTable> {
        self.next_look = 0;
        std::mem::replace(&mut self.table, table)
    }

    /// A deed was refused on this frame.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a second")]
    pub(super) fn refused(&mut self, deck: Option<DeckId>, kind: ActionKind, frame: u64, sample_rate: f64) {
        if let Some(deck) = deck {
            let until = frame + (Lights::REFUSED_SECS * sample_rate) as u64;
            self.refused[deck.index()][kind.index()] = until;
        }
    }

    /// The kind of what a message does first.
    fn kind_of(&self, bytes: [u8; 3]) -> Option<ActionKind> {
        let message = MidiMessage::parse(bytes)?;
        let of = |kind, channel, number: u8| {
            let source = MidiSource { kind, channel, number: number.into() };
            let first = self.table.of(source).next()?;
            self.table.bindings().get(first)?.target.kind(true)
        };
        match message {
            MidiMessage::NoteOn { channel, key, .. } | MidiMessage::NoteOff { channel, key } => {
                of(SourceKind::Note, channel, key)
            }
            MidiMessage::Controller { channel, number, .. } => of(SourceKind::Controller, channel, number)
                .or_else(|| of(SourceKind::Controller14, channel, number % 32))
                .or(Some(ActionKind::Mixer)),
            MidiMessage::Program { channel, number } => of(SourceKind::Program, channel, number),
            MidiMessage::Pressure { channel, .. } => of(SourceKind::Pressure, channel, 0),
            MidiMessage::KeyPressure { channel, key, .. } => of(SourceKind::KeyPressure, channel, key),
            MidiMessage::Bend { channel, .. } => of(SourceKind::Bend, channel, 0),
        }
    }
}

impl RigProcessor {
    /// Messages for the controllers' lights, made by the last block.
    #[must_use]
    pub fn midi_out(&self) -> &[MidiOut] {
        &self.midi.out
    }

    /// Whether the first deed of the timeline comes before a message on its frame: by kind; and of faders and switches
    /// those that were moved before are where they go before the next one looks where they are.
    pub(super) fn comes_before_midi(&self, bytes: [u8; 3]) -> bool {
        let Some(kind) = self.midi.kind_of(bytes) else { return false };
        let first = self.timeline.iter().next().map(|entry| entry.deed.kind());
        first.is_some_and(|first| first < kind || (first == kind && !kind.is_gesture()))
    }

    /// A message came.
    pub(super) fn take_midi(&mut self, bytes: [u8; 3], moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        self.midi.counts.received += 1;
        let readings = MidiMessage::parse(bytes).map(|message| self.midi.assembler.read(message)).unwrap_or_default();
        let mut is_mapped = self.is_half_of_a_pair(bytes);
        for reading in readings.iter() {
            for place in self.midi.table.of(reading.source) {
                is_mapped = true;
                if !self.midi.table.is_mute {
                    self.take_reading(place, reading, moment, moves);
                }
            }
        }
        self.midi.counts.unmapped += u64::from(!is_mapped);
        let heard = MidiHeard { frame: self.frames_at(moment), bytes, is_mapped };
        self.midi.counts.unheard += u64::from(self.links.heard.try_push(heard).is_err());
    }

    /// The mapping goes: what its buttons hold is let go of, on this frame.
    pub(super) fn release_held(&mut self, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        for place in 0..self.midi.table.bindings().len() {
            let binding = self.midi.table.bindings()[place];
            if std::mem::take(&mut self.midi.table.memory[place].held) && binding.target != MidiTarget::Shift {
                let touch = match binding.mode {
                    Mode::Absolute if matches!(binding.target, MidiTarget::Control(_)) => Touch::Set(false),
                    _ => Touch::Up,
                };
                self.touch(&binding, touch, moment, moves);
            }
        }
    }

    fn is_half_of_a_pair(&self, [status, number, _]: [u8; 3]) -> bool {
        let source =
            MidiSource { kind: SourceKind::Controller14, channel: status & 0x0F, number: (number % 32).into() };
        status & 0xF0 == 0xB0 && number < 64 && !self.midi.table.of(source).is_empty()
    }

    fn take_reading(&mut self, place: usize, reading: Reading, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        let table = &mut self.midi.table;
        let (binding, shift) = (table.bindings()[place], table.shift);
        let memory = &mut table.memory[place];
        let is_active = match binding.shift {
            Shift::Any => true,
            Shift::Up => !shift,
            Shift::Held => shift,
        };
        // Who lets go of a button lets go of what it began, in whichever layer that was.
        let is_release = memory.held && !reading.is_down();
        if !is_active && !is_release {
            return memory.hand.forget();
        }
        let down = reading.is_down();
        match binding.mode {
            Mode::Absolute => self.take_place((place, &binding), reading, moment, moves),
            Mode::Relative(kind, step) => {
                let steps = kind.steps(u8::try_from(reading.value).unwrap_or(0));
                let steps = if binding.invert { -steps } else { steps };
                self.take_turn(&binding, (steps, step), moment, moves);
            }
            Mode::Button if down => {
                memory.held = reading.source.kind != SourceKind::Program;
                self.touch(&binding, Touch::Down, moment, moves);
            }
            Mode::Button if is_release => {
                memory.held = false;
                self.touch(&binding, Touch::Up, moment, moves);
            }
            Mode::Button => {}
            Mode::Toggle => self.touch(&binding, Touch::Set(down != binding.invert), moment, moves),
        }
    }

    /// A fader stands somewhere else.
    fn take_place(
        &mut self,
        (place, binding): (usize, &Binding),
        reading: Reading,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) {
        let part = if binding.invert { 1.0 - reading.part() } else { reading.part() };
        match binding.target {
            MidiTarget::Control(control) if !is_switch(control, binding) => {
                let now = binding.travel.part(self.control_now(control));
                let (frame, sample_rate) = (self.frames_at(moment), moment.clock.sample_rate());
                let hand = &mut self.midi.table.memory[place].hand;
                match hand.moved(binding.takeover, part, now, frame, sample_rate) {
                    Some(part) => self.move_control(binding, control, binding.travel.value(part), moment, moves),
                    None => self.midi.counts.waiting += 1,
                }
            }
            MidiTarget::Gesture { deck, gesture, .. } if matches!(gesture.row().takes, Takes::Number { .. }) => {
                let value = f64::from(binding.travel.value(part));
                self.wish(binding, Deed::Gesture { deck, gesture, value }, moment, moves);
            }
            _ => {
                let (held, down) = (&mut self.midi.table.memory[place].held, part > 0.5);
                if std::mem::replace(held, down) != down {
                    let touch = if matches!(binding.target, MidiTarget::Control(_)) {
                        Touch::Set(down)
                    } else if down {
                        Touch::Down
                    } else {
                        Touch::Up
                    };
                    self.touch(binding, touch, moment, moves);
                }
            }
        }
    }

    /// A knob without ends was turned by so many steps, each of this part of the way.
    fn take_turn(
        &mut self,
        binding: &Binding,
        (steps, step): (i16, f32),
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) {
        if steps == 0 {
            return;
        }
        match binding.target {
            MidiTarget::Control(control) if is_switch(control, binding) => {
                self.move_control(binding, control, if steps > 0 { 1.0 } else { 0.0 }, moment, moves);
            }
            MidiTarget::Control(control) => {
                let (travel, now) = (&binding.travel, self.control_now(control));
                let one = travel.steps.map_or(step, |steps| 1.0 / f32::from(steps.max(1)));
                let value = travel.value(travel.part(now) + f32::from(steps) * one);
                self.move_control(binding, control, value, moment, moves);
            }
            MidiTarget::Gesture { deck, gesture, value, .. } => {
                let value = gesture.row().takes.clamp(value * f64::from(steps));
                self.wish(binding, Deed::Gesture { deck, gesture, value }, moment, moves);
                if let Some(end) = lets_go(gesture) {
                    self.let_go_later(deck, end, moment);
                }
            }
            _ if steps > 0 => self.touch(binding, Touch::Down, moment, moves),
            _ => {}
        }
    }

    /// A wheel has no release: the deck is let go of when it has stood still for a while, on a frame.
    fn let_go_later(&mut self, deck: DeckId, (gesture, value): (Gesture, f64), moment: Moment<'_>) {
        let is_older = |entry: &Entry| {
            matches!((&entry.deed, entry.awaited), (Deed::Gesture { deck: on, gesture: old, .. }, Awaited::Frame(_))
                if *on == deck && *old == gesture)
        };
        while let Some(old) = self.timeline.take_first(is_older) {
            self.discard(old.deed);
        }
        let frame = self.frames_at(moment) + u64::from(ms_to_frames(WHEEL_MS, moment.clock.sample_rate()));
        let due = beat_of_frame(frame, self.frames_before, moment);
        let deed = Deed::Gesture { deck, gesture, value };
        let entry =
            Entry { id: RequestId::HOST, step: 0, source: Source::Midi, due, awaited: Awaited::Frame(frame), deed };
        if self.timeline.insert(entry).is_err() {
            // No room for its end: it ends at once.
            if let Some(node) = self.deck(deck) {
                node.nudge(0.0);
            }
        }
    }
}

/// What ends a gesture that a wheel makes.
const fn lets_go(gesture: Gesture) -> Option<(Gesture, f64)> {
    match gesture {
        Gesture::Nudge => Some((Gesture::Nudge, 0.0)),
        Gesture::Scratch => Some((Gesture::ScratchEnd, 0.0)),
        _ => None,
    }
}
