//! The library's list: columns, their headings, and what files say of themselves.

use std::path::PathBuf;
use std::sync::Arc;

use echelon::editor::columns::Column;
use echelon::editor::ids::{self, Part};
use echelon::editor::page::Page;
use echelon::editor::theme::{self, DEFAULT_SIZE, MIN_SIZE};
use echelon::media::analyse::Key as Tone;
use echelon::media::{ShelfView, Tags, TagsView, TrackFacts};
use echelon::view::{Order, RigView, ShelfOrder};
use echelon_engine::action::Action;
use echelon_engine::units::DeckId;
use egui::{Event, Key, Rect};

use crate::bench::Bench;
use crate::crates::{self, file, listed, tags};
use crate::scenes::scene;

fn said(title: &str, artist: &str, secs: f64) -> Tags {
    Tags { title: Some(title.into()), artist: Some(artist.into()), secs: Some(secs) }
}

/// The library on a folder with these files.
fn open_with(view: RigView, files: &[&str]) -> Bench {
    let mut bench = Bench::new(view);
    bench.stage.read_folders_with(listed(["Folder"].iter().copied(), files.iter().copied()));
    bench.key(Page::Library.key());
    bench.frame(vec![]);
    bench.frame(vec![]);
    bench
}

fn view_with(list: Vec<(PathBuf, Tags)>) -> RigView {
    RigView { tags: tags(list).into(), ..scene("empty", 0.0).unwrap() }
}

/// What is in the list, from its top: the words at the left of each row.
fn rows(bench: &mut Bench, count: usize) -> Vec<String> {
    let texts = bench.texts();
    let name = |index: usize| {
        let row = bench.rect(ids::row(index));
        let here = texts.iter().filter(|(_, rect, _)| row.contains(rect.center()));
        here.min_by(|one, other| one.1.left().total_cmp(&other.1.left())).map(|(text, ..)| text.clone()).unwrap()
    };
    (0..count).map(name).collect()
}

/// What was asked about tags.
fn asked(bench: &Bench) -> Vec<ShelfOrder> {
    let of_tags = |order| match order {
        Order::Shelf(order @ (ShelfOrder::Tags(_) | ShelfOrder::TagList(_))) => Some(order),
        _ => None,
    };
    bench.ordered().into_iter().filter_map(of_tags).collect()
}

#[test]
fn headings_sort_by_what_they_say_and_a_second_click_turns_it_round() {
    let mut view = view_with(vec![
        (file("1.wav"), said("Delta", "yann", 61.0)),
        (file("2.wav"), said("alpha", "Zoe", 3_600.0)),
        (file("3.wav"), said("Charlie", "Xenia", 200.0)),
        (file("4.wav"), Tags::default()),
    ]);
    let facts = |bpm, tonic| TrackFacts { bpm: Some(bpm), key: Tone::new(tonic, true), ..TrackFacts::default() };
    // A, B and E minor: 8A, 10A, 9A.
    let known = [(file("1.wav"), facts(130.0, 9)), (file("2.wav"), facts(99.5, 11)), (file("3.wav"), facts(120.0, 4))];
    view.shelf = ShelfView { facts: Arc::new(known.into_iter().collect()), ..ShelfView::default() }.into();
    let mut bench = open_with(view, &["1.wav", "2.wav", "3.wav", "4.wav"]);
    assert_eq!(
        rows(&mut bench, 5),
        ["Folder", "4.wav", "alpha", "Charlie", "Delta"],
        "a file without a title by its name"
    );
    assert!(bench.says("Name ▲") && bench.says("1:01") && bench.says("60:00") && bench.says("Xenia"));
    let orders = [
        (Column::Artist, "Artist ▲", ["Charlie", "Delta", "alpha", "4.wav"]),
        (Column::Artist, "Artist ▼", ["alpha", "Delta", "Charlie", "4.wav"]),
        (Column::Tempo, "Tempo ▲", ["alpha", "Charlie", "Delta", "4.wav"]),
        (Column::Tempo, "Tempo ▼", ["Delta", "Charlie", "alpha", "4.wav"]),
        (Column::Key, "Key ▲", ["Delta", "Charlie", "alpha", "4.wav"]),
        (Column::Key, "Key ▼", ["alpha", "Charlie", "Delta", "4.wav"]),
        (Column::Length, "Length ▲", ["Delta", "Charlie", "alpha", "4.wav"]),
        (Column::Length, "Length ▼", ["alpha", "Charlie", "Delta", "4.wav"]),
        (Column::Name, "Name ▲", ["4.wav", "alpha", "Charlie", "Delta"]),
        (Column::Name, "Name ▼", ["Delta", "Charlie", "alpha", "4.wav"]),
    ];
    for (column, heading, wanted) in orders {
        bench.click(ids::browser(column.id()));
        bench.frame(vec![]);
        let all = rows(&mut bench, 5);
        assert_eq!((all[0].as_str(), &all[1..]), ("Folder", &wanted.map(str::to_owned)[..]), "{heading}");
        assert!(bench.says(heading), "{heading}");
        let arrows = bench.texts().iter().filter(|(text, ..)| text.contains(['▲', '▼'])).count();
        assert_eq!(arrows, 1, "one heading has the order");
    }
}

#[test]
fn headings_are_worked_by_the_keyboard_and_the_order_is_kept_for_the_next_time() {
    let list = vec![(file("1.wav"), said("A", "Z", 1.0)), (file("2.wav"), said("B", "Y", 2.0))];
    let mut bench = open_with(view_with(list), &["1.wav", "2.wav"]);
    let heading = ids::browser(Column::Artist.id());
    for _ in 0..60 {
        bench.key_down(Key::Tab);
        if bench.ctx.memory(|memory| memory.focused()) == Some(heading) {
            break;
        }
    }
    bench.key(Key::Enter);
    bench.frame(vec![]);
    assert_eq!(rows(&mut bench, 3), ["Folder", "B", "A"]);
    assert_eq!(bench.asked(), [], "no file was loaded by that");
    bench.click(ids::browser("close"));
    bench.frame(vec![]);
    bench.click(ids::deck(DeckId::B, Part::Load));
    bench.frame(vec![]);
    assert!(bench.says("Artist ▲") && bench.says("Load a track on deck B"));
    assert_eq!(rows(&mut bench, 3), ["Folder", "B", "A"]);
}

#[test]
fn the_search_finds_names_titles_and_artists() {
    let list =
        vec![(file("01.wav"), said("Night Bus", "Ola Brandt", 1.0)), (file("02.wav"), said("Salt", "Kasimir", 2.0))];
    let mut bench = open_with(view_with(list), &["01.wav", "02.wav", "Night.wav"]);
    bench.click(ids::browser("filter"));
    let found = |bench: &mut Bench, words: &str, wanted: &[&str]| {
        bench.type_text(words);
        bench.frame(vec![]);
        assert_eq!(rows(bench, wanted.len()), wanted, "{words}");
        assert!(bench.says(&format!("0 folders, {} audio files", wanted.len())), "{words}");
        for _ in 0..words.len() {
            bench.key(Key::Backspace);
        }
    };
    found(&mut bench, "NIGHT", &["Night Bus", "Night.wav"]);
    found(&mut bench, "brandt bus", &["Night Bus"]);
    found(&mut bench, "kasi", &["Salt"]);
    found(&mut bench, "02", &["Salt"]);
    bench.type_text("nobody of that name");
    assert!(bench.says("No name, title or artist like that"));
}

#[test]
fn tags_are_asked_for_as_they_are_needed_those_in_sight_first() {
    let names: Vec<String> = (0..500).map(|number| format!("{number:03}.wav")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut bench = open_with(view_with(vec![]), &names);
    let all: Vec<PathBuf> = names.iter().map(|name| file(name)).collect();
    let [ShelfOrder::TagList(list), ShelfOrder::Tags(seen)] = &asked(&bench)[..] else {
        panic!("the list, and what is seen")
    };
    assert_eq!(list, &all);
    assert!(seen.len() > 5 && seen.len() < 40 && seen[..] == all[..seen.len()], "{}", seen.len());
    bench.wait(0.1);
    assert_eq!(asked(&bench), [], "once");
    // In an order that tags have no say in only what is seen is asked for, until it is searched.
    bench.click(ids::browser(Column::Tempo.id()));
    bench.click(ids::browser("refresh"));
    bench.frame(vec![]);
    let [ShelfOrder::TagList(list), ShelfOrder::Tags(again)] = &asked(&bench)[..] else { panic!("what is seen") };
    assert!(list.is_empty() && again == seen);
    for _ in 0..60 {
        bench.key(Key::ArrowDown);
    }
    let further: Vec<PathBuf> = asked(&bench)
        .into_iter()
        .flat_map(|order| if let ShelfOrder::Tags(files) = order { files } else { vec![] })
        .collect();
    assert!(further.contains(&all[58]) && !further.contains(&all[0]) && further.len() < 70, "{}", further.len());
    bench.click(ids::browser("filter"));
    bench.type_text("4");
    bench.frame(vec![]);
    assert_eq!(asked(&bench)[0], ShelfOrder::TagList(all));
}

#[test]
fn while_tags_are_read_the_list_stays_and_says_so_then_it_is_put_in_order() {
    let mut bench = open_with(view_with(vec![]), &["1.wav", "2.wav", "3.wav"]);
    let first = tags(vec![(file("1.wav"), said("Zebra", "A", 1.0))]);
    bench.view.tags = Arc::new(TagsView { progress: Some((1, 3)), rounds: 0, ..first });
    bench.click(ids::browser(Column::Artist.id()));
    bench.click(ids::browser(Column::Name.id()));
    bench.frame(vec![]);
    assert!(bench.says("Reading titles and artists: 1 of 3"));
    let before = rows(&mut bench, 4);
    let all = vec![
        (file("1.wav"), said("Zebra", "A", 1.0)),
        (file("2.wav"), said("Yak", "A", 1.0)),
        (file("3.wav"), said("Ant", "A", 1.0)),
    ];
    bench.view.tags = Arc::new(TagsView { progress: Some((2, 3)), rounds: 0, ..tags(all.clone()) });
    bench.frame(vec![]);
    assert_eq!(before, ["Folder", "2.wav", "3.wav", "Zebra"]);
    assert_eq!(rows(&mut bench, 4), ["Folder", "Yak", "Ant", "Zebra"], "words come, rows stay");
    bench.view.tags = Arc::new(tags(all));
    bench.frame(vec![]);
    assert_eq!(rows(&mut bench, 4), ["Folder", "Ant", "Yak", "Zebra"]);
    assert!(!bench.says("Reading titles"));
}

/// Who has scrolled somewhere stays there when the list is put in order behind the scenes.
#[test]
fn an_order_that_comes_late_does_not_scroll_the_list() {
    let names: Vec<String> = (0..300).map(|number| format!("{number:03}.wav")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut bench = open_with(view_with(vec![]), &names);
    bench.click(ids::row(3));
    bench.frame(vec![Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -2_500.0),
        modifiers: egui::Modifiers::NONE,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
    }]);
    for _ in 0..30 {
        bench.frame(vec![]);
    }
    let seen = bench.rect(ids::row(99));
    assert!(bench.screen().contains_rect(seen), "{seen:?}");
    bench.view.tags = Arc::new(TagsView { rounds: 7, ..TagsView::default() });
    bench.frame(vec![]);
    bench.frame(vec![]);
    assert_eq!(bench.rect(ids::row(99)), seen);
    bench.key(Key::ArrowDown);
    bench.frame(vec![]);
    assert!(bench.screen().contains_rect(bench.rect(ids::row(4))), "the keyboard goes on from what is chosen");
    bench.key(Key::Enter);
    let loaded = bench.asked().into_iter().map(|(action, _)| action).collect::<Vec<_>>();
    assert_eq!(loaded, [Action::LoadDeck { deck: DeckId::A, path: file("003.wav") }]);
}

#[test]
fn a_row_with_a_title_tells_its_file_s_name_and_a_long_artist_is_whole_under_the_pointer() {
    let artist = "The Orchestra of the Old Opera House and Eleven Other People who Play the Harmonium";
    let mut bench = open_with(view_with(vec![(file("01.wav"), said("Night Bus", artist, 1.0))]), &["01.wav"]);
    assert!(!bench.says("01.wav") && !bench.says("Harmonium"));
    let row = bench.rect(ids::row(1));
    bench.point(row.left_center() + egui::vec2(60.0, 0.0));
    bench.wait(1.0);
    bench.wait(1.0);
    assert!(bench.says("01.wav"));
    let at = bench.texts().into_iter().find(|(text, ..)| text.starts_with("The Orchestra")).unwrap().1;
    bench.point(at.center());
    bench.wait(1.0);
    bench.wait(1.0);
    assert!(bench.says("Harmonium"));
}

/// The length that was decoded is the better one.
#[test]
fn a_length_that_was_decoded_goes_before_the_one_that_the_file_says() {
    let mut view = view_with(vec![(file("1.wav"), said("A", "B", 100.0))]);
    let facts = TrackFacts { secs: Some(59.7), ..TrackFacts::default() };
    view.shelf =
        ShelfView { facts: Arc::new([(file("1.wav"), facts)].into_iter().collect()), ..ShelfView::default() }.into();
    let mut bench = open_with(view, &["1.wav"]);
    assert!(bench.says("1:00") && !bench.says("1:40"));
}

#[test]
fn decks_say_title_and_artist() {
    let mut view = scene("playing", 0.0).unwrap();
    for deck in [0, 2] {
        view.tracks[deck].tags = said("Own title", "Own artist", 1.0);
    }
    let mut bench = Bench::new(view);
    let heads = bench.texts().iter().filter(|(text, ..)| text.starts_with("Own title")).count();
    assert_eq!(heads, 2);
    assert!(bench.says("Own title   Own artist"));
    assert!(bench.says("Copper Wire"), "without tags the name of its file");
    view = bench.view.clone();
    view.tracks[0].tags = said("A title that leaves no room for whoever made it", "Own artist", 1.0);
    let mut bench = Bench::new(view);
    let head = bench.texts().into_iter().find(|(text, ..)| text.starts_with("A title")).unwrap().1;
    bench.point(head.center());
    bench.wait(1.0);
    bench.wait(1.0);
    assert!(bench.says("for whoever made it") && bench.says("Own artist"), "in the tooltip");
}

/// Every word of ours is whole, in every window, and nothing lies on something else.
#[test]
fn no_word_of_the_library_is_clipped_at_any_size() {
    let own = |text: &str| !["Kasimir", "Up, down"].iter().any(|long| text.starts_with(long));
    for size in [MIN_SIZE, DEFAULT_SIZE, [1920, 1080]] {
        for scale in [1.0, 1.5, 2.0] {
            let mut view = scene("playing", 0.0).unwrap();
            crates::put(&mut view);
            let mut with_progress = TagsView::clone(&view.tags);
            with_progress.progress = Some((4_999, 5_000));
            view.tags = with_progress.into();
            let mut bench = Bench::with_size(view, size, scale);
            bench.stage.read_folders_with(crates::folders());
            bench.key(Page::Library.key());
            bench.frame(vec![]);
            bench.frame(vec![]);
            let (screen, what) = (bench.screen(), format!("{size:?}, scale {scale}"));
            let has_arrows = bench.ctx.fonts_mut(|fonts| fonts.has_glyphs(&theme::digits(12.0), "▲▼"));
            assert!(has_arrows, "drawn as empty boxes");
            let list = bench.rect(ids::row(1)).x_range();
            let texts = bench.texts();
            for heading in ["Name ▲", "Artist", "Tempo", "Key", "Length"] {
                assert!(texts.iter().any(|(text, ..)| text == heading), "{what}: {heading}");
            }
            let seen: Vec<(String, Rect)> = texts
                .into_iter()
                .filter(|(_, rect, clip)| rect.intersects(*clip))
                .map(|(text, rect, clip)| {
                    let fits = rect.left() >= clip.left() - 1.5 && rect.right() <= clip.right() + 1.5;
                    assert!(
                        fits && screen.contains_rect(rect.intersect(clip)),
                        "{what}: {text:?} at {rect:?} in {clip:?}"
                    );
                    assert!(!text.contains('…') || !own(&text), "{what}: {text:?}");
                    (text, rect)
                })
                .collect();
            for (index, (text, rect)) in seen.iter().enumerate() {
                for (other, other_rect) in &seen[index + 1..] {
                    let common = rect.intersect(*other_rect);
                    let covered = common.width() > 1.0 && common.height() > 5.0;
                    assert!(!covered, "{what}: {text:?} {rect:?} and {other:?} {other_rect:?}");
                }
            }
            let length = seen.iter().find(|(text, _)| text == "7:02").expect("a length").1;
            assert!(
                length.right() <= list.max && seen.iter().any(|(text, _)| text.starts_with("Reading titles")),
                "{what}"
            );
        }
    }
}
