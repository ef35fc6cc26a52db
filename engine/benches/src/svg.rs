//! The run as a picture: for a few graphs one bar per engine, from the bare loop's time to its own, on one logarithmic
//! scale.

use std::fmt::Write as _;

use crate::engine::{BARE, BARE_AGAIN, CONTENDERS, Family, contender};
use crate::measure::Outcome;
use crate::report::Report;

const COLUMNS: usize = 2;
const COLUMN: f64 = 610.0;
const MARGIN: f64 = 20.0;
const TOP: f64 = 92.0;
/// A panel's title, with the scale's numbers below it.
const TITLE: f64 = 44.0;
const ROW: f64 = 19.0;
const GAP: f64 = 26.0;
const LABEL: f64 = 168.0;
/// Length of the scale.
const SCALE: f64 = 370.0;
/// The scale's ends, unless something is beyond them.
const ENDS: (f64, f64) = (0.125, 8.0);

/// One graph: how many times the bare loop's time each engine takes.
struct Panel {
    title: String,
    rows: Vec<(&'static str, Family, Option<f64>)>,
}

/// The picture.
#[must_use]
pub fn picture(report: &Report) -> String {
    let panels = panels(report);
    let scale = Scale::around(&panels);
    let heights = panels.chunks(COLUMNS).map(|line| line.iter().map(Panel::height).fold(0.0, f64::max) + GAP);
    let height = TOP + heights.sum::<f64>() + 4.0;
    let mut svg = Svg::new(2.0 * MARGIN + COLUMN * 2.0 - 30.0, height);
    head(&mut svg, report);
    let mut y = TOP;
    for line in panels.chunks(COLUMNS) {
        let mut x = MARGIN;
        for panel in line {
            panel.draw(&mut svg, &scale, x, y);
            x += COLUMN;
        }
        y += line.iter().map(Panel::height).fold(0.0, f64::max) + GAP;
    }
    svg.text + "</svg>\n"
}

fn head(svg: &mut Svg, report: &Report) {
    svg.text(MARGIN, 30.0, "font-size=\"18\" font-weight=\"bold\"", "Audio graph engines beside a bare loop");
    let note = format!(
        "Time of a block, times the bare loop's: to the left is faster. The same kernels on the same graphs. {}, {} \
         threads; noise {:.1} %.",
        report.machine.processor,
        report.machine.threads,
        report.noise * 100.0
    );
    svg.text(MARGIN, 52.0, "fill=\"#555\"", &note);
    let mut x = MARGIN;
    for (family, words) in [(Family::Bare, "bare loop"), (Family::Ours, "Echelon"), (Family::Peer, "published engines")]
    {
        svg.rect((x, 64.0), (12.0, 12.0), colour(family));
        svg.text(x + 18.0, 74.0, "", words);
        x += 130.0;
    }
}

const fn colour(family: Family) -> &'static str {
    match family {
        Family::Bare => "#777",
        Family::Ours => "#1b7f5c",
        Family::Peer => "#c9772b",
    }
}

/// Gains in every shape, filters in a mixer and in a tangle, sines, and the paced run: of one size.
fn panels(report: &Report) -> Vec<Panel> {
    let sizes = report.outcomes.iter().map(|outcome| outcome.nodes);
    let size = if sizes.clone().any(|nodes| nodes == 1000) { Some(1000) } else { sizes.max() };
    let is_shown = |outcome: &&Outcome| {
        let is_telling = match outcome.work {
            "gain" => true,
            "biquad" => matches!(outcome.shape, "8-deck" | "random"),
            _ => outcome.shape == "8-deck",
        };
        Some(outcome.nodes) == size && outcome.frames == 64 && is_telling
    };
    let mut panels: Vec<Panel> = report.outcomes.iter().filter(is_shown).map(Panel::of).collect();
    panels.extend(Panel::paced(report));
    panels
}

impl Panel {
    fn of(outcome: &Outcome) -> Self {
        let nanoseconds = outcome.row(BARE).map_or(0.0, |row| row.min_ns);
        let title = format!(
            "{}: {} x {}, {} frames (bare loop {nanoseconds:.1} ns a node)",
            outcome.shape, outcome.nodes, outcome.work, outcome.frames
        );
        let shown = CONTENDERS.iter().filter(|contender| !matches!(contender.name, BARE | BARE_AGAIN));
        let row = |one: &crate::engine::Contender| (one.name, one.family, outcome.ratio(one.name, BARE));
        Self { title, rows: shown.map(row).collect() }
    }

    fn paced(report: &Report) -> Option<Self> {
        let bare_us = report.paced.iter().find(|run| run.engine == BARE)?.p50_us;
        let others = report.paced.iter().filter(|run| run.engine != BARE);
        let row = |run: &crate::paced::Paced| {
            (run.engine, contender(run.engine).map_or(Family::Ours, |one| one.family), Some(run.p50_us / bare_us))
        };
        let title = format!("8-deck: 1000 x gain, one block in 1.33 ms, p50 (bare loop {bare_us:.1} us a block)");
        Some(Self { title, rows: others.map(row).collect() })
    }

    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    fn height(&self) -> f64 {
        TITLE + ROW * self.rows.len() as f64
    }

    fn draw(&self, svg: &mut Svg, scale: &Scale, x: f64, y: f64) {
        svg.text(x, y + 14.0, "font-weight=\"bold\"", &self.title);
        let left = x + LABEL;
        for mark in scale.marks() {
            let at = left + scale.place(mark);
            let (from, to, grey) = (y + TITLE - 4.0, y + self.height(), if mark == 1.0 { "#333" } else { "#ddd" });
            svg.line((at, from), (at, to), grey);
            svg.text(at, y + TITLE - 9.0, "text-anchor=\"middle\" fill=\"#777\" font-size=\"10\"", &short(mark));
        }
        let mut top = y + TITLE;
        for (name, family, ratio) in &self.rows {
            let base = top + ROW * 0.5 + 4.0;
            svg.text(left - 10.0, base, "text-anchor=\"end\"", name);
            match ratio {
                Some(ratio) => {
                    let (one, end) = (left + scale.place(1.0), left + scale.place(*ratio));
                    let size = ((end - one).abs().max(1.0), ROW * 0.68);
                    svg.rect((one.min(end), top + ROW * 0.16), size, colour(*family));
                    let style = if *ratio < 1.0 { "text-anchor=\"end\"" } else { "" };
                    svg.text(if *ratio < 1.0 { end - 5.0 } else { end + 5.0 }, base, style, &short(*ratio));
                }
                None => svg.text(left + scale.place(1.0) + 5.0, base, "fill=\"#999\"", "not measured"),
            }
            top += ROW;
        }
    }
}

/// From ratios to places, logarithmic.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn around(panels: &[Panel]) -> Self {
        let known = || panels.iter().flat_map(|panel| panel.rows.iter().filter_map(|(.., ratio)| *ratio));
        // Room for the words beside the outermost bars.
        Self {
            low: known().fold(ENDS.0, |low, ratio| low.min(ratio * 0.45)),
            high: known().fold(ENDS.1, f64::max) * 1.5,
        }
    }

    fn place(&self, ratio: f64) -> f64 {
        SCALE * (ratio / self.low).ln() / (self.high / self.low).ln()
    }

    /// Powers of four.
    fn marks(&self) -> impl Iterator<Item = f64> {
        let (low, high) = (self.low, self.high);
        (-5..8).map(|power| 4.0_f64.powi(power)).filter(move |mark| (low..=high).contains(mark))
    }
}

fn short(ratio: f64) -> String {
    match ratio {
        ratio if ratio.fract() == 0.0 || ratio >= 99.95 => format!("{ratio:.0}"),
        ratio if ratio < 9.995 => format!("{ratio:.2}"),
        ratio => format!("{ratio:.1}"),
    }
}

struct Svg {
    text: String,
}

impl Svg {
    fn new(width: f64, height: f64) -> Self {
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
             font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        );
        Self { text }
    }

    fn text(&mut self, x: f64, y: f64, style: &str, words: &str) {
        let words = words.replace('&', "&amp;").replace('<', "&lt;");
        _ = writeln!(self.text, "<text x=\"{x:.1}\" y=\"{y:.1}\" {style}>{words}</text>");
    }

    fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), colour: &str) {
        _ = writeln!(
            self.text,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{colour}\"/>"
        );
    }

    fn line(&mut self, (x, y): (f64, f64), (to_x, to_y): (f64, f64), colour: &str) {
        _ = writeln!(self.text, "<path d=\"M{x:.1} {y:.1}L{to_x:.1} {to_y:.1}\" stroke=\"{colour}\" fill=\"none\"/>");
    }
}
