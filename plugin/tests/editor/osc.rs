//! The OSC page: who may talk to it from other machines, and what it may load.

use std::sync::Arc;

use echelon::editor::ids;
use echelon::editor::page::Page;
use echelon::input::osc::{NetworkSettings, SettingsChange};
use echelon::view::{Order, OscAccess};
use egui::{Key, Modifiers};

use crate::bench::Bench;
use crate::scenes::scene;

fn bench(access: OscAccess) -> Bench {
    let mut bench = Bench::new(scene("playing", 0.0).unwrap());
    bench.view.osc_access = Arc::new(access);
    bench.key(Page::Osc.key());
    bench.frame(vec![]);
    bench
}

fn ordered(bench: &Bench) -> Vec<SettingsChange> {
    let change = |order| if let Order::OscSettings(change) = order { Some(change) } else { None };
    bench.ordered().into_iter().filter_map(change).collect()
}

fn write(bench: &mut Bench, field: &'static str, words: &str) {
    bench.click(ids::once(field));
    bench.key_with(Key::A, Modifiers::COMMAND);
    bench.type_text(words);
    bench.frame(vec![]);
}

#[test]
fn the_network_is_opened_with_a_token_and_a_list_and_mistakes_are_told() {
    let mut bench = bench(OscAccess::default());
    assert!(bench.says("This computer only."));
    bench.click(ids::once("osc keep"));
    assert_eq!(ordered(&bench), [], "nothing to keep");
    bench.choose(ids::once("osc lan"), 1);
    bench.click(ids::once("osc keep"));
    assert!(ordered(&bench).is_empty() && bench.says("the token needs 8 or more letters"));
    write(&mut bench, "osc token", "abcd-1234");
    write(&mut bench, "osc allow", "192.168.1.7, stage");
    bench.click(ids::once("osc keep"));
    assert!(ordered(&bench).is_empty() && bench.says("'stage' is no address of a machine"));
    write(&mut bench, "osc allow", "192.168.1.7");
    bench.click(ids::once("osc keep"));
    let network =
        NetworkSettings { lan: true, token: "abcd-1234".to_owned(), allow: vec!["192.168.1.7".parse().unwrap()] };
    assert_eq!(ordered(&bench), [SettingsChange::Network(network.clone())]);
    // It is kept, and holds later; then it holds.
    let kept = OscAccess { set: network.clone(), ..OscAccess::default() };
    bench.view.osc_access = Arc::new(kept.clone());
    assert!(bench.says("It holds when the port is opened next"));
    bench.view.osc_access = Arc::new(OscAccess { now: network.clone(), ..kept.clone() });
    assert!(bench.says("The network is open.") && bench.says("all of this machine's addresses, UDP port"));
    // What was typed is forgotten.
    write(&mut bench, "osc token", "something-else");
    bench.click(ids::once("osc revert"));
    bench.frame(vec![]);
    assert!(bench.says("abcd-1234") && !bench.says("something-else"));
    bench.view.osc_access = Arc::new(OscAccess { error: "osc.json cannot be written".to_owned(), ..kept });
    assert!(bench.says("osc.json cannot be written"));
}

#[test]
fn folders_are_allowed_by_the_browser_and_taken_away() {
    let folder = std::env::temp_dir().join(format!("echelon-osc-page-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("music")).unwrap();
    std::fs::write(folder.join("song.wav"), "x").unwrap();
    let folders = vec!["/music".into(), "/more".into()];
    let mut bench = bench(OscAccess { folders, ..OscAccess::default() });
    assert!(bench.says("/music") && bench.says("/more"));
    bench.click(ids::osc_folder(1));
    assert_eq!(ordered(&bench), [SettingsChange::Forbid("/more".into())]);
    bench.click(ids::once("osc add folder"));
    bench.frame(vec![]);
    assert!(bench.says("Choose a folder"));
    bench.click(ids::once("files close"));
    bench.frame(vec![]);
    assert!(!bench.says("Choose a folder"));
    bench.click(ids::once("osc add folder"));
    bench.frame(vec![]);
    write(&mut bench, "files path", folder.join("music").to_str().unwrap());
    bench.click(ids::once("files take"));
    assert_eq!(ordered(&bench), [SettingsChange::Allow(folder.join("music"))]);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_file_browser_goes_up() {
    let home = std::path::PathBuf::from(std::env::var_os("HOME").unwrap());
    let mut bench = bench(OscAccess::default());
    bench.click(ids::once("osc add folder"));
    bench.frame(vec![]);
    let shows = |bench: &mut Bench, path: &std::path::Path| {
        let path = path.to_string_lossy();
        bench.texts().iter().any(|(text, ..)| *text == path)
    };
    assert!(shows(&mut bench, &home));
    bench.click(ids::once("files up"));
    bench.frame(vec![]);
    assert!(shows(&mut bench, home.parent().unwrap()) && !shows(&mut bench, &home));
}

#[test]
fn every_control_of_it_is_reached_by_tab() {
    let mut bench = bench(OscAccess { folders: vec!["/music".into()], ..OscAccess::default() });
    let mut seen = std::collections::HashSet::new();
    for _ in 0..60 {
        bench.key(Key::Tab);
        seen.extend(bench.ctx.memory(|memory| memory.focused()));
    }
    for name in ["osc lan", "osc token", "osc allow", "osc revert", "osc keep", "osc add folder"] {
        assert!(seen.contains(&ids::once(name)), "{name}");
    }
    assert!(seen.contains(&ids::osc_folder(0)));
}
