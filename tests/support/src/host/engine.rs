//! The audio thread's half of a host: cuts time into blocks and processes them by the script.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::main_thread::told;
use crate::blocks::BlockSizes;
use crate::buses::{BusFault, BusMemory, Given, INPUTS, OUTPUTS, is_unwritten};
use crate::events::{Delivery, OutEvent};
use crate::params::ParamTable;
use crate::recording::{Recording, Status};
use crate::setup::Setup;
use crate::sides::{Answer, AudioSide, Call, RawEvent};
use crate::sound::Sound;
use crate::transport::{Edges, Move, Said, Timeline, Transport};

/// An event of the script. Kept in the order of scheduling.
#[derive(Clone, Copy, Debug)]
struct Scheduled {
    frame: u64,
    event: RawEvent,
}

/// See the module's documentation. Moves between threads as a whole.
pub struct Engine {
    pub side: Box<dyn AudioSide>,
    table: Arc<ParamTable>,
    pub sample_rate: f64,
    /// Absolute frame of the next block's start.
    pub frame: u64,
    /// By how many frames the plugin said that it is late: its sound is recorded where it belongs.
    pub latency_frames: u64,
    /// Frames processed since the instance was created.
    steady: i64,
    sizes: BlockSizes,
    /// What is left of a block that was cut.
    left: u32,
    memory: BusMemory,
    script: Vec<Scheduled>,
    transport: Transport,
    timeline: Timeline,
    /// Start of the block before.
    previous: Option<u64>,
    delivery: Delivery,
    faults: Vec<BusFault>,
    inputs: BTreeMap<usize, Sound>,
    pub offline: bool,
    restart_every_block: bool,
    tolerates_errors: bool,
    /// Real time: when frame 0 of this engine's `steady` count was due.
    pace: Option<Instant>,
    real_time: bool,
}

impl Engine {
    pub fn new(side: Box<dyn AudioSide>, table: Arc<ParamTable>, setup: &Setup) -> Self {
        Self {
            side,
            table,
            sample_rate: setup.sample_rate,
            frame: 0,
            latency_frames: 0,
            steady: 0,
            sizes: setup.blocks.sizes(),
            left: 0,
            memory: BusMemory::new(setup.max_block_frames(), setup.in_place),
            script: Vec::new(),
            transport: setup.transport.clone(),
            timeline: setup.transport.timeline(setup.sample_rate),
            previous: None,
            delivery: setup.delivery,
            faults: setup.faults.clone(),
            inputs: setup.inputs.clone(),
            offline: setup.offline,
            restart_every_block: setup.restart_every_block,
            tolerates_errors: setup.tolerates_errors,
            pace: None,
            real_time: setup.real_time,
        }
    }

    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    pub fn schedule(&mut self, frame: u64, event: RawEvent) {
        self.script.push(Scheduled { frame, event });
    }

    pub fn schedule_move(&mut self, frame: u64, change: Move) {
        self.transport.push(frame, change);
        self.timeline = self.transport.timeline(self.sample_rate);
    }

    pub fn set_input(&mut self, bus: usize, sound: Sound) {
        self.inputs.insert(bus, sound);
    }

    /// Starts the absolute frame scale again with another transport. What was scheduled is dropped.
    pub fn rewind(&mut self, transport: Transport) {
        self.timeline = transport.timeline(self.sample_rate);
        self.transport = transport;
        self.frame = 0;
        self.left = 0;
        self.previous = None;
        self.script.clear();
    }

    /// Takes over another sample rate and other blocks; the frame scale and the song position at frame 0 stay.
    pub fn reconfigure(&mut self, setup: &Setup) {
        self.sample_rate = setup.sample_rate;
        self.sizes = setup.blocks.sizes();
        self.left = 0;
        self.memory = BusMemory::new(setup.max_block_frames(), setup.in_place);
        self.timeline = self.transport.timeline(setup.sample_rate);
        self.pace = None;
    }

    /// Processes blocks until `end`, at most `max_blocks`.
    pub fn run(&mut self, end: u64, max_blocks: u32, recording: &mut Recording) {
        for _ in 0..max_blocks {
            if self.frame >= end {
                break;
            }
            self.block(end, recording);
        }
    }

    /// Processes one block, which ends at `end` at the latest.
    fn block(&mut self, end: u64, recording: &mut Recording) {
        let frames = self.next_size(end);
        let (start, until) = (self.frame, self.frame + u64::from(frames));
        let said = self.timeline.said_at(start, self.previous);
        let events = self.events(start, until);
        let answer = self.process(start, frames, said, &events);
        self.record(start, frames, answer, recording);
        // A block without frames tells nothing new.
        if frames > 0 {
            self.previous = Some(start);
        }
        self.frame = until;
    }

    /// Processes one block with the transport standing at the current place. Frame scale and script do not move on;
    /// sound is thrown away. The block is of one frame, so that the rig, which runs free meanwhile, gets nowhere.
    pub fn idle_block(&mut self, recording: &mut Recording) {
        let frames = 1;
        let said = self.timeline.said_at(self.frame, None);
        let said = said.map(|said| Said { playing: false, preroll: false, ..said });
        let start = recording.end();
        let answer = self.process(u64::MAX - 100_000, frames, said, &[]);
        self.record(start, frames, answer, recording);
    }

    fn next_size(&mut self, end: u64) -> u32 {
        if self.left == 0 {
            self.left = self.sizes.next().expect("sizes do not end");
        }
        let mut size = u64::from(self.left).min(end - self.frame);
        if let (Edges::Split, Some(edge)) = (self.timeline.edges(), self.timeline.next_edge(self.frame)) {
            size = size.min(edge - self.frame);
        }
        self.left -= size as u32;
        size as u32
    }

    /// The events of a block in their order of delivery.
    fn events(&mut self, start: u64, end: u64) -> Vec<(u32, RawEvent)> {
        let late = self.delivery == Delivery::AtBlockEnd && end > start;
        let in_block = |scheduled: &Scheduled| scheduled.frame < end || (late && scheduled.frame == end);
        let (now, later) = self.script.iter().partition(|scheduled| in_block(scheduled));
        self.script = later;
        let mut now: Vec<Scheduled> = now;
        if self.delivery != Delivery::Unsorted {
            now.sort_by_key(|scheduled| scheduled.frame);
        }
        let offset = |frame: u64| frame.saturating_sub(start) as u32;
        let mut events: Vec<_> = now.iter().map(|scheduled| (offset(scheduled.frame), scheduled.event)).collect();
        if self.timeline.edges() == Edges::MidBlock {
            let mut edge = start;
            while let Some(next) = self.timeline.next_edge(edge).filter(|next| *next < end) {
                if let Some(said) = self.timeline.said_at(next, self.previous) {
                    let at = events.partition_point(|(other, _)| *other < offset(next));
                    events.insert(at, (offset(next), RawEvent::Transport(said)));
                }
                edge = next;
            }
        }
        events
    }

    fn process(&mut self, start: u64, frames: u32, said: Option<Said>, events: &[(u32, RawEvent)]) -> Answer {
        self.keep_pace();
        self.fill_inputs(start, frames);
        self.memory.clear_outputs();
        if self.restart_every_block {
            self.side.stop();
            assert!(self.side.start(), "processing did not start again");
        }
        let steady = self.steady;
        self.steady += i64::from(frames);
        let (offline, sample_rate) = (self.offline, self.sample_rate);
        let (memory, faults) = (&mut self.memory, &self.faults[..]);
        let mode = float_mode();
        let answer = self.side.process(Call { frames, steady, said, events, memory, faults, offline, sample_rate });
        assert_eq!(float_mode(), mode, "the plugin left the thread's floating-point mode changed");
        answer
    }

    fn keep_pace(&mut self) {
        if self.real_time {
            let start = Duration::from_secs_f64(self.steady as f64 / self.sample_rate);
            let zero = *self.pace.get_or_insert_with(|| Instant::now().checked_sub(start).unwrap_or_else(Instant::now));
            std::thread::sleep((zero + start).saturating_duration_since(Instant::now()));
        }
    }

    /// When a frame that was processed, or is about to be, is due.
    pub fn due_time(&self, frame: u64) -> Option<Instant> {
        let steady = self.steady as f64 + frame as f64 - self.frame as f64;
        self.pace.map(|zero| zero + Duration::from_secs_f64(steady.max(0.0) / self.sample_rate))
    }

    fn fill_inputs(&mut self, start: u64, frames: u32) {
        for bus in 0..INPUTS {
            let sound = self.inputs.get(&bus);
            for frame in 0..frames {
                let at = start + u64::from(frame);
                let pair = sound.filter(|sound| (sound.start..sound.end()).contains(&at)).map(|sound| sound.at(at));
                let [left, right] = pair.unwrap_or([0.0; 2]);
                let [to_left, to_right] = &mut self.memory.inputs[bus];
                (to_left[frame as usize], to_right[frame as usize]) = (left, right);
            }
        }
    }

    fn record(&self, start: u64, frames: u32, answer: Answer, recording: &mut Recording) {
        let is_error = answer.status == Status::Error;
        // What comes out before that is of the time before frame 0.
        let early = self.latency_frames.saturating_sub(start).min(u64::from(frames)) as usize;
        assert!(!is_error || self.tolerates_errors, "the process call of frames {start}+{frames} failed");
        for bus in 0..OUTPUTS {
            let given = BusFault::apply(&self.faults, true, bus) == Given::Channels;
            let sound = &mut recording.buses[bus];
            let sides = self.memory.output(bus).iter().zip([&mut sound.left, &mut sound.right]);
            for (from, to) in sides {
                let from = &from[..frames as usize];
                if given && !is_error {
                    check(bus, start, from);
                    to.extend_from_slice(&from[early..]);
                } else {
                    to.resize(to.len() + from.len() - early, 0.0);
                }
            }
        }
        let event = |(offset, event)| OutEvent { frame: start + u64::from(offset), kind: told(&self.table, event) };
        recording.events.extend(answer.events.into_iter().map(event));
        recording.blocks.push((start, frames));
        *recording.statuses.entry(answer.status).or_default() += 1;
        recording.guard.add(&answer.guard.counts);
        if recording.first_offence.is_none() {
            recording.first_offence = answer.guard.first;
        }
    }
}

/// Fails unless the plugin wrote finite samples everywhere.
fn check(bus: usize, start: u64, samples: &[f32]) {
    if let Some(index) = samples.iter().position(|sample| !sample.is_finite()) {
        let frame = start + index as u64;
        assert!(!is_unwritten(samples[index]), "the plugin left output bus {bus} unwritten at frame {frame}");
        panic!("output bus {bus} is {} at frame {frame}", samples[index]);
    }
}

/// How this thread rounds and whether it flushes small numbers to zero; always the same where it cannot be read.
fn float_mode() -> u32 {
    #[cfg(target_arch = "x86_64")]
    {
        let mut mxcsr = 0_u32;
        // SAFETY: stores the control register into the variable.
        unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags)) };
        // The lower six bits only note what has happened.
        mxcsr & !0x3F
    }
    #[cfg(not(target_arch = "x86_64"))]
    0
}
