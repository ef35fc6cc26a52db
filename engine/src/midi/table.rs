//! The whole mapping, made off the audio thread and read there.

use super::{Binding, Hand, MidiSource, MidiTarget, Mode, Shift, SourceKind};
use crate::units::DeckId;

/// MIDI note that plays deck A in a rig that nobody has mapped; the next one up stops it, then deck B, and so on: C2 to
/// G2 where middle C is C4.
const FIRST_NOTE: u16 = 36;

/// What a binding remembers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) hand: Hand,
    /// Its button is down.
    pub(crate) held: bool,
    /// What its light was told last.
    pub(crate) shown: Option<u8>,
}

/// A mapping for the audio thread. Swapped whole: what was held or picked up is forgotten.
#[derive(Debug)]
pub struct MidiTable {
    /// Sorted by source.
    bindings: Box<[Binding]>,
    pub(crate) memory: Box<[Memory]>,
    /// The shift button is down.
    pub(crate) shift: bool,
    /// Where the next block looks at lights.
    pub(crate) next_light: usize,
    /// What comes is heard and does nothing: someone learns, or MIDI is off.
    pub is_mute: bool,
    /// Lights are shown.
    pub has_lights: bool,
}

impl MidiTable {
    /// Bindings that a table holds; what is beyond them is not taken.
    pub const MAX_BINDINGS: usize = 1024;

    /// A table of these. Where one source has a binding that wants shift, those of its others that do not care work
    /// without. Not real-time.
    #[must_use]
    pub fn new(mut bindings: Vec<Binding>) -> Self {
        bindings.truncate(Self::MAX_BINDINGS);
        let shifted: Vec<MidiSource> =
            bindings.iter().filter(|b| b.shift == Shift::Held).map(|binding| binding.source).collect();
        for binding in bindings.iter_mut().filter(|b| b.shift == Shift::Any && b.target != MidiTarget::Shift) {
            if shifted.contains(&binding.source) {
                binding.shift = Shift::Up;
            }
        }
        bindings.sort_by_key(|binding| binding.source);
        let memory = vec![Memory::default(); bindings.len()].into();
        Self { bindings: bindings.into(), memory, shift: false, next_light: 0, is_mute: false, has_lights: true }
    }

    /// What a new rig has: notes 36 to 43 of every channel play and stop the decks.
    #[must_use]
    pub fn generic() -> Self {
        let deck = |deck: DeckId, number: u16, target| {
            (0..16).filter_map(move |channel| {
                let number = number + 2 * u16::try_from(deck.index()).ok()?;
                Some(Binding::new(MidiSource::new(SourceKind::Note, channel, number)?, Mode::Button, target))
            })
        };
        let both =
            |one| deck(one, FIRST_NOTE, MidiTarget::Play(one)).chain(deck(one, FIRST_NOTE + 1, MidiTarget::Stop(one)));
        Self::new(DeckId::ALL.into_iter().flat_map(both).collect())
    }

    /// Every binding, sorted by source.
    #[must_use]
    pub const fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// The places of a source's bindings.
    pub(crate) fn of(&self, source: MidiSource) -> std::ops::Range<usize> {
        let first = self.bindings.partition_point(|binding| binding.source < source);
        let count = self.bindings[first..].partition_point(|binding| binding.source == source);
        first..first + count
    }

    /// Every light is sent again.
    pub(crate) fn forget_lights(&mut self) {
        self.memory.iter_mut().for_each(|memory| memory.shown = None);
    }
}

impl Default for MidiTable {
    fn default() -> Self {
        Self::generic()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_finds_its_bindings_and_no_other_s() {
        let source = |number| MidiSource::new(SourceKind::Note, 1, number).unwrap();
        let bind = |number, target| Binding::new(source(number), Mode::Button, target);
        let shifted = Binding { shift: Shift::Held, ..bind(9, MidiTarget::Panic) };
        let table = MidiTable::new(vec![
            bind(9, MidiTarget::Play(DeckId::A)),
            bind(4, MidiTarget::Panic),
            shifted,
            bind(12, MidiTarget::Shift),
        ]);
        assert_eq!(table.of(source(4)), 0..1);
        assert_eq!(table.of(source(9)), 1..3);
        assert!(table.of(source(10)).is_empty() && table.of(source(127)).is_empty());
        assert_eq!(table.bindings()[1].shift, Shift::Up, "it gives way to the one that wants shift");
        assert_eq!(table.bindings()[0].shift, Shift::Any);
    }

    #[test]
    fn a_new_rig_has_its_eight_notes_on_every_channel() {
        let table = MidiTable::generic();
        assert_eq!(table.bindings().len(), 8 * 16);
        let stop_d = table.of(MidiSource::new(SourceKind::Note, 15, 43).unwrap());
        assert_eq!(table.bindings()[stop_d.start].target, MidiTarget::Stop(DeckId::D));
    }
}
