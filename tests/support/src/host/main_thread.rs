//! The main thread's half of a host: parameters, state, editor. May be used while another thread renders.

use std::ffi::CStr;
use std::sync::Arc;

use serde_json::Value;

use crate::events::OutKind;
use crate::params::{ParamInfo, ParamTable};
use crate::record::Request;
use crate::sides::{MainSide, RawOut};
use crate::wait::wait_for;

/// See the module's documentation. A [`super::MiniHost`] has all of this too.
pub struct MainThread {
    pub(super) side: Box<dyn MainSide>,
    pub(super) table: Arc<ParamTable>,
}

impl MainThread {
    /// Every parameter, in the plugin's order.
    #[must_use]
    pub fn params(&self) -> Vec<ParamInfo> {
        self.table.infos()
    }

    /// A parameter's value in its own unit, as the host's generic window would show it (modulation included).
    #[must_use]
    pub fn get(&self, id: &str) -> f64 {
        let number = self.table.number(id);
        self.table.to_plain(number, self.side.value(number))
    }

    /// A parameter moved in the host's own window: VST3 hosts tell the controller at once, whatever the audio thread does.
    /// CLAP hosts tell only with a block or a flush; nothing happens there.
    pub fn tell_controller(&mut self, id: &str, value: f64) {
        let raw = self.raw(id, value);
        self.side.tell_controller(self.table.number(id), raw);
    }

    /// The plugin's text for a value.
    #[must_use]
    pub fn text(&self, id: &str, value: f64) -> Option<String> {
        self.side.text(self.table.number(id), self.raw(id, value))
    }

    /// The value that the plugin reads from a text; `None` if it refuses.
    #[must_use]
    pub fn from_text(&self, id: &str, text: &str) -> Option<f64> {
        let number = self.table.number(id);
        self.side.value_of_text(number, text).map(|raw| self.table.to_plain(number, raw))
    }

    /// A value on the format's scale: by the plugin itself where the format has a function for it (VST3).
    #[must_use]
    pub fn raw(&self, id: &str, value: f64) -> f64 {
        let asked = self.side.to_raw(self.table.number(id), value);
        asked.unwrap_or_else(|| self.table.to_raw(id, value))
    }

    /// The plugin's state, as the host would put it into a project.
    ///
    /// # Panics
    /// If the plugin fails to save.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.side.save().expect("the plugin failed to save its state")
    }

    /// Loads a state; `false` if the plugin refuses it.
    pub fn load(&self, saved: &[u8]) -> bool {
        self.side.load(saved)
    }

    /// From now on the host says this of the streams that states are in: names and texts. CLAP has no words for it.
    pub fn say_of_streams(&mut self, about: &[(&'static CStr, &str)]) {
        self.side.say_of_streams(about);
    }

    /// The saved state without the format's header: the framework's JSON, with `params` and `fields`.
    ///
    /// # Panics
    /// If it is not JSON.
    #[must_use]
    pub fn state_json(&self) -> Value {
        let saved = self.save();
        serde_json::from_slice(&saved[self.side.state_header()..]).expect("the state is JSON")
    }

    /// Loads a state from JSON, whichever format it was saved in.
    pub fn load_json(&self, json: &Value) -> bool {
        let json = serde_json::to_vec(json).expect("JSON can be written");
        let mut state = self.side.make_state_header(json.len());
        state.extend(json);
        self.load(&state)
    }

    /// One field of the plugin's own part of the state (`fields.rig`, which is JSON in a string).
    #[must_use]
    pub fn rig_field(&self, name: &str) -> Option<Value> {
        let state = self.state_json();
        let rig: Value = serde_json::from_str(state.get("fields")?.get("rig")?.as_str()?).ok()?;
        rig.get(name).cloned().filter(|value| !value.is_null())
    }

    /// The UDP port on which this instance hears OSC: waits until the plugin has one.
    #[must_use]
    pub fn osc_port(&self) -> u16 {
        wait_for("the instance's OSC port in its state", || {
            self.serve_callbacks();
            let port = self.rig_field("osc_port")?.as_u64()?;
            u16::try_from(port).ok().filter(|port| *port != 0)
        })
    }

    /// The instance's name in OSC addresses: waits until it has one.
    #[must_use]
    pub fn osc_name(&self) -> String {
        wait_for("the instance's name in its state", || {
            self.serve_callbacks();
            self.rig_field("osc_name")?.as_str().map(str::to_owned)
        })
    }

    /// A client that talks to this instance.
    #[must_use]
    pub fn osc(&self) -> crate::osc::OscClient {
        let port = self.osc_port();
        crate::osc::OscClient::named(port, &self.osc_name())
    }

    /// Lets the plugin run what it wants to run on the main thread.
    pub fn serve_callbacks(&self) {
        self.side.serve_callbacks();
    }

    /// How often the plugin asked for this since it was created.
    #[must_use]
    pub fn requests(&self, request: Request) -> u64 {
        self.side.record().count(request)
    }

    /// Parameter edits that the plugin told outside of process calls, since the last look.
    pub fn take_edits(&self) -> Vec<OutKind> {
        self.side.record().take_edits().into_iter().map(|edit| told(&self.table, edit)).collect()
    }

    /// Rules of the format that the plugin broke, such as calling the host on the wrong thread.
    #[must_use]
    pub fn misuse(&self) -> Vec<String> {
        self.side.record().misuse()
    }

    /// What the plugin logged through the host.
    #[must_use]
    pub fn logged(&self) -> Vec<String> {
        self.side.record().logged()
    }

    /// Names of the input buses and of the output buses.
    #[must_use]
    pub fn bus_names(&self) -> (Vec<String>, Vec<String>) {
        self.side.bus_names()
    }

    /// Whether the plugin accepts these speaker arrangements for its inputs and outputs, one bit for each speaker (3 is
    /// stereo); `None` passes a null array. VST3 only, and only while inactive.
    pub fn arrange(&mut self, inputs: Option<&[u64]>, outputs: Option<&[u64]>) -> bool {
        self.side.arrange(inputs, outputs)
    }

    /// The latency that the plugin tells, in frames.
    #[must_use]
    pub fn latency_frames(&self) -> u32 {
        self.side.latency_frames()
    }

    /// The tail that the plugin tells, in frames; `u32::MAX` for one without end.
    #[must_use]
    pub fn tail_frames(&self) -> u32 {
        self.side.tail_frames()
    }

    /// Opens the editor inside an X11 window; `false` if the plugin refuses. Needs a display.
    pub fn open_editor(&mut self, parent_window: u32) -> bool {
        self.side.open_editor(parent_window)
    }

    /// Closes the editor, if it is open.
    pub fn close_editor(&mut self) {
        self.side.close_editor();
    }

    /// The open editor's width and height in pixels.
    #[must_use]
    pub fn editor_size(&self) -> Option<(u32, u32)> {
        self.side.editor_size()
    }
}

/// What the plugin told, in the test's words.
pub(super) fn told(table: &ParamTable, event: RawOut) -> OutKind {
    match event {
        RawOut::Param { number, value } => {
            OutKind::Param { id: table.id(number), value: table.to_plain(number, value) }
        }
        RawOut::Begin(number) => OutKind::GestureBegin(table.id(number)),
        RawOut::End(number) => OutKind::GestureEnd(table.id(number)),
        RawOut::Midi(bytes) => OutKind::Midi(bytes),
        RawOut::NoteOn(note) => OutKind::NoteOn(note),
        RawOut::NoteOff(note) => OutKind::NoteOff(note),
        RawOut::Other(kind) => OutKind::Other(kind),
    }
}
