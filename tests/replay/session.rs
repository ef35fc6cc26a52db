//! A session: what people asked for between blocks, and what the host brought on its frames.

use echelon_engine::action::{Action, ActionTiming};
use echelon_engine::input::{HostInput, TimedInput};
use echelon_engine::log::{ActionLog, LogEntry, Replay};
use echelon_engine::safety::{SafetySettings, Source};
use support::Transport;
use support::blocks::{BlockSizes, Blocks};
use support::rig::{Chaos, RigHost};

pub const SR: f64 = 48_000.0;

/// Something that is asked for before the block that begins on a frame.
#[derive(Clone, Debug)]
pub struct Wish {
    pub frame: u64,
    pub source: Source,
    pub action: Action,
    pub timing: ActionTiming,
}

/// What belongs to the project: the host's transport and automation. The rest is in the log.
#[derive(Clone, Debug)]
pub struct Project {
    pub transport: Transport,
    /// On absolute frames, in order.
    pub inputs: Vec<(u64, HostInput)>,
    pub settings: SafetySettings,
    pub frames: u64,
    /// Frames on which a block ends, whatever its size: what is asked for there comes on the same frame.
    pub borders: Vec<u64>,
}

impl Project {
    pub fn new(transport: Transport, frames: u64) -> Self {
        let mut settings = SafetySettings::default();
        settings.set_cooldown_beats(echelon_engine::action::ActionKind::Load, 0.0);
        Self { transport, inputs: vec![], settings, frames, borders: vec![] }
    }

    /// Automation and MIDI at random, about so many a second.
    pub fn with_automation(mut self, seed: u64, per_sec: f64) -> Self {
        let mut chaos = Chaos::new(seed, support::rig::Manner::Bold);
        let mut frame = 0;
        while frame < self.frames {
            for input in chaos.inputs(1) {
                self.inputs.push((frame, input.input));
            }
            frame += (SR / per_sec * 2.0 * chaos.part()) as u64;
        }
        self
    }

    fn open(&self) -> RigHost {
        let mut host = RigHost::new(SR, &self.transport);
        host.console.set_safety(self.settings);
        host
    }

    fn inputs(&self, from: u64, to: u64) -> Vec<TimedInput> {
        let in_block = self.inputs.iter().filter(|(frame, _)| (from..to).contains(frame));
        in_block.map(|(frame, input)| TimedInput { frame: (frame - from) as u32, input: *input }).collect()
    }

    /// Plays the project; `before` is called before each block with its place and end.
    fn play(&self, host: &mut RigHost, mut sizes: BlockSizes, mut before: impl FnMut(&mut RigHost, u64, u64)) -> Sound {
        let mut sound = Sound::default();
        while host.frame() < self.frames {
            let from = host.frame();
            let to = (from + u64::from(sizes.next().unwrap())).min(self.frames);
            let to = self.borders.iter().copied().find(|border| *border > from).map_or(to, |border| border.min(to));
            before(host, from, to);
            host.block((to - from) as u32, &self.inputs(from, to));
            sound.take(host);
        }
        host.tick();
        sound
    }

    /// The session as it was, with its log as JSON lines.
    pub fn live(&self, wishes: &[Wish], blocks: &Blocks) -> (Sound, Vec<u8>) {
        let mut host = self.open();
        let mut next = 0;
        let sound = self.play(&mut host, blocks.sizes(), |host, from, _| {
            while let Some(wish) = wishes.get(next).filter(|wish| wish.frame <= from) {
                host.ask(wish.source, wish.action.clone(), wish.timing);
                next += 1;
            }
            host.tick();
        });
        assert!(host.ledger.wrong.is_empty(), "{:?}", host.ledger.wrong);
        let mut json = vec![];
        host.console.log().write_to(&mut json).unwrap();
        for (was, is) in host.console.log().entries().zip(&ActionLog::read_from(&json[..]).unwrap()) {
            // Beats, places and levels to the last bit; a grid may have two names.
            assert_eq!((&was.what, &was.came, &was.fired), (&is.what, &is.came, &is.fired));
            assert_eq!((was.asked_beat, was.at.grid(None)), (is.asked_beat, is.at.grid(None)));
            if let ActionTiming::CustomBeat(_) = was.at {
                assert_eq!(was.at, is.at);
            }
        }
        println!("{}", host.ledger);
        (sound, json)
    }

    /// The session once more out of its log.
    pub fn replay(&self, json: &[u8], blocks: &Blocks) -> Sound {
        let entries: Vec<LogEntry> = ActionLog::read_from(json).unwrap();
        let mut replay = Replay::new(&entries);
        let mut host = self.open();
        host.tick();
        let sound = self.play(&mut host, blocks.sizes(), |host, _, to| {
            host.replay_to(&mut replay, to);
            host.tick();
        });
        assert_eq!(replay.left(), 0, "deeds after the end");
        sound
    }
}

/// Everything that was heard, a pair of channels a vector.
#[derive(Clone, Debug, Default)]
pub struct Sound {
    channels: Vec<Vec<u32>>,
}

impl Sound {
    fn take(&mut self, host: &RigHost) {
        self.channels.resize(host.out.len(), vec![]);
        for (all, block) in self.channels.iter_mut().zip(&host.out) {
            all.extend(block.iter().map(|sample| sample.to_bits()));
        }
    }

    /// Frames in which anything was heard.
    pub fn heard(&self) -> usize {
        self.channels[0].iter().filter(|bits| **bits != 0).count()
    }

    /// The first frame on which they differ, and the channels.
    pub fn first_difference(&self, other: &Self) -> Option<(usize, Vec<usize>)> {
        let firsts: Vec<_> = self
            .channels
            .iter()
            .zip(&other.channels)
            .map(|(a, b)| a.iter().zip(b).position(|(a, b)| a != b).or((a.len() != b.len()).then_some(a.len())))
            .collect();
        let first = firsts.iter().flatten().min()?;
        Some((*first, (0..firsts.len()).filter(|channel| firsts[*channel] == Some(*first)).collect()))
    }
}

/// Fails with the place, and what the log says about it, if they differ.
#[track_caller]
pub fn assert_same(a: &Sound, b: &Sound, log: &[u8], what: &str) {
    let Some((frame, channels)) = a.first_difference(b) else { return };
    let near = |at: u64| at.abs_diff(frame as u64) < 3_000;
    for entry in ActionLog::read_from(log).unwrap() {
        if entry.fired.iter().any(|fired| near(fired.frame)) || entry.came.iter().any(|came| near(came.frame)) {
            println!("{}", serde_json::to_string(&entry).unwrap());
        }
    }
    panic!("{what}: they differ from frame {frame} on, channels {channels:?}");
}
