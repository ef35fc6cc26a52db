//! What the demo and its host process say to each other: one JSON object a line, over the host's stdin and stdout.
//! Both programs compile this file.

use serde::{Deserialize, Serialize};

/// What the host shall do; the first line on its stdin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The plugin file to open.
    pub plugin: String,
    /// Folder for the recordings.
    pub out_dir: String,
    pub sample_rate: u32,
    pub block_frames: u32,
    pub bpm: f64,
    /// Length of the recording in frames, from song beat 0 on.
    pub song_frames: u64,
    /// Times as fast as real time.
    pub pace: f64,
    /// Frames at whose block the host reports [`Report::Gate`]. Ascending.
    pub gates: Vec<u64>,
    /// Stop making blocks at a gate until [`Order::Go`] comes.
    pub hold_at_gates: bool,
    /// The first UDP port that the plugin shall try, if not its own choice.
    pub first_port: Option<u16>,
    /// A state for the plugin, loaded before it is activated, as a DAW opens a project.
    pub load_state: Option<String>,
    /// Where to save its state when the song is over.
    pub save_state: Option<String>,
}

/// Orders while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Order {
    /// Let the transport roll from beat 0.
    Roll,
    /// Leave the gate.
    Go,
}

/// What the host says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// The plugin is open and makes blocks with a stopped transport.
    Ready(Ready),
    /// The block that begins at this frame holds the gate's frame, or begins at it, and is not made yet.
    Gate { index: usize, frame: u64 },
    /// The song has come so far.
    Progress { frame: u64 },
    /// Something that a user should know.
    Problem { text: String },
    /// Everything is recorded and written.
    End(End),
}

/// Facts about the open plugin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ready {
    pub name: String,
    pub version: String,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    pub num_params: u32,
    pub latency_frames: u32,
    /// The UDP port in the plugin's saved state.
    pub osc_port: Option<u16>,
}

/// An audio bus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Port {
    pub name: String,
    pub channels: u32,
}

/// Figures at the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// Recordings, in the order of the output buses.
    pub files: Vec<String>,
    /// Samples that were not finite.
    pub non_finite_samples: u64,
    /// Largest sample while the transport stood still before the song.
    pub peak_before_start: f32,
    /// The longest call of the plugin's process function, as a part of the block's own length.
    pub worst_block_load: f64,
    /// The state was saved, loaded into the plugin, and saved again: both are the same bytes.
    pub state_survives: bool,
}

/// One line of the protocol.
pub fn to_line<T: Serialize>(message: &T) -> String {
    serde_json::to_string(message).unwrap_or_default()
}
