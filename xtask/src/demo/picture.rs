//! `set.png`: the set over its bars, with each message where it was sent and where it happened.

use std::path::Path;

use anyhow::Result;

use super::judge::{Recordings, Row};
use super::report::Report;
use super::timing::{SongClock, bar_beat};
use super::tracks::Track;
use crate::music::Stereo;

use crate::canvas::palette::{BACKGROUND, BAD, BRIGHT, GOOD, PANEL};
use crate::canvas::{Align, Canvas, Face, Ink};

const WIDTH: u32 = 1800;
const HEIGHT: u32 = 1010;
const LEFT: f32 = 128.0;
const RIGHT: f32 = 1768.0;

const GRID_BAR: Ink = Ink(0x8a_94_b0, 0.30);
const GRID_BEAT: Ink = Ink(0x8a_94_b0, 0.09);
const PLAIN: Ink = Ink(0xb6_be_d2, 1.0);
const FAINT: Ink = Ink(0x7e_88_a3, 1.0);
const MASTER: u32 = 0xc3_c9_e8;
const DECKS: [u32; 2] = [0x45_c4_f5, 0xff_a9_4d];

/// A horizontal band.
#[derive(Clone, Copy)]
struct Lane {
    top: f32,
    height: f32,
}

impl Lane {
    fn bottom(self) -> f32 {
        self.top + self.height
    }

    fn middle(self) -> f32 {
        self.top + self.height / 2.0
    }
}

const MASTER_LANE: Lane = Lane { top: 128.0, height: 170.0 };
/// Above each deck's waveform there is room for three rows of labels.
const LABEL_ROW: f32 = 38.0;
const LABEL_ROWS: usize = 3;
const DECK_LANES: [Lane; 2] = [Lane { top: 430.0, height: 120.0 }, Lane { top: 682.0, height: 120.0 }];
const FADER_LANE: Lane = Lane { top: 846.0, height: 72.0 };

/// Song time to pixels.
struct Scale {
    clock: SongClock,
    song_frames: f64,
}

impl Scale {
    #[allow(clippy::cast_possible_truncation, reason = "pixels")]
    fn x(&self, frame: f64) -> f32 {
        LEFT + (frame / self.song_frames) as f32 * (RIGHT - LEFT)
    }

    fn x_of_beat(&self, beat: f64) -> f32 {
        self.x(beat * self.clock.frames_per_beat())
    }

    fn beats(&self) -> f64 {
        self.song_frames / self.clock.frames_per_beat()
    }
}

/// Draws the set and writes it.
pub fn draw(
    path: &Path,
    clock: SongClock,
    tracks: &[Track; 2],
    recordings: &Recordings,
    report: &Report,
) -> Result<()> {
    paint(clock, tracks, recordings, report)?.save(path)
}

fn paint(clock: SongClock, tracks: &[Track; 2], recordings: &Recordings, report: &Report) -> Result<Canvas> {
    let mut canvas = Canvas::new(WIDTH, HEIGHT, BACKGROUND)?;
    let scale = Scale { clock, song_frames: recordings.master.num_frames().max(1) as f64 };
    heading(&mut canvas, report);
    for lane in [MASTER_LANE, DECK_LANES[0], DECK_LANES[1], FADER_LANE] {
        canvas.rect(LEFT, lane.top, RIGHT - LEFT, lane.height, PANEL);
    }
    grid(&mut canvas, &scale);
    // One zoom for all lanes, so that they compare; silence stays flat.
    let peak = std::iter::once(&recordings.master).chain(&recordings.decks).map(peak).fold(0.05, f32::max);
    waveform(&mut canvas, MASTER_LANE, &recordings.master, MASTER, 1.0 / peak);
    lane_name(&mut canvas, MASTER_LANE, "Master", "set.wav", BRIGHT);
    for deck in 0..2 {
        let (lane, color) = (DECK_LANES[deck], DECKS[deck]);
        if let Some(audio) = recordings.decks.get(deck) {
            waveform(&mut canvas, lane, audio, color, 1.0 / peak);
        }
        lane_name(&mut canvas, lane, ["Deck A", "Deck B"][deck], &shortened(&tracks[deck].title), Ink(color, 1.0));
        let prefix = ["/deck/a/", "/deck/b/"][deck];
        let rows: Vec<&Row> = report.actions.iter().filter(|row| row.address.starts_with(prefix)).collect();
        messages(&mut canvas, &scale, lane, &rows, Ink(color, 1.0));
    }
    crossfader(&mut canvas, &scale, report);
    legend(&mut canvas, report);
    Ok(canvas)
}

fn heading(canvas: &mut Canvas, report: &Report) {
    canvas.text((32.0, 50.0), "Echelon", Face::Text, 36.0, Align::Left, BRIGHT);
    let about = format!(
        "{} {}  ·  {} BPM  ·  {} Hz  ·  blocks of {} frames  ·  {} build",
        report.plugin.name,
        report.plugin.version,
        report.bpm,
        report.sample_rate,
        report.host_block_frames,
        report.build
    );
    canvas.text((32.0, 78.0), &about, Face::Text, 19.0, Align::Left, PLAIN);
    let ink = if report.failed == 0 { GOOD } else { BAD };
    canvas.text((RIGHT, 50.0), &report.verdict, Face::Text, 26.0, Align::Right, ink);
    let counts = format!("{} passed, {} failed", report.passed, report.failed);
    canvas.text((RIGHT, 78.0), &counts, Face::Code, 16.0, Align::Right, PLAIN);
}

fn grid(canvas: &mut Canvas, scale: &Scale) {
    // The line at the very end would be the first of a bar that is not there.
    let beats = whole(scale.beats() - 0.01) + 1;
    let bars = beats.div_ceil(4);
    // Numbers must not touch each other in a long set.
    let every = [1, 2, 4, 8, 16, 32, 64].into_iter().find(|every| bars / every <= 40).unwrap_or(64);
    let bottom = FADER_LANE.bottom();
    for beat in 0..beats {
        let x = scale.x_of_beat(f64::from(beat));
        let bar = beat / 4;
        if beat % 4 == 0 && bar % every == 0 {
            canvas.line((x, MASTER_LANE.top - 8.0), (x, bottom), 1.0, GRID_BAR);
            let text = (bar + 1).to_string();
            canvas.text((x + 4.0, MASTER_LANE.top - 10.0), &text, Face::Text, 17.0, Align::Left, PLAIN);
        } else if bars <= 40 {
            canvas.line((x, MASTER_LANE.top), (x, MASTER_LANE.bottom()), 1.0, GRID_BEAT);
        }
    }
    canvas.text((LEFT - 14.0, MASTER_LANE.top - 10.0), "bar", Face::Text, 17.0, Align::Right, FAINT);
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 2000 beats")]
fn whole(number: f64) -> u32 {
    number.max(0.0) as u32
}

fn peak(audio: &Stereo) -> f32 {
    audio.left.iter().chain(&audio.right).fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// Peaks in a soft colour, and the loudness (root mean square) in a strong one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels and frames within the recording")]
fn waveform(canvas: &mut Canvas, lane: Lane, audio: &Stereo, color: u32, zoom: f32) {
    let columns = (RIGHT - LEFT) as usize;
    let frames = audio.num_frames();
    let half = zoom * (lane.height / 2.0 - 4.0);
    canvas.line((LEFT, lane.middle()), (RIGHT, lane.middle()), 1.0, Ink(color, 0.35));
    for column in 0..columns {
        let range = column * frames / columns..((column + 1) * frames / columns).max(column * frames / columns + 1);
        let Some((left, right)) = audio.left.get(range.clone()).zip(audio.right.get(range)) else { continue };
        let samples = left.iter().chain(right);
        let (low, high) = samples.clone().fold((0.0_f32, 0.0_f32), |(low, high), s| (low.min(*s), high.max(*s)));
        let loudness = (samples.map(|s| s * s).sum::<f32>() / (2 * left.len()).max(1) as f32).sqrt();
        let x = LEFT + column as f32;
        for (low, high, opacity) in [(low, high, 0.55), (-loudness, loudness, 0.9)] {
            if high > low {
                canvas.rect(x, lane.middle() - high * half, 1.0, (high - low) * half, Ink(color, opacity));
            }
        }
    }
}

fn lane_name(canvas: &mut Canvas, lane: Lane, name: &str, detail: &str, ink: Ink) {
    canvas.text((LEFT - 14.0, lane.middle() - 2.0), name, Face::Text, 22.0, Align::Right, ink);
    canvas.text((LEFT - 14.0, lane.middle() + 18.0), detail, Face::Text, 14.0, Align::Right, FAINT);
}

fn shortened(title: &str) -> String {
    const MOST: usize = 16;
    if title.chars().count() <= MOST {
        return title.to_owned();
    }
    title.chars().take(MOST - 1).chain(['…']).collect()
}

/// A message with its place in the picture.
struct Label<'a> {
    row: &'a Row,
    lines: [String; 2],
    sent_x: f32,
    fired_x: Option<f32>,
    text_x: f32,
    align: Align,
    /// Counted from the top.
    line: usize,
}

/// Finds a line for each message's words, so that they do not touch. A later one goes below an earlier one, where no
/// mark of the earlier one crosses it.
fn place<'a>(canvas: &Canvas, scale: &Scale, rows: &[&'a Row]) -> Vec<Label<'a>> {
    let mut taken_until = [f32::MIN; LABEL_ROWS];
    let label = |row: &&'a Row| {
        let lines = words(row);
        let width = lines.iter().map(|line| canvas.text_width(line, Face::Code, LABEL_SIZE)).fold(0.0, f32::max);
        let sent_x = row.arrival_beat.map_or(LEFT, |beat| scale.x_of_beat(beat));
        // A load has no frame of its own: it is shown where it was sent.
        let fired_x = row.fired_frame.map(|frame| scale.x(frame as f64));
        let (from, at) = (sent_x.min(fired_x.unwrap_or(sent_x)), fired_x.unwrap_or(sent_x).max(sent_x));
        // At the right edge the words go to the left of both marks.
        let to_the_left = at + 9.0 + width > WIDTH as f32 - 6.0;
        let (text_x, align) = if to_the_left { (from - 12.0, Align::Right) } else { (at + 9.0, Align::Left) };
        let (begin, end) = if to_the_left { (from - width - 12.0, at) } else { (from, at + 9.0 + width) };
        let line = taken_until.iter().position(|until| *until < begin - 6.0).unwrap_or(LABEL_ROWS - 1);
        taken_until[line] = end;
        Label { row, lines, sent_x, fired_x, text_x, align, line }
    };
    rows.iter().map(label).collect()
}

/// A deck's messages: a ring where each was sent, a flag where it happened, and words.
fn messages(canvas: &mut Canvas, scale: &Scale, lane: Lane, rows: &[&Row], ink: Ink) {
    let labels = place(canvas, scale, rows);
    let used = labels.iter().map(|label| label.line + 1).max().unwrap_or(0);
    for Label { row, lines, sent_x, fired_x, text_x, align, line } in labels {
        let y = lane.top - LABEL_ROW * (used - line) as f32 + 14.0;
        let state = if row.ok { ink } else { BAD };
        canvas.dashed((sent_x, y), (sent_x, lane.bottom()), 1.2, Ink(state.0, 0.55));
        if let Some(x) = fired_x {
            canvas.line((sent_x, y), (x, y), 1.4, Ink(state.0, 0.7));
            canvas.line((x, y), (x, lane.bottom()), 2.0, state);
            canvas.polygon(&[(x - 8.0, y - 5.5), (x, y), (x - 8.0, y + 5.5)], state);
        }
        canvas.disc(sent_x, y, 4.5, BACKGROUND);
        canvas.ring(sent_x, y, 4.5, 1.8, state);
        let (first, second) = if row.ok { (BRIGHT, PLAIN) } else { (BAD, BAD) };
        canvas.text((text_x, y), &lines[0], Face::Code, LABEL_SIZE, align, first);
        canvas.text((text_x, y + 16.0), &lines[1], Face::Code, LABEL_SIZE, align, second);
    }
}

const LABEL_SIZE: f32 = 14.0;

/// The message, and what came of it.
fn words(row: &Row) -> [String; 2] {
    let sent =
        row.arrival_beat.map_or_else(|| "sent before the start".to_owned(), |beat| format!("sent {}", bar_beat(beat)));
    let came = match (row.due_beat, row.fired_frame, row.error_frames) {
        (Some(due), Some(frame), Some(error)) if row.ok => {
            format!("{sent} → {} = frame {frame} ({error:+})", bar_beat(due))
        }
        _ if row.ok => sent,
        _ => format!("{sent}, FAILED"),
    };
    [row.message.clone(), came]
}

/// The crossfader's way: where it was asked to be, and a dot for each move that was heard.
fn crossfader(canvas: &mut Canvas, scale: &Scale, report: &Report) {
    let lane = FADER_LANE;
    let y_of = |position: f32| lane.top + 10.0 + position * (lane.height - 20.0);
    lane_name(canvas, lane, "Crossfader", "/crossfader", PLAIN);
    for (position, name, color) in [(0.0, "A", DECKS[0]), (1.0, "B", DECKS[1])] {
        canvas.line((LEFT, y_of(position)), (RIGHT, y_of(position)), 1.0, Ink(color, 0.4));
        canvas.text((RIGHT + 8.0, y_of(position) + 6.0), name, Face::Text, 17.0, Align::Left, Ink(color, 1.0));
    }
    let mut path = Vec::new();
    let mut last = 0.5;
    let moves: Vec<&Row> = report.actions.iter().filter(|row| row.crossfader.is_some()).collect();
    for row in &moves {
        let Some((_, to)) = row.crossfader else { continue };
        let x = row.due_frame.map_or(LEFT, |frame| scale.x(frame as f64));
        path.extend([(x, y_of(last)), (x, y_of(to))]);
        last = to;
    }
    path.push((RIGHT, y_of(last)));
    path.retain(|(x, _)| *x >= LEFT);
    canvas.polyline(&path[usize::from(path.len() > 2)..], 2.2, PLAIN);
    for row in moves {
        let (Some((_, to)), Some(frame)) = (row.crossfader, row.fired_frame) else { continue };
        canvas.disc(scale.x(frame as f64), y_of(to), 3.2, if row.ok { BRIGHT } else { BAD });
    }
}

fn legend(canvas: &mut Canvas, report: &Report) {
    let y = 956.0;
    let mut x = LEFT;
    canvas.ring(x + 5.0, y - 5.0, 4.5, 1.8, PLAIN);
    x = legend_text(canvas, x + 18.0, y, "message sent over UDP");
    canvas.polygon(&[(x, y - 10.5), (x + 8.0, y - 5.0), (x, y + 0.5)], PLAIN);
    canvas.line((x + 8.0, y - 14.0), (x + 8.0, y + 4.0), 2.0, PLAIN);
    x = legend_text(canvas, x + 20.0, y, "fired: as found in the recorded sound; in brackets the error in frames");
    canvas.disc(x + 4.0, y - 5.0, 3.2, BRIGHT);
    legend_text(canvas, x + 16.0, y, "a move of the crossfader, heard");
    let failed: Vec<&str> = report.checks.iter().filter(|check| !check.ok).map(|check| check.what.as_str()).collect();
    let (text, ink) = if failed.is_empty() {
        let checks: Vec<&str> = report.checks.iter().map(|check| check.what.as_str()).collect();
        (format!("Checked too: {}.", checks.get(1).copied().unwrap_or_default()), FAINT)
    } else {
        (format!("FAILED: {}", failed.join("; ")), BAD)
    };
    canvas.text((LEFT, y + 30.0), &text, Face::Text, 16.0, Align::Left, ink);
}

fn legend_text(canvas: &mut Canvas, x: f32, y: f32, text: &str) -> f32 {
    canvas.text((x, y), text, Face::Text, 16.0, Align::Left, FAINT);
    x + canvas.text_width(text, Face::Text, 16.0) + 30.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::judge::tests::Stage;

    #[test]
    fn the_whole_set_is_drawn() {
        let stage = Stage::new(|_| 0);
        let report = stage.report();
        let canvas = paint(Stage::CLOCK, &stage.tracks, &stage.recordings, &report).unwrap();
        assert!(canvas.pixels_other_than(BACKGROUND) > 400_000);
        // Deck A plays from beat 8 of 96 on, and not before.
        let scale = Scale { clock: Stage::CLOCK, song_frames: stage.recordings.master.num_frames() as f64 };
        let y = DECK_LANES[0].middle() - 12.0;
        assert!(canvas.is_close_to((scale.x_of_beat(7.5), y), PANEL));
        assert!(!canvas.is_close_to((scale.x_of_beat(10.5), y), PANEL));
    }

    #[test]
    fn a_failure_is_in_the_words() {
        let row = Row { message: "/deck/a/play/bar".to_owned(), arrival_beat: Some(6.0), ok: false, ..Row::default() };
        assert_eq!(words(&row)[1], "sent 2.3, FAILED");
        let row = Row { due_beat: Some(8.0), fired_frame: Some(182_858), error_frames: Some(0), ok: true, ..row };
        assert_eq!(words(&row)[1], "sent 2.3 → 3.1 = frame 182858 (+0)");
    }
}
