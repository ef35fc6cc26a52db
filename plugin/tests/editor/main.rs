//! The editor without a window: egui draws into nothing, pointer and keys are scripted, and what the editor asks of the
//! rig is read from a fake.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod allocations;
mod bench;
mod browser;
mod controls;
#[path = "../../examples/editor_shot/counting.rs"]
mod counting;
mod desk;
mod keys;
mod midi;
mod osc;
mod pages;
mod pictures;
mod raster;
mod rig;
#[path = "../../examples/editor_shot/scenes.rs"]
mod scenes;
mod states;

#[global_allocator]
static COUNTED: counting::Counting = counting::Counting;
