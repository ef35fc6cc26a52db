//! One function for each kind of bytes that comes from outside. For `cargo xtask fuzz`, and for the kept inputs that run
//! with the tests; nothing of the plugin uses it. Each takes any bytes, may not panic, and returns whether they were taken.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a panic here is what the fuzzer looks for")]

use std::cell::RefCell;
use std::io::Write as _;
use std::sync::Arc;

use echelon_engine::action::{Action, ActionQueue, ActionSender, ActionTiming, Request, Turn};
use echelon_engine::clock::HostTransport;
use echelon_engine::console::Console;
use echelon_engine::deck::Track;
use echelon_engine::processor::{BlockInput, BlockIo, RigProcessor};
use echelon_engine::rig::{Rig, RigConfig};
use echelon_engine::safety::Source;
use rosc::OscTime;

use crate::host::{HostLink, load_state};
use crate::input::midi::MidiMap;
use crate::input::osc::{Parsed, decode_packet, parse};
use crate::media::{Tags, decode};
use crate::params::RigParams;

/// A UDP packet of OSC: cut into messages, and each of them read.
pub fn osc(bytes: &[u8]) -> bool {
    let now = OscTime { seconds: 3_900_000_000, fractional: 0 };
    let Ok(messages) = decode_packet(bytes, now) else { return false };
    let parsed: Vec<Option<Parsed>> =
        messages.iter().map(|(message, _)| parse(&message.addr, &message.args).ok()).collect();
    parsed.iter().any(Option::is_some)
}

/// A saved project. What is taken is saved again, and taken again.
pub fn state(bytes: &[u8]) -> bool {
    thread_local! {
        static LINK: Arc<HostLink> = HostLink::new(&Arc::new(RigParams::default()));
    }
    LINK.with(|link| load_state(link, bytes))
}

/// A mapping file. What is taken is written, and read again as the same.
pub fn mapping(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Ok(map) = MidiMap::read(text) else { return false };
    let _table = map.compile();
    assert_eq!(MidiMap::read(&map.write()).unwrap(), map);
    true
}

/// An audio file: what it says of itself, and its samples.
pub fn audio(bytes: &[u8]) -> bool {
    let path = std::env::temp_dir().join(format!("echelon-fuzz-{}", std::process::id()));
    std::fs::File::create(&path).and_then(|mut file| file.write_all(bytes)).unwrap();
    let tags = Tags::read(&path);
    assert!(tags.secs.is_none_or(f64::is_finite));
    let decoded = decode(&path, &mut |_| {}, &|| false);
    let _ = std::fs::remove_file(&path);
    let Ok(decoded) = decoded else { return false };
    let track = decoded.track;
    assert!(track.num_frames() > 0 && track.sample_rate() > 0.0);
    true
}

/// Actions of every kind, one a line in JSON, from every source, with a block after each: what the engine makes of them is
/// finite.
pub fn commands(bytes: &[u8]) -> bool {
    thread_local! {
        static RIG: RefCell<Player> = RefCell::new(Player::new());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    RIG.with_borrow_mut(|rig| {
        let mut taken = false;
        for line in text.lines().take(64) {
            let source = [Source::Osc, Source::Editor, Source::Bridge][line.len() % 3];
            if let Ok((action, timing)) = serde_json::from_str::<(Action, ActionTiming)>(line) {
                taken = true;
                rig.ask(source, action, timing);
            }
            rig.block();
        }
        taken
    })
}

/// A rig that plays as fast as it can.
struct Player {
    console: Console,
    processor: RigProcessor,
    sender: ActionSender,
    track: Arc<Track>,
}

impl Player {
    const FRAMES: usize = 64;

    fn new() -> Self {
        let (mut console, processor) = Rig::new(RigConfig::new(48_000.0)).unwrap();
        let (sender, receiver) = ActionQueue::new(ActionQueue::DEFAULT_CAPACITY);
        console.connect(receiver);
        let side: Vec<f32> = (0..48_000_u16).map(|frame| f32::from(frame % 100) / 200.0).collect();
        let track = Arc::new(Track::new(side.clone(), side, 48_000.0).unwrap());
        Self { console, processor, sender, track }
    }

    fn ask(&mut self, source: Source, action: Action, timing: ActionTiming) {
        // Full is an answer too.
        let _ = self.sender.send(Request::new(source, action, timing));
    }

    fn block(&mut self) {
        let mut turn = Turn::default();
        self.console.tick(&mut turn);
        for wanted in turn.wanted.drain(..).collect::<Vec<_>>() {
            self.console.track_ready(wanted.id, self.track.clone(), &mut turn);
        }
        let silence = [0.0; Self::FRAMES];
        let mut out = [[[f32::NAN; Self::FRAMES]; 2]; 6];
        let [master, a, b, c, d, cue] = out.each_mut().map(|bus| bus.each_mut().map(|side| &mut side[..]));
        let inputs = [[&silence[..]; 2]; 4];
        let mut io = BlockIo { inputs, master, decks: [a, b, c, d], cue, lanes: None };
        let block = BlockInput { frames: 64, transport: HostTransport::SILENT, inputs: &[] };
        let mut moves = Vec::with_capacity(256);
        self.processor.process(&mut io, block, &mut moves);
        assert!(out.as_flattened().iter().flatten().all(|sample| sample.is_finite()));
    }
}
