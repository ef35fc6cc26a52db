//! Which parameter carries which control, and the conversions between their values.
//!
//! Three scales meet here: *plain* (the control's own unit: dB, 0 or 1, an index), *normalized* (0..1, VST3) and the
//! CLAP value (normalized times the number of steps, as the framework declares it).

use std::sync::Arc;

use echelon_engine::input::Control;
use nice_plug::params::InternalParamMut;
use nice_plug::prelude::{Param, ParamPtr, Params};

use crate::params::RigParams;

/// A normalized value this near to the default's is the default: 0 dB must come back from a host's float as exactly
/// 0 dB, else a deck at unity is not bit-exact. On the gain's travel this is less than 0.0001 dB.
const SAME_NORMALIZED: f32 = 1e-6;

struct Knob {
    control: Control,
    id: String,
    hash: u32,
    param: ParamPtr,
    /// Steps above the first of a stepped parameter; 1 for a continuous one.
    steps: f32,
    default_plain: f32,
    default_normalized: f32,
}

/// The parameters by slot: the index of a parameter in [`RigParams::controls`].
pub(super) struct Table {
    knobs: Box<[Knob]>,
    /// Slots in the order in which values of one frame should act: what a play is quantized by comes before the play.
    order: Box<[usize]>,
    /// Keeps alive what the knobs' pointers point to.
    params: Arc<RigParams>,
}

impl Table {
    pub(super) fn new(params: &Arc<RigParams>) -> Self {
        let ids = params.param_map();
        let knobs: Box<[Knob]> = params
            .controls()
            .into_iter()
            .filter_map(|(control, param)| {
                let (id, ..) = ids.iter().find(|(_, known, _)| *known == param)?;
                Some(Knob::new(control, id.clone(), param))
            })
            .collect();
        // By what each of them goes by: a start by the sync, all gestures by the quantize setting.
        let rank = |slot: &usize| match knobs.get(*slot).map(|knob| knob.control) {
            Some(Control::Play(_)) => u8::MAX,
            Some(control @ Control::Trigger(..)) => 1 + control.rank(),
            _ => 0,
        };
        let mut order: Box<[usize]> = (0..knobs.len()).collect();
        order.sort_by_key(rank);
        Self { knobs, order, params: Arc::clone(params) }
    }

    pub(super) fn len(&self) -> usize {
        self.knobs.len()
    }

    pub(super) fn params(&self) -> &Arc<RigParams> {
        &self.params
    }

    /// Every slot; plays last.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    pub(super) fn id(&self, slot: usize) -> Option<&str> {
        self.knobs.get(slot).map(|knob| knob.id.as_str())
    }

    /// The CLAP parameter id and VST3 `ParamID`.
    pub(super) fn hash(&self, slot: usize) -> Option<u32> {
        self.knobs.get(slot).map(|knob| knob.hash)
    }

    pub(super) fn control(&self, slot: usize) -> Option<Control> {
        self.knobs.get(slot).map(|knob| knob.control)
    }

    pub(super) fn slot_of_hash(&self, hash: u32) -> Option<usize> {
        self.knobs.iter().position(|knob| knob.hash == hash)
    }

    pub(super) fn slot_of(&self, control: Control) -> Option<usize> {
        self.knobs.iter().position(|knob| knob.control == control)
    }

    /// Steps of the CLAP value's range, which is `0..=steps`.
    pub(super) fn steps(&self, slot: usize) -> f32 {
        self.knobs.get(slot).map_or(1.0, |knob| knob.steps)
    }

    /// The plain value, in range and on a step. Not a number is taken as the default.
    pub(super) fn plain(&self, slot: usize, normalized: f32) -> f32 {
        self.knobs.get(slot).map_or(0.0, |knob| knob.plain(normalized))
    }

    /// The normalized value, 0..=1.
    pub(super) fn normalized(&self, slot: usize, plain: f32) -> f32 {
        self.knobs.get(slot).map_or(0.0, |knob| knob.normalized(plain))
    }

    /// A plain value brought into the parameter's range and onto its steps, without a detour that would cost bits.
    pub(super) fn sanitized(&self, slot: usize, plain: f32) -> f32 {
        self.knobs.get(slot).map_or(0.0, |knob| knob.sanitized(plain))
    }

    pub(super) fn default_plain(&self, slot: usize) -> f32 {
        self.knobs.get(slot).map_or(0.0, |knob| knob.default_plain)
    }

    /// What the parameter says now (and the saved state would): the base value, never with modulation.
    pub(super) fn base(&self, slot: usize) -> f32 {
        self.knobs.get(slot).map_or(0.0, |knob| {
            // SAFETY: the pointer is to a field of `self.params`, which lives as long as `self`.
            unsafe { knob.param.unmodulated_plain_value() }
        })
    }

    /// Sets the parameter's base value. Any thread, no lock. `plain` must have come from this table.
    pub(super) fn set(&self, slot: usize, plain: f32) {
        if let Some(knob) = self.knobs.get(slot) {
            knob.set(plain);
        }
    }
}

impl Knob {
    fn new(control: Control, id: String, param: ParamPtr) -> Self {
        // SAFETY: `Table::new` has the pointer from the parameters that it holds on to.
        let (steps, default_normalized) = unsafe { (param.step_count(), param.default_normalized_value()) };
        let steps = steps.and_then(|steps| u16::try_from(steps).ok()).map_or(1.0, f32::from);
        let mut knob =
            Self { control, hash: hash_of(&id), id, param, steps, default_plain: f32::NAN, default_normalized };
        knob.default_plain = match param {
            // SAFETY: as above.
            ParamPtr::FloatParam(float) => unsafe { (*float).default_plain_value() },
            _ => knob.snapped(default_normalized),
        };
        knob
    }

    fn plain(&self, normalized: f32) -> f32 {
        if normalized.is_nan() || (normalized - self.default_normalized).abs() <= SAME_NORMALIZED {
            self.default_plain
        } else {
            self.snapped(normalized.clamp(0.0, 1.0))
        }
    }

    fn snapped(&self, normalized: f32) -> f32 {
        match self.param {
            ParamPtr::BoolParam(_) => f32::from(u8::from(normalized > 0.5)),
            // SAFETY: the pointer is to a field of the table's parameters.
            _ => unsafe { self.param.preview_plain(normalized) },
        }
    }

    fn normalized(&self, plain: f32) -> f32 {
        // SAFETY: as above.
        let normalized = unsafe { self.param.preview_normalized(plain) };
        if normalized.is_finite() { normalized.clamp(0.0, 1.0) } else { self.default_normalized }
    }

    fn sanitized(&self, plain: f32) -> f32 {
        if !plain.is_finite() {
            return self.default_plain;
        }
        match self.param {
            ParamPtr::FloatParam(_) => plain.clamp(self.snapped(0.0), self.snapped(1.0)),
            _ => self.snapped(self.normalized(plain)),
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "a stepped parameter's plain value is a small whole number")]
    fn set(&self, plain: f32) {
        // The framework changes parameters by these too; they store atomics and call back only if asked to, and we
        // do not ask. By the plain value, because the way over the normalized one would turn 0 dB into nearly 0 dB.
        //
        // SAFETY: the pointers are to fields of the table's parameters. The functions are marked unsafe as internal
        // to the framework's wrappers, whose place this layer takes.
        unsafe {
            match self.param {
                ParamPtr::FloatParam(param) => (*param)._internal_set_plain_value(plain),
                ParamPtr::IntParam(param) => (*param)._internal_set_plain_value(plain.round() as i32),
                ParamPtr::BoolParam(param) => (*param)._internal_set_plain_value(plain > 0.5),
                ParamPtr::EnumParam(param) => (*param)._internal_set_plain_value(plain.round() as i32),
            }
        };
    }
}

/// The framework's hash of a parameter's id, which is its CLAP id and VST3 `ParamID`. It must never change: projects
/// hold automation under it.
fn hash_of(id: &str) -> u32 {
    let hash = id.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)));
    // The highest bit is for the host.
    hash & !(1 << 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::units::DeckId;
    use std::collections::HashSet;

    fn table() -> Table {
        Table::new(&Arc::new(RigParams::default()))
    }

    /// Projects on users' disks hold these numbers: a line may be added, never changed.
    const GOLDEN: [(&str, u32); 23] = [
        ("play_1", 1_161_730_534),
        ("gain_1", 894_137_201),
        ("eq_low_1", 2_109_302_963),
        ("eq_mid_1", 2_110_029_479),
        ("eq_high_1", 843_358_151),
        ("play_2", 1_161_730_535),
        ("gain_2", 894_137_202),
        ("eq_low_2", 2_109_302_964),
        ("eq_mid_2", 2_110_029_480),
        ("eq_high_2", 843_358_152),
        ("play_3", 1_161_730_536),
        ("gain_3", 894_137_203),
        ("eq_low_3", 2_109_302_965),
        ("eq_mid_3", 2_110_029_481),
        ("eq_high_3", 843_358_153),
        ("play_4", 1_161_730_537),
        ("gain_4", 894_137_204),
        ("eq_low_4", 2_109_302_966),
        ("eq_mid_4", 2_110_029_482),
        ("eq_high_4", 843_358_154),
        ("xfader", 1_385_202_686),
        ("master", 1_066_216_034),
        ("quantize", 862_479_665),
    ];

    #[test]
    fn ids_and_hashes_are_for_ever() {
        let table = table();
        let now: Vec<_> =
            (0..table.len()).map(|slot| (table.id(slot).unwrap().to_owned(), table.hash(slot).unwrap())).collect();
        let lines = include_str!("golden_knobs.txt").lines().chain(include_str!("golden_hands.txt").lines());
        let knobs = lines.map(|line| {
            let (id, hash) = line.split_once(' ').unwrap();
            (id.to_owned(), hash.parse().unwrap())
        });
        let golden: Vec<_> = GOLDEN.iter().map(|(id, hash)| ((*id).to_owned(), *hash)).chain(knobs).collect();
        let by_id = |list: &[(String, u32)]| list.iter().cloned().collect::<std::collections::BTreeMap<_, _>>();
        for (id, hash) in &golden {
            assert_eq!(by_id(&now).get(id), Some(hash), "{id} has gone or has another number");
        }
        let new: Vec<_> =
            now.iter().filter(|line| !golden.contains(line)).map(|(id, hash)| format!("{id} {hash}")).collect();
        assert!(new.is_empty(), "new lines for golden_knobs.txt or golden_hands.txt:\n{}", new.join("\n"));
    }

    #[test]
    fn no_two_parameters_share_a_hash_and_each_has_a_control() {
        let table = table();
        let ids = table.params().param_map();
        let hashes: HashSet<_> = ids.iter().map(|(id, ..)| hash_of(id)).collect();
        assert_eq!(hashes.len(), ids.len());
        assert_eq!(table.len(), ids.len(), "a parameter without a control would be hidden from the engine");
        for (slot, (id, ..)) in ids.iter().enumerate() {
            assert_eq!(table.slot_of_hash(hash_of(id)), table.slot_of(table.control(slot).unwrap()), "{id}");
        }
    }

    #[test]
    fn unity_is_exact_by_every_way() {
        let table = table();
        let slot = table.slot_of(Control::Gain(DeckId::B)).unwrap();
        let normalized = table.normalized(slot, 0.0);
        for near in [normalized, normalized + 5e-7, normalized - 5e-7, f32::NAN] {
            assert_eq!(table.plain(slot, near), 0.0);
        }
        table.set(slot, table.sanitized(slot, -6.0));
        assert_eq!(table.base(slot), -6.0);
        table.set(slot, table.sanitized(slot, f32::INFINITY));
        assert_eq!(table.base(slot), 0.0);
        assert_eq!(table.sanitized(slot, 1000.0), 12.0);
        assert_eq!(table.sanitized(slot, -1000.0), -100.0);
    }

    #[test]
    fn switches_and_steps_land_on_whole_numbers() {
        let table = table();
        let play = table.slot_of(Control::Play(DeckId::A)).unwrap();
        assert_eq!([0.0, 0.5, 0.51, 1.0].map(|n| table.plain(play, n)), [0.0, 0.0, 1.0, 1.0]);
        let quantize = table.slot_of(Control::Quantize).unwrap();
        assert_eq!(table.steps(quantize), 4.0);
        assert_eq!([-1.0, 0.2, 0.6, 0.74, 9.0].map(|n| table.plain(quantize, n)), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(table.default_plain(quantize), 2.0);
        for step in 0..=4_u8 {
            let plain = f32::from(step);
            assert_eq!(table.plain(quantize, table.normalized(quantize, plain)), plain);
        }
    }

    #[test]
    fn plays_come_last() {
        let table = table();
        let is_play = |slot: &usize| matches!(table.control(*slot), Some(Control::Play(_)));
        assert!(table.order().is_sorted_by_key(is_play));
        assert_eq!(table.order().len(), table.len());
    }
}
