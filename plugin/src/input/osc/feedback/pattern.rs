//! OSC address patterns for subscriptions: `*` any characters, `?` one, `[a-d]` one of some, `{play,stop}` one of some
//! words. `*` matches slashes too: `/deck/a/*` is everything of the deck.

/// The longest pattern that is taken.
pub(crate) const MOST_PATTERN_BYTES: usize = 256;
/// Steps that a match may take: patterns of many stars cost no more than this.
const MOST_STEPS: u32 = 20_000;

/// Whether the address is one of the pattern's.
pub(crate) fn matches(pattern: &str, address: &str) -> bool {
    let mut steps = 0;
    here(pattern.as_bytes(), address.as_bytes(), &mut steps)
}

fn here(pattern: &[u8], text: &[u8], steps: &mut u32) -> bool {
    *steps += 1;
    if *steps > MOST_STEPS {
        return false;
    }
    match (pattern.split_first(), text.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((b'*', rest)), _) => (0..=text.len()).any(|n| here(rest, &text[n..], steps)),
        (Some((b'{', rest)), _) => words(rest, text, steps),
        (Some(_), None) => false,
        (Some((b'?', rest)), Some((_, text))) => here(rest, text, steps),
        (Some((b'[', rest)), Some((letter, text))) => match rest.iter().position(|b| *b == b']') {
            Some(end) => one_of(&rest[..end], *letter) && here(&rest[end + 1..], text, steps),
            None => false,
        },
        (Some((wanted, rest)), Some((found, text))) => wanted == found && here(rest, text, steps),
    }
}

fn words(rest: &[u8], text: &[u8], steps: &mut u32) -> bool {
    let Some(end) = rest.iter().position(|b| *b == b'}') else { return false };
    rest[..end]
        .split(|b| *b == b',')
        .any(|word| text.strip_prefix(word).is_some_and(|text| here(&rest[end + 1..], text, steps)))
}

fn one_of(set: &[u8], letter: u8) -> bool {
    let (is_not, set) = set.strip_prefix(b"!").map_or((false, set), |set| (true, set));
    let mut found = false;
    let mut i = 0;
    while i < set.len() {
        if let [from, b'-', to, ..] = set[i..] {
            found |= (from..=to).contains(&letter);
            i += 3;
        } else {
            found |= set[i] == letter;
            i += 1;
        }
    }
    found != is_not
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_osc_s_and_a_star_takes_slashes() {
        for (pattern, address, expected) in [
            ("*", "/deck/a/play", true),
            ("/deck/a/*", "/deck/a/kill/low", true),
            ("/deck/a/*", "/deck/b/play", false),
            ("/deck/?/play", "/deck/c/play", true),
            ("/deck/[ab]/play", "/deck/c/play", false),
            ("/deck/[a-c]/play", "/deck/c/play", true),
            ("/deck/[!a-c]/play", "/deck/d/play", true),
            ("/deck/a/{play,stop}", "/deck/a/stop", true),
            ("/deck/a/{play,stop}", "/deck/a/seek", false),
            ("/crossfader", "/crossfader", true),
            ("/crossfader", "/crossfader/curve", false),
            ("/[", "/a", false),
            ("/{a", "/a", false),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, address), expected, "{pattern} {address}");
        }
        assert!(!matches(&"*a".repeat(100), &"a".repeat(90)), "and ends");
    }
}
