//! The editor without a window: egui draws into nothing, pointer and keys are scripted, and what the editor asks of the
//! rig is read from a fake.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod allocations;
mod bench;
mod browser;
mod by_keys;
mod complete;
mod contrast;
mod controls;
#[path = "../../examples/editor_shot/counting.rs"]
mod counting;
mod crates;
mod desk;
mod held;
mod keys;
mod lengths;
mod library;
mod look;
mod midi;
mod notices;
mod osc;
mod outside;
mod pages;
mod pictures;
mod raster;
mod rig;
#[path = "../../examples/editor_shot/scenes.rs"]
mod scenes;
mod stand;
mod states;
mod taps;
mod tooltips;
mod waits;
mod work;

#[global_allocator]
static COUNTED: counting::Counting = counting::Counting;
