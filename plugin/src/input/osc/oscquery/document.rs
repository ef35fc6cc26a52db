//! The namespace as OSCQuery's JSON: a tree of nodes, those with an address that acts or shows have type, range, access
//! and value.

use std::collections::BTreeMap;
use std::sync::Arc;

use echelon_engine::action::{Arg, DECK};
use echelon_engine::message::Snapshot;
use echelon_engine::units::DeckId;
use rosc::OscType;
use serde_json::{Map, Value, json};

use super::super::feedback::feeds;
use super::super::line::Line;
use super::super::namespace::{Row, rows};
use super::super::shared::Shared;
use super::http::Answer;

/// Attributes that may be asked for alone.
const ATTRIBUTES: [&str; 6] = ["VALUE", "TYPE", "RANGE", "ACCESS", "DESCRIPTION", "FULL_PATH"];

/// The answer to a path and what is behind its question mark.
pub(super) fn answer(shared: &Shared, path: &str, query: &str) -> Answer {
    if query == "HOST_INFO" {
        return Answer::Json(host_info(shared).to_string());
    }
    let house = shared.house();
    let lines: Vec<(Arc<str>, Option<Arc<Line>>)> =
        house.list().into_iter().map(|(name, _)| (name.clone(), house.named(&name))).collect();
    let plain = house.plain();
    drop(house);
    let snapshot = |line: &Option<Arc<Line>>| line.as_ref().map(|line| *line.snapshot()).unwrap_or_default();
    let mut tree = tree(&snapshot(&plain));
    let instances: Map<String, Value> = lines
        .iter()
        .map(|(name, line)| (name.to_string(), tree_of(&format!("/echelon/{name}"), &snapshot(line))))
        .collect();
    let echelon = json!({ "FULL_PATH": "/echelon", "ACCESS": 0, "CONTENTS": instances });
    tree.contents.insert("echelon".to_owned(), Node { whole: Some(echelon), ..Node::default() });
    let root = tree.json("");
    let Some(node) = walk(&root, path) else { return Answer::NotFound };
    match query {
        "" => Answer::Json(node.to_string()),
        name if ATTRIBUTES.contains(&name) => match node.get(name) {
            Some(value) => Answer::Json(json!({ name: value }).to_string()),
            None => Answer::NoContent,
        },
        _ => Answer::NoContent,
    }
}

fn host_info(shared: &Shared) -> Value {
    json!({
        "NAME": "Echelon",
        "OSC_IP": "127.0.0.1",
        "OSC_PORT": shared.port,
        "OSC_TRANSPORT": "UDP",
        "EXTENSIONS": {
            "ACCESS": true, "VALUE": true, "RANGE": true, "DESCRIPTION": true, "CLIPMODE": true, "UNIT": true,
            "TAGS": false, "CRITICAL": false, "OVERLOADED": false, "LISTEN": false, "PATH_CHANGED": false
        }
    })
}

/// The node of a path.
fn walk<'a>(root: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').filter(|part| !part.is_empty()).try_fold(root, |node, part| node.get("CONTENTS")?.get(part))
}

/// A node as it is built.
#[derive(Default)]
struct Node {
    contents: BTreeMap<String, Node>,
    attributes: Map<String, Value>,
    /// Ready made.
    whole: Option<Value>,
}

impl Node {
    fn at(&mut self, path: &str) -> &mut Self {
        path.split('/')
            .filter(|part| !part.is_empty())
            .fold(self, |node, part| node.contents.entry(part.to_owned()).or_default())
    }

    fn json(self, full_path: &str) -> Value {
        if let Some(whole) = self.whole {
            return whole;
        }
        let mut json = self.attributes;
        json.insert("FULL_PATH".to_owned(), if full_path.is_empty() { "/".into() } else { full_path.into() });
        json.entry("ACCESS").or_insert_with(|| 0.into());
        if !self.contents.is_empty() {
            let contents = self.contents.into_iter().map(|(name, node)| {
                let path = format!("{full_path}/{name}");
                (name, node.json(&path))
            });
            json.insert("CONTENTS".to_owned(), Value::Object(contents.collect()));
        }
        Value::Object(json)
    }
}

/// The whole namespace below a prefix.
pub(super) fn tree_of(prefix: &str, snapshot: &Snapshot) -> Value {
    tree(snapshot).json(prefix)
}

fn tree(snapshot: &Snapshot) -> Node {
    let mut root = Node::default();
    for row in rows() {
        let decks = if row.path.contains(DECK) { &DeckId::ALL[..] } else { &DeckId::ALL[..1] };
        for deck in decks {
            let node = root.at(&row.path.replace(DECK, &deck.to_string().to_lowercase()));
            node.attributes = attributes(row);
        }
    }
    for feed in feeds() {
        let node = root.at(&feed.address);
        let value = feed.value(snapshot).args();
        let is_control = node.attributes.contains_key("TYPE");
        node.attributes.insert("ACCESS".to_owned(), if is_control { 3 } else { 1 }.into());
        if !is_control {
            let types: String = value.iter().map(letter).collect();
            node.attributes.insert("TYPE".to_owned(), types.into());
            node.attributes.insert("DESCRIPTION".to_owned(), feed.help.into());
        }
        node.attributes.insert("VALUE".to_owned(), value.iter().map(json_of).collect());
    }
    root
}

fn attributes(row: &Row) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("ACCESS".to_owned(), 2.into());
    map.insert("DESCRIPTION".to_owned(), row.help.into());
    let types: String = if row.button { "f".to_owned() } else { row.args.iter().map(type_of).collect() };
    map.insert("TYPE".to_owned(), types.into());
    let ranges: Vec<Value> =
        if row.button { vec![json!({ "MIN": 0, "MAX": 1 })] } else { row.args.iter().map(range_of).collect() };
    if !ranges.is_empty() {
        let clip: Vec<&str> = ranges.iter().map(|_| "both").collect();
        map.insert("CLIPMODE".to_owned(), json!(clip));
        map.insert("RANGE".to_owned(), ranges.into());
    }
    let units: Vec<&str> =
        row.args.iter().map(|arg| if let Arg::Number { unit, .. } = arg { *unit } else { "" }).collect();
    if units.iter().any(|unit| !unit.is_empty()) {
        map.insert("UNIT".to_owned(), json!(units));
    }
    map
}

fn type_of(arg: &Arg) -> char {
    match arg {
        Arg::Number { unit: "id", .. } | Arg::Index { .. } | Arg::Pick(_) => 'i',
        Arg::Number { .. } => 'f',
        Arg::File | Arg::Text { .. } | Arg::Deck { .. } | Arg::Choice(_) | Arg::Kinds => 's',
    }
}

fn range_of(arg: &Arg) -> Value {
    match arg {
        Arg::Number { min, max, .. } if max.is_finite() => json!({ "MIN": min, "MAX": max }),
        Arg::Number { min, .. } => json!({ "MIN": min }),
        Arg::Index { last, .. } => json!({ "MIN": 1, "MAX": last }),
        Arg::Pick(words) => json!({ "MIN": 0, "MAX": words.len() - 1 }),
        Arg::Choice(words) => json!({ "VALS": words }),
        Arg::Deck { .. } => json!({ "VALS": ["a", "b", "c", "d"] }),
        Arg::File | Arg::Text { .. } | Arg::Kinds => Value::Null,
    }
}

fn letter(arg: &OscType) -> char {
    match arg {
        OscType::Int(_) => 'i',
        OscType::Float(_) => 'f',
        OscType::Double(_) => 'd',
        _ => 's',
    }
}

fn json_of(arg: &OscType) -> Value {
    match arg {
        OscType::Int(n) => (*n).into(),
        OscType::Float(n) => (*n).into(),
        OscType::Double(n) => (*n).into(),
        OscType::String(text) => text.as_str().into(),
        _ => Value::Null,
    }
}
