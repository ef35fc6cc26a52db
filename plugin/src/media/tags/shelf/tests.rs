//! The thread that reads the tags of a list.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::*;
use crate::media::tags::tests::tagged_wav;
use crate::media::tests::Folder;

/// A shelf whose reading is counted, and held up at a file named `gate` until it is opened.
struct Bench {
    shelf: TagShelf,
    reads: Arc<Mutex<Vec<String>>>,
    view: TagsView,
}

impl Bench {
    fn new() -> (Self, mpsc::Sender<()>) {
        let (open, gate) = mpsc::channel();
        let (gate, reads) = (Mutex::new(gate), Arc::new(Mutex::new(vec![])));
        let told = reads.clone();
        let read = move |path: &Path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            told.lock().unwrap().push(name.clone());
            if name == "gate" {
                let _ = gate.lock().unwrap().recv();
            }
            Tags { title: Some(name.into()), ..Tags::default() }
        };
        (Self { shelf: TagShelf::reading(read, || ()), reads, view: TagsView::default() }, open)
    }

    fn until(&mut self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let began = Instant::now();
        loop {
            self.view = self.shelf.news().unwrap_or_else(|| self.view.clone());
            if so(self) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "never: {what}");
            std::thread::yield_now();
        }
    }

    fn knows(&self, path: &Path) -> bool {
        self.view.of.contains_key(path)
    }

    fn reads(&self) -> Vec<String> {
        self.reads.lock().unwrap().clone()
    }
}

#[test]
fn what_is_in_sight_comes_first_and_is_shown_before_the_rest_is_read() {
    let folder = Folder::new();
    let files: Vec<_> = (0..40).map(|number| folder.write(&format!("{number}.wav"), b"x")).collect();
    let gate = folder.write("gate.wav", b"x");
    let (mut bench, open) = Bench::new();
    bench.shelf.list([std::slice::from_ref(&gate), &files[..]].concat());
    bench.until("the first is being read", |bench| !bench.reads().is_empty());
    bench.shelf.soon(files[30..33].to_vec());
    assert_eq!(bench.shelf.shared.state().soon.len(), 3);
    open.send(()).unwrap();
    bench.until("in sight", |bench| files[30..33].iter().all(|file| bench.knows(file)));
    bench.until("all", |bench| bench.view.rounds == 1);
    assert_eq!(&bench.reads()[..5], ["gate", "30", "31", "32", "0"]);
    assert_eq!((bench.reads().len(), bench.view.of.len(), bench.view.progress), (41, 41, None), "each of them once");
}

#[test]
fn progress_is_told_and_another_list_takes_the_place_of_the_first() {
    let folder = Folder::new();
    let files: Vec<_> = (0..9).map(|number| folder.write(&format!("{number}.wav"), b"x")).collect();
    let (gate, other) = (folder.write("gate.wav", b"x"), folder.write("other.wav", b"x"));
    let (mut bench, open) = Bench::new();
    bench.shelf.list([&files[..1], &[gate], &files[1..]].concat());
    bench.until("under way", |bench| bench.reads().len() == 2);
    bench.until("told", |bench| bench.view.progress == Some((1, 10)));
    assert_eq!(bench.view.of[files[0].as_path()].title.as_deref(), Some("0"), "what is known meanwhile is shown");
    bench.shelf.list(vec![other.clone()]);
    open.send(()).unwrap();
    bench.until("the other", |bench| bench.view.rounds == 1 && bench.knows(&other));
    assert_eq!(bench.reads(), ["0", "gate", "other"], "nobody wants the others any more");
    bench.shelf.list(vec![]);
    bench.until("none", |bench| bench.view.progress.is_none());
}

#[test]
fn a_file_is_read_again_only_if_it_has_changed() {
    let folder = Folder::new();
    let path = folder.write("a.wav", b"x");
    let (mut bench, _open) = Bench::new();
    for round in 1..=2 {
        bench.shelf.list(vec![path.clone()]);
        bench.until("read", |bench| bench.view.rounds == round);
    }
    assert_eq!(bench.reads().len(), 1);
    folder.write("a.wav", b"another size");
    bench.shelf.list(vec![path.clone()]);
    bench.until("again", |bench| bench.view.rounds == 3);
    assert_eq!(bench.reads().len(), 2);
    std::fs::remove_file(&path).unwrap();
    bench.shelf.soon(vec![path.clone()]);
    bench.until("gone", |bench| bench.view.of[path.as_path()] == Tags::default());
}

#[test]
fn nobody_asks_and_there_is_no_thread_and_a_list_that_is_left_holds_up_no_end() {
    let woken = Arc::new(AtomicUsize::new(0));
    let rung = woken.clone();
    let mut shelf = TagShelf::new(move || _ = rung.fetch_add(1, Ordering::SeqCst));
    assert!(!shelf.thread.has_begun() && shelf.news().is_none());
    let folder = Folder::new();
    let file = folder.write("a.wav", &tagged_wav("Salt", "Nobody", &[0; 64]));
    shelf.list(vec![file; 5_000]);
    drop(shelf);
    assert!(woken.load(Ordering::SeqCst) <= 5_000);
}
