//! A rig whose audio is made here, and the editor that looks at it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};

use echelon::control::{EditorActs, EditorHands, SchedulerThread};
use echelon::editor::ids;
use echelon::media::set_cache_folder;
use echelon::peers::{LinkSession, set_network};
use echelon::preferences;
use echelon::state::SavedState;
use echelon::view::{RigView, SharedView};
use echelon_engine::action::{Action, ActionKind, ActionTiming, Setting};
use echelon_engine::clock::{BeatClock, HostTransport};
use echelon_engine::processor::{BlockInput, BlockIo, RigProcessor};
use echelon_engine::rig::{Rig, RigConfig};
use echelon_engine::safety::DeckState;
use echelon_engine::units::{Bpm, DeckId};
use egui::{Id, Key};

use crate::bench::Bench;

const RATE: u32 = 48_000;
/// Frames of a block.
const FRAMES: u32 = 480;
/// Blocks that the editor's view may be behind: less than a beat.
const LAG: u64 = 24;
/// No effect takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A rig whose audio is made here, and the editor that looks at it.
pub struct Stand {
    pub bench: Bench,
    processor: RigProcessor,
    view: SharedView,
    pub saved: SavedState,
    song_beats: f64,
    /// Made so far.
    blocks: u64,
    /// The highest sample of the last block: of the master and of the cue.
    pub peaks: [f32; 2],
    /// Dropped before the folder.
    _control: SchedulerThread,
    pub folder: PathBuf,
    /// What was clicked or dragged, and then had its effect.
    pub proven: HashSet<Id>,
}

impl Drop for Stand {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What is analysed and chosen here stays here, and what others left is not believed.
fn keep_from_the_user() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let folder = std::env::temp_dir().join(format!("echelon-stands-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        preferences::set_file(folder.join("preferences/editor.json"));
        set_cache_folder(folder);
    });
}

impl Stand {
    /// With a track of 40 s at 120 BPM on each deck, stopped.
    pub fn new(name: &str) -> Self {
        set_network(false);
        keep_from_the_user();
        let folder = std::env::temp_dir().join(format!("echelon-stand-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (saved, view, hands) = (SavedState::default(), SharedView::default(), EditorHands::default());
        let (console, processor) = Rig::new(RigConfig::new(f64::from(RATE))).unwrap();
        let (session, _ear) = LinkSession::create();
        let control = SchedulerThread::start(console, saved.clone(), view.clone(), session, &hands, || ()).unwrap();
        let mut bench = Bench::new(RigView::default());
        bench.connect(Box::new(EditorActs { hands, view: view.clone() }));
        let mut stand = Self {
            bench,
            processor,
            view,
            saved,
            song_beats: 0.0,
            blocks: 0,
            peaks: [0.0; 2],
            _control: control,
            folder,
            proven: HashSet::new(),
        };
        stand.until("running", |view| view.snapshot.block > 0);
        for deck in DeckId::ALL {
            let path = stand.folder.join(format!("{deck}.wav"));
            write_clicks(&path, name);
            stand.bench_act(Action::LoadDeck { deck, path });
        }
        stand.until("loaded and analysed", |view| {
            let ready = |deck: DeckId| {
                view.snapshot.decks[deck.index()].state == DeckState::Stopped
                    && view.tracks[deck.index()].found().is_some()
            };
            DeckId::ALL.into_iter().all(ready)
        });
        for kind in ActionKind::ALL {
            stand.bench_act(Action::Configure { setting: Setting::Cooldown { kind, beats: 0.0 } });
        }
        stand.until("no cooldowns", |view| {
            ActionKind::ALL.iter().all(|kind| view.settings.cooldown_beats(*kind) == 0.0)
        });
        stand.bench.asked();
        stand.proven.clear();
        stand
    }

    /// As if a control of the editor asked.
    pub fn bench_act(&mut self, action: Action) {
        self.bench.ask(action, ActionTiming::Immediate);
    }

    /// Makes a block, and lets the editor look.
    pub fn block(&mut self) {
        let n = FRAMES as usize;
        let silence = vec![0.0; n];
        let mut out = vec![vec![0.0; n]; 12];
        let mut io = BlockIo::over(out.iter_mut().map(Vec::as_mut_slice), &silence);
        let transport = HostTransport {
            playing: true,
            tempo: Bpm::new(120.0),
            song_beats: Some(self.song_beats),
            ..HostTransport::SILENT
        };
        let mut moves = Vec::with_capacity(64);
        self.processor.process(&mut io, BlockInput { frames: FRAMES, transport, inputs: &[] }, &mut moves);
        let peak = |channels: &[Vec<f32>]| channels.iter().flatten().fold(0.0_f32, |peak, s| peak.max(s.abs()));
        self.peaks = [peak(&out[..2]), peak(&out[10..])];
        self.blocks += 1;
        self.song_beats += f64::from(FRAMES) / f64::from(RATE) * 2.0;
        // The control side must see what passes by: it may be so far behind.
        let began = Instant::now();
        loop {
            self.bench.view = self.view.read();
            if self.bench.view.snapshot.block + LAG >= self.blocks || began.elapsed() > PATIENCE {
                return;
            }
            std::thread::yield_now();
        }
    }

    /// What waits for a bar line is seen only if that is not near: neither the next one nor the last, for which what comes a
    /// moment late still counts.
    pub fn until_a_bar_begins(&mut self) {
        self.until("a bar has begun", |view| (0.1..0.25).contains(&view.snapshot.clock.phase()));
    }

    /// Plays on until something is so.
    pub fn until(&mut self, what: &str, so: impl Fn(&RigView) -> bool) {
        let began = Instant::now();
        while !so(&self.bench.view) {
            let said = self.bench.view.notice.as_ref().map(|notice| notice.text.clone());
            assert!(began.elapsed() < PATIENCE, "never: {what} ({said:?})");
            self.block();
            std::thread::yield_now();
        }
        self.proven.extend(self.bench.touched.drain());
        self.bench.frame(vec![]);
    }

    /// Draws and plays on until something is so.
    pub fn watched(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !so(self) {
            assert!(began.elapsed() < PATIENCE, "never: {what}");
            self.block();
            self.bench.frame(vec![]);
            std::thread::yield_now();
        }
        self.proven.extend(self.bench.touched.drain());
        self.block();
        self.bench.frame(vec![]);
    }

    pub fn click(&mut self, id: Id) {
        self.bench.click(id);
    }

    pub fn clicked(&mut self, id: Id, what: &str, so: impl Fn(&RigView) -> bool) {
        assert!(!so(&self.bench.view), "{what}: it is so already");
        self.click(id);
        self.until(what, so);
    }

    pub fn typed(&mut self, key: Key, what: &str, so: impl Fn(&RigView) -> bool) {
        assert!(!so(&self.bench.view), "{what}: it is so already");
        self.bench.key(key);
        self.until(what, so);
    }

    /// Chooses an entry of a menu.
    pub fn choose(&mut self, menu: Id, entry: usize) {
        self.click(menu);
        self.bench.frame(vec![]);
        self.click(ids::entry(menu, entry));
        self.bench.frame(vec![]);
    }
}

/// Clicks at 120 BPM for 40 s. Others for each name: what is known of one says nothing of another.
pub fn write_clicks(path: &Path, name: &str) {
    let seed = name.bytes().fold(7, |seed: u16, byte| (seed * 31 + u16::from(byte)) % 499);
    let pitch = 0.015 + f64::from(seed) * 2e-5;
    let spec =
        hound::WavSpec { channels: 2, sample_rate: RATE, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for frame in 0..40 * RATE {
        let into_beat = frame % (RATE / 2);
        let envelope = (-f64::from(into_beat) / 1500.0).exp();
        let value = (f64::from(into_beat) * pitch).sin() * envelope * 0.6;
        #[allow(clippy::cast_possible_truncation, reason = "a sample")]
        let sample = (value * 32_000.0) as i16;
        writer.write_sample(sample).unwrap();
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
}
