//! Every page in every state and size: nothing is clipped or off the screen, and no word of ours is cut short.

use echelon::editor::Look;
use echelon::editor::form::LEFT_OUT;
use echelon::editor::ids;
use echelon::editor::page::Page;
use echelon::editor::theme::{DEFAULT_SIZE, MIN_SIZE, Theme};
use echelon::peers::Command;
use echelon::view::Order;

use crate::bench::Bench;
use crate::scenes::{NAMES, scene};

const PAGES: [Page; 4] = [Page::Midi, Page::Osc, Page::Safety, Page::Setup];
/// Lists of a page whose last row may be half in sight.
const LISTS: usize = 3;

fn on(page: Page, name: &str, size: [u32; 2], scale: f32) -> Bench {
    let mut bench = Bench::with_size(scene(name, 0.0).unwrap(), size, scale);
    bench.key(page.key());
    bench.view = scene(name, 1.0).unwrap();
    bench.wait(1.0);
    assert_eq!(bench.stage.page(), page);
    bench
}

#[test]
fn nothing_is_clipped_on_any_page_at_any_size_in_any_state() {
    for page in PAGES {
        for name in NAMES {
            for size in [MIN_SIZE, DEFAULT_SIZE, [1920, 1080]] {
                for scale in [1.0, 1.5, 2.0] {
                    check(
                        &mut on(page, name, size, scale),
                        page,
                        &format!("{page:?}, {name} at {size:?}, scale {scale}"),
                    );
                }
            }
        }
    }
}

fn check(bench: &mut Bench, page: Page, what: &str) {
    let (screen, texts) = (bench.screen(), bench.texts());
    assert!(texts.len() > 20, "{what}");
    let mut half_seen = std::collections::BTreeSet::new();
    for (text, rect, clip) in &texts {
        // Rows of a list that are scrolled out of sight are still laid out.
        if !clip.is_positive() || !rect.intersects(*clip) {
            continue;
        }
        assert!(
            screen.expand(1.0).contains_rect(rect.intersect(*clip)),
            "{what}: {text:?} at {rect:?} is off the screen"
        );
        // What is longer than its field is scrolled in it.
        let in_field = page == Page::Osc && text.starts_with("WWWW");
        assert!(
            in_field || rect.left() >= clip.left() - 1.5 && rect.right() <= clip.right() + 1.5,
            "{what}: {text:?} at {rect:?} in {clip:?}"
        );
        if rect.top() < clip.top() - 1.5 || rect.bottom() > clip.bottom() + 1.5 {
            #[allow(clippy::cast_possible_truncation, reason = "a place on the screen")]
            half_seen.insert(rect.center().y.round() as i32 / 8);
        }
    }
    let left_out = bench.ctx.data(|data| data.get_temp::<bool>(ids::once(LEFT_OUT)));
    assert_eq!(left_out, None, "{what}: a row had no room");
    assert!(half_seen.len() <= LISTS, "{what}: rows cut at {half_seen:?}");
}

/// Names of files, people and things from outside may end in an ellipsis, and are whole in their tooltip; our own words
/// never.
#[test]
fn no_word_of_ours_is_cut_short() {
    for page in PAGES {
        for size in [MIN_SIZE, DEFAULT_SIZE] {
            for scale in [1.0, 1.5, 2.0] {
                for name in ["empty", "playing", "pending", "refused"] {
                    let mut bench = on(page, name, size, scale);
                    for (words, ..) in bench.texts() {
                        let is_log = words.starts_with("load_deck") || words.starts_with("deck B is");
                        let is_status = words.starts_with("Space:");
                        let may_be_cut = is_log || is_status;
                        assert!(may_be_cut || !words.contains('…'), "{page:?}, {name} at {size:?}, {scale}: {words:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn scale_and_theme_are_chosen() {
    let mut bench = on(Page::Setup, "playing", DEFAULT_SIZE, 1.0);
    assert_eq!(bench.stage.take_look(), None);
    bench.choose(ids::once("zoom"), 4);
    assert_eq!(bench.stage.take_look(), Some(Look { zoom_percent: 200, theme: Theme::Dark }));
    bench.choose(ids::once("theme"), 1);
    assert_eq!(bench.stage.take_look(), Some(Look { theme: Theme::Light, ..Look::default() }));
}

#[test]
fn the_log_is_filtered_and_exported() {
    let mut bench = on(Page::Safety, "playing", DEFAULT_SIZE, 1.0);
    let (kept, gone) = ("load_deck", "play_deck");
    assert!(bench.says(kept) && bench.says(gone));
    bench.click(ids::once("log filter"));
    bench.type_text(kept);
    bench.frame(vec![]);
    assert!(!bench.says(gone));
    bench.click(ids::once("export"));
    assert_eq!(bench.exports(), 1);
}

#[test]
fn the_session_is_started_and_stopped() {
    let mut bench = on(Page::Setup, "playing", DEFAULT_SIZE, 1.0);
    for playing in [false, true] {
        (bench.view.peers.available, bench.view.peers.enabled, bench.view.peers.playing) = (true, true, playing);
        bench.frame(vec![]);
        bench.ordered();
        bench.click(ids::once("link playing"));
        assert_eq!(bench.ordered(), [Order::Session(Command::SetPlaying(!playing))]);
    }
}
