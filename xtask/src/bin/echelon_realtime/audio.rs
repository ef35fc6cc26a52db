//! The audio thread. While blocks are measured it takes no memory, says nothing and waits for nobody.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clack_host::prelude::*;

use crate::control::FixedWork;
use crate::plugin::{Host, Shape};
use crate::priority::{ask_for_this_thread, own_ns};
use crate::protocol::Job;
use crate::transport::transport;

/// How long the transport may stand before the first beat.
const ROLL_PATIENCE: Duration = Duration::from_secs(180);

/// The master and four decks: outputs that must sound.
const HEARD: usize = 5;

/// What the other threads see and say.
#[derive(Debug, Default)]
pub struct Progress {
    frame: AtomicU64,
    rolls: AtomicBool,
    ends: AtomicBool,
}

impl Progress {
    /// Frames since the transport rolled.
    pub fn frame(&self) -> u64 {
        self.frame.load(Ordering::Relaxed)
    }

    /// Lets the transport roll.
    pub fn roll(&self) {
        self.rolls.store(true, Ordering::Relaxed);
    }

    /// Nobody wants to know any more.
    pub fn end(&self) {
        self.ends.store(true, Ordering::Relaxed);
    }
}

/// One call of the plugin's `process`.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// By the clock on the wall.
    pub took_ns: u64,
    /// That this thread ran meanwhile: less, if someone came between.
    pub own_ns: u64,
    /// After the moment at which the block was due to begin.
    pub late_ns: u64,
    /// That the fixed piece of work took, right after the call.
    pub fixed_ns: u64,
}

/// Everything from song frame 0 on.
#[derive(Debug)]
pub struct Blocks {
    pub is_realtime: bool,
    pub times: Vec<Time>,
    pub non_finite_samples: u64,
    /// The largest sample of the output that was least heard: the master, or a deck. The cue output may be silent.
    pub least_peak: f32,
}

impl Blocks {
    /// The longest call, as a part of the period.
    pub fn worst_load(&self, job: &Job) -> f64 {
        let longest = self.times.iter().map(|time| time.took_ns).max().unwrap_or(0);
        longest as f64 / 1e9 / block_secs(job)
    }
}

fn block_secs(job: &Job) -> f64 {
    f64::from(job.block_frames) / f64::from(job.sample_rate)
}

/// Runs to the end of the song and gives the processor back for the main thread.
pub fn run(
    processor: StoppedPluginAudioProcessor<Host>,
    job: &Job,
    shape: &Shape,
    progress: &Progress,
) -> Result<(StoppedPluginAudioProcessor<Host>, Blocks)> {
    let is_realtime = ask_for_this_thread();
    let processor = processor.start_processing().ok().context("the plugin does not start processing")?;
    let mut player = Player::new(processor, job, shape);
    player.stand(progress)?;
    let times = player.roll(progress)?;
    let least_peak = player.peaks.iter().copied().take(HEARD).fold(f32::INFINITY, f32::min);
    let non_finite_samples = player.non_finite_samples;
    Ok((player.processor.stop_processing(), Blocks { is_realtime, times, non_finite_samples, least_peak }))
}

/// A moment for each block, a period after the last one.
struct Pace {
    due: Instant,
    period: Duration,
}

impl Pace {
    fn new(job: &Job) -> Self {
        Self { due: Instant::now(), period: Duration::from_secs_f64(block_secs(job)) }
    }

    /// Sleeps until the next block is due, and says how late it became.
    fn wait(&mut self) -> Duration {
        self.due += self.period;
        thread::sleep(self.due.saturating_duration_since(Instant::now()));
        let now = Instant::now();
        let late = now.saturating_duration_since(self.due);
        // A device plays on: whoever is late by more than a block has lost blocks, and does not make up for them.
        if late > self.period {
            self.due = now;
        }
        late
    }
}

struct Player<'a> {
    processor: StartedPluginAudioProcessor<Host>,
    inputs: Vec<Vec<Vec<f32>>>,
    outputs: Vec<Vec<Vec<f32>>>,
    input_ports: AudioPorts,
    output_ports: AudioPorts,
    events: EventBuffer,
    steady_frames: u64,
    peaks: Vec<f32>,
    non_finite_samples: u64,
    job: &'a Job,
}

impl<'a> Player<'a> {
    fn new(processor: StartedPluginAudioProcessor<Host>, job: &'a Job, shape: &Shape) -> Self {
        let frames = job.block_frames as usize;
        let buffers = |ports: &[usize]| ports.iter().map(|channels| vec![vec![0.0; frames]; *channels]).collect();
        let ports = |ports: &[usize]| AudioPorts::with_capacity(ports.iter().sum(), ports.len());
        Self {
            processor,
            inputs: buffers(&shape.inputs),
            outputs: buffers(&shape.outputs),
            input_ports: ports(&shape.inputs),
            output_ports: ports(&shape.outputs),
            events: EventBuffer::with_capacity(1024),
            steady_frames: 0,
            peaks: vec![0.0; shape.outputs.len()],
            non_finite_samples: 0,
            job,
        }
    }

    /// Blocks with a standing transport, until it shall roll.
    fn stand(&mut self, progress: &Progress) -> Result<()> {
        let started = Instant::now();
        let mut pace = Pace::new(self.job);
        while !progress.rolls.load(Ordering::Relaxed) {
            if started.elapsed() > ROLL_PATIENCE || progress.ends.load(Ordering::Relaxed) {
                bail!("no order to roll came");
            }
            let late = pace.wait();
            self.block(0, false, late)?;
        }
        Ok(())
    }

    /// The song. The times have their room before it begins.
    fn roll(&mut self, progress: &Progress) -> Result<Vec<Time>> {
        let blocks = usize::try_from(self.job.song_frames / u64::from(self.job.block_frames)).context("too long")?;
        let mut times = Vec::with_capacity(blocks);
        let fixed = FixedWork::new();
        let mut pace = Pace::new(self.job);
        let mut frame = 0;
        while times.len() < blocks && !progress.ends.load(Ordering::Relaxed) {
            let late = pace.wait();
            let time = self.block(frame, true, late)?;
            times.push(Time { fixed_ns: nanoseconds(fixed.took()), ..time });
            self.listen();
            frame += u64::from(self.job.block_frames);
            progress.frame.store(frame, Ordering::Relaxed);
        }
        Ok(times)
    }

    fn block(&mut self, frame: u64, rolls: bool, late: Duration) -> Result<Time> {
        let frames = self.job.block_frames as usize;
        let position = transport(frame, self.job.sample_rate.into(), self.job.bpm, rolls);
        self.events.clear();
        let inputs = self.input_ports.with_input_buffers(self.inputs.iter_mut().map(|port| AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_input_only(
                port.iter_mut().map(|channel| InputChannel::variable(&mut channel[..frames])),
            ),
        }));
        let mut outputs = self.output_ports.with_output_buffers(self.outputs.iter_mut().map(|port| AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(port.iter_mut().map(|channel| &mut channel[..frames])),
        }));
        let events_in = InputEvents::empty();
        let mut events_out = OutputEvents::from_buffer(&mut self.events);
        let steady = Some(self.steady_frames);
        let (began, ran) = (Instant::now(), own_ns());
        self.processor
            .process(&inputs, &mut outputs, &events_in, &mut events_out, steady, Some(&position))
            .context("the plugin's process function failed")?;
        let (took, own_ns) = (began.elapsed(), own_ns().saturating_sub(ran));
        self.steady_frames += u64::from(self.job.block_frames);
        Ok(Time { took_ns: nanoseconds(took), own_ns, late_ns: nanoseconds(late), fixed_ns: 0 })
    }

    /// How loud each output was, and that all of it is sound.
    fn listen(&mut self) {
        for (peak, port) in self.peaks.iter_mut().zip(&self.outputs) {
            for sample in port.iter().flatten() {
                *peak = peak.max(sample.abs());
                self.non_finite_samples += u64::from(!sample.is_finite());
            }
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
