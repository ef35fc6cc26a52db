//! What is asked without being done. The control thread has the answers: [`answer`] is the same for everyone.

use std::sync::Arc;

use echelon_engine::action::{Action, ActionTiming, Question, RecipeFile, Roles};
use echelon_engine::console::Console;
use echelon_engine::dsp::Levels;
use echelon_engine::message::Snapshot;
use echelon_engine::safety::{SafetyTelemetry, SafetyViolation, Source};
use echelon_engine::telemetry::{SchedulerTelemetry, Spread};
use echelon_engine::units::DeckId;
use rosc::{OscMessage, OscType};

use super::namespace::Which;
use super::parse_error::ParseError;
use super::receipts::message;
use crate::bridge::{BridgeView, Command};
use crate::input::{InputTelemetry, source_name};
use crate::media::GridEdit;
use crate::peers::PeersView;
use crate::recipes;
use crate::view::{AnalysisState, TrackView};

/// A recipe with its decks; how long its bars are is known when it is run.
#[derive(Clone, Debug, PartialEq)]
pub struct FilledRecipe {
    /// The recipe.
    pub file: Arc<RecipeFile>,
    /// Its decks.
    pub roles: Roles,
}

impl FilledRecipe {
    pub(super) fn new(which: Which, roles: Roles) -> Result<Self, ParseError> {
        let wrong = |error: echelon_engine::action::RecipeFileError| ParseError::BadRecipe(error.to_string());
        let file = match which {
            Which::Id(id) => match recipes::find(&id) {
                Some(file) => file,
                None => {
                    let known: Vec<&str> = recipes::shipped().iter().map(|recipe| recipe.id).collect();
                    return Err(ParseError::UnknownRecipe { id, known: known.join(", ") });
                }
            },
            Which::Text(text) => Arc::new(RecipeFile::read(&text).map_err(wrong)?),
        };
        // In bars of 4/4: what does not fit these decks does not fit them in other bars either.
        file.fill(roles, 4.0).map_err(wrong)?;
        Ok(Self { file, roles })
    }

    /// The action, with bars of so many quarter notes.
    ///
    /// # Errors
    /// A sentence, if it is too long in such bars.
    pub fn action(&self, bar_beats: f64) -> Result<Action, String> {
        let recipe = self.file.fill(self.roles, bar_beats).map_err(|error| error.to_string())?;
        Ok(Action::RunRecipe { recipe })
    }
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// Whether something would be done.
    Can {
        /// The address of the question, which is the answer's too.
        address: String,
        /// What.
        wish: Asked,
        /// The sender's number, to be given back.
        receipt: Option<i32>,
    },
    /// The figures of scheduler and safety.
    Telemetry,
    /// How a deck moves.
    Motion(DeckId),
    /// How loud it is.
    Meters,
    /// To be told of changes.
    Subscribe {
        /// Of which addresses.
        pattern: String,
        /// How often at most.
        ms: f64,
    },
    /// To be told no more.
    Unsubscribe,
    /// Everything, once.
    Snapshot,
    /// How each way in stands.
    Sources,
    /// Something for the bridge, which answers with its state.
    Bridge(Command),
    /// Something for the session with others, which answers with its state.
    Peers(crate::peers::Command),
    /// What is known of a deck's track, after its beat grid was changed.
    Track {
        /// Which deck.
        deck: DeckId,
        /// What to do to the grid before, if anything.
        edit: Option<GridEdit>,
    },
}

/// Of what is asked whether it would be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// An action.
    Action {
        /// What.
        action: Action,
        /// When.
        timing: ActionTiming,
    },
    /// A recipe.
    Recipe {
        /// Which.
        recipe: FilledRecipe,
        /// When.
        timing: ActionTiming,
    },
    /// What is known not to be done.
    Never {
        /// A word for programs.
        code: &'static str,
        /// A sentence for people.
        text: String,
    },
    /// To take back what the sender asked for with this number.
    CancelOwn(i32),
    /// To let a button go.
    Nothing,
}

/// What is answered to a question; `figures` go with the telemetry, `is_pending` as for `answer_can`. Bridge, tracks and
/// subscriptions answer for themselves.
pub fn answers(
    console: &Console,
    query: &Query,
    figures: &[(String, f64)],
    is_pending: impl Fn(i32) -> bool,
) -> Vec<OscMessage> {
    match query {
        Query::Can { address, wish, receipt } => vec![answer_can(console, address, wish, *receipt, is_pending)],
        Query::Meters => meter_messages(console.snapshot()),
        Query::Telemetry => telemetry_messages(&console.telemetry(), &console.safety_telemetry(), figures),
        Query::Motion(deck) => vec![motion_of(*deck, console.snapshot())],
        Query::Bridge(_)
        | Query::Peers(_)
        | Query::Track { .. }
        | Query::Subscribe { .. }
        | Query::Unsubscribe
        | Query::Sources
        | Query::Snapshot => vec![],
    }
}

/// How a deck moves, and what is marked on it.
fn motion_of(deck: DeckId, snapshot: &Snapshot) -> OscMessage {
    let view = &snapshot.decks[deck.index()];
    let motion = &view.motion;
    let switch = |on: bool| OscType::Int(i32::from(on));
    let place = |secs: Option<f64>| OscType::Double(secs.unwrap_or(-1.0));
    let [start, end] = motion.loop_secs.map_or([None; 2], |ends| ends.map(Some));
    let mut args = vec![OscType::String(deck.letter().to_string()), view.state.word().into()];
    args.extend([view.position_secs, motion.speed, motion.rate].map(OscType::Double));
    args.extend([motion.sync, motion.locked, motion.slip, motion.reverse, motion.looping].map(switch));
    args.extend([start, end, Some(motion.marks.cue_secs)].map(place));
    args.extend(motion.marks.hot_cues_secs.map(place));
    message("/motion", args)
}

/// How the bridge stands.
pub fn bridge_state(view: &BridgeView) -> OscMessage {
    let (port, name) = view.peer.as_ref().map_or((0, ""), |peer| (i32::from(peer.port), peer.name.as_str()));
    let state = [view.state.word(), view.role.word()].map(OscType::from).to_vec();
    message("/bridge/state", [state, vec![port.into(), name.into(), view.reason.as_str().into()]].concat())
}

/// How each way in stands, and one message that says how many they were.
pub fn source_states(inputs: &[InputTelemetry], snapshot: &Snapshot) -> Vec<OscMessage> {
    let tell = |input: &InputTelemetry| {
        let InputTelemetry { source, is_on, tally, dropped } = *input;
        let counts = [tally.received, tally.accepted, tally.refused, dropped].map(|n| OscType::Double(n as f64));
        let (last, frame) = tally.last.map_or(("", None), |last| (last.kind.word(), Some(last.frame)));
        let ago = |frame: u64| snapshot.frames.saturating_sub(frame) as f64 / snapshot.clock.sample_rate.max(1.0);
        let args = vec![source_name(source).into(), i32::from(is_on).into()];
        message("/source", [args, counts.to_vec(), vec![last.into(), frame.map_or(-1.0, ago).into()]].concat())
    };
    let mut messages: Vec<OscMessage> = inputs.iter().map(tell).collect();
    let count = i32::try_from(messages.len()).unwrap_or(i32::MAX);
    messages.push(message("/source/end", vec![count.into()]));
    messages
}

/// How the session with others stands.
pub fn peers_state(view: &PeersView) -> OscMessage {
    let whole = |number: usize| OscType::Int(i32::try_from(number).unwrap_or(i32::MAX));
    let switch = |on: bool| OscType::Int(i32::from(on));
    let mut args = vec![view.mode.word().into(), view.source.word().into(), switch(view.enabled), whole(view.peers)];
    args.extend([view.tempo_bpm, view.beat, view.phase].map(OscType::Double));
    args.push(view.quality.word().into());
    args.extend([view.spread_ms, view.offset_ms].map(OscType::Double));
    args.extend([view.start_stop, view.playing, view.take_over].map(switch));
    args.extend([view.playing_micros, view.at_micros].map(OscType::Double));
    args.push(view.sentences.join("; ").into());
    message("/link/state", args)
}

/// What is known of a deck's track: `error` says why its grid could not be changed.
pub fn track_state(deck: DeckId, track: &TrackView, error: Option<&str>) -> OscMessage {
    let (word, text) = match &track.analysis {
        AnalysisState::None => ("none", ""),
        AnalysisState::Running(_) => ("analysing", ""),
        AnalysisState::Done(_) => ("done", ""),
        AnalysisState::Failed(text) => ("failed", text.as_str()),
    };
    let found = track.found();
    let key = found.and_then(|found| found.key);
    let locked = track.grid.as_ref().is_some_and(|grid| grid.is_locked());
    let number = |value: Option<f64>| OscType::Double(value.unwrap_or(0.0));
    let args = vec![
        OscType::String(deck.letter().to_ascii_lowercase().to_string()),
        word.into(),
        number(found.and_then(|found| found.bpm)),
        OscType::String(key.map(|key| key.to_string()).unwrap_or_default()),
        OscType::String(key.map(crate::media::analyse::Key::camelot).unwrap_or_default()),
        number(found.and_then(|found| found.loudness_lufs)),
        number(found.and_then(|found| found.true_peak_db)),
        number(found.map(|found| found.auto_gain_db())),
        OscType::Int(i32::from(track.grid.is_some())),
        OscType::Int(i32::from(locked)),
        error.unwrap_or(text).into(),
        track.tags.artist.as_deref().unwrap_or_default().into(),
        track.title().into(),
    ];
    message("/track", args)
}

/// Why not: a word for programs and a sentence for people.
type No = (&'static str, String);

/// The answer to a question whether something would be done. `is_pending` says whether the sender has asked for
/// something with a number and that is still open.
fn answer_can(
    console: &Console,
    address: &str,
    wish: &Asked,
    receipt: Option<i32>,
    is_pending: impl Fn(i32) -> bool,
) -> OscMessage {
    let can = |action: &Action, timing| console.can(&Question { source: Source::Osc, action, timing });
    let verdict: Result<(), No> = match wish {
        Asked::Action { action, timing } => can(action, *timing),
        Asked::Recipe { recipe, timing } => recipe
            .action(console.snapshot().clock.bar_beats)
            .map_err(|text| ("bad_recipe", text))
            .and_then(|action| can(&action, *timing)),
        Asked::Never { code, text } => Err((code, text.clone())),
        Asked::CancelOwn(number) if is_pending(*number) => Ok(()),
        Asked::CancelOwn(number) => {
            Err(("not_pending", format!("nothing that you asked for with id {number} is pending")))
        }
        Asked::Nothing => Err(("ignored", "0 lets the button go: nothing would be done".to_owned())),
    };
    let mut args: Vec<OscType> = match verdict {
        Ok(()) => vec![1.into()],
        Err((code, text)) => vec![0.into(), code.into(), text.into()],
    };
    args.extend(receipt.map(OscType::Int));
    message(address, args)
}

/// One message for the master and each deck, and one that says how many they were.
fn meter_messages(snapshot: &Snapshot) -> Vec<OscMessage> {
    let decks = DeckId::ALL.map(|deck| (deck.to_string().to_lowercase(), snapshot.decks[deck.index()].levels));
    let all = std::iter::once(("master".to_owned(), snapshot.master_levels)).chain(decks);
    let tell = |(name, Levels { peak_db, rms_db, lufs }): (String, Levels)| {
        message("/meter", vec![name.into(), peak_db.into(), rms_db.into(), lufs.into()])
    };
    let mut messages: Vec<OscMessage> = all.map(tell).collect();
    let count = i32::try_from(messages.len()).unwrap_or(i32::MAX);
    messages.push(message("/meters/end", vec![count.into()]));
    messages
}

/// One message for each figure, and one that says how many they were.
fn telemetry_messages(
    scheduler: &SchedulerTelemetry,
    safety: &SafetyTelemetry,
    figures: &[(String, f64)],
) -> Vec<OscMessage> {
    let own = scheduler_figures(scheduler).into_iter().chain(safety_figures(safety));
    let figures = own.chain(figures.iter().cloned());
    let mut messages: Vec<OscMessage> =
        figures.map(|(name, value)| message("/telemetry", vec![name.into(), value.into()])).collect();
    let count = i32::try_from(messages.len()).unwrap_or(i32::MAX);
    messages.push(message("/telemetry/end", vec![count.into()]));
    messages
}

fn scheduler_figures(telemetry: &SchedulerTelemetry) -> Vec<(String, f64)> {
    let SchedulerTelemetry {
        requests,
        requests_from,
        done,
        refused,
        cancelled,
        expired,
        coalesced,
        open,
        queue_depth,
        queue_high_water,
        outbox_depth,
        error_frames,
        late,
        graced,
        latency_frames,
        load_secs,
        non_finite,
        starved_frames,
        lost_events,
    } = *telemetry;
    let counts = [
        ("requests", requests),
        ("done", done),
        ("refused", refused),
        ("cancelled", cancelled),
        ("expired", expired),
        ("coalesced", coalesced),
        ("open", open as u64),
        ("queue_depth", queue_depth as u64),
        ("queue_high_water", queue_high_water as u64),
        ("outbox_depth", outbox_depth as u64),
        ("late", late),
        ("graced", graced),
        ("non_finite", non_finite),
        ("starved_frames", starved_frames),
        ("lost_events", lost_events),
    ];
    let mut figures: Vec<(String, f64)> =
        counts.iter().map(|(name, count)| (format!("scheduler/{name}"), *count as f64)).collect();
    let from = |source: Source| format!("scheduler/requests_from/{}", source_name(source));
    figures.extend(Source::ALL.map(|source| (from(source), requests_from[source.index()] as f64)));
    for (name, spread) in [("error_frames", error_frames), ("latency_frames", latency_frames), ("load_secs", load_secs)]
    {
        let Spread { min, max, count, .. } = spread;
        for (part, value) in [("min", min), ("mean", spread.mean()), ("max", max), ("count", count as f64)] {
            figures.push((format!("scheduler/{name}/{part}"), value));
        }
    }
    figures
}

fn safety_figures(telemetry: &SafetyTelemetry) -> Vec<(String, f64)> {
    let SafetyTelemetry { locks, unlocks, cooldowns, panics, .. } = *telemetry;
    let counts = [("locks", locks), ("unlocks", unlocks), ("cooldowns", cooldowns), ("panics", panics)];
    let counts = counts.into_iter().map(|(name, count)| (format!("safety/{name}"), count as f64));
    let by_code = SafetyViolation::CODES
        .into_iter()
        .map(|code| (format!("safety/rejected/{code}"), telemetry.rejected(code) as f64));
    let source = |source: Source| {
        let name = format!("safety/rejected_from/{}", source_name(source));
        (name, telemetry.rejected_from(source) as f64)
    };
    counts.chain(by_code).chain(Source::ALL.into_iter().map(source)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Tags;

    #[test]
    fn a_track_is_told_with_its_artist_and_title_or_its_file_s_name() {
        let last = |track: &TrackView| track_state(DeckId::A, track, None).args[11..].to_vec();
        let mut track = TrackView { name: "01 salt".to_owned(), ..TrackView::default() };
        assert_eq!(last(&track), ["".into(), "01 salt".into()]);
        track.tags = Tags { title: Some("Salt".into()), artist: Some("Kasimir".into()), secs: None };
        assert_eq!(last(&track), ["Kasimir".into(), "Salt".into()]);
    }
}
