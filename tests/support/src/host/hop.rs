//! Threads that take turns with the engine.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::engine::Engine;
use crate::recording::Recording;

/// What travels to a thread and back.
struct Turn {
    engine: Box<Engine>,
    recording: Recording,
    end: u64,
    blocks: u32,
}

/// A turn done, or the panic that ended it.
type Done = (Turn, Result<(), Box<dyn Any + Send>>);

struct Worker {
    turns: Sender<Turn>,
    done: Receiver<Done>,
    thread: Option<JoinHandle<()>>,
}

/// A ring of audio threads.
pub struct Workers {
    ring: Vec<Worker>,
    next: usize,
}

impl Workers {
    pub fn new(threads: usize) -> Self {
        let worker = |index| {
            let (turns, inbox) = channel::<Turn>();
            let (outbox, done) = channel();
            let work = move || {
                for mut turn in inbox {
                    let body = || turn.engine.run(turn.end, turn.blocks, &mut turn.recording);
                    let result = catch_unwind(AssertUnwindSafe(body));
                    if outbox.send((turn, result)).is_err() {
                        break;
                    }
                }
            };
            let name = format!("audio {index}");
            let thread = std::thread::Builder::new().name(name).spawn(work).expect("a thread");
            Worker { turns, done, thread: Some(thread) }
        };
        Self { ring: (0..threads).map(worker).collect(), next: 0 }
    }

    /// Runs some blocks on the next thread. The engine comes back even if they panicked.
    pub fn run(
        &mut self,
        engine: Box<Engine>,
        recording: &mut Recording,
        end: u64,
        blocks: u32,
    ) -> (Box<Engine>, Result<(), Box<dyn Any + Send>>) {
        let worker = &self.ring[self.next];
        self.next = (self.next + 1) % self.ring.len();
        let turn = Turn { engine, recording: std::mem::take(recording), end, blocks };
        assert!(worker.turns.send(turn).is_ok(), "the audio thread is gone");
        let (turn, result) = worker.done.recv().expect("the audio thread answers");
        *recording = turn.recording;
        (turn.engine, result)
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for worker in &mut self.ring {
            // Ends the thread's loop.
            worker.turns = channel().0;
            if let Some(thread) = worker.thread.take() {
                let _ = thread.join();
            }
        }
    }
}
