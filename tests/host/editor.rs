//! Editors in the mini-hosts, on a virtual display.

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
