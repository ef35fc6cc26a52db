//! What a DJ has marked in a track: the cue, hot cues, and a loop.

use super::motion::Span;

/// How many hot cues a deck has.
pub const NUM_HOT_CUES: usize = 8;

/// The marks of a track in seconds from its start, as they are shown and saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Marks {
    /// Where the cue button goes.
    pub cue_secs: f64,
    /// Where each hot cue goes, if it is set.
    pub hot_cues_secs: [Option<f64>; NUM_HOT_CUES],
    /// Start and end of the loop, if one is set.
    pub loop_secs: Option<[f64; 2]>,
}

impl Marks {
    /// Without what is no place in a track: not finite, negative, or a loop that ends before it starts.
    #[must_use]
    pub fn sane(self) -> Self {
        let is_place = |secs: &f64| secs.is_finite() && *secs >= 0.0;
        Self {
            cue_secs: Some(self.cue_secs).filter(is_place).unwrap_or(0.0),
            hot_cues_secs: self.hot_cues_secs.map(|secs| secs.filter(is_place)),
            loop_secs: self.loop_secs.filter(|[start, end]| is_place(start) && is_place(end) && end > start),
        }
    }
}

/// The same in frames of the track, on a deck.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Places {
    pub cue: f64,
    pub hot: [Option<f64>; NUM_HOT_CUES],
    /// Where the next loop starts.
    pub loop_in: Option<f64>,
    pub span: Option<Span>,
    /// Whether the loop holds the playhead.
    pub looping: bool,
    /// A roll: it holds the playhead as long as it is held itself, and leaves the loop alone.
    pub roll: Option<Span>,
}

impl Places {
    pub(super) fn from_marks(marks: Marks, sample_rate: f64) -> Self {
        let marks = marks.sane();
        let frame = |secs: f64| secs * sample_rate;
        let span = marks.loop_secs.map(|[start, end]| Span { start: frame(start), end: frame(end) });
        Self {
            cue: frame(marks.cue_secs),
            hot: marks.hot_cues_secs.map(|secs| secs.map(frame)),
            loop_in: span.map(|span| span.start),
            span,
            looping: false,
            roll: None,
        }
    }

    pub(super) fn marks(&self, sample_rate: f64) -> Marks {
        Marks {
            cue_secs: self.cue / sample_rate,
            hot_cues_secs: self.hot.map(|frame| frame.map(|frame| frame / sample_rate)),
            loop_secs: self.span.map(|span| span.secs(sample_rate)),
        }
    }

    /// The roll, or the loop that is set.
    pub(super) fn roll_or_loop(&self) -> Option<Span> {
        self.roll.or(self.span)
    }

    /// The roll or the loop that holds the playhead.
    pub(super) fn active(&self) -> Option<Span> {
        self.roll.or(self.span.filter(|_| self.looping))
    }

    /// The loop is here from now on.
    pub(super) const fn set_loop(&mut self, span: Span) {
        (self.span, self.loop_in) = (Some(span), Some(span.start));
    }

    /// The same for what is changed of the roll, if there is one.
    pub(super) const fn change(&mut self, span: Span) {
        match &mut self.roll {
            Some(roll) => *roll = span,
            None => self.set_loop(span),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back_as_they_were_and_nonsense_is_left_out() {
        let mut marks = Marks { cue_secs: 1.5, loop_secs: Some([2.0, 4.0]), ..Marks::default() };
        marks.hot_cues_secs[3] = Some(0.25);
        assert_eq!(Places::from_marks(marks, 48_000.0).marks(48_000.0), marks);
        let mut wrong = Marks { cue_secs: f64::NAN, loop_secs: Some([4.0, 2.0]), ..Marks::default() };
        wrong.hot_cues_secs[0] = Some(-1.0);
        assert_eq!(wrong.sane(), Marks::default());
        let read: Marks = serde_json::from_str(r#"{"cue_secs": 2.0}"#).unwrap();
        assert_eq!(read, Marks { cue_secs: 2.0, ..Marks::default() });
    }
}
