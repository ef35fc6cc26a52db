//! The system's clipboard. On X11 it costs two connections and a thread: so it is opened when it is first used.

use copypasta::{ClipboardContext, ClipboardProvider as _};

/// It, once it was used.
#[derive(Default)]
pub(super) struct Clipboard(Option<ClipboardContext>);

impl Clipboard {
    fn open(&mut self) -> Option<&mut ClipboardContext> {
        if self.0.is_none() {
            self.0 = ClipboardContext::new().ok();
        }
        self.0.as_mut()
    }

    /// Its text, if it has one and the system gives it.
    pub(super) fn text(&mut self) -> Option<String> {
        self.open()?.get_contents().ok()
    }

    /// Puts a text into it. A system without one forgets it.
    pub(super) fn put(&mut self, text: String) {
        if let Some(open) = self.open() {
            let _ = open.set_contents(text);
        }
    }
}
