//! A file manager: someone else's window from which files are dragged (XDND 5).

use std::path::Path;
use std::time::Instant;

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    CLIENT_MESSAGE_EVENT, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::PATIENCE;

x11rb::atom_manager! {
    /// The protocol's words.
    Atoms: AtomsCookie {
        XdndEnter,
        XdndPosition,
        XdndStatus,
        XdndDrop,
        XdndFinished,
        XdndSelection,
        XdndActionCopy,
        UriList: b"text/uri-list",
    }
}

/// The window that a file is dragged from.
pub struct Source {
    connection: RustConnection,
    atoms: Atoms,
    own: u32,
    target: u32,
    list: Vec<u8>,
}

impl Source {
    /// With a file, over the editor's window.
    pub fn over(target: u32, file: &Path) -> Self {
        let (connection, screen) = x11rb::connect(None).expect("the display");
        let atoms = Atoms::new(&connection).expect("asked").reply().expect("names");
        let root = connection.setup().roots[screen].root;
        let own = connection.generate_id().expect("an X11 id");
        let (class, values) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        connection.create_window(0, own, root, 0, 0, 1, 1, 0, class, 0, &values).expect("a window");
        connection.set_selection_owner(own, atoms.XdndSelection, x11rb::CURRENT_TIME).expect("asked");
        let source = Self { connection, atoms, own, target, list: uri_list(file) };
        source.send(source.atoms.XdndEnter, [5 << 24, source.atoms.UriList, 0, 0]);
        source
    }

    fn send(&self, kind: u32, [a, b, c, d]: [u32; 4]) {
        let event = ClientMessageEvent {
            response_type: CLIENT_MESSAGE_EVENT,
            format: 32,
            sequence: 0,
            window: self.target,
            type_: kind,
            data: [self.own, a, b, c, d].into(),
        };
        self.connection.send_event(false, self.target, EventMask::NO_EVENT, event).expect("sent");
        self.connection.flush().expect("sent");
    }

    /// Drags it to a place of the screen; returns when the editor says that it would take it.
    pub fn drag(&self, [x, y]: [u16; 2]) {
        let place = (u32::from(x) << 16) | u32::from(y);
        self.send(self.atoms.XdndPosition, [0, place, x11rb::CURRENT_TIME, self.atoms.XdndActionCopy]);
        let answer = self.answer(self.atoms.XdndStatus);
        assert_eq!(answer.data.as_data32()[1] & 1, 1, "the editor refuses the file");
    }

    /// Lets go; returns when the editor says that it is done.
    pub fn let_go(self) {
        self.send(self.atoms.XdndDrop, [0, x11rb::CURRENT_TIME, 0, 0]);
        self.answer(self.atoms.XdndFinished);
    }

    /// Waits for a message of the editor's, and gives it the list of files meanwhile when it asks.
    fn answer(&self, kind: u32) -> ClientMessageEvent {
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < PATIENCE, "the editor does not answer");
            match self.connection.poll_for_event().expect("the display") {
                Some(Event::ClientMessage(message)) if message.type_ == kind => return message,
                Some(Event::SelectionRequest(request)) => self.give(&request),
                Some(_) => {}
                None => std::thread::yield_now(),
            }
        }
    }

    fn give(&self, request: &SelectionRequestEvent) {
        let SelectionRequestEvent { requestor, property, target, selection, time, .. } = *request;
        assert_eq!(target, self.atoms.UriList);
        self.connection.change_property8(PropMode::REPLACE, requestor, property, target, &self.list).expect("given");
        let event = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time,
            requestor,
            selection,
            target,
            property,
        };
        self.connection.send_event(false, requestor, EventMask::NO_EVENT, event).expect("sent");
        self.connection.flush().expect("sent");
    }
}

/// As file managers write it: with all that is no letter or digit as its number.
fn uri_list(file: &Path) -> Vec<u8> {
    let text = file.to_str().expect("a name");
    let letter = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    let path: String = text.bytes().map(letter).collect();
    format!("file://{path}\r\n").into_bytes()
}
