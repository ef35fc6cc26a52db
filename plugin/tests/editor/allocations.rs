//! What a frame asks of the allocator, egui's own part included.

use echelon::editor::{Stage, theme};
use echelon::view::Act;
use echelon_engine::action::{Action, ActionTiming};
use egui::{Context, Pos2, RawInput, Rect, vec2};

use crate::counting;
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
