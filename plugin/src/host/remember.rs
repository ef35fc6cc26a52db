//! What the program without a host remembers: the state that a host would save, in a file of its own.
//!
//! Read before the first block, and written when it has changed and rests, at the latest half a minute after it changed,
//! and at the end; on a thread of its own. What cannot be read is put aside, with a sentence, and nothing plays by itself.

use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::link::HostLink;
use super::state::{self, MAX_BYTES};
use crate::input::osc::{Port, first_port_from_env};
use crate::view::SharedView;
use crate::{places, whole_file};

/// How often it looks whether something has changed.
const LOOK: Duration = Duration::from_secs(2);
/// What changes all the time is written as often as this.
const MOST_SECS: f64 = 30.0;

/// For the instance that asks first: the program has one.
static WANTED: Mutex<Option<Arc<Memory>>> = Mutex::new(None);

/// The file, in the person's folder for settings. `None` if the system has no such place.
#[must_use]
pub fn file() -> Option<PathBuf> {
    places::settings_folder().map(|folder| folder.join("standalone.json"))
}

/// From here on the next instance that is activated without a host remembers its state in this file. `fresh` puts what is
/// in it aside and begins with nothing.
#[must_use]
pub fn begin(file: PathBuf, fresh: bool) -> Keeper {
    let memory = Arc::new(Memory { file, fresh, work: Mutex::default(), news: Condvar::new() });
    *WANTED.lock().unwrap_or_else(PoisonError::into_inner) = Some(memory.clone());
    Keeper(memory)
}

/// What [`begin`] left, for whoever asks first.
pub(crate) fn take() -> Option<Arc<Memory>> {
    WANTED.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// The program's end of it: writes what is to be remembered when it is dropped.
pub struct Keeper(Arc<Memory>);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The file of one instance.
pub(crate) struct Memory {
    file: PathBuf,
    fresh: bool,
    work: Mutex<Work>,
    /// Rung when it ends.
    news: Condvar,
}

#[derive(Default)]
struct Work {
    ends: bool,
    writer: Option<JoinHandle<()>>,
}

impl Memory {
    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the instance to where it was and remembers it from now on. Before its rig is made, so that this finds its
    /// project; not on the audio thread.
    pub(crate) fn start(self: &Arc<Self>, link: &Arc<HostLink>, view: &SharedView) {
        let tell = {
            let view = view.clone();
            move |text: String| {
                eprintln!("{text}");
                view.tell(None, text);
            }
        };
        let found = match self.restore(link) {
            Ok(Found::Read(bytes)) => bytes,
            Ok(Found::Nothing) => vec![],
            Ok(Found::PutAside(text)) => {
                tell(text);
                vec![]
            }
            // It would be written over: better that nothing is kept.
            Err(text) => return tell(text),
        };
        let (its, link) = (self.clone(), link.clone());
        let keep = move || its.keep(&link, found, tell);
        // Without a thread nothing is remembered, and all else works.
        self.work().writer = thread::Builder::new().name("echelon-memory".to_owned()).spawn(keep).ok();
    }

    /// Loads the file.
    ///
    /// # Errors
    /// A sentence, if it can neither be read nor be put aside.
    fn restore(&self, link: &HostLink) -> Result<Found, String> {
        let why = match read(&self.file) {
            Ok(None) => return Ok(Found::Nothing),
            Ok(Some(_)) if self.fresh => {
                let old = self.put_aside("before")?;
                return Ok(Found::PutAside(format!("begun afresh: what was before is in {}", old.display())));
            }
            Ok(Some(bytes)) if is_whole(&bytes) && state::load(link, &bytes) => {
                leave_port_to_environment(link);
                return Ok(Found::Read(bytes));
            }
            Ok(Some(_)) => "it is damaged".to_owned(),
            Err(error) => error.to_string(),
        };
        let (own, old) = (self.file.display(), self.put_aside("damaged")?);
        let text = format!("{own} could not be read ({why}): Echelon begins empty, the file is now {}", old.display());
        Ok(Found::PutAside(text))
    }

    fn put_aside(&self, word: &str) -> Result<PathBuf, String> {
        let mut name: OsString = self.file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{word}"));
        let aside = self.file.with_file_name(name);
        let moved = std::fs::rename(&self.file, &aside);
        let own = self.file.display();
        moved.map_err(|error| format!("{own} cannot be put aside ({error}): nothing is remembered this time"))?;
        Ok(aside)
    }

    /// The writer's thread; the file has `found`.
    fn keep(&self, link: &HostLink, found: Vec<u8>, tell: impl Fn(String)) {
        let begun = Instant::now();
        let mut changes = Changes::since(found);
        let mut is_told = false;
        loop {
            let ends = self.wait();
            let Some(now) = state::save(link) else { return };
            if changes.are_due(&now, begun.elapsed().as_secs_f64(), ends) {
                match write(&self.file, &now) {
                    Ok(()) => changes.written(now),
                    Err(error) if !std::mem::replace(&mut is_told, true) => {
                        tell(format!("{} cannot be written: {error}", self.file.display()));
                    }
                    Err(_) => {}
                }
            }
            if ends {
                return;
            }
        }
    }

    /// Waits for the next look; `true` if it is the last.
    fn wait(&self) -> bool {
        let waited = self.news.wait_timeout_while(self.work(), LOOK, |work| !work.ends);
        waited.unwrap_or_else(PoisonError::into_inner).0.ends
    }

    /// The last look, and the end of the writer.
    fn end(&self) {
        let writer = {
            let mut work = self.work();
            work.ends = true;
            work.writer.take()
        };
        self.news.notify_all();
        if let Some(writer) = writer {
            // One that panicked has nothing left to write.
            let _ = writer.join();
        }
    }
}

/// What was in the file.
enum Found {
    Nothing,
    /// A state, which was loaded.
    Read(Vec<u8>),
    /// What was not loaded, and what to say about it.
    PutAside(String),
}

/// When something new is to be written. Pure.
struct Changes {
    written: Vec<u8>,
    seen: Vec<u8>,
    since_secs: Option<f64>,
}

impl Changes {
    fn since(written: Vec<u8>) -> Self {
        Self { seen: written.clone(), written, since_secs: None }
    }

    fn are_due(&mut self, now: &[u8], now_secs: f64, ends: bool) -> bool {
        if now == self.written {
            self.since_secs = None;
            return false;
        }
        let since = *self.since_secs.get_or_insert(now_secs);
        let rests = now == self.seen;
        self.seen = now.to_owned();
        ends || rests || now_secs - since >= MOST_SECS
    }

    fn written(&mut self, now: Vec<u8>) {
        (self.written, self.since_secs) = (now, None);
    }
}

/// The file's bytes; `None` if there is no file.
fn read(file: &Path) -> std::io::Result<Option<Vec<u8>>> {
    let file = match File::open(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut bytes = Vec::new();
    // Of what is too long only the begin is read, which is no state.
    file.take(MAX_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Whether the rig's own record is JSON too: the framework would leave it out without a word.
fn is_whole(bytes: &[u8]) -> bool {
    let state = serde_json::from_slice::<serde_json::Value>(bytes);
    let rig = state.as_ref().ok().and_then(|state| state.get("fields")?.get("rig")?.as_str());
    rig.is_some_and(|rig| serde_json::from_str::<serde_json::Value>(rig).is_ok_and(|rig| rig.is_object()))
}

/// Whoever starts the program with a port means that one.
fn leave_port_to_environment(link: &HostLink) {
    if matches!(first_port_from_env(), Port::From(_)) {
        link.table.params().saved.update(|rig| rig.osc_port = None);
    }
}

fn write(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // It names the person's files.
    whole_file::write_private(file, bytes)
}

#[cfg(test)]
mod tests;
