//! Files whose names are no text, as every Linux disk may have them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use echelon::state::RigState;
use echelon_engine::deck::Marks;
use echelon_engine::units::DeckId;
use serde_json::Value;
use support::compare::assert_identical;
use support::osc::Receipt;
use support::signals::noise;
use support::{MiniHost, Setup, Sound, TempDir, for_each_format};

use crate::stage::Stage;

/// More than the decks play until an answer is here, however slow the machine is.
const FRAMES: usize = 960_000;

/// `Café ÿ.wav` as an old system wrote it.
fn odd_file(folder: &TempDir, sound: &Sound) -> PathBuf {
    let odd = folder.path().join(OsStr::from_bytes(b"Caf\xe9 \xff.wav"));
    fs::rename(folder.wav("odd.wav", 48_000, sound), &odd).expect("another name");
    odd
}

fn marks() -> Marks {
    let mut marks = Marks { cue_secs: 0.25, ..Marks::default() };
    marks.hot_cues_secs[2] = Some(0.5);
    marks
}

/// Waits for a deck's track, and lets it play from its start. Offline, where blocks wait for the decoder, however busy the
/// machine is.
fn hear(host: MiniHost, sound: &Sound) -> Stage {
    let osc = host.osc();
    let mut stage = Stage { host, osc };
    let Stage { host, osc } = &mut stage;
    let mut id = osc.call("/deck/a/play/now", &[]);
    host.pump_until("the file on its deck", |_| {
        osc.poll();
        let receipts = osc.receipts(id);
        if receipts.iter().any(|receipt| matches!(receipt, Receipt::Nack(_))) {
            id = osc.call("/deck/a/play/now", &[]);
        }
        receipts.iter().any(|receipt| matches!(receipt, Receipt::Done(_)))
    });
    let heard = stage.host.render(4_096);
    let heard = heard.deck(DeckId::A);
    let at = heard.first_nonzero().expect("sound") + 1_000;
    let from =
        (0..FRAMES as u64 - 1_000).find(|frame| sound.at(*frame) == heard.at(at)).expect("the file's own samples");
    assert_identical(&heard.part(at..at + 1_000).moved_to(0), &sound.part(from..from + 1_000).moved_to(0));
    stage
}

fn field(host: &MiniHost, name: &str) -> Value {
    host.rig_field(name).unwrap_or_default()
}

#[test]
fn a_file_whose_name_is_no_text_is_saved_and_all_the_rest_with_it() {
    let folder = TempDir::new("odd");
    let sound = noise(3, 0.5, FRAMES);
    let odd = odd_file(&folder, &sound);
    for_each_format(|format| {
        let mut rig = RigState { osc_name: Some("Stage left".to_owned()), ..RigState::default() };
        (rig.tracks[0], rig.tracks[3]) = (Some(odd.clone()), Some("/nowhere/gone.wav".into()));
        rig.marks[0] = marks().into();
        let host = Setup::new().create(format);
        let mut json = host.state_json();
        json["fields"]["rig"] = serde_json::to_string(&rig).expect("a record").into();
        assert!(host.load_json(&json));
        drop(host);

        let mut host = Setup::new().offline().create(format);
        assert!(host.load_json(&json));
        host.activate();
        let stage = hear(host, &sound);
        let saved = stage.host.save();
        let names = ["tracks", "odd_tracks", "marks", "osc_name"];
        let before = names.map(|name| field(&stage.host, name));
        assert_eq!(before[0][0], folder.file("Caf\u{fffd} \u{fffd}.wav"), "what can be read of it");
        assert_eq!(before[2][0]["hot_cues_ns"][2], 500_000_000_u64);
        drop(stage);

        let host = Setup::new().offline().state(saved).open(format);
        let stage = hear(host, &sound);
        assert_eq!(names.map(|name| field(&stage.host, name)), before);
    });
}
