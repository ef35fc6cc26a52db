//! The nodes: the bench's in the engine's clothes, and the engine's own.

use echelon_engine::graph::nodes::{Biquad, FilterMode, Gain};
use echelon_engine::graph::{
    DspNode, GraphControl, GraphError, Guard, MOST_GAIN, NodeId, NodeIo, Ports, Status, Width,
};

use crate::kernel::{Kernel, Pass, Peak, Unit};
use crate::shape::{FAN_IN, Recipe, Visitor};

static MONO: [Width; FAN_IN] = [Width::Mono; FAN_IN];

/// The bench's kernels: what the other engines run too.
struct Wrapped<K>(Unit<K>);

impl<K: Kernel> Wrapped<K> {
    /// No input or several, or a part of a sub-block.
    #[inline(always)]
    fn apart(&mut self, mut io: NodeIo<'_>) -> Status {
        let is_done = match self.0.inputs() {
            2 => self.sum_of::<2>(&mut io),
            3 => self.sum_of::<3>(&mut io),
            4 => self.sum_of::<4>(&mut io),
            FAN_IN => self.sum_of::<FAN_IN>(&mut io),
            _ => false,
        };
        if !is_done {
            let inputs: [_; FAN_IN] = std::array::from_fn(|slot| io.left(slot));
            self.0.process(|slot| inputs[slot], io.out_left());
        }
        self.status()
    }

    /// `false` if it is not a whole sub-block.
    #[inline(always)]
    fn sum_of<const N: usize>(&mut self, io: &mut NodeIo<'_>) -> bool {
        let Some((inputs, output)) = io.whole_left::<N>() else { return false };
        self.0.process_gathered(inputs, output);
        true
    }

    fn status(&self) -> Status {
        if self.0.is_finite() { Status::Audio } else { Status::Broken }
    }
}

impl<K: Kernel> DspNode for Wrapped<K> {
    #[inline(always)]
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        if self.0.inputs() == 1
            && let Some(([input], output)) = io.whole_left()
        {
            self.0.process_called(|_| input, output);
            return self.status();
        }
        self.apart(io)
    }

    fn type_name(&self) -> &'static str {
        "Wrapped"
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &MONO[..self.0.inputs()], output: Width::Mono }
    }

    fn guard(&self) -> Guard {
        Guard::Own
    }

    fn most_gain(&self) -> f32 {
        self.0.most_gain().unwrap_or(MOST_GAIN)
    }

    fn cost_hint_ns(&self) -> u32 {
        K::COST_NS
    }
}

/// Adds one of the bench's.
pub struct Add<'a>(pub &'a mut GraphControl);

impl Visitor for Add<'_> {
    type Out = Result<NodeId, GraphError>;
    fn visit<K: Kernel>(self, unit: Unit<K>) -> Self::Out {
        self.0.add(Wrapped(unit))
    }
}

/// The mean of so many inputs.
pub fn mix(inputs: usize) -> impl DspNode {
    Wrapped(Unit::new(inputs, Pass))
}

/// What the engine has a node of its own for.
#[derive(Clone, Copy)]
pub enum Own {
    /// By its gain.
    Gain(f32),
    /// By its settings.
    Biquad(Peak),
}

impl Own {
    /// If there is one.
    pub const fn of(recipe: Recipe) -> Option<Self> {
        match recipe {
            Recipe::Gain(gain) => Some(Self::Gain(gain)),
            Recipe::Biquad(peak) => Some(Self::Biquad(peak)),
            Recipe::Source | Recipe::Sine(_) => None,
        }
    }

    /// Adds it.
    pub fn add(self, control: &mut GraphControl) -> Result<NodeId, GraphError> {
        match self {
            Self::Gain(gain) => control.add(Gain::new(Width::Mono, gain)),
            Self::Biquad(Peak { frequency_hz, q, gain_db }) => {
                control.add(Biquad::new(FilterMode::Peak, Width::Mono, frequency_hz, q, gain_db))
            }
        }
    }
}
