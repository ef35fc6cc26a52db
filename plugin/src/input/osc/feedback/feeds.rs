//! What can be heard of an instance: each control at its own address, and what only shows, as states and meters.

use std::sync::LazyLock;

use echelon_engine::action::{self, Arg, DECK, Touch, catalog};
use echelon_engine::dsp::Levels;
use echelon_engine::message::Snapshot;
use echelon_engine::units::DeckId;
use rosc::OscType;

/// One address that is told.
pub(crate) struct Feed {
    /// With the deck's letter.
    pub address: String,
    deck: DeckId,
    read: Read,
    /// It moves with the music: only told to those who name it.
    pub is_busy: bool,
    /// One sentence.
    pub help: &'static str,
}

enum Read {
    /// A control's value.
    Row(&'static action::Row),
    Own(fn(&Snapshot, DeckId) -> FeedValue),
}

/// What is told of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FeedValue {
    Int(i32),
    Float(f32),
    Double(f64),
    Word(&'static str),
    Levels([f32; 3]),
    /// Kind, request, beat.
    Pending(Option<(&'static str, f64)>),
}

impl FeedValue {
    /// As arguments.
    pub fn args(&self) -> Vec<OscType> {
        match self {
            Self::Int(n) => vec![(*n).into()],
            Self::Float(n) => vec![(*n).into()],
            Self::Double(n) => vec![(*n).into()],
            Self::Word(word) => vec![(*word).into()],
            Self::Levels(levels) => levels.iter().map(|level| (*level).into()).collect(),
            Self::Pending(None) => vec!["".into(), (-1.0_f64).into()],
            Self::Pending(Some((kind, beat))) => vec![(*kind).into(), (*beat).into()],
        }
    }

    /// Whether it is this number.
    pub fn is(&self, number: f64) -> bool {
        match self {
            Self::Int(n) => f64::from(*n) == number,
            Self::Float(n) => (f64::from(*n) - number).abs() < 1e-6,
            Self::Double(n) => *n == number,
            _ => false,
        }
    }
}

impl Feed {
    /// What it is now.
    pub fn value(&self, snapshot: &Snapshot) -> FeedValue {
        match self.read {
            Read::Own(read) => read(snapshot, self.deck),
            Read::Row(row) => of_row(row, row.shown(snapshot, self.deck).unwrap_or(0.0)),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "values of controls are f32 at heart, and places small")]
fn of_row(row: &action::Row, value: f64) -> FeedValue {
    let is_whole = matches!(row.args.first(), Some(Arg::Pick(_)))
        || row.touch == Touch::Switch && row.path.rsplit('/').next() != Some("loop");
    if is_whole { FeedValue::Int(value.round() as i32) } else { FeedValue::Float(value as f32) }
}

/// Address, whether it moves with the music, help, how it is read.
type OwnFeed = (&'static str, bool, &'static str, fn(&Snapshot, DeckId) -> FeedValue);

fn levels(Levels { peak_db, rms_db, lufs }: Levels) -> FeedValue {
    FeedValue::Levels([peak_db, rms_db, lufs])
}

/// What only shows.
pub(crate) const SHOWN: [OwnFeed; 10] = [
    ("/deck/{deck}/state", false, "`empty`, `stopped`, `waiting` or `playing`.", |snapshot, deck| {
        FeedValue::Word(snapshot.decks[deck.index()].state.word())
    }),
    ("/deck/{deck}/onair", false, "1 while the audience may hear the deck.", |snapshot, deck| {
        FeedValue::Int(snapshot.decks[deck.index()].on_air.into())
    }),
    ("/deck/{deck}/length", false, "The track's length in seconds; 0 without a track.", |snapshot, deck| {
        FeedValue::Double(snapshot.decks[deck.index()].length_secs)
    }),
    (
        "/deck/{deck}/pending",
        false,
        "The next thing that waits on the deck, and its song beat; -1 for none.",
        |snapshot, deck| {
            let next = snapshot.pending.iter().flatten().find(|pending| pending.deck == Some(deck));
            FeedValue::Pending(next.map(|pending| (pending.kind.word(), pending.due_beat)))
        },
    ),
    ("/deck/{deck}/position", true, "Where the deck is, in seconds.", |snapshot, deck| {
        FeedValue::Double(snapshot.decks[deck.index()].position_secs)
    }),
    (
        "/meter/{deck}",
        true,
        "Peak in dBFS, RMS in dBFS and momentary loudness in LUFS of the deck's output.",
        |snapshot, deck| levels(snapshot.decks[deck.index()].levels),
    ),
    ("/meter/master", true, "The same of the master.", |snapshot, _| levels(snapshot.master_levels)),
    ("/clock/tempo", false, "Quarter notes a minute.", |snapshot, _| FeedValue::Double(snapshot.clock.tempo.get())),
    ("/clock/running", false, "1 while the host's transport leads.", |snapshot, _| {
        FeedValue::Int(snapshot.clock.host_leads.into())
    }),
    ("/clock/beat", true, "The song beat.", |snapshot, _| FeedValue::Double(snapshot.clock.song_beat)),
];

/// Every address that is told.
pub(crate) fn feeds() -> &'static [Feed] {
    static FEEDS: LazyLock<Vec<Feed>> = LazyLock::new(|| {
        let rows = catalog().filter(|row| !row.path.is_empty()).flat_map(|row| {
            on_decks(row.path).filter(move |(_, deck)| row.shown(&Snapshot::default(), *deck).is_some()).map(
                move |(address, deck)| Feed { address, deck, read: Read::Row(row), is_busy: false, help: row.help },
            )
        });
        let own = SHOWN.iter().flat_map(|(path, is_busy, help, read)| {
            on_decks(path).map(|(address, deck)| Feed {
                address,
                deck,
                read: Read::Own(*read),
                is_busy: *is_busy,
                help,
            })
        });
        rows.chain(own).collect()
    });
    &FEEDS
}

fn on_decks(path: &'static str) -> impl Iterator<Item = (String, DeckId)> {
    let decks = if path.contains(DECK) { &DeckId::ALL[..] } else { &DeckId::ALL[..1] };
    decks.iter().map(move |deck| (path.replace(DECK, &deck.to_string().to_lowercase()), *deck))
}
