//! What the blocks took, as figures.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::demo::protocol::Job;

/// One half of the run.
#[derive(Clone, Debug, Serialize)]
pub struct Half {
    pub name: &'static str,
    pub blocks: usize,
    /// Microseconds of a call of `process`, by the clock on the wall.
    pub p50_us: f64,
    pub p99_us: f64,
    pub p999_us: f64,
    pub max_us: f64,
    /// The most that the audio thread itself ran in a call: without what came between. 0 where the system does not tell.
    pub own_max_us: f64,
    /// Calls that took longer than a period.
    pub missed: usize,
    /// Blocks that began more than a tenth of a period after they were due: that is the machine's doing.
    pub begun_late: usize,
    pub late_max_us: f64,
    /// The same for a piece of arithmetic that is always the same, done after each call: what the machine does to anybody.
    pub fixed_p50_us: f64,
    pub fixed_p999_us: f64,
    pub fixed_max_us: f64,
    /// How often it took longer than a period.
    pub fixed_missed: usize,
    /// Blocks whose end came after the next one was due, be it for the one reason or the other.
    pub done_late: usize,
    /// Sorted microseconds, for the picture.
    #[serde(skip)]
    pub times_us: Vec<f64>,
    #[serde(skip)]
    pub fixed_us: Vec<f64>,
}

/// The whole run.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    pub is_realtime: bool,
    pub block_frames: u32,
    pub sample_rate: u32,
    pub period_us: f64,
    pub halves: [Half; 2],
}

/// A line of `blocks.csv`, in microseconds.
#[derive(Clone, Copy)]
struct Block {
    took: f64,
    own: f64,
    late: f64,
    fixed: f64,
}

fn parse(line: &str) -> Option<Block> {
    let mut numbers = line.split(',').map(|number| number.parse::<f64>().ok().map(|ns| ns / 1000.0));
    Some(Block { took: numbers.next()??, own: numbers.next()??, late: numbers.next()??, fixed: numbers.next()?? })
}

impl Figures {
    /// From the host program's file. `halves` are in frames.
    pub fn read(path: &Path, job: &Job, halves: [[u64; 2]; 2]) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
        Self::of(&text, job.block_frames, job.sample_rate, halves)
    }

    fn of(text: &str, block_frames: u32, sample_rate: u32, halves: [[u64; 2]; 2]) -> Result<Self> {
        let is_realtime = text.starts_with("# real-time priority: true");
        let blocks: Vec<Block> = text.lines().filter_map(parse).collect();
        let period_us = f64::from(block_frames) / f64::from(sample_rate) * 1e6;
        let cut = |[from, to]: [u64; 2], name| {
            let at = |frame: u64| usize::try_from(frame / u64::from(block_frames)).unwrap_or(usize::MAX);
            let part = blocks.get(at(from)..at(to).min(blocks.len())).unwrap_or_default();
            ensure!(!part.is_empty(), "there are no blocks of the {name} half");
            Ok(Half::of(name, part, period_us))
        };
        let [quiet, busy] = halves;
        let halves = [cut(quiet, "quiet")?, cut(busy, "busy")?];
        Ok(Self { is_realtime, block_frames, sample_rate, period_us, halves })
    }
}

impl Half {
    fn of(name: &'static str, blocks: &[Block], period_us: f64) -> Self {
        let sorted = |of: fn(&Block) -> f64| {
            let mut times: Vec<f64> = blocks.iter().map(of).collect();
            times.sort_by(f64::total_cmp);
            times
        };
        let (times_us, fixed_us) = (sorted(|block| block.took), sorted(|block| block.fixed));
        let most = |of: fn(&Block) -> f64| blocks.iter().map(of).fold(0.0, f64::max);
        let count = |is: &dyn Fn(&Block) -> bool| blocks.iter().filter(|block| is(block)).count();
        Self {
            name,
            blocks: blocks.len(),
            p50_us: at(&times_us, 0.5),
            p99_us: at(&times_us, 0.99),
            p999_us: at(&times_us, 0.999),
            max_us: at(&times_us, 1.0),
            own_max_us: most(|block| block.own),
            missed: count(&|block| block.took > period_us),
            begun_late: count(&|block| block.late > 0.1 * period_us),
            late_max_us: most(|block| block.late),
            fixed_p50_us: at(&fixed_us, 0.5),
            fixed_p999_us: at(&fixed_us, 0.999),
            fixed_max_us: at(&fixed_us, 1.0),
            fixed_missed: count(&|block| block.fixed > period_us),
            done_late: count(&|block| block.late + block.took > period_us),
            times_us,
            fixed_us,
        }
    }
}

/// The time that this part of the sorted ones does not exceed.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
fn at(sorted: &[f64], part: f64) -> f64 {
    let rank = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len()) - 1).copied().unwrap_or(0.0)
}

/// For people.
pub fn table(figures: &Figures) -> String {
    let Figures { is_realtime, block_frames, sample_rate, period_us, halves } = figures;
    let mut text = format!("Blocks of {block_frames} frames at {sample_rate} Hz: {period_us:.0} us each, ");
    text += if *is_realtime {
        "the audio thread at real-time priority (SCHED_FIFO).\n\n"
    } else {
        "WITHOUT real-time priority: the system did not give it (on Linux: `ulimit -r`, or as root).\n\n"
    };
    let row = |text: &mut String, name: &str, of: &dyn Fn(&Half) -> String| {
        let _ = writeln!(text, "  {name:<44} {:>18} {:>18}", of(&halves[0]), of(&halves[1]));
    };
    let share = |us: f64| format!("{us:.0} us ({:.1} %)", us / period_us * 100.0);
    row(&mut text, "", &|half| half.name.to_owned());
    row(&mut text, "blocks", &|half| half.blocks.to_string());
    row(&mut text, "half of the calls took at most (p50)", &|half| share(half.p50_us));
    row(&mut text, "99 % (p99)", &|half| share(half.p99_us));
    row(&mut text, "99.9 % (p99.9)", &|half| share(half.p999_us));
    row(&mut text, "the longest", &|half| share(half.max_us));
    row(&mut text, "the longest of the thread's own time", &|half| share(half.own_max_us));
    row(&mut text, "missed deadlines: calls longer than a block", &|half| half.missed.to_string());
    row(&mut text, "begun late by the machine (over 10 %)", &|half| half.begun_late.to_string());
    row(&mut text, "the latest beginning", &|half| share(half.late_max_us));
    row(&mut text, "done after the next one was due", &|half| half.done_late.to_string());
    text.push_str("\nbeside each call, arithmetic that is always the same: what the machine does to anybody\n");
    row(&mut text, "p50", &|half| share(half.fixed_p50_us));
    row(&mut text, "p99.9", &|half| share(half.fixed_p999_us));
    row(&mut text, "the longest", &|half| share(half.fixed_max_us));
    row(&mut text, "longer than a block", &|half| half.fixed_missed.to_string());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 quiet blocks of 1 to 100 us, then as many busy ones, of which one took too long and one began late.
    fn text() -> String {
        let mut text = "# real-time priority: true\ntook_ns,own_ns,late_ns,fixed_ns\n".to_owned();
        (1..=100).for_each(|us| text += &format!("{},{},5000,100000\n", us * 1000, us * 900));
        (1..=98).for_each(|us| text += &format!("{},{},5000,100000\n", us * 1000, us * 900));
        text + "1400000,90000,5000,2000000\n50000,40000,1300000,100000\n"
    }

    #[test]
    fn figures_are_those_of_the_blocks() {
        let figures = Figures::of(&text(), 64, 48_000, [[0, 6400], [6400, 12_800]]).unwrap();
        let [quiet, busy] = &figures.halves;
        assert!(figures.is_realtime && (figures.period_us - 1333.333).abs() < 0.01);
        assert_eq!((quiet.blocks, quiet.p50_us, quiet.p99_us, quiet.max_us), (100, 50.0, 99.0, 100.0));
        assert_eq!((quiet.missed, quiet.begun_late, quiet.done_late), (0, 0, 0));
        assert_eq!((busy.missed, busy.begun_late, busy.done_late), (1, 1, 2));
        assert_eq!((busy.max_us, busy.own_max_us, busy.late_max_us), (1400.0, 90.0, 1300.0));
        assert_eq!((quiet.fixed_p50_us, quiet.fixed_max_us, quiet.fixed_missed), (100.0, 100.0, 0));
        assert_eq!((busy.fixed_p50_us, busy.fixed_max_us, busy.fixed_missed), (100.0, 2000.0, 1));
        let table = table(&figures);
        assert!(table.contains("1400 us (105.0 %)") && table.contains("SCHED_FIFO"), "{table}");
    }

    #[test]
    fn a_run_that_ended_early_is_no_result() {
        assert!(Figures::of(&text(), 64, 48_000, [[0, 6400], [64_000, 128_000]]).is_err());
        let ordinary = text().replace("true", "false");
        let figures = Figures::of(&ordinary, 64, 48_000, [[0, 6400], [6400, 12_800]]).unwrap();
        assert!(table(&figures).contains("WITHOUT"));
    }
}
