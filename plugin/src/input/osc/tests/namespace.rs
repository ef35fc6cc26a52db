use echelon_engine::action::{Arg, DECK};

use super::super::namespace::{Row, is_reply, rows, when_words};
use super::super::{ParseError, namespace_markdown, parse};

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

/// With `UPDATE_README=1` in the environment the section is written anew.
#[test]
fn the_readme_has_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (start, end) = ("checked by a test -->\n", "<!-- end of namespace -->");
    let from = readme.find(start).unwrap() + start.len();
    let to = readme.find(end).unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        let updated = [&readme[..from], &namespace_markdown(), &readme[to..]].concat();
        std::fs::write(path, updated).unwrap();
    } else {
        assert_eq!(&readme[from..to], namespace_markdown(), "run the tests once with UPDATE_README=1");
    }
}
