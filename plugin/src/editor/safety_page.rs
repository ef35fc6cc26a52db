//! The safety page: what is refused, to whom, how often that was, and what happened.

use echelon_engine::action::{Action, ActionKind, ActionTiming, Setting};
use echelon_engine::clock::{JumpPolicy, StopPolicy};
use echelon_engine::safety::{OnAirRule, SafetyViolation, Source};
use echelon_engine::telemetry::Spread;
use egui::{Rect, Ui};

use super::form::Form;
use super::layout::{cut_left, cut_top};
use super::log_list::{self, LogFilter};
use super::{ids, layout};
use crate::view::{Act, RigView};

/// The lengths of a cooldown that the buttons go through, in beats.
const BEATS: [f64; 9] = [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

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
    let (left, log) = cut_left(rect, (rect.width() * 0.46).max(480.0));
    let [settings, figures] = layout::share(left, 6.0, [1.15, 1.0]);
    let (rules, sources) = cut_top(settings, 330.0);
    show_rules(ui, rules, view, act);
    show_sources(ui, sources, view);
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
    let toggle = format!("{:.0} ms", view.settings.play_toggle_ms);
    form.value("Two plays are one within", &toggle, "A worn button presses twice.");
    form.value("Undo reaches back", &format!("{:.0} bars", view.settings.undo_bars), "In phase, with one key.");
}

fn show_sources(ui: &Ui, rect: Rect, view: &RigView) {
    let mut form = Form::new(ui, rect, "Sources", 0.3);
    for source in Source::ALL {
        let rules = view.settings.source(source);
        let rate = rules.per_sec.map_or_else(|| "any rate".to_owned(), |rate| format!("{rate:.0} a second"));
        let slew = if rules.slew.is_some() { ", faders move slowly" } else { "" };
        let cools = if rules.cools_down { "" } else { ", no cooldowns" };
        form.value(&super::notice::capitalised(source.word()), &format!("{rate}{slew}{cools}"), "");
    }
}

fn show_figures(ui: &Ui, rect: Rect, view: &RigView, act: &mut dyn Act) {
    let (safety, scheduler) = (&view.safety, &view.scheduler);
    let mut form = Form::new(ui, rect, "So far", 0.56);
    if form.button(ids::once("export"), "Export the log") {
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
    form.value("Immediate actions after", &spread(&scheduler.latency_frames, "frames"), "");
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
    plain(&mut form, "Frames not decoded in time", scheduler.starved_frames);
    plain(&mut form, "Reports lost", view.snapshot.lost_events);
}
