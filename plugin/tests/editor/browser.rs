//! The file browser, on a real folder.

use std::path::{Path, PathBuf};

use echelon::editor::columns::Column;
use echelon::editor::folders::Folders;
use echelon::editor::ids::{self, Part};
use echelon::media::{ShelfView, TrackFacts};
use echelon::view::{ListenState, Listened, Order, ShelfOrder};
use echelon_engine::action::{Action, ActionTiming};
use echelon_engine::deck::ListenView;
use echelon_engine::mixer::Knob;
use echelon_engine::units::DeckId;
use egui::Key;

use crate::bench::Bench;
use crate::scenes::scene;

/// A folder with a folder and some files; gone with its owner.
pub struct Music(PathBuf);

impl Music {
    pub fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("echelon-browser-{name}-{}", std::process::id()));
        std::fs::create_dir_all(root.join("Crate")).unwrap();
        for file in ["Crate/deep.wav", "one.flac", "two.mp3", "cover.jpg"] {
            std::fs::write(root.join(file), b"x").unwrap();
        }
        Self(root)
    }

    /// The editor with the browser open on this folder for deck A, whose track lies in it.
    pub fn open(&self) -> Bench {
        let mut view = scene("stopped", 0.0).unwrap();
        view.tracks[0].path = Some(self.0.join("one.flac"));
        let mut bench = Bench::new(view);
        bench.click(ids::deck(DeckId::A, Part::Load));
        bench.frame(vec![]);
        assert_eq!(bench.stage.browsing(), Some(self.0.as_path()));
        bench
    }

    fn load(&self, file: &str) -> (Action, ActionTiming) {
        (Action::LoadDeck { deck: DeckId::A, path: self.0.join(file) }, ActionTiming::Default)
    }
}

impl Drop for Music {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_double_click_on_a_file_loads_it_and_closes_the_browser() {
    let music = Music::new("double");
    let mut bench = music.open();
    assert!(!bench.says("cover.jpg"));
    bench.double_click(ids::row(2));
    assert_eq!(bench.asked(), [music.load("two.mp3")]);
    assert_eq!(bench.stage.browsing(), None);
}

#[test]
fn a_single_click_chooses_and_the_button_loads() {
    let music = Music::new("single");
    let mut bench = music.open();
    bench.click(ids::browser("load"));
    assert_eq!(bench.asked(), [], "nothing chosen yet");
    bench.click(ids::row(1));
    assert_eq!(bench.asked(), []);
    bench.click(ids::browser("load"));
    assert_eq!(bench.asked(), [music.load("one.flac")]);
}

#[test]
fn folders_are_entered_and_left() {
    let music = Music::new("folders");
    let mut bench = music.open();
    bench.double_click(ids::row(0));
    assert_eq!(bench.stage.browsing(), Some(music.0.join("Crate").as_path()));
    assert!(bench.says("deep.wav"));
    bench.click(ids::browser("up"));
    assert_eq!(bench.stage.browsing(), Some(music.0.as_path()));
    bench.click(ids::browser("home"));
    assert_eq!(bench.stage.browsing(), Some(echelon::editor::files::home().as_path()));
}

#[test]
fn a_folder_is_read_again_only_when_asked() {
    let music = Music::new("refresh");
    let mut bench = music.open();
    std::fs::write(music.0.join("three.wav"), b"x").unwrap();
    bench.wait(5.0);
    assert!(!bench.says("three.wav"), "nobody looks at the disk while drawing");
    bench.click(ids::browser("refresh"));
    bench.frame(vec![]);
    assert!(bench.says("three.wav"));
}

#[test]
fn a_folder_that_is_gone_is_told_in_a_sentence() {
    let music = Music::new("gone");
    let mut bench = music.open();
    std::fs::remove_dir_all(&music.0).unwrap();
    bench.click(ids::browser("refresh"));
    assert!(bench.says("cannot be opened"));
}

#[test]
fn the_keyboard_walks_and_loads() {
    let music = Music::new("keys");
    let mut bench = music.open();
    for key in [Key::ArrowDown, Key::ArrowDown, Key::ArrowDown, Key::ArrowDown, Key::ArrowUp, Key::Enter] {
        bench.key(key);
    }
    assert_eq!(bench.asked(), [music.load("one.flac")]);
    let mut bench = music.open();
    bench.key(Key::ArrowDown);
    bench.key(Key::Enter);
    assert_eq!(bench.stage.browsing(), Some(music.0.join("Crate").as_path()));
    bench.key(Key::Backspace);
    assert_eq!(bench.stage.browsing(), Some(music.0.as_path()));
    bench.key(Key::Escape);
    assert_eq!(bench.stage.browsing(), None);
}

#[test]
fn while_a_name_is_typed_keys_are_letters() {
    let music = Music::new("filter");
    let mut bench = music.open();
    bench.click(ids::browser("filter"));
    bench.type_text("two");
    bench.key(Key::Space);
    bench.key(Key::Num2);
    assert_eq!(bench.asked(), [], "space is a letter here");
    assert_eq!(bench.stage.chosen(), DeckId::A);
    assert!(!bench.says("one.flac") && bench.says("two.mp3"));
    bench.double_click(ids::row(0));
    assert_eq!(bench.asked(), [music.load("two.mp3")]);
}

#[test]
fn the_next_browser_opens_where_the_last_one_was() {
    let music = Music::new("again");
    let mut bench = music.open();
    bench.double_click(ids::row(0));
    bench.click(ids::browser("close"));
    bench.frame(vec![]);
    bench.click(ids::deck(DeckId::D, Part::Load));
    assert_eq!(bench.stage.browsing(), Some(music.0.join("Crate").as_path()));
}

#[test]
fn a_list_that_is_longer_than_the_screen_follows_the_keyboard() {
    let music = Music::new("long");
    for index in 0..200 {
        std::fs::write(music.0.join(format!("{index}.wav")), b"x").unwrap();
    }
    let mut bench = music.open();
    for _ in 0..60 {
        bench.key(Key::ArrowDown);
    }
    let list = bench.screen();
    assert!(list.contains_rect(bench.rect(ids::row(59))), "the 60th row is in sight");
    bench.key(Key::Enter);
    assert_eq!(bench.asked(), [music.load("58.wav")]);
}

#[test]
fn a_missing_folder_of_the_track_means_home() {
    let mut view = scene("stopped", 0.0).unwrap();
    view.tracks[0].path = Some(Path::new("/nowhere/at/all.wav").to_owned());
    let mut bench = Bench::new(view);
    bench.click(ids::deck(DeckId::A, Part::Load));
    assert_eq!(bench.stage.browsing(), Some(echelon::editor::files::home().as_path()));
}

/// The listing may be as slow as the drive likes.
#[test]
fn a_drive_that_hangs_freezes_nothing_and_its_answer_is_taken_in_whenever_it_comes() {
    let music = Music::new("hangs");
    let mut bench = music.open();
    bench.ordered();
    let (open, gate) = std::sync::mpsc::channel::<()>();
    let (gate, crate_folder) = (std::sync::Mutex::new(gate), music.0.join("Crate"));
    bench.stage.read_folders_with(Folders::reading(move |wish| {
        if wish.folder.as_ref() == Some(&crate_folder) {
            let _ = gate.lock().unwrap().recv();
        }
        wish.read()
    }));
    bench.patient = false;
    bench.double_click(ids::row(0));
    let began = std::time::Instant::now();
    while !bench.says("This drive takes its time") {
        assert!(began.elapsed().as_secs() < 30 && bench.stage.is_reading());
    }
    assert!(bench.says("Reading") && !bench.says("deep.wav") && !bench.says("one.flac"));
    assert_eq!(bench.stage.browsing(), Some(music.0.join("Crate").as_path()));
    for key in [Key::ArrowDown, Key::Enter, Key::Space] {
        bench.key(key);
    }
    assert_eq!((bench.asked(), bench.ordered()), (vec![], vec![]), "there is nothing to choose yet");
    // Elsewhere, while it hangs; and back to it.
    bench.click(ids::browser("up"));
    bench.patient = true;
    bench.frame(vec![]);
    assert!(bench.says("one.flac"));
    bench.patient = false;
    bench.double_click(ids::row(0));
    assert!(bench.stage.is_reading());
    drop(open);
    bench.patient = true;
    bench.frame(vec![]);
    assert!(bench.says("deep.wav"));
}

#[test]
fn tempo_and_key_of_tracks_that_were_on_a_deck_are_shown_and_sorted_by() {
    let music = Music::new("facts");
    let mut view = scene("playing", 0.0).unwrap();
    // 124 BPM in A minor, and 128 in C major: relatives.
    view.tracks[0].path = Some(music.0.join("two.mp3"));
    view.tracks[1].path = Some(music.0.join("one.flac"));
    let mut bench = Bench::new(view);
    bench.click(ids::deck(DeckId::A, Part::Load));
    bench.frame(vec![]);
    assert_eq!(bench.stage.browsing(), Some(music.0.as_path()));
    for words in ["124.0", "128.0", "8A", "8B", "fits", "same key", "near"] {
        assert!(bench.says(words), "{words}");
    }
    let first = |bench: &mut Bench| {
        let texts = bench.texts();
        let top = |name: &str| texts.iter().find(|(text, ..)| text == name).unwrap().1.top();
        if top("one.flac") < top("two.mp3") { "one" } else { "two" }
    };
    assert_eq!(first(&mut bench), "one");
    bench.click(ids::browser("by tempo"));
    bench.frame(vec![]);
    assert_eq!(first(&mut bench), "two", "the slower one");
    assert!(bench.rect(ids::row(0)).top() < bench.rect(ids::row(1)).top());
}

#[test]
fn the_shelf_is_asked_and_what_it_knows_is_shown() {
    let music = Music::new("shelf");
    let mut bench = music.open();
    let files = ["one.flac", "two.mp3"].map(|file| music.0.join(file));
    let all = files.to_vec();
    let asked = [ShelfOrder::Look(all.clone()), ShelfOrder::TagList(all.clone()), ShelfOrder::Tags(all)];
    assert_eq!(bench.ordered(), asked.map(Order::Shelf));
    bench.click(ids::row(1));
    bench.frame(vec![]);
    assert_eq!(bench.ordered(), [Order::Shelf(ShelfOrder::Preview(files[0].clone()))], "once");
    bench.click(ids::browser("analyse"));
    // The first is on deck A, and known.
    assert_eq!(bench.ordered(), [Order::Shelf(ShelfOrder::Analyse(files[1..].to_vec()))]);
    let mut shelf = ShelfView::default();
    let facts = TrackFacts { bpm: Some(133.25), ..TrackFacts::default() };
    (shelf.running, shelf.waiting) = (Some((files[1].clone(), 0.42)), 3);
    bench.view.shelf = shelf.clone().into();
    bench.frame(vec![]);
    assert!(bench.says("analysing 42 %") && bench.says("Stop (4)"));
    std::sync::Arc::make_mut(&mut shelf.facts).insert(files[1].clone(), facts);
    bench.view.shelf = ShelfView { running: None, ..shelf }.into();
    bench.frame(vec![]);
    assert!(bench.says("133.2"));
    bench.click(ids::browser("analyse"));
    assert_eq!(bench.ordered(), [Order::Shelf(ShelfOrder::Stop)]);
}

#[test]
fn a_file_is_dragged_to_a_deck() {
    let music = Music::new("drag");
    let mut bench = music.open();
    // The rows above the list, not those of the page before.
    bench.wait(0.1);
    bench.wait(0.1);
    let (from, to) = (bench.rect(ids::row(1)).center(), bench.rect(ids::deck(DeckId::C, Part::Strip)).center());
    let asked = bench.drag(from, to - from);
    assert_eq!(asked, [Action::LoadDeck { deck: DeckId::C, path: music.0.join("one.flac") }]);
}

/// What was ordered of listening.
fn listens(bench: &Bench) -> Vec<Option<(PathBuf, f64)>> {
    let listen = |order| if let Order::Listen(what) = order { Some(what) } else { None };
    bench.ordered().into_iter().filter_map(listen).collect()
}

#[test]
fn a_file_is_listened_to_by_button_by_key_and_from_a_place() {
    let music = Music::new("listen");
    let mut bench = music.open();
    let [one, two] = ["one.flac", "two.mp3"].map(|file| music.0.join(file));
    let listened = |file: &Path, state| Some(Listened { file: file.to_owned(), state });
    bench.click(ids::browser("listen"));
    assert_eq!(listens(&bench), [], "nothing is chosen");
    bench.click(ids::row(1));
    bench.click(ids::browser("listen"));
    assert_eq!(listens(&bench), [Some((one.clone(), 1.0 / 3.0))]);
    bench.view.listened = listened(&one, ListenState::Loading);
    assert!(bench.says("loading"));
    bench.view.listened = listened(&one, ListenState::On);
    assert!(bench.says("comes to that place"));
    bench.view.snapshot.listen = Some(ListenView { number: 1, position_secs: 61.0, length_secs: 183.0, waits: false });
    assert!(bench.says("in the headphones") && bench.says("1:01.0 of ") && bench.says("3:03.0"));
    let cue_mix = Knob::of_master("cue_mix").unwrap();
    bench.view.snapshot.set_knob(cue_mix, 1.0);
    assert!(bench.says("cue mix is all master"));
    bench.click(ids::browser("listen"));
    assert_eq!(listens(&bench), [None], "the same button ends it");
    let place = bench.rect(ids::browser("listen at"));
    bench.click_at(place.lerp_inside(egui::vec2(0.75, 0.5)));
    let [Some((file, part))] = &listens(&bench)[..] else { panic!("one place") };
    assert!(*file == one && (part - 0.75).abs() < 0.01);
    // The keyboard: another file, its end, and the start of one. What has the focus of a button does not hear them.
    bench.click_at(bench.rect(ids::row(2)).center());
    bench.key(Key::Space);
    assert_eq!(listens(&bench), [Some((two.clone(), 1.0 / 3.0))]);
    bench.view.listened = listened(&two, ListenState::On);
    bench.key(Key::Space);
    assert_eq!(listens(&bench), [None]);
    bench.view.listened = listened(&two, ListenState::Failed("the file is no music".to_owned()));
    assert!(bench.says("the file is no music"));
    bench.key_with(Key::Space, egui::Modifiers::SHIFT);
    assert_eq!(listens(&bench), [Some((two, 0.0))]);
    assert_eq!(bench.asked(), [], "no deck has anything of it");
}

#[test]
fn who_leaves_the_library_listens_no_more() {
    let music = Music::new("leave");
    type Act = fn(&mut Bench);
    let mut ends: Vec<(&str, Act)> = vec![];
    ends.push(("load", |bench| bench.double_click(ids::row(1))));
    ends.push(("page", |bench| bench.key(Key::Num0)));
    ends.push(("close", |bench| bench.click(ids::browser("close"))));
    ends.push(("window", Bench::close));
    for (what, end) in ends {
        let mut bench = music.open();
        bench.click(ids::row(1));
        bench.key(Key::Space);
        assert_eq!(listens(&bench).len(), 1);
        end(&mut bench);
        if what != "window" {
            bench.frame(vec![]);
        }
        assert_eq!(listens(&bench), [None], "{what}");
    }
}

#[test]
fn the_controls_of_the_library_are_reached_by_tab() {
    let music = Music::new("tab");
    let mut bench = music.open();
    bench.click(ids::row(1));
    let mut seen = std::collections::HashSet::new();
    for _ in 0..60 {
        bench.key(Key::Tab);
        seen.extend(bench.ctx.memory(|memory| memory.focused()));
    }
    let headings = Column::ALL.map(Column::id);
    for name in ["up", "home", "refresh", "filter", "analyse", "listen", "load", "close"].into_iter().chain(headings) {
        assert!(seen.contains(&ids::browser(name)), "{name}");
    }
}

#[test]
fn numbers_choose_the_deck_that_is_loaded() {
    let music = Music::new("numbers");
    let mut bench = music.open();
    for key in [Key::Num4, Key::ArrowDown, Key::ArrowDown, Key::Enter] {
        bench.key(key);
    }
    assert_eq!(
        bench.asked(),
        [(Action::LoadDeck { deck: DeckId::D, path: music.0.join("one.flac") }, ActionTiming::Default)]
    );
}
