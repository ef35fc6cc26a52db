//! The judge against a pretended plugin: exact, and wrong in one thing at a time.

use std::path::PathBuf;

use super::*;
use crate::demo::measure::tests::gains;
use crate::demo::osc::Done;
use crate::demo::protocol::{End, Port, Ready};
use crate::demo::report::Report;
use crate::demo::script::script;

const CLOCK: SongClock = SongClock { bpm: 1200.0, sample_rate: 8_000.0 };
const BLOCK: u32 = 16;
const FADE: usize = 24;
const RAMP: usize = 40;
const SONG_BEATS: f64 = 96.0;

/// A set at ten times the usual speed and a sixth of the sample rate: a beat has 400 frames.
pub struct Stage {
    steps: Vec<Step>,
    session: Session,
    pub tracks: [Track; 2],
    pub recordings: Recordings,
}

fn track(seed: f32) -> Track {
    let side = |shift: f32| (0..40_000).map(|i| 0.4 * (i as f32 * 0.37 + shift + seed).sin() + 0.01).collect();
    let music = Stereo { left: side(0.3), right: side(1.3) };
    Track { file: PathBuf::from("x.wav"), title: "x".to_owned(), sample_rate: 8_000, music }
}

impl Stage {
    pub const CLOCK: SongClock = CLOCK;

    /// A plugin that does everything right, but each step `off(step)` frames late.
    pub fn new(off: impl Fn(&Step) -> i64) -> Self {
        let steps = script(["a.wav".into(), "b.flac".into()], SONG_BEATS);
        let tracks = [track(0.0), track(2.0)];
        let block = i64::from(BLOCK);
        let sent: Vec<Option<i64>> = steps
            .iter()
            .map(|step| step.send_beat.map(|beat| (CLOCK.frame_at(beat) + block - 1) / block * block))
            .collect();
        let due = |step: &Step, sent: Option<i64>| step.when.due_beat(CLOCK.beat_at(sent.unwrap_or(0)), CLOCK);
        let fired: Vec<i64> =
            steps.iter().zip(&sent).map(|(step, sent)| CLOCK.frame_at(due(step, *sent)) + off(step)).collect();
        let replies = steps.iter().zip(&sent).map(|(step, sent)| good_reply(due(step, *sent))).collect();
        let recordings = pretend(&steps, &fired, &tracks);
        Self { session: session(sent, replies), steps, tracks, recordings }
    }

    fn judge(&self) -> (Vec<Row>, Vec<Check>) {
        let evidence = Evidence {
            clock: CLOCK,
            steps: &self.steps,
            session: &self.session,
            tracks: &self.tracks,
            recordings: &self.recordings,
            block_frames: BLOCK,
            slack_frames: 0,
        };
        let rows = evidence.rows();
        let checks = evidence.checks(&rows);
        (rows, checks)
    }

    pub fn report(&self) -> Report {
        let (actions, checks) = self.judge();
        let mut report = Report {
            verdict: String::new(),
            passed: 0,
            failed: 0,
            bpm: CLOCK.bpm,
            sample_rate: CLOCK.sample_rate,
            host_block_frames: BLOCK,
            pace: 1.0,
            build: "pretended".to_owned(),
            plugin: self.session.ready.clone(),
            worst_block_load: 0.0,
            tracks: Vec::new(),
            actions,
            checks,
            problems: Vec::new(),
            notes: Vec::new(),
        };
        report.judge();
        report
    }

    fn failures(&self) -> Vec<String> {
        let (rows, checks) = self.judge();
        let rows = rows.iter().filter(|row| !row.ok).map(|row| format!("{}: {}", row.message, row.verdict));
        rows.chain(checks.iter().filter(|check| !check.ok).map(|check| check.what.clone())).collect()
    }

    fn step(&self, text: &str) -> usize {
        self.steps.iter().position(|step| step.text() == text).unwrap()
    }
}

fn good_reply(beat: f64) -> Reply {
    Reply { ack_beat: Some(beat), done: Some(Done { beat, error_frames: 0 }), refusal: None }
}

fn session(sent_frames: Vec<Option<i64>>, replies: Vec<Reply>) -> Session {
    let ports = |count: usize| vec![Port { name: String::new(), channels: 2 }; count];
    Session {
        ready: Ready {
            name: "Echelon".to_owned(),
            version: "0".to_owned(),
            inputs: ports(4),
            outputs: ports(6),
            num_params: 11,
            latency_frames: 0,
            osc_port: Some(8000),
        },
        end: End {
            files: Vec::new(),
            non_finite_samples: 0,
            peak_before_start: 0.0,
            worst_block_load: 0.1,
            state_survives: true,
        },
        sent_frames,
        replies,
        problems: Vec::new(),
    }
}

/// What decks and crossfader make of the steps, fired on the given frames.
fn pretend(steps: &[Step], fired: &[i64], tracks: &[Track; 2]) -> Recordings {
    let song = usize_of(CLOCK.frame_at(SONG_BEATS));
    let mut decks = vec![Stereo::silence(song); 4];
    let mut position = vec![0.0_f32; song];
    let mut playing = [None; 2];
    for (step, frame) in steps.iter().zip(fired) {
        let frame = usize_of(*frame);
        match step.act {
            Act::Load { .. } => {}
            Act::Play { deck } => playing[deck.index()] = Some(frame),
            Act::Stop { deck } => {
                let start = playing[deck.index()].take().unwrap();
                let track = &tracks[deck.index()].music;
                for at in start..(frame + FADE).min(song) {
                    let gain = if at < frame { 1.0 } else { 1.0 - (at + 1 - frame) as f32 / FADE as f32 };
                    decks[deck.index()].left[at] = gain * track.left[at - start];
                    decks[deck.index()].right[at] = gain * track.right[at - start];
                }
            }
            Act::Crossfader { from, to } if step.send_beat.is_some() => {
                for (done, position) in position[frame..].iter_mut().enumerate() {
                    let along = ((done + 1) as f32 / RAMP as f32).min(1.0);
                    *position = from + (to - from) * along;
                }
            }
            Act::Crossfader { .. } => {}
        }
    }
    let mut master = Stereo::silence(song);
    for (frame, position) in position.into_iter().enumerate() {
        let [a, b] = gains(position);
        master.left[frame] = a * decks[0].left[frame] + b * decks[1].left[frame];
        master.right[frame] = a * decks[0].right[frame] + b * decks[1].right[frame];
    }
    Recordings { master, decks }
}

#[test]
fn a_right_plugin_passes() {
    let stage = Stage::new(|_| 0);
    assert_eq!(stage.failures(), Vec::<String>::new());
    let (rows, _) = stage.judge();
    let play = &rows[stage.step("/deck/a/play/bar")];
    assert_eq!(
        (play.due_beat, play.due_frame, play.fired_frame, play.error_frames),
        (Some(8.0), Some(3200), Some(3200), Some(0))
    );
    let worst = rows.iter().filter_map(|row| row.error_frames).max();
    assert!(worst < Some(DETECTION_FRAMES), "{worst:?}");
}

#[test]
fn one_frame_late_or_early_is_caught() {
    for text in ["/deck/a/play/bar", "/deck/b/play/from 0.0 \"bar\"", "/deck/a/stop \"beat\"", "/deck/b/stop/bar"] {
        for off in [1, -1] {
            let stage = Stage::new(|step| if step.text() == text { off } else { 0 });
            let failures = stage.failures();
            let word = if off > 0 { "1 frame late" } else { "1 frame early" };
            assert!(
                failures.iter().any(|failure| failure.starts_with(text) && failure.contains(word)),
                "{text} {failures:?}"
            );
        }
    }
}

/// The plugin makes up for lateness by leaving out what should have been heard: only the start is wrong then.
#[test]
fn a_late_start_in_phase_does_not_hide_the_stop() {
    let mut stage = Stage::new(|_| 0);
    for audio in [&mut stage.recordings.decks[0], &mut stage.recordings.master] {
        audio.left[3200] = 0.0;
        audio.right[3200] = 0.0;
    }
    let failures = stage.failures();
    assert_eq!(failures.len(), 2, "{failures:?}");
    assert!(failures[0].starts_with("/deck/a/play/bar: FAILED: 1 frame late"), "{failures:?}");
}

#[test]
fn the_first_sound_on_the_master_is_checked_by_itself() {
    let mut stage = Stage::new(|_| 0);
    stage.recordings.master.left[3199] = 1e-9;
    assert!(stage.failures().iter().any(|failure| failure.contains("master is silent up to")));
}

#[test]
fn a_crossfader_three_blocks_late_is_caught() {
    let late = |frames: i64| Stage::new(move |step| if step.text() == "/crossfader 0.5" { frames } else { 0 });
    assert_eq!(late(i64::from(BLOCK)).failures(), Vec::<String>::new(), "a block late is within the contract");
    let failures = late(4 * i64::from(BLOCK)).failures();
    assert!(failures.iter().any(|failure| failure.contains("are allowed")), "{failures:?}");
}

#[test]
fn one_wrong_sample_in_a_track_is_caught() {
    let mut stage = Stage::new(|_| 0);
    stage.recordings.decks[0].right[10_000] += 1e-7;
    let failures = stage.failures();
    assert!(failures.iter().any(|failure| failure.contains("not the file any more")), "{failures:?}");
}

#[test]
fn the_plugin_must_say_what_was_measured() {
    let mut stage = Stage::new(|_| 0);
    let play = stage.step("/deck/a/play/bar");
    for (reply, word) in [
        (Reply { done: None, ..good_reply(8.0) }, "no /done"),
        (Reply { ack_beat: Some(12.0), ..good_reply(8.0) }, "/ack says beat 12"),
        (Reply { refusal: Some("locked: x".to_owned()), ..Reply::default() }, "refused: locked"),
        (Reply { done: Some(Done { beat: 8.0, error_frames: 3 }), ..good_reply(8.0) }, "3 frames off"),
    ] {
        stage.session.replies[play] = reply;
        let failures = stage.failures();
        assert!(failures.iter().any(|failure| failure.contains(word)), "{word}: {failures:?}");
    }
}

#[test]
fn a_silent_plugin_fails_everywhere() {
    let mut stage = Stage::new(|_| 0);
    let song = stage.recordings.master.num_frames();
    stage.recordings = Recordings { master: Stereo::silence(song), decks: vec![Stereo::silence(song); 4] };
    stage.session.replies.fill(Reply::default());
    let (rows, _) = stage.judge();
    assert!(rows.iter().all(|row| !row.ok && row.verdict.starts_with("FAILED: ")));
}

#[test]
fn another_sample_rate_is_judged_by_onsets() {
    let mut stage = Stage::new(|_| 0);
    // As if the same sound came from a file of half the rate.
    stage.tracks[0].sample_rate = 4_000;
    let half = |samples: &[f32]| samples.iter().step_by(2).copied().collect();
    let music = &stage.tracks[0].music;
    stage.tracks[0].music = Stereo { left: half(&music.left), right: half(&music.right) };
    assert_eq!(stage.failures(), Vec::<String>::new());
    let late = Stage::new(|step| if step.text() == "/deck/a/play/bar" { 70 } else { 0 });
    let late = Stage { tracks: stage.tracks, ..late };
    assert!(late.failures().iter().any(|failure| failure.contains("70 frames late")), "{:?}", late.failures());
}
