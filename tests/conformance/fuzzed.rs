//! Ten thousand damaged states: none brings the plugin down, and what is refused changes nothing.

use serde_json::{Map, Value, json};
use support::blocks::Random;
use support::{Format, MiniHost, Setup, for_each_format};

use super::{alone, golden};

/// For each format.
const ROUNDS: usize = 5000;

/// Changes some bytes, as a bad disk does.
fn damage(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.next_u64() % 4 {
        let at = (random.next_u64() % bytes.len().max(1) as u64) as usize;
        match random.next_u64() % 6 {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << (random.next_u64() % 8),
            1 if !bytes.is_empty() => bytes[at] = random.next_u64() as u8,
            2 => bytes.truncate(at),
            3 => {
                // Another state goes on from here.
                bytes.truncate(at);
                bytes.extend_from_slice(&other[other.len().min(at)..]);
            }
            4 => {
                let end = (at + 40).min(bytes.len());
                let part = bytes[at.min(end)..end].to_vec();
                bytes.splice(at..at, part);
            }
            _ => bytes.extend((0..random.next_u64() % 20).map(|_| random.next_u64() as u8)),
        }
    }
}

/// A value that does not belong where it will be.
fn foreign(random: &mut Random) -> Value {
    let deep = |depth: u64| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    match random.next_u64() % 14 {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(i64::MIN),
        5 => json!(1e308),
        6 => json!(-1e-308),
        7 => json!(""),
        8 => json!("\u{0}\u{FFFF}\u{1F41F}"),
        9 => json!("x".repeat(10_000)),
        10 => json!([]),
        11 => json!({}),
        12 => deep(10 + random.next_u64() % 100),
        _ => json!({"f32": 0.5, "i32": 3, "bool": true, "string": "text"}),
    }
}

/// Changes one place in the tree.
fn mutate(value: &mut Value, random: &mut Random) {
    let goes_on = !random.next_u64().is_multiple_of(8);
    match value {
        Value::Object(map) if goes_on && !map.is_empty() => {
            let at = (random.next_u64() % map.len() as u64) as usize;
            let key = map.keys().nth(at).expect("a key").clone();
            match random.next_u64() % 12 {
                0 => _ = map.remove(&key),
                1 => _ = map.insert(format!("{key}x"), foreign(random)),
                2 => {
                    let moved = map.remove(&key).unwrap_or_default();
                    map.insert("from the future".to_owned(), moved);
                }
                _ => mutate(map.get_mut(&key).expect("a value"), random),
            }
        }
        Value::Array(items) if goes_on && !items.is_empty() => {
            let at = (random.next_u64() % items.len() as u64) as usize;
            match random.next_u64() % 8 {
                0 => _ = items.remove(at),
                1 => items.insert(at, foreign(random)),
                2 => *items = items.iter().cycle().take(items.len() * 50).cloned().collect(),
                _ => mutate(&mut items[at], random),
            }
        }
        Value::String(text) if text.starts_with('{') && goes_on => {
            // The rig's own part is JSON in a text.
            let mut inner = serde_json::from_str(text).unwrap_or(Value::Object(Map::new()));
            mutate(&mut inner, random);
            *text = inner.to_string();
        }
        other => *other = foreign(random),
    }
}

/// The text of what no tree can say: numbers that are none, a thousand brackets, one key twice.
fn beyond_json(text: &str, random: &mut Random) -> String {
    match random.next_u64() % 5 {
        0 => text.replacen(
            "\"f32\":",
            &format!("\"f32\":{}", ["1e999,\"a\":", "NaN,\"a\":", "-,\"a\":"][(random.next_u64() % 3) as usize]),
            1,
        ),
        1 => text.replacen("\"params\":", &format!("\"params\":{}", "[".repeat(1000)), 1),
        2 => text.replacen("\"fields\":", &format!("\"params\":{{}},\"fields\":{}", "{\"a\":".repeat(200)), 1),
        3 => text.replace("\"bool\":false", "\"bool\":false,\"bool\":true"),
        _ => text.replacen("0.", "0.00000000000000000000000000000000000000000001e44", 30),
    }
}

/// One damaged state, with the format's header before it.
fn damaged(format: Format, seeds: &[golden::Golden], random: &mut Random) -> Vec<u8> {
    let of = |random: &mut Random| &seeds[(random.next_u64() % seeds.len() as u64) as usize];
    let (seed, other) = (of(random), of(random));
    let header = if seed.format == Format::Clap { 8 } else { 0 };
    let with_header = |json: Vec<u8>| match format {
        Format::Clap => [&(json.len() as u64).to_le_bytes()[..], &json].concat(),
        Format::Vst3 => json,
    };
    match random.next_u64() % 4 {
        0 => {
            let mut bytes = with_header(seed.bytes[header..].to_vec());
            damage(&mut bytes, &other.bytes, random);
            bytes
        }
        1 => {
            // Damaged inside of a header that is right.
            let mut json = seed.bytes[header..].to_vec();
            damage(&mut json, &other.bytes, random);
            with_header(json)
        }
        2 => with_header(beyond_json(&String::from_utf8_lossy(&seed.bytes[header..]), random).into_bytes()),
        _ => {
            let mut tree: Value = serde_json::from_slice(&seed.bytes[header..]).expect("JSON");
            for _ in 0..=random.next_u64() % 3 {
                mutate(&mut tree, random);
            }
            with_header(tree.to_string().into_bytes())
        }
    }
}

/// Whatever was taken, it is a state again, and all parameters are in range.
fn check(host: &MiniHost, round: usize) -> Vec<u8> {
    let saved = host.save();
    if round.is_multiple_of(20) {
        for param in host.params() {
            let value = host.get(&param.id);
            assert!((param.min..=param.max).contains(&value), "round {round}: {} is {value}", param.id);
        }
        assert!(host.load(&saved) && host.save() == saved, "round {round}: not the same when loaded again");
    }
    saved
}

#[test]
fn ten_thousand_damaged_states_are_survived_and_what_is_refused_changes_nothing() {
    let _one = alone();
    let seeds = golden::all();
    for_each_format(|format| {
        // Not active: nobody waits for tracks. What a running instance does with a project is in `tests/integration`.
        let mut host = Setup::new().create(format);
        let (mut random, mut before, mut taken) = (Random::new(2026), host.save(), 0);
        for round in 0..ROUNDS {
            if host.load(&damaged(format, &seeds, &mut random)) {
                before = check(&host, round);
                taken += 1;
            } else if round.is_multiple_of(4) {
                assert!(host.save() == before, "round {round}: refused, and yet something changed");
            }
        }
        assert!((ROUNDS / 10..ROUNDS * 9 / 10).contains(&taken), "{taken} of {ROUNDS} were taken");
        // It still is a plugin.
        host.activate();
        host.render(2048);
    });
}
