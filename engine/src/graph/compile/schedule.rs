//! The order in which lanes shall claim pieces of work, found by playing it through.
//!
//! Lanes claim strips in their order, so that order decides how long they wait for each other. Here a clock runs for
//! each lane, and whoever is free takes the piece with the longest way to the end, less what taking it now would cost:
//! what another lane made is only there once that lane's strip is over and its mark has come across. Pieces that a lane
//! does one after the other become one strip, cut only where another lane needs something out of it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Between the end of a strip and the moment when another lane knows of it and has its sound, in nanoseconds.
const HANDOVER_NS: u64 = 250;
/// Claiming a strip and stamping it, in nanoseconds.
const CLAIM_NS: u64 = 100;
/// A strip takes no more pieces once it is this long, in nanoseconds: what is in one strip cannot be shared, and a lane
/// that comes late finds less to do. Within the limits, every lane has a few strips.
const LONGEST_NS: std::ops::RangeInclusive<u64> = 4_000..=12_000;
const STRIPS_PER_LANE: u64 = 2;
/// Pieces that are looked at before one is taken.
const CANDIDATES: usize = 8;

/// A piece of work that one lane does in one go.
#[derive(Debug)]
pub(super) struct Task {
    /// At least 1.
    pub(super) cost_ns: u64,
    /// Pieces that it needs, by index.
    pub(super) before: Vec<usize>,
    /// Pieces that need it.
    pub(super) after: Vec<usize>,
}

/// A strip.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// In the order in which they run.
    pub(super) tasks: Vec<usize>,
    /// Strips before this one that it needs; those that these need themselves are left out.
    pub(super) deps: Vec<u32>,
}

/// Strips in the order in which they are to be claimed: each after those it needs.
pub(super) fn schedule(tasks: &[Task], lanes: usize) -> Vec<Line> {
    let mut play = Play::new(tasks, lanes);
    while let Some(lane) = play.next_lane() {
        play.take(lane);
    }
    let mut lines = play.into_lines();
    leave_out_what_follows(&mut lines);
    lines
}

/// Cost from each piece to the end, itself included.
fn longest_ways(tasks: &[Task]) -> Vec<u64> {
    let mut rest = vec![0; tasks.len()];
    let mut left: Vec<usize> = tasks.iter().map(|task| task.after.len()).collect();
    let mut ready: Vec<usize> = (0..tasks.len()).filter(|&index| left[index] == 0).collect();
    while let Some(index) = ready.pop() {
        let task = &tasks[index];
        rest[index] = task.cost_ns + task.after.iter().map(|&reader| rest[reader]).max().unwrap_or(0);
        for &source in &task.before {
            left[source] -= 1;
            if left[source] == 0 {
                ready.push(source);
            }
        }
    }
    rest
}

/// Where and when a piece was played.
#[derive(Clone, Copy, Debug, Default)]
struct Played {
    strip: usize,
    end_ns: u64,
}

/// A strip while it is played. Those that are closed take no more pieces.
#[derive(Debug)]
struct Draft {
    start_ns: u64,
    tasks: Vec<usize>,
    is_open: bool,
}

#[derive(Debug)]
struct Lane {
    now_ns: u64,
    /// Its last strip.
    strip: Option<usize>,
}

struct Play<'t> {
    tasks: &'t [Task],
    rest: Vec<u64>,
    /// Pieces still to play before each.
    waits: Vec<usize>,
    /// What could be next, the longest way to the end first; of equals the first.
    ready: BinaryHeap<(u64, Reverse<usize>)>,
    played: Vec<Played>,
    drafts: Vec<Draft>,
    /// Which lane each strip is on.
    lane_of: Vec<usize>,
    lanes: Vec<Lane>,
    longest_ns: u64,
}

impl<'t> Play<'t> {
    fn new(tasks: &'t [Task], lanes: usize) -> Self {
        let rest = longest_ways(tasks);
        let waits: Vec<usize> = tasks.iter().map(|task| task.before.len()).collect();
        let ready = (0..tasks.len()).filter(|&n| waits[n] == 0).map(|n| (rest[n], Reverse(n))).collect();
        let total_ns: u64 = tasks.iter().map(|task| task.cost_ns).sum();
        let share_ns = total_ns / (STRIPS_PER_LANE * lanes.max(1) as u64);
        Self {
            longest_ns: share_ns.clamp(*LONGEST_NS.start(), *LONGEST_NS.end()),
            tasks,
            rest,
            waits,
            ready,
            played: vec![Played::default(); tasks.len()],
            drafts: vec![],
            lane_of: vec![],
            lanes: (0..lanes).map(|_| Lane { now_ns: 0, strip: None }).collect(),
        }
    }

    /// The lane that is free first; `None` when everything is played.
    fn next_lane(&self) -> Option<usize> {
        let first = (0..self.lanes.len()).min_by_key(|&lane| self.lanes[lane].now_ns);
        first.filter(|_| !self.ready.is_empty())
    }

    /// Whether the piece can go on the lane's last strip, and when it would start.
    fn start(&self, task: usize, lane: usize) -> (bool, u64) {
        let Lane { now_ns, strip } = self.lanes[lane];
        let open = strip.map(|strip| &self.drafts[strip]).filter(|draft| draft.is_open);
        let mut joins = open.is_some_and(|open| {
            let so_far = now_ns - open.start_ns;
            so_far + self.tasks[task].cost_ns <= self.longest_ns
        });
        let mut there = 0;
        for &source in &self.tasks[task].before {
            let Played { strip, end_ns } = self.played[source];
            if self.lane_of[strip] != lane {
                there = there.max(end_ns + HANDOVER_NS);
                joins &= !self.drafts[strip].is_open;
                joins &= open.is_some_and(|open| self.end_of(strip) + HANDOVER_NS <= open.start_ns);
            }
        }
        (joins, if joins { now_ns } else { there.max(now_ns + CLAIM_NS) })
    }

    fn end_of(&self, strip: usize) -> u64 {
        self.drafts[strip].tasks.last().map_or(0, |&last| self.played[last].end_ns)
    }

    /// Plays the best piece on a lane.
    fn take(&mut self, lane: usize) {
        let looked_at: Vec<_> = (0..CANDIDATES).map_while(|_| self.ready.pop()).collect();
        let now_ns = self.lanes[lane].now_ns;
        let loss = |&(rest, Reverse(task)): &(u64, Reverse<usize>)| {
            let (_, start_ns) = self.start(task, lane);
            (Reverse(rest.saturating_sub(start_ns - now_ns)), start_ns, task)
        };
        let best = looked_at.iter().map(loss).min().map(|(.., task)| task);
        self.ready.extend(looked_at.into_iter().filter(|&(_, Reverse(task))| Some(task) != best));
        if let Some(task) = best {
            self.play(task, lane);
        }
    }

    fn play(&mut self, task: usize, lane: usize) {
        let (joins, start_ns) = self.start(task, lane);
        let end_ns = start_ns + self.tasks[task].cost_ns;
        self.lanes[lane].now_ns = end_ns;
        match self.lanes[lane].strip {
            Some(strip) if joins => self.put(task, strip, end_ns),
            last => {
                last.into_iter().for_each(|last| self.drafts[last].is_open = false);
                self.close_what_it_needs(task, lane, start_ns);
                self.drafts.push(Draft { start_ns, tasks: vec![], is_open: true });
                self.lane_of.push(lane);
                self.lanes[lane].strip = Some(self.drafts.len() - 1);
                self.put(task, self.drafts.len() - 1, end_ns);
            }
        }
        for &reader in &self.tasks[task].after {
            self.waits[reader] -= 1;
            if self.waits[reader] == 0 {
                self.ready.push((self.rest[reader], Reverse(reader)));
            }
        }
    }

    fn put(&mut self, task: usize, strip: usize, end_ns: u64) {
        self.drafts[strip].tasks.push(task);
        self.played[task] = Played { strip, end_ns };
    }

    /// What another lane's open strip has done in time stays in it; the rest becomes a strip of its own.
    fn close_what_it_needs(&mut self, task: usize, lane: usize, start_ns: u64) {
        for &source in &self.tasks[task].before {
            let strip = self.played[source].strip;
            let other = self.lane_of[strip];
            if other == lane || !self.drafts[strip].is_open {
                continue;
            }
            let draft = &self.drafts[strip];
            let in_time = draft.tasks.iter().take_while(|&&t| self.played[t].end_ns + HANDOVER_NS <= start_ns).count();
            if in_time == draft.tasks.len() {
                self.drafts[strip].is_open = false;
                continue;
            }
            let late = self.drafts[strip].tasks.split_off(in_time);
            self.drafts[strip].is_open = false;
            let start_ns = self.end_of(strip);
            for &task in &late {
                self.played[task].strip = self.drafts.len();
            }
            self.lanes[other].strip = Some(self.drafts.len());
            self.drafts.push(Draft { start_ns, tasks: late, is_open: true });
            self.lane_of.push(other);
        }
    }

    /// By start. A strip starts after the end of every strip that it needs.
    fn into_lines(mut self) -> Vec<Line> {
        let mut order: Vec<usize> = (0..self.drafts.len()).collect();
        order.sort_by_key(|&strip| (self.drafts[strip].start_ns, strip));
        let mut place = vec![0; order.len()];
        order.iter().zip(0_u32..).for_each(|(&strip, index)| place[strip] = index);
        let line = |&strip: &usize| {
            let tasks = std::mem::take(&mut self.drafts[strip].tasks);
            let sources = tasks.iter().flat_map(|&task| &self.tasks[task].before);
            let mut deps: Vec<u32> = sources.map(|&source| place[self.played[source].strip]).collect();
            deps.retain(|&dep| dep != place[strip]);
            deps.sort_unstable();
            deps.dedup();
            Line { tasks, deps }
        };
        order.iter().map(line).collect()
    }
}

/// A strip need not watch for what the others that it watches for have watched for.
fn leave_out_what_follows(lines: &mut [Line]) {
    let words = lines.len().div_ceil(64);
    // By strip: all that it comes after, directly or not.
    let mut after: Vec<u64> = vec![0; lines.len() * words];
    for index in 0..lines.len() {
        let mut seen = vec![0_u64; words];
        let mut needed = vec![];
        // The latest first: what it comes after is covered then.
        for &dep in lines[index].deps.iter().rev() {
            let dep_at = dep as usize;
            if seen[dep_at / 64] & (1 << (dep_at % 64)) == 0 {
                needed.push(dep);
                seen[dep_at / 64] |= 1 << (dep_at % 64);
                for (seen, other) in seen.iter_mut().zip(&after[dep_at * words..(dep_at + 1) * words]) {
                    *seen |= other;
                }
            }
        }
        needed.reverse();
        lines[index].deps = needed;
        after[index * words..(index + 1) * words].copy_from_slice(&seen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From each task's cost and what it needs.
    fn tasks(list: &[(u64, &[usize])]) -> Vec<Task> {
        let mut tasks: Vec<Task> = list
            .iter()
            .map(|(cost_ns, before)| Task { cost_ns: *cost_ns, before: before.to_vec(), after: vec![] })
            .collect();
        for (index, (_, before)) in list.iter().enumerate() {
            before.iter().for_each(|&source| tasks[source].after.push(index));
        }
        tasks
    }

    fn tangle(seed: u32, count: usize, window: usize, most_ns: u32) -> Vec<Task> {
        let mut random = seed;
        let mut roll = move |n: usize| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) as usize % n
        };
        let list: Vec<(u64, Vec<usize>)> = (0..count)
            .map(|index| {
                let mut before: Vec<usize> = (0..roll(4)).filter_map(|_| index.checked_sub(1 + roll(window))).collect();
                before.sort_unstable();
                before.dedup();
                (1 + roll(most_ns as usize) as u64, before)
            })
            .collect();
        tasks(&list.iter().map(|(cost, before)| (*cost, &before[..])).collect::<Vec<_>>())
    }

    /// Each task once, after all that it needs: in its own strip before it, or in a strip that its strip comes after.
    fn is_right(tasks: &[Task], lines: &[Line]) {
        let mut place = vec![None; tasks.len()];
        let mut after: Vec<Vec<bool>> = vec![];
        for (strip, line) in lines.iter().enumerate() {
            let mut seen = vec![false; lines.len()];
            for &dep in &line.deps {
                assert!((dep as usize) < strip, "claimed before what it needs");
                seen[dep as usize] = true;
                seen.iter_mut().zip(&after[dep as usize]).for_each(|(seen, other)| *seen |= other);
            }
            assert!(!line.tasks.is_empty());
            for &task in &line.tasks {
                for &source in &tasks[task].before {
                    let at: usize = place[source].expect("played before");
                    assert!(at == strip || seen[at], "task {task} does not wait for {source}");
                }
                assert_eq!(place[task].replace(strip), None, "played twice");
            }
            after.push(seen);
        }
        assert!(place.iter().all(Option::is_some));
    }

    #[test]
    fn every_piece_comes_once_and_after_what_it_needs() {
        for seed in 0..200 {
            let (count, window) = (1 + seed as usize % 90, 1 + seed as usize % 17);
            let tasks = tangle(seed, count, window, 1 + seed % 3 * 900);
            for lanes in 1..5 {
                is_right(&tasks, &schedule(&tasks, lanes));
            }
        }
    }

    #[test]
    fn equal_pieces_are_shared_and_the_long_way_comes_first() {
        let tasks = tasks(&[(5000, &[]), (5000, &[]), (9000, &[]), (9000, &[2]), (100, &[0, 1, 3])]);
        let lines = schedule(&tasks, 2);
        let strips: Vec<_> = lines.iter().map(|line| (&line.tasks[..], &line.deps[..])).collect();
        assert_eq!(strips[0], (&[2][..], &[][..]));
        assert_eq!(strips.len(), 5);
        assert_eq!(strips[4].0, [4]);
    }

    #[test]
    fn small_pieces_go_together_as_far_as_nobody_needs_a_part() {
        // 16 short ones for each of two ends.
        let mut list: Vec<(u64, &[usize])> = vec![(100, &[]); 32];
        let (a, b): (Vec<usize>, Vec<usize>) = ((0..16).collect(), (16..32).collect());
        list.extend([(100, &a[..]), (100, &b[..])]);
        let tasks = tasks(&list);
        let lines = schedule(&tasks, 2);
        is_right(&tasks, &lines);
        assert!(lines.len() <= 6, "{}", lines.len());
    }

    #[test]
    fn a_dependency_that_another_implies_is_left_out() {
        let deps = |deps: &[u32]| Line { tasks: vec![], deps: deps.to_vec() };
        let mut lines = [deps(&[]), deps(&[0]), deps(&[0, 1]), deps(&[0, 2]), deps(&[1, 3])];
        leave_out_what_follows(&mut lines);
        assert_eq!(lines.map(|line| line.deps), [vec![], vec![0], vec![1], vec![2], vec![3]]);
    }
}
