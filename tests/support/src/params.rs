//! The plugin's parameters by their string ids.
//!
//! Neither format carries the ids that the plugin's source gives its parameters: hosts see numbers. The link between
//! the two, and between a host's scale and plain units, comes from the plugin's own parameter structure; the
//! mini-hosts' tests hold it against what the formats' functions say.

use std::sync::Arc;

use echelon::params::RigParams;
use nice_plug::prelude::{ParamPtr, Params};

/// A parameter as a host sees it, with the plugin's own id.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamInfo {
    /// The plugin's id, such as `gain_1`.
    pub id: String,
    /// The format's number.
    pub number: u32,
    /// Name for people.
    pub name: String,
    /// Smallest value in the parameter's own unit.
    pub min: f64,
    /// Largest value in the parameter's own unit.
    pub max: f64,
    /// Value of a fresh instance.
    pub default: f64,
    /// Number of steps between the smallest and the largest value; `None` for a continuous one.
    pub steps: Option<u32>,
    /// The host may automate it.
    pub automatable: bool,
}

/// A parameter as the format lists it, values on the format's scale.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RawParam {
    pub number: u32,
    pub name: String,
    pub min: f64,
    pub max: f64,
    pub default: f64,
    pub steps: Option<u32>,
    pub automatable: bool,
}

/// Ids, numbers and scales of one instance.
pub(crate) struct ParamTable {
    entries: Vec<Entry>,
    // The pointers in `entries` point into it.
    _owner: Arc<RigParams>,
}

struct Entry {
    id: String,
    raw: RawParam,
    ptr: ParamPtr,
}

impl ParamTable {
    /// Joins what the format lists with the plugin's own structure.
    pub fn new(listed: &[RawParam]) -> Self {
        let owner = Arc::new(RigParams::default());
        let entries = owner
            .param_map()
            .into_iter()
            .map(|(id, ptr, _)| {
                let number = number_of(&id);
                let raw = listed.iter().find(|raw| raw.number == number);
                let raw = raw.unwrap_or_else(|| panic!("the plugin does not list its parameter `{id}`")).clone();
                Entry { id, raw, ptr }
            })
            .collect();
        Self { entries, _owner: owner }
    }

    fn entry(&self, id: &str) -> &Entry {
        self.entries.iter().find(|entry| entry.id == id).unwrap_or_else(|| {
            let ids: Vec<_> = self.entries.iter().map(|entry| entry.id.as_str()).collect();
            panic!("no parameter `{id}`; there are {}", ids.join(", "))
        })
    }

    fn by_number(&self, number: u32) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.raw.number == number)
    }

    /// The format's number of a parameter.
    pub fn number(&self, id: &str) -> u32 {
        self.entry(id).raw.number
    }

    /// The id of a number; numbers that are not the plugin's own keep their digits.
    pub fn id(&self, number: u32) -> String {
        self.by_number(number).map_or_else(|| format!("#{number}"), |entry| entry.id.clone())
    }

    /// From the parameter's own unit to the format's scale.
    pub fn to_raw(&self, id: &str, plain: f64) -> f64 {
        let entry = self.entry(id);
        // SAFETY: `_owner` keeps the parameter alive.
        let norm = unsafe { entry.ptr.preview_normalized(plain as f32) };
        entry.raw.min + f64::from(norm) * (entry.raw.max - entry.raw.min)
    }

    /// From the format's scale to the parameter's own unit.
    pub fn to_plain(&self, number: u32, raw: f64) -> f64 {
        let Some(entry) = self.by_number(number) else { return raw };
        let norm = (raw - entry.raw.min) / (entry.raw.max - entry.raw.min);
        // SAFETY: as above.
        f64::from(unsafe { entry.ptr.preview_plain(norm as f32) })
    }

    /// The list for tests.
    pub fn infos(&self) -> Vec<ParamInfo> {
        let info = |entry: &Entry| {
            let raw = &entry.raw;
            ParamInfo {
                id: entry.id.clone(),
                number: raw.number,
                name: raw.name.clone(),
                min: self.to_plain(raw.number, raw.min),
                max: self.to_plain(raw.number, raw.max),
                default: self.to_plain(raw.number, raw.default),
                steps: raw.steps,
                automatable: raw.automatable,
            }
        };
        self.entries.iter().map(info).collect()
    }
}

/// The number that hosts know a parameter id by: a polynomial hash with 31, without the top bit, which VST3 keeps for
/// its hosts. Projects that use the plugin hold these numbers.
#[must_use]
pub fn number_of(id: &str) -> u32 {
    id.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte))) & !(1 << 31)
}
