//! `stretch.png`: spectrograms, one below the other.

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;

use super::{BACKGROUND, BRIGHT, FAINT, read};
use crate::canvas::{Align, Canvas, Face, Ink};

#[derive(Deserialize)]
struct Panel {
    label: String,
    secs: f64,
    low_hz: f64,
    high_hz: f64,
    columns: Vec<Vec<i16>>,
}

const LEFT: f32 = 84.0;
const WIDTH: u32 = 1600;
const RIGHT: f32 = 1570.0;
const TOP: f32 = 60.0;
const HEIGHT: f32 = 330.0;
const GAP: f32 = 86.0;
/// What is black and what is white, in decibels.
const DARK_DB: f32 = -80.0;
const LIGHT_DB: f32 = -14.0;

pub fn draw(numbers: &Path, picture: &Path) -> Result<()> {
    let panels: Vec<Panel> = read(numbers)?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels")]
    let height = (TOP + panels.len() as f32 * (HEIGHT + GAP)) as u32;
    let mut canvas = Canvas::new(WIDTH, height, BACKGROUND)?;
    for (i, panel) in panels.iter().enumerate() {
        draw_panel(&mut canvas, TOP + i as f32 * (HEIGHT + GAP), panel);
    }
    canvas.save(picture)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels and seconds, not negative")]
fn draw_panel(canvas: &mut Canvas, top: f32, panel: &Panel) {
    canvas.text((LEFT, top - 14.0), &panel.label, Face::Text, 24.0, Align::Left, BRIGHT);
    let width = (RIGHT - LEFT) / panel.columns.len().max(1) as f32;
    for (i, column) in panel.columns.iter().enumerate() {
        let height = HEIGHT / column.len().max(1) as f32;
        for (row, db) in column.iter().enumerate() {
            let y = top + HEIGHT - (row + 1) as f32 * height;
            // A hair wider than its place, so that no background shines through between two.
            canvas.rect(LEFT + i as f32 * width, y, width + 0.6, height + 0.6, heat(f32::from(*db)));
        }
    }
    for hz in [100.0, 1_000.0, 10_000.0] {
        let y = top + HEIGHT - (hz / panel.low_hz).log(panel.high_hz / panel.low_hz) as f32 * HEIGHT;
        let name = if hz < 1_000.0 { format!("{hz} Hz") } else { format!("{} kHz", hz / 1_000.0) };
        canvas.text((LEFT - 8.0, y + 6.0), &name, Face::Code, 15.0, Align::Right, FAINT);
        canvas.line((LEFT - 5.0, y), (LEFT, y), 1.0, FAINT);
    }
    for second in 0..=panel.secs as u32 {
        let x = LEFT + (f64::from(second) / panel.secs) as f32 * (RIGHT - LEFT);
        canvas.line((x, top + HEIGHT), (x, top + HEIGHT + 5.0), 1.0, FAINT);
        let align = if x + 40.0 > RIGHT { Align::Right } else { Align::Left };
        canvas.text((x, top + HEIGHT + 22.0), &format!("{second} s"), Face::Code, 15.0, align, FAINT);
    }
}

/// From black over violet and orange to white; each step is lighter than the one before.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a colour's channel, 0..255")]
fn heat(db: f32) -> Ink {
    const STEPS: [[f32; 3]; 5] =
        [[8.0, 9.0, 18.0], [70.0, 22.0, 110.0], [190.0, 50.0, 95.0], [250.0, 150.0, 50.0], [255.0, 250.0, 210.0]];
    let place = ((db - DARK_DB) / (LIGHT_DB - DARK_DB)).clamp(0.0, 1.0) * (STEPS.len() - 1) as f32;
    let step = (place as usize).min(STEPS.len() - 2);
    let part = place - step as f32;
    let [r, g, b] = std::array::from_fn(|i| (STEPS[step][i] + part * (STEPS[step + 1][i] - STEPS[step][i])) as u32);
    Ink(r << 16 | g << 8 | b, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn louder_is_lighter() {
        let light = |db| {
            let [_, r, g, b] = heat(db).0.to_be_bytes();
            u32::from(r) + u32::from(g) + u32::from(b)
        };
        let lights: Vec<u32> = (0..=14).map(|i| light(-90.0 + 6.0 * i as f32)).collect();
        assert!(lights.is_sorted(), "{lights:?}");
        assert!(lights[0] < 60 && lights[14] > 600, "{lights:?}");
    }

    #[test]
    fn a_tone_is_a_line_at_its_place() {
        let mut canvas = Canvas::new(WIDTH, 500, BACKGROUND).unwrap();
        let column: Vec<i16> = (0..100).map(|row| if row == 50 { -10 } else { -90 }).collect();
        let panel =
            Panel { label: "tone".to_owned(), secs: 1.0, low_hz: 40.0, high_hz: 16_000.0, columns: vec![column; 200] };
        draw_panel(&mut canvas, TOP, &panel);
        assert!(canvas.is_close_to((800.0, TOP + HEIGHT - 50.5 * HEIGHT / 100.0), heat(-10.0)));
        assert!(canvas.is_close_to((800.0, TOP + HEIGHT - 40.5 * HEIGHT / 100.0), heat(-90.0)));
    }
}
