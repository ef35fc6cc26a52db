//! Ready-made layouts for surfaces, from the table of actions and controls: a session of Open Stage Control, and a layout
//! of TouchOSC. `cargo xtask osc layouts` writes them into `layouts/`.

use std::fmt::Write;

use echelon_engine::action::{Arg, DECK, Row, Target, TargetKind};
use echelon_engine::units::DeckId;
use serde_json::{Value, json};

/// Every file of `layouts/`, by its name.
#[must_use]
pub fn layouts() -> Vec<(&'static str, Vec<u8>)> {
    let mut session = serde_json::to_string_pretty(&session()).unwrap_or_default();
    session.push('\n');
    vec![
        ("echelon.open-stage-control.json", session.into_bytes()),
        ("echelon.tosc", zlib(touch_osc().as_bytes())),
        ("echelon.tosc.xml", touch_osc().into_bytes()),
    ]
}

/// What a hand works on a surface.
struct Widget {
    id: String,
    label: String,
    address: String,
    kind: Kind,
}

enum Kind {
    Fader {
        min: f32,
        max: f32,
    },
    /// Sends 1 and 0.
    Toggle,
    /// Sends 1 when pressed; `held` sends 0 when it is let go.
    Push {
        held: bool,
    },
    /// Sends this value when pressed.
    Value(f64),
    Words(&'static [&'static str]),
}

/// Buttons with values of their own that a surface shows.
const SHOWN_VALUES: [f64; 8] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];

/// The pages: what is the rig's, and each deck.
fn pages() -> Vec<(String, Vec<Widget>)> {
    let of =
        |deck: Option<DeckId>| Target::all().filter(move |target| target.deck() == deck).filter_map(widget).collect();
    let decks = DeckId::ALL.map(|deck| (format!("Deck {deck}"), of(Some(deck))));
    std::iter::once(("Mixer".to_owned(), of(None))).chain(decks).collect()
}

fn address(row: &Row, deck: Option<DeckId>) -> String {
    row.path.replace(DECK, &deck.map_or(String::new(), |deck| deck.to_string().to_lowercase()))
}

fn widget(target: Target) -> Option<Widget> {
    let row = target.row();
    if row.path.is_empty() {
        return None;
    }
    let name = target.name();
    let value = || name.rsplit('/').next().and_then(|value| value.parse::<f64>().ok());
    let is_button = target.is_button();
    let kind = match target.kind() {
        _ if is_button && !matches!(row.path.rsplit('/').next(), Some("hotcue" | "loop" | "beatjump")) => return None,
        _ if is_button => Kind::Value(value().filter(|value| SHOWN_VALUES.contains(&value.abs()))?),
        TargetKind::Trigger => Kind::Push { held: false },
        // By OSC each end of it has an address.
        TargetKind::Hold if row.button => return None,
        TargetKind::Hold => Kind::Push { held: true },
        // A loop's switch is a host parameter: by OSC a loop has a length.
        TargetKind::Switch if matches!(row.args.first(), Some(Arg::Number { unit: "beats", .. })) => return None,
        TargetKind::Switch if row.button => Kind::Push { held: false },
        TargetKind::Switch => Kind::Toggle,
        TargetKind::Continuous(scale) => Kind::Fader { min: scale.min, max: scale.max },
        // As a parameter it has places, by OSC a length.
        TargetKind::Choice(_) if matches!(row.args.first(), Some(Arg::Number { .. })) => return None,
        TargetKind::Choice(words) => Kind::Words(words),
    };
    Some(Widget { id: name.replace('/', "_"), label: target.label(), address: address(row, target.deck()), kind })
}

/// An Open Stage Control session.
#[must_use]
pub fn session() -> Value {
    let tabs: Vec<Value> = pages()
        .into_iter()
        .map(|(name, widgets)| {
            json!({
                "type": "tab", "id": format!("page_{}", name.to_lowercase().replace(' ', "_")), "label": name,
                "layout": "grid", "gridTemplate": 8, "widgets": widgets.iter().map(session_widget).collect::<Vec<_>>()
            })
        })
        .collect();
    json!({
        "createdWith": "Open Stage Control", "version": "1.26.0", "type": "session",
        "content": { "type": "root", "id": "root", "tabs": tabs, "widgets": [] }
    })
}

fn session_widget(widget: &Widget) -> Value {
    let mut json = json!({
        "id": widget.id, "label": widget.label, "address": widget.address, "target": "127.0.0.1:8000",
        "width": 110, "height": 90
    });
    let more = match &widget.kind {
        Kind::Fader { min, max } => json!({
            "type": "fader", "height": 200, "range": { "min": min, "max": max }, "doubleTap": true, "decimals": 3
        }),
        Kind::Toggle => json!({ "type": "button", "mode": "toggle", "on": 1, "off": 0, "typeTags": "i" }),
        Kind::Push { held } => {
            let mode = if *held { "push" } else { "tap" };
            json!({ "type": "button", "mode": mode, "on": 1, "off": 0, "typeTags": "i" })
        }
        Kind::Value(value) => json!({ "type": "button", "mode": "tap", "on": value, "typeTags": "f" }),
        Kind::Words(words) => {
            let values: serde_json::Map<String, Value> =
                words.iter().enumerate().map(|(place, word)| ((*word).to_owned(), place.into())).collect();
            json!({ "type": "dropdown", "values": values, "typeTags": "i" })
        }
    };
    if let (Value::Object(json), Value::Object(more)) = (&mut json, more) {
        json.extend(more);
    }
    json
}

/// Width and height of a cell on TouchOSC's canvas.
const CELL: (usize, usize) = (120, 110);
/// Cells in a row.
const COLUMNS: usize = 8;

/// A TouchOSC layout (the program of 2021 and later), as XML.
#[must_use]
pub fn touch_osc() -> String {
    let pages = pages();
    let most = pages.iter().map(|(_, widgets)| widgets.len()).max().unwrap_or(0);
    let (width, height) = (COLUMNS * CELL.0, (most.div_ceil(COLUMNS) + 1) * CELL.1);
    let mut body = String::new();
    for (name, widgets) in &pages {
        let children: String = widgets.iter().enumerate().map(|(place, widget)| node(place, widget)).collect();
        let frame = (0, 40, width, height - 40);
        body += &format!(
            "<node ID='{}' type='GROUP'>{}<children>{children}</children></node>",
            id(name),
            properties(name, frame, &[("tabLabel", name)])
        );
    }
    let pager = format!(
        "<node ID='{}' type='PAGER'>{}<children>{body}</children></node>",
        id("pager"),
        properties("pager", (0, 0, width, height), &[])
    );
    format!(
        "<?xml version='1.0' encoding='UTF-8'?><lexml version='3'><node ID='{}' type='GROUP'>{}<children>{pager}</children></node></lexml>",
        id("echelon"),
        properties("echelon", (0, 0, width, height), &[])
    )
}

/// A caption and its control.
fn node(place: usize, widget: &Widget) -> String {
    let (x, y) = (place % COLUMNS * CELL.0, place / COLUMNS * CELL.1);
    let kind = if matches!(widget.kind, Kind::Fader { .. } | Kind::Words(_)) { "FADER" } else { "BUTTON" };
    let caption = format!(
        "<node ID='{}' type='LABEL'>{}<values>{}</values></node>",
        id(&format!("{}_label", widget.id)),
        properties(&format!("{}_label", widget.id), (x, y, CELL.0 - 8, 24), &[]),
        format_args!(
            "<value><key><![CDATA[text]]></key><locked>0</locked><lockedDefaultCurrent>1</lockedDefaultCurrent><default><![CDATA[{}]]></default><defaultPull>0</defaultPull></value>",
            widget.label
        )
    );
    let button_type = if matches!(widget.kind, Kind::Toggle) { "1" } else { "0" };
    format!(
        "{caption}<node ID='{}' type='{kind}'>{}<messages>{}</messages></node>",
        id(&widget.id),
        properties(&widget.id, (x, y + 24, CELL.0 - 8, CELL.1 - 32), &[("buttonType", button_type)]),
        messages(widget)
    )
}

fn messages(widget: &Widget) -> String {
    let partial = |kind: &str, conversion: &str, value: &str, (min, max): (f64, f64)| {
        format!(
            "<partial><type>{kind}</type><conversion>{conversion}</conversion><value><![CDATA[{value}]]></value><scaleMin>{min}</scaleMin><scaleMax>{max}</scaleMax></partial>"
        )
    };
    #[expect(clippy::cast_precision_loss, reason = "a choice has few words")]
    let (argument, condition) = match &widget.kind {
        Kind::Fader { min, max } => (partial("VALUE", "FLOAT", "x", (f64::from(*min), f64::from(*max))), "ANY"),
        Kind::Words(words) => (partial("VALUE", "INTEGER", "x", (0.0, words.len() as f64 - 1.0)), "ANY"),
        Kind::Toggle | Kind::Push { held: true } => (partial("VALUE", "INTEGER", "x", (0.0, 1.0)), "ANY"),
        Kind::Push { held: false } => (partial("VALUE", "INTEGER", "x", (0.0, 1.0)), "RISE"),
        Kind::Value(value) => (partial("CONSTANT", "FLOAT", &value.to_string(), (0.0, 1.0)), "RISE"),
    };
    let path = partial("CONSTANT", "STRING", &widget.address, (0.0, 1.0));
    format!(
        "<osc><enabled>1</enabled><send>1</send><receive>1</receive><feedback>0</feedback><connections>0000000001</connections><triggers><trigger><var><![CDATA[x]]></var><condition>{condition}</condition></trigger></triggers><path>{path}</path><arguments>{argument}</arguments></osc>"
    )
}

fn properties(name: &str, (x, y, w, h): (usize, usize, usize, usize), more: &[(&str, &str)]) -> String {
    let mut text = format!(
        "<properties><property type='s'><key><![CDATA[name]]></key><value><![CDATA[{name}]]></value></property><property type='r'><key><![CDATA[frame]]></key><value><x>{x}</x><y>{y}</y><w>{w}</w><h>{h}</h></value></property>"
    );
    for (key, value) in more {
        let kind = if value.bytes().all(|b| b.is_ascii_digit()) { 'i' } else { 's' };
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "<property type='{kind}'><key><![CDATA[{key}]]></key><value><![CDATA[{value}]]></value></property>"
        );
    }
    text + "</properties>"
}

/// An id in the shape of a UUID, the same for the same name: twice the FNV hash.
fn id(name: &str) -> String {
    let hash =
        |start: u64| name.bytes().fold(start, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
    let (a, b) = (hash(0xcbf2_9ce4_8422_2325), hash(0x8422_2325_cbf2_9ce4));
    let hex = format!("{a:016x}{b:016x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// The bytes as a zlib stream of stored blocks: any unpacker reads it, and the same text is always the same bytes.
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let blocks: Vec<&[u8]> = bytes.chunks(usize::from(u16::MAX)).collect();
    for (i, block) in blocks.iter().enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(i + 1 == blocks.len()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(*block);
    }
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend((b << 16 | a).to_be_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Parsed, parse};
    use super::*;
    use rosc::OscType;
    use std::path::Path;

    fn folder() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../layouts"))
    }

    /// With `UPDATE_LAYOUTS=1` in the environment they are written anew.
    #[test]
    fn the_files_are_what_the_table_gives() {
        for (name, bytes) in layouts() {
            let path = folder().join(name);
            if std::env::var_os("UPDATE_LAYOUTS").is_some() {
                std::fs::create_dir_all(folder()).unwrap();
                std::fs::write(&path, &bytes).unwrap();
            }
            assert!(std::fs::read(&path).unwrap() == bytes, "{name}: `cargo xtask osc layouts` writes it");
        }
    }

    #[test]
    #[expect(clippy::cast_possible_truncation, reason = "surfaces send 32 bits")]
    fn every_widget_of_the_session_sends_what_is_understood() {
        let mut widgets = 0;
        let session: Value = serde_json::from_slice(&layouts()[0].1).unwrap();
        for widget in
            session["content"]["tabs"].as_array().unwrap().iter().flat_map(|tab| tab["widgets"].as_array().unwrap())
        {
            let address = widget["address"].as_str().unwrap();
            let number = |value: &Value| OscType::Float(value.as_f64().unwrap() as f32);
            let values = match widget["type"].as_str().unwrap() {
                "fader" => ["min", "max"].map(|end| number(&widget["range"][end])).to_vec(),
                "dropdown" => widget["values"].as_object().unwrap().values().map(number).collect(),
                "button" => vec![number(&widget["on"])],
                other => panic!("{other}"),
            };
            for value in values {
                let parsed = parse(address, std::slice::from_ref(&value));
                assert!(
                    matches!(&parsed, Ok(Parsed::Act { note: None, .. } | Parsed::CancelOwn { .. })),
                    "{address} {value:?}: {parsed:?}"
                );
            }
            widgets += 1;
        }
        assert!(widgets > 200, "{widgets}");
    }

    /// Its elements nest, and its addresses are known.
    #[test]
    fn the_touch_osc_layout_is_whole_and_unpacks_to_its_xml() {
        let files = layouts();
        let (packed, xml) = (&files[1].1, std::str::from_utf8(&files[2].1).unwrap());
        let mut rest = &packed[2..];
        let mut unpacked = vec![];
        loop {
            let length = usize::from(u16::from_le_bytes([rest[1], rest[2]]));
            unpacked.extend(&rest[5..5 + length]);
            let is_last = rest[0] == 1;
            rest = &rest[5 + length..];
            if is_last {
                break;
            }
        }
        assert_eq!((unpacked.as_slice(), rest.len()), (xml.as_bytes(), 4));
        let (mut open, mut addresses, mut text) = (vec![], 0, xml);
        while let Some(start) = text.find('<') {
            text = &text[start..];
            if let Some(cdata) = text.strip_prefix("<![CDATA[") {
                let (inside, after) = cdata.split_once("]]>").unwrap();
                if inside.starts_with('/') {
                    addresses += 1;
                    assert!(super::super::address::lookup(inside).is_some(), "{inside}");
                }
                text = after;
                continue;
            }
            let (tag, after) = text[1..].split_once('>').unwrap();
            let name = tag.split(' ').next().unwrap();
            match name.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name)),
                None if name.starts_with('?') => {}
                None => open.push(name),
            }
            text = after;
        }
        assert!(open.is_empty() && addresses > 200, "{addresses}");
    }
}
