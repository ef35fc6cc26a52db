//! What one plugin instance and its entry share, and how the entry finds it.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use atomic_refcell::AtomicRefCell;
use echelon_engine::clock::HostTransport;
use echelon_engine::graph::LanePool;
use echelon_engine::input::Control;
use echelon_engine::mixer::LimiterNode;

use super::exchange::Exchange;
use super::guard::guard;
use super::inputs::{InputList, Sink};
use super::pending::Pending;
use super::scratch::CompleteBuses;
use super::table::Table;
use super::threads::{HostThreads, limiter};
use crate::audio::AudioHalf;
use crate::params::RigParams;
use crate::state::is_momentary;

thread_local! {
    /// The link made last on this thread. The framework makes the plugin (`P::default()`) inside `Wrapper::new` and
    /// gives no access to it afterwards; this is how the entry that called `Wrapper::new` gets the instance's link.
    static NEWEST: Cell<Weak<HostLink>> = const { Cell::new(Weak::new()) };
}

/// A latency that nobody knows yet.
const UNKNOWN: u32 = u32::MAX;

/// Shared by one plugin instance and its entry.
pub struct HostLink {
    /// The rig, from the first activation until the plugin is removed. The audio thread borrows it for a block, the
    /// main thread to make it and to prepare it.
    pub(crate) rig: AtomicRefCell<Option<AudioHalf>>,
    /// Counts the states that the host has loaded. The framework tells the plugin nothing about a load.
    pub state_generation: AtomicU64,
    /// Blocks in which the plugin panicked and was silenced.
    pub panics: AtomicU64,
    /// Inputs of the host that did not fit into their block.
    pub lost_inputs: AtomicU64,
    /// Control moves that the host did not take.
    pub lost_moves: AtomicU64,
    /// By how many frames all that the plugin makes is late; `u32::MAX` before its engine is made.
    pub latency_frames: AtomicU32,
    /// Threads that the host lends.
    pub threads: HostThreads,
    /// The host has it activated.
    is_on: AtomicBool,
    /// A host's entry is at work: it runs the blocks.
    is_adopted: AtomicBool,
    pub(super) table: Table,
    pending: Pending,
    /// CLAP modulation of each slot: the bits of an `f32` on the normalized scale. Never part of the parameter's value.
    modulation: Box<[AtomicU32]>,
}

impl HostLink {
    /// A link for the instance with these parameters. To be called in the plugin's `Default`, once.
    #[must_use]
    pub fn new(params: &Arc<RigParams>) -> Arc<Self> {
        let table = Table::new(params);
        let link = Arc::new(Self {
            rig: AtomicRefCell::new(None),
            state_generation: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            lost_inputs: AtomicU64::new(0),
            lost_moves: AtomicU64::new(0),
            latency_frames: AtomicU32::new(UNKNOWN),
            threads: HostThreads::default(),
            pending: Pending::new(table.len()),
            modulation: (0..table.len()).map(|_| AtomicU32::new(0)).collect(),
            is_on: AtomicBool::new(false),
            is_adopted: AtomicBool::new(false),
            table,
        });
        NEWEST.set(Arc::downgrade(&link));
        link
    }

    /// Makes an instance and finds its link; `None` if `make` made none.
    pub(super) fn adopt<T>(make: impl FnOnce() -> T) -> Option<(T, Arc<Self>)> {
        NEWEST.set(Weak::new());
        let made = make();
        let link = NEWEST.replace(Weak::new()).upgrade()?;
        link.is_adopted.store(true, Ordering::Relaxed);
        Some((made, link))
    }

    /// The host has it activated, or not. Main thread.
    pub(super) fn switch(&self, is_on: bool) {
        self.is_on.store(is_on, Ordering::Relaxed);
    }

    /// Whether a host's entry has it; if not, the framework's own program has.
    pub(crate) fn is_adopted(&self) -> bool {
        self.is_adopted.load(Ordering::Relaxed)
    }

    /// Lets the rig make a block. `false`, and the buses as they were, without a rig or while it is in use. If it
    /// panics the outputs are silent, and the next block goes on.
    pub(super) fn play(&self, buses: &mut CompleteBuses<'_>, exchange: &mut Exchange) -> bool {
        let Ok(mut rig) = self.rig.try_borrow_mut() else { return false };
        let Some(rig) = rig.as_mut() else { return false };
        self.silenced_by_panic(buses, |buses| {
            let mut threads = self.threads.lend(exchange.offline);
            let lanes = threads.as_mut().map(|threads| threads as &mut dyn LanePool);
            rig.run(self, &mut buses.io(lanes), exchange);
        });
        true
    }

    fn silenced_by_panic(&self, buses: &mut CompleteBuses<'_>, work: impl FnOnce(&mut CompleteBuses<'_>)) {
        let is_done = guard(false, || {
            work(buses);
            true
        });
        if !is_done {
            self.panics.fetch_add(1, Ordering::Relaxed);
            buses.silence();
        }
    }

    /// What the host is told of the latency. Before there is an engine: what it will be, at a sample rate in Hz (not above
    /// 0 where none is known).
    pub(super) fn latency(&self, sample_rate: f64) -> u32 {
        match self.latency_frames.load(Ordering::Relaxed) {
            UNKNOWN if !limiter() => 0,
            UNKNOWN => LimiterNode::latency_at(if sample_rate > 0.0 { sample_rate } else { 48_000.0 }),
            frames => frames,
        }
    }

    /// How much later than it is made all that the plugin makes leaves it, at a sample rate in Hz.
    pub fn latency_micros(&self, sample_rate: f64) -> f64 {
        f64::from(self.latency(sample_rate)) * 1e6 / sample_rate
    }

    /// Sends every parameter's value to the engine with the next block, as after a state load. For an engine that has
    /// been made anew. Any thread.
    pub fn resend(&self) {
        for slot in 0..self.table.len() {
            self.pending.post(slot, self.modulated(slot, self.table.base(slot)));
        }
    }

    /// The host sets a parameter, on the normalized scale. Any thread; no lock.
    pub(super) fn host_value(&self, sink: &mut impl Sink, frame: u32, slot: usize, normalized: f32) {
        let Some(control) = self.table.control(slot) else { return };
        let plain = self.table.plain(slot, normalized);
        let is_press = plain != self.table.default_plain(slot);
        if is_press && !self.is_on.load(Ordering::Relaxed) && self.table.id(slot).is_some_and(is_momentary) {
            // A rig that is off does nothing of the moment, and a project would not bring it back.
            return;
        }
        if sink.is_latest(slot, frame) {
            self.table.set(slot, plain);
        }
        sink.control(frame, slot, control, self.modulated(slot, plain));
    }

    /// The host modulates a parameter: an offset on the normalized scale that stays until the next one.
    pub(super) fn host_modulation(&self, sink: &mut impl Sink, frame: u32, slot: usize, offset: f32) {
        let Some((control, cell)) = self.table.control(slot).zip(self.modulation.get(slot)) else { return };
        cell.store(offset.to_bits(), Ordering::Relaxed);
        sink.control(frame, slot, control, self.modulated(slot, self.table.base(slot)));
    }

    /// Modulation does not outlive the activation in which it came.
    pub(super) fn forget_modulation(&self) {
        for (slot, cell) in self.modulation.iter().enumerate() {
            if cell.swap(0, Ordering::Relaxed) != 0 {
                self.pending.post(slot, self.table.base(slot));
            }
        }
    }

    /// Puts the values that waited at the head of the block's list. Audio thread.
    pub(super) fn drain(&self, list: &mut InputList) {
        if !self.pending.any() {
            return;
        }
        for &slot in self.table.order() {
            if let Some((value, control)) = self.pending.take(slot).zip(self.table.control(slot)) {
                list.waited(slot, control, value);
            }
        }
    }

    /// A block's control value that the plugin never saw: it goes with the next block.
    pub(super) fn give_back(&self, control: Control, value: f32) {
        if let Some(slot) = self.table.slot_of(control) {
            self.pending.post_older(slot, value);
        }
    }

    /// A sink for values that come while no block is in hand.
    pub(super) fn aside(&self) -> Aside<'_> {
        Aside(&self.pending)
    }

    fn modulated(&self, slot: usize, plain: f32) -> f32 {
        let offset = self.modulation.get(slot).map_or(0.0, |cell| f32::from_bits(cell.load(Ordering::Relaxed)));
        // Without modulation no detour over the normalized scale: it would cost bits.
        if offset == 0.0 { plain } else { self.table.plain(slot, self.table.normalized(slot, plain) + offset) }
    }
}

/// Keeps values for the next block. MIDI and transport are of their moment and are let go.
pub(super) struct Aside<'a>(&'a Pending);

impl Sink for Aside<'_> {
    fn is_latest(&self, _: usize, _: u32) -> bool {
        true
    }
    fn control(&mut self, _: u32, slot: usize, _: Control, value: f32) {
        self.0.post(slot, value);
    }
    fn midi(&mut self, _: u32, _: [u8; 3]) {}
    fn transport(&mut self, _: u32, _: HostTransport) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::scratch::{HostBuses, Scratch};
    use echelon_engine::input::HostInput;
    use echelon_engine::units::DeckId;

    fn link() -> Arc<HostLink> {
        HostLink::new(&Arc::new(RigParams::default()))
    }

    fn drained(link: &HostLink) -> Vec<HostInput> {
        let mut list = InputList::new(link.table.len());
        list.begin(32);
        link.drain(&mut list);
        list.finish();
        list.range(0, 32).map(|timed| timed.input).collect()
    }

    #[test]
    fn the_entry_adopts_the_link_of_the_instance_it_made() {
        let stranger = link();
        let (made, found) = HostLink::adopt(link).unwrap();
        assert!(Arc::ptr_eq(&made, &found));
        assert!(!Arc::ptr_eq(&stranger, &found));
        assert!(HostLink::adopt(|| ()).is_none(), "no old link may be taken for a new instance");
    }

    #[test]
    fn a_value_set_between_blocks_waits_for_the_next_one() {
        let link = link();
        let slot = link.table.slot_of(Control::Quantize).unwrap();
        link.host_value(&mut link.aside(), 0, slot, 1.0);
        assert_eq!(link.table.base(slot), 4.0);
        assert_eq!(drained(&link), [HostInput::Waited(Control::Quantize, 4.0)]);
        assert!(drained(&link).is_empty());
    }

    #[test]
    fn modulation_reaches_the_engine_and_not_the_parameter() {
        let link = link();
        let slot = link.table.slot_of(Control::Crossfader).unwrap();
        link.host_modulation(&mut link.aside(), 0, slot, 0.25);
        assert_eq!(link.table.base(slot), 0.5);
        assert_eq!(drained(&link), [HostInput::Waited(Control::Crossfader, 0.75)]);
        link.host_value(&mut link.aside(), 0, slot, 0.9);
        assert_eq!(link.table.base(slot), 0.9);
        assert_eq!(drained(&link), [HostInput::Waited(Control::Crossfader, 1.0)]);
        link.forget_modulation();
        assert_eq!(drained(&link), [HostInput::Waited(Control::Crossfader, 0.9)]);
    }

    #[test]
    fn a_resend_carries_every_control_and_plays_come_last() {
        let link = link();
        link.resend();
        let inputs = drained(&link);
        assert_eq!(inputs.len(), link.table.len());
        let play = |deck| HostInput::Waited(Control::Play(deck), 0.0);
        assert_eq!(inputs[inputs.len() - 4..], DeckId::ALL.map(play));
    }

    #[test]
    fn a_panic_is_silence_for_one_block() {
        let link = link();
        let (mut left, mut right) = ([1.0_f32; 4], [1.0_f32; 4]);
        let mut host = HostBuses::NONE;
        host.outputs[0][0] = left.as_mut_ptr();
        host.outputs[5][1] = right.as_mut_ptr();
        let mut scratch = Scratch::new(4);
        // SAFETY: the arrays hold 4 frames.
        let mut buses = unsafe { scratch.complete(&host, 0, 4) };
        link.silenced_by_panic(&mut buses, |buses| {
            buses.io(None).master[0].fill(0.25);
            std::panic::panic_any(0_u8)
        });
        assert_eq!(link.panics.load(Ordering::Relaxed), 1);
        assert_eq!((left[3], right[3]), (0.0, 0.0));
        // SAFETY: as above.
        let mut buses = unsafe { scratch.complete(&host, 0, 4) };
        link.silenced_by_panic(&mut buses, |buses| buses.io(None).master[0].fill(0.5));
        assert_eq!(left[3], 0.5, "the next block goes on");
    }

    #[test]
    fn without_a_rig_nothing_is_played() {
        let mut scratch = Scratch::new(4);
        // SAFETY: there are no buses.
        let mut buses = unsafe { scratch.complete(&HostBuses::NONE, 0, 4) };
        assert!(!link().play(&mut buses, &mut Exchange::new()));
    }
}
