//! One host block: fill the exchange, let the rig play, collect the moves. The same for every format.

use std::sync::atomic::Ordering;

use echelon_engine::clock::HostTransport;
use echelon_engine::input::{ControlMove, HostInput};
use echelon_engine::midi::MidiOut;

use super::exchange::Exchange;
use super::inputs::InputList;
use super::link::HostLink;
use super::scratch::{CompleteBuses, HostBuses, Scratch};
use super::transport::advanced;

/// What the host says about a block.
pub(super) struct Block {
    pub(super) frames: u32,
    pub(super) sample_rate: f64,
    /// At frame 0.
    pub(super) transport: HostTransport,
    pub(super) offline: bool,
    /// Made ahead of its time.
    pub(super) ahead: bool,
    pub(super) buses: HostBuses,
}

/// A move on its way to the host.
pub(super) struct OutMove {
    pub(super) frame: u32,
    pub(super) slot: usize,
    /// The parameter's id in both formats.
    pub(super) hash: u32,
    pub(super) normalized: f32,
}

/// What differs between the formats.
pub(super) trait Format {
    /// Hands a move to the host; `false` if the host did not take it.
    fn emit(&mut self, moved: &OutMove) -> bool;
    /// Hands a MIDI message to the host; `false` if the host did not take it.
    fn emit_midi(&mut self, message: MidiOut) -> bool;
}

/// The audio thread's side of an entry. Everything that it needs is made before processing starts.
pub(super) struct Runner {
    /// This block's inputs. The entry fills it between [`InputList::begin`] and [`Runner::run`].
    pub(super) inputs: InputList,
    exchange: Exchange,
    scratch: Scratch,
}

impl Runner {
    /// Not on the audio thread.
    pub(super) fn new(link: &HostLink, frames: u32) -> Self {
        Self { inputs: InputList::new(link.table.len()), exchange: Exchange::new(), scratch: Scratch::new(frames) }
    }

    /// The largest block that the rig will be given.
    pub(super) fn max_frames(&self) -> u32 {
        self.scratch.frames()
    }

    /// Runs a block: in one piece, unless it is larger than the host announced. `false`, and silence, if there is no
    /// rig that plays it.
    ///
    /// # Safety
    /// The block's pointers are null or valid for its frames.
    pub(super) unsafe fn run(&mut self, link: &HostLink, block: &Block, format: &mut impl Format) -> bool {
        // SAFETY: by this function's contract.
        unsafe { self.run_with(link, block, format, |buses, exchange| link.play(buses, exchange)) }
    }

    /// [`Runner::run`] with anything that plays; it gives `false` if it does not.
    ///
    /// # Safety
    /// As [`Runner::run`].
    unsafe fn run_with(
        &mut self,
        link: &HostLink,
        block: &Block,
        format: &mut impl Format,
        mut play: impl FnMut(&mut CompleteBuses<'_>, &mut Exchange) -> bool,
    ) -> bool {
        self.inputs.finish();
        link.lost_inputs.fetch_add(self.inputs.lost(), Ordering::Relaxed);
        let mut from = (0, block.transport);
        let mut start = 0;
        while start < block.frames {
            let end = block.frames.min(start.saturating_add(self.scratch.frames()));
            let transport = advanced(from.1, start - from.0, block.sample_rate);
            from = (start, transport);
            self.fill(block, start, end, &mut from);
            // SAFETY: `end` is within the block, for which the pointers are valid.
            let mut buses = unsafe { self.scratch.complete(&block.buses, start, end - start) };
            if !play(&mut buses, &mut self.exchange) {
                self.give_back(link, start);
                break;
            }
            self.collect(link, start, end, format);
            start = end;
        }
        if start < block.frames {
            // SAFETY: the pointers are valid for the block.
            unsafe { block.buses.silence(block.frames) };
        }
        start >= block.frames
    }

    /// Fills the exchange for `[start, end)`. `from` comes in as the transport at `start`, and goes out as the last
    /// one known in the range.
    fn fill(&mut self, block: &Block, start: u32, end: u32, from: &mut (u32, HostTransport)) {
        self.exchange.begin(from.1, block.offline, block.ahead);
        for mut timed in self.inputs.range(start, end) {
            if let HostInput::Transport(transport) = timed.input {
                *from = (timed.frame, transport);
            }
            timed.frame -= start;
            self.exchange.inputs.push(timed);
        }
    }

    /// The rig did not play: the control values from `start` on are sent again with the next block.
    fn give_back(&self, link: &HostLink, start: u32) {
        // From the last to the first, and only into free places: the latest value of each control stays.
        for timed in self.inputs.range(start, u32::MAX).rev() {
            if let HostInput::Control(control, value) | HostInput::Waited(control, value) = timed.input {
                link.give_back(control, value);
            }
        }
    }

    /// Takes the moves that the plugin left: the parameters show them, the host hears of them.
    fn collect(&mut self, link: &HostLink, start: u32, end: u32, format: &mut impl Format) {
        let Self { inputs, exchange, .. } = self;
        sort_by_frame(&mut exchange.moves);
        let mut lost = 0;
        for moved in exchange.moves.drain(..) {
            let Some((slot, hash)) =
                link.table.slot_of(moved.control).and_then(|slot| Some((slot, link.table.hash(slot)?)))
            else {
                continue;
            };
            let frame = moved.frame.saturating_add(start).min(end - 1);
            let value = link.table.sanitized(slot, moved.value);
            // A value that the host set later in this block stays.
            if inputs.latest(slot).is_none_or(|latest| latest <= frame) {
                link.table.set(slot, value);
            }
            let normalized = link.table.normalized(slot, value);
            lost += u64::from(!format.emit(&OutMove { frame, slot, hash, normalized }));
        }
        link.lost_moves.fetch_add(lost, Ordering::Relaxed);
        // Behind the moves: what a host is told has to be in order, and lights come with a block's last frame.
        for message in exchange.midi.drain(..) {
            let frame = message.frame.saturating_add(start).min(end - 1);
            // A host without a MIDI output takes none: nobody has missed anything.
            _ = format.emit_midi(MidiOut { frame, ..message });
        }
    }
}

/// Insertion sort: stable, in place, and one pass over moves that are in order, which they nearly always are.
fn sort_by_frame(moves: &mut [ControlMove]) {
    for index in 1..moves.len() {
        let mut at = index;
        while at > 0 && moves[at - 1].frame > moves[at].frame {
            moves.swap(at - 1, at);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::inputs::Sink;
    use crate::params::RigParams;
    use echelon_engine::input::{Control, TimedInput};
    use echelon_engine::units::Bpm;
    use std::sync::Arc;

    /// A rig that writes down what it is given and moves the crossfader as told, and the host that hears of it.
    #[derive(Default)]
    struct Fake {
        refuses: bool,
        moves: Vec<(u32, f32)>,
        seen: Vec<(HostTransport, Vec<TimedInput>)>,
        told: Told,
    }

    impl Fake {
        fn play(&mut self, buses: &mut CompleteBuses<'_>, exchange: &mut Exchange) -> bool {
            self.seen.push((exchange.transport, exchange.inputs.clone()));
            for (frame, value) in self.moves.drain(..) {
                exchange.push_move(ControlMove { frame, control: Control::Crossfader, value });
            }
            let io = buses.io(None);
            for channel in io.master.into_iter().chain(io.decks.into_iter().flatten()).chain(io.cue) {
                channel.fill(1.0);
            }
            !self.refuses
        }

        fn run(&mut self, runner: &mut Runner, link: &HostLink, block: &Block) -> bool {
            let mut told = std::mem::take(&mut self.told);
            // SAFETY: the tests' buses are absent, or as long as their blocks.
            let is_played =
                unsafe { runner.run_with(link, block, &mut told, |buses, exchange| self.play(buses, exchange)) };
            self.told = told;
            is_played
        }
    }

    /// What the host was told, and takes: moves before frame 90.
    #[derive(Debug, Default, PartialEq)]
    struct Told(Vec<(u32, f32)>);

    impl Format for Told {
        fn emit_midi(&mut self, _: MidiOut) -> bool {
            false
        }

        fn emit(&mut self, moved: &OutMove) -> bool {
            self.0.push((moved.frame, moved.normalized));
            moved.frame < 90
        }
    }

    fn fake(moves: &[(u32, f32)]) -> Fake {
        Fake { moves: moves.to_vec(), ..Fake::default() }
    }

    fn block(frames: u32, buses: HostBuses) -> Block {
        let transport =
            HostTransport { playing: true, tempo: Bpm::new(60.0), song_beats: Some(0.0), ..HostTransport::SILENT };
        Block { frames, sample_rate: 100.0, transport, offline: false, ahead: false, buses }
    }

    fn xfader(link: &HostLink) -> f32 {
        link.table.base(link.table.slot_of(Control::Crossfader).unwrap())
    }

    fn link() -> Arc<HostLink> {
        HostLink::new(&Arc::new(RigParams::default()))
    }

    #[test]
    fn moves_reach_the_host_in_order_and_the_parameter_shows_the_last() {
        let link = link();
        let mut runner = Runner::new(&link, 100);
        let mut fake = fake(&[(95, 1.5), (20, f32::NAN), (20, 0.75), (3, 0.25)]);
        runner.inputs.begin(100);
        assert!(fake.run(&mut runner, &link, &block(100, HostBuses::NONE)));
        assert_eq!(fake.told.0, [(3, 0.25), (20, 0.5), (20, 0.75), (95, 1.0)]);
        assert_eq!(xfader(&link), 1.0);
        assert_eq!(link.lost_moves.load(Ordering::Relaxed), 1, "the host took none from frame 90 on");
    }

    #[test]
    fn a_value_that_the_host_sets_after_a_move_stays() {
        let link = link();
        let slot = link.table.slot_of(Control::Crossfader).unwrap();
        let mut runner = Runner::new(&link, 100);
        for (frame, expected) in [(40, 0.125), (50, 0.75), (60, 0.75)] {
            runner.inputs.begin(100);
            link.host_value(&mut runner.inputs, 50, slot, 0.125);
            fake(&[(frame, 0.75)]).run(&mut runner, &link, &block(100, HostBuses::NONE));
            assert_eq!(xfader(&link), expected, "move at frame {frame}");
        }
    }

    #[test]
    fn a_block_larger_than_announced_is_cut_without_losing_place() {
        let link = link();
        let mut runner = Runner::new(&link, 40);
        let mut left = [0.0_f32; 100];
        let mut buses = HostBuses::NONE;
        buses.outputs[3][1] = left.as_mut_ptr();
        runner.inputs.begin(100);
        runner.inputs.midi(39, [0x90, 1, 1]);
        runner.inputs.transport(50, HostTransport { song_beats: Some(8.0), ..block(0, HostBuses::NONE).transport });
        runner.inputs.midi(99, [0x90, 2, 1]);
        let mut fake = fake(&[(1, 0.25)]);
        assert!(fake.run(&mut runner, &link, &block(100, buses)));
        assert_eq!(left, [1.0; 100]);
        let beats: Vec<_> = fake.seen.iter().map(|(transport, _)| transport.song_beats.unwrap()).collect();
        for (beat, expected) in beats.iter().zip([0.0, 0.4, 8.3]) {
            assert!((beat - expected).abs() < 1e-9, "{beats:?}");
        }
        let frames: Vec<Vec<u32>> = fake.seen.iter().map(|(_, i)| i.iter().map(|t| t.frame).collect()).collect();
        assert_eq!(frames, [vec![39], vec![10], vec![19]]);
    }

    #[test]
    fn a_refused_block_is_silent_and_its_values_come_again() {
        let link = link();
        let slot = link.table.slot_of(Control::Crossfader).unwrap();
        let mut runner = Runner::new(&link, 100);
        let mut right = [5.0_f32; 100];
        let mut buses = HostBuses::NONE;
        buses.outputs[0][1] = right.as_mut_ptr();
        runner.inputs.begin(100);
        link.host_value(&mut runner.inputs, 1, slot, 0.0);
        link.host_value(&mut runner.inputs, 2, slot, 0.25);
        let mut refusing = fake(&[]);
        refusing.refuses = true;
        assert!(!refusing.run(&mut runner, &link, &block(100, buses)));
        assert_eq!(right, [0.0; 100]);
        runner.inputs.begin(100);
        link.drain(&mut runner.inputs);
        let mut fake = fake(&[]);
        assert!(fake.run(&mut runner, &link, &block(100, HostBuses::NONE)));
        let again = TimedInput { frame: 0, input: HostInput::Waited(Control::Crossfader, 0.25) };
        assert_eq!(fake.seen[0].1, [again]);
    }
}
