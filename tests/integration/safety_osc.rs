//! Safety by OSC: what may be asked without doing it, and the figures.

use std::collections::BTreeMap;

use echelon_engine::units::DeckId;
use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};
use support::signals::constant;
use support::{Setup, TempDir, for_each_format};

use crate::stage::Stage;

fn ask(stage: &mut Stage, address: &str, args: &[OscType]) -> Vec<OscType> {
    stage.osc.send(address, args);
    stage.osc.expect(address).args
}

/// The figures, as a client reads them.
fn telemetry(stage: &mut Stage) -> BTreeMap<String, f64> {
    stage.osc.send("/telemetry", &[]);
    let count = stage.osc.expect("/telemetry/end").args[0].clone().int().expect("a count");
    (0..count)
        .map(|_| {
            let mut args = stage.osc.expect("/telemetry").args.into_iter();
            let name = args.next().and_then(OscType::string).expect("a name");
            (name, args.next().and_then(OscType::double).expect("a value"))
        })
        .collect()
}

#[test]
fn what_would_be_refused_is_told_without_being_tried() {
    let folder = TempDir::new("can");
    let file = folder.wav("x.wav", 48_000, &constant(0.5, 0.5, 400_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        let before = telemetry(&mut stage);
        let yes: Vec<OscType> = vec![1.into()];
        assert_eq!(ask(&mut stage, "/can/deck/a/play", &[]), yes);
        assert_eq!(ask(&mut stage, "/can/deck/a/play/bar", &["id".into(), 5.into()]), vec![1.into(), 5.into()]);
        let empty = "deck C is empty: load a track first";
        assert_eq!(ask(&mut stage, "/can/deck/c/play", &[]), vec![0.into(), "not_allowed".into(), empty.into()]);
        assert_eq!(ask(&mut stage, "/can/panic", &[]), yes);
        stage.osc.send("/can/deck/c/paly", &[]);
        let error = stage.osc.expect("/error").args;
        assert!(error[1].clone().string().unwrap().contains("/can/deck/c/play"), "{error:?}");
        let after = telemetry(&mut stage);
        let asked = |figures: &BTreeMap<String, f64>| figures["scheduler/requests"];
        assert_eq!(asked(&before), asked(&after), "nothing was requested");
        assert_eq!(after["safety/rejected/not_allowed"], before["safety/rejected/not_allowed"], "nothing was refused");
        assert!(stage.host.render(48_000).deck(DeckId::A).is_silent(), "nothing was done");
        let (id, _) = stage.schedule("/deck/a/play/now", &[]);
        stage.done(id);
        let load = ask(&mut stage, "/can/deck/a/load", &[file.as_str().into()]);
        assert_eq!(load[..2], [0.into(), "locked".into()], "on air");
        assert_eq!(ask(&mut stage, "/can/deck/a/stop", &[]), yes);
    });
}

#[test]
fn a_lock_and_a_cooldown_are_seen_by_whoever_asks() {
    let folder = TempDir::new("can_lock");
    let file = folder.wav("x.wav", 48_000, &constant(0.5, 0.5, 100_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        let cooling = ask(&mut stage, "/can/deck/a/load", &[file.as_str().into()]);
        assert_eq!(cooling[1], "cooldown".into(), "{cooling:?}");
        let (id, _) = stage.schedule("/lock/a", &[1.into()]);
        stage.done(id);
        let locked = ask(&mut stage, "/can/deck/a/play", &[]);
        assert_eq!(locked[..2], [0.into(), "locked".into()]);
        assert_eq!(stage.refused("/deck/a/play", &[]), "deck A was locked by OSC: unlock it first");
        let figures = telemetry(&mut stage);
        assert_eq!((figures["safety/locks"], figures["safety/rejected/locked"]), (1.0, 1.0));
        assert_eq!(figures["safety/rejected_from/osc"], 1.0);
    });
}

#[test]
fn the_figures_tell_how_the_scheduler_fares() {
    let folder = TempDir::new("telemetry");
    let file = folder.wav("x.wav", 48_000, &constant(0.5, 0.5, 400_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        stage.host.render(30_000);
        let (id, _) = stage.schedule("/deck/a/play/beat", &[]);
        stage.host.render(48_000);
        stage.done(id);
        stage.refused("/deck/b/play", &[]);
        let figures = telemetry(&mut stage);
        assert_eq!(figures["scheduler/requests"], figures["scheduler/done"] + figures["scheduler/refused"]);
        assert_eq!(figures["scheduler/refused"], 1.0);
        assert_eq!((figures["scheduler/error_frames/max"], figures["scheduler/late"]), (0.0, 0.0));
        assert!(figures["scheduler/error_frames/count"] >= 2.0, "a load and a play");
        assert_eq!((figures["scheduler/load_secs/count"], figures["scheduler/open"]), (1.0, 0.0));
    });
}

/// Each of many questions in one packet is answered, and in order.
#[test]
fn many_questions_at_once_are_all_answered() {
    for_each_format(|format| {
        let mut stage = Stage::open(&Setup::new(), format);
        let question = OscMessage { addr: stage.osc.whole("/can/deck/a/play"), args: vec![] };
        let content = vec![OscPacket::Message(question); 120];
        let timetag = OscTime { seconds: 0, fractional: 1 };
        let bundle = rosc::encoder::encode(&OscPacket::Bundle(OscBundle { timetag, content })).unwrap();
        stage.osc.send_raw(&bundle);
        let Stage { host, osc } = &mut stage;
        let mut answers = vec![];
        host.pump_until("every answer", |_| {
            answers.extend(osc.take_replies());
            answers.len() >= 120
        });
        assert!(answers.iter().all(|answer| answer.addr == "/can/deck/a/play") && answers.len() == 120);
        assert!(stage.refused("/deck/a/play", &[]).contains("is empty"));
    });
}
