//! What the analysis found in a track, and where the hands put their marks.

use std::sync::Arc;

use echelon::media::{analyse, decode};
use rosc::OscType;
use serde::Serialize;
use serde_json::Value;
use support::{Format, MiniHost, OscClient, Setup, wait_for};

/// A track with all that is drawn on it.
#[derive(Serialize)]
pub struct Drawn {
    bpm: Option<f64>,
    key: Option<String>,
    loudness_lufs: Option<f64>,
    secs: f64,
    /// Seconds of each column of the waveform.
    column_secs: f64,
    /// The highest sample of each column below 200 Hz, between, and above 2.5 kHz, 0..255.
    columns: Vec<[u8; 3]>,
    /// Beats in seconds, and whether a bar begins there.
    beats: Vec<(f64, bool)>,
    /// What the project saves of deck A: cue, hot cues and loop, in nanoseconds.
    marks: Value,
}

/// Analyses the file, and lets hands set marks on it through the plugin.
pub fn measure(music: &str) -> Drawn {
    let decoded = decode(std::path::Path::new(music), &mut |_| {}, &|| false).expect("the music was just written");
    let track = Arc::clone(&decoded.track);
    let analysis = analyse::analyse(&track, &|_| {}, &|| false).expect("nobody cancels it");
    let rate = track.sample_rate();
    let level = &analysis.waveform.levels()[0];
    let beats = analysis.grid.as_ref().map_or_else(Vec::new, |grid| {
        let first = grid.beat_at(0.0).ceil() as i64;
        let last = grid.beat_at(track.num_frames() as f64).floor() as i64;
        (first..=last).map(|beat| (grid.frame_at(beat as f64) / rate, grid.beat_in_bar(beat as f64) == 0.0)).collect()
    });
    Drawn {
        bpm: analysis.bpm,
        key: analysis.key.map(|key| key.to_string()),
        loudness_lufs: analysis.loudness_lufs,
        secs: track.num_frames() as f64 / rate,
        column_secs: level.frames_per_bin as f64 / rate,
        columns: level.bins.iter().map(|bands| [bands.low, bands.mid, bands.high]).collect(),
        beats,
        marks: marks(music),
    }
}

/// A cue, three hot cues and a loop of four beats, set by OSC as a DJ would; as the project saves them.
fn marks(music: &str) -> Value {
    let mut host = Setup::new().open(Format::Clap);
    let mut osc = host.osc();
    done(&mut host, &mut osc, "/deck/a/load", &[music.into()]);
    // A loop of beats needs the beats.
    wait_for("the analysis", || {
        osc.send("/deck/a/track", &[]);
        (osc.expect("/track").args[1] == "done".into()).then_some(())
    });
    for (number, secs) in [(1, 0.0), (2, 3.9), (3, 7.7)] {
        done(&mut host, &mut osc, "/deck/a/seek", &[OscType::Float(secs)]);
        done(&mut host, &mut osc, "/deck/a/hotcue/set", &[number.into()]);
    }
    done(&mut host, &mut osc, "/deck/a/cue", &[1.into()]);
    done(&mut host, &mut osc, "/deck/a/loop", &[OscType::Float(4.0)]);
    host.rig_field("marks").map_or(Value::Null, |marks| marks[0].clone())
}

fn done(host: &mut MiniHost, osc: &mut OscClient, address: &str, args: &[OscType]) {
    let id = osc.call(address, args);
    host.pump_until(address, |_| osc.done_yet(id).is_some());
}
