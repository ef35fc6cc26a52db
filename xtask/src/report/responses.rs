//! `responses.png`: decibels over frequency, one chart below the other.

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;

use super::{BACKGROUND, BRIGHT, FAINT, LINE, PANEL, read};
use crate::canvas::{Align, Canvas, Face, Ink};

#[derive(Deserialize)]
struct Curve {
    label: String,
    db: Vec<f64>,
}

#[derive(Deserialize)]
struct Chart {
    title: String,
    hz: Vec<f64>,
    curves: Vec<Curve>,
}

const WIDTH: u32 = 1600;
const LEFT: f32 = 84.0;
/// The legend is right of it.
const RIGHT: f32 = 1290.0;
const HEIGHT: f32 = 400.0;
const GAP: f32 = 90.0;
const TOP: f32 = 70.0;
/// Decibels at the top of a chart; and at its bottom, if something of it is that low, and if nothing is.
const MOST_DB: f64 = 18.0;
const LEAST_DB: f64 = -78.0;
const SHALLOW_DB: f64 = -30.0;
const LOW_HZ: f64 = 20.0;
const HIGH_HZ: f64 = 20_000.0;

const INKS: [u32; 12] = [
    0x45_c4_f5, 0xff_a9_4d, 0x6f_e0_9a, 0xff_6b_6b, 0xc5_8a_f9, 0xf7_e0_5e, 0x5e_8b_ff, 0xff_8f_c8, 0x9a_e6_e0,
    0xd0_b0_84, 0xb6_be_d2, 0xa6_f0_4a,
];

pub fn draw(numbers: &Path, picture: &Path) -> Result<()> {
    let charts: Vec<Chart> = read(numbers)?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels")]
    let height = (TOP + charts.len() as f32 * (HEIGHT + GAP)) as u32;
    let mut canvas = Canvas::new(WIDTH, height, BACKGROUND)?;
    for (i, chart) in charts.iter().enumerate() {
        draw_chart(&mut canvas, TOP + i as f32 * (HEIGHT + GAP), chart);
    }
    canvas.save(picture)
}

fn draw_chart(canvas: &mut Canvas, top: f32, chart: &Chart) {
    canvas.text((LEFT, top - 16.0), &chart.title, Face::Text, 26.0, Align::Left, BRIGHT);
    canvas.rect(LEFT, top, RIGHT - LEFT, HEIGHT, PANEL);
    let least_db = least_db(chart);
    let y = |db: f64| y(top, least_db, db);
    for db in (-72..=12).step_by(12).map(f64::from).filter(|db| *db > least_db) {
        let y = y(db);
        canvas.line((LEFT, y), (RIGHT, y), 1.0, LINE);
        canvas.text((LEFT - 8.0, y + 6.0), &format!("{db} dB"), Face::Code, 15.0, Align::Right, FAINT);
    }
    for (hz, name) in AXIS {
        let x = x(hz);
        canvas.line((x, top), (x, top + HEIGHT), 1.0, LINE);
        let half = canvas.text_width(name, Face::Code, 15.0) / 2.0;
        canvas.text((x - half, top + HEIGHT + 20.0), name, Face::Code, 15.0, Align::Left, FAINT);
    }
    for (i, curve) in chart.curves.iter().enumerate() {
        let ink = Ink(INKS[i % INKS.len()], 1.0);
        let visible = chart.hz.iter().zip(&curve.db).filter(|(_, db)| **db >= least_db);
        let points: Vec<(f32, f32)> = visible.map(|(hz, db)| (x(*hz), y(db.min(MOST_DB)))).collect();
        canvas.polyline(&points, 2.0, ink);
        let line = top + 18.0 + i as f32 * 26.0;
        canvas.line((RIGHT + 18.0, line - 5.0), (RIGHT + 46.0, line - 5.0), 3.0, ink);
        canvas.text((RIGHT + 54.0, line), &curve.label, Face::Text, 17.0, Align::Left, BRIGHT);
    }
}

const AXIS: [(f64, &str); 7] = [
    (20.0, "20 Hz"),
    (100.0, "100"),
    (250.0, "250"),
    (1_000.0, "1 k"),
    (2_500.0, "2.5 k"),
    (10_000.0, "10 k"),
    (20_000.0, "20 kHz"),
];

#[allow(clippy::cast_possible_truncation, reason = "pixels")]
fn x(hz: f64) -> f32 {
    LEFT + (hz / LOW_HZ).log(HIGH_HZ / LOW_HZ) as f32 * (RIGHT - LEFT)
}

#[allow(clippy::cast_possible_truncation, reason = "pixels")]
fn y(top: f32, least_db: f64, db: f64) -> f32 {
    top + ((MOST_DB - db) / (MOST_DB - least_db)) as f32 * HEIGHT
}

/// The bottom of a chart.
fn least_db(chart: &Chart) -> f64 {
    let lowest = chart.curves.iter().flat_map(|curve| &curve.db).copied().fold(0.0, f64::min);
    if lowest < SHALLOW_DB { LEAST_DB } else { SHALLOW_DB }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_where_its_numbers_say() {
        let mut canvas = Canvas::new(WIDTH, 600, BACKGROUND).unwrap();
        let hz: Vec<f64> = (0..100).map(|i| 20.0 * 1_000.0_f64.powf(f64::from(i) / 99.0)).collect();
        let curves = vec![Curve { label: "six down".to_owned(), db: vec![-6.0; hz.len()] }];
        draw_chart(&mut canvas, TOP, &Chart { title: "one".to_owned(), hz, curves });
        let ink = Ink(INKS[0], 1.0);
        assert!(canvas.is_close_to((x(700.0), y(TOP, SHALLOW_DB, -6.0)), ink));
        assert!(!canvas.is_close_to((x(700.0), y(TOP, SHALLOW_DB, -9.0)), ink));
    }
}
