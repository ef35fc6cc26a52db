//! Why a file is not on the deck.

use std::path::PathBuf;

/// Why a file could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// There is no such file.
    #[error("there is no file {}", .path.display())]
    NotFound {
        /// What was asked for.
        path: PathBuf,
    },
    /// A folder, or something else that is no file.
    #[error("this is a folder or a device, not an audio file")]
    NotAFile,
    /// The system does not let us read it.
    #[error("the file cannot be read: {reason}")]
    Unreadable {
        /// What the system says.
        reason: String,
    },
    /// A format that we do not take.
    #[error(
        "{what}; Echelon plays WAV, AIFF, FLAC, OGG Vorbis, MP3 and M4A (AAC, ALAC) with a sample rate of 8 to 192 kHz"
    )]
    Unsupported {
        /// What it is instead.
        what: String,
    },
    /// An audio file that is damaged so much that nothing can be played.
    #[error("the file is damaged: {reason}")]
    Corrupt {
        /// What the decoder says.
        reason: String,
    },
    /// A file without any audio.
    #[error("the file holds no audio")]
    Empty,
    /// More audio than the memory budget.
    #[error(
        "the track is too long: it would take more than {max_mib} MiB of memory ({minutes} minutes at its sample rate)"
    )]
    TooLong {
        /// The budget, in MiB.
        max_mib: usize,
        /// What fits into it, in whole minutes.
        minutes: u64,
    },
    /// It would fit alone, but not beside what is loaded.
    #[error(
        "there is no room for it: the loaded tracks of all instances take {used_mib} of {budget_mib} MiB; eject one, or allow more \
         (ECHELON_TRACK_MEMORY_MIB)"
    )]
    NoRoom {
        /// What all tracks of the process take that are still held, in MiB: those on decks, those that an undo may bring
        /// back, what is listened to, and what is analysed.
        used_mib: usize,
        /// What they may take together, in MiB.
        budget_mib: usize,
    },
    /// A newer load took its place, or the rig is going away.
    #[error("loading was cancelled")]
    Cancelled,
    /// Results are not fetched.
    #[error("too many loads at once: try again")]
    Busy,
}

impl LoadError {
    /// A short, stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::NotAFile => "not_a_file",
            Self::Unreadable { .. } => "unreadable",
            Self::Unsupported { .. } => "unsupported",
            Self::Corrupt { .. } => "corrupt",
            Self::Empty => "empty",
            Self::TooLong { .. } => "too_long",
            Self::NoRoom { .. } => "no_room",
            Self::Cancelled => "cancelled",
            Self::Busy => "busy",
        }
    }
}
