//! What a frame is made of, in numbers that are the same on every machine: four playing decks at 1280x800, from our first
//! line to the triangles that go to the graphics card. What it takes in time is printed by the example `editor_frame`.

use echelon::editor::page::Page;
use echelon::editor::{Stage, theme};
use echelon::view::Act;
use echelon_engine::action::{Action, ActionTiming};
use egui::epaint::Primitive;
use egui::{Context, Pos2, RawInput, Rect, Shape, vec2};

use crate::counting;
use crate::scenes::scene;

/// Frames until egui has seen every text once, and those that are counted.
const WARM: u32 = 30;
const COUNTED: u32 = 60;

struct Nobody;

impl Act for Nobody {
    fn act(&mut self, _: Action, _: ActionTiming) {}
}

/// The work of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Work {
    /// What is painted, one by one.
    shapes: usize,
    /// Corners of triangles, and thrice the triangles.
    vertices: usize,
    indices: usize,
    /// Bytes that are asked of the allocator, also those that are given back at once.
    bytes: u64,
}

impl Work {
    fn largest(self, other: Self) -> Self {
        Self {
            shapes: self.shapes.max(other.shapes),
            vertices: self.vertices.max(other.vertices),
            indices: self.indices.max(other.indices),
            bytes: self.bytes.max(other.bytes),
        }
    }

    fn is_within(self, bar: Self) -> bool {
        self.largest(bar) == bar
    }
}

fn count(shape: &Shape) -> usize {
    if let Shape::Vec(shapes) = shape { shapes.iter().map(count).sum() } else { 1 }
}

/// One frame after the other, a sixtieth of a second apart.
fn of_frames(page: Page, scale: f32) -> Vec<Work> {
    let ctx = Context::default();
    theme::apply(&ctx, theme::Theme::Dark);
    let mut stage = Stage::on_page(page);
    stage.opened();
    let [width, height] = theme::DEFAULT_SIZE.map(theme::points);
    let one = |frame: u32| {
        let secs = f64::from(frame) / 60.0;
        let view = scene("four", secs).unwrap();
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(width, height))),
            time: Some(secs),
            focused: true,
            ..RawInput::default()
        };
        input.viewports.entry(input.viewport_id).or_default().native_pixels_per_point = Some(scale);
        let before = counting::bytes();
        let mut output = ctx.run_ui(input, |ui| stage.show(ui, &view, &mut Nobody));
        let shapes = output.shapes.iter().map(|clipped| count(&clipped.shape)).sum();
        let triangles = ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
        let bytes = counting::bytes() - before;
        output.textures_delta.clear();
        triangles.iter().fold(Work { shapes, bytes, ..Work::default() }, |sum, clipped| match &clipped.primitive {
            Primitive::Mesh(mesh) => {
                Work { vertices: sum.vertices + mesh.vertices.len(), indices: sum.indices + mesh.indices.len(), ..sum }
            }
            Primitive::Callback(_) => sum,
        })
    };
    (0..WARM + COUNTED).map(one).skip(WARM as usize).collect()
}

/// A quarter above what it was when it was written down.
#[test]
fn a_frame_with_four_playing_decks_stays_small() {
    let bars = [
        (1.0, Work { shapes: 1_470, vertices: 101_000, indices: 342_000, bytes: 9_250_000 }),
        (2.0, Work { shapes: 1_470, vertices: 151_000, indices: 494_000, bytes: 14_100_000 }),
    ];
    for (scale, bar) in bars {
        let frames = of_frames(Page::Play, scale);
        let most = frames.iter().fold(Work::default(), |most, work| most.largest(*work));
        println!("at {scale}: {most:?}");
        assert!(most.shapes > 1000 && most.bytes > 10_000, "somebody counts: {most:?}");
        assert!(most.is_within(bar), "at {scale}: {most:?}, at most {bar:?}");
        // The thousandth frame is as the first: nothing piles up.
        let [first, last] = [&frames[..10], &frames[frames.len() - 10..]]
            .map(|some| some.iter().map(|work| work.bytes).sum::<u64>() as f64);
        assert!(last < first * 1.1, "{first} bytes in ten frames, {last} in ten later ones");
    }
}
