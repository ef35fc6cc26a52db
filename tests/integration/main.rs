//! The plugin from the outside: mini-hosts in both formats, OSC over UDP, real files.

mod action_executor;
mod automation;
mod bad_input;
mod instances;
mod quantized_start;
mod sound;
mod stage;
mod state;
