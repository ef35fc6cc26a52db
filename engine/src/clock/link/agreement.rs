//! How the host's beat compares with the session's.

/// Over so many beats both must go together.
const OVER_BEATS: f64 = 8.0;
/// And be no further from each other than this, in milliseconds.
const TOGETHER_MS: f64 = 2.0;
/// Tempi nearer than this are the same, in BPM.
const SAME_TEMPO_BPM: f64 = 0.01;

/// Watches whether the host goes with the session: then the DAW is in it by itself, and need not be overridden.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agreement {
    /// The session's beat from which on it is watched, and the least and greatest distance since, in beats.
    since: Option<(f64, f64, f64)>,
    together: bool,
}

impl Agreement {
    /// Looks again: the session's beat and tempo, and how many beats the host is ahead of it, if the host rolls.
    pub fn look(&mut self, session_beat: f64, session_bpm: f64, host: Option<(f64, f64)>) {
        let Some((ahead, _)) = host.filter(|(_, bpm)| (bpm - session_bpm).abs() < SAME_TEMPO_BPM) else {
            *self = Self::default();
            return;
        };
        let (from, least, most) = match self.since {
            Some((from, least, most)) => (from, least.min(ahead), most.max(ahead)),
            None => (session_beat, ahead, ahead),
        };
        let off_the_beat = (most.round() - most).abs().max((least.round() - least).abs());
        let ms = |beats: f64| beats * 60e3 / session_bpm;
        if ms(most - least) >= TOGETHER_MS || ms(off_the_beat) >= TOGETHER_MS {
            *self = Self { since: Some((session_beat, ahead, ahead)), together: false };
            return;
        }
        self.since = Some((from, least, most));
        self.together |= session_beat - from >= OVER_BEATS;
    }

    /// Whether host and session have gone together for 8 beats, on the beat.
    #[must_use]
    pub const fn is_together(&self) -> bool {
        self.together
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(beats: f64, ahead: impl Fn(f64) -> f64, bpm: f64) -> bool {
        let mut agreement = Agreement::default();
        for step in 0..=(beats * 50.0) as u32 {
            let beat = f64::from(step) / 50.0;
            agreement.look(beat, 120.0, Some((ahead(beat), bpm)));
        }
        agreement.is_together()
    }

    #[test]
    fn a_daw_that_is_in_the_session_is_known_after_eight_beats() {
        assert!(!after(7.9, |_| 4.0, 120.0));
        assert!(after(8.1, |_| 4.0, 120.0));
        assert!(after(8.1, |beat| 4.0 + 0.001 * beat.sin(), 120.001), "half a millisecond of wobble");
    }

    #[test]
    fn the_same_tempo_alone_is_not_enough() {
        assert!(!after(40.0, |_| 4.25, 120.0), "off the beat");
        assert!(!after(40.0, |beat| 0.0004 * beat.floor() - 0.008, 120.0), "it drifts");
        assert!(!after(40.0, |_| 0.0, 120.02));
        let mut agreement = Agreement::default();
        agreement.look(0.0, 120.0, Some((0.0, 120.0)));
        agreement.look(9.0, 120.0, Some((0.0, 120.0)));
        assert!(agreement.is_together());
        agreement.look(9.1, 120.0, None);
        assert!(!agreement.is_together(), "the host stopped");
    }
}
