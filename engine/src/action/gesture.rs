//! What a DJ's hands do to a deck beside play, stop and seek: cues, loops, jumps, sync, speed. One row each: OSC
//! addresses, recipes, safety and timing come from the rows. A new gesture is a row here and its line in
//! `processor/gestures.rs`.

use serde::{Deserialize, Serialize};

use super::{ActionKind, Grid};
use crate::deck::{LOOP_BEATS, Marks, NUM_HOT_CUES, RATES};
use crate::safety::Nature;

/// Which gesture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each has its sentence in its row: `GestureRow::help`")]
pub enum Gesture {
    Cue,
    HotCue,
    HotCueRelease,
    HotCueSet,
    HotCueClear,
    LoopIn,
    LoopOut,
    BeatLoop,
    LoopRoll,
    LoopRollEnd,
    LoopExit,
    Reloop,
    LoopHalve,
    LoopDouble,
    LoopMove,
    BeatJump,
    Sync,
    Rate,
    Nudge,
    Reverse,
    Slip,
    Snap,
    Scratch,
    ScratchEnd,
    KeyLock,
    KeyShift,
    LoopLength,
    LoopOn,
    RollOn,
    JumpSize,
    JumpBack,
    JumpOn,
}

/// The value that a gesture takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Takes {
    /// None.
    Nothing,
    /// 1 is down or on, 0 up or off; 1 if it is left out.
    Switch,
    /// A number; out of its range it is clamped.
    Number {
        /// For people: `beats`.
        unit: &'static str,
        /// The least.
        min: f64,
        /// The most.
        max: f64,
    },
    /// The number of a hot cue.
    HotCue,
}

impl Takes {
    /// Whether a value means something: one out of a range means its nearest end, but there is no ninth hot cue.
    #[must_use]
    pub fn has(self, value: f64) -> bool {
        self != Self::HotCue || self.clamp(value) == value
    }

    /// The nearest value that it takes.
    #[must_use]
    pub fn clamp(self, value: f64) -> f64 {
        match self {
            Self::Nothing => 0.0,
            Self::Switch => f64::from(u8::from(value >= 0.5)),
            Self::Number { min, max, .. } => value.clamp(min, max),
            Self::HotCue => value.round().clamp(1.0, NUM_HOT_CUES as f64),
        }
    }
}

/// One gesture.
#[derive(Debug)]
pub struct GestureRow {
    /// Which.
    pub gesture: Gesture,
    /// For people, after the deck: `Hot Cue`.
    pub title: &'static str,
    /// Its name in logs and recipes.
    pub name: &'static str,
    /// Its OSC address.
    pub path: &'static str,
    /// Its value.
    pub takes: Takes,
    /// Its kind, for the safety policy and the order on a beat.
    pub kind: ActionKind,
    /// On a playing deck and with quantize on it happens on the next beat if nobody says when; else at once.
    pub on_beat: bool,
    /// On a playing deck it is held back by its kind's cooldown, and starts it.
    pub cools_down: bool,
    /// What it does, for people.
    pub help: &'static str,
}

const BEATS: Takes = Takes::Number { unit: "beats", min: -64.0, max: 64.0 };
const LENGTH: Takes = Takes::Number { unit: "beats", min: *LOOP_BEATS.start(), max: *LOOP_BEATS.end() };

macro_rules! rows {
    ($($gesture:ident $title:literal $name:literal $path:literal $takes:expr, $kind:ident $beat:literal $cools:literal $help:literal;)*) => {
        [$(GestureRow {
            gesture: Gesture::$gesture,
            title: $title,
            name: $name,
            path: concat!("/deck/{deck}/", $path),
            takes: $takes,
            kind: ActionKind::$kind,
            on_beat: $beat,
            cools_down: $cools,
            help: $help,
        }),*]
    };
}

/// Every gesture, in the order of [`Gesture`]: title, name, path, value, kind, on the beat, cools down, help.
pub static GESTURES: [GestureRow; 32] = rows! {
    Cue "Cue" "cue" "cue" Takes::Switch, Cue false false
        "The cue button, down (1) or up (0): a playing deck goes back to its cue and stops; at its cue it plays while held; elsewhere the cue is set.";
    HotCue "Hot Cue" "hot_cue" "hotcue" Takes::HotCue, Cue true true
        "Jumps to a hot cue; one that is not set is set at once. A deck that rests plays from there until the release.";
    HotCueRelease "Hot Cue Release" "hot_cue_release" "hotcue/release" Takes::HotCue, Cue false false
        "The hot cue's button comes up: what played only while it was held stops, or slips back.";
    HotCueSet "Hot Cue Set" "hot_cue_set" "hotcue/set" Takes::HotCue, Cue false false
        "Sets a hot cue here, be it set or not.";
    HotCueClear "Hot Cue Clear" "hot_cue_clear" "hotcue/clear" Takes::HotCue, Cue false false
        "Forgets a hot cue.";
    LoopIn "Loop In" "loop_in" "loop/in" Takes::Nothing, Loop false false
        "The next loop starts here.";
    LoopOut "Loop Out" "loop_out" "loop/out" Takes::Nothing, Loop false true
        "The loop ends here and begins again.";
    BeatLoop "Loop" "beat_loop" "loop" LENGTH, Loop true true
        "Loops so many beats from here; gives a loop that is on another length.";
    LoopRoll "Roll" "loop_roll" "roll" LENGTH, Loop true false
        "A loop beneath which the track runs on, until the end of the roll.";
    LoopRollEnd "Roll End" "loop_roll_end" "roll/end" Takes::Nothing, Loop false false
        "Ends the roll: the deck is where it would be by now.";
    LoopExit "Loop Exit" "loop_exit" "loop/exit" Takes::Nothing, Loop true false
        "Leaves the loop; with slip for where the deck would be by now.";
    Reloop "Reloop" "reloop" "reloop" Takes::Nothing, Loop true true
        "Takes the last loop up again.";
    LoopHalve "Loop Halve" "loop_halve" "loop/halve" Takes::Nothing, Loop false false
        "Makes the loop half as long.";
    LoopDouble "Loop Double" "loop_double" "loop/double" Takes::Nothing, Loop false false
        "Makes the loop twice as long.";
    LoopMove "Loop Move" "loop_move" "loop/move" BEATS, Loop true false
        "Moves the loop by so many beats, and the playhead in it.";
    BeatJump "Beat Jump" "beat_jump" "beatjump" BEATS, Seek true true
        "Jumps by so many beats; a loop that is on jumps with the playhead.";
    Sync "Sync" "sync" "sync" Takes::Switch, Motion false false
        "The deck follows the clock's beat (1), or keeps the speed that it has (0).";
    Rate "Rate" "rate" "rate" Takes::Number { unit: "times its speed", min: *RATES.start(), max: *RATES.end() }, Motion false false
        "Sets the pitch fader. A synced deck goes by it once it is no longer synced.";
    Nudge "Nudge" "nudge" "nudge" Takes::Number { unit: "percent", min: -8.0, max: 8.0 }, Motion false false
        "Pushes the deck on or holds it back by so much of its speed, until 0; a synced deck then comes back into phase.";
    Reverse "Reverse" "reverse" "reverse" Takes::Switch, Motion false false
        "Plays backwards (1), or forwards again (0).";
    Slip "Slip" "slip" "slip" Takes::Switch, Motion false false
        "Lets the track run on beneath loops, reverse, scratches and held hot cues (1), or not (0).";
    Snap "Snap" "snap" "snap" Takes::Switch, Motion false false
        "Cues and loops land on the track's beats (1), or where they are set (0).";
    Scratch "Scratch" "scratch" "scratch" Takes::Number { unit: "times its speed", min: -4.0, max: 4.0 }, Motion false false
        "A hand moves the record at this speed, until the end of the scratch; negative is back.";
    ScratchEnd "Scratch End" "scratch_end" "scratch/end" Takes::Nothing, Motion false false
        "The hand lets go of the record.";
    KeyLock "Key Lock" "key_lock" "keylock" Takes::Switch, Motion false false
        "The track keeps its key at another tempo (1), or goes with it as a record does (0).";
    KeyShift "Key Shift" "key_shift" "keyshift" Takes::Number { unit: "semitones", min: -12.0, max: 12.0 }, Motion false false
        "Moves the track's key without its tempo.";
    LoopLength "Loop Length" "loop_length" "loop/length" LENGTH, Motion false false
        "Sets the length of the next loop or roll that is asked for without one: the nearest of 1/32, 1/16 to 64 beats.";
    LoopOn "Loop On" "loop_on" "loop/on" Takes::Nothing, Loop true true
        "Loops as many beats from here as the loop length says; gives a loop that is on that length.";
    RollOn "Roll On" "roll_on" "roll/on" Takes::Nothing, Loop true false
        "A roll as long as the loop length says, until the end of the roll.";
    JumpSize "Jump Size" "jump_size" "beatjump/size" LENGTH, Motion false false
        "Sets how far a jump back or on goes: the nearest of 1/32, 1/16 to 64 beats.";
    JumpBack "Jump Back" "jump_back" "beatjump/back" Takes::Nothing, Seek true true
        "Jumps back by the jump size; a loop that is on jumps with the playhead.";
    JumpOn "Jump On" "jump_on" "beatjump/on" Takes::Nothing, Seek true true
        "Jumps on by the jump size; a loop that is on jumps with the playhead.";
};

impl Gesture {
    /// Its row.
    #[must_use]
    pub const fn row(self) -> &'static GestureRow {
        &GESTURES[self as usize]
    }

    /// The gesture of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        GESTURES.iter().find(|row| row.name == name).map(|row| row.gesture)
    }

    /// The gesture of an OSC address, as its row has it.
    #[must_use]
    pub fn of_pattern(path: &str) -> Option<Self> {
        GESTURES.iter().find(|row| row.path == path).map(|row| row.gesture)
    }

    /// The line on which it happens if nobody says when.
    #[must_use]
    pub fn line(self, playing: bool, quantized: bool) -> Option<Grid> {
        (self.row().on_beat && playing && quantized).then_some(Grid::BEAT)
    }

    /// Whether on a deck with these marks it only sets one: the deck goes on as it does.
    #[must_use]
    pub fn only_marks(self, value: f64, marks: &Marks) -> bool {
        let is_it = |place: usize| (place + 1) as f64 == value.round();
        let mut hot_cues = marks.hot_cues_secs.iter().enumerate();
        self == Self::HotCue && hot_cues.any(|(place, at)| is_it(place) && at.is_none())
    }

    /// Whether an older one of its kind that still waits on its deck does not count any more. A hand that opens, and one
    /// that marks, takes no press of another button back.
    #[must_use]
    pub fn replaces(self, value: f64, (older, of): (Self, f64)) -> bool {
        match self {
            Self::HotCueRelease => of == value && matches!(older, Self::HotCue | Self::HotCueRelease),
            Self::HotCueSet | Self::HotCueClear => {
                matches!(older, Self::HotCueSet | Self::HotCueClear) || (of == value && older == Self::HotCue)
            }
            Self::Cue if value == 0.0 => older == Self::Cue,
            Self::LoopRollEnd => matches!(older, Self::LoopRoll | Self::RollOn | Self::LoopRollEnd),
            _ => older != Self::HotCueRelease,
        }
    }

    /// Whether, with this value, it is a hand that opens: it ends what the same hand began.
    #[must_use]
    pub fn lets_go(self, value: f64) -> bool {
        match self {
            Self::HotCueRelease | Self::LoopRollEnd | Self::ScratchEnd => true,
            Self::Cue | Self::Nudge => value == 0.0,
            _ => false,
        }
    }

    /// What it does to a deck that plays, or rests, in the policy's eyes. One that only marks leaves it as if at rest.
    #[must_use]
    pub fn nature(self, value: f64, playing: bool) -> Nature {
        if self.lets_go(value) {
            return Nature::LetGo;
        }
        if self.row().cools_down && playing { Nature::Plain } else { Nature::Release }
    }

    /// Whether of several that wait only the last one counts.
    #[must_use]
    pub const fn is_continuous(self) -> bool {
        matches!(self, Self::Rate | Self::Nudge | Self::Scratch | Self::KeyShift | Self::LoopLength | Self::JumpSize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_names_are_those_of_the_log() {
        for (i, row) in GESTURES.iter().enumerate() {
            assert_eq!(row.gesture as usize, i, "{}", row.name);
            assert_eq!(serde_json::to_string(&row.gesture).unwrap(), format!("\"{}\"", row.name));
            assert_eq!(Gesture::from_name(row.name), Some(row.gesture));
            assert_eq!(Gesture::of_pattern(row.path), Some(row.gesture));
            assert!(row.help.ends_with('.'));
            assert!(!row.cools_down || row.kind != ActionKind::Motion);
        }
    }

    #[test]
    fn values_are_clamped_into_their_ranges() {
        let clamp = |gesture: Gesture, value| gesture.row().takes.clamp(value);
        assert_eq!((clamp(Gesture::HotCue, 9.4), clamp(Gesture::HotCue, 2.4)), (8.0, 2.0));
        assert_eq!((clamp(Gesture::Sync, 0.7), clamp(Gesture::Sync, -3.0)), (1.0, 0.0));
        assert_eq!((clamp(Gesture::BeatLoop, 0.0), clamp(Gesture::Rate, 9.0)), (1.0 / 32.0, 2.0));
    }

    #[test]
    fn a_hand_that_opens_takes_back_no_more_than_what_it_began() {
        use Gesture::{BeatLoop, Cue, HotCue, HotCueClear, HotCueRelease, HotCueSet, LoopRoll, LoopRollEnd};
        let replaced = [
            ((HotCue, 1.0), (HotCue, 2.0), true),
            ((HotCue, 1.0), (HotCueRelease, 1.0), false),
            ((HotCueRelease, 1.0), (HotCue, 1.0), true),
            ((HotCueRelease, 1.0), (HotCue, 2.0), false),
            ((HotCueClear, 1.0), (HotCue, 1.0), true),
            ((HotCueSet, 2.0), (HotCue, 1.0), false),
            ((Cue, 0.0), (HotCue, 1.0), false),
            ((Cue, 1.0), (HotCue, 1.0), true),
            ((LoopRollEnd, 0.0), (LoopRoll, 1.0), true),
            ((LoopRollEnd, 0.0), (BeatLoop, 1.0), false),
        ];
        for ((newer, value), older, expected) in replaced {
            assert_eq!(newer.replaces(value, older), expected, "{newer:?} {value} after {older:?}");
        }
    }

    #[test]
    fn a_hot_cue_only_marks_where_none_is_set() {
        let mut marks = Marks::default();
        marks.hot_cues_secs[1] = Some(3.0);
        assert!(Gesture::HotCue.only_marks(1.0, &marks) && !Gesture::HotCue.only_marks(2.0, &marks));
        assert!(!Gesture::HotCue.only_marks(9.0, &marks) && !Gesture::HotCueRelease.only_marks(1.0, &marks));
    }

    #[test]
    fn only_what_can_be_heard_of_a_playing_deck_waits_for_the_beat_and_cools_down() {
        assert_eq!(Gesture::BeatLoop.line(true, true), Some(Grid::BEAT));
        assert_eq!((Gesture::BeatLoop.line(false, true), Gesture::BeatLoop.line(true, false)), (None, None));
        assert_eq!(Gesture::Cue.line(true, true), None);
        assert_eq!([true, false].map(|plays| Gesture::HotCue.nature(1.0, plays)), [Nature::Plain, Nature::Release]);
        assert_eq!([1.0, 0.0].map(|down| Gesture::Cue.nature(down, true)), [Nature::Release, Nature::LetGo]);
        assert_eq!(Gesture::LoopExit.nature(0.0, true), Nature::Release);
    }
}
