//! One file per engine. Each uses its engine's public interface only, and gives the nodes what it would give anybody's.

pub mod aether;
pub mod bare;
pub mod bare_dyn;
pub mod dasp;
pub mod firewheel;
pub mod fundsp;
pub mod knyst;
pub mod ours;
pub mod plain;
