//! Holds what was asked against what was recorded: one row for each message, and checks of the whole.

use serde::Serialize;

use super::measure::{Mix, end_of_sound, first_above, first_sound, heard_track_frame, matching_frames};
use super::osc::Reply;
use super::script::{Act, Deck, Step};
use super::session::Session;
use super::timing::{SongClock, When};
use super::tracks::Track;
use crate::music::Stereo;

/// What became of one message.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    /// The whole message, for people.
    pub message: String,
    pub address: String,
    /// Song beat at which it arrived; none before the song.
    pub arrival_beat: Option<f64>,
    pub due_beat: Option<f64>,
    pub due_frame: Option<i64>,
    /// Measured in the recorded audio.
    pub fired_frame: Option<i64>,
    pub error_frames: Option<i64>,
    /// `executed` or `FAILED: <why>`.
    pub verdict: String,
    /// How it was measured.
    pub method: String,
    /// The plugin's own words, beside.
    pub plugin_due_beat: Option<f64>,
    pub plugin_done_beat: Option<f64>,
    pub plugin_error_frames: Option<i64>,
    #[serde(skip)]
    pub ok: bool,
    /// One of many moves of the crossfader.
    #[serde(skip)]
    pub crossfader: Option<(f32, f32)>,
}

/// A statement about the whole recording.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    pub what: String,
    pub ok: bool,
    pub detail: String,
}

impl Check {
    pub fn new(what: &str, ok: bool, detail: impl Into<String>) -> Self {
        Self { what: what.to_owned(), ok, detail: detail.into() }
    }
}

/// The recordings: master, decks A to D.
#[derive(Clone, Debug, Default)]
pub struct Recordings {
    pub master: Stereo,
    pub decks: Vec<Stereo>,
}

/// Everything that judging needs.
pub struct Evidence<'a> {
    pub clock: SongClock,
    pub steps: &'a [Step],
    pub session: &'a Session,
    pub tracks: &'a [Track; 2],
    pub recordings: &'a Recordings,
    pub block_frames: u32,
    /// Frames that may pass between a gate and the arrival of its message: none while the host holds.
    pub slack_frames: i64,
}

/// A stretch in which a deck is to play.
#[derive(Clone, Copy, Debug)]
struct Play {
    /// The first frame that was heard.
    heard: usize,
    /// The track's frame that was heard there.
    track_frame: usize,
}

impl Evidence<'_> {
    /// One row for each message.
    pub fn rows(&self) -> Vec<Row> {
        let mut plays: [Option<Play>; 2] = [None; 2];
        (0..self.steps.len()).map(|index| self.row(index, &mut plays)).collect()
    }

    fn row(&self, index: usize, plays: &mut [Option<Play>; 2]) -> Row {
        let step = &self.steps[index];
        let reply = &self.session.replies[index];
        let sent = self.session.sent_frames[index];
        let arrival_beat = sent.map(|frame| self.clock.beat_at(frame));
        let due_beat = arrival_beat.map(|beat| step.when.due_beat(beat, self.clock));
        let mut row = Row {
            message: step.text(),
            address: step.address(),
            arrival_beat,
            due_beat,
            due_frame: due_beat.map(|beat| self.clock.frame_at(beat)),
            plugin_due_beat: reply.ack_beat,
            plugin_done_beat: reply.done.map(|done| done.beat),
            plugin_error_frames: reply.done.map(|done| done.error_frames),
            ..Row::default()
        };
        if self.session.ready.osc_port.is_none() {
            row.verdict = "FAILED: not sent, as the plugin's state tells no OSC port".to_owned();
            return row;
        }
        let measured = match step.act {
            Act::Load { .. } => loaded(&mut row, reply),
            Act::Play { deck } => self.started(&mut row, index, deck, &mut plays[deck.index()]),
            Act::Stop { deck } => self.stopped(&mut row, deck, &mut plays[deck.index()]),
            Act::Crossfader { from, to } => self.crossfaded(&mut row, index, from, to),
        };
        let verdict = measured.and_then(|()| self.plugin_agrees(&row, step, reply));
        row.ok = verdict.is_ok();
        row.verdict = verdict.map_or_else(|why| format!("FAILED: {why}"), |()| "executed".to_owned());
        row
    }

    /// The master must have settled for so long before the next move, and must not move so long before a message:
    /// much longer than a fader's ramp of 5 ms, much shorter than the half beat between two moves.
    fn settled_frames(&self) -> usize {
        usize_of(signed_round((self.clock.frames_per_beat() / 8.0).min(2048.0)))
    }

    fn song_frames(&self) -> usize {
        self.recordings.master.num_frames()
    }

    /// The due frame of the next message for which `is` holds, or the end.
    fn next_due(&self, index: usize, is: impl Fn(&Act) -> bool) -> usize {
        let later = self.steps.iter().enumerate().skip(index + 1).find(|(_, step)| is(&step.act));
        later
            .and_then(|(i, step)| Some((self.session.sent_frames[i]?, step)))
            .map(|(sent, step)| self.clock.frame_at(step.when.due_beat(self.clock.beat_at(sent), self.clock)))
            .map_or(self.song_frames(), |frame| usize_of(frame).min(self.song_frames()))
    }

    fn started(&self, row: &mut Row, index: usize, deck: Deck, play: &mut Option<Play>) -> Result<(), String> {
        let (Some(audio), track) = (self.recordings.decks.get(deck.index()), &self.tracks[deck.index()]) else {
            return Err("this deck was not recorded".to_owned());
        };
        let from = row.arrival_beat.map_or(0, |beat| usize_of(self.clock.frame_at(beat)));
        let to = self.next_due(index, |act| *act == Act::Play { deck });
        let method = StartMethod::of(track, self.clock.sample_rate);
        row.method = method.text();
        let heard = first_above(audio, from, to, method.level).ok_or("the deck stayed silent")?;
        let fired = signed(heard) - method.lead_frames;
        row.fired(fired);
        if !method.exact {
            *play = Some(Play { heard, track_frame: 0 });
            return row.must_be_within(method.tolerance_frames);
        }
        let lead = usize_of(method.lead_frames);
        *play = heard_track_frame(audio, heard, &track.music, lead).map(|track_frame| Play { heard, track_frame });
        row.must_be_within(0)?;
        let stop = self.next_due(index, |act| *act == Act::Stop { deck });
        let same = matching_frames(audio, heard, &track.music, lead);
        let wanted = stop.saturating_sub(heard).min(track.music.num_frames() - lead);
        if same < wanted {
            return Err(format!("the output is not the file any more after {same} of {wanted} frames"));
        }
        Ok(())
    }

    fn stopped(&self, row: &mut Row, deck: Deck, play: &mut Option<Play>) -> Result<(), String> {
        let Some(audio) = self.recordings.decks.get(deck.index()) else {
            return Err("this deck was not recorded".to_owned());
        };
        let track = &self.tracks[deck.index()];
        let play = play.take().ok_or("the deck did not play its file before")?;
        let due = usize_of(row.due_frame.unwrap_or(0));
        let fade_frames = usize_of(signed_round(STOP_FADE_SECS * self.clock.sample_rate));
        // Long enough to see a late stop, and shorter than the time to the next start.
        let to = due + usize_of(signed_round(self.clock.frames_per_beat()));
        let end = end_of_sound(audio, due.saturating_sub(to - due), to);
        let method = StartMethod::of(track, self.clock.sample_rate);
        let fired = if method.exact {
            row.method = "first frame that is not the file's: there the fade of 3 ms begins".to_owned();
            signed(play.heard + matching_frames(audio, play.heard, &track.music, play.track_frame))
        } else {
            row.method = "end of the sound less the fade of 3 ms".to_owned();
            signed((end + 1).saturating_sub(fade_frames))
        };
        row.fired(fired);
        row.must_be_within(method.tolerance_frames)?;
        if end >= to {
            return Err("the deck goes on".to_owned());
        }
        // The last frame of a fade may be zero already.
        let faded = signed(end) - fired;
        if !(0..=signed(fade_frames) + method.tolerance_frames).contains(&faded) {
            return Err(format!("the fade took {faded} frames, not {fade_frames}"));
        }
        Ok(())
    }

    fn crossfaded(&self, row: &mut Row, index: usize, from: f32, to: f32) -> Result<(), String> {
        row.crossfader = Some((from, to));
        let [Some(a), Some(b)] = [0, 1].map(|deck| self.recordings.decks.get(deck)) else {
            return Err("the decks were not recorded".to_owned());
        };
        let mix = Mix { master: &self.recordings.master, decks: [a, b] };
        let is_fader = |act: &Act| matches!(act, Act::Crossfader { .. });
        let next = self.next_due(index, is_fader);
        let Some(sent) = self.session.sent_frames[index].map(usize_of) else {
            row.method = "level of the first sound on the master".to_owned();
            let heard = first_sound(a, 0, next).or(first_sound(b, 0, next)).ok_or("no deck was heard")?;
            let held = mix.holds(to, heard, heard + self.settled_frames());
            return held.then_some(()).ok_or_else(|| format!("the master is not as with a crossfader at {to}"));
        };
        row.method = "first frame at which the master is not the decks' sum at the old position".to_owned();
        if !mix.sounds(sent, next) {
            return Err("nothing was heard, so it could not be measured".to_owned());
        }
        // Looks before the message too: nothing may move early.
        let early = sent.saturating_sub(self.settled_frames());
        let fired = mix.leaves(from, early, next).ok_or("the master did not change")?;
        row.fired(signed(fired));
        let allowed = 2 * i64::from(self.block_frames) + self.slack_frames + DETECTION_FRAMES;
        let late = signed(fired) - signed(sent);
        if !(0..=allowed).contains(&late) {
            return Err(format!("heard {late} frames after it was sent; {allowed} are allowed (two blocks)"));
        }
        if !mix.holds(to, next.saturating_sub(self.settled_frames()).max(fired), next) {
            return Err(format!("the master is not as with a crossfader at {to}"));
        }
        Ok(())
    }

    fn plugin_agrees(&self, row: &Row, step: &Step, reply: &Reply) -> Result<(), String> {
        if let Some(refusal) = &reply.refusal {
            return Err(format!("the plugin refused: {refusal}"));
        }
        let done = reply.done.ok_or("the plugin sent no /done")?;
        let ack = reply.ack_beat.ok_or("the plugin sent no /ack")?;
        let (Some(due), false) = (row.due_frame, step.when == When::Now) else { return Ok(()) };
        for (word, beat) in [("/ack", ack), ("/done", done.beat)] {
            let frame = self.clock.frame_at(beat);
            if frame != due {
                return Err(format!("{word} says beat {beat:.4} (frame {frame}), due is frame {due}"));
            }
        }
        if done.error_frames != 0 {
            return Err(format!("the plugin itself says it was {} frames off", done.error_frames));
        }
        Ok(())
    }
}

/// Length of a stop's fade.
const STOP_FADE_SECS: f64 = 0.003;
/// A ramp begins so gently that its first frames may be too small to see.
const DETECTION_FRAMES: i64 = 16;

fn loaded(row: &mut Row, reply: &Reply) -> Result<(), String> {
    row.method = "the plugin's word; heard when the deck plays".to_owned();
    if reply.refusal.is_none() && reply.done.is_none() {
        return Err("the plugin did not say that the track is on the deck".to_owned());
    }
    Ok(())
}

/// How the start of a track is found.
struct StartMethod {
    /// Same sample rate: the output must be the file, bit for bit.
    exact: bool,
    level: f32,
    /// Frames of (near) silence at the file's beginning, in the song's frames.
    lead_frames: i64,
    tolerance_frames: i64,
}

impl StartMethod {
    fn of(track: &Track, sample_rate: f64) -> Self {
        let ratio = sample_rate / f64::from(track.sample_rate);
        let exact = (ratio - 1.0).abs() < 1e-12;
        // Resampling rings before a sudden sound, so a level stands in for the first sample.
        let (level, tolerance_frames) = if exact { (0.0, 0) } else { (0.003, 64) };
        let lead = first_above(&track.music, 0, track.music.num_frames(), level).unwrap_or(0);
        Self { exact, level, lead_frames: signed_round(lead as f64 * ratio), tolerance_frames }
    }

    fn text(&self) -> String {
        if self.exact {
            "first sample that is not silence, then the file bit for bit".to_owned()
        } else {
            format!(
                "first sample above -50 dB, to {} frames: the file has another sample rate, so only the onset compares",
                self.tolerance_frames
            )
        }
    }
}

impl Row {
    fn fired(&mut self, frame: i64) {
        self.fired_frame = Some(frame);
        self.error_frames = self.due_frame.map(|due| frame - due);
    }

    fn must_be_within(&self, tolerance_frames: i64) -> Result<(), String> {
        match self.error_frames {
            Some(error) if error.abs() <= tolerance_frames => Ok(()),
            Some(error) => {
                let plural = if error.abs() == 1 { "" } else { "s" };
                Err(format!("{} frame{plural} {}", error.abs(), if error > 0 { "late" } else { "early" }))
            }
            None => Err("not measured".to_owned()),
        }
    }
}

fn signed(frame: usize) -> i64 {
    i64::try_from(frame).unwrap_or(i64::MAX)
}

fn usize_of(frame: i64) -> usize {
    usize::try_from(frame).unwrap_or(0)
}

#[allow(clippy::cast_possible_truncation, reason = "frames of a song, far below 2^52")]
fn signed_round(frames: f64) -> i64 {
    frames.round() as i64
}

impl Evidence<'_> {
    /// Statements about the whole, beside the messages.
    pub fn checks(&self, rows: &[Row]) -> Vec<Check> {
        let end = &self.session.end;
        let ready = &self.session.ready;
        let shape = |ports: &[super::protocol::Port]| ports.iter().map(|port| port.channels).collect::<Vec<_>>();
        let (inputs, outputs) = (shape(&ready.inputs), shape(&ready.outputs));
        let mut checks = vec![
            Check::new(
                "the plugin has 4 stereo inputs and 6 stereo outputs",
                inputs == [2; 4] && outputs == [2; 6],
                format!("channels in {inputs:?}, out {outputs:?}"),
            ),
            self.silence_before_first_play(rows),
            Check::new(
                "nothing sounds while the transport has not started",
                end.peak_before_start == 0.0,
                format!("peak {}", end.peak_before_start),
            ),
            Check::new(
                "every sample is a finite number",
                end.non_finite_samples == 0,
                format!("{} are not", end.non_finite_samples),
            ),
            Check::new("the saved state survives loading, byte for byte", end.state_survives, ""),
        ];
        let idle = self.recordings.decks.iter().skip(2).all(|deck| first_sound(deck, 0, deck.num_frames()).is_none());
        checks.push(Check::new("decks C and D stay silent", idle && self.recordings.decks.len() == 4, ""));
        checks
    }

    /// Deck A's first frame is the master's first sound: before it there is digital silence.
    fn silence_before_first_play(&self, rows: &[Row]) -> Check {
        let what = "the master is silent up to the first due frame, and carries the track's first sample there";
        let play = self.steps.iter().position(|step| matches!(step.act, Act::Play { .. }));
        let Some((play, due)) = play.and_then(|play| Some((play, rows[play].due_frame?))) else {
            return Check::new(what, false, "nothing was played");
        };
        let Act::Play { deck } = self.steps[play].act else { return Check::new(what, false, "nothing was played") };
        let track = &self.tracks[deck.index()];
        let method = StartMethod::of(track, self.clock.sample_rate);
        let master = &self.recordings.master;
        let Some(heard) = first_above(master, 0, master.num_frames(), method.level) else {
            return Check::new(what, false, "the master is silent to its end");
        };
        let at_due = (signed(heard) - method.lead_frames - due).abs() <= method.tolerance_frames;
        let lead = usize_of(method.lead_frames);
        let same = !method.exact
            || master.left[heard] == track.music.left[lead] && master.right[heard] == track.music.right[lead];
        Check::new(what, at_due && same, format!("first sound on frame {heard}, due {due}, same sample: {same}"))
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
pub mod tests;
