//! Reads folders beside the editor's thread: a drive that does not answer must freeze neither the window nor the host.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use egui::{Align2, Rect, Ui};

use super::files::{self, Kind, Listing};
use super::{text, theme};

/// Threads: so many drives may hang before others must wait.
const THREADS: usize = 3;
/// A folder that takes longer is said to be read, and to be slow.
const SAID_AFTER: Duration = Duration::from_millis(150);
const SLOW_AFTER: Duration = Duration::from_secs(2);

/// A folder that is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Which folder; `None` for the person's own.
    pub folder: Option<PathBuf>,
    /// Which files in it.
    pub kind: Kind,
    /// If it is no folder, the person's own.
    pub else_home: bool,
}

impl Wish {
    /// Reads it. May take as long as the drive likes.
    #[must_use]
    pub fn read(&self) -> Listing {
        let folder = self.folder.clone().filter(|folder| !self.else_home || folder.is_dir());
        Listing::of(&folder.unwrap_or_else(files::home), self.kind)
    }
}

struct Job {
    wish: Wish,
    answer: Sender<Listing>,
    /// Gone with who asked.
    asker: Weak<()>,
}

type Read = Arc<dyn Fn(&Wish) -> Listing + Send + Sync>;

/// Reads folders. Its threads begin with the first one and are joined when it is dropped: a host may unload the library
/// then, and a drive that hangs holds that up as it holds up a load.
pub struct Folders {
    read: Read,
    jobs: Option<Sender<Job>>,
    queue: Arc<Mutex<Receiver<Job>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Default for Folders {
    fn default() -> Self {
        Self::reading(Wish::read)
    }
}

impl Folders {
    /// That are read in another way.
    #[must_use]
    pub fn reading(read: impl Fn(&Wish) -> Listing + Send + Sync + 'static) -> Self {
        let (jobs, queue) = channel();
        Self { read: Arc::new(read), jobs: Some(jobs), queue: Arc::new(Mutex::new(queue)), threads: vec![] }
    }

    fn ask(&mut self, job: Job) {
        if self.threads.len() < THREADS {
            let (queue, read) = (self.queue.clone(), self.read.clone());
            let spawned = thread::Builder::new().name("echelon-folders".to_owned()).spawn(move || work(&queue, &read));
            self.threads.extend(spawned);
        }
        if let Some(jobs) = &self.jobs {
            // The queue lives as long as this does.
            let _ = jobs.send(job);
        }
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Folders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Folders").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}

fn work(queue: &Mutex<Receiver<Job>>, read: &Read) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { wish, answer, asker }) = job else { return };
        if asker.strong_count() > 0 {
            // Who asked may have gone elsewhere meanwhile.
            let _ = answer.send(read(&wish));
        }
    }
}

/// A folder that was asked for.
#[derive(Debug)]
struct Waiting {
    folder: PathBuf,
    since: Instant,
    answer: Receiver<Listing>,
    _asker: Arc<()>,
}

/// What a list of files shows: a folder, or that it is being read.
#[derive(Debug, Default)]
pub struct Shown {
    listing: Listing,
    waiting: Option<Waiting>,
}

impl Shown {
    /// Goes to a folder; what it shows until now is gone. An answer that is still under way is not waited for any more.
    pub fn go(&mut self, folders: &mut Folders, wish: Wish) {
        let ((answer, heard), asker) = (channel(), Arc::new(()));
        let folder = wish.folder.clone().unwrap_or_default();
        self.listing = Listing { folder: folder.clone(), ..Listing::default() };
        folders.ask(Job { wish, answer, asker: Arc::downgrade(&asker) });
        self.waiting = Some(Waiting { folder, since: Instant::now(), answer: heard, _asker: asker });
    }

    /// Takes an answer in, if there is one: once a frame. Whether there was.
    pub fn turn(&mut self) -> bool {
        let Some(waiting) = &self.waiting else { return false };
        self.listing = match waiting.answer.try_recv() {
            Ok(listing) => listing,
            Err(TryRecvError::Empty) => return false,
            // Without a thread, or with one that died, nobody will.
            Err(TryRecvError::Disconnected) => Listing {
                folder: waiting.folder.clone(),
                error: Some(format!("{} cannot be read now", waiting.folder.display())),
                ..Listing::default()
            },
        };
        self.waiting = None;
        true
    }

    /// Whether it is being read.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Says that it is being read: not at once, as most are there in the next frame.
    pub fn show_waiting(&self, ui: &Ui, rect: Rect) {
        let Some(since) = self.waiting.as_ref().map(|waiting| waiting.since.elapsed()) else { return };
        if since < SAID_AFTER {
            return;
        }
        let folder = self.listing.folder.display();
        let mut words = format!("Reading {folder} ...");
        if since > SLOW_AFTER {
            words.push_str("  This drive takes its time. You can go elsewhere meanwhile.");
        }
        text::paragraph(ui, rect.shrink(8.0), &words, theme::words(13.0), theme::waiting(), Align2::CENTER_CENTER);
    }

    /// What is in the folder; nothing as long as it is being read.
    #[must_use]
    pub const fn listing(&self) -> &Listing {
        &self.listing
    }

    /// The folder that is shown or being read; empty for the person's own that is being read.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.listing.folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn wish(folder: &str) -> Wish {
        Wish { folder: Some(folder.into()), kind: Kind::Audio, else_home: false }
    }

    fn until(what: &str, mut so: impl FnMut() -> bool) {
        let began = Instant::now();
        while !so() {
            assert!(began.elapsed() < Duration::from_secs(30), "never: {what}");
            thread::yield_now();
        }
    }

    #[test]
    fn a_drive_that_hangs_holds_up_nobody_else_and_what_nobody_wants_any_more_is_not_read() {
        let (open, gate) = channel::<()>();
        let (gate, reads) = (Mutex::new(gate), Arc::new(AtomicUsize::new(0)));
        let counted = reads.clone();
        let mut folders = Folders::reading(move |wish| {
            counted.fetch_add(1, Ordering::SeqCst);
            if wish.folder.as_deref() == Some(Path::new("/slow")) {
                // Until somebody opens, or at the end.
                let _ = gate.lock().unwrap().recv();
            }
            Listing { folder: wish.folder.clone().unwrap_or_default(), ..Listing::default() }
        });
        let (mut slow, mut other) = (Shown::default(), Shown::default());
        slow.go(&mut folders, wish("/slow"));
        other.go(&mut folders, wish("/fast"));
        until("the other folder", || other.turn());
        assert!(!slow.turn() && slow.is_waiting() && slow.folder() == Path::new("/slow"));
        // Elsewhere meanwhile: the answer of the first is not taken for that of the second.
        slow.go(&mut folders, wish("/fast"));
        until("elsewhere", || slow.turn());
        assert_eq!(slow.folder(), Path::new("/fast"));
        // All threads hang, and the last one who asked has gone.
        let mut hanging: Vec<_> = (0..THREADS).map(|_| Shown::default()).collect();
        hanging.iter_mut().for_each(|shown| shown.go(&mut folders, wish("/slow")));
        until("all hang", || reads.load(Ordering::SeqCst) == 2 + THREADS);
        let mut gone = Shown::default();
        gone.go(&mut folders, wish("/late"));
        drop(gone);
        drop(open);
        until("let go", || {
            hanging.iter_mut().for_each(|shown| _ = shown.turn());
            hanging.iter().all(|shown| !shown.is_waiting())
        });
        drop(folders);
        assert_eq!(reads.load(Ordering::SeqCst), 3 + THREADS, "nobody wanted the last");
    }
}
