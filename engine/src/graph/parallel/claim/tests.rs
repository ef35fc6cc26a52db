//! Every order in which lanes can take their steps, on a model of the protocol with the real packing of the word.

use std::collections::HashSet;

use super::*;

#[test]
fn strips_are_claimed_once_each_and_in_order() {
    let claim = Claim::default();
    assert_eq!((claim.next(), claim.is_open()), (None, false));
    claim.open(7, 3);
    assert_eq!([(); 4].map(|()| claim.next()), [Some((7, 0)), Some((7, 1)), Some((7, 2)), None]);
    claim.open(8, 1);
    assert_eq!((claim.next(), claim.next()), (Some((8, 0)), None));
}

/// Where a lane is: each variant is the state before one atomic step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum At {
    Load,
    /// It has seen this word.
    Swap(u64),
    /// It has claimed this strip of this epoch and waits for this dependency.
    Wait(u32, u16, u8),
    Run(u32, u16),
    Stamp(u32, u16),
    /// The audio thread waits for the stamp of this strip, or goes on if another strip needs it.
    Close(u16),
    Idle,
}

/// Strip 2 needs 1, and 1 needs 0 in the first epoch; the second has other strips and another plan.
const DEPS: [&[&[u16]]; 2] = [&[&[], &[0], &[1]], &[&[], &[]]];

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    word: u64,
    stamps: [u32; 3],
    /// The audio thread first.
    lanes: Vec<At>,
    epoch: u32,
    /// Epoch of the job that is alive; using another is a crash.
    job: u32,
    /// Runs of each strip in this epoch.
    runs: [u8; 3],
}

impl World {
    fn deps(epoch: u32) -> &'static [&'static [u16]] {
        DEPS[epoch as usize - 1]
    }

    /// The next step of a lane; `None` if it cannot take one that changes anything.
    fn step(&self, lane: usize) -> Option<Self> {
        let mut next = self.clone();
        next.lanes[lane] = match self.lanes[lane] {
            At::Load => At::Swap(self.word),
            At::Swap(seen) => next.swap(lane, seen),
            At::Wait(epoch, strip, dep) => {
                assert_eq!(self.job, epoch, "the job is alive");
                match Self::deps(epoch)[usize::from(strip)].get(usize::from(dep)) {
                    Some(&needed) if self.stamps[usize::from(needed)] != epoch => return None,
                    Some(_) => At::Wait(epoch, strip, dep + 1),
                    None => At::Run(epoch, strip),
                }
            }
            At::Run(epoch, strip) => {
                assert_eq!(self.job, epoch, "the job is alive");
                next.runs[usize::from(strip)] += 1;
                At::Stamp(epoch, strip)
            }
            At::Stamp(epoch, strip) => {
                next.stamps[usize::from(strip)] = epoch;
                At::Load
            }
            At::Close(strip) if usize::from(strip) == Self::deps(self.epoch).len() => next.close(),
            At::Close(strip) if Self::deps(self.epoch).iter().any(|deps| deps.contains(&strip)) => At::Close(strip + 1),
            At::Close(strip) if self.stamps[usize::from(strip)] != self.epoch => return None,
            At::Close(strip) => At::Close(strip + 1),
            At::Idle => return None,
        };
        (next != *self).then_some(next)
    }

    fn swap(&mut self, lane: usize, seen: u64) -> At {
        let (epoch, count, index) = unpack(seen);
        if index >= count {
            // The audio thread goes on to wait for stamps; a helper goes on watching.
            return if lane == 0 { At::Close(0) } else { At::Load };
        }
        if self.word != seen {
            return At::Load;
        }
        self.word = pack(epoch, count, index + 1);
        At::Wait(epoch, index, 0)
    }

    /// The audio thread leaves the sub-block, and enters the next.
    fn close(&mut self) -> At {
        let count = Self::deps(self.epoch).len();
        assert!(self.runs[..count].iter().all(|runs| *runs == 1), "each strip once: {:?}", self.runs);
        (self.runs, self.job) = ([0; 3], 0);
        if self.epoch == 2 {
            return At::Idle;
        }
        (self.epoch, self.job) = (2, 2);
        self.word = pack(2, 2, 0);
        At::Load
    }
}

#[test]
fn in_every_interleaving_each_strip_runs_once_after_its_needs_and_nobody_is_stuck() {
    for helpers in 0..=3 {
        let lanes = vec![At::Load; helpers + 1];
        let first = World { word: pack(1, 3, 0), stamps: [0; 3], lanes, epoch: 1, job: 1, runs: [0; 3] };
        let (mut seen, mut stack, mut ends) = (HashSet::from([first.clone()]), vec![first], 0);
        while let Some(world) = stack.pop() {
            let nexts: Vec<_> = (0..world.lanes.len()).filter_map(|lane| world.step(lane)).collect();
            let is_over = world.lanes[0] == At::Idle;
            ends += usize::from(is_over);
            assert!(is_over || !nexts.is_empty(), "stuck: {world:?}");
            // Helpers that only watch go round for ever: somebody else must be able to go on.
            let all_watch = world.lanes[1..].iter().all(|at| matches!(at, At::Load | At::Swap(_)));
            assert!(!all_watch || is_over || world.step(0).is_some(), "the audio thread waits for nobody: {world:?}");
            stack.extend(nexts.into_iter().filter(|next| seen.insert(next.clone())));
        }
        assert!(ends > 0 && seen.len() > 20, "{} worlds", seen.len());
    }
}
