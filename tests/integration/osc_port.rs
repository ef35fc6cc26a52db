//! Where an instance is found: the port of the project that is opened.

use std::net::UdpSocket;

use echelon_engine::units::DeckId;
use rosc::OscType;
use serde_json::json;
use support::osc::Receipt;
use support::{Format, OscClient, Setup, for_each_format, wait_until};

use crate::stage::Stage;
pub use crate::stage::free_port;

/// The instance's own project with another port.
pub fn load_with_port(stage: &Stage, port: u16) {
    let mut json = stage.host.state_json();
    json["fields"]["rig"] = json!({"version": 1, "tracks": [], "osc_port": port}).to_string().into();
    assert!(stage.host.load_json(&json));
}

/// Which port an instance at `port` says it listens on.
fn info(port: u16) -> OscType {
    let mut client = OscClient::connect(port);
    client.send("/info", &[]);
    client.expect("/info").args[2].clone()
}

#[test]
fn the_port_is_there_when_the_activation_returns() {
    for_each_format(|format| {
        let host = Setup::new().open(format);
        let port = host.rig_field("osc_port").expect("a port, without any wait").as_u64().unwrap() as u16;
        assert!(UdpSocket::bind(("127.0.0.1", port)).is_err(), "it is in use");
        assert_eq!(info(port), i32::from(port).into());
    });
}

#[test]
fn a_project_that_is_opened_in_a_listening_instance_moves_it_to_its_port() {
    for format in Format::ALL {
        let mut stage = Stage::open(&Setup::new(), format).alone();
        let (before, port) = (stage.host.osc_port(), free_port());
        let (id, _) = stage.schedule("/crossfader", &[0.25_f32.into(), OscType::Double(1.0)]);
        load_with_port(&stage, port);
        assert_eq!(stage.host.osc_port(), port);
        assert_eq!(info(port), i32::from(port).into());
        // Who asked before hears the end of it, from where it asked.
        stage.host.render(48_000);
        assert!(stage.done(id).0 == 1.0 && stage.host.get("xfader") == 0.25);
        // After that nobody is at the old port, and the new one is as good.
        let mut is_free = false;
        stage.host.pump_until("the old port to be given back", |_| {
            is_free |= UdpSocket::bind(("127.0.0.1", before)).is_ok();
            is_free
        });
        stage.osc = stage.host.osc();
        assert!(stage.refused("/deck/a/play", &[]).contains("is empty"));
    }
}

#[test]
fn instances_that_name_the_same_port_share_it_and_keep_their_names() {
    for_each_format(|format| {
        let mut stages = [(); 2].map(|()| Stage::open(&Setup::new(), format).alone());
        let port = stages[1].host.osc_port();
        load_with_port(&stages[0], port);
        stages[0].osc = stages[0].host.osc();
        assert_eq!(stages[0].host.osc_port(), port);
        let names = stages.each_ref().map(|stage| stage.host.osc_name());
        assert_ne!(names[0], names[1]);
        for (stage, gain) in stages.iter_mut().zip([-6.0_f32, -3.0]) {
            let id = stage.osc.call("/deck/a/gain", &[gain.into()]);
            let Stage { host, osc } = stage;
            host.pump_until("the answer", |_| {
                osc.poll();
                osc.receipts(id).iter().any(|answer| matches!(answer, Receipt::Done(_)))
            });
        }
        let gains = stages.each_ref().map(|stage| stage.host.get(&format!("gain_{}", DeckId::A.index() + 1)));
        assert!((gains[0] + 6.0).abs() < 1e-3 && (gains[1] + 3.0).abs() < 1e-3, "{gains:?}");
        // The one that had the port is the one that plain addresses go to.
        let mut plain = OscClient::connect(port);
        plain.send("/info", &[]);
        assert_eq!(plain.expect("/info").args[3], names[1].as_str().into());
        let [first, second] = stages;
        drop(second);
        plain.send("/info", &[]);
        assert_eq!(plain.expect("/info").args[3], names[0].as_str().into());
        drop(first);
        // A program that another test starts has a copy of every socket until it is itself.
        wait_until("the port to be given back with the last", || UdpSocket::bind(("127.0.0.1", port)).is_ok());
    });
}

#[test]
fn a_name_is_set_by_osc_and_saved_with_the_project() {
    for_each_format(|format| {
        let mut stage = Stage::open(&Setup::new(), format).alone();
        stage.osc.send("/instance/name", &["Left Rig".into()]);
        stage.host.pump_until("the name in the state", |main| main.rig_field("osc_name") == Some("left_rig".into()));
        let saved = stage.host.save();
        drop(stage);
        let host = Setup::new().state(saved).open(format);
        let mut client = OscClient::named(host.osc_port(), "left_rig");
        client.send("/ping", &[]);
        client.expect("/pong");
    });
}
