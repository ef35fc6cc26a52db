//! `histogram.png`: how many blocks took how long, as parts of a block; both axes by powers of ten.

use std::path::Path;

use anyhow::Result;

use super::figures::{Figures, Half};
use crate::canvas::palette::{BACKGROUND, BAD, BRIGHT, GOOD, PANEL};
use crate::canvas::{Align, Canvas, Face, Ink};

const LINE: Ink = Ink(0x8a_94_b0, 0.16);
const FAINT: Ink = Ink(0x9a_a3_bc, 1.0);
const INKS: [Ink; 2] = [Ink(0x45_c4_f5, 1.0), Ink(0xff_a9_4d, 1.0)];

const WIDTH: u32 = 1500;
const HEIGHT: u32 = 960;
const LEFT: f32 = 110.0;
const RIGHT: f32 = 1450.0;
const TOPS: [f32; 2] = [150.0, 540.0];
const TALL: f32 = 300.0;
/// Share of a block at the left and the right end.
const LEAST: f64 = 0.01;
const MOST: f64 = 3.0;
/// Bars a chart.
const BARS: usize = 160;

pub fn draw(figures: &Figures, picture: &Path) -> Result<()> {
    let mut canvas = Canvas::new(WIDTH, HEIGHT, BACKGROUND)?;
    head(&mut canvas, figures);
    for ((half, top), ink) in figures.halves.iter().zip(TOPS).zip(INKS) {
        chart(&mut canvas, half, top, ink, figures.period_us);
    }
    let foot = "Shares of a block on a scale of powers of ten; so are the counts: a single block is seen. Right of the red line a \
                block comes too late. Grey: arithmetic that is always the same, after each call.";
    canvas.text((LEFT, HEIGHT as f32 - 26.0), foot, Face::Text, 17.0, Align::Left, FAINT);
    canvas.save(picture)
}

fn head(canvas: &mut Canvas, figures: &Figures) {
    let Figures { block_frames, sample_rate, period_us, is_realtime, halves } = figures;
    canvas.text((LEFT, 50.0), "What a block costs", Face::Text, 34.0, Align::Left, BRIGHT);
    let priority = if *is_realtime { "real-time priority" } else { "WITHOUT real-time priority" };
    let about = format!(
        "Four decks with sync, key lock, EQ, filter, reverb and echo; 200 OSC messages a second; {block_frames} frames at \
         {sample_rate} Hz ({period_us:.0} us), {priority}",
    );
    canvas.text((LEFT, 84.0), &about, Face::Text, 19.0, Align::Left, FAINT);
    let missed: usize = halves.iter().map(|half| half.missed).sum();
    let (verdict, ink) = match missed {
        0 => ("no deadline missed".to_owned(), GOOD),
        1 => ("1 deadline missed".to_owned(), BAD),
        n => (format!("{n} deadlines missed"), BAD),
    };
    canvas.text((RIGHT, 50.0), &verdict, Face::Text, 26.0, Align::Right, ink);
}

#[allow(clippy::cast_possible_truncation, reason = "pixels")]
fn x_of(share: f64) -> f32 {
    let part = (share.clamp(LEAST, MOST) / LEAST).ln() / (MOST / LEAST).ln();
    LEFT + part as f32 * (RIGHT - LEFT)
}

/// Blocks in each bar, by their share.
fn bars(times_us: &[f64], period_us: f64) -> Vec<usize> {
    let mut counts = vec![0; BARS];
    for time in times_us {
        let part = (x_of(time / period_us) - LEFT) / (RIGHT - LEFT);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
        let bar = ((part * BARS as f32) as usize).min(BARS - 1);
        counts[bar] += 1;
    }
    counts
}

fn chart(canvas: &mut Canvas, half: &Half, top: f32, ink: Ink, period_us: f64) {
    canvas.rect(LEFT, top, RIGHT - LEFT, TALL, PANEL);
    let bottom = top + TALL;
    let counts = bars(&half.times_us, period_us);
    let most = counts.iter().copied().chain(bars(&half.fixed_us, period_us)).max();
    let decades = (most.unwrap_or(1).max(10) as f64).log10().ceil();
    #[allow(clippy::cast_possible_truncation, reason = "pixels")]
    let height_of = |count: usize| ((1.0 + (count as f64).log10()) / (1.0 + decades)) as f32 * TALL;
    let mut count = 1;
    while (count as f64).log10() <= decades + 1e-9 {
        let y = bottom - height_of(count);
        canvas.line((LEFT, y), (RIGHT, y), 1.0, LINE);
        canvas.text((LEFT - 10.0, y + 6.0), &count.to_string(), Face::Code, 15.0, Align::Right, FAINT);
        count *= 10;
    }
    for share in [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0] {
        let x = x_of(share);
        let (width, ink) = if share == 1.0 { (2.0, BAD) } else { (1.0, LINE) };
        canvas.line((x, top), (x, bottom), width, ink);
        let text = format!("{:.0} %", share * 100.0);
        let half_width = canvas.text_width(&text, Face::Code, 15.0) / 2.0;
        canvas.text((x - half_width, bottom + 20.0), &text, Face::Code, 15.0, Align::Left, FAINT);
    }
    let width = (RIGHT - LEFT) / BARS as f32;
    for (i, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = height_of(*count);
        canvas.rect(LEFT + i as f32 * width, bottom - height, width - 1.0, height, ink);
    }
    // The machine alone, as steps over the bars.
    for (i, count) in bars(&half.fixed_us, period_us).iter().enumerate().filter(|(_, count)| **count > 0) {
        canvas.rect(LEFT + i as f32 * width, bottom - height_of(*count), width, 3.0, FAINT);
    }
    marks(canvas, half, top, period_us);
    let title = match half.name {
        "busy" => "Busy: two threads compute without end, one writes to the disk",
        _ => "Quiet: no other threads of ours",
    };
    canvas.text((LEFT, top - 12.0), title, Face::Text, 22.0, Align::Left, BRIGHT);
    let figures =
        format!("{} blocks, {} missed, {} begun late by the machine", half.blocks, half.missed, half.begun_late);
    canvas.text((RIGHT, top - 12.0), &figures, Face::Code, 16.0, Align::Right, FAINT);
}

/// Where half, 99 % and 99.9 % of the blocks are done, and the longest.
fn marks(canvas: &mut Canvas, half: &Half, top: f32, period_us: f64) {
    let marks = [("p50", half.p50_us), ("p99", half.p99_us), ("p99.9", half.p999_us), ("max", half.max_us)];
    for (i, (name, us)) in marks.into_iter().enumerate() {
        let x = x_of(us / period_us);
        let y = top + 22.0 + 20.0 * i as f32;
        canvas.dashed((x, y - 10.0), (x, top + TALL), 1.5, BRIGHT);
        let text = format!("{name} {us:.0} us, {:.1} %", us / period_us * 100.0);
        let fits = x + 8.0 + canvas.text_width(&text, Face::Code, 15.0) < RIGHT;
        let (x, align) = if fits { (x + 6.0, Align::Left) } else { (x - 6.0, Align::Right) };
        canvas.text((x, y), &text, Face::Code, 15.0, align, BRIGHT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_is_in_a_bar() {
        let counts = bars(&[0.0, 13.3, 133.0, 1333.0, 1_000_000.0], 1333.0);
        assert_eq!(counts.iter().sum::<usize>(), 5);
        assert_eq!((counts[0], counts[BARS - 1]), (2, 1), "what is off the scale is at its end");
        assert!(x_of(0.5) < x_of(1.0) && x_of(1.0) < RIGHT);
    }
}
