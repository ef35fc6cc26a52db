//! The list of one block's inputs: clamped into the block, sorted, bounded. A host's order and numbers are not trusted.

use echelon_engine::clock::HostTransport;
use echelon_engine::input::{Control, HostInput, TimedInput};

use super::exchange::EVENTS_PER_BLOCK;

/// Where an entry puts what it reads from the host: into a block, or (with no block in hand) aside for the next one.
pub(super) trait Sink {
    /// Whether a value for this slot at this frame is the latest so far, and so the one that the parameter shows.
    fn is_latest(&self, slot: usize, frame: u32) -> bool;
    /// A control's new value, plain and in range.
    fn control(&mut self, frame: u32, slot: usize, control: Control, value: f32);
    /// A MIDI channel message.
    fn midi(&mut self, frame: u32, message: [u8; 3]);
    /// The transport is another from here on.
    fn transport(&mut self, frame: u32, transport: HostTransport);
}

/// An input and its place: by frame, and within a frame by rank and in the order of arrival.
#[derive(Clone, Copy)]
struct Entry {
    frame: u32,
    arrival: u32,
    /// Of a control: see [`Control::rank`].
    rank: u8,
    input: HostInput,
}

/// One block's inputs. Never grows: what does not fit is counted, and of each control the last value is kept.
pub(super) struct InputList {
    frames: u32,
    entries: Vec<Entry>,
    /// Of each slot the frame of the host's latest value.
    latest: Box<[Option<u32>]>,
    /// Of each slot the last value that found the list full: its frame, its rank and itself.
    overflow: Box<[Option<(u32, u8, HostInput)>]>,
    /// The last transport that found the list full.
    late_transport: Option<(u32, HostTransport)>,
    lost: u64,
}

impl InputList {
    pub(super) fn new(slots: usize) -> Self {
        Self {
            frames: 0,
            entries: Vec::with_capacity(EVENTS_PER_BLOCK),
            latest: vec![None; slots].into(),
            overflow: vec![None; slots].into(),
            late_transport: None,
            lost: 0,
        }
    }

    /// Starts a block of so many frames.
    pub(super) fn begin(&mut self, frames: u32) {
        self.frames = frames;
        self.entries.clear();
        self.latest.fill(None);
        self.overflow.fill(None);
        self.late_transport = None;
        self.lost = 0;
    }

    /// A control's value that waited from before the block. Comes before everything the host says about frame 0.
    pub(super) fn waited(&mut self, slot: usize, control: Control, value: f32) {
        // They come in their order: see [`super::table::Table::order`].
        let input = HostInput::Waited(control, value);
        self.add(0, input, 0, |list| list.overflow[slot] = Some((0, 0, input)));
    }

    /// The frame of the host's latest value for this slot in this block.
    pub(super) fn latest(&self, slot: usize) -> Option<u32> {
        self.latest.get(slot).copied().flatten()
    }

    /// Inputs of this block that did not fit.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// All is in: adds what overflowed, and sorts.
    pub(super) fn finish(&mut self) {
        for slot in 0..self.overflow.len() {
            if let Some((frame, rank, input)) = self.overflow[slot] {
                self.push(frame, input, rank);
            }
        }
        if let Some((frame, transport)) = self.late_transport {
            self.push(frame, HostInput::Transport(transport), 0);
        }
        // By three keys and in place: the stable sort would allocate.
        let key = |entry: &Entry| (entry.frame, entry.rank, entry.arrival);
        if !self.entries.is_sorted_by_key(key) {
            self.entries.sort_unstable_by_key(key);
        }
    }

    /// The inputs in `[start, end)`, by frames of the block, in order. After [`InputList::finish`].
    pub(super) fn range(&self, start: u32, end: u32) -> impl DoubleEndedIterator<Item = TimedInput> {
        let from = self.entries.partition_point(|entry| entry.frame < start);
        let to = self.entries.partition_point(|entry| entry.frame < end);
        self.entries[from..to].iter().map(|entry| TimedInput { frame: entry.frame, input: entry.input })
    }

    /// Room that stays free for the last value of every control and the last transport.
    fn reserve(&self) -> usize {
        self.overflow.len() + 1
    }

    fn add(&mut self, frame: u32, input: HostInput, rank: u8, keep: impl FnOnce(&mut Self)) {
        if self.entries.len() + self.reserve() < EVENTS_PER_BLOCK {
            self.push(frame, input, rank);
        } else {
            self.lost += 1;
            keep(self);
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "at most EVENTS_PER_BLOCK entries")]
    fn push(&mut self, frame: u32, input: HostInput, rank: u8) {
        if self.entries.len() < self.entries.capacity() {
            let frame = frame.min(self.frames.saturating_sub(1));
            self.entries.push(Entry { frame, arrival: self.entries.len() as u32, rank, input });
        }
    }
}

impl Sink for InputList {
    fn is_latest(&self, slot: usize, frame: u32) -> bool {
        self.latest(slot).is_none_or(|latest| frame >= latest)
    }

    fn control(&mut self, frame: u32, slot: usize, control: Control, value: f32) {
        let is_latest = self.is_latest(slot, frame);
        if let (true, Some(latest)) = (is_latest, self.latest.get_mut(slot)) {
            *latest = Some(frame);
        }
        let (input, rank) = (HostInput::Control(control, value), control.rank());
        self.add(frame, input, rank, |list| {
            if let (true, Some(late)) = (is_latest, list.overflow.get_mut(slot)) {
                *late = Some((frame, rank, input));
            }
        });
    }

    fn midi(&mut self, frame: u32, message: [u8; 3]) {
        self.add(frame, HostInput::Midi(message), 0, |_| ());
    }

    fn transport(&mut self, frame: u32, transport: HostTransport) {
        self.add(frame, HostInput::Transport(transport), 0, |list| {
            if list.late_transport.is_none_or(|(latest, _)| frame >= latest) {
                list.late_transport = Some((frame, transport));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::action::Trigger;
    use echelon_engine::units::DeckId;

    const PLAY: Control = Control::Play(DeckId::A);

    fn all(list: &InputList) -> Vec<(u32, HostInput)> {
        list.range(0, u32::MAX).map(|timed| (timed.frame, timed.input)).collect()
    }

    #[test]
    fn inputs_are_sorted_clamped_and_stable() {
        let mut list = InputList::new(2);
        list.begin(64);
        list.waited(1, Control::Quantize, 3.0);
        list.control(70, 0, PLAY, 1.0);
        list.control(10, 0, PLAY, 0.0);
        list.midi(10, [0x90, 60, 1]);
        list.midi(0, [0x90, 61, 1]);
        list.control(10, 1, Control::Quantize, 1.0);
        list.finish();
        let expected = [
            (0, HostInput::Waited(Control::Quantize, 3.0)),
            (0, HostInput::Midi([0x90, 61, 1])),
            (10, HostInput::Control(PLAY, 0.0)),
            (10, HostInput::Midi([0x90, 60, 1])),
            (10, HostInput::Control(Control::Quantize, 1.0)),
            (63, HostInput::Control(PLAY, 1.0)),
        ];
        assert_eq!(all(&list), expected);
        assert_eq!(list.range(1, 63).count(), 3);
        assert_eq!(list.lost(), 0);
    }

    #[test]
    fn on_one_frame_a_jump_comes_behind_its_size_and_a_loop_s_switch_behind_what_makes_the_loop() {
        let trigger = |trigger| Control::Trigger(DeckId::A, trigger);
        let mut list = InputList::new(2);
        list.begin(64);
        for (frame, control) in [
            (9, trigger(Trigger::Loop)),
            (9, trigger(Trigger::JumpOn)),
            (9, Control::JumpSize(DeckId::A)),
            (9, trigger(Trigger::LoopOut)),
            (9, Control::LoopLength(DeckId::A)),
            (8, trigger(Trigger::Loop)),
        ] {
            list.control(frame, 0, control, 1.0);
        }
        list.finish();
        let expected = [
            (8, trigger(Trigger::Loop)),
            (9, Control::JumpSize(DeckId::A)),
            (9, trigger(Trigger::LoopOut)),
            (9, Control::LoopLength(DeckId::A)),
            (9, trigger(Trigger::JumpOn)),
            (9, trigger(Trigger::Loop)),
        ];
        assert_eq!(all(&list), expected.map(|(frame, control)| (frame, HostInput::Control(control, 1.0))));
    }

    #[test]
    fn a_flood_keeps_the_last_value_of_every_control() {
        let mut list = InputList::new(2);
        list.begin(10_000);
        let capacity = list.entries.capacity();
        for frame in 0..5000_u16 {
            list.midi(frame.into(), [0x90, 60, 1]);
            list.control(frame.into(), 0, PLAY, f32::from(frame));
            list.transport(frame.into(), HostTransport { tempo_step_bpm: frame.into(), ..HostTransport::SILENT });
        }
        list.control(9000, 1, Control::Quantize, 4.0);
        list.control(8000, 1, Control::Quantize, 1.0);
        list.finish();
        let inputs = all(&list);
        assert!(inputs.len() <= EVENTS_PER_BLOCK);
        assert_eq!(list.entries.capacity(), capacity, "the list must not grow");
        assert!(inputs.is_sorted_by_key(|(frame, _)| *frame));
        let last = |wanted: fn(&HostInput) -> bool| inputs.iter().rfind(|(_, input)| wanted(input)).copied().unwrap();
        assert_eq!(last(|i| matches!(i, HostInput::Control(PLAY, _))), (4999, HostInput::Control(PLAY, 4999.0)));
        assert_eq!(
            last(|i| matches!(i, HostInput::Control(Control::Quantize, _))),
            (9000, HostInput::Control(Control::Quantize, 4.0))
        );
        assert_eq!(last(|i| matches!(i, HostInput::Transport(_))).0, 4999);
        assert!(list.lost() > 13_000);
        list.begin(1);
        assert_eq!(list.lost(), 0);
        assert!(all(&list).is_empty());
    }

    #[test]
    fn the_latest_value_is_known_even_out_of_order() {
        let mut list = InputList::new(1);
        list.begin(64);
        assert!(list.is_latest(0, 0));
        list.control(20, 0, PLAY, 1.0);
        assert!(!list.is_latest(0, 19));
        assert!(list.is_latest(0, 20));
        assert_eq!(list.latest(0), Some(20));
    }
}
