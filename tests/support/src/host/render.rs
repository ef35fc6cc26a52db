//! Rendering: the ways to let time pass.

use std::panic::resume_unwind;
use std::time::Instant;

use super::{MainThread, MiniHost};
use crate::recording::Recording;
use crate::setup::Setup;
use crate::wait::{LOOK_AGAIN, PATIENCE};

/// Said between two blocks of a render.
enum Next {
    GoOn,
    Enough,
}

impl MiniHost {
    /// Renders so many frames. The sound is recorded on the frame where it belongs, as a host with delay compensation
    /// plays it: of these frames the last come with the next render, if the plugin has latency.
    ///
    /// # Panics
    /// If the audio thread did what it must not, the plugin left samples unwritten or not finite, failed to process,
    /// or misused its host (see [`crate::Setup`] for what may be tolerated).
    pub fn render(&mut self, frames: u64) -> Recording {
        self.render_to(self.frame() + frames)
    }

    /// Renders up to an absolute frame.
    pub fn render_to(&mut self, frame: u64) -> Recording {
        self.run(frame, u32::MAX, |_, _| Next::GoOn)
    }

    /// Renders so many seconds, to the nearest frame.
    pub fn render_secs(&mut self, secs: f64) -> Recording {
        self.render((secs * self.sample_rate()).round() as u64)
    }

    /// Renders up to (not including) the frame of a song position.
    pub fn render_to_beat(&mut self, beats: f64) -> Recording {
        self.render_to(self.frame_of_beat(beats))
    }

    /// Renders so many blocks.
    pub fn render_blocks(&mut self, blocks: usize) -> Recording {
        let mut left = blocks;
        // One block of any size at a time: no end in sight.
        self.run(u64::MAX / 2, 1, |_, _| {
            left = left.wrapping_sub(1);
            if left == usize::MAX { Next::Enough } else { Next::GoOn }
        })
    }

    /// Renders so many frames and calls back before every block with the
    /// main thread's half and the block's absolute frame.
    pub fn render_with(&mut self, frames: u64, mut before_block: impl FnMut(&mut MainThread, u64)) -> Recording {
        let end = self.frame() + frames;
        self.run(end, 1, |host, _| {
            let frame = host.frame();
            before_block(&mut host.main, frame);
            Next::GoOn
        })
    }

    /// Renders until `is_enough` says so of what has been rendered.
    ///
    /// Frames pass much faster than time here: to wait for another thread, use [`MiniHost::pump_until`].
    ///
    /// # Panics
    /// As [`MiniHost::render`], and if it is not enough after `max_frames`.
    pub fn render_until(&mut self, max_frames: u64, mut is_enough: impl FnMut(&Recording) -> bool) -> Recording {
        let end = self.frame() + max_frames;
        let mut was_enough = false;
        let recording = self.run(end, 1, |_, recording| {
            was_enough = is_enough(recording);
            if was_enough { Next::Enough } else { Next::GoOn }
        });
        assert!(was_enough || is_enough(&recording), "not enough after {max_frames} frames");
        recording
    }

    /// Renders so many frames on another thread, while `body` runs on this one with the main thread's half.
    pub fn render_while<R>(&mut self, frames: u64, body: impl FnOnce(&mut MainThread) -> R) -> (Recording, R) {
        let end = self.frame() + frames;
        let engine = self.engine.as_mut().expect("the engine is back after every render");
        let main = &mut self.main;
        let (recording, result) = std::thread::scope(|scope| {
            let render = move || {
                let mut recording = Recording::new(engine.frame.saturating_sub(engine.latency_frames));
                engine.run(end, u32::MAX, &mut recording);
                recording
            };
            let audio = std::thread::Builder::new().name("audio".to_owned());
            let audio = audio.spawn_scoped(scope, render).expect("a thread");
            let result = body(main);
            (audio.join().unwrap_or_else(|panic| resume_unwind(panic)), result)
        });
        self.judge(&recording);
        (recording, result)
    }

    /// Processes blocks at about the speed of real time with the transport standing still, until `is_so` is true. The
    /// absolute frame does not move on and the sound is thrown away: for waiting until a track is loaded before the
    /// music starts.
    ///
    /// # Panics
    /// As [`MiniHost::render`], and if it is not so after [`PATIENCE`]; `what` says what was awaited.
    pub fn pump_until(&mut self, what: &str, mut is_so: impl FnMut(&MainThread) -> bool) {
        let start = Instant::now();
        while !is_so(&self.main) {
            assert!(start.elapsed() < PATIENCE, "pumped {PATIENCE:?} in vain for {what}");
            self.pump(1);
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Processes some blocks with the transport standing still, as [`MiniHost::pump_until`] does.
    pub fn pump(&mut self, blocks: u32) {
        assert!(self.is_active, "only an active instance can process");
        let mut recording = Recording::new(0);
        for _ in 0..blocks {
            self.engine_mut().idle_block(&mut recording);
        }
        self.main.serve_callbacks();
        self.judge(&recording);
    }

    /// Processes up to `end`, asking before each step of at most `step_blocks` blocks.
    fn run(&mut self, end: u64, step_blocks: u32, mut ask: impl FnMut(&mut Self, &Recording) -> Next) -> Recording {
        assert!(self.is_active, "only an active instance can render");
        let engine = self.engine();
        let mut recording = Recording::new(engine.frame.saturating_sub(engine.latency_frames));
        while self.frame() < end {
            if matches!(ask(self, &recording), Next::Enough) {
                break;
            }
            self.step(end, step_blocks, &mut recording);
        }
        self.judge(&recording);
        recording
    }

    /// Processes some blocks here, or a burst on the next thread.
    fn step(&mut self, end: u64, blocks: u32, recording: &mut Recording) {
        let (Some(workers), Some(hop)) = (&mut self.workers, self.setup.hop) else {
            return self.engine_mut().run(end, blocks, recording);
        };
        let engine = self.engine.take().expect("the engine is back after every render");
        let (engine, result) = workers.run(engine, recording, end, hop.burst_blocks.min(blocks));
        self.engine = Some(engine);
        if let Err(panic) = result {
            resume_unwind(panic);
        }
    }

    fn judge(&self, recording: &Recording) {
        judge(&self.setup, recording, &self.misuse());
    }
}

/// Fails if the rendering was not as an audio thread's must be.
pub(super) fn judge(setup: &Setup, recording: &Recording, misuse: &[String]) {
    // Offline there is no time to miss: the plugin may wait for its own threads.
    if !setup.tolerates_guard && !setup.offline && recording.guard.total() > 0 {
        let first = recording.first_offence.as_ref();
        let first = first.map(|first| format!("first {:?} by:\n{}", first.kind, first.backtrace));
        panic!(
            "the audio thread did what it must not in {} blocks from frame {}: {}; {}",
            recording.blocks.len(),
            recording.start(),
            recording.guard,
            first.unwrap_or_default()
        );
    }
    assert!(setup.tolerates_misuse || misuse.is_empty(), "the plugin misused its host: {misuse:?}");
}
