//! An X11 display for editors: the one of the environment, or a virtual one of this test program's own.
//!
//! Tests that open editors have test programs of their own, and ask for the display before anything else.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt, CreateWindowAux, MapState, WindowClass};
use x11rb::rust_connection::RustConnection;

/// A connection to a display, kept until the program ends.
pub struct Display {
    connection: RustConnection,
    root: u32,
}

/// A window that goes away with its value.
pub struct Window {
    display: &'static Display,
    id: u32,
}

impl Display {
    /// The display: `$DISPLAY`, or else a fresh Xvfb, to which `$DISPLAY` is then set.
    ///
    /// # Panics
    /// If there is neither a display nor Xvfb (Debian package `xvfb`, see `cargo xtask setup`).
    #[must_use]
    pub fn get() -> &'static Self {
        static DISPLAY: OnceLock<Display> = OnceLock::new();
        DISPLAY.get_or_init(|| {
            if std::env::var_os("DISPLAY").is_none_or(|name| name.is_empty()) {
                let name = start_xvfb();
                // SAFETY: every test of a program with editors comes through here first, so no other thread of it
                // reads the environment yet.
                unsafe { std::env::set_var("DISPLAY", name) };
            }
            pin_graphics();
            let (connection, screen) = x11rb::connect(None).expect("a connection to the X11 display");
            let root = connection.setup().roots[screen].root;
            Self { connection, root }
        })
    }

    /// A visible window for an editor to be put into.
    ///
    /// # Panics
    /// If the display refuses.
    #[must_use]
    pub fn window(&'static self, width: u16, height: u16) -> Window {
        let connection = &self.connection;
        let id = connection.generate_id().expect("an X11 id");
        let (depth, visual) = (COPY_DEPTH_FROM_PARENT, x11rb::COPY_FROM_PARENT);
        let (class, values) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        let created = connection
            .create_window(depth, id, self.root, 0, 0, width, height, 0, class, visual, &values)
            .and_then(|_| connection.map_window(id));
        created.expect("a connection").check().expect("a window");
        Window { display: self, id }
    }

    /// The window on top of the screen, if there is one on it.
    ///
    /// # Panics
    /// If the display refuses.
    #[must_use]
    pub fn top_window(&self) -> Option<u32> {
        let connection = &self.connection;
        let all = connection.query_tree(self.root).expect("a connection").reply().expect("the screen").children;
        let is_shown = |window: &u32| {
            let seen = connection.get_window_attributes(*window).expect("a connection").reply();
            seen.is_ok_and(|seen| seen.map_state == MapState::VIEWABLE)
        };
        all.into_iter().rev().find(is_shown)
    }
}

impl Window {
    /// Its X11 id.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.display.connection.destroy_window(self.id);
        let _ = self.display.connection.flush();
    }
}

/// Keeps the graphics libraries mapped, as every host with windows of its own does. Without it the last editor to close
/// unloads them while its thread still has to run their thread-exit functions, and the program crashes now and then.
fn pin_graphics() {
    for name in [c"libX11.so.6", c"libX11-xcb.so.1", c"libxcb.so.1", c"libGL.so.1", c"libEGL.so.1"] {
        // SAFETY: a system library's name; its initialisers are what the editor itself would run.
        unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_LAZY | libc::RTLD_NODELETE) };
    }
}

/// A virtual display on the next free number. It ends when its last client goes: with this program's connection.
#[allow(clippy::zombie_processes, reason = "it lives as long as this program, and ends after it")]
fn start_xvfb() -> String {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-terminate", "-nolisten", "tcp", "-screen", "0", "2400x1600x24"])
        .args(["+extension", "GLX"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("no $DISPLAY, and no Xvfb to make one (package xvfb; `cargo xtask setup` installs it)");
    let mut number = String::new();
    let stdout = server.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut number).expect("the number of the display from Xvfb");
    format!(":{}", number.trim())
}
