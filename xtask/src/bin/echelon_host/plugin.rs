//! The plugin from the main thread's side: open, ask, save, serve its requests.

use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clack_extensions::audio_ports::{
    AudioPortInfoBuffer, AudioPortRescanFlags, HostAudioPorts, HostAudioPortsImpl, PluginAudioPorts,
};
use clack_extensions::latency::{HostLatency, HostLatencyImpl, PluginLatency};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags, PluginParams,
};
use clack_extensions::state::{HostState, HostStateImpl, PluginState};
use clack_host::prelude::*;

use crate::protocol::{Job, Port, Ready};

/// How long the plugin has to find a port for OSC after it was activated.
const PORT_PATIENCE: Duration = Duration::from_secs(5);

/// What any of the plugin's threads may ask of us.
#[derive(Debug, Default)]
pub struct Requests {
    callback: AtomicBool,
}

impl SharedHandler<'_> for Requests {
    // The demo's plugin has a fixed latency and is always processed, so neither needs an answer.
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {
        self.callback.store(true, Ordering::SeqCst);
    }
}

impl HostParamsImplShared for Requests {
    // Blocks are made all the time, which is a flush.
    fn request_flush(&self) {}
}

/// What the plugin may ask of our main thread. Nothing here matters to a recording.
#[derive(Debug)]
pub struct MainThread;

impl MainThreadHandler<'_> for MainThread {}

impl HostAudioPortsImpl for MainThread {
    fn is_rescan_flag_supported(&self, _: AudioPortRescanFlags) -> bool {
        false
    }
    fn rescan(&self, _: AudioPortRescanFlags) {}
}

impl HostParamsImplMainThread for MainThread {
    fn rescan(&self, _: ParamRescanFlags) {}
    fn clear(&self, _: ClapId, _: ParamClearFlags) {}
}

impl HostLatencyImpl for MainThread {
    fn changed(&self) {}
}

impl HostStateImpl for MainThread {
    fn mark_dirty(&self) {}
}

/// Ties the handlers together.
pub struct Host;

impl HostHandlers for Host {
    type Shared<'a> = Requests;
    type MainThread<'a> = MainThread;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _: &Self::Shared<'_>) {
        builder.register::<HostAudioPorts>().register::<HostParams>().register::<HostLatency>().register::<HostState>();
    }
}

/// Channels of each bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub inputs: Vec<usize>,
    pub outputs: Vec<usize>,
}

/// The open plugin.
pub struct Plugin {
    instance: PluginInstance<Host>,
    name: String,
    version: String,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
}

impl Plugin {
    /// Opens the first plugin in the job's file.
    pub fn open(job: &Job) -> Result<Self> {
        // SAFETY: loading a library runs its code; the user asked for exactly this file, and it is our own build.
        let entry = unsafe { PluginEntry::load(&job.plugin) }
            .with_context(|| format!("could not open {}: run `cargo xtask bundle`", job.plugin))?;
        let factory = entry.get_plugin_factory().context("the file holds no CLAP plugins")?;
        let descriptor = factory.plugin_descriptor(0).context("the file holds no CLAP plugin")?;
        let id = descriptor.id().context("the plugin has no id")?;
        let info = HostInfo::new("Echelon demo host", "Echelon", "", env!("CARGO_PKG_VERSION"))?;
        let instance = PluginInstance::<Host>::new(|()| Requests::default(), |_| MainThread, &entry, id, &info)
            .context("the plugin could not be made")?;
        let mut plugin = Self {
            instance,
            name: text(descriptor.name()),
            version: text(descriptor.version()),
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        plugin.inputs = plugin.ports(true)?;
        plugin.outputs = plugin.ports(false)?;
        Ok(plugin)
    }

    fn ports(&mut self, is_input: bool) -> Result<Vec<Port>> {
        let handle = self.instance.plugin_handle();
        let ports: PluginAudioPorts = handle.get_extension().context("the plugin does not tell its audio ports")?;
        let count = ports.count(&handle, is_input);
        (0..count)
            .map(|index| {
                let mut buffer = AudioPortInfoBuffer::new();
                let info = ports.get(&handle, index, is_input, &mut buffer).context("an audio port is not told")?;
                Ok(Port { name: String::from_utf8_lossy(info.name).into_owned(), channels: info.channel_count })
            })
            .collect()
    }

    /// Gets it ready to make sound.
    pub fn activate(&mut self, job: &Job) -> Result<StoppedPluginAudioProcessor<Host>> {
        let config = PluginAudioConfiguration {
            sample_rate: job.sample_rate.into(),
            min_frames_count: 1,
            max_frames_count: job.block_frames,
        };
        self.instance.activate(|_, _| (), config).context("the plugin could not be activated")
    }

    /// The end of [`Plugin::activate`].
    pub fn deactivate(&mut self, processor: StoppedPluginAudioProcessor<Host>) {
        self.instance.deactivate(processor);
    }

    /// The buses' channels.
    pub fn shape(&self) -> Shape {
        let channels = |ports: &[Port]| ports.iter().map(|port| port.channels as usize).collect();
        Shape { inputs: channels(&self.inputs), outputs: channels(&self.outputs) }
    }

    /// Frames by which the output is late.
    pub fn latency_frames(&mut self) -> u32 {
        let handle = self.instance.plugin_handle();
        handle.get_extension::<PluginLatency>().map_or(0, |latency| latency.get(&handle))
    }

    /// The facts for the demo. Waits a while for the plugin's OSC port.
    pub fn ready(&mut self) -> Result<Ready> {
        let num_params = {
            let handle = self.instance.plugin_handle();
            handle.get_extension::<PluginParams>().map_or(0, |params| params.count(&handle))
        };
        Ok(Ready {
            name: self.name.clone(),
            version: self.version.clone(),
            inputs: self.inputs.clone(),
            outputs: self.outputs.clone(),
            num_params,
            latency_frames: self.latency_frames(),
            osc_port: self.wait_for_osc_port()?,
        })
    }

    fn wait_for_osc_port(&mut self) -> Result<Option<u16>> {
        let started = Instant::now();
        loop {
            self.serve_main_thread();
            let port = osc_port(&self.save()?);
            if port.is_some() || started.elapsed() > PORT_PATIENCE {
                return Ok(port);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The plugin's state, as a project would hold it.
    pub fn save(&mut self) -> Result<Vec<u8>> {
        let handle = self.instance.plugin_handle();
        let state: PluginState = handle.get_extension().context("the plugin cannot save its state")?;
        let mut bytes = Vec::new();
        state.save(&handle, &mut bytes).context("the plugin did not save its state")?;
        ensure!(!bytes.is_empty(), "the plugin saved an empty state");
        Ok(bytes)
    }

    /// Saves, loads that, saves again, compares.
    pub fn state_survives(&mut self) -> Result<bool> {
        let before = self.save()?;
        self.load(&before)?;
        Ok(self.save()? == before)
    }

    /// Gives the plugin a state that it saved.
    pub fn load(&mut self, saved: &[u8]) -> Result<()> {
        let handle = self.instance.plugin_handle();
        let state: PluginState = handle.get_extension().context("the plugin cannot load a state")?;
        state.load(&handle, &mut &*saved).context("the plugin did not take its own state back")
    }

    /// Gives the plugin the main thread if it asked for it.
    pub fn serve_main_thread(&mut self) {
        let asked = self.instance.access_shared_handler(|requests| requests.callback.swap(false, Ordering::SeqCst));
        if asked {
            self.instance.call_on_main_thread_callback();
        }
    }
}

fn text(name: Option<&CStr>) -> String {
    name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// `osc_port` in the rig's part of a saved state: JSON inside JSON, after eight bytes that give its length.
fn osc_port(state: &[u8]) -> Option<u16> {
    // A byte of the length may happen to be a `{` too, so each one is tried.
    let starts = state.iter().enumerate().filter(|(_, byte)| **byte == b'{').map(|(at, _)| &state[at..]);
    let state: serde_json::Value = starts.take(8).find_map(|json| serde_json::from_slice(json).ok())?;
    let rig: serde_json::Value = serde_json::from_str(state.get("fields")?.get("rig")?.as_str()?).ok()?;
    let port = rig.get("osc_port")?.as_u64()?;
    u16::try_from(port).ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use super::osc_port;

    #[test]
    fn the_port_is_found_in_a_saved_state() {
        let json = r#"{"version":"1","params":{},"fields":{"rig":"{\"osc_port\":8003,\"x\":[]}"}}"#;
        for length in [json.len() as u64, u64::from(b'{')] {
            let state = [&length.to_le_bytes()[..], json.as_bytes()].concat();
            assert_eq!(osc_port(&state), Some(8003));
        }
    }

    #[test]
    fn a_state_without_a_port_has_none() {
        assert_eq!(osc_port(br#"{"fields":{"rig":"{\"osc_port\":0}"}}"#), None);
        assert_eq!(osc_port(br#"{"fields":{}}"#), None);
        assert_eq!(osc_port(b""), None);
        assert_eq!(osc_port(b"\0\0{not json"), None);
    }
}
