//! The set: what is sent, at which beat, and what that asks for.

use std::path::PathBuf;

use rosc::{OscMessage, OscType};

use super::timing::{SongClock, When};

/// The decks of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deck {
    A,
    B,
}

impl Deck {
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// 0 for A.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// As in paths.
    pub const fn letter(self) -> char {
        match self {
            Self::A => 'a',
            Self::B => 'b',
        }
    }
}

/// What a message asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Load {
        deck: Deck,
        file: PathBuf,
    },
    /// From the track's first frame.
    Play {
        deck: Deck,
    },
    Stop {
        deck: Deck,
    },
    /// 0 is deck A alone, 1 is deck B alone.
    Crossfader {
        from: f32,
        to: f32,
    },
}

/// How a message words its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// `/deck/a/play/bar`
    Suffix,
    /// `/deck/a/play/from 0.0 "bar"`
    Argument,
    /// Not at all: the action's default, which is at once for what is sent so.
    Silent,
}

/// One message of the set.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Song beat at which it is sent; `None` is before the transport rolls.
    pub send_beat: Option<f64>,
    pub act: Act,
    pub when: When,
    pub wording: Wording,
}

impl Step {
    /// Sent while the song runs.
    pub fn new(send_beat: f64, act: Act, when: When, wording: Wording) -> Self {
        Self { send_beat: Some(send_beat), act, when, wording }
    }

    /// Sent while the transport stands, and awaited.
    pub fn before_start(act: Act) -> Self {
        Self { send_beat: None, act, when: When::Now, wording: Wording::Silent }
    }

    /// The OSC address.
    pub fn address(&self) -> String {
        let base = match &self.act {
            Act::Load { deck, .. } => format!("/deck/{}/load", deck.letter()),
            // From a place in the track, or from where the deck stands: a freshly loaded one stands at its start.
            Act::Play { deck } if self.wording == Wording::Argument => format!("/deck/{}/play/from", deck.letter()),
            Act::Play { deck } => format!("/deck/{}/play", deck.letter()),
            Act::Stop { deck } => format!("/deck/{}/stop", deck.letter()),
            Act::Crossfader { .. } => "/crossfader".to_owned(),
        };
        match (self.wording, self.when) {
            (Wording::Suffix, When::NextBeat) => base + "/beat",
            (Wording::Suffix, When::NextBar) => base + "/bar",
            _ => base,
        }
    }

    /// Arguments without the receipt's id.
    fn args(&self) -> Vec<OscType> {
        let mut args = match &self.act {
            Act::Load { file, .. } => vec![OscType::String(file.display().to_string())],
            Act::Play { .. } if self.wording == Wording::Argument => vec![OscType::Float(0.0)],
            Act::Play { .. } | Act::Stop { .. } => Vec::new(),
            Act::Crossfader { to, .. } => vec![OscType::Float(*to)],
        };
        if self.wording == Wording::Argument {
            args.push(match self.when {
                When::Now => OscType::String("now".to_owned()),
                When::NextBeat => OscType::String("beat".to_owned()),
                When::NextBar => OscType::String("bar".to_owned()),
                When::AtBeat(beat) => OscType::Double(beat),
            });
        }
        args
    }

    /// The message, with a wish for receipts under `id`.
    pub fn message(&self, id: i32) -> OscMessage {
        let mut args = self.args();
        args.extend([OscType::String("id".to_owned()), OscType::Int(id)]);
        OscMessage { addr: self.address(), args }
    }

    /// For people: the message without the id, file names without folders.
    pub fn text(&self) -> String {
        let mut text = self.address();
        for arg in self.args() {
            text += &match arg {
                OscType::String(file) if matches!(self.act, Act::Load { .. }) => {
                    format!(" {}", file.rsplit(['/', '\\']).next().unwrap_or_default())
                }
                OscType::String(word) => format!(" \"{word}\""),
                OscType::Float(value) => format!(" {}", trimmed(f64::from(value))),
                OscType::Double(value) => format!(" {}", trimmed(value)),
                other => format!(" {other}"),
            };
        }
        text
    }
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0');
    if text.ends_with('.') { format!("{text}0") } else { text.to_owned() }
}

/// From this length on nothing is left out.
pub const FULL_BEATS: f64 = 96.0;

/// The set, as far as it fits into `song_beats`; what plays at the end is stopped one beat before it.
pub fn script(files: [PathBuf; 2], song_beats: f64) -> Vec<Step> {
    let [file_a, file_b] = files;
    let mut steps = vec![
        Step::before_start(Act::Load { deck: Deck::A, file: file_a }),
        Step::before_start(Act::Crossfader { from: 0.5, to: 0.0 }),
        // The middle of bar 2: deck A begins with bar 3.
        Step::new(6.0, Act::Play { deck: Deck::A }, When::NextBar, Wording::Suffix),
        Step::new(17.3, Act::Load { deck: Deck::B, file: file_b }, When::Now, Wording::Silent),
        Step::new(37.7, Act::Play { deck: Deck::B }, When::NextBar, Wording::Argument),
    ];
    steps.extend(crossfade(48.0, 32, 0.0, 1.0));
    steps.extend([
        Step::new(66.4, Act::Stop { deck: Deck::A }, When::NextBeat, Wording::Argument),
        Step::new(70.2, Act::Play { deck: Deck::A }, When::AtBeat(76.0), Wording::Argument),
    ]);
    steps.extend(crossfade(80.0, 16, 1.0, 0.0));
    steps.push(Step::new(89.6, Act::Stop { deck: Deck::B }, When::NextBar, Wording::Suffix));
    end_at(steps, song_beats)
}

/// Moves of the crossfader, two a beat.
fn crossfade(start_beat: f64, moves: u16, from: f32, to: f32) -> impl Iterator<Item = Step> {
    let position = move |i: u16| from + (to - from) * f32::from(i) / f32::from(moves);
    (1..=moves).map(move |i| {
        let act = Act::Crossfader { from: position(i - 1), to: position(i) };
        Step::new(start_beat + 0.5 * f64::from(i), act, When::Now, Wording::Silent)
    })
}

/// Beats before the end after which nothing new begins.
const ENDING_BEATS: f64 = 3.0;

fn end_at(mut steps: Vec<Step>, song_beats: f64) -> Vec<Step> {
    let due = |step: &Step| match (step.when, step.send_beat) {
        (When::AtBeat(beat), _) => beat,
        (When::NextBar, Some(beat)) => (beat / 4.0).ceil() * 4.0,
        (_, beat) => beat.unwrap_or(0.0) + 1.0,
    };
    steps.retain(|step| step.send_beat.is_none() || due(step) <= song_beats - ENDING_BEATS);
    for (deck, before_end) in [(Deck::A, 1.7), (Deck::B, 1.6)] {
        let last = steps.iter().rev().find(|step| match step.act {
            Act::Play { deck: d } | Act::Stop { deck: d } => d == deck,
            _ => false,
        });
        if last.is_some_and(|step| matches!(step.act, Act::Play { .. })) {
            let stop = Act::Stop { deck };
            steps.push(Step::new(song_beats - before_end, stop, When::NextBeat, Wording::Argument));
        }
    }
    steps
}

/// The frames at which the host pauses for the messages, one for each step that is sent while the song runs.
pub fn gates(steps: &[Step], clock: SongClock) -> Vec<u64> {
    steps.iter().filter_map(|step| step.send_beat).map(|beat| clock.frame_at(beat).unsigned_abs()).collect()
}

/// Beats for which a deck plays on end, at most: its track must be that long.
pub fn longest_play_beats(steps: &[Step], deck: Deck, song_beats: f64) -> f64 {
    let mut longest = 0.0_f64;
    let mut since = None;
    for step in steps {
        match step.act {
            Act::Play { deck: d } if d == deck => since = step.send_beat,
            Act::Stop { deck: d } if d == deck => {
                let until = step.send_beat.unwrap_or(0.0) + 4.0;
                longest = longest.max(until - since.take().unwrap_or(until));
            }
            _ => {}
        }
    }
    longest.max(since.map_or(0.0, |since| song_beats - since))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(song_beats: f64) -> Vec<Step> {
        script(["music/a.wav".into(), "music/b.flac".into()], song_beats)
    }

    #[test]
    fn messages_are_worded_as_the_contract_says() {
        let texts: Vec<String> = set(96.0).iter().map(Step::text).collect();
        for wanted in [
            "/deck/a/load a.wav",
            "/deck/a/play/bar",
            "/deck/b/play/from 0.0 \"bar\"",
            "/crossfader 0.5",
            "/deck/a/stop \"beat\"",
            "/deck/a/play/from 0.0 76.0",
            "/deck/b/stop/bar",
        ] {
            assert!(texts.iter().any(|text| text == wanted), "{wanted} is not in {texts:?}");
        }
        let message = set(96.0)[2].message(7);
        assert_eq!(message.addr, "/deck/a/play/bar");
        assert_eq!(message.args, [OscType::String("id".into()), OscType::Int(7)]);
    }

    #[test]
    fn the_first_play_is_sent_in_the_middle_of_bar_two() {
        assert_eq!(set(96.0)[2].send_beat, Some(6.0));
    }

    #[test]
    fn gates_ascend_whatever_the_length() {
        for bars in [4.0, 8.0, 11.0, 14.5, 17.0, 20.0, 24.0, 64.0] {
            let steps = set(bars * 4.0);
            let gates = gates(&steps, SongClock { bpm: 126.0, sample_rate: 48_000.0 });
            assert!(gates.is_sorted(), "{bars} bars: {gates:?}");
            let plays = steps.iter().filter(|step| matches!(step.act, Act::Play { .. })).count();
            let stops = steps.iter().filter(|step| matches!(step.act, Act::Stop { .. })).count();
            assert_eq!(plays, stops, "{bars} bars: whatever plays is stopped");
            assert!(steps.last().unwrap().send_beat.unwrap() < bars * 4.0);
        }
    }

    #[test]
    fn crossfades_leave_no_gap() {
        let mut position = 0.5;
        for step in set(96.0) {
            if let Act::Crossfader { from, to } = step.act {
                assert_eq!(from, position);
                position = to;
            }
        }
        assert_eq!(position, 0.0);
    }

    #[test]
    fn tracks_must_be_long_enough() {
        let steps = set(96.0);
        assert!((60.0..72.0).contains(&longest_play_beats(&steps, Deck::A, 96.0)));
        assert!((52.0..60.0).contains(&longest_play_beats(&steps, Deck::B, 96.0)));
    }
}
