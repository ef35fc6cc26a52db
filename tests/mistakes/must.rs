//! A story, played, and what is looked at afterwards. Always: one final answer for every request, no click, no NaN, no
//! allocation on the audio side, no deck off its table.

use std::collections::HashMap;

use echelon_engine::action::{Action, ActionKind, Pending, Receipt, RequestId};
use echelon_engine::input::{Control, HostInput, TimedInput};
use echelon_engine::message::Snapshot;
use echelon_engine::safety::{OnAirRule, SafetySettings, Source};
use echelon_engine::units::DeckId;
use support::rig::{ClickMeter, DeckModel, Fired, RigHost, TRACKS};
use support::{Move, Transport};

use crate::story::{Deed, HostDeed, Is, Must, Story, Transport as Change};

const SR: f64 = 48_000.0;
/// Loading the decks takes so many frames, before the host's frame 0.
const BEFORE: u64 = 4_800;
/// A gap is heard if it is longer than this: the library's slowest sine is above it twice as often.
const GAP_FRAMES: usize = 480;

/// What a story came to.
pub struct Played {
    answers: HashMap<String, Vec<Receipt>>,
    sound: [Vec<f32>; 4],
    /// At the end of each block.
    views: Vec<Snapshot>,
}

fn frame(secs: f64) -> u64 {
    BEFORE + (secs * SR).round() as u64
}

fn transport(story: &Story) -> Transport {
    let start = -(BEFORE as f64) * story.bpm / (60.0 * SR);
    let mut transport = Transport::rolling(story.bpm).from_beat(start);
    if !story.rolls {
        transport = Transport::stopped(story.bpm).from_beat(0.0);
    }
    if let Some((from, to)) = story.looping {
        transport = transport.looping(from, to);
    }
    for deed in &story.deeds {
        let change = match deed.transport {
            Some(Change::Start) => Move::Start,
            Some(Change::Stop) => Move::Stop,
            Some(Change::Jump(beats)) => Move::Jump(beats),
            Some(Change::Tempo(bpm)) => Move::Tempo(bpm),
            Some(Change::Loop(range)) => Move::Loop(range),
            None => continue,
        };
        transport = transport.at(frame(deed.at), change);
    }
    transport
}

fn input(deed: HostDeed) -> HostInput {
    match deed {
        HostDeed::Play(deck) => HostInput::Control(Control::Play(deck), 1.0),
        HostDeed::Stop(deck) => HostInput::Control(Control::Play(deck), 0.0),
        HostDeed::Note(note) => HostInput::Midi([0x90, note, 100]),
        HostDeed::Quantize(index) => HostInput::Control(Control::Quantize, f32::from(index)),
        HostDeed::GainDb(deck, db) => HostInput::Control(Control::Gain(deck), db),
    }
}

/// A rig with the story's tracks and settings, at the story's second 0.
fn stage(story: &Story) -> Result<(RigHost, OnAirRule), String> {
    let mut host = RigHost::new(SR, &transport(story));
    host.receipts = Some(vec![]);
    let mut settings = SafetySettings::default();
    // The tracks have been there for a while.
    let load_beats = settings.cooldown_beats(ActionKind::Load);
    settings.set_cooldown_beats(ActionKind::Load, 0.0);
    host.console.set_safety(settings);
    for (deck, name) in &story.decks {
        if !TRACKS.iter().any(|(known, ..)| known == name) {
            return Err(format!("deck {deck}: there is no track \"{name}\""));
        }
        let action = Action::LoadDeck { deck: *deck, path: name.into() };
        host.ask(Source::State, action, echelon_engine::action::ActionTiming::Immediate);
    }
    host.run_to(BEFORE / 2, 64);
    settings.set_cooldown_beats(ActionKind::Load, load_beats);
    host.console.set_safety(settings);
    let mut rule = OnAirRule::Refuse;
    for setting in &story.settings {
        if let echelon_engine::action::Setting::OnAir { rule: own } = setting {
            rule = *own;
        }
        let action = Action::Configure { setting: *setting };
        host.ask(Source::Editor, action, echelon_engine::action::ActionTiming::Immediate);
    }
    host.run_to(BEFORE, 64);
    Ok((host, rule))
}

/// A story while it is played.
struct Player<'a> {
    story: &'a Story,
    host: RigHost,
    rule: OnAirRule,
    model: DeckModel,
    clicks: ClickMeter,
    /// Frame and place of each deed, in order.
    wishes: Vec<(u64, usize)>,
    /// How many of them are over.
    next: usize,
    names: HashMap<RequestId, String>,
    ids: HashMap<&'a str, RequestId>,
}

impl<'a> Player<'a> {
    fn new(story: &'a Story) -> Result<Self, String> {
        let (host, rule) = stage(story)?;
        let mut wishes: Vec<(u64, usize)> = vec![];
        for (i, deed) in story.deeds.iter().enumerate() {
            wishes.extend((0..deed.times).map(|n| (frame(deed.at + f64::from(n) / 1000.0), i)));
        }
        wishes.sort_by_key(|(frame, _)| *frame);
        let (model, clicks) = (DeckModel::default(), ClickMeter::new(SR, 1.0));
        let (names, ids) = (HashMap::new(), HashMap::new());
        let mut player = Self { story, host, rule, model, clicks, wishes, next: 0, names, ids };
        player.follow()?;
        Ok(player)
    }

    /// What was done, and whether the table allows it.
    fn follow(&mut self) -> Result<Vec<Fired>, String> {
        let deeds = self.host.ledger.take_fired();
        self.model.follow(&deeds, self.rule, self.host.snapshot()).map_err(|broken| broken.0)?;
        Ok(deeds)
    }

    /// What the story has for a block: requests are made, the host's own input comes back.
    fn act(&mut self, from: u64, to: u64) -> Result<Vec<TimedInput>, String> {
        let mut inputs = vec![];
        while let Some((at, i)) = self.wishes.get(self.next).copied().filter(|(at, _)| *at < to) {
            let deed = &self.story.deeds[i];
            if let Some(own) = deed.host {
                inputs.push(TimedInput { frame: at.saturating_sub(from) as u32, input: input(own) });
            }
            if let Some(action) = self.wish(deed)? {
                // What people ask for comes at the border of a block.
                if at > from {
                    break;
                }
                let id = self.host.ask(deed.by, action, deed.timing).ok_or("the queue is full")?;
                if let Some(name) = &deed.name {
                    self.names.insert(id, name.clone());
                    self.ids.insert(name, id);
                }
            }
            self.next += 1;
        }
        Ok(inputs)
    }

    fn wish(&self, deed: &Deed) -> Result<Option<Action>, String> {
        match (&deed.ask, &deed.cancel) {
            (Some(action), _) => Ok(Some(action.clone())),
            (None, Some(name)) => {
                let id = self.ids.get(name.as_str()).ok_or_else(|| format!("nobody is called \"{name}\" yet"))?;
                Ok(Some(Action::Cancel { pending: Pending::Request(*id) }))
            }
            _ => Ok(None),
        }
    }

    /// One block, and what holds after each.
    fn block(&mut self, frames: u64) -> Result<(), String> {
        let from = self.host.frame();
        let inputs = self.act(from, from + frames)?;
        self.host.tick();
        self.host.block(frames as u32, &inputs);
        self.host.tick();
        let deeds = self.follow()?;
        let host_moves = !inputs.is_empty() || self.story.deeds.iter().any(|deed| deed.transport.is_some());
        for deck in DeckId::ALL {
            for deed in deeds.iter().filter(|deed| deed.deck.is_none_or(|own| own == deck)) {
                self.clicks.deed(deck.index(), deed.frame);
            }
            if host_moves {
                self.clicks.deed(deck.index(), from);
            }
        }
        match self.clicks.look(from, &self.host.out) {
            Some(click) => Err(format!("a click at {:.3} s: {click:?}", (click.frame - BEFORE) as f64 / SR)),
            None => Ok(()),
        }
    }
}

impl Played {
    pub fn new(story: &Story, block: u32) -> Result<Self, String> {
        if story.deeds.is_empty() && story.decks.is_empty() && story.must.is_empty() {
            return Err(format!("\"{}\" asks for nothing", story.about));
        }
        let mut player = Player::new(story)?;
        let mut played = Self { answers: HashMap::new(), sound: Default::default(), views: vec![] };
        let end = frame(story.secs);
        while player.host.frame() < end {
            player.block((end - player.host.frame()).min(u64::from(block)))?;
            for (deck, sound) in played.sound.iter_mut().enumerate() {
                sound.extend(&player.host.out[2 + 2 * deck]);
            }
            played.views.push(*player.host.snapshot());
        }
        let Player { mut host, names, .. } = player;
        for receipt in host.receipts.take().unwrap_or_default() {
            if let Some(name) = names.get(&receipt.id()).filter(|_| receipt.is_final()) {
                played.answers.entry(name.clone()).or_default().push(receipt);
            }
        }
        host.settle();
        match host.ledger.wrong.first() {
            Some(wrong) => Err(wrong.clone()),
            None if host.ledger.open() > 0 => Err(format!("without an answer: {}", host.ledger)),
            None => Ok(played),
        }
    }

    pub fn check(&self, must: &Must) -> Result<(), String> {
        let broken = |what: String| Err(format!("{must:?}: {what}"));
        match must {
            Must::Answer { answer, is, code, beat, late_frames } => {
                let Some(receipts) = self.answers.get(answer) else {
                    return broken(format!("nobody is called \"{answer}\", or there was no answer"));
                };
                let wrong = receipts.iter().find(|receipt| !fits(receipt, *is, code.as_deref(), *beat, *late_frames));
                wrong.map_or(Ok(()), |receipt| broken(format!("{receipt:?}")))
            }
            Must::State { state, deck, at } => {
                let word = self.view(*at).decks[deck.index()].state.word();
                if word == state { Ok(()) } else { broken(format!("it is {word}")) }
            }
            Must::Position { position_secs, deck, at } => {
                let view = self.view(*at);
                // The view is of a block's end.
                let late = (view.frames as f64 - frame(*at) as f64) / SR;
                let plays = view.decks[deck.index()].state == echelon_engine::safety::DeckState::Playing;
                let position = view.decks[deck.index()].position_secs - if plays { late } else { 0.0 };
                let fits = (position - position_secs).abs() < 1.5 / SR;
                if fits { Ok(()) } else { broken(format!("it is at {position:.6}")) }
            }
            Must::Heard { heard, from, to } => self
                .gap(*heard, *from, *to)
                .map_or(Ok(()), |at| broken(format!("a gap of {GAP_FRAMES} frames at {at:.4} s"))),
            Must::Undisturbed { undisturbed, from, to } => {
                if let Some(at) = self.gap(*undisturbed, *from, *to) {
                    return broken(format!("a gap of {GAP_FRAMES} frames at {at:.4} s"));
                }
                let inside =
                    self.views.windows(2).filter(|pair| pair[0].frames >= frame(*from) && pair[1].frames <= frame(*to));
                for pair in inside {
                    let place = |view: &Snapshot| view.decks[undisturbed.index()].position_secs;
                    let way = place(&pair[1]) - place(&pair[0]);
                    let made = (pair[1].frames - pair[0].frames) as f64 / SR;
                    if (way - made).abs() > 1e-6 {
                        return broken(format!("moved by {way:.4} s in {made:.4} s before frame {}", pair[1].frames));
                    }
                }
                Ok(())
            }
            Must::Silent { silent, from, to } => {
                let samples = self.part(*silent, *from, *to);
                let heard = samples.iter().position(|sample| *sample != 0.0);
                heard.map_or(Ok(()), |at| broken(format!("heard {at} frames later")))
            }
            Must::Pending { pending, at } => {
                let count = self.view(*at).pending.iter().flatten().count();
                if count <= *pending { Ok(()) } else { broken(format!("{count} wait")) }
            }
        }
    }

    /// The first block's end at or after a time.
    fn view(&self, secs: f64) -> &Snapshot {
        let place = self.views.partition_point(|view| view.frames < frame(secs));
        &self.views[place.min(self.views.len() - 1)]
    }

    fn part(&self, deck: DeckId, from: f64, to: f64) -> &[f32] {
        let sound = &self.sound[deck.index()];
        let place = |secs: f64| ((secs * SR).round() as usize).min(sound.len());
        &sound[place(from)..place(to)]
    }

    /// Where a deck is not heard between two times, in seconds.
    fn gap(&self, deck: DeckId, from: f64, to: f64) -> Option<f64> {
        let windows = self.part(deck, from, to).chunks_exact(GAP_FRAMES).enumerate();
        let silent = |samples: &[f32]| samples.iter().all(|sample| sample.abs() < 1e-4);
        let first = windows.into_iter().find(|(_, samples)| silent(samples))?.0;
        Some(from + (first * GAP_FRAMES) as f64 / SR)
    }
}

fn fits(receipt: &Receipt, is: Is, code: Option<&str>, beat: Option<f64>, late: Option<i64>) -> bool {
    match (is, receipt) {
        (Is::Answered, _) => true,
        (Is::Done, Receipt::Done { due_beat, error_frames, .. }) => {
            beat.is_none_or(|beat| (due_beat - beat).abs() < 1e-6) && late.is_none_or(|late| *error_frames == late)
        }
        (Is::Refused, Receipt::Refused { code: own, .. }) => code.is_none_or(|code| code == *own),
        (Is::Cancelled, Receipt::Cancelled { .. }) | (Is::Expired, Receipt::Expired { .. }) => true,
        _ => false,
    }
}
