//! Which row an address names, and which it may have meant. Pure; any thread.

use std::collections::HashMap;
use std::sync::LazyLock;

use echelon_engine::action::{ActionTiming, DECK, When};
use echelon_engine::units::DeckId;

use super::namespace::{Row, rows, when_word};
use super::parse_error::ParseError;

/// Every address of every row, for a look-up that takes the same time however many there are.
static INDEX: LazyLock<HashMap<String, (&'static Row, DeckId)>> = LazyLock::new(|| {
    let on_decks = |row: &'static Row| {
        let decks = if row.path.contains(DECK) { &DeckId::ALL[..] } else { &DeckId::ALL[..1] };
        decks.iter().map(move |deck| (row.path.replace(DECK, &deck.to_string().to_lowercase()), (row, *deck)))
    };
    rows().flat_map(on_decks).collect()
});

/// The row of an address, its deck, and the time that the address says. Takes as long for any address.
pub(super) fn lookup(address: &str) -> Option<(&'static Row, DeckId, Option<ActionTiming>)> {
    if let Some((row, deck)) = INDEX.get(address) {
        return Some((row, *deck, None));
    }
    let (stem, last) = address.rsplit_once('/')?;
    let (timing, (row, deck)) = (when_word(last)?, INDEX.get(stem)?);
    (row.when != When::Never).then_some((row, *deck, Some(timing)))
}

/// The row that an address names, its deck, and the time that the address says.
pub(super) struct Target {
    pub row: &'static Row,
    pub deck: DeckId,
    pub suffix: Option<ActionTiming>,
}

pub(super) fn find(address: &str) -> Result<Target, ParseError> {
    if let Some((row, deck, suffix)) = lookup(address) {
        return Ok(Target { row, deck, suffix });
    }
    let unknown = || ParseError::UnknownPath { path: address.to_owned(), nearest: nearest(address) };
    let (stem, suffix) = match address.rsplit_once('/') {
        Some((stem, last)) if when_word(last).is_some() => (stem, when_word(last)),
        _ => (address, None),
    };
    let Some((row, letter)) = rows().find_map(|row| matches(row.path, stem).map(|deck| (row, deck))) else {
        let pattern = address.contains(['*', '?', '[', ']', '{', '}']);
        return Err(if pattern { ParseError::AddressPattern } else { unknown() });
    };
    if suffix.is_some() && row.when == When::Never {
        return Err(unknown());
    }
    let deck = match letter {
        "" => DeckId::A,
        letter if letter.contains(['*', '?', '[', ']', '{', '}']) => return Err(ParseError::AddressPattern),
        letter => DeckId::from_letter(letter).ok_or_else(|| ParseError::UnknownDeck(letter.to_owned()))?,
    };
    Ok(Target { row, deck, suffix })
}

/// `None` if the address is not of this pattern; else the part in the deck's place, or "" if there is none.
fn matches<'a>(pattern: &str, address: &'a str) -> Option<&'a str> {
    let mut letter = "";
    let (mut want, mut have) = (pattern.split('/'), address.split('/'));
    loop {
        match (want.next(), have.next()) {
            (None, None) => return Some(letter),
            (Some(DECK), Some(part)) if !part.is_empty() => letter = part,
            (Some(a), Some(b)) if a == b => {}
            _ => return None,
        }
    }
}

/// The known address that takes the fewest edits, with the sender's own deck in it.
fn nearest(address: &str) -> String {
    // Longer addresses are as far from all of ours; the bound keeps the work small.
    let address: Vec<char> = address.chars().take(64).collect();
    let text: String = address.iter().collect();
    let deck = text.split('/').find(|part| DeckId::from_letter(part).is_some()).unwrap_or("a");
    rows()
        .map(|row| row.path.replace(DECK, deck))
        .min_by_key(|known| edits(&address, &known.chars().collect::<Vec<_>>()))
        .unwrap_or_default()
}

/// Levenshtein distance.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
