//! Commands: to the graph, and to the audio side.

use ringbuf::HeapCons;

use super::plan::Plan;
use super::{DspNode, NodeId, Param, ParamEvent, SourceId};

/// Commands that the audio side takes in one block at most; the rest waits for the next.
pub const MAX_COMMANDS_PER_TICK: usize = 64;

/// Everything that can be asked of a graph, while it sounds.
pub enum Command {
    /// Adds a node.
    AddNode(Box<dyn DspNode>),
    /// Removes a node and its connections.
    RemoveNode(NodeId),
    /// Feeds a slot; what fed it before no longer does.
    Connect {
        /// Where the sound comes from.
        src: SourceId,
        /// Where it goes.
        dst: NodeId,
        /// Which of the destination's inputs.
        slot: usize,
    },
    /// Frees a slot.
    Disconnect {
        /// Whose.
        dst: NodeId,
        /// Which of its inputs.
        slot: usize,
    },
    /// Moves a parameter.
    UpdateParam {
        /// Whose.
        node: NodeId,
        /// Which.
        param_index: u16,
        /// Where to, and how fast.
        new_param: Param,
    },
    /// Sends a node to the main output; `None` makes it silent.
    SetOutputNode(Option<NodeId>),
    /// Fades the whole output out, or in again.
    SetMute(bool),
    /// Removes every node.
    ClearGraph,
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AddNode(node) => write!(f, "AddNode({})", node.type_name()),
            Self::RemoveNode(node) => write!(f, "RemoveNode({node:?})"),
            Self::Connect { src, dst, slot } => write!(f, "Connect({src:?} -> {dst:?}.{slot})"),
            Self::Disconnect { dst, slot } => write!(f, "Disconnect({dst:?}.{slot})"),
            Self::UpdateParam { node, param_index, new_param } => {
                write!(f, "UpdateParam({node:?}.{param_index} = {new_param:?})")
            }
            Self::SetOutputNode(node) => write!(f, "SetOutputNode({node:?})"),
            Self::SetMute(mute) => write!(f, "SetMute({mute})"),
            Self::ClearGraph => write!(f, "ClearGraph"),
        }
    }
}

/// Control to audio.
#[derive(Debug)]
pub(super) enum AudioCommand {
    Swap(Box<Plan>),
    Param(ParamEvent),
    Mute(bool),
    Parallel(super::Parallel),
}

/// The audio side's end of the command ring. Goes with the scheduler it was made with.
pub struct CommandReceiver {
    pub(super) ring: HeapCons<AudioCommand>,
    /// Which graph it belongs to: another one's plans would share nodes between two threads.
    pub(super) graph: u64,
}

impl std::fmt::Debug for CommandReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommandReceiver").field("graph", &self.graph).finish_non_exhaustive()
    }
}
