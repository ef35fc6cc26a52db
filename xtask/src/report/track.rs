//! `track.png`: a track's waveform in three bands with its grid and marks: whole, and its first bars from near.

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;

use super::{BACKGROUND, BRIGHT, FAINT, PANEL, read};
use crate::canvas::{Align, Canvas, Face, Ink};

#[derive(Deserialize)]
struct Track {
    bpm: Option<f64>,
    key: Option<String>,
    loudness_lufs: Option<f64>,
    secs: f64,
    column_secs: f64,
    columns: Vec<[u8; 3]>,
    beats: Vec<(f64, bool)>,
    marks: Marks,
}

/// What a project saves of a deck, in nanoseconds.
#[derive(Deserialize)]
struct Marks {
    cue_ns: u64,
    hot_cues_ns: Vec<Option<u64>>,
    loop_ns: Option<[u64; 2]>,
}

const WIDTH: u32 = 1600;
const HEIGHT: u32 = 760;
const LEFT: f32 = 24.0;
const RIGHT: f32 = 1576.0;
const OVERVIEW: Lane = Lane { top: 96.0, height: 150.0 };
const ZOOM: Lane = Lane { top: 340.0, height: 360.0 };
/// What the lower lane shows: seconds.
const ZOOM_SECS: f64 = 8.0;

/// Low, mid, high.
const BANDS: [Ink; 3] = [Ink(0x3d_7b_ff, 1.0), Ink(0xff_a9_4d, 0.85), Ink(0xf2_f4_fa, 0.8)];
const BAR: Ink = Ink(0xff_5c_5c, 0.85);
const BEAT: Ink = Ink(0xe6_ea_f5, 0.4);
const CUE: Ink = Ink(0xff_d8_4d, 1.0);
const HOT_CUE: Ink = Ink(0x4d_e0_8c, 1.0);
const LOOP: Ink = Ink(0x4d_e0_8c, 0.16);

#[derive(Clone, Copy)]
struct Lane {
    top: f32,
    height: f32,
}

/// The stretch of the track that a lane shows, and where.
struct View {
    lane: Lane,
    secs: f64,
}

impl View {
    #[allow(clippy::cast_possible_truncation, reason = "pixels")]
    fn x(&self, secs: f64) -> f32 {
        LEFT + (secs / self.secs) as f32 * (RIGHT - LEFT)
    }

    fn shows(&self, secs: f64) -> bool {
        (0.0..=self.secs).contains(&secs)
    }
}

pub fn draw(numbers: &Path, picture: &Path) -> Result<()> {
    let track: Track = read(numbers)?;
    let mut canvas = Canvas::new(WIDTH, HEIGHT, BACKGROUND)?;
    let number =
        |number: Option<f64>, unit: &str| number.map_or_else(|| format!("no {unit}"), |x| format!("{x:.2} {unit}"));
    let key = track.key.as_deref().unwrap_or("no key");
    let title = format!("{}, {key}, {}", number(track.bpm, "BPM"), number(track.loudness_lufs, "LUFS"));
    canvas.text((LEFT, 44.0), &title, Face::Text, 28.0, Align::Left, BRIGHT);
    canvas.text((LEFT, OVERVIEW.top - 22.0), "the whole track", Face::Text, 17.0, Align::Left, FAINT);
    draw_lane(&mut canvas, &View { lane: OVERVIEW, secs: track.secs }, &track, false);
    let near = "its first seconds: every bar (red) and beat of the grid that was found, cue, hot cues, loop";
    canvas.text((LEFT, ZOOM.top - 34.0), near, Face::Text, 17.0, Align::Left, FAINT);
    draw_lane(&mut canvas, &View { lane: ZOOM, secs: ZOOM_SECS.min(track.secs) }, &track, true);
    canvas.save(picture)
}

fn draw_lane(canvas: &mut Canvas, view: &View, track: &Track, with_beats: bool) {
    let Lane { top, height } = view.lane;
    canvas.rect(LEFT, top, RIGHT - LEFT, height, PANEL);
    if let Some([start, end]) = track.marks.loop_ns.map(|ends| ends.map(secs)) {
        let (start, end) = (view.x(start.min(view.secs)), view.x(end.min(view.secs)));
        canvas.rect(start, top, (end - start).max(1.0), height, LOOP);
    }
    draw_waveform(canvas, view, track);
    for &(at, opens) in track.beats.iter().filter(|(at, opens)| view.shows(*at) && (*opens || with_beats)) {
        let (ink, width) = if opens { (BAR, 1.6) } else { (BEAT, 1.2) };
        if with_beats || opens {
            canvas.line((view.x(at), top), (view.x(at), top + height), width, ink);
        }
    }
    draw_flag(canvas, view, secs(track.marks.cue_ns), "CUE", CUE, 18.0);
    for (i, cue) in track.marks.hot_cues_ns.iter().enumerate() {
        if let Some(cue) = cue {
            draw_flag(canvas, view, secs(*cue), &(i + 1).to_string(), HOT_CUE, 0.0);
        }
    }
}

fn secs(ns: u64) -> f64 {
    ns as f64 / 1e9
}

/// The loudest of the columns of each pixel, low band behind, highs in front.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "columns and pixels, not negative")]
fn draw_waveform(canvas: &mut Canvas, view: &View, track: &Track) {
    let Lane { top, height } = view.lane;
    let pixels = (RIGHT - LEFT) as usize;
    // As high as the lane, however loud the track is.
    let most = f32::from(track.columns.iter().flatten().copied().max().unwrap_or(0).max(1));
    let column = |pixel: usize| (view.secs * pixel as f64 / pixels as f64 / track.column_secs) as usize;
    for pixel in 0..pixels {
        let (from, to) = (column(pixel), column(pixel + 1).max(column(pixel) + 1).min(track.columns.len()));
        let Some(columns) = track.columns.get(from..to) else { continue };
        for (band, ink) in BANDS.into_iter().enumerate() {
            let loudest = columns.iter().map(|bands| bands[band]).max().unwrap_or(0);
            let half = f32::from(loudest) / most * height * 0.48;
            canvas.rect(LEFT + pixel as f32, top + height / 2.0 - half, 1.0, 2.0 * half, ink);
        }
    }
}

fn draw_flag(canvas: &mut Canvas, view: &View, at: f64, name: &str, ink: Ink, below: f32) {
    if !view.shows(at) {
        return;
    }
    let (x, Lane { top, height }) = (view.x(at), view.lane);
    canvas.line((x, top), (x, top + height), 2.0, ink);
    let width = canvas.text_width(name, Face::Code, 14.0) + 8.0;
    canvas.rect(x, top + below, width, 17.0, ink);
    canvas.text((x + 4.0, top + below + 13.0), name, Face::Code, 14.0, Align::Left, BACKGROUND);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_and_marks_are_where_they_belong() {
        let mut canvas = Canvas::new(WIDTH, HEIGHT, BACKGROUND).unwrap();
        let marks = Marks { cue_ns: 2_000_000_000, hot_cues_ns: vec![None, Some(6_000_000_000)], loop_ns: None };
        let track = Track {
            bpm: None,
            key: None,
            loudness_lufs: None,
            secs: 8.0,
            column_secs: 1.0,
            columns: vec![[0; 3]; 8],
            beats: vec![(4.0, true), (5.0, false)],
            marks,
        };
        let view = View { lane: ZOOM, secs: 8.0 };
        draw_lane(&mut canvas, &view, &track, true);
        let low = ZOOM.top + ZOOM.height - 20.0;
        assert!(canvas.is_close_to((view.x(2.0), low), CUE));
        assert!(canvas.is_close_to((view.x(6.0), low), HOT_CUE));
        assert!(!canvas.is_close_to((view.x(4.0), low), PANEL), "a bar");
        assert!(!canvas.is_close_to((view.x(5.0), low), PANEL), "a beat");
        assert!(canvas.is_close_to((view.x(3.0), low), PANEL));
    }
}
