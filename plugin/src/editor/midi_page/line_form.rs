//! One line's settings: how its messages are meant, takeover, time, layer, and what the controller shows.

use echelon_engine::action::ActionTiming;
use echelon_engine::midi::{Relative, Takeover};
use egui::{Rect, Ui};

use super::facts::Facts;
use super::order;
use crate::editor::form::Form;
use crate::editor::ids;
use crate::input::midi::{LineView, MapLight, MapLine, MapMode, MidiView};
use crate::view::{Act, MidiOrder};

const MODES: [(&str, MapMode); 6] = [
    ("button", MapMode::Button),
    ("toggle", MapMode::Toggle),
    ("absolute", MapMode::Absolute),
    ("two's complement", MapMode::Relative(Relative::TwosComplement)),
    ("relative 64", MapMode::Relative(Relative::Offset64)),
    ("sign, magnitude", MapMode::Relative(Relative::SignMagnitude)),
];
const TAKEOVERS: [(&str, Takeover); 3] =
    [("pick up", Takeover::PickUp), ("scale", Takeover::Scale), ("jump", Takeover::Jump)];
const LAYERS: [(&str, Option<bool>); 3] = [("any", None), ("shift", Some(true)), ("no shift", Some(false))];
/// Words of [`ActionTiming`]; the first is the rig's own rules.
const TIMES: [&str; 8] = ["rig's", "now", "1/8", "1/4", "beat", "bar", "4bars", "8bars"];
/// Values of lights that the buttons go through: the colours of common controllers, and full.
const VALUES: [f64; 12] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 16.0, 32.0, 64.0, 100.0, 127.0];

/// The word of a takeover.
pub fn takeover_word(takeover: Takeover) -> &'static str {
    TAKEOVERS.iter().find(|(_, known)| *known == takeover).map_or("", |(word, _)| word)
}

/// The word of a layer.
pub fn layer_word(shift: Option<bool>) -> &'static str {
    LAYERS.iter().find(|(_, known)| *known == shift).map_or("", |(word, _)| word)
}

/// Draws it.
pub fn show(ui: &Ui, rect: Rect, midi: &MidiView, chosen: Option<usize>, facts: &Facts, act: &mut dyn Act) {
    let found = chosen.and_then(|place| Some((place, midi.lines.get(place)?)));
    let title = found.map_or_else(|| "Line".to_owned(), |(place, _)| format!("Line {}", place + 1));
    let mut form = Form::new(ui, rect, &title, 0.4).dense();
    let Some((place, line)) = found else {
        form.words("Click a line to change it.");
        return;
    };
    form.value("Control", &line.from, "As in mapping files.");
    form.value("Does", &line.label, &line.to);
    if let Some(words) = conflict_words(midi, facts.conflicts(place)) {
        form.value("Also works", &words, "The same control has these lines too. All of them act.");
    }
    let before = line.line;
    let mut after = before;
    choose(&mut form, "midi mode", "Meant as", &MODES, &mut after.mode, "What the control's messages mean.");
    if matches!(before.mode, MapMode::Absolute) {
        let help = "When the fader stands elsewhere than its control: wait until it comes by, go its way within what \
            is left, or jump.";
        choose(&mut form, "midi takeover", "Takeover", &TAKEOVERS, &mut after.takeover, help);
    } else {
        show_time(&mut form, &mut after);
    }
    let help = "Only while shift is held, only while it is not, or always.";
    choose(&mut form, "midi layer", "Layer", &LAYERS, &mut after.shift, help);
    choose(&mut form, "midi invert", "Inverted", &YES, &mut after.invert, "The other way round.");
    if matches!(before.mode, MapMode::Button) {
        choose(&mut form, "midi hold", "While held", &YES, &mut after.hold, "A switch is on only while it is held.");
    }
    show_light(&mut form, line, &mut after);
    if after != before {
        order(act, MidiOrder::Set(place, after));
    }
    if form.button(ids::once("midi remove"), "Remove the line", "The control does this no longer. Undo brings it back.")
    {
        order(act, MidiOrder::Remove(place));
    }
}

const YES: [(&str, bool); 2] = [("no", false), ("yes", true)];

fn choose<T: Copy + PartialEq>(
    form: &mut Form<'_>,
    id: &'static str,
    name: &str,
    all: &[(&str, T)],
    now: &mut T,
    help: &str,
) {
    let words: Vec<&str> = all.iter().map(|(word, _)| *word).collect();
    let index = all.iter().position(|(_, known)| known == now).unwrap_or(usize::MAX);
    if let Some(chosen) = form.choice(ids::once(id), name, &words, index, help) {
        *now = all[chosen].1;
    }
}

fn show_time(form: &mut Form<'_>, line: &mut MapLine) {
    let word = line.when.and_then(ActionTiming::word).unwrap_or(TIMES[0]);
    let now = TIMES.iter().position(|known| *known == word).unwrap_or(usize::MAX);
    if let Some(index) = form.choice(ids::once("midi when"), "Happens", &TIMES, now, "When a press acts.") {
        line.when = if index == 0 { None } else { ActionTiming::from_word(TIMES[index]) };
    }
}

/// What the controller shows of it.
fn show_light(form: &mut Form<'_>, seen: &LineView, line: &mut MapLine) {
    let now = match seen.line.light {
        None => 0,
        Some(light) if light.is_ring => 2,
        Some(_) => 1,
    };
    let help = "Off, a light for on, off, waiting and locked, or a ring that shows a fader's place.";
    if let Some(index) = form.choice(ids::once("midi light"), "Light", &["none", "light", "ring"], now, help) {
        let light = line.light.unwrap_or_default();
        line.light = (index > 0).then_some(MapLight { is_ring: index == 2, ..light });
    }
    let Some(light) = &mut line.light else { return };
    let values = [
        ("midi on", "... is on", &mut light.on),
        ("midi off", "... is off", &mut light.off),
        ("midi pending", "... waits", &mut light.pending),
        ("midi locked", "... is locked", &mut light.locked),
    ];
    for (id, name, value) in values {
        let help = "The value that is sent: a velocity or a controller's value, often a colour.";
        if let Some(chosen) = form.steps(ids::once(id), name, f64::from(*value), &VALUES, "", help) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "one of the values above")]
            let chosen = chosen as u8;
            *value = chosen;
        }
    }
}

/// `line 3: Deck A Play, and 2 more`.
pub fn conflict_words(midi: &MidiView, others: &[usize]) -> Option<String> {
    let first = *others.first()?;
    let label = &midi.lines.get(first)?.label;
    let more = if others.len() > 1 { format!(", and {} more", others.len() - 1) } else { String::new() };
    Some(format!("line {}: {label}{more}", first + 1))
}
