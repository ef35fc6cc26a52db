//! The state as it is held while the plugin lives.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use echelon_engine::units::{DeckId, NUM_DECKS};
use nice_plug::params::persist::PersistentField;

use super::RigState;
use crate::editor::{EditorSize, Look};
use crate::input::midi::MidiDesk;
use crate::places::{self, SavedPlace};

/// The rig's state, shared by the host's thread that saves and loads and the control thread. Never the audio thread.
#[derive(Clone, Debug, Default)]
pub struct SavedState(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Mutex<Kept>,
    /// The user's.
    home: Option<PathBuf>,
    /// Where that truly is, once someone has looked.
    real_home: OnceLock<Option<PathBuf>>,
    /// The truth of [`RigState::editor_size`]: it changes as the window does.
    editor_size: EditorSize,
    /// The truth of [`RigState::midi`].
    midi: MidiDesk,
    /// Counts how often a project was loaded.
    loads: AtomicU64,
    /// How many of these have sent their parameters' values.
    sent: AtomicU64,
    on_load: OnceLock<OnLoad>,
}

impl Inner {
    fn new(home: Option<PathBuf>) -> Self {
        Self {
            state: Mutex::default(),
            home,
            real_home: OnceLock::new(),
            editor_size: EditorSize::default(),
            midi: MidiDesk::default(),
            loads: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            on_load: OnceLock::new(),
        }
    }
}

impl Default for Inner {
    fn default() -> Self {
        Self::new(places::home())
    }
}

/// What will be saved, and what is known of it here.
#[derive(Debug, Default)]
struct Kept {
    rig: RigState,
    /// Decks whose file has been seen at its path: only of these can be said where it is from elsewhere.
    is_here: [bool; NUM_DECKS],
    /// The folder of the project, if the host has told it.
    project: Option<PathBuf>,
}

/// Called with the number of loads, on the thread that loads.
struct OnLoad(Box<dyn Fn(u64) + Send + Sync>);

impl std::fmt::Debug for OnLoad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnLoad")
    }
}

impl SavedState {
    /// For a user whose home is there.
    #[cfg(test)]
    pub(crate) fn at_home(home: &Path) -> Self {
        Self(Arc::new(Inner::new(Some(home.to_owned()))))
    }

    /// How often the host has loaded a state. The framework calls nothing after a load: the control thread looks here.
    #[must_use]
    pub fn loads(&self) -> u64 {
        self.0.loads.load(Ordering::Acquire)
    }

    /// The values of the parameters of the state that was loaded last are with the next block.
    pub fn values_are_sent(&self) {
        self.0.sent.store(self.loads(), Ordering::Release);
    }

    /// Of how many states of the host the parameters' values were sent.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.0.sent.load(Ordering::Acquire)
    }

    /// From here on `work` is called after each load, with their number, on the host's thread that loads. Once.
    pub fn on_load(&self, work: impl Fn(u64) + Send + Sync + 'static) {
        // Whoever was first stays.
        let _ = self.0.on_load.set(OnLoad(Box::new(work)));
    }

    /// The editor's size, which is saved and restored with the rest.
    #[must_use]
    pub fn editor_size(&self) -> EditorSize {
        self.0.editor_size.clone()
    }

    /// The desk of the MIDI mapping, which is saved and restored with the rest.
    #[must_use]
    pub fn midi(&self) -> MidiDesk {
        self.0.midi.clone()
    }

    /// A copy.
    #[must_use]
    pub fn get(&self) -> RigState {
        self.lock().rig.clone()
    }

    /// The user's home folder.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.0.home.as_deref()
    }

    /// A path as its user would name it. Looks at the disk the first time.
    fn plain(&self, path: &Path) -> PathBuf {
        let real = self.0.real_home.get_or_init(|| places::real(self.home()?));
        places::plain(path, self.home(), real.as_deref())
    }

    /// The folder of the project, if the host has told it.
    #[must_use]
    pub fn project(&self) -> Option<PathBuf> {
        self.lock().project.clone()
    }

    /// The host tells the file of the project that it saves or opens. Not on the audio thread.
    pub fn project_is(&self, file: &Path) {
        let is_preset = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("vstpreset"));
        let Some(folder) = file.parent().filter(|_| file.is_absolute() && !is_preset) else { return };
        let folder = &*self.plain(folder);
        let mut kept = self.lock();
        let Kept { rig, is_here, project } = &mut *kept;
        for (i, place) in rig.places.iter_mut().enumerate() {
            if let Some(track) = rig.tracks[i].as_ref().filter(|_| is_here[i]) {
                *place = SavedPlace::of(track, self.home(), Some(folder));
            }
        }
        *project = Some(folder.to_owned());
    }

    /// Where a deck's file is from the project's folder, and from the user's home, as far as either is saved and known.
    #[must_use]
    pub fn exact_places(&self, deck: DeckId) -> [Option<PathBuf>; 2] {
        let kept = self.lock();
        let place = &kept.rig.places[deck.index()];
        let project = kept.project.as_ref().and_then(|folder| place.in_project(folder));
        [project, self.home().and_then(|home| place.in_home(home))]
    }

    /// A file is on a deck, or none, unless the host has loaded another state since it had loaded `loads`.
    pub fn put_track_as_of(&self, loads: u64, deck: DeckId, path: Option<PathBuf>) {
        let path = path.map(|path| self.plain(&path));
        let (mut kept, i) = (self.lock(), deck.index());
        if self.loads() != loads {
            return;
        }
        let Kept { rig, is_here, project } = &mut *kept;
        let before = std::mem::take(&mut rig.places[i]);
        let is_same = rig.tracks[i].as_ref().map(|track| self.plain(track)) == path;
        if !is_same {
            (rig.lengths[i], rig.contents[i]) = (None, None);
        }
        if let Some(path) = &path {
            let place = SavedPlace::of(path, self.home(), project.as_deref());
            // What this host does not tell another one has, and may tell again.
            rig.places[i] = if is_same { place.or(before) } else { place };
        }
        is_here[i] = path.is_some();
        rig.tracks[i] = path;
    }

    /// Changes what will be saved, unless the host has loaded another state since it had loaded `loads`: what was begun
    /// before must not end up in it.
    pub fn update_as_of(&self, loads: u64, change: impl FnOnce(&mut RigState)) {
        self.update(|state| {
            if self.loads() == loads {
                change(state);
            }
        });
    }

    /// Changes what will be saved.
    pub fn update(&self, change: impl FnOnce(&mut RigState)) {
        change(&mut self.lock().rig);
    }

    /// The state as it would be saved now.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut kept.rig;
        state.editor_size = self.0.editor_size.get();
        state.midi = self.0.midi.to_save();
        state.editor_look = self.0.editor_size.look().packed();
        kept
    }
}

impl PersistentField<'_, RigState> for SavedState {
    fn set(&self, new_value: RigState) {
        let mut kept = self.lock();
        self.0.editor_size.set(new_value.editor_size);
        self.0.midi.open(new_value.midi.clone());
        self.0.editor_size.set_look(Look::unpacked(new_value.editor_look));
        (kept.rig, kept.is_here) = (new_value, Default::default());
        self.0.loads.fetch_add(1, Ordering::AcqRel);
        drop(kept);
        if let Some(OnLoad(work)) = self.0.on_load.get() {
            work(self.loads());
        }
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&RigState) -> R,
    {
        f(&self.lock().rig)
    }
}
