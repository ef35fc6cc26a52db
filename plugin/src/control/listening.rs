//! Listening to a file in the headphones without a deck: from a wish of the editor to the player on the cue output, and
//! what the editor sees of it. Control thread.

use std::path::PathBuf;
use std::sync::Arc;

use echelon_engine::action::RequestId;
use echelon_engine::console::Console;
use echelon_engine::deck::{ListenTo, Track};
use echelon_engine::units::DeckId;

use super::bell::Bell;
use crate::media::{LoadEvent, Loader};
use crate::view::{ListenState, Listened, SharedView};

/// What is listened to.
#[derive(Debug)]
struct Now {
    file: PathBuf,
    /// Where it begins, as a part of its length.
    part: f64,
    /// The load that brings it.
    load: RequestId,
    /// Once there is enough of it to play.
    track: Option<Arc<Track>>,
    /// The wish that the engine was told, and whether it has taken it up.
    told: Option<(u64, bool)>,
}

/// A player of files that are on no deck. Its loader, which is a thread, begins with the first of them.
#[derive(Debug)]
pub(super) struct Listening {
    loader: Option<Loader>,
    bell: Bell,
    now: Option<Now>,
}

impl Listening {
    pub(super) const fn new(bell: Bell) -> Self {
        Self { loader: None, bell, now: None }
    }

    /// Plays a file from a part of its length on. What played before gives way to it.
    pub(super) fn listen(&mut self, file: PathBuf, part: f64, console: &mut Console, view: &SharedView) {
        if let Some(now) = self.now.as_mut().filter(|now| now.file == file) {
            // Another place of the same file: it need not be decoded again.
            now.part = part;
            return now.play(console);
        }
        self.end(console);
        show(view, Some(Listened { file: file.clone(), state: ListenState::Loading }));
        let load = RequestId::next();
        match self.load(load, file.clone()) {
            Ok(()) => self.now = Some(Now { file, part, load, track: None, told: None }),
            Err(why) => show(view, Some(Listened { file, state: ListenState::Failed(why) })),
        }
    }

    /// Plays nothing any more.
    pub(super) fn stop(&mut self, console: &mut Console, view: &SharedView) {
        self.end(console);
        show(view, None);
    }

    /// Once a turn.
    pub(super) fn turn(&mut self, console: &mut Console, view: &SharedView) {
        while let Some(event) = self.loader.as_ref().and_then(Loader::poll) {
            match (event, &mut self.now) {
                (LoadEvent::Loaded { id, track, .. }, Some(now)) if id == now.load => {
                    now.track = Some(track);
                    now.play(console);
                    show(view, Some(Listened { file: now.file.clone(), state: ListenState::On }));
                }
                (LoadEvent::Failed { id, path, error, .. }, Some(now)) if id == now.load => {
                    self.now = None;
                    show(view, Some(Listened { file: path, state: ListenState::Failed(error.to_string()) }));
                }
                // Of a file that nobody listens to any more, or not yet the end.
                _ => {}
            }
        }
        if self.now.as_mut().is_some_and(|now| now.is_over(console)) {
            self.stop(console, view);
        }
    }

    fn load(&mut self, id: RequestId, file: PathBuf) -> Result<(), String> {
        let loader = match self.loader.take() {
            Some(loader) => loader,
            None => {
                let bell = self.bell.clone();
                Loader::new(move || bell.ring()).map_err(|error| error.to_string())?
            }
        };
        // It is on no deck: the loader goes by the letter only to let a newer file take an older one's place.
        let said = loader.load(DeckId::A, id, file).map_err(|error| error.to_string());
        self.loader = Some(loader);
        said
    }

    fn end(&mut self, console: &mut Console) {
        let Some(now) = self.now.take() else { return };
        if let Some(loader) = &self.loader {
            loader.cancel(now.load);
        }
        if now.told.is_some() {
            console.listen(None);
        }
    }
}

impl Now {
    /// As soon as there is something to play.
    fn play(&mut self, console: &mut Console) {
        let Some(track) = self.track.clone() else { return };
        let number = RequestId::next().number();
        self.told = Some((number, false));
        console.listen(Some(ListenTo { track, part: self.part, number }));
    }

    /// Whether it has come to its end, or something else has ended it.
    fn is_over(&mut self, console: &Console) -> bool {
        let Some((number, taken_up)) = &mut self.told else { return false };
        let is_on = console.snapshot().listen.is_some_and(|listen| listen.number == *number);
        *taken_up |= is_on;
        *taken_up && !is_on
    }
}

fn show(view: &SharedView, listened: Option<Listened>) {
    view.update(|view| view.listened = listened);
}
