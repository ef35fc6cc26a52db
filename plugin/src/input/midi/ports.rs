//! MIDI ports of the system, by `midir`: the standalone's and the learning example's, never the plugin's.
//!
//! What comes in waits in a ring for the next block; a standalone has no frames to put it on.

use std::sync::Mutex;

use midir::{Ignore, MidiInput, MidiInputConnection};
use ringbuf::traits::{Consumer, Producer, Split};
use ringbuf::{HeapCons, HeapRb};

/// Messages that wait for a block. More are lost, as they would be on a wire.
const CAPACITY: usize = 1024;
const CLIENT: &str = "Echelon";

/// Why a port could not be had.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The system has no MIDI.
    #[error("the system has no MIDI: {0}")]
    NoMidi(#[from] midir::InitError),
    /// No port has this in its name.
    #[error("no MIDI input has \"{wanted}\" in its name; there are: {found}")]
    NoPort {
        /// What was looked for.
        wanted: String,
        /// What there is.
        found: String,
    },
    /// It is there, and cannot be opened.
    #[error("the MIDI input \"{0}\" cannot be opened: {1}")]
    Refused(String, String),
}

/// The names of the inputs that there are.
///
/// # Errors
/// [`PortError::NoMidi`].
pub fn names() -> Result<Vec<String>, PortError> {
    let input = MidiInput::new(CLIENT)?;
    Ok(input.ports().iter().filter_map(|port| input.port_name(port).ok()).collect())
}

/// An open input. It is closed when this is dropped.
pub struct Port {
    /// Its name.
    pub name: String,
    _connection: MidiInputConnection<()>,
}

impl Port {
    /// Opens the first input with this in its name, or (`virtual`) one of our own that other programs see. Each channel
    /// message is given to `hear`, on the system's MIDI thread.
    ///
    /// # Errors
    /// [`PortError`].
    pub fn open(wanted: &str, mut hear: impl FnMut([u8; 3]) + Send + 'static) -> Result<Self, PortError> {
        let mut input = MidiInput::new(CLIENT)?;
        input.ignore(Ignore::All);
        let take = move |_: u64, bytes: &[u8], _: &mut ()| {
            if let [status @ 0x80..=0xEF, rest @ ..] = bytes {
                let at = |place: usize| rest.get(place).copied().unwrap_or(0);
                hear([*status, at(0), at(1)]);
            }
        };
        if wanted == "virtual" {
            return Self::open_virtual(input, take);
        }
        let named: Vec<_> = input.ports().into_iter().filter_map(|p| Some((input.port_name(&p).ok()?, p))).collect();
        let lower = wanted.to_lowercase();
        let Some((name, port)) = named.iter().find(|(name, _)| name.to_lowercase().contains(&lower)).cloned() else {
            let found = named.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
            return Err(PortError::NoPort { wanted: wanted.to_owned(), found });
        };
        match input.connect(&port, CLIENT, take, ()) {
            Ok(connection) => Ok(Self { name, _connection: connection }),
            Err(error) => Err(PortError::Refused(name, error.to_string())),
        }
    }

    #[cfg(unix)]
    fn open_virtual(
        input: MidiInput,
        take: impl FnMut(u64, &[u8], &mut ()) + Send + 'static,
    ) -> Result<Self, PortError> {
        use midir::os::unix::VirtualInput;
        let name = "Echelon In".to_owned();
        match input.create_virtual(&name, take, ()) {
            Ok(connection) => Ok(Self { name, _connection: connection }),
            Err(error) => Err(PortError::Refused(name, error.to_string())),
        }
    }

    #[cfg(not(unix))]
    fn open_virtual(_: MidiInput, _: impl FnMut(u64, &[u8], &mut ()) + Send + 'static) -> Result<Self, PortError> {
        Err(PortError::Refused("Echelon In".to_owned(), "this system has no virtual MIDI ports".to_owned()))
    }
}

/// What the standalone's arguments asked for.
pub enum Asked {
    /// The ports were listed: there is nothing more to do.
    Listed,
    /// Ports to keep open.
    Open(Vec<Port>),
}

/// The ring's end for the audio thread, until the plugin takes it.
static DIRECT: Mutex<Option<HeapCons<[u8; 3]>>> = Mutex::new(None);

/// Opens the ports that the standalone's arguments name; an empty one lists them.
///
/// # Errors
/// [`PortError`].
pub fn open_asked(wanted: &[String]) -> Result<Asked, PortError> {
    if wanted.iter().any(String::is_empty) {
        for name in names()? {
            println!("{name}");
        }
        return Ok(Asked::Listed);
    }
    if wanted.is_empty() {
        return Ok(Asked::Open(vec![]));
    }
    let (sender, receiver) = HeapRb::<[u8; 3]>::new(CAPACITY).split();
    let sender = std::sync::Arc::new(Mutex::new(sender));
    if let Ok(mut direct) = DIRECT.lock() {
        *direct = Some(receiver);
    }
    let open = |name: &String| {
        let sender = sender.clone();
        // Between the ports' own threads: the audio thread only reads.
        Port::open(name, move |bytes| {
            if let Ok(mut sender) = sender.lock() {
                _ = sender.try_push(bytes);
            }
        })
    };
    Ok(Asked::Open(wanted.iter().map(open).collect::<Result<_, _>>()?))
}

/// The messages of the ports that are open, for the plugin that asks first. Not on the audio thread.
pub(crate) fn take_direct() -> Option<Direct> {
    DIRECT.lock().ok()?.take().map(Direct)
}

/// Messages of open ports. Wait-free.
pub(crate) struct Direct(HeapCons<[u8; 3]>);

impl Direct {
    /// The next one.
    pub(crate) fn next(&mut self) -> Option<[u8; 3]> {
        self.0.try_pop()
    }
}
