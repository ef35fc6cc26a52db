//! Loading a saved state, for both formats.
//!
//! Saving is the framework's, but where there is no host: its own program saves nothing. Loading is ours, because the framework's own (1) leaves a parameter that the state does
//! not name at whatever it was, and (2) in VST3 posts a task that may run on its shared worker thread while the editor
//! is being opened, which kills the worker and, later, the host.

use std::sync::atomic::Ordering;

use nice_plug::params::Params;
use nice_plug::plugin::{ParamValue, Plugin, PluginState};

use super::link::HostLink;
use crate::Echelon;

/// No state of ours is nearly as large; a broken length must not eat the memory.
pub(super) const MAX_BYTES: usize = 16 << 20;

/// Sets parameters and fields from a state. `false`, with nothing changed, if it cannot be read. Not on the audio
/// thread; blocks may run meanwhile.
pub(crate) fn load(link: &HostLink, bytes: &[u8]) -> bool {
    let Some(mut state) = read(bytes) else { return false };
    Echelon::filter_state(&mut state);
    for slot in 0..link.table.len() {
        let saved = link.table.id(slot).and_then(|id| state.params.get(id)).and_then(plain);
        let value = saved.map_or(link.table.default_plain(slot), |value| link.table.sanitized(slot, value));
        link.table.set(slot, value);
    }
    link.table.params().deserialize_fields(&state.fields);
    link.resend();
    link.table.params().saved.values_are_sent();
    link.state_generation.fetch_add(1, Ordering::Release);
    true
}

/// The state, byte for byte as the framework would give it to a host. `None` if it cannot be written. Not on the audio
/// thread.
pub(super) fn save(link: &HostLink) -> Option<Vec<u8>> {
    let params = link.table.params();
    let state = PluginState {
        version: Echelon::VERSION.to_owned(),
        params: params.values().into_iter().collect(),
        fields: params.serialize_fields(),
    };
    serde_json::to_vec(&state).ok()
}

/// The first JSON value of the bytes: some hosts pad what they saved.
fn read(bytes: &[u8]) -> Option<PluginState> {
    serde_json::Deserializer::from_slice(bytes).into_iter().next()?.ok()
}

#[allow(clippy::cast_precision_loss, reason = "whole-numbered parameters have small ranges")]
fn plain(value: &ParamValue) -> Option<f32> {
    match value {
        ParamValue::F32(value) => Some(*value),
        ParamValue::I32(value) => Some(*value as f32),
        ParamValue::Bool(value) => Some(f32::from(u8::from(*value))),
        ParamValue::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::RigParams;
    use echelon_engine::input::Control;
    use std::sync::Arc;

    fn generation(link: &HostLink) -> u64 {
        link.state_generation.load(Ordering::Acquire)
    }

    #[test]
    fn a_state_sets_what_it_names_and_resets_the_rest() {
        let link = HostLink::new(&Arc::new(RigParams::default()));
        let slot = |control| link.table.slot_of(control).unwrap();
        let [xfader, master, quantize] = [Control::Crossfader, Control::MasterGain, Control::Quantize].map(slot);
        link.table.set(master, -20.0);
        let json =
            r#"{"version":"9","params":{"xfader":{"f32":7.0},"quantize":{"i32":3},"new":{"f32":1.0}},"fields":{}}"#;
        assert!(load(&link, json.as_bytes()));
        assert_eq!([xfader, master, quantize].map(|slot| link.table.base(slot)), [1.0, 0.0, 3.0]);
        assert_eq!(generation(&link), 1);
    }

    #[test]
    fn a_broken_state_changes_nothing() {
        let link = HostLink::new(&Arc::new(RigParams::default()));
        let master = link.table.slot_of(Control::MasterGain).unwrap();
        link.table.set(master, -20.0);
        for broken in [&b""[..], b"{", b"[]", b"\xff\xfe", br#"{"params":{"master":{"f32":null}},"fields":{}}"#] {
            assert!(!load(&link, broken));
        }
        assert_eq!(link.table.base(master), -20.0);
        assert_eq!(generation(&link), 0);
    }

    #[test]
    fn what_is_saved_is_what_a_host_would_have() {
        let golden: [&[u8]; 3] = [
            include_bytes!("../../../tests/golden/0.1.0/fresh.clap"),
            include_bytes!("../../../tests/golden/0.1.0/full.clap"),
            include_bytes!("../../../tests/golden/0.1.0/ruled.clap"),
        ];
        for bytes in golden {
            // Before it is its length.
            let bytes = &bytes[8..];
            let link = HostLink::new(&Arc::new(RigParams::default()));
            assert!(load(&link, bytes));
            let saved = save(&link).unwrap();
            let [ours, theirs] = [&saved[..], bytes].map(|bytes| read(bytes).unwrap());
            assert_eq!(format!("{:?}", ours.params), format!("{:?}", with_all(theirs.params)));
            // And again the same, to the byte.
            let again = HostLink::new(&Arc::new(RigParams::default()));
            assert!(load(&again, &saved));
            assert_eq!(save(&again), Some(saved));
            let rig = |link: &HostLink| link.table.params().saved.get();
            assert_eq!(rig(&again), rig(&link));
        }
    }

    /// With what newer versions have besides.
    fn with_all(
        params: std::collections::BTreeMap<String, ParamValue>,
    ) -> std::collections::BTreeMap<String, ParamValue> {
        let mut all: std::collections::BTreeMap<_, _> = RigParams::default().default_values().into_iter().collect();
        all.extend(params);
        all
    }

    #[test]
    fn padding_after_the_state_does_not_matter() {
        let link = HostLink::new(&Arc::new(RigParams::default()));
        assert!(load(&link, b"{\"params\":{},\"fields\":{}}\0\0\0"));
    }
}
