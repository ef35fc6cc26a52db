use echelon_engine::action::{Arg, DECK};
use rosc::OscType;

use super::super::namespace::{Row, is_reply, rows, when_words};
use super::super::{ParseError, Parsed, namespace_markdown, parse};

#[test]
fn the_markdown_has_a_row_for_every_address() {
    let text = namespace_markdown();
    for row in rows() {
        let is_answer_too = ["/info", "/telemetry", "/recipe/list", "/bridge/state", "/link/state"].contains(&row.path);
        assert_eq!(text.matches(&format!("\n| `{}` |", row.path)).count(), 1 + usize::from(is_answer_too));
        assert!(text.contains(row.help), "{}", row.path);
    }
    let seek = "| `/deck/{deck}/seek` | f seconds, 0 or more [when] [\"id\" i] | now | Moves the playhead; a playing deck \
                plays on from there. |\n";
    assert!(text.contains(seek), "{text}");
    assert!(text.contains("| `/deck/{deck}/gain` | f dB, -100 to 12 [when] [\"id\" i] | now |"), "{text}");
    assert!(text.contains("| `/deck/{deck}/play` | [f button] [when] [\"id\" i] | quantize setting |"), "{text}");
    assert!(text.contains("| `/nack` | `i` id, `s` code, `s` reason | It will not happen. |"), "{text}");
}

/// The tables must be whole in Markdown: the same number of cells in every line of a table.
#[test]
fn the_markdown_tables_are_even() {
    for table in namespace_markdown().split("\n\n").filter(|part| part.starts_with('|')) {
        let cells: Vec<usize> = table.lines().map(|line| line.matches('|').count()).collect();
        assert!(cells.iter().all(|n| *n == cells[0]), "{table}");
    }
}

/// What the parser relies on.
#[test]
fn the_table_is_unambiguous() {
    let all: Vec<&Row> = rows().collect();
    for (i, row) in all.iter().enumerate() {
        assert!(row.path.starts_with('/') && !row.path.ends_with('/'));
        assert!(!when_words().any(|word| row.path.ends_with(&format!("/{word}"))), "{}", row.path);
        assert!(!row.button || row.args.is_empty(), "{}: a button has no argument of its own", row.path);
        assert!(all[..i].iter().all(|other| other.path != row.path), "{} is there twice", row.path);
        for arg in row.args.iter() {
            if let Arg::Number { min, max, .. } = arg {
                assert!(min.is_finite() && min < max, "{}", row.path);
            }
        }
    }
}

/// Every row is reached by its own address: none hides another.
#[test]
fn every_row_is_reached() {
    for row in rows() {
        let address = row.path.replace(DECK, "c");
        let found = parse(&address, &[]);
        let reached = match &found {
            Ok(_) => row.args.is_empty() || row.optional,
            Err(ParseError::WrongCount { usage, .. }) => *usage == row.usage(),
            Err(_) => false,
        };
        assert!(reached, "{address}: {found:?}");
    }
}

#[test]
fn answers_are_told_from_questions() {
    for address in ["/ack", "/done", "/nack", "/error", "/warn", "/pong"] {
        assert!(is_reply(address), "{address}");
    }
    for address in ["/recipe/list/end", "/telemetry/end"] {
        assert!(is_reply(address), "{address}");
    }
    for address in ["/telemetry", "/recipe/list", "/bridge/state", "/info", "/ping", "/deck/a/play", "/nonsense", ""] {
        assert!(!is_reply(address), "{address}");
    }
}

fn document(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// With `UPDATE_README=1` in the environment the guide's section is written anew.
#[test]
fn the_readme_s_guide_has_the_table() {
    let guide = document("docs/osc.md");
    let (start, end) = ("checked by a test -->\n", "<!-- end of namespace -->");
    let from = guide.find(start).unwrap() + start.len();
    let to = guide.find(end).unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        let updated = [&guide[..from], &namespace_markdown(), &guide[to..]].concat();
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/osc.md"), updated).unwrap();
    } else {
        assert!(
            guide[from..to] == namespace_markdown(),
            "run `UPDATE_README=1 cargo test -p echelon --lib -- the_readme`"
        );
    }
}

/// What a newcomer types from the README is understood: its `oscsend` lines, with the types that they name.
#[test]
fn the_readme_s_messages_are_understood() {
    let readme = document("README.md");
    let lines: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("oscsend 127.0.0.1 8000 ")).collect();
    assert!(lines.len() >= 8, "the README shows how it is done: {lines:?}");
    for line in lines {
        let words: Vec<&str> = line.split('#').next().unwrap().split_whitespace().collect();
        let (address, types) = (words[0], words.get(1).copied().unwrap_or_default());
        assert_eq!(types.len(), words.len().saturating_sub(2), "{line}: one letter for each argument");
        let of = |(letter, word): (char, &&str)| match letter {
            'i' => OscType::Int(word.parse().unwrap()),
            'f' => OscType::Float(word.parse().unwrap()),
            's' => OscType::String(word.trim_matches('"').to_owned()),
            other => panic!("{line}: {other}"),
        };
        let args: Vec<OscType> = types.chars().zip(words.get(2..).unwrap_or_default()).map(of).collect();
        let parsed = parse(address, &args);
        let note = matches!(&parsed, Ok(Parsed::Act { note: Some(_), .. }));
        assert!(parsed.is_ok() && !note, "{line}: {parsed:?}");
    }
}

/// Every address in a table of the README is one of the namespace.
#[test]
fn the_readme_s_addresses_are_in_the_table() {
    let readme = document("README.md");
    let named: Vec<&str> = readme.split("| `/").skip(1).filter_map(|rest| rest.split('`').next()).collect();
    assert!(named.len() >= 8, "{named:?}");
    for name in named {
        assert!(rows().any(|row| row.path[1..] == *name), "/{name}");
    }
}
