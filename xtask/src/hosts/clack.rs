//! The CLAP in clack-host, by the demo's host program: a set that saves its state, and one in a fresh process that
//! begins with it.

use std::fs;
use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::report::{Outcome, Row, VERSION};
use super::{BPM, Host, SAMPLE_RATE, Setting};
use crate::demo::judge::Evidence;
use crate::demo::protocol::Job;
use crate::demo::script::{Act, Deck, Step, Wording};
use crate::demo::session::{Session, play};
use crate::demo::timing::{SongClock, When};
use crate::demo::tracks::{Track, generate};
use crate::demo::{build_host, read_recordings, script};
use crate::music::Tune;
use crate::workspace::{root, step};

const CLOCK: SongClock = SongClock { bpm: BPM, sample_rate: SAMPLE_RATE as f64 };
const SONG_BEATS: f64 = 24.0;
/// Saved in the first set, so it must be there in the second without being sent.
const CROSSFADER: f32 = 0.0;
/// Times as fast as real time.
const PACE: f64 = 4.0;

/// Both sets.
pub fn run(host: &Host, setting: &Setting) -> Vec<Row> {
    let mut rows = Vec::new();
    let tell = |check: String, outcome| {
        let row = Row { host: host.name, format: host.format, check, outcome };
        println!("{}", row.line());
        rows.push(row);
    };
    if let Err(error) = both_sets(host, setting, tell) {
        let outcome = Outcome::Failed(format!("{error:#}"));
        rows.push(Row {
            host: host.name,
            format: host.format,
            check: "both sets run to their end".to_owned(),
            outcome,
        });
    }
    rows
}

fn both_sets(host: &Host, setting: &Setting, mut tell: impl FnMut(String, Outcome)) -> Result<()> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("could not read Cargo.lock")?;
    tell(VERSION.to_owned(), Outcome::Told(locked(&lock, "clack-host").unwrap_or_default()));
    let program = build_host()?;
    let other = generate(Tune::NightFreight, &setting.work, BPM, super::TUNE_BARS, SAMPLE_RATE)?;
    let tracks = [setting.track.clone(), other];
    let state = setting.work.join("clap.state");
    let first = Set {
        name: "plays",
        steps: first_steps(&tracks),
        block_frames: 512,
        first_port: free_port(),
        load: None,
        save: Some(state.clone()),
    };
    let second = Set {
        name: "restored",
        steps: second_steps(&tracks),
        block_frames: 96,
        // The state has it.
        first_port: None,
        load: Some(state),
        save: None,
    };
    let mut ports = Vec::new();
    for set in [first, second] {
        step(&format!("{}: {}, blocks of {}", host.name, set.name, set.block_frames));
        let session = set.play(&program, setting)?;
        ports.push(session.ready.osc_port);
        set.judge(&session, &tracks, &mut tell)?;
    }
    let kept = ports[0].is_some() && ports[0] == ports[1];
    let detail = ports.iter().map(|port| port.map_or("none".to_owned(), |port| port.to_string()));
    let detail = detail.collect::<Vec<_>>().join(", ");
    tell("restored: the project keeps its OSC port".to_owned(), outcome(kept, detail));
    Ok(())
}

/// `package 1.2.3`, as a lock file has it.
fn locked(lock: &str, package: &str) -> Option<String> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(format!("{package} {}", rest.split_once('"')?.0))
}

/// A UDP port that is free now, if the system gives one.
fn free_port() -> Option<u16> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    socket.local_addr().ok().map(|address| address.port())
}

/// A set: what is sent, and which state it begins or ends with.
struct Set {
    name: &'static str,
    steps: Vec<Step>,
    block_frames: u32,
    /// Far from where other instances on this machine look for ports.
    first_port: Option<u16>,
    load: Option<PathBuf>,
    save: Option<PathBuf>,
}

impl Set {
    fn play(&self, program: &Path, setting: &Setting) -> Result<Session> {
        let out_dir = setting.work.join(format!("clap-{}", self.name));
        fs::create_dir_all(&out_dir).with_context(|| format!("could not make {}", out_dir.display()))?;
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let job = Job {
            plugin: setting.bundles.clap.display().to_string(),
            out_dir: out_dir.display().to_string(),
            sample_rate: SAMPLE_RATE,
            block_frames: self.block_frames,
            bpm: BPM,
            song_frames: CLOCK.frame_at(SONG_BEATS).unsigned_abs(),
            pace: PACE,
            gates: script::gates(&self.steps, CLOCK),
            hold_at_gates: true,
            first_port: self.first_port,
            load_state: path(&self.load),
            save_state: path(&self.save),
        };
        play(program, &job, &self.steps, &setting.dir.join(format!("clack-host-{}.log", self.name)))
    }

    /// The demo's judge: each message's frame in the recorded sound, and checks of the whole.
    fn judge(&self, session: &Session, tracks: &[Track; 2], tell: &mut impl FnMut(String, Outcome)) -> Result<()> {
        let recordings = read_recordings(&session.end.files)?;
        let evidence = Evidence {
            clock: CLOCK,
            steps: &self.steps,
            session,
            tracks,
            recordings: &recordings,
            block_frames: self.block_frames,
            slack_frames: 0,
        };
        let rows = evidence.rows();
        ensure!(rows.len() == self.steps.len(), "not every message was judged");
        for row in &rows {
            let detail = if row.ok { fired(row.fired_frame) } else { why(&row.verdict) };
            tell(format!("{}: {}", self.name, row.message), outcome(row.ok, detail));
        }
        for check in evidence.checks(&rows) {
            tell(format!("{}: {}", self.name, check.what), outcome(check.ok, check.detail));
        }
        Ok(())
    }
}

fn fired(frame: Option<i64>) -> String {
    frame.map(|frame| format!("on frame {frame}")).unwrap_or_default()
}

/// The demo's verdict on a message, without its first word.
fn why(verdict: &str) -> String {
    verdict.trim_start_matches("FAILED: ").to_owned()
}

fn outcome(ok: bool, detail: String) -> Outcome {
    if ok { Outcome::Passed(detail) } else { Outcome::Failed(detail) }
}

/// Deck A from bar 3 on, and stopped before the state is saved, as nothing is restored playing.
fn first_steps(tracks: &[Track; 2]) -> Vec<Step> {
    vec![
        Step::before_start(Act::Load { deck: Deck::A, file: tracks[0].file.clone() }),
        Step::before_start(Act::Crossfader { from: 0.5, to: CROSSFADER }),
        Step::new(6.0, Act::Play { deck: Deck::A }, When::NextBar, Wording::Suffix),
        Step::new(20.4, Act::Stop { deck: Deck::A }, When::NextBeat, Wording::Argument),
    ]
}

/// Deck A is not loaded and the crossfader not set: both come from the state. Files are loaded one after the other, so
/// when deck B's is there, deck A's is too.
fn second_steps(tracks: &[Track; 2]) -> Vec<Step> {
    vec![
        Step::before_start(Act::Load { deck: Deck::B, file: tracks[1].file.clone() }),
        Step::new(6.0, Act::Play { deck: Deck::A }, When::NextBar, Wording::Argument),
        // Judged against the master's level before: that of the restored crossfader.
        Step::new(12.5, Act::Crossfader { from: CROSSFADER, to: 0.5 }, When::Now, Wording::Silent),
        Step::new(14.2, Act::Play { deck: Deck::B }, When::AtBeat(15.0), Wording::Argument),
        Step::new(19.3, Act::Stop { deck: Deck::A }, When::NextBar, Wording::Suffix),
        Step::new(20.6, Act::Stop { deck: Deck::B }, When::NextBeat, Wording::Suffix),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::Stereo;

    fn tracks() -> [Track; 2] {
        let track = |name: &str| Track {
            file: name.into(),
            title: name.to_owned(),
            sample_rate: SAMPLE_RATE,
            music: Stereo::default(),
        };
        [track("a.wav"), track("b.flac")]
    }

    #[test]
    fn the_second_set_rests_on_the_state() {
        let steps = second_steps(&tracks());
        let loads_a = |step: &Step| matches!(step.act, Act::Load { deck: Deck::A, .. });
        assert!(!steps.iter().any(loads_a), "deck A's track comes from the state");
        assert!(steps.iter().any(|step| step.act == Act::Play { deck: Deck::A }));
        let first_move = steps.iter().find_map(|step| match step.act {
            Act::Crossfader { from, .. } => Some((from, step.send_beat.is_some())),
            _ => None,
        });
        assert_eq!(first_move, Some((CROSSFADER, true)), "the crossfader's place comes from the state");
    }

    #[test]
    fn the_release_is_the_locked_one() {
        let lock = "[[package]]\nname = \"clack-host\"\nversion = \"0.2.0\"\n";
        assert_eq!(locked(lock, "clack-host").as_deref(), Some("clack-host 0.2.0"));
        assert_eq!(locked(lock, "clack"), None);
    }

    #[test]
    fn everything_has_stopped_before_the_end() {
        for steps in [first_steps(&tracks()), second_steps(&tracks())] {
            let gates = script::gates(&steps, CLOCK);
            assert!(gates.is_sorted());
            assert!(*gates.last().unwrap() < CLOCK.frame_at(SONG_BEATS - 2.0).unsigned_abs());
            let count = |wanted: fn(&Act) -> bool| steps.iter().filter(|step| wanted(&step.act)).count();
            assert_eq!(count(|act| matches!(act, Act::Play { .. })), count(|act| matches!(act, Act::Stop { .. })));
        }
    }
}
