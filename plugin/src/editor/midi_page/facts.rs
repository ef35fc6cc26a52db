//! What follows from a mapping's lines and is worth finding out only when they have changed.

use std::sync::Arc;

use crate::input::midi::{MapLine, MapSource, MidiView};

/// Which lines stand in each other's way.
#[derive(Debug, Default)]
pub struct Facts {
    seen: Option<Arc<MidiView>>,
    /// For each line the others that the same control works.
    conflicts: Vec<Vec<usize>>,
}

impl Facts {
    /// Looks at the lines again if they are others than before.
    pub fn update(&mut self, midi: &Arc<MidiView>) {
        let is_same = |seen: &Arc<MidiView>| Arc::ptr_eq(seen, midi) || seen.lines == midi.lines;
        if !self.seen.as_ref().is_some_and(is_same) {
            let lines: Vec<MapLine> = midi.lines.iter().map(|line| line.line).collect();
            self.conflicts = conflicts(&lines);
        }
        self.seen = Some(midi.clone());
    }

    /// The lines that the same control works.
    #[must_use]
    pub fn conflicts(&self, place: usize) -> &[usize] {
        self.conflicts.get(place).map_or(&[], Vec::as_slice)
    }

    /// Lines that share their control with another.
    #[must_use]
    pub fn num_conflicts(&self) -> usize {
        self.conflicts.iter().filter(|others| !others.is_empty()).count()
    }
}

/// Whether two controls can be the same one at all: quicker than to ask them.
#[must_use]
pub fn may_meet(a: MapSource, b: MapSource) -> bool {
    let channels = a.channel.is_none() || b.channel.is_none() || a.channel == b.channel;
    // A pair of controllers has a second one, 32 higher.
    channels && (a.number == b.number || a.number.abs_diff(b.number) == 32)
}

fn conflicts(lines: &[MapLine]) -> Vec<Vec<usize>> {
    let of = |(place, line): (usize, &MapLine)| {
        let others = lines.iter().enumerate().filter(|(other, _)| *other != place);
        let meets = others.filter(|(_, other)| may_meet(line.from, other.from) && line.meets(other));
        meets.map(|(other, _)| other).collect()
    };
    lines.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::midi::{MapMode, To, parse_source};

    fn line(from: &str, to: &str, shift: Option<bool>) -> MapLine {
        let line = MapLine::new(parse_source(from).unwrap(), MapMode::Button, To::named(to).unwrap());
        MapLine { shift, ..line }
    }

    #[test]
    fn lines_of_one_control_are_in_each_other_s_way_but_not_across_layers() {
        let lines = [
            line("note 1 36", "deck/a/play", Some(false)),
            line("note any 36", "deck/b/play", Some(false)),
            line("note 1 36", "deck/a/cue", Some(true)),
            line("cc14 1 7", "deck/a/fader", None),
            line("cc 1 39", "deck/b/fader", None),
            line("cc 2 39", "xfader", None),
        ];
        let found = conflicts(&lines);
        assert_eq!(found, [vec![1], vec![0], vec![], vec![4], vec![3], vec![]]);
        for (place, line) in lines.iter().enumerate() {
            let slowly = (0..lines.len()).filter(|other| *other != place && line.meets(&lines[*other]));
            assert_eq!(found[place], slowly.collect::<Vec<_>>());
        }
    }
}
