//! Killed in the middle of writing: each file is the old one or the new one, whole.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use echelon::media::AnalysisCache;
use echelon::media::analyse::{Analysis, Bands, ContentId, Waveform};
use echelon_engine::deck::Track;
use support::blocks::Random;
use support::{TempDir, wait_until};

/// The folder in which the child writes.
const CHILD: &str = "ECHELON_TEST_WRITES_IN";
/// After which round the child says that it is at work.
const ROUND: &str = "ECHELON_TEST_READY_AFTER";
const KILLS: usize = 50;
/// The finest bins of the waveform: so that a write takes its time.
const BINS: usize = 40_000;

fn track() -> Track {
    let side = vec![0.25; BINS];
    Track::new(side.clone(), side, 48_000.0).expect("a track")
}

/// One of two answers for the same track.
fn analysis(content: ContentId, which: u8) -> Analysis {
    let bin = Bands { low: which, mid: which, high: which };
    Analysis {
        content,
        grid: None,
        bpm: Some(120.0 + f64::from(which)),
        confidence: 0.5,
        key: None,
        loudness_lufs: None,
        loudness_range_lu: None,
        true_peak_db: None,
        waveform: Arc::new(Waveform::from_finest(1, vec![bin; BINS])),
    }
}

/// One of two mappings, of lengths that differ.
fn mapping(which: u8) -> String {
    format!("{{\"echelon_midi\":1,\"name\":\"{}\"}}", if which == 0 { "a".repeat(300) } else { "b".repeat(30_000) })
}

struct Places {
    cache: AnalysisCache,
    music: PathBuf,
    map: PathBuf,
    /// Preferences, which only the user may read.
    own: PathBuf,
}

impl Places {
    fn below(folder: &Path) -> Self {
        let cache = AnalysisCache::new(folder.join("cache"), 1 << 26);
        Self { cache, music: folder.join("music.wav"), map: folder.join("map.json"), own: folder.join("osc.json") }
    }
}

/// Not a test by itself: the child that is killed. Without its folder it does nothing.
#[test]
fn the_child_writes() {
    let Some(folder) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let (places, track) = (Places::below(&folder), track());
    let content = ContentId::of(&track);
    let ready_after = std::env::var(ROUND).ok().and_then(|round| round.parse().ok()).unwrap_or(2_u32);
    // Until it is killed; should nobody do that, not for ever.
    for round in 0..1_000_000_u32 {
        let which = (round % 2) as u8;
        places.cache.put(&analysis(content, which), &track).expect("an analysis");
        places.cache.note(&places.music, content).expect("a note");
        echelon::whole_file::write(&places.map, mapping(which).as_bytes()).expect("a mapping");
        echelon::whole_file::write_private(&places.own, mapping(which).as_bytes()).expect("preferences");
        if round == ready_after {
            std::fs::write(folder.join("ready"), b"x").expect("a sign");
        }
        if !folder.join("music.wav").exists() {
            return;
        }
    }
}

#[test]
#[cfg(unix)]
fn whoever_is_killed_while_writing_leaves_every_file_old_or_new() {
    let (folder, track) = (TempDir::new("killed"), track());
    let music = folder.write("music.wav", b"some music");
    let places = Places::below(folder.path());
    let content = ContentId::of(&track);
    let mut random = Random::new(4);
    let mut seen = [0; 2];
    for kill in 0..KILLS {
        let _ = std::fs::remove_file(folder.path().join("ready"));
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .args(["--exact", "killed::the_child_writes", "--test-threads", "1"])
            .env(CHILD, folder.path())
            // By turns: else a slow machine would be killed with the same of the two in its files each time.
            .env(ROUND, (2 + kill % 2).to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a child");
        wait_until("the child to write", || folder.path().join("ready").exists());
        // Anywhere in its loop: so many looks at a file later.
        assert!((0..random.next_u64() % 1000).all(|_| folder.path().join("ready").exists()));
        child.kill().expect("killed");
        let status = child.wait().expect("its end");
        assert!(!status.success(), "it ended by itself");
        let found = places.cache.get(content, &track).unwrap_or_else(|| panic!("kill {kill}: no analysis any more"));
        let which = (0..2).find(|which| found == analysis(content, *which)).expect("one of the two");
        seen[usize::from(which)] += 1;
        let facts = places.cache.facts(Path::new(&music)).unwrap_or_else(|| panic!("kill {kill}: no note any more"));
        assert_eq!(facts.bpm, found.bpm, "kill {kill}");
        for file in [&places.map, &places.own] {
            let found = std::fs::read_to_string(file).expect("a file");
            assert!((0..2).any(|which| found == mapping(which)), "kill {kill}: {} bytes", found.len());
        }
    }
    assert!(seen.iter().all(|count| *count > 0), "killed at one place only: {seen:?}");
}
