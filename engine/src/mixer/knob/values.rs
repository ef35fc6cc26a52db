//! The settings of all controls, for the snapshot.

use super::{DECK_ROWS, Knob, MASTER_ROWS};

macro_rules! values {
    ($(#[$doc:meta])* $name:ident, $rows:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name([f32; $rows.len()]);

        impl Default for $name {
            fn default() -> Self {
                Self(std::array::from_fn(|row| $rows[row].default))
            }
        }

        impl $name {
            /// Of one control, in its unit.
            #[must_use]
            pub const fn get(&self, knob: Knob) -> f32 {
                self.0[knob.place()]
            }

            pub(crate) const fn set(&mut self, knob: Knob, value: f32) {
                self.0[knob.place()] = value;
            }
        }
    };
}

values!(
    /// A deck's controls as set.
    DeckKnobs,
    DECK_ROWS
);
values!(
    /// The master's controls as set.
    MasterKnobs,
    MASTER_ROWS
);
