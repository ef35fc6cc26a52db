//! A host with one plugin instance.

mod engine;
#[cfg(test)]
mod engine_tests;
mod hop;
mod main_thread;
mod render;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Instant;

use echelon_engine::units::DeckId;

pub use main_thread::MainThread;

use crate::buses::BusFault;
use crate::events::Event;
use crate::format::Format;
use crate::params::ParamTable;
use crate::setup::Setup;
use crate::sides::{AudioSide, MainSide, RawEvent};
use crate::sound::Sound;
use crate::transport::{Timeline, Transport};
use crate::{clap, vst3};
use engine::Engine;
use hop::Workers;

/// A host with one instance of the plugin. Made by [`Setup::open`]; everything that the main thread may call is there
/// through [`MainThread`].
///
/// Dropping it closes the editor, stops and deactivates the instance and destroys it.
pub struct MiniHost {
    main: MainThread,
    // Away only while a worker thread has it.
    engine: Option<Box<Engine>>,
    workers: Option<Workers>,
    setup: Setup,
    format: Format,
    is_active: bool,
}

impl Deref for MiniHost {
    type Target = MainThread;

    fn deref(&self) -> &MainThread {
        &self.main
    }
}

impl DerefMut for MiniHost {
    fn deref_mut(&mut self) -> &mut MainThread {
        &mut self.main
    }
}

impl MiniHost {
    pub(crate) fn create(format: Format, setup: &Setup) -> Self {
        fn boxed(
            (main, audio): (impl MainSide + 'static, impl AudioSide + 'static),
        ) -> (Box<dyn MainSide>, Box<dyn AudioSide>) {
            (Box::new(main), Box::new(audio))
        }
        echelon::peers::set_network(setup.network);
        crate::temp::keep_own_cache();
        let (mut side, audio) = match format {
            Format::Clap => boxed(clap::create(setup.thread_pool.as_ref())),
            Format::Vst3 => boxed(vst3::create()),
        };
        let table = Arc::new(ParamTable::new(&side.list_params()));
        for fault in &setup.faults {
            match *fault {
                BusFault::InactiveOutput(bus) => side.set_bus_active(true, bus, false),
                BusFault::InactiveInput(bus) => side.set_bus_active(false, bus, false),
                _ => {}
            }
        }
        if setup.offline {
            side.set_offline(true);
        }
        let engine = Box::new(Engine::new(audio, Arc::clone(&table), setup));
        let workers = setup.hop.map(|hop| Workers::new(hop.threads));
        let main = MainThread { side, table };
        if let Some(state) = &setup.state {
            assert!(main.load(state), "the plugin refused the state that the test set up");
        }
        Self { main, engine: Some(engine), workers, setup: setup.clone(), format, is_active: false }
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("the engine is back after every render")
    }

    fn engine_mut(&mut self) -> &mut Engine {
        self.engine.as_mut().expect("the engine is back after every render")
    }

    /// The plugin format.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Sample rate in Hz.
    #[must_use]
    pub fn sample_rate(&self) -> f64 {
        self.engine().sample_rate
    }

    /// Absolute frame at which the next `render` starts.
    #[must_use]
    pub fn frame(&self) -> u64 {
        self.engine().frame
    }

    /// When a frame is due to be heard, in real time; `None` before the first block or not in real time.
    #[must_use]
    pub fn due_time(&self, frame: u64) -> Option<Instant> {
        self.engine().due_time(frame)
    }

    /// The transport's true course.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        self.engine().timeline()
    }

    /// The true song position where the next `render` starts, in quarter notes.
    #[must_use]
    pub fn song_beats(&self) -> f64 {
        self.timeline().beats_at(self.frame())
    }

    /// The next frame on which something due at this song position must happen.
    ///
    /// # Panics
    /// If the transport never gets there.
    #[must_use]
    pub fn frame_of_beat(&self, beats: f64) -> u64 {
        let frame = self.timeline().frame_of_beat(beats, self.frame());
        frame.unwrap_or_else(|| panic!("the transport never gets to beat {beats} from frame {}", self.frame()))
    }

    /// Schedules an event on an absolute frame.
    ///
    /// # Panics
    /// If that frame is past, or the parameter unknown.
    pub fn at(&mut self, frame: u64, event: Event) -> &mut Self {
        assert!(frame >= self.frame(), "frame {frame} is past: the host is at {}", self.frame());
        let event = match event {
            Event::Param { id, value } => {
                RawEvent::Param { number: self.main.table.number(&id), value: self.main.raw(&id, value) }
            }
            Event::RawParam { number, value } => RawEvent::Param { number, value },
            Event::Modulation { id, amount } => RawEvent::Modulation { number: self.main.table.number(&id), amount },
            Event::NoteOn(note) => RawEvent::NoteOn(note),
            Event::NoteOff(note) => RawEvent::NoteOff(note),
            Event::Midi(bytes) => RawEvent::Midi(bytes),
            Event::Transport(change) => {
                self.engine_mut().schedule_move(frame, change);
                return self;
            }
        };
        self.engine_mut().schedule(frame, event);
        self
    }

    /// Schedules an event on the frame of a song position.
    pub fn at_beat(&mut self, beats: f64, event: Event) -> &mut Self {
        self.at(self.frame_of_beat(beats), event)
    }

    /// Sound on a deck's input bus from now on, on the absolute frame scale.
    pub fn set_input(&mut self, deck: DeckId, sound: Sound) {
        self.engine_mut().set_input(deck.index(), sound);
    }

    /// Moves a parameter as from the host's own window, outside of any block.
    pub fn set(&mut self, id: &str, value: f64) {
        let number = self.main.table.number(id);
        let event = RawEvent::Param { number, value: self.main.raw(id, value) };
        if let (true, RawEvent::Param { number, value }) = (self.is_active, event) {
            self.main.side.tell_controller(number, value);
        }
        self.flush(&[(0, event)]);
    }

    /// Passes events without audio; what the plugin tells in return is an edit.
    fn flush(&mut self, events: &[(u32, RawEvent)]) {
        let edits =
            if self.is_active { self.engine_mut().side.flush(events) } else { self.main.side.flush_inactive(events) };
        edits.into_iter().for_each(|edit| self.main.side.record().edit(edit));
    }

    /// Does what the plugin asked for: callbacks on the main thread, parameter flushes, a restart.
    pub fn idle(&mut self) {
        self.main.serve_callbacks();
        if self.main.side.record().take_flush() {
            self.flush(&[]);
        }
        if self.main.side.record().take_restart() && self.is_active {
            self.deactivate();
            self.activate();
        }
    }

    /// Activates the instance and starts processing, unless it is active.
    ///
    /// # Panics
    /// If the plugin refuses.
    pub fn activate(&mut self) {
        if !self.is_active {
            let (rate, max_block) = (self.setup.sample_rate, self.setup.max_block_frames());
            echelon::host::set_limiter(self.setup.limiter);
            assert!(
                self.main.side.activate(rate, max_block),
                "the plugin refused to activate at {rate} Hz, {max_block}"
            );
            self.is_active = true;
            self.engine_mut().latency_frames = u64::from(self.main.latency_frames());
            assert!(self.engine_mut().side.start(), "the plugin refused to start processing");
        }
    }

    /// Stops processing and deactivates the instance, if it is active.
    pub fn deactivate(&mut self) {
        if std::mem::take(&mut self.is_active) {
            self.engine_mut().side.stop();
            self.main.side.deactivate();
        }
    }

    /// Deactivates, changes the setup (sample rate, blocks, offline), and activates again, as hosts do when the user
    /// changes the device. The absolute frame goes on; the transport counts its frames at the new rate.
    pub fn reactivate(&mut self, change: impl FnOnce(Setup) -> Setup) {
        self.deactivate();
        self.setup = change(self.setup.clone());
        let (setup, offline) = (self.setup.clone(), self.setup.offline);
        let engine = self.engine_mut();
        engine.reconfigure(&setup);
        if std::mem::replace(&mut engine.offline, offline) != offline {
            self.main.side.set_offline(offline);
        }
        self.activate();
    }

    /// The plugin forgets all sound on its way.
    pub fn reset(&mut self) {
        self.engine_mut().side.reset();
    }

    /// Starts the absolute frame scale again at 0 with another transport. What was scheduled is dropped.
    pub fn rewind(&mut self, transport: Transport) {
        self.engine_mut().rewind(transport);
    }
}

impl Drop for MiniHost {
    fn drop(&mut self) {
        self.main.close_editor();
        self.deactivate();
    }
}
