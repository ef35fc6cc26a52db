//! What a frame of the editor costs: four playing decks at 1280x800, waveforms included.
//!
//! `cargo run --release -p echelon --example editor_frame`
//!
//! Prints the time of our own code and egui's for a frame, and of making triangles of it, on one thread. The graphics
//! card is not in it.

#[path = "editor_shot/counting.rs"]
mod counting;
#[allow(dead_code, reason = "it needs some of the scenes only")]
#[path = "editor_shot/scenes.rs"]
mod scenes;

use std::time::{Duration, Instant};

use echelon::editor::{Stage, theme};
use echelon::view::Act;
use echelon_engine::action::{Action, ActionTiming};
use egui::{Context, Event, Pos2, RawInput, Rect, vec2};

#[global_allocator]
static COUNTED: counting::Counting = counting::Counting;

const FRAMES: u32 = 600;
/// Frames until egui has seen every text once.
const WARM: u32 = 60;

struct Nobody;

impl Act for Nobody {
    fn act(&mut self, _: Action, _: ActionTiming) {}
}

fn main() {
    for (scene, scale) in [("four", 1.0), ("four", 2.0), ("pending", 1.0)] {
        let (ui, triangles, mut counts) = measure(scene, scale);
        counts.sort_unstable();
        let count = counts.get(counts.len() / 2).copied().unwrap_or(0);
        println!("{scene} at {scale}: {}; triangles {}; {count} allocations", figures(ui), figures(triangles));
    }
}

/// Of each frame: our code with egui's, the tessellation, and how often the first asked for memory.
fn measure(scene: &str, scale: f32) -> (Vec<Duration>, Vec<Duration>, Vec<u64>) {
    let ctx = Context::default();
    theme::apply(&ctx, theme::Theme::Dark);
    let mut stage = Stage::default();
    stage.opened();
    let [width, height] = theme::DEFAULT_SIZE.map(theme::points);
    let (mut ui_times, mut triangle_times, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for frame in 0..FRAMES + WARM {
        let secs = f64::from(frame) / 60.0;
        let Some(view) = scenes::scene(scene, secs) else { return (ui_times, triangle_times, counts) };
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(width, height))),
            time: Some(secs),
            events: vec![Event::PointerMoved(Pos2::new(theme::points(frame % 1000), 400.0))],
            focused: true,
            ..RawInput::default()
        };
        input.viewports.entry(input.viewport_id).or_default().native_pixels_per_point = Some(scale);
        let (began, before) = (Instant::now(), counting::count());
        let mut output = ctx.run_ui(input, |ui| stage.show(ui, &view, &mut Nobody));
        let (drawn, count) = (began.elapsed(), counting::count() - before);
        let began = Instant::now();
        let triangles = ctx.tessellate(output.shapes.split_off(0), output.pixels_per_point);
        let made = began.elapsed();
        drop(triangles);
        output.textures_delta.clear();
        if frame >= WARM {
            ui_times.push(drawn);
            counts.push(count);
            triangle_times.push(made);
        }
    }
    (ui_times, triangle_times, counts)
}

fn figures(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1000.0);
    let at = |part: usize| ms(times.get(times.len() * part / 100));
    format!("median {:.2} ms, 95 % below {:.2} ms, worst {:.2} ms", at(50), at(95), ms(times.last()))
}
