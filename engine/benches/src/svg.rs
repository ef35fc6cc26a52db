//! The run as a picture: for a few graphs one bar per engine, on a logarithmic scale.

use std::fmt::Write as _;

use crate::engine::{BARE, BARE_AGAIN, CONTENDERS, Family};
use crate::measure::Outcome;
use crate::report::Report;

const WIDTH: f64 = 1180.0;
const COLUMNS: usize = 2;
const ROW: f64 = 20.0;
const LABEL: f64 = 175.0;
const BARS: f64 = 320.0;
const TOP: f64 = 64.0;
const TITLE: f64 = 34.0;

/// The picture.
#[must_use]
pub fn picture(report: &Report) -> String {
    let panels = panels(report);
    let engines = CONTENDERS.iter().filter(|contender| contender.name != BARE_AGAIN).count();
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let (panel, rows) = (TITLE + ROW * engines as f64 + 16.0, panels.len().div_ceil(COLUMNS) as f64);
    let height = TOP + panel * rows + 24.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    text(&mut svg, 20.0, 28.0, "font-size=\"18\" font-weight=\"bold\"", "Audio graph engines: time for a node");
    let note = format!(
        "The same kernels in every engine; times the bare loop's, logarithmic, less is better. {}. Noise {:.1} %.",
        report.machine.processor,
        report.noise * 100.0
    );
    text(&mut svg, 20.0, 48.0, "fill=\"#555\"", &note);
    for (index, outcome) in panels.into_iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let (column, row) = ((index % COLUMNS) as f64, (index / COLUMNS) as f64);
        draw(&mut svg, outcome, 20.0 + column * (WIDTH / 2.0 - 5.0), TOP + row * panel);
    }
    svg + "</svg>\n"
}

/// Gains in every shape, then the mixer's filters and sines, of one size.
fn panels(report: &Report) -> Vec<&Outcome> {
    let sizes = report.outcomes.iter().map(|outcome| outcome.nodes);
    let size = if sizes.clone().any(|nodes| nodes == 1000) { Some(1000) } else { sizes.max() };
    let is_shown = |outcome: &&Outcome| {
        Some(outcome.nodes) == size && outcome.frames == 64 && (outcome.work == "gain" || outcome.shape == "8-deck")
    };
    report.outcomes.iter().filter(is_shown).collect()
}

fn draw(svg: &mut String, outcome: &Outcome, x: f64, y: f64) {
    let nanoseconds = outcome.row(BARE).map_or(0.0, |row| row.min_ns);
    let title = format!(
        "{} of {} nodes: {}, {} frames (bare loop {nanoseconds:.1} ns a node)",
        outcome.shape, outcome.nodes, outcome.work, outcome.frames
    );
    text(svg, x, y + 18.0, "font-weight=\"bold\"", &title);
    let shown: Vec<_> = CONTENDERS.iter().filter(|contender| contender.name != BARE_AGAIN).collect();
    let ratios: Vec<_> = shown.iter().map(|contender| outcome.ratio(contender.name, BARE)).collect();
    let known = || ratios.iter().flatten().copied();
    let (low, high) = (known().fold(0.5, f64::min) * 0.8, known().fold(4.0, f64::max) * 1.1);
    let place = |ratio: f64| BARS * (ratio / low).ln() / (high / low).ln();
    let left = x + LABEL;
    let mut middle = y + TITLE + ROW / 2.0;
    for (contender, ratio) in shown.into_iter().zip(&ratios) {
        let style = "text-anchor=\"end\" dominant-baseline=\"middle\"";
        text(svg, left - 8.0, middle, style, contender.name);
        let colour = match contender.family {
            Family::Bare => "#888",
            Family::Ours => "#1b7f5c",
            Family::Peer => "#c9772b",
        };
        if let Some(ratio) = *ratio {
            let (width, top) = (place(ratio), middle - ROW * 0.36);
            _ = writeln!(
                svg,
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>",
                ROW * 0.72
            );
            text(svg, left + width + 5.0, middle, "dominant-baseline=\"middle\"", &format!("{ratio:.2}"));
        } else {
            text(svg, left + 5.0, middle, "dominant-baseline=\"middle\" fill=\"#999\"", "not measured");
        }
        middle += ROW;
    }
    let (one, from, to) = (left + place(1.0), y + TITLE, middle - ROW / 2.0);
    _ = writeln!(
        svg,
        "<path d=\"M{one:.1} {from:.1}V{to:.1}\" stroke=\"#333\" stroke-dasharray=\"3 3\" fill=\"none\"/>"
    );
}

fn text(svg: &mut String, x: f64, y: f64, style: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" {style}>{words}</text>");
}
