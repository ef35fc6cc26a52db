//! Editors in the mini-hosts, on a virtual display.

use serde_json::json;
use support::display::Display;
use support::{Setup, for_each_format};

#[test]
fn an_editor_opens_and_closes_again_and_again() {
    let display = Display::get();
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        for _ in 0..3 {
            let window = display.window(1000, 700);
            assert!(host.open_editor(window.id()), "{format}: the editor did not open");
            let (width, height) = host.editor_size().expect("a size");
            assert!(width > 0 && height > 0, "{width}x{height}");
            host.pump(10);
            host.idle();
            host.close_editor();
        }
        assert_eq!(host.misuse(), [""; 0]);
    });
}

#[test]
fn an_instance_may_go_while_its_editor_is_open() {
    let display = Display::get();
    for_each_format(|format| {
        let window = display.window(1000, 700);
        let mut host = Setup::new().open(format);
        assert!(host.open_editor(window.id()));
        host.render(4800);
    });
}

#[test]
fn the_editor_opens_in_the_size_that_the_project_had() {
    let display = Display::get();
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        let mut json = host.state_json();
        json["fields"]["rig"] =
            json!({"version": 1, "tracks": [], "osc_port": null, "editor_size": [1111, 777]}).to_string().into();
        assert!(host.load_json(&json));
        let saved = host.save();
        let window = display.window(1400, 900);
        assert!(host.open_editor(window.id()));
        assert_eq!(host.editor_size(), Some((1111, 777)));
        host.pump(20);
        host.close_editor();
        assert_eq!(host.save(), saved, "to look at it changes nothing");
    });
}
