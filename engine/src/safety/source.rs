//! Who asks, and what each asker may do.

use super::ActionMask;
use crate::action::{ActionKind, Grid};

/// Who asks for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A parameter of the host.
    Host,
    /// MIDI that the host routes to the plugin.
    Midi,
    /// OSC.
    Osc,
    /// The editor.
    Editor,
    /// A project that is being opened.
    State,
    /// Another system that drives this one over the bridge.
    Bridge,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 6] = [Self::Host, Self::Midi, Self::Osc, Self::Editor, Self::State, Self::Bridge];

    /// The ways in, each with rules that people can change. A project is opened by fixed ones.
    pub const WAYS_IN: [Self; 5] = [Self::Host, Self::Midi, Self::Osc, Self::Editor, Self::Bridge];

    /// Its place in [`Source::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether somebody has the very knob in hand, and sends each of its places on the way.
    #[must_use]
    pub const fn is_hand(self) -> bool {
        matches!(self, Self::Midi | Self::Editor)
    }

    /// For people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Host => "the host",
            Self::Midi => "MIDI",
            Self::Osc => "OSC",
            Self::Editor => "the editor",
            Self::State => "the project",
            Self::Bridge => "the bridge",
        }
    }
}

/// How fast a source may move what a hand moves slowly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slew {
    /// Crossfader travel (0..1) in a beat; above zero.
    pub crossfader_per_beat: f32,
    /// Gains and EQ, in dB in a beat; above zero.
    pub db_per_beat: f32,
}

impl Slew {
    /// What BEHAVIOUR 5 asks for remote agents: a whole crossfade takes a bar of 4/4.
    pub const REMOTE: Self = Self { crossfader_per_beat: 0.25, db_per_beat: 6.0 };
}

/// What one source may do, how often, and when its actions happen if it does not say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SourceRules {
    /// Whether it may act at all. What is switched off keeps what is always allowed, and the settings, by which it can
    /// be switched on again.
    pub enabled: bool,
    /// Kinds of action it may ask for. Stop, cancel and panic are always allowed.
    pub mask: ActionMask,
    /// Requests a second that it may make on average; `None` for no limit. Stop, cancel and panic do not count.
    pub per_sec: Option<f32>,
    /// Its own quantize setting for play and stop, instead of the rig's; the inner `None` is off.
    pub quantize: Option<Option<Grid>>,
    /// `None` lets it move faders at once.
    pub slew: Option<Slew>,
    /// Whether cooldowns hold it back.
    pub cools_down: bool,
}

impl SourceRules {
    /// A person's hands: everything, at once.
    pub const HANDS: Self =
        Self { enabled: true, mask: ActionMask::ALL, per_sec: None, quantize: None, slew: None, cools_down: true };

    /// The kinds of action that it may ask for now.
    #[must_use]
    pub const fn allowed(&self) -> ActionMask {
        let kinds = if self.enabled { self.mask } else { ActionMask::of(&[ActionKind::Lock]) };
        kinds.or(ActionMask::ALWAYS)
    }

    /// What a new rig has for a source.
    #[must_use]
    pub const fn default_for(source: Source) -> Self {
        match source {
            Source::Bridge => Self { per_sec: Some(50.0), slew: Some(Slew::REMOTE), ..Self::HANDS },
            Source::Osc => Self { per_sec: Some(20_000.0), ..Self::HANDS },
            Source::State => Self { cools_down: false, ..Self::HANDS },
            Source::Host | Source::Midi | Source::Editor => Self::HANDS,
        }
    }
}
