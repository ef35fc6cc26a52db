//! Recorded stage errors: each file beside this one is a stream of actions, the host it happened in, and what must hold.
//!
//! Times are seconds of the session. Decks hold tracks of [`support::rig::TRACKS`] before it begins. A new mistake is a
//! new file: see [`story::Story`] for its fields.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests: small figures, and a failure is what a panic is for"
)]

mod must;
mod story;

use std::path::{Path, PathBuf};

use must::Played;
use story::Story;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("mistakes")
}

/// What does not hold in a file, in sentences that begin with its name.
fn faults(name: &str, text: &str) -> Vec<String> {
    let story: Story = match serde_json::from_str(text) {
        Ok(story) => story,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let mut found = vec![];
    for block in [64, 512, 2048] {
        match Played::new(&story, block) {
            Ok(played) => {
                let broken = story.must.iter().filter_map(|must| played.check(must).err());
                found.extend(broken.map(|fault| format!("{name}, blocks of {block}: {fault}")));
            }
            Err(fault) => found.push(format!("{name}, blocks of {block}: {fault}")),
        }
    }
    found
}

#[test]
fn no_recorded_mistake_does_harm() {
    let mut files: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(files.len() >= 15, "the corpus: {}", files.len());
    let mut found = vec![];
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy();
        found.extend(faults(&name, &std::fs::read_to_string(file).unwrap()));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_bad_file_is_named_with_the_reason() {
    for (text, reason) in [
        ("{", "EOF"),
        (r#"{"about": "x", "secs": 1, "do": [], "must": [], "mist": 1}"#, "unknown field `mist`"),
        (
            r#"{"about": "x", "secs": 1, "do": [{"at": 0, "ask": {"action": "fly"}}], "must": []}"#,
            "unknown variant `fly`",
        ),
        (r#"{"about": "x", "secs": 1, "do": [], "must": [{"answer": "nobody", "is": "done"}]}"#, "nobody"),
        (r#"{"about": "x", "secs": 1, "do": [], "must": []}"#, "asks for nothing"),
        (r#"{"about": "x", "secs": 1, "decks": {"a": "polka"}, "do": [], "must": []}"#, "polka"),
        (r#"{"about": "x", "secs": 1, "do": [], "must": [{"state": "playing", "deck": "a", "at": 1}]}"#, "empty"),
    ] {
        let found = faults("bad.json", text);
        assert!(found.iter().any(|fault| fault.starts_with("bad.json") && fault.contains(reason)), "{text}: {found:?}");
    }
}
