//! Opened and closed again and again: in a CLAP host, in a VST3 host, and as a window of its own. Nothing of it stays.
//!
//! `ECHELON_OPENINGS=1000` opens that often, and tells the figures on the way.

#[path = "../../plugin/examples/editor_shot/context.rs"]
mod context;

use std::sync::Arc;
use std::time::Duration;

use echelon::editor::create;
use echelon::view::{Act, SharedView};
use echelon_engine::action::{Action, ActionTiming};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::{Editor, EditorHandle, SpawnedEditor};
use support::display::Display;
use support::{Event as HostEvent, Format, MiniHost, Setup, wait_for};

use crate::x11::{Eye, Picture};
use crate::{alone, is_drawn};

const OPENINGS: u32 = 25;
/// Openings until libraries and caches have what they keep.
const WARM: u32 = 10;
/// What an opening may seem to keep, in bytes: the noise of the heaps' own books.
const NOISE_BYTES: usize = 4096;
/// The same for all openings together.
const ONCE_BYTES: usize = 256 << 10;
/// What is looked at of a window: it opens at least this large.
const WINDOW: [u16; 2] = [900, 600];
/// No window takes so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// What this process has.
#[derive(Clone, Copy, Debug)]
struct Kept {
    threads: usize,
    files: usize,
    /// On the C library's heaps, which are Rust's too.
    heap_bytes: usize,
    resident_kib: usize,
}

impl Kept {
    /// Once the threads of the last window are gone.
    fn now() -> Self {
        // SAFETY: both only look at, and tidy, the heaps' own books.
        let heap = unsafe {
            libc::malloc_trim(0);
            libc::mallinfo2()
        };
        Self {
            threads: entries("task"),
            files: entries("fd"),
            heap_bytes: heap.uordblks + heap.hblkhd,
            resident_kib: resident_kib(),
        }
    }
}

/// How many threads (`task`) or open files (`fd`) this process has.
fn entries(kind: &str) -> usize {
    std::fs::read_dir(format!("/proc/self/{kind}")).expect("/proc").count()
}

fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number")
}

/// Opens so often; what an opening keeps, in bytes of heap. Threads and files stay the same.
fn kept_each(name: &str, openings: u32, mut open: impl FnMut(u32)) -> usize {
    (0..WARM).for_each(&mut open);
    let before = Kept::now();
    let mut after = before;
    for number in 1..=openings {
        open(number);
        if [1, 100, 500, openings].contains(&number) {
            after = Kept::now();
            let heap_kib = after.heap_bytes.saturating_sub(before.heap_bytes) >> 10;
            let resident_kib = after.resident_kib.saturating_sub(before.resident_kib);
            println!(
                "{name}: {number} openings: {} threads, {} files, +{heap_kib} KiB of heap, +{resident_kib} KiB resident",
                after.threads, after.files
            );
        }
    }
    assert_eq!(after.threads, before.threads, "{name}: threads");
    assert_eq!(after.files, before.files, "{name}: files");
    after.heap_bytes.saturating_sub(before.heap_bytes + ONCE_BYTES) / openings as usize
}

/// In a host that plays and automates all the while.
fn open_hosted(host: &mut MiniHost, display: &'static Display, number: u32) {
    const FRAMES: u64 = 9600;
    let start = host.frame();
    for (index, frame) in (start..start + FRAMES).step_by(97).enumerate() {
        let value = f64::from(u8::try_from(index % 100).expect("a small number")) / 100.0;
        host.at(frame, HostEvent::param("xfader", value)).at(frame, HostEvent::param("gain_1", -24.0 * value));
    }
    host.render_while(FRAMES, |main| {
        let window = display.window(1100, 700);
        assert!(main.open_editor(window.id()), "opening {number}");
        main.serve_callbacks();
        main.close_editor();
    });
}

/// Sees whether the editor asks for something: nobody does here.
struct Nobody;

impl Act for Nobody {
    fn act(&mut self, action: Action, _: ActionTiming) {
        panic!("{action:?}");
    }
}

/// As a program's own window, which is closed when it has drawn a view and three others after that.
fn open_standalone(editor: &impl Editor, view: &SharedView, display: &Display) {
    let context = GuiContext::new(Arc::new(context::NoHost));
    let SpawnedEditor { handle, window } = editor.spawn(None, false, None, context, None).expect("a window");
    assert!(handle.show(&window).is_ok(), "shown");
    let eye = Eye::at(wait_for("a window on the screen", || display.top_window()));
    let mut seen: Option<Picture> = None;
    for side in [0.0, 0.4, 0.6, 1.0] {
        view.update(|view| {
            view.snapshot.block += 1;
            view.snapshot.crossfader = side;
        });
        let before = seen.take();
        seen = Some(wait_for("another picture in the window", || {
            let now = eye.picture(eye.editor(), WINDOW);
            let is_other = before.as_ref().is_none_or(|before| now.apart(before) > 0.0);
            (is_other && is_drawn(&now)).then_some(now)
        }));
    }
    drop(handle);
    drop(window);
}

#[test]
fn opening_and_closing_keeps_nothing() {
    let _alone = alone();
    let display = Display::get();
    let openings = std::env::var("ECHELON_OPENINGS").ok().and_then(|said| said.parse().ok()).unwrap_or(OPENINGS);
    for format in Format::ALL {
        let mut host = Setup::new().open(format);
        let kept = kept_each(&format.to_string(), openings, |number| open_hosted(&mut host, display, number));
        assert!(kept <= NOISE_BYTES, "{format}: an opening keeps {kept} bytes");
        assert_eq!(host.misuse(), [""; 0]);
    }
    let view = SharedView::default();
    let editor = create(view.clone(), Box::new(Nobody)).expect("an editor");
    let kept = kept_each("standalone", openings, |_| open_standalone(&editor, &view, display));
    assert!(kept <= NOISE_BYTES, "standalone: an opening keeps {kept} bytes");
}

/// A host that takes the editor away before it has shown it.
#[test]
fn a_window_that_is_closed_at_once_ends() {
    let _alone = alone();
    let _display = Display::get();
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let editor = create(SharedView::default(), Box::new(Nobody)).expect("an editor");
        for _ in 0..10 {
            let context = GuiContext::new(Arc::new(context::NoHost));
            drop(editor.spawn(None, false, None, context, None).expect("a window"));
        }
        done.send(()).expect("someone waits");
    });
    ended.recv_timeout(PATIENCE).expect("a window that was closed at once never ends");
}
