//! What a packet's messages ask for, done or refused as a whole. Broker thread.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use echelon_engine::action::{Action, ActionTiming, Arg, Pending, Request};
use echelon_engine::safety::Source;
use rosc::{OscMessage, OscType};

use super::address::lookup;
use super::arguments::number;
use super::clerk::Files;
use super::client::Client;
use super::folders;
use super::limits::Limits;
use super::line::Line;
use super::listener::instances;
use super::packet::Due;
use super::parse::{HouseWish, Parsed, parse, receipt_of};
use super::parse_error::short;
use super::query::{Asked, Query};
use super::receipts::{Asker, message};
use super::server::Heard;
use super::shared::{Shared, count};
use crate::bridge::Message as BridgeMessage;
use crate::recipes::shipped;

/// A message and whom it is for.
pub(super) struct Addressed {
    pub client: Client,
    /// Without token and instance.
    pub message: OscMessage,
    pub due: Due,
    /// The instance, or why there is none.
    pub line: Result<Arc<Line>, String>,
}

/// Whether it is the other end of a bridge that speaks.
pub(super) fn is_bridge(message: &OscMessage) -> bool {
    BridgeMessage::is_one(&message.addr)
}

/// A message that was understood.
struct Understood {
    client: Client,
    address: String,
    line: Arc<Line>,
    what: Parsed,
    due: Due,
    /// The first argument, if it is a number.
    value: Option<f64>,
}

/// Why a message is not done: a word for programs and a sentence for people.
pub(super) type No = (&'static str, String);

/// The folder of a file does not answer.
pub(super) fn no_answer() -> No {
    ("no_answer", "the drive that this file is on does not answer".to_owned())
}

/// The code of a file that OSC may not load.
const NOT_IN_LIBRARY: &str = "not_in_library";

/// One packet.
pub(super) struct Dispatch<'a> {
    pub shared: &'a Arc<Shared>,
    pub limits: &'a mut Limits,
    pub from: SocketAddr,
    /// What the clerk said of the files that it names.
    pub files: &'a Files,
}

/// The files that messages name, of which the clerk is to be asked: whether loaded, or only asked about.
pub(super) fn files_of(messages: &[Addressed]) -> Vec<PathBuf> {
    let file_of = |m: &Addressed| {
        let address = m.message.addr.strip_prefix("/can").unwrap_or(&m.message.addr);
        let (row, ..) = lookup(address).filter(|(row, ..)| row.args.first() == Some(&Arg::File))?;
        let OscType::String(path) = m.message.args.get(..row.args.len())?.first()? else { return None };
        let path = PathBuf::from(path);
        folders::check_words(&path).is_ok().then_some(path)
    };
    messages.iter().filter_map(file_of).collect()
}

impl Dispatch<'_> {
    pub fn run(mut self, messages: Vec<Addressed>) {
        let mut touched: Vec<Arc<Line>> = vec![];
        let (of_bridge, messages): (Vec<_>, Vec<_>) = messages.into_iter().partition(|m| is_bridge(&m.message));
        for Addressed { client, message, line, .. } in of_bridge {
            if let Ok(line) = line
                && line.ask(Heard::Bridge(BridgeMessage::from_osc(&message)), client, self.shared)
            {
                touch(&mut touched, &line);
            }
        }
        self.alive(&messages);
        if let Some(understood) = self.understand(messages)
            && self.has_room(&understood)
        {
            for message in understood {
                let line = message.line.clone();
                if self.act(message) {
                    touch(&mut touched, &line);
                }
            }
        }
        touched.iter().for_each(|line| line.wake());
    }

    /// None of the packet's messages is done.
    pub fn refuse_all(mut self, messages: &[Addressed], no: &No) {
        for m in messages {
            self.refuse(m, Err(no.clone()));
        }
    }

    /// Subscribers live on by any message.
    fn alive(&self, messages: &[Addressed]) {
        let now = Instant::now();
        messages.iter().filter_map(|m| m.line.as_ref().ok()).for_each(|line| line.heard_from(self.from, now));
    }

    /// Every message, or none if one is wrong; then its sender has been told.
    fn understand(&mut self, messages: Vec<Addressed>) -> Option<Vec<Understood>> {
        // A name that nobody knows takes long to look for: not more often than it is told.
        let now = Instant::now();
        let is_known = |m: &Addressed| lookup(m.message.addr.strip_prefix("/can").unwrap_or(&m.message.addr)).is_some();
        if messages.iter().any(|m| !is_known(m)) && !self.limits.take_error(self.from, now) {
            self.shared.counters.errors.fetch_add(messages.len() as u64, Ordering::Relaxed);
            return None;
        }
        let (mut moments, files) = (Moments { now, known: vec![] }, self.files);
        let mut read = |m: &Addressed| -> Result<(Parsed, Arc<Line>), No> {
            let line = m.line.clone().map_err(|text| ("unknown_instance", text))?;
            let parsed = parse(&m.message.addr, &m.message.args).map_err(|error| (error.code(), error.to_string()))?;
            Ok((on_time(allowed(parsed, files)?, m.due, &line, &mut moments)?, line))
        };
        let results: Vec<_> = messages.iter().map(&mut read).collect();
        if results.iter().any(Result::is_err) {
            for (m, result) in messages.iter().zip(results) {
                self.refuse(m, result.map(|_| ()));
            }
            return None;
        }
        let understood = messages.into_iter().zip(results).filter_map(|(m, result)| {
            let (what, line) = result.ok()?;
            let value = m.message.args.first().and_then(|arg| number(arg, 1).ok());
            Some(Understood { client: m.client, address: m.message.addr, line, what, due: m.due, value })
        });
        Some(understood.collect())
    }

    /// One message of a packet that is not done.
    fn refuse(&mut self, m: &Addressed, result: Result<(), No>) {
        let receipt = receipt_of(&m.message.args);
        let asker = self.asker(&m.client, receipt, short(&m.message.addr));
        match result {
            Err((code, text)) => {
                count(&self.shared.counters.errors);
                asker.refuse(code, &text);
            }
            Ok(()) if receipt.is_some() => {
                asker.refuse("bundle_refused", "another message of the bundle is wrong: nothing of it was done");
            }
            Ok(()) => {}
        }
    }

    fn asker(&self, client: &Client, receipt: Option<i32>, address: String) -> Asker {
        Asker { client: client.clone(), shared: self.shared.clone(), receipt, address: address.into() }
    }

    /// Whether every queue has room for all of the packet's actions. If not, nothing of it is done and its sender is
    /// told; the last value of a lone control waits.
    fn has_room(&mut self, understood: &[Understood]) -> bool {
        let mut lines: Vec<&Arc<Line>> = understood.iter().map(|m| &m.line).collect();
        lines.dedup_by_key(|line| line.id);
        let kinds =
            |id| understood.iter().filter(move |m| m.line.id == id).filter_map(|m| m.what.action()).map(Action::kind);
        if lines.iter().all(|line| line.has_room(kinds(line.id))) {
            return true;
        }
        for m in understood.iter().filter(|m| m.what.action().is_some()) {
            count(&self.shared.counters.dropped);
            let asker = self.asker(&m.client, m.what.receipt(), m.address.clone());
            if self.limits.take_error(self.from, Instant::now()) || m.what.receipt().is_some() {
                asker.refuse("queue_full", "too many actions at once: the queue is full");
            }
        }
        for line in lines {
            line.wake();
        }
        false
    }

    /// Does what a message asks; whether the instance's control thread has something to see to.
    fn act(&mut self, m: Understood) -> bool {
        let Understood { client, address, line, what, due, value } = m;
        if due == Due::Late && what.action().is_some() {
            count(&self.shared.counters.late);
        }
        let shared = self.shared;
        let asker = |receipt| Asker {
            client: client.clone(),
            shared: shared.clone(),
            receipt,
            address: address.as_str().into(),
        };
        let send = |message| shared.send(&client, message);
        match what {
            Parsed::Ping => send(message("/pong", vec![])),
            Parsed::Info => send(self.info(&line)),
            Parsed::RecipeList => list_recipes().into_iter().for_each(send),
            Parsed::House(wish) => self.house(wish, &line, &address, &client),
            Parsed::Ignored { receipt: None } => {}
            Parsed::Ignored { receipt } => asker(receipt).refuse("ignored", "0 lets the button go: nothing was done"),
            Parsed::Ask(query) => {
                if line.ask(Heard::Query(query), client.clone(), shared) {
                    return true;
                }
                asker(None).refuse("queue_full", "too many questions at once");
            }
            Parsed::Recipe { recipe, timing, receipt } => {
                let bar_beats = f64::from_bits(line.bar_beats.load(Ordering::Relaxed));
                match recipe.action(bar_beats) {
                    Ok(action) => line.request(Request::new(Source::Osc, action, timing), asker(receipt)),
                    Err(text) => asker(receipt).refuse("bad_recipe", &text),
                }
                return true;
            }
            Parsed::CancelOwn { number, receipt } => {
                let found = line.receipts().find(self.from, number);
                let Some(id) = found else {
                    let text = format!("nothing that you asked for with id {number} is pending");
                    asker(receipt).refuse("not_pending", &text);
                    return false;
                };
                let cancel = Action::Cancel { pending: Pending::Request(id) };
                line.request(Request::new(Source::Osc, cancel, ActionTiming::Immediate), asker(receipt));
                return true;
            }
            Parsed::Act { action, timing, receipt, note } => {
                if let Some(note) = note {
                    send(message("/warn", vec![address.as_str().into(), note.into()]));
                }
                line.moved_by(self.from, &address, value, Instant::now());
                line.request(Request::new(Source::Osc, action, timing), asker(receipt));
                return true;
            }
        }
        false
    }

    fn info(&self, line: &Line) -> OscMessage {
        let name = self.shared.house().name_of(line.id).unwrap_or_default().to_string();
        let query_port = i32::try_from(self.shared.query_port.load(Ordering::Relaxed)).unwrap_or(0);
        let port = i32::from(self.shared.port);
        message(
            "/info",
            vec!["Echelon".into(), env!("CARGO_PKG_VERSION").into(), port.into(), name.into(), query_port.into()],
        )
    }

    fn house(&self, wish: HouseWish, line: &Line, address: &str, client: &Client) {
        let done = match wish {
            HouseWish::List => true,
            HouseWish::Select(name) => self.shared.house().select(&name),
            HouseWish::Rename(name) => {
                let named = self.shared.house().rename(line.id, &name);
                line.wake();
                named.is_some()
            }
        };
        if done {
            instances(self.shared).into_iter().for_each(|message| self.shared.send(client, message));
        } else {
            count(&self.shared.counters.errors);
            self.asker(client, None, address.to_owned())
                .refuse("unknown_instance", "there is no instance of that name");
        }
    }
}

fn touch(touched: &mut Vec<Arc<Line>>, line: &Arc<Line>) {
    if !touched.iter().any(|known| known.id == line.id) {
        touched.push(line.clone());
    }
}

/// What a packet's time tags mean in frames. A bundle is one moment: each tag is turned into a frame once, however often
/// the audio moves on meanwhile.
struct Moments {
    now: Instant,
    known: Vec<(Arc<Line>, f64, u64)>,
}

impl Moments {
    fn frame(&mut self, line: &Arc<Line>, secs: f64) -> Result<u64, No> {
        if let Some((.., frame)) = self.known.iter().find(|(of, at, _)| Arc::ptr_eq(of, line) && *at == secs) {
            return Ok(*frame);
        }
        let text = "no audio is running: a bundle for later has no clock to go by".to_owned();
        let at = self.now + Duration::from_secs_f64(secs);
        let frame = line.times().frame_at(at, self.now).ok_or(("no_clock", text))?;
        self.known.push((Arc::clone(line), secs, frame));
        Ok(frame)
    }
}

/// The frame of a time tag, for an action that does not say when by itself.
fn on_time(parsed: Parsed, due: Due, line: &Arc<Line>, moments: &mut Moments) -> Result<Parsed, No> {
    let Due::In(secs) = due else { return Ok(parsed) };
    match parsed {
        Parsed::Act { action, timing: ActionTiming::Default | ActionTiming::Immediate, receipt, note } => {
            Ok(Parsed::Act { action, timing: ActionTiming::AtFrame(moments.frame(line, secs)?), receipt, note })
        }
        Parsed::Recipe { timing: ActionTiming::Default | ActionTiming::Immediate, .. } => {
            Err(("bad_when", "a recipe in a bundle for later needs its own 'when'".to_owned()))
        }
        other => Ok(other),
    }
}

/// A load gets its file's true path, if the user lets OSC have that; a question about one gets its answer.
fn allowed(parsed: Parsed, files: &Files) -> Result<Parsed, No> {
    let look = |path: &Path| -> Result<PathBuf, No> {
        folders::check_words(path).map_err(|no| (NOT_IN_LIBRARY, no.to_string()))?;
        match files.get(path) {
            Some(word) => word.clone().map_err(|no| (NOT_IN_LIBRARY, no.to_string())),
            None => Err(no_answer()),
        }
    };
    match parsed {
        Parsed::Act { action: Action::LoadDeck { deck, path }, timing, receipt, note } => {
            Ok(Parsed::Act { action: Action::LoadDeck { deck, path: look(&path)? }, timing, receipt, note })
        }
        Parsed::Ask(Query::Can {
            address,
            wish: Asked::Action { action: Action::LoadDeck { deck, path }, timing },
            receipt,
        }) => {
            let wish = match look(&path) {
                Ok(path) => Asked::Action { action: Action::LoadDeck { deck, path }, timing },
                Err((code, text)) => Asked::Never { code, text },
            };
            Ok(Parsed::Ask(Query::Can { address, wish, receipt }))
        }
        other => Ok(other),
    }
}

fn list_recipes() -> Vec<OscMessage> {
    let tell = |recipe: &crate::recipes::Shipped| {
        message("/recipe/list", [recipe.id, recipe.file.name(), recipe.file.about()].map(Into::into).to_vec())
    };
    let mut messages: Vec<OscMessage> = shipped().iter().map(tell).collect();
    let count = i32::try_from(shipped().len()).unwrap_or(i32::MAX);
    messages.push(message("/recipe/list/end", vec![count.into()]));
    messages
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use echelon_engine::action::ActionQueue;

    use super::*;

    #[test]
    fn a_tag_stays_on_its_frame_while_the_audio_goes_on() {
        let (sender, _queue) = ActionQueue::new(4);
        let line = Line::new(sender, Box::new(|| {}), sync_channel(1).0);
        let now = Instant::now();
        let mut moments = Moments { now, known: vec![] };
        assert_eq!(moments.frame(&line, 1.0).unwrap_err().0, "no_clock");
        line.times().observe(96_000, 48_000.0, now);
        let frame = moments.frame(&line, 1.0).unwrap();
        // A block that comes early, between two messages of the bundle: the clock knows better from now on.
        line.times().observe(97_000, 48_000.0, now);
        assert_eq!(moments.frame(&line, 1.0).unwrap(), frame);
        let mut next = Moments { now, known: vec![] };
        assert_ne!(next.frame(&line, 1.0).unwrap(), frame, "the next bundle goes by it");
    }
}
