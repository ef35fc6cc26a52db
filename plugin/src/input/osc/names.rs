//! Names of instances: one part of an address, and no two alike on a port.

/// The name of an instance that has none.
pub(super) const FIRST_NAME: &str = "rig";
/// A name is cut at this length.
const MOST_CHARS: usize = 32;

/// The name as a part of an address: small letters, digits, `-` and `_`.
pub(super) fn part(name: &str) -> String {
    let plain = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() || c == '-' => c,
        _ => '_',
    };
    let name: String = name.trim().chars().map(plain).take(MOST_CHARS).collect();
    if name.is_empty() { FIRST_NAME.to_owned() } else { name }
}

/// The name if nobody has it, else with the next free number.
pub(super) fn unique(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let name = part(name);
    if !is_taken(&name) {
        return name;
    }
    // `rig-2` counts on, it does not become `rig-2-2`.
    let stem =
        name.rsplit_once('-').filter(|(_, end)| end.parse::<u32>().is_ok()).map_or(name.as_str(), |(stem, _)| stem);
    (2_u32..).map(|number| format!("{stem}-{number}")).find(|name| !is_taken(name)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_of_an_address_and_its_own() {
        assert_eq!([part(" Left Deck/1 "), part(""), part("Ünï*")], ["left_deck_1", "rig", "_n__"]);
        let taken = ["rig", "rig-2", "left"];
        let unique = |name| unique(name, |name| taken.contains(&name));
        assert_eq!(
            [unique("rig"), unique("rig-2"), unique("left"), unique("new")],
            ["rig-3", "rig-3", "left-2", "new"]
        );
    }
}
