//! The audio thread: makes blocks at a pace, holds at gates, keeps what comes out.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clack_host::events::event_types::TransportEvent;
use clack_host::prelude::*;

use crate::plugin::{Host, Shape};
use crate::protocol::{Job, Order, Report};
use crate::record::Recording;
use crate::say;
use crate::transport::transport;

/// How long the transport may stand before the first beat.
const ROLL_PATIENCE: Duration = Duration::from_secs(120);
/// How long a gate stays shut without an order.
const GATE_PATIENCE: Duration = Duration::from_secs(10);

/// Runs to the end of the song and gives the processor back for the main thread.
pub fn run(
    processor: StoppedPluginAudioProcessor<Host>,
    job: &Job,
    shape: &Shape,
    latency_frames: u32,
    orders: &Receiver<Order>,
) -> Result<(StoppedPluginAudioProcessor<Host>, Recording)> {
    let processor = processor.start_processing().ok().context("the plugin does not start processing")?;
    let mut deck = Player {
        processor,
        buses: Buses::new(shape, job.block_frames as usize),
        steady_frames: 0,
        worst_block_load: 0.0,
        job,
    };
    let peak_before_start = deck.stand(orders)?;
    let mut recording = deck.roll(latency_frames, orders)?;
    recording.peak_before_start = peak_before_start;
    recording.worst_block_load = deck.worst_block_load;
    Ok((deck.processor.stop_processing(), recording))
}

/// One block's buffers for every bus.
struct Buses {
    inputs: Vec<Vec<Vec<f32>>>,
    outputs: Vec<Vec<Vec<f32>>>,
    input_ports: AudioPorts,
    output_ports: AudioPorts,
}

impl Buses {
    fn new(shape: &Shape, block_frames: usize) -> Self {
        let buffers =
            |ports: &[usize]| ports.iter().map(|channels| vec![vec![0.0; block_frames]; *channels]).collect::<Vec<_>>();
        let ports = |ports: &[usize]| AudioPorts::with_capacity(ports.iter().sum(), ports.len());
        Self {
            inputs: buffers(&shape.inputs),
            outputs: buffers(&shape.outputs),
            input_ports: ports(&shape.inputs),
            output_ports: ports(&shape.outputs),
        }
    }
}

struct Player<'a> {
    processor: StartedPluginAudioProcessor<Host>,
    buses: Buses,
    steady_frames: u64,
    worst_block_load: f64,
    job: &'a Job,
}

impl Player<'_> {
    /// Makes blocks with a standing transport until the order to roll comes; gives the largest sample heard.
    fn stand(&mut self, orders: &Receiver<Order>) -> Result<f32> {
        let started = Instant::now();
        let still = transport(0, self.job.sample_rate.into(), self.job.bpm, false);
        let mut peak = 0.0_f32;
        while started.elapsed() < ROLL_PATIENCE {
            match orders.recv_timeout(self.block_time()) {
                Ok(Order::Roll) => return Ok(peak),
                Ok(Order::Go) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => bail!("the demo is gone"),
            }
            self.block(self.job.block_frames as usize, &still)?;
            peak = self.buses.outputs.iter().flatten().flatten().fold(peak, |peak, s| peak.max(s.abs()));
        }
        bail!("no order to roll came within {} s", ROLL_PATIENCE.as_secs())
    }

    /// The song, from beat 0 to its end.
    fn roll(&mut self, latency_frames: u32, orders: &Receiver<Order>) -> Result<Recording> {
        let job = self.job;
        let mut recording = Recording::new(&self.buses.outputs, job.song_frames, latency_frames);
        let mut gates = job.gates.iter().enumerate().peekable();
        let mut pace = Pace::new(job);
        let mut frame = 0_u64;
        let end = job.song_frames + u64::from(latency_frames);
        let second = u64::from(job.sample_rate);
        let mut next_progress = 0;
        while frame < end {
            while let Some((index, _)) = gates.next_if(|(_, gate)| **gate <= frame) {
                say(&Report::Gate { index, frame });
                pace.pause(|| if job.hold_at_gates { wait_for_go(orders, index) } else { Ok(()) })?;
            }
            if frame >= next_progress {
                say(&Report::Progress { frame });
                next_progress = frame + second;
            }
            let num_frames = u64::from(job.block_frames).min(end - frame);
            let position = transport(frame, job.sample_rate.into(), job.bpm, true);
            let num_frames = usize::try_from(num_frames).context("a block fits into memory")?;
            self.block(num_frames, &position)?;
            recording.push(&self.buses.outputs, num_frames);
            frame += num_frames as u64;
            pace.wait_for(frame);
        }
        Ok(recording)
    }

    fn block_time(&self) -> Duration {
        Duration::from_secs_f64(f64::from(self.job.block_frames) / f64::from(self.job.sample_rate))
    }

    fn block(&mut self, num_frames: usize, position: &TransportEvent) -> Result<()> {
        let Buses { inputs, outputs, input_ports, output_ports } = &mut self.buses;
        inputs.iter_mut().flatten().for_each(|channel| channel.fill(0.0));
        // What a plugin leaves alone must not look like sound that it made.
        outputs.iter_mut().flatten().for_each(|channel| channel.fill(0.0));
        let inputs = input_ports.with_input_buffers(inputs.iter_mut().map(|port| AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_input_only(
                port.iter_mut().map(|channel| InputChannel::variable(&mut channel[..num_frames])),
            ),
        }));
        let mut outputs = output_ports.with_output_buffers(outputs.iter_mut().map(|port| AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(port.iter_mut().map(|channel| &mut channel[..num_frames])),
        }));
        let events_in = InputEvents::empty();
        let mut events_out = EventBuffer::new();
        let started = Instant::now();
        self.processor
            .process(
                &inputs,
                &mut outputs,
                &events_in,
                &mut OutputEvents::from_buffer(&mut events_out),
                Some(self.steady_frames),
                Some(position),
            )
            .context("the plugin's process function failed")?;
        let block_secs = num_frames as f64 / f64::from(self.job.sample_rate);
        self.worst_block_load = self.worst_block_load.max(started.elapsed().as_secs_f64() / block_secs);
        self.steady_frames += num_frames as u64;
        Ok(())
    }
}

/// Times a run so many times as fast as real time; pauses do not count.
struct Pace {
    started: Instant,
    paused: Duration,
    frames_per_sec: f64,
}

impl Pace {
    fn new(job: &Job) -> Self {
        Self { started: Instant::now(), paused: Duration::ZERO, frames_per_sec: f64::from(job.sample_rate) * job.pace }
    }

    fn pause(&mut self, wait: impl FnOnce() -> Result<()>) -> Result<()> {
        let began = Instant::now();
        wait()?;
        self.paused += began.elapsed();
        Ok(())
    }

    fn wait_for(&self, frame: u64) {
        let due = Duration::from_secs_f64(frame as f64 / self.frames_per_sec);
        thread::sleep(due.saturating_sub(self.started.elapsed().saturating_sub(self.paused)));
    }
}

fn wait_for_go(orders: &Receiver<Order>, gate: usize) -> Result<()> {
    match orders.recv_timeout(GATE_PATIENCE) {
        Ok(_) => Ok(()),
        Err(RecvTimeoutError::Disconnected) => bail!("the demo is gone"),
        Err(RecvTimeoutError::Timeout) => {
            say(&Report::Problem { text: format!("gate {gate}: no order came, going on") });
            Ok(())
        }
    }
}
