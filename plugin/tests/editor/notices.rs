//! Sentences for a person: each is seen, also those that were said while nobody looked, and several at once.

use echelon::editor::page::Page;
use echelon::view::SharedView;
use echelon_engine::units::DeckId;

use crate::bench::Bench;
use crate::scenes::scene;

/// The scene, and what tells it something.
fn told() -> SharedView {
    let view = SharedView::default();
    view.update(|view| *view = scene("playing", 0.0).unwrap());
    view
}

/// Looks at it for so long, and gives back which of these were seen.
fn seen<'a>(bench: &mut Bench, view: &SharedView, secs: f64, words: &[&'a str]) -> Vec<&'a str> {
    let mut seen = vec![];
    let mut looked = 0.0;
    while looked < secs {
        bench.view = view.read();
        for word in words {
            if !seen.contains(word) && bench.says(word) {
                seen.push(word);
            }
        }
        bench.wait(0.25);
        looked += 0.25;
    }
    seen.sort_by_key(|word| words.iter().position(|other| other == word));
    seen
}

#[test]
fn what_was_said_while_the_window_was_closed_is_seen_when_it_opens() {
    let view = told();
    let words = ["Lost.wav was found", "OSC port 8003", "the host is on again"];
    view.tell(Some(DeckId::C), "Lost.wav was found as Found.wav".to_owned());
    view.tell(None, "OSC port 8003 of this project is taken".to_owned());
    view.tell(None, "It is said: the host is on again".to_owned());
    let mut bench = Bench::new(view.read());
    assert_eq!(seen(&mut bench, &view, 30.0, &words), words);
    assert_eq!(seen(&mut bench, &view, 10.0, &words), [""; 0], "and go again");
    // Opened again: what was seen is old, what was said since is not.
    bench.close();
    view.tell(None, "another one".to_owned());
    bench.stage.opened();
    assert_eq!(seen(&mut bench, &view, 20.0, &[words[0], words[1], "Another one"]), ["Another one"]);
}

#[test]
fn several_in_one_turn_are_all_seen() {
    let view = told();
    let mut bench = Bench::new(view.read());
    for deck in DeckId::ALL {
        view.tell(Some(deck), format!("the track of {deck} was found elsewhere"));
    }
    view.tell(Some(DeckId::B), "deck B is locked".to_owned());
    view.tell(Some(DeckId::B), "deck B is playing".to_owned());
    let words = ["track of A", "track of B", "track of C", "track of D", "B is locked", "B is playing"];
    assert_eq!(seen(&mut bench, &view, 30.0, &words), words);
}

/// Only the status line tells of decks there.
#[test]
fn several_are_all_seen_on_the_other_pages_too() {
    for page in [Page::Library, Page::Midi, Page::Osc, Page::Safety, Page::Setup] {
        let view = told();
        let mut bench = Bench::new(view.read());
        bench.key(page.key());
        for deck in DeckId::ALL {
            view.tell(Some(deck), format!("{deck} was found elsewhere"));
        }
        let words = ["A was found", "B was found", "C was found", "D was found"];
        assert_eq!(seen(&mut bench, &view, 30.0, &words), words, "{page:?}");
    }
}

/// Of thousands the newest are kept, and they are soon through.
#[test]
fn a_flood_is_bounded() {
    let view = told();
    view.tell(Some(DeckId::A), "A was found elsewhere".to_owned());
    for number in 0..5_000 {
        view.tell(None, format!("refused for the {number}th time."));
        view.tell(Some(DeckId::B), "always the same".to_owned());
    }
    let mut bench = Bench::new(view.read());
    let words = ["A was found", "4999th time.", "Always the same"];
    assert_eq!(seen(&mut bench, &view, 40.0, &words), words, "what one place has to say pushes out nothing of another");
    assert_eq!(seen(&mut bench, &view, 5.0, &["Refused", "Always"]), [""; 0], "then it is quiet");
}
