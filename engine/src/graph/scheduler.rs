//! Plays plans on the audio thread.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ringbuf::HeapProd;
use ringbuf::traits::{Consumer, Observer, Producer};

use super::command::{AudioCommand, CommandReceiver, MAX_COMMANDS_PER_TICK};
use super::costs::{SAMPLE_EVERY, ticks_per_ns};
use super::events::EventQueue;
use super::parallel::{Beat, Gang, Governor, LanePool, now};
use super::plan::{Bus, Plan};
use super::run::Faults;
use super::{
    DECLICK_MS, DspNode, InputBus, NodeId, OutputBus, Param, ParamEvent, SUB_BLOCK_FRAMES, Status, StereoBlock, Width,
};
use crate::dsp::{Ramp, without_denormals};
use crate::units::ms_to_frames;

/// What both halves see.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The lanes that may share the work.
    pub(super) gang: Arc<Gang>,
    /// Sub-blocks that lanes shared.
    pub(super) shared_sub_blocks: AtomicU64,
    /// Which graph this is, in this process.
    pub(super) graph: u64,
    /// Serial of the plan that runs, and the frame at which it began.
    pub(super) adopted: AtomicU64,
    pub(super) adopted_at: AtomicU64,
    /// Frames made.
    pub(super) frames: AtomicU64,
    /// What nodes and buses brought that is no sound.
    pub(super) faults: Faults,
    /// Moves of parameters whose node was gone.
    pub(super) lost_events: AtomicU64,
    /// Plans that had to wait because the way back for the old one was full.
    pub(super) refused_swaps: AtomicU64,
}

/// The outside of a graph: where its buses come from and go to.
pub trait BusIo {
    /// Fills the block's first `frames` frames with an input bus from `frame` on, and says what is known of them.
    fn read(&mut self, bus: InputBus, frame: usize, frames: usize, block: &mut StereoBlock) -> Status;
    /// Takes the block's first `frames` frames as an output bus from `frame` on.
    fn write(&mut self, bus: OutputBus, frame: usize, frames: usize, block: &StereoBlock);
}

/// The audio half of a graph: runs the plan it was last sent, in sub-blocks of at most [`SUB_BLOCK_FRAMES`].
pub struct Scheduler {
    plan: Box<Plan>,
    returns: HeapProd<Box<Plan>>,
    shared: Arc<Shared>,
    events: EventQueue,
    /// Frames made since the start.
    clock: u64,
    sub_blocks: u64,
    mute: Ramp,
    /// Whether something that was silenced sounds again at the next multiple of [`SUB_BLOCK_FRAMES`] in the clock
    /// (bit 0), or at the one after (bit 1): there a sub-block begins.
    releases: u8,
    /// Frames for which every node is still looked at.
    hunt_frames: u32,
    hunt_length: u32,
    governor: Governor,
    beat: Beat,
    /// Threads that may share the work, the audio thread included.
    lanes: u32,
    scratch: Box<StereoBlock>,
}

impl Scheduler {
    pub(super) fn new(returns: HeapProd<Box<Plan>>, shared: Arc<Shared>, sample_rate: f64, lanes: u32) -> Self {
        Self {
            plan: Box::new(Plan::empty()),
            returns,
            shared,
            events: EventQueue::new(),
            clock: 0,
            sub_blocks: 0,
            mute: Ramp::new(1.0, ms_to_frames(DECLICK_MS, sample_rate)),
            releases: 0,
            hunt_frames: 0,
            hunt_length: hunt_frames(sample_rate),
            governor: Governor::default(),
            beat: Beat::new(if lanes > 1 { ticks_per_ns() } else { None }),
            lanes,
            scratch: Box::new(StereoBlock::SILENT),
        }
    }

    /// Takes commands, then makes a block of any length on the main output.
    ///
    /// # Real-time
    /// No allocation, lock, system call or drop of a box; bounded by the block, the plan and
    /// [`MAX_COMMANDS_PER_TICK`].
    pub fn process_block(&mut self, commands: &mut CommandReceiver, output: [&mut [f32]; 2]) {
        self.receive(commands);
        self.process_block_simple(output);
    }

    /// Makes a block of any length on the main output. Every frame of it is written; a graph without one is silent.
    ///
    /// # Real-time
    /// As [`Scheduler::process_block`].
    pub fn process_block_simple(&mut self, output: [&mut [f32]; 2]) {
        let frames = output[0].len().max(output[1].len());
        let mut io = MainOutput(output);
        if self.plan.bus_outputs.iter().all(|output| output.bus != MAIN) {
            io.0.iter_mut().for_each(|channel| channel.fill(0.0));
        }
        self.run(&mut io, 0, frames);
    }

    /// Takes at most [`MAX_COMMANDS_PER_TICK`] commands. They take effect on the next frame.
    ///
    /// # Real-time
    /// As [`Scheduler::process_block`].
    pub fn receive(&mut self, commands: &mut CommandReceiver) {
        if commands.graph != self.shared.graph {
            return;
        }
        for _ in 0..MAX_COMMANDS_PER_TICK {
            let has_room = match commands.ring.try_peek() {
                None => return,
                Some(AudioCommand::Swap(_)) => self.can_swap(),
                Some(AudioCommand::Param(_)) => !self.events.is_full(),
                Some(AudioCommand::Mute(_) | AudioCommand::Parallel(_)) => true,
            };
            if !has_room {
                return;
            }
            match commands.ring.try_pop() {
                Some(AudioCommand::Swap(plan)) => self.adopt(plan),
                Some(AudioCommand::Param(event)) => _ = self.events.push(event),
                Some(AudioCommand::Mute(mute)) => self.mute.set(if mute { 0.0 } else { 1.0 }),
                Some(AudioCommand::Parallel(mode)) => self.governor.mode = mode,
                None => return,
            }
        }
    }

    /// The old plan is never dropped here: without a way back for it, the new one waits.
    fn can_swap(&self) -> bool {
        let has_room = !self.returns.is_full();
        if !has_room {
            self.shared.refused_swaps.fetch_add(1, Ordering::Relaxed);
        }
        has_room
    }

    fn adopt(&mut self, plan: Box<Plan>) {
        if self.releases != 0 {
            // The new plan knows of nothing broken.
            self.plan.reset_broken();
            // What it is that was found is still to be found out, from the next multiple on.
            self.releases = 1;
        }
        let old = std::mem::replace(&mut self.plan, plan);
        if let Err(old) = self.returns.try_push(old) {
            // Cannot happen, the room was there a moment ago. A leak is better than a free on this thread.
            std::mem::forget(old);
        }
        self.governor.forget();
        self.shared.adopted_at.store(self.clock, Ordering::Relaxed);
        self.shared.adopted.store(self.plan.serial, Ordering::Release);
    }

    /// Moves a parameter `offset` frames from now. `false` if too many wait already.
    ///
    /// # Real-time
    /// No allocation; bounded by [`super::MAX_PENDING_EVENTS`].
    pub fn push_event(&mut self, offset: u32, node: NodeId, index: u16, param: Param) -> bool {
        self.events.push(ParamEvent { at_frame: self.clock + u64::from(offset), node, index, param })
    }

    /// Makes the frames `from..to` of the host's blocks.
    ///
    /// # Real-time
    /// As [`Scheduler::process_block`].
    pub fn run(&mut self, io: &mut impl BusIo, from: usize, to: usize) {
        self.run_with(io, from, to, None);
    }

    /// As [`Scheduler::run`], with threads that the host lends: each sub-block is offered to the pool, which calls
    /// [`super::LaneEntry::exec`]. It comes out the same whether the pool helps, runs its tasks one by one, or refuses.
    ///
    /// # Real-time
    /// As [`Scheduler::process_block`], and whatever the pool does.
    pub fn run_with(&mut self, io: &mut impl BusIo, from: usize, to: usize, mut pool: Option<&mut dyn LanePool>) {
        let frames = u32::try_from(to.saturating_sub(from)).unwrap_or(u32::MAX);
        let has_help = self.plan.strips.len() > 1 && (pool.is_some() || self.shared.gang.num_helpers() > 0);
        let start = now();
        let uses_lanes = self.governor.begin(start, frames) && has_help;
        if has_help {
            let due = self.beat.begin(start);
            self.shared.gang.set_due(if self.governor.wants_lanes() { due } else { 0 });
        }
        without_denormals(|| {
            let mut frame = from;
            while frame < to {
                let frames = self.next_sub_block().min(to - frame);
                self.run_sub_block(io, frame, frames, uses_lanes, &mut pool);
                frame += frames;
            }
        });
        if has_help {
            let end = now();
            self.beat.end(end);
            self.governor.end(uses_lanes, end.saturating_sub(start), frames);
        }
        self.shared.frames.store(self.clock, Ordering::Release);
        self.shared.lost_events.store(self.events.lost(), Ordering::Relaxed);
    }

    /// Frames up to where the next sub-block must begin.
    fn next_sub_block(&mut self) -> usize {
        let phase = self.phase();
        if phase == 0 {
            if self.releases & 1 != 0 {
                self.hunt_frames = self.hunt_length;
            }
            self.releases >>= 1;
        }
        // A hunt begins and ends on a multiple too.
        if self.releases == 0 && self.hunt_frames == 0 { SUB_BLOCK_FRAMES } else { SUB_BLOCK_FRAMES - phase as usize }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a remainder")]
    const fn phase(&self) -> u32 {
        (self.clock % SUB_BLOCK_FRAMES as u64) as u32
    }

    fn run_sub_block(
        &mut self,
        io: &mut impl BusIo,
        frame: usize,
        frames: usize,
        uses_lanes: bool,
        pool: &mut Option<&mut dyn LanePool>,
    ) {
        let count = u32::try_from(frames).unwrap_or(0);
        self.read_inputs(io, frame, frames);
        let has_events = self.events.begin(&mut self.plan, self.clock, count);
        let hunts = self.hunt_frames > 0;
        self.sub_blocks = self.sub_blocks.wrapping_add(1);
        let samples = !self.plan.costs.is_empty() && self.sub_blocks.is_multiple_of(SAMPLE_EVERY);
        let (events, faults) = (self.events.active(), &self.shared.faults);
        let run = self.plan.run_info(count, events, faults, self.phase(), hunts, samples);
        if uses_lanes {
            let lanes = self.lanes;
            // A host that refuses is no loss: the audio thread then does it all.
            let ask = || _ = pool.as_mut().map(|pool| pool.request_exec(lanes));
            self.shared.gang.run(&mut self.plan, &run, ask);
            self.shared.shared_sub_blocks.fetch_add(1, Ordering::Relaxed);
        } else {
            self.plan.run_all(&run);
        }
        if has_events {
            self.events.end(&mut self.plan);
        }
        self.write_outputs(io, frame, frames);
        self.clock += u64::from(count);
        self.hunt_frames = self.hunt_frames.saturating_sub(count);
        self.releases |= self.shared.faults.take_releases();
    }

    fn read_inputs(&mut self, io: &mut impl BusIo, frame: usize, frames: usize) {
        let phase = self.phase();
        for index in 0..self.plan.bus_inputs.len() {
            let Bus { bus, buffer, width, hold } = self.plan.bus_inputs[index];
            let block = self.plan.block_mut(buffer);
            let before = std::mem::replace(&mut block.status, Status::Audio);
            let status = io.read(bus, frame, frames, block);
            if status == Status::Silent {
                block.status = before;
                block.silence();
            } else {
                block.status = status;
            }
            let hold = guard(&self.shared.faults, hold, block, frames, phase, width);
            self.plan.bus_inputs[index].hold = hold;
        }
    }

    fn write_outputs(&mut self, io: &mut impl BusIo, frame: usize, frames: usize) {
        let (mute, phase) = (self.mute, self.phase());
        for index in 0..self.plan.bus_outputs.len() {
            let Bus { bus, buffer, width, hold } = self.plan.bus_outputs[index];
            let block = self.plan.block_mut(buffer);
            let hold = guard(&self.shared.faults, hold, block, frames, phase, width);
            self.plan.bus_outputs[index].hold = hold;
            let block = self.plan.block_mut(buffer);
            if width == Width::Mono {
                block.right = block.left;
            }
            // Every bus goes along the same ramp.
            self.mute = mute;
            if self.mute.is_settled() && self.mute.target() == 1.0 {
                io.write(bus, frame, frames, block);
            } else {
                fade(&mut self.mute, block, &mut self.scratch, frames);
                io.write(bus, frame, frames, &self.scratch);
            }
        }
        if self.plan.bus_outputs.is_empty() {
            self.mute.skip(u32::try_from(frames).unwrap_or(0));
        }
    }

    /// A node of the running plan, by its type.
    ///
    /// # Real-time
    /// No allocation.
    #[must_use]
    pub fn node_mut<T: DspNode>(&mut self, id: NodeId) -> Option<&mut T> {
        let node: &mut dyn Any = self.plan.node_mut(id)?;
        node.downcast_mut()
    }

    /// Gets all nodes of the running plan ready for a sample rate in Hz. Not real-time.
    pub fn prepare(&mut self, sample_rate: f64) {
        self.mute = Ramp::new(self.mute.target(), ms_to_frames(DECLICK_MS, sample_rate));
        self.hunt_length = hunt_frames(sample_rate);
        self.plan.for_each_node(|node| node.prepare(sample_rate));
    }

    /// How often a node or a bus brought what is no sound and was silenced.
    #[must_use]
    pub fn non_finite(&self) -> u64 {
        u64::from(self.shared.faults.count())
    }

    /// Frames made since the start: the clock of [`ParamEvent::at_frame`].
    #[must_use]
    pub const fn clock_frames(&self) -> u64 {
        self.clock
    }

    /// By how many frames the outputs are late.
    #[must_use]
    pub const fn latency_frames(&self) -> u32 {
        self.plan.latency_frames
    }

    /// How many buffers the sound between the nodes needs.
    #[must_use]
    pub const fn num_buffers(&self) -> usize {
        self.plan.slab.len()
    }
}

impl Scheduler {
    /// How many pieces of work lanes can share.
    #[must_use]
    pub const fn num_strips(&self) -> usize {
        self.plan.strips.len()
    }

    /// How many ops the running plan has: a bank is one.
    #[must_use]
    pub const fn num_ops(&self) -> usize {
        self.plan.ops.len()
    }
}

impl std::fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scheduler").field("plan", &self.plan.serial).field("clock", &self.clock).finish_non_exhaustive()
    }
}

/// How long every node is looked at after something was found, in milliseconds.
const HUNT_MS: f64 = 1000.0;

/// What is no sound does not pass a bus either. Takes and returns the frames of silence that are left.
fn guard(faults: &Faults, hold: u8, block: &mut StereoBlock, frames: usize, phase: u32, width: Width) -> u8 {
    let count = u32::try_from(frames).unwrap_or(0);
    if hold > 0 {
        *block = StereoBlock::SILENT;
        return u8::try_from(u32::from(hold).saturating_sub(count)).unwrap_or(0);
    }
    block.first_bad_frame(frames, width).map_or(0, |at| {
        block.silence_from(at);
        faults.add(at, count, phase)
    })
}

/// In whole sub-blocks.
fn hunt_frames(sample_rate: f64) -> u32 {
    ms_to_frames(HUNT_MS, sample_rate).next_multiple_of(64)
}

/// A block along the mute ramp. At its end it is silence, whatever the block holds.
fn fade(mute: &mut Ramp, from: &StereoBlock, to: &mut StereoBlock, frames: usize) {
    if mute.is_settled() && mute.target() == 0.0 {
        return to.silence();
    }
    let [left, right] = to.channels_mut();
    for n in 0..frames {
        let gain = mute.next_value();
        // Never a negative zero: the silence after the ramp is a positive one.
        left[n] = 0.0 + from.left[n] * gain;
        right[n] = 0.0 + from.right[n] * gain;
    }
}

/// The bus of [`super::Command::SetOutputNode`].
pub(super) const MAIN: OutputBus = OutputBus(0);

/// Two channels of a host as the main output; there is no input.
struct MainOutput<'a>([&'a mut [f32]; 2]);

impl BusIo for MainOutput<'_> {
    fn read(&mut self, _: InputBus, _: usize, _: usize, _: &mut StereoBlock) -> Status {
        Status::Silent
    }

    fn write(&mut self, bus: OutputBus, frame: usize, frames: usize, block: &StereoBlock) {
        if bus == MAIN {
            for (channel, samples) in self.0.iter_mut().zip([&block.left, &block.right]) {
                let end = channel.len().min(frame + frames);
                if frame < end {
                    channel[frame..end].copy_from_slice(&samples[..end - frame]);
                }
            }
        }
    }
}
