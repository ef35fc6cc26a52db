//! Measures the graph engine beside a bare loop and published engines: the same kernels on the same graphs, each
//! engine's output compared with a plain loop's before anything is timed. `cargo xtask bench graph` runs it.
#![allow(clippy::print_stdout, reason = "a program for people")]

pub mod adapters;
pub mod bars;
pub mod engine;
pub mod heap;
pub mod instructions;
pub mod kernel;
pub mod measure;
pub mod paced;
pub mod plan;
pub mod priority;
pub mod report;
pub mod shape;
pub mod svg;
pub mod table;
