//! Looks at files for the port's thread. A drive that does not answer holds up nobody but who asks for its files.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::folders::{self, NotAllowed};

/// Threads: so many drives may hang before files of others must wait.
const THREADS: usize = 3;

/// What is known of files: their true paths, or why they are not to be had.
pub(super) type Files = HashMap<PathBuf, Result<PathBuf, NotAllowed>>;

/// Names what the clerk was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

type Job = (Ticket, Vec<PathBuf>);

/// The clerk of a port. Its threads start with the first question, and are joined when it is dropped: a host may unload
/// the library then, and a drive that hangs holds that up as it holds up a load.
pub(super) struct Clerk {
    jobs: Option<Sender<Job>>,
    queue: Arc<Mutex<Receiver<Job>>>,
    answers: Receiver<(Ticket, Files)>,
    answer: Sender<(Ticket, Files)>,
    threads: Vec<JoinHandle<()>>,
    asked: u64,
}

impl Clerk {
    pub fn new() -> Self {
        let ((jobs, queue), (answer, answers)) = (channel(), channel());
        let queue = Arc::new(Mutex::new(queue));
        Self { jobs: Some(jobs), queue, answers, answer, threads: vec![], asked: 0 }
    }

    /// Asks about files; who asks sees to it that not too much is open.
    pub fn ask(&mut self, paths: Vec<PathBuf>) -> Ticket {
        while self.threads.len() < THREADS {
            let (queue, answer) = (self.queue.clone(), self.answer.clone());
            let work = move || {
                loop {
                    let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((ticket, paths)) = job else { return };
                    let files = paths.into_iter().map(|path| (path.clone(), look(&path))).collect();
                    if answer.send((ticket, files)).is_err() {
                        return;
                    }
                }
            };
            let Ok(thread) = thread::Builder::new().name("echelon-files".to_owned()).spawn(work) else { break };
            self.threads.push(thread);
        }
        self.asked += 1;
        let ticket = Ticket(self.asked);
        if let Some(jobs) = &self.jobs {
            // The queue lives as long as this does.
            let _ = jobs.send((ticket, paths));
        }
        ticket
    }

    /// The next answer, if there is one.
    pub fn answer(&self) -> Option<(Ticket, Files)> {
        self.answers.try_recv().ok()
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn look(path: &std::path::Path) -> Result<PathBuf, NotAllowed> {
    #[cfg(test)]
    super::tests::drive::hang_on(path);
    folders::check(path)
}
