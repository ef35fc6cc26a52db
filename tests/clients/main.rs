//! OSC clients that others wrote: `oscsend` of liblo, and python-osc in the interpreter that `ECHELON_PYTHON` names. They
//! must be there: `cargo xtask hosts` sees to that and runs these tests; `cargo test` leaves them out.

#[path = "../integration/stage.rs"]
#[expect(dead_code, reason = "this program needs only some of it")]
mod stage;

use std::process::Command;

use support::{Format, Setup};

use stage::Stage;

fn wait_for_crossfader(stage: &mut Stage, value: f64) {
    stage.host.pump_until("the crossfader", |main| (main.get("xfader") - value).abs() < 1e-6);
}

#[test]
fn oscsend_moves_a_control() {
    let mut stage = Stage::open(&Setup::new(), Format::Clap).alone();
    let port = stage.host.osc_port().to_string();
    let send = |args: &[&str]| {
        assert!(Command::new("oscsend").args(["127.0.0.1", &port]).args(args).status().unwrap().success())
    };
    send(&["/crossfader", "f", "0.25"]);
    wait_for_crossfader(&mut stage, 0.25);
    let name = stage.host.osc_name();
    send(&[&format!("/echelon/{name}/crossfader"), "d", "0.75"]);
    wait_for_crossfader(&mut stage, 0.75);
    send(&["/crossfader", "fs", "0.5", "now"]);
    wait_for_crossfader(&mut stage, 0.5);
}

const PYTHON: &str = "
import sys, threading
from pythonosc.udp_client import SimpleUDPClient
from pythonosc import osc_bundle_builder, osc_message_builder
port = int(sys.argv[1])
client = SimpleUDPClient('127.0.0.1', port)
client.send_message('/deck/b/gain', -6.0)
client.send_message('/deck/b/sync', True)
bundle = osc_bundle_builder.OscBundleBuilder(osc_bundle_builder.IMMEDIATELY)
message = osc_message_builder.OscMessageBuilder(address='/crossfader')
message.add_arg(0.125)
bundle.add_content(message.build())
client.send(bundle.build())
client.send_message('/ping', [])
for answer in client.get_messages(20):
    print(answer.address)
    if answer.address == '/pong':
        break
";

#[test]
fn python_osc_sends_messages_and_bundles_and_hears_the_answer() {
    let python = std::env::var("ECHELON_PYTHON").expect("ECHELON_PYTHON names an interpreter with python-osc");
    let mut stage = Stage::open(&Setup::new(), Format::Vst3).alone();
    let output = Command::new(python).args(["-c", PYTHON, &stage.host.osc_port().to_string()]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("/pong"), "{text}");
    wait_for_crossfader(&mut stage, 0.125);
    assert!((stage.host.get("gain_2") + 6.0).abs() < 1e-3);
    assert_eq!(stage.host.get("sync_2"), 1.0);
}
