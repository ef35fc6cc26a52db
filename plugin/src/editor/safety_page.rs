//! The safety page: what is refused, to whom, how often that was, and what happened.

use echelon_engine::action::{Action, ActionKind, ActionTiming, Grid, Setting};
use echelon_engine::clock::{JumpPolicy, StopPolicy};
use echelon_engine::safety::{ActionMask, OnAirRule, SafetyViolation, Source, SourceTally};
use echelon_engine::telemetry::Spread;
use egui::{Rect, Ui};

use super::button::{Face, button};
use super::form::Form;
use super::layout::{cut_left, cut_top};
use super::log_list::{self, LogFilter};
use super::{choice, ids, layout, press, theme};
use crate::view::{Act, RigView};

/// The lengths of a cooldown that the buttons go through, in beats.
const BEATS: [f64; 9] = [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// Times within which two presses are one, in milliseconds, and bars that undo reaches back.
const TOGGLES: [f64; 7] = [0.0, 50.0, 100.0, 150.0, 200.0, 300.0, 500.0];
const UNDOS: [f64; 6] = [0.0, 2.0, 4.0, 8.0, 16.0, 32.0];

/// The kinds that cool down, and their words.
const COOLING: [(ActionKind, &str, &str); 4] = [
    (ActionKind::Load, "Cooldown after a load", "cooldown load"),
    (ActionKind::Cue, "... a hot cue", "cooldown cue"),
    (ActionKind::Loop, "... a loop", "cooldown loop"),
    (ActionKind::Effect, "... an effect", "cooldown effect"),
];

/// Draws the page.
pub fn show(ui: &mut Ui, rect: Rect, view: &RigView, filter: &mut LogFilter, act: &mut dyn Act) {
    act.watch_log();
    let (left, log) = cut_left(rect, (rect.width() * 0.47).max(508.0));
    let [settings, figures] = layout::share(left, 6.0, [1.35, 1.0]);
    let (rules, sources) = cut_top(settings, 308.0);
    show_rules(ui, rules, view, act);
    show_sources(ui, sources, view, act);
    show_figures(ui, figures, view, act);
    log_list::show(ui, log, "What was asked", &view.log, filter, |_| true);
}

fn show_rules(ui: &Ui, rect: Rect, view: &RigView, act: &mut dyn Act) {
    let mut set = |setting| act.act(Action::Configure { setting }, ActionTiming::Immediate);
    let mut form = Form::new(ui, rect, "Rules", 0.52);
    for (kind, name, id) in COOLING {
        let now = view.settings.cooldown_beats(kind);
        let help =
            "The same again on the same playing deck only after so many beats. Never holds stop, cancel or panic.";
        if let Some(beats) = form.steps(ids::once(id), name, now, &BEATS, "beats", help) {
            set(Setting::Cooldown { kind, beats });
        }
    }
    let rules = [OnAirRule::Refuse, OnAirRule::StopFirst, OnAirRule::Allow];
    let now = rules.iter().position(|rule| *rule == view.settings.on_air).unwrap_or(0);
    let help = "What happens to a load, an eject or a needle drop on a deck that the audience hears.";
    if let Some(index) = form.choice(ids::once("on air"), "Load on air", &["refuse", "stop first", "allow"], now, help)
    {
        set(Setting::OnAir { rule: rules[index] });
    }
    let policies = [StopPolicy::FreeRun, StopPolicy::Freeze, StopPolicy::StopDecks];
    let now = policies.iter().position(|policy| *policy == view.clock_policy.stop).unwrap_or(0);
    let words = ["run on", "stand still", "stop decks"];
    if let Some(index) = form.choice(ids::once("host stops"), "When the host stops", &words, now, "The rig's own time.")
    {
        set(Setting::HostStops { policy: policies[index] });
    }
    let policies = [JumpPolicy::RealignAtNextBar, JumpPolicy::Jump, JumpPolicy::Ignore];
    let now = policies.iter().position(|policy| *policy == view.clock_policy.jump).unwrap_or(0);
    let words = ["realign at the bar", "jump", "play on"];
    if let Some(index) = form.choice(ids::once("host jumps"), "When the host jumps", &words, now, "What decks do.") {
        set(Setting::HostJumps { policy: policies[index] });
    }
    let now = view.settings.play_toggle_ms;
    if let Some(ms) = form.steps(
        ids::once("play toggle"),
        "Two plays are one within",
        now,
        &TOGGLES,
        "ms",
        "A worn button presses twice.",
    ) {
        set(Setting::PlayToggle { ms });
    }
    let help = "How long a stop, an eject, a load or a jump can be taken back, in phase, with one key.";
    if let Some(bars) =
        form.steps(ids::once("undo bars"), "Undo reaches back", view.settings.undo_bars, &UNDOS, "bars", help)
    {
        set(Setting::UndoBars { bars });
    }
}

/// Requests a second that the menu offers; 0 is as many as one likes.
const RATES: [f32; 7] = [0.0, 10.0, 50.0, 200.0, 1000.0, 5000.0, 20_000.0];

/// Who may ask, how often, and for what.
fn show_sources(ui: &Ui, rect: Rect, view: &RigView, act: &mut dyn Act) {
    let mut form = Form::new(ui, rect, "Sources", 0.2).dense();
    for source in Source::WAYS_IN {
        let rules = *view.settings.source(source);
        let slew = if rules.slew.is_some() { " Its faders move slowly." } else { "" };
        let cools = if rules.cools_down { "" } else { " No cooldown holds it back." };
        let help = format!("Who asks.{slew}{cools} Stop, cancel and panic are always allowed.");
        let name = super::notice::capitalised(source.word());
        let Some(place) = form.place(&name, &help) else { return };
        let [on, rate, kinds, time] = layout::share(place, 4.0, [0.6, 1.1, 1.2, 1.0]);
        show_on(ui, on, source, rules.enabled, act);
        show_rate(ui, rate, source, rules.per_sec.unwrap_or(0.0), act);
        show_kinds(ui, kinds, source, rules.mask, act);
        show_quantize(ui, time, source, rules.quantize, act);
        form.note(&tally(view, source));
    }
}

/// What came by it and what became of that. What the policy never saw was lost.
fn tally(view: &RigView, source: Source) -> String {
    let Some(input) = view.inputs.iter().find(|input| input.source == source) else {
        let refused = view.safety.rejected_from(source);
        return format!("{refused} refused");
    };
    let SourceTally { received, accepted, refused, .. } = input.tally;
    format!("{received} asked, {accepted} taken, {refused} refused, {} lost", input.dropped)
}

/// When its plays and stops happen that do not say when.
fn show_quantize(ui: &Ui, rect: Rect, source: Source, now: Option<Option<Grid>>, act: &mut dyn Act) {
    let mut words = vec!["as the rig"];
    words.extend((0..Grid::CHOICES.len()).map(super::format::quantize));
    let grid = |choice: &Option<Grid>| now == Some(*choice);
    let index = now.map_or(0, |_| Grid::CHOICES.iter().position(grid).map_or(usize::MAX, |place| place + 1));
    let word = words.get(index).copied().unwrap_or("own");
    let face = Face { size: 12.0, ..Face::plain(word) };
    let help =
        "When its plays and stops happen that do not say when: by the rig's quantize setting, or by one of its own.";
    if let Some(index) = choice::show(ui, rect, ids::source(source, 3), &words, index, face, help) {
        let choice = index.checked_sub(1).and_then(|choice| u8::try_from(choice).ok());
        configure(act, Setting::SourceQuantize { source, choice });
    }
}

fn configure(act: &mut dyn Act, setting: Setting) {
    act.act(Action::Configure { setting }, ActionTiming::Immediate);
}

fn show_on(ui: &Ui, rect: Rect, source: Source, on: bool, act: &mut dyn Act) {
    let face = press::lamp(if on { "on" } else { "off" }, 12.0, on, theme::playing());
    let switch = press::switch(ui, rect, ids::source(source, 0), face, on);
    if switch.clicked() {
        configure(act, Setting::SourceOn { source, on: !on });
    }
    switch.on_hover_text("Whether it may act at all. Stop, cancel, panic and this setting it always may.");
}

fn show_rate(ui: &Ui, rect: Rect, source: Source, now: f32, act: &mut dyn Act) {
    let word = |rate: f32| if rate > 0.0 { format!("{rate:.0} / s") } else { "any rate".to_owned() };
    let words = RATES.map(word);
    let words = words.each_ref().map(String::as_str);
    let index = RATES.iter().position(|rate| (*rate - now).abs() < 0.5).unwrap_or(usize::MAX);
    let shown = word(now);
    let face = Face { size: 12.0, ..Face::plain(&shown) };
    let help = "Requests a second that it may make on average.";
    if let Some(index) = choice::show(ui, rect, ids::source(source, 1), &words, index, face, help) {
        configure(act, Setting::SourceRate { source, per_sec: RATES[index] });
    }
}

fn show_kinds(ui: &Ui, rect: Rect, source: Source, mask: ActionMask, act: &mut dyn Act) {
    // What it always may is no choice; nor are the settings for the editor, whose hand is on them here.
    let is_choice = |kind: &ActionKind| {
        !ActionMask::ALWAYS.allows(*kind) && (source != Source::Editor || *kind != ActionKind::Lock)
    };
    let kinds: Vec<ActionKind> = ActionKind::ALL.into_iter().filter(is_choice).collect();
    let allowed = kinds.iter().filter(|kind| mask.allows(**kind)).count();
    let word = if allowed == kinds.len() { "everything".to_owned() } else { format!("{allowed} of {}", kinds.len()) };
    let id = ids::source(source, 2);
    let opener = button(ui, rect, id, Face { size: 12.0, ..Face::plain(&word) });
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    if let Some(index) = choice::switches(&opener, id, &words, |index| mask.allows(kinds[index])) {
        let one = ActionMask::of(&[kinds[index]]);
        let kinds = if mask.allows(kinds[index]) { mask.without(one) } else { mask.or(one) };
        configure(act, Setting::SourceAllows { source, kinds });
    }
    if !egui::Popup::is_any_open(ui.ctx()) {
        opener.on_hover_text("What it may ask for, beside stop, cancel and panic.");
    }
}

fn show_figures(ui: &Ui, rect: Rect, view: &RigView, act: &mut dyn Act) {
    let (safety, scheduler) = (&view.safety, &view.scheduler);
    let mut form = Form::new(ui, rect, "So far", 0.56).dense();
    let help = "Writes all that was asked, with what became of it, to a file in your home folder, as JSON lines.";
    if form.button(ids::once("export"), "Export the log", help) {
        act.export_log();
    }
    let plain = |form: &mut Form<'_>, name: &str, value: u64| form.value(name, &value.to_string(), "");
    plain(&mut form, "Requests", scheduler.requests);
    plain(&mut form, "Done", scheduler.done);
    plain(&mut form, "Refused", scheduler.refused);
    plain(&mut form, "Cancelled, expired", scheduler.cancelled + scheduler.expired);
    let spread = |spread: &Spread, unit: &str| match spread.count {
        0 => "none yet".to_owned(),
        _ => format!("{:.1}, at most {:.0} {unit}", spread.mean(), spread.max),
    };
    form.value("Error of beats", &spread(&scheduler.error_frames, "frames"), "0 is on the frame.");
    form.value("At once took", &spread(&scheduler.latency_frames, "frames"), "");
    form.value("Loads took", &spread(&scheduler.load_secs, "s"), "");
    plain(&mut form, "Late, of these graced", scheduler.late);
    let queue = format!("{} now, {} at most", scheduler.queue_depth, scheduler.queue_high_water);
    form.value("Queue", &queue, "Requests that waited when the control side came by.");
    plain(&mut form, "Locks taken", safety.locks);
    plain(&mut form, "Cooldowns", safety.cooldowns);
    plain(&mut form, "Panics", safety.panics);
    for code in SafetyViolation::CODES {
        plain(&mut form, &format!("Refused: {}", code.replace('_', " ")), safety.rejected(code));
    }
    plain(&mut form, "Bad samples silenced", view.snapshot.non_finite);
    plain(&mut form, "Frames decoded late", scheduler.starved_frames);
    plain(&mut form, "Reports lost", view.snapshot.lost_events);
}
