//! Scripted views of a rig that no engine made: for pictures and for tests of the editor.

#[path = "around.rs"]
mod around;

use std::path::PathBuf;
use std::sync::Arc;

use echelon::media::analyse::{Analysis, Bands, ContentId, Key, Waveform};
use echelon::media::{Overview, Peak};
use echelon::view::{AnalysisState, LoadState, OscView, RigView, TrackView};
use echelon_engine::action::{ActionKind, RequestId};
use echelon_engine::deck::{BeatGrid, Marks, MotionView, Track};
use echelon_engine::message::{DeckView, PendingView, Snapshot};
use echelon_engine::mixer::Knob;
use echelon_engine::safety::DeckState;
use echelon_engine::units::{Bpm, DeckId};

/// Every scene.
pub const NAMES: [&str; 10] =
    ["empty", "stopped", "playing", "four", "pending", "loading", "failed", "refused", "long", "quiet"];

/// A sentence as the longest ones are.
const LONG: &str = "the file /home/someone/Music/Collections/2026/Promo/A very long folder name that goes on and on/Track.flac \
    cannot be decoded: unexpected end of stream after 12345678 bytes while reading a FLAC subframe of channel 2";

/// The scene of this name, `secs` after its beginning. `None` if there is none of the name.
#[must_use]
pub fn scene(name: &str, secs: f64) -> Option<RigView> {
    let mut view = RigView { osc: OscView::Listening(8000), ..RigView::default() };
    set_clock(&mut view.snapshot, secs);
    around::dress(&mut view, name);
    match name {
        "empty" => {}
        "stopped" => {
            put(&mut view, DeckId::A, "Night Bus to Kreuzberg", 372.4, DeckState::Stopped, 0.0);
            put(&mut view, DeckId::B, "Copper Wire (Extended Mix)", 421.9, DeckState::Stopped, 61.935);
        }
        "playing" => playing(&mut view, secs),
        "four" => four(&mut view, secs),
        "pending" => pending(&mut view, secs),
        "loading" => loading(&mut view, secs),
        "failed" => failed(&mut view, secs),
        "refused" => refused(&mut view, secs),
        "long" => long(&mut view, secs),
        "quiet" => view.snapshot.block = 0,
        _ => return None,
    }
    Some(view)
}

/// Beat 4 of bar 32 at 126 BPM when a scene begins.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a short scene")]
fn set_clock(snapshot: &mut Snapshot, secs: f64) {
    let clock = &mut snapshot.clock;
    clock.tempo = Bpm::new(126.0).unwrap_or(Bpm::DEFAULT);
    clock.song_beat = 125.35 + secs * 126.0 / 60.0;
    clock.performance_beat = clock.song_beat;
    clock.bar_start_beat = (clock.song_beat / 4.0).floor() * 4.0;
    clock.host_leads = true;
    clock.beats_per_frame = 126.0 / 60.0 / 48_000.0;
    clock.frame = (secs * 48_000.0) as u64;
    snapshot.block = 1 + (secs * 93.75) as u64;
}

fn put(view: &mut RigView, deck: DeckId, name: &str, length_secs: f64, state: DeckState, position_secs: f64) {
    let sounding = state == DeckState::Playing;
    let beat = view.snapshot.clock.song_beat.fract();
    #[allow(clippy::cast_possible_truncation, reason = "a level")]
    let peak = if sounding { (0.62 - 0.35 * beat) as f32 } else { 0.0 };
    view.snapshot.decks[deck.index()] = DeckView {
        state,
        position_secs: position_secs.min(length_secs),
        length_secs,
        gain_db: 0.0,
        peak,
        on_air: sounding,
        motion: motion(deck, sounding, position_secs.min(length_secs), length_secs),
        ..DeckView::default()
    };
    view.tracks[deck.index()] = TrackView {
        load: LoadState::Ready,
        path: Some(PathBuf::from(format!("/music/{name}.flac"))),
        name: name.to_owned(),
        overview: Some(overview(deck.index())),
        sample_rate: Some(RATE),
        analysis: AnalysisState::Done(analysis(deck, length_secs)),
        grid: Some(Arc::new(grid(deck))),
        ..TrackView::default()
    };
    view.snapshot.master_peak = view.snapshot.master_peak.max(peak);
}

/// Of every track here, in Hz.
const RATE: f64 = 48_000.0;
/// The decks' tempi.
const TEMPI: [f64; 4] = [124.0, 128.0, 126.0, 120.0];

fn grid(deck: DeckId) -> BeatGrid {
    BeatGrid::steady(0.1 * RATE, RATE * 60.0 / TEMPI[deck.index()]).expect("a tempo")
}

/// Synced, with a cue, two hot cues and a loop further on.
fn motion(deck: DeckId, playing: bool, at_secs: f64, length_secs: f64) -> MotionView {
    let bpm = TEMPI[deck.index()];
    let beat = 60.0 / bpm;
    let on_beat = |secs: f64| 0.1 + ((secs - 0.1) / beat).round() * beat;
    let mut marks = Marks { cue_secs: on_beat(at_secs - 2.0).max(0.1), ..Marks::default() };
    marks.hot_cues_secs[0] = Some(on_beat(1.0));
    marks.hot_cues_secs[1] = Some(on_beat(at_secs + 1.5).min(length_secs - 1.0));
    if deck == DeckId::C {
        marks.loop_secs = Some([on_beat(8.0), on_beat(8.0) + 4.0 * beat]);
    }
    MotionView {
        load: 1,
        marks,
        loop_secs: marks.loop_secs,
        looping: deck == DeckId::C && playing,
        rate: 126.0 / bpm,
        speed: if playing { 126.0 / bpm } else { 0.0 },
        sync: deck != DeckId::D,
        locked: playing,
        key_lock: deck == DeckId::A,
        track_bpm: Some(bpm),
        ..MotionView::default()
    }
}

/// The same for the same track: pictures of a minute are drawn many times.
fn analysis(deck: DeckId, length_secs: f64) -> Arc<Analysis> {
    type Made = (usize, u64, Arc<Analysis>);
    static MADE: std::sync::Mutex<Vec<Made>> = std::sync::Mutex::new(Vec::new());
    let mut made = MADE.lock().expect("whole");
    let name = (deck.index(), length_secs.to_bits());
    if let Some((.., analysis)) = made.iter().find(|(deck, length, _)| (*deck, *length) == name) {
        return analysis.clone();
    }
    let silence = Track::new(vec![0.0; 16], vec![0.0; 16], RATE).expect("a track");
    let keys = [(9, true), (0, false), (4, true), (10, false)];
    let (tonic, minor) = keys[deck.index()];
    let analysis = Arc::new(Analysis {
        content: ContentId::of(&silence),
        grid: Some(grid(deck)),
        bpm: Some(TEMPI[deck.index()]),
        confidence: 0.9,
        key: Key::new(tonic, minor),
        loudness_lufs: Some(-9.4),
        loudness_range_lu: Some(4.0),
        true_peak_db: Some(-0.2),
        waveform: Arc::new(waveform(deck, length_secs)),
    });
    made.push((name.0, name.1, analysis.clone()));
    analysis
}

/// Kicks on the beats, hats between them, and sections.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a picture")]
fn waveform(deck: DeckId, length_secs: f64) -> Waveform {
    const FRAMES: usize = 128;
    let beat_secs = 60.0 / TEMPI[deck.index()];
    let bins = (length_secs * RATE / FRAMES as f64) as usize;
    let noise = |index: usize| {
        let mixed = (index as u64 + 77 * deck.index() as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((mixed ^ (mixed >> 29)) >> 40) as f64 / f64::from(1_u32 << 24)
    };
    let bin = |index: usize| {
        let secs = index as f64 * FRAMES as f64 / RATE - 0.1;
        let beat = secs / beat_secs;
        let section = ((beat / 64.0) as usize + deck.index()) % 6;
        let [kick, line, hat] =
            [[0.0, 0.5, 0.3], [1.0, 0.4, 0.5], [1.0, 0.7, 0.8], [0.0, 0.8, 0.4], [1.0, 0.8, 1.0], [1.0, 0.3, 0.2]]
                [section];
        let since = |part: f64| (beat.rem_euclid(part)) * beat_secs;
        let low = kick * (-since(1.0) * 9.0).exp() + 0.35 * line * (-since(0.5) * 4.0).exp();
        let mid = line * (0.25 + 0.35 * (-since(0.75) * 6.0).exp()) * (0.7 + 0.3 * noise(index / 3));
        let off = ((beat + 0.5).rem_euclid(1.0)) * beat_secs;
        let high = hat * (0.9 * (-off * 22.0).exp() + 0.4 * (-since(0.25) * 40.0).exp()) * (0.6 + 0.4 * noise(index));
        let byte = |level: f64| (level.clamp(0.0, 1.0) * 255.0) as u8;
        Bands { low: byte(low * 0.95), mid: byte(mid), high: byte(high) }
    };
    Waveform::from_finest(FRAMES, (0..bins.max(1)).map(bin).collect())
}

/// A place in a track of this deck, so many beats of the clock after its first beat.
fn in_phase(view: &RigView, deck: DeckId, beats_before: f64) -> f64 {
    0.1 + (view.snapshot.clock.song_beat - beats_before) * 60.0 / TEMPI[deck.index()]
}

fn set(view: &mut RigView, deck: DeckId, id: &str, value: f32) {
    if let Some(knob) = Knob::of_deck(deck, id) {
        view.snapshot.set_knob(knob, value);
    }
}

fn wait_for(view: &mut RigView, kind: ActionKind, deck: Option<DeckId>, due_beat: f64) {
    let beats_left = due_beat - view.snapshot.clock.song_beat;
    let free = view.snapshot.pending.iter_mut().find(|slot| slot.is_none());
    if let (Some(slot), true) = (free, beats_left > -0.1) {
        *slot = Some(PendingView { id: RequestId::HOST, steps: 1, kind, deck, due_beat, beats_left });
    }
}

fn playing(view: &mut RigView, _secs: f64) {
    let at = |view: &RigView, deck, before| in_phase(view, deck, before);
    let (a, b, c) = (at(view, DeckId::A, -150.0), at(view, DeckId::B, 100.0), at(view, DeckId::C, 108.0));
    put(view, DeckId::A, "Night Bus to Kreuzberg", 372.4, DeckState::Playing, a);
    put(view, DeckId::B, "Copper Wire (Extended Mix)", 421.9, DeckState::Playing, b);
    put(view, DeckId::C, "909 Percussion Loop 126", 30.48, DeckState::Playing, c);
    view.snapshot.decks[1].gain_db = -3.5;
    view.snapshot.decks[2].gain_db = -9.0;
    view.snapshot.decks[1].eq_db = [-26.0, -4.0, 2.0];
    set(view, DeckId::B, "kill_low", 1.0);
    set(view, DeckId::B, "filter", 0.4);
    set(view, DeckId::B, "fader", 0.7);
    set(view, DeckId::C, "fx1", 2.0);
    set(view, DeckId::C, "pfl", 1.0);
    view.snapshot.crossfader = 0.3;
    view.snapshot.limiter_db = -2.4;
    view.snapshot.master_levels.peak_db = -0.4;
    view.snapshot.master_levels.lufs = -8.9;
}

/// All of them play.
fn four(view: &mut RigView, secs: f64) {
    playing(view, secs);
    let at = in_phase(view, DeckId::D, 40.0);
    put(view, DeckId::D, "Rain on Glass (Acapella)", 398.0, DeckState::Playing, at);
}

/// One plays and is to stop, one waits for the bar line.
fn pending(view: &mut RigView, secs: f64) {
    let late = in_phase(view, DeckId::A, -580.0) + 0.04;
    put(view, DeckId::A, "Night Bus to Kreuzberg", 372.4, DeckState::Playing, late);
    put(view, DeckId::B, "Copper Wire (Extended Mix)", 421.9, DeckState::Primed, 0.1);
    let c = in_phase(view, DeckId::C, 108.0);
    put(view, DeckId::C, "909 Percussion Loop 126", 30.48, DeckState::Playing, c);
    let _ = secs;
    put(view, DeckId::D, "Rain on Glass (Acapella)", 198.0, DeckState::Stopped, 42.0);
    view.snapshot.decks[1].gain_db = -1.5;
    view.snapshot.decks[2].gain_db = -9.0;
    view.snapshot.crossfader = 0.25;
    wait_for(view, ActionKind::Play, Some(DeckId::B), 128.0);
    wait_for(view, ActionKind::Stop, Some(DeckId::A), 136.0);
    wait_for(view, ActionKind::Stop, Some(DeckId::C), 128.0);
    wait_for(view, ActionKind::Seek, Some(DeckId::C), 132.0);
    wait_for(view, ActionKind::Undo, None, 128.0);
}

fn loading(view: &mut RigView, secs: f64) {
    playing(view, secs);
    view.tracks[1].load = LoadState::Loading(Some(0.42));
    for (deck, progress) in [(2, Some(0.07)), (3, None)] {
        view.snapshot.decks[deck] = DeckView::default();
        view.tracks[deck] = TrackView {
            load: LoadState::Loading(progress),
            path: Some(PathBuf::from("/music/Slow Horse.mp3")),
            name: "Slow Horse".to_owned(),
            ..TrackView::default()
        };
    }
}

fn failed(view: &mut RigView, secs: f64) {
    playing(view, secs);
    view.tracks[1].load = LoadState::Failed("Broken.flac cannot be decoded: it is not an audio file".to_owned());
    view.snapshot.decks[2] = DeckView::default();
    view.tracks[2] = TrackView {
        load: LoadState::Failed("/music/Gone.wav is missing: locate it or load another file".to_owned()),
        path: Some(PathBuf::from("/music/Gone.wav")),
        name: "Gone".to_owned(),
        ..TrackView::default()
    };
    view.osc = OscView::Failed("no free port between 8000 and 8099".to_owned());
}

fn refused(view: &mut RigView, secs: f64) {
    playing(view, secs);
    if secs > 0.3 {
        let text = "deck B is playing: stop it before you load another track".to_owned();
        view.tell(Some(DeckId::B), text);
    }
}

/// The longest of everything, the most of everything.
fn long(view: &mut RigView, secs: f64) {
    let name = "Underground Resistance & The Orchestra of the Old Opera House - Final Frontier (Somebody's Twelve Minute \
        Sunrise Edit, Remastered 2026) [feat. Eleven Other People]";
    for deck in DeckId::ALL {
        put(view, deck, name, 7_261.7, DeckState::Playing, 6_012.3 + secs);
        view.tracks[deck.index()].load = LoadState::Failed(LONG.to_owned());
        view.snapshot.decks[deck.index()].peak = 1.3;
        view.snapshot.decks[deck.index()].gain_db = -100.0;
        for bars in 0..4_u8 {
            wait_for(view, ActionKind::Play, Some(deck), 1_000_128.0 + 4.0 * f64::from(bars));
        }
    }
    let clock = &mut view.snapshot.clock;
    clock.tempo = Bpm::new(1999.99).unwrap_or(Bpm::DEFAULT);
    (clock.bar_beats, clock.bar_start_beat, clock.song_beat) = (3.5, -70_000.0, -69_999.0 + secs);
    clock.host_leads = false;
    view.snapshot.master_peak = 1.3;
    view.snapshot.quantize = 4;
    (view.snapshot.non_finite, view.snapshot.lost_events) = (123_456, 98_765);
    view.osc = OscView::Failed(LONG.to_owned());
    if secs > 0.3 {
        view.tell(Some(DeckId::A), LONG.to_owned());
    }
}

/// Something that looks like a track: beats, breaks and an end.
#[allow(clippy::cast_precision_loss, reason = "a picture")]
fn overview(seed: usize) -> Arc<Overview> {
    const COLUMNS: usize = 1200;
    let noise = |index: usize| {
        let mixed =
            (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ (seed as u64).wrapping_mul(0xD134_2543_DE82_EF95));
        ((mixed ^ (mixed >> 31)) >> 40) as f32 / (1_u64 << 24) as f32
    };
    let columns = (0..COLUMNS).map(|index| {
        let section = index * 12 / COLUMNS;
        let energy = [0.35, 0.55, 0.85, 0.9, 0.4, 0.3, 0.75, 0.95, 0.92, 0.6, 0.85, 0.4][(section + seed) % 12];
        let kick = if index % 6 < 2 { 1.0 } else { 0.72 };
        let high = (energy * kick * (0.8 + 0.2 * noise(index))).clamp(0.02, 1.0);
        let low = -(energy * kick * (0.78 + 0.22 * noise(index + 7))).clamp(0.02, 1.0);
        Peak { low, high, rms: high * (0.38 + 0.12 * noise(index + 3)) }
    });
    Arc::new(Overview { columns: columns.collect() })
}
