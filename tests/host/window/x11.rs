//! A person in front of an X11 window: sees, points, types.

use std::io::Write as _;
use std::path::Path;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ButtonPressEvent, ConnectionExt, EventMask, ImageFormat, InputFocus,
    KEY_PRESS_EVENT, KEY_RELEASE_EVENT, KeyButMask, KeyPressEvent, MOTION_NOTIFY_EVENT, Motion, MotionNotifyEvent,
};
use x11rb::rust_connection::RustConnection;

/// What a window shows: red, green, blue.
pub struct Picture {
    pixels: Vec<[u8; 3]>,
    size: [u16; 2],
}

impl Picture {
    /// Width and height in pixels.
    pub fn size(&self) -> [u16; 2] {
        self.size
    }

    /// With other pixels.
    pub fn mapped(&self, to: impl Fn([u16; 2], [u8; 3]) -> [u8; 3]) -> Self {
        let width = usize::from(self.size[0]);
        let place = |index: usize| [index % width, index / width].map(|at| u16::try_from(at).expect("in the picture"));
        let pixels = self.pixels.iter().enumerate().map(|(index, pixel)| to(place(index), *pixel)).collect();
        Self { pixels, size: self.size }
    }

    /// A pixel.
    pub fn at(&self, [x, y]: [u16; 2]) -> [u8; 3] {
        self.pixels[usize::from(y) * usize::from(self.size[0]) + usize::from(x)]
    }

    /// How much of it is so, 0..1.
    pub fn part(&self, so: impl Fn([u8; 3]) -> bool) -> f64 {
        self.pixels.iter().filter(|pixel| so(**pixel)).count() as f64 / self.pixels.len() as f64
    }

    /// The mean difference to another, of 255.
    pub fn apart(&self, other: &Self) -> f64 {
        let of = |(a, b): (&[u8; 3], &[u8; 3])| f64::from((0..3).map(|i| a[i].abs_diff(b[i])).max().unwrap_or(0));
        self.pixels.iter().zip(&other.pixels).map(of).sum::<f64>() / self.pixels.len() as f64
    }

    /// Nothing of the editor is plain black; what it has not drawn is.
    pub fn corners_are_drawn(&self) -> bool {
        let [width, height] = self.size.map(usize::from);
        let places = [(2, 2), (width - 3, 2), (2, height - 3), (width - 3, height / 2), (width / 2, height - 3)];
        places.into_iter().all(|(x, y)| self.pixels[y * width + x] != [0; 3])
    }

    /// As a PPM file.
    pub fn write(&self, path: &Path) {
        let mut bytes = format!("P6\n{} {}\n255\n", self.size[0], self.size[1]).into_bytes();
        bytes.extend(self.pixels.iter().flatten());
        std::fs::File::create(path).and_then(|mut file| file.write_all(&bytes)).expect("a picture");
    }
}

/// Eyes and hands.
pub struct Eye {
    connection: RustConnection,
    root: u32,
    /// The editor's own window, in that of the host.
    editor: u32,
}

impl Eye {
    /// On the editor in this window.
    pub fn on(window: u32) -> Self {
        let mut eye = Self::at(window);
        let children = eye.connection.query_tree(window).expect("asked").reply().expect("a window").children;
        eye.editor = *children.first().expect("the editor's window is in the host's");
        eye
    }

    /// On an editor that has this window of its own.
    pub fn at(editor: u32) -> Self {
        let (connection, screen) = x11rb::connect(None).expect("the display");
        let root = connection.setup().roots[screen].root;
        Self { connection, root, editor }
    }

    /// What the window shows now.
    pub fn picture(&self, window: u32, size: [u16; 2]) -> Picture {
        let [width, height] = size;
        let asked = self.connection.get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, u32::MAX);
        let image = asked.expect("asked").reply().expect("a window on the screen");
        assert_eq!(image.data.len(), usize::from(width) * usize::from(height) * 4, "a display of 24 bits");
        Picture { pixels: image.data.chunks_exact(4).map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect(), size }
    }

    fn send(&self, mask: EventMask, event: impl Into<[u8; 32]>) {
        self.connection.send_event(true, self.editor, mask, event).expect("sent");
        self.connection.flush().expect("sent");
    }

    /// The editor's own window.
    pub fn editor(&self) -> u32 {
        self.editor
    }

    /// Presses a key, by its X11 symbol, and lets go.
    pub fn key(&self, symbol: u32) {
        self.focus();
        self.stroke(symbol, true, KeyButMask::default());
        self.stroke(symbol, false, KeyButMask::default());
    }

    /// Presses a key while Shift is held.
    pub fn key_with(&self, shift: u32, symbol: u32) {
        self.focus();
        self.stroke(shift, true, KeyButMask::default());
        self.stroke(symbol, true, KeyButMask::SHIFT);
        self.stroke(symbol, false, KeyButMask::SHIFT);
        self.stroke(shift, false, KeyButMask::SHIFT);
    }

    fn focus(&self) {
        self.connection.set_input_focus(InputFocus::PARENT, self.editor, x11rb::CURRENT_TIME).expect("focus");
    }

    /// A key goes down or comes up.
    fn stroke(&self, symbol: u32, down: bool, state: KeyButMask) {
        let (response_type, mask) =
            if down { (KEY_PRESS_EVENT, EventMask::KEY_PRESS) } else { (KEY_RELEASE_EVENT, EventMask::KEY_RELEASE) };
        self.send(
            mask,
            KeyPressEvent {
                response_type,
                detail: self.code(symbol),
                sequence: 0,
                time: x11rb::CURRENT_TIME,
                root: self.root,
                event: self.editor,
                child: x11rb::NONE,
                root_x: 1,
                root_y: 1,
                event_x: 1,
                event_y: 1,
                state,
                same_screen: true,
            },
        );
    }

    /// The key that has a symbol.
    fn code(&self, symbol: u32) -> u8 {
        let setup = self.connection.setup();
        let (first, count) = (setup.min_keycode, setup.max_keycode - setup.min_keycode + 1);
        let map = self.connection.get_keyboard_mapping(first, count).expect("asked").reply().expect("a keyboard");
        let per_key = usize::from(map.keysyms_per_keycode);
        let place = map.keysyms.chunks(per_key).position(|symbols| symbols.first() == Some(&symbol));
        first + u8::try_from(place.expect("a key of it")).expect("a key")
    }

    /// Points and presses the left button, in pixels of the window.
    pub fn click(&self, [x, y]: [i16; 2]) {
        let (root, event, child) = (self.root, self.editor, x11rb::NONE);
        self.send(
            EventMask::POINTER_MOTION,
            MotionNotifyEvent {
                response_type: MOTION_NOTIFY_EVENT,
                detail: Motion::NORMAL,
                sequence: 0,
                time: x11rb::CURRENT_TIME,
                root,
                event,
                child,
                root_x: x,
                root_y: y,
                event_x: x,
                event_y: y,
                state: KeyButMask::default(),
                same_screen: true,
            },
        );
        for (response_type, mask) in
            [(BUTTON_PRESS_EVENT, EventMask::BUTTON_PRESS), (BUTTON_RELEASE_EVENT, EventMask::BUTTON_RELEASE)]
        {
            self.send(
                mask,
                ButtonPressEvent {
                    response_type,
                    detail: 1,
                    sequence: 0,
                    time: x11rb::CURRENT_TIME,
                    root,
                    event,
                    child,
                    root_x: x,
                    root_y: y,
                    event_x: x,
                    event_y: y,
                    state: KeyButMask::default(),
                    same_screen: true,
                },
            );
        }
    }
}
