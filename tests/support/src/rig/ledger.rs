//! Every request and what became of it: exactly one final receipt for each, none lost, none twice.

use std::collections::HashMap;

use echelon_engine::action::{Action, ActionKind, Receipt, RequestId};
use echelon_engine::log::{ActionLog, LogEntry};
use echelon_engine::safety::Source;
use echelon_engine::units::DeckId;

/// A deed that was done, out of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Fired {
    /// Its place in the order of all deeds.
    pub order: u64,
    /// The frame on which it was done.
    pub frame: u64,
    /// Frames late.
    pub error_frames: i64,
    /// Who asked.
    pub source: Source,
    /// What was done.
    pub kind: ActionKind,
    /// On which deck.
    pub deck: Option<DeckId>,
    /// It took a track off.
    pub ejects: bool,
}

/// Counts and the requests that are open. Its memory does not grow with time.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Open requests, with the number of their log entry and how many deeds of it have been seen.
    open: HashMap<RequestId, Option<(u64, usize)>>,
    /// Finals by kind: done, refused, cancelled, expired.
    pub finals: [u64; 4],
    /// Requests that were put into a queue.
    pub asked: u64,
    /// Receipts that were one too many, in words.
    pub wrong: Vec<String>,
    /// Refusals by code.
    pub codes: HashMap<&'static str, u64>,
    /// Deeds that were done and that nobody has taken yet, in order.
    pub fired: Vec<Fired>,
    next_entry: u64,
}

impl Ledger {
    pub(super) fn asked(&mut self, id: RequestId) {
        self.asked += 1;
        self.open.insert(id, None);
    }

    /// Notes requests that other threads put into queues of their own.
    pub fn expect(&mut self, ids: impl IntoIterator<Item = RequestId>) {
        ids.into_iter().for_each(|id| self.asked(id));
    }

    /// How many have no final receipt yet.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Takes in what a turn has brought.
    pub fn read(&mut self, receipts: &[Receipt], log: &ActionLog) {
        self.read_new_entries(log);
        let done: Vec<u64> = self.open.values().flatten().map(|(number, _)| *number).collect();
        let first = log.entries().next().map_or(0, |entry| entry.number);
        if receipts.iter().any(Receipt::is_final) || log_has_recipes(log, &done, first) {
            self.read_fired(log, first);
        }
        for receipt in receipts.iter().filter(|receipt| receipt.id() != RequestId::HOST) {
            if !receipt.is_final() {
                if !self.open.contains_key(&receipt.id()) {
                    self.wrong.push(format!("accepted after its end: {receipt:?}"));
                }
                continue;
            }
            let place = match receipt {
                Receipt::Done { .. } => 0,
                Receipt::Refused { code, .. } => {
                    *self.codes.entry(code).or_default() += 1;
                    1
                }
                Receipt::Cancelled { .. } => 2,
                _ => 3,
            };
            self.finals[place] += 1;
            if self.open.remove(&receipt.id()).is_none() {
                self.wrong.push(format!("a second end, or nobody's: {receipt:?}"));
            }
        }
        self.fired.sort_by_key(|fired| fired.order);
    }

    fn read_new_entries(&mut self, log: &ActionLog) {
        let new: Vec<&LogEntry> = log.entries().rev().take_while(|entry| entry.number >= self.next_entry).collect();
        for entry in new.into_iter().rev() {
            self.next_entry = entry.number + 1;
            if let Some(host) = &entry.host {
                for fired in &entry.fired {
                    self.fired.push(Fired {
                        order: fired.order,
                        frame: fired.frame,
                        error_frames: fired.error_frames,
                        source: entry.source,
                        kind: host.kind,
                        deck: host.deck,
                        ejects: false,
                    });
                }
            } else if let Some(known) = self.open.get_mut(&entry.id) {
                *known = Some((entry.number, 0));
            }
        }
    }

    fn read_fired(&mut self, log: &ActionLog, first: u64) {
        for known in self.open.values_mut().flatten() {
            let Some(entry) = known.0.checked_sub(first).and_then(|place| log.entries().nth(place as usize)) else {
                continue;
            };
            let Some(what) = &entry.what else { continue };
            for fired in entry.fired.iter().skip(known.1) {
                let action = match what {
                    Action::RunRecipe { recipe } => &recipe.steps[usize::from(fired.step)].action,
                    action => action,
                };
                self.fired.push(Fired {
                    order: fired.order,
                    frame: fired.frame,
                    error_frames: fired.error_frames,
                    source: entry.source,
                    kind: action.kind(),
                    deck: action.deck(),
                    ejects: matches!(action, Action::EjectDeck { .. }),
                });
            }
            known.1 = entry.fired.len();
        }
    }

    /// The deeds since this was called last, in order.
    pub fn take_fired(&mut self) -> Vec<Fired> {
        std::mem::take(&mut self.fired)
    }
}

fn log_has_recipes(log: &ActionLog, numbers: &[u64], first: u64) -> bool {
    numbers.iter().any(|number| {
        let entry = number.checked_sub(first).and_then(|place| log.entries().nth(place as usize));
        entry.is_some_and(|entry| matches!(entry.what, Some(Action::RunRecipe { .. })))
    })
}

impl std::fmt::Display for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [done, refused, cancelled, expired] = self.finals;
        write!(
            f,
            "{} asked: {done} done, {refused} refused, {cancelled} cancelled, {expired} expired, {} open",
            self.asked,
            self.open.len()
        )?;
        for (id, entry) in self.open.iter().take(5) {
            write!(f, "; {id:?} (log entry {entry:?})")?;
        }
        Ok(())
    }
}
