//! What a frame asks of the allocator, egui's own part included.

use echelon::editor::page::Page;
use echelon::editor::{Stage, theme};
use echelon::media::Tags;
use echelon::view::Act;
use echelon_engine::action::{Action, ActionTiming};
use egui::{Context, Pos2, RawInput, Rect, vec2};

use crate::bench::Bench;
use crate::counting;
use crate::crates;
use crate::scenes::scene;

/// Requests for memory that a frame with four playing decks may make: texts that change, and egui's own lists.
const MOST: u64 = 2000;

struct Nobody;

impl Act for Nobody {
    fn act(&mut self, _: Action, _: ActionTiming) {}
}

#[test]
fn a_frame_allocates_little() {
    let ctx = Context::default();
    theme::apply(&ctx, theme::Theme::Dark);
    let mut stage = Stage::default();
    stage.opened();
    let [width, height] = theme::DEFAULT_SIZE.map(theme::points);
    let mut counts = vec![];
    for frame in 0..90_u32 {
        let secs = f64::from(frame) / 60.0;
        let view = scene("four", secs).unwrap();
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(width, height))),
            time: Some(secs),
            focused: true,
            ..RawInput::default()
        };
        let before = counting::count();
        let mut output = ctx.run_ui(input, |ui| stage.show(ui, &view, &mut Nobody));
        counts.push(counting::count() - before);
        output.textures_delta.clear();
    }
    let mut counts = counts.split_off(30);
    counts.sort_unstable();
    let median = counts[counts.len() / 2];
    println!("{median} requests for memory a frame, at most {}", counts[counts.len() - 1]);
    assert!(median > 0, "somebody counts");
    assert!(median <= MOST, "{median} requests for memory a frame");
}

/// What a frame of the library asks for at rest, in a folder of so many files of which all is known.
fn of_a_library(files: usize) -> u64 {
    let names: Vec<String> = (0..files).map(|number| format!("{number:04}.wav")).collect();
    let said = |number: usize, name: &String| {
        let [title, artist] = ["Title", "Artist"].map(|word| Some(format!("{word} {number:04}").into()));
        (crates::file(name), Tags { title, artist, secs: Some(300.0) })
    };
    let mut view = scene("empty", 0.0).unwrap();
    view.tags = crates::tags(names.iter().enumerate().map(|(number, name)| said(number, name))).into();
    let mut bench = Bench::new(view);
    bench.stage.read_folders_with(crates::listed(std::iter::empty(), names.iter().map(String::as_str)));
    bench.key(Page::Library.key());
    for _ in 0..10 {
        bench.frame(vec![]);
    }
    assert!(bench.says("Artist 0003") && bench.says(&format!("{files} audio files")));
    let count = || {
        let before = counting::count();
        bench.frame(vec![]);
        counting::count() - before
    };
    let mut counts: Vec<u64> = std::iter::repeat_with(count).take(31).collect();
    counts.sort_unstable();
    counts[counts.len() / 2]
}

/// Only the rows in sight are looked at.
#[test]
fn a_frame_of_a_long_list_allocates_no_more_than_one_of_a_short_one() {
    let [short, long] = [60, 5_000].map(of_a_library);
    println!("{short} requests for memory a frame with 60 files, {long} with 5,000");
    assert!(long <= short + 30, "{long}, with few files {short}");
}
