//! What the session is told of our beat. Pure.

use echelon_engine::clock::BeatMap;

/// Tempi that differ by less than this, in microseconds a beat, are the same: a session carries whole ones, and two
/// programs that correct each other's rounding would never end.
const SAME_TEMPO_MICROS: f64 = 0.5;
/// Further beside our beat than this, in microseconds, the session is told of it.
const SAME_PLACE_MICROS: f64 = 2000.0;
/// How long after a word on the place the next one waits, in microseconds: it has to come around first.
const PLACE_PAUSE_MICROS: f64 = 500_000.0;

/// What we are to the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// We go by it, or stay out of it: nothing is told.
    #[default]
    Listener,
    /// We are about to go by it, and if nobody else is there it may as well begin as we are: nothing has to move.
    Newcomer,
    /// The host's beat is its beat, as far as the others let it.
    Leader {
        /// The others are moved to the host's beat too.
        force: bool,
    },
}

/// Our beat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Own {
    /// Over the session's time; `None` if it has no place (the host stands still, or loops by parts of a bar).
    pub map: Option<BeatMap>,
    /// Quarter notes a minute.
    pub tempo_bpm: Option<f64>,
}

/// What to commit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Commit {
    /// Another tempo.
    pub tempo_bpm: Option<f64>,
    /// Another place; `true` moves the others too.
    pub place: Option<(BeatMap, bool)>,
}

/// Decides what to tell, and when.
#[derive(Clone, Copy, Debug, Default)]
pub struct Publisher {
    part: Part,
    /// The tempo that was told last, in whole microseconds a beat.
    told_tempo: Option<f64>,
    told_place_micros: Option<f64>,
}

impl Publisher {
    /// What to tell a session that is like `session` at its map's own time.
    pub fn look(&mut self, part: Part, own: &Own, session: &BeatMap, bar_beats: f64, peers: usize) -> Commit {
        if std::mem::replace(&mut self.part, part) != part {
            *self = Self { part, ..Self::default() };
        }
        let force = match part {
            Part::Listener => return Commit::default(),
            Part::Newcomer if peers > 0 => return Commit::default(),
            Part::Newcomer => false,
            Part::Leader { force } => force,
        };
        Commit {
            tempo_bpm: own.tempo_bpm.filter(|bpm| self.is_new_tempo(*bpm, session)),
            place: own
                .map
                .filter(|own| self.is_elsewhere(own, session, bar_beats, peers, force))
                .map(|own| (own, force)),
        }
    }

    /// Only what has changed here: who changes it there is not fought.
    fn is_new_tempo(&mut self, bpm: f64, session: &BeatMap) -> bool {
        let micros = BeatMap::rounded_micros_per_beat(bpm);
        let changed = self.told_tempo.is_none_or(|told| (told - micros).abs() > SAME_TEMPO_MICROS);
        self.told_tempo = Some(micros);
        changed && (session.micros_per_beat - micros).abs() > SAME_TEMPO_MICROS
    }

    fn is_elsewhere(&mut self, own: &BeatMap, session: &BeatMap, bar_beats: f64, peers: usize, force: bool) -> bool {
        let now = session.at_micros;
        let paused = self.told_place_micros.is_some_and(|told| now - told < PLACE_PAUSE_MICROS);
        if paused || (peers > 0 && !force) {
            return false;
        }
        let elsewhere = off_bar(own, session, bar_beats).abs() * session.micros_per_beat > SAME_PLACE_MICROS;
        if elsewhere {
            self.told_place_micros = Some(now);
        }
        elsewhere
    }
}

/// How many beats we are ahead of the session in the bar, the shorter way.
pub fn off_bar(own: &BeatMap, session: &BeatMap, bar_beats: f64) -> f64 {
    let off = own.beat_at(session.at_micros) - session.beat;
    off - (off / bar_beats).round() * bar_beats
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: BeatMap = BeatMap { at_micros: 5e6, beat: 16.0, micros_per_beat: 500_000.0 };

    fn own(beat: f64, bpm: f64) -> Own {
        Own { map: Some(BeatMap { at_micros: 5e6, beat, micros_per_beat: 60e6 / bpm }), tempo_bpm: Some(bpm) }
    }

    fn later(micros: f64) -> BeatMap {
        BeatMap { at_micros: 5e6 + micros, beat: SESSION.beat_at(5e6 + micros), ..SESSION }
    }

    #[test]
    fn a_leader_tells_a_tempo_once_and_does_not_fight_another() {
        let (mut publisher, leader) = (Publisher::default(), Part::Leader { force: false });
        let mut look = |bpm, session: &BeatMap| publisher.look(leader, &own(16.0, bpm), session, 4.0, 1).tempo_bpm;
        assert_eq!(look(127.3, &SESSION), Some(127.3));
        assert_eq!(look(127.3, &SESSION), None, "it is on its way");
        let heard = BeatMap { micros_per_beat: 471_328.0, ..SESSION };
        assert_eq!(look(127.3, &heard), None, "the rounding is no other tempo");
        assert_eq!(look(127.3, &SESSION), None, "someone changed it back");
        assert_eq!(look(128.0, &heard), Some(128.0));
        assert_eq!(look(128.00001, &heard), None);
    }

    #[test]
    fn the_place_is_told_to_nobody_else_or_by_force() {
        let leader = |force| Part::Leader { force };
        let place = |part, beat, peers| {
            let commit = Publisher::default().look(part, &own(beat, 120.0), &SESSION, 4.0, peers);
            commit.place.map(|(_, force)| force)
        };
        assert_eq!(place(leader(false), 17.0, 0), Some(false));
        assert_eq!(place(leader(false), 17.0, 1), None);
        assert_eq!(place(leader(true), 17.0, 1), Some(true));
        assert_eq!(place(leader(true), 4.0, 1), None, "the same place in another bar");
        assert_eq!(place(leader(true), 16.003, 1), None, "1.5 ms");
        assert_eq!((place(Part::Newcomer, 17.0, 0), place(Part::Newcomer, 17.0, 1)), (Some(false), None));
        assert_eq!(place(Part::Listener, 17.0, 0), None);
    }

    #[test]
    fn a_word_on_the_place_may_come_around_before_the_next() {
        let (mut publisher, part) = (Publisher::default(), Part::Leader { force: false });
        let mut told = |micros| publisher.look(part, &own(17.0, 120.0), &later(micros), 4.0, 0).place.is_some();
        assert_eq!([0.0, 1e5, 4.9e5, 5.1e5].map(&mut told), [true, false, false, true]);
    }

    #[test]
    fn a_host_without_a_place_has_a_tempo() {
        let own = Own { map: None, tempo_bpm: Some(90.0) };
        let commit = Publisher::default().look(Part::Leader { force: true }, &own, &SESSION, 4.0, 1);
        assert_eq!(commit, Commit { tempo_bpm: Some(90.0), place: None });
    }
}
