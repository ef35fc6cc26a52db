//! The alpha demo: a rig that follows Ableton Link if somebody is there, and else its own clock, played by OSC over
//! loopback, by MIDI and by hand.
//!
//! `cargo run -p echelon --example alpha_demo` looks for others in a Link session and goes along with them for a while; then
//! it shows a start on its bar, what safety keeps from happening, and five minutes of music with random actions of someone
//! who looks at the decks: none of these may be refused. `--secs N` shortens the music, `--no-link` asks no network. All but
//! the part with Link is offline: minutes of music take seconds.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a demo: small figures")]

use std::f64::consts::TAU;
use std::net::UdpSocket;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use echelon::input::osc::{DEFAULT_PORT, OscServer, Port};
use echelon::peers::{AudioEar, LinkSession};
use echelon_engine::action::{Action, ActionQueue, ActionSender, ActionTiming, Receipt, Request, Setting, Turn};
use echelon_engine::clock::{BeatClock, ClockMode, ClockSource, HostTransport};
use echelon_engine::console::EngineController;
use echelon_engine::deck::Track;
use echelon_engine::input::{HostInput, TimedInput};
use echelon_engine::processor::{BlockInput, BlockIo, RigProcessor};
use echelon_engine::rig::{Rig, RigConfig};
use echelon_engine::safety::{DeckState, Source};
use echelon_engine::units::{Bpm, DeckId, NUM_DECKS};
use rosc::{OscMessage, OscPacket, OscType};

type Failure = Box<dyn std::error::Error>;

const SAMPLE_RATE: f64 = 48_000.0;
const BLOCK: usize = 480;
const BPM: f64 = 128.0;
const FRAMES_PER_BEAT: f64 = 60.0 / BPM * SAMPLE_RATE;
/// Longer than the demo, so that no track ends.
const TRACK_SECS: f64 = 400.0;

/// For so long it looks whether there is anyone in a Link session, and goes along with them.
const LINK_PATIENCE: Duration = Duration::from_secs(3);
const LINK_SECS: f64 = 6.0;

/// The rig, its OSC server, and a client at the other end of the wire.
struct Demo {
    console: EngineController,
    processor: RigProcessor,
    server: OscServer,
    client: UdpSocket,
    hands: ActionSender,
    turn: Turn,
    track: Arc<Track>,
    frame: u64,
    master: Vec<f32>,
    /// Accepted, done, refused, cancelled, expired.
    receipts: [u64; 5],
    refusals: Vec<String>,
    next_id: i32,
    random: u64,
}

impl Demo {
    fn new() -> Result<Self, Failure> {
        let (mut console, processor) = Rig::new(RigConfig::new(SAMPLE_RATE))?;
        let (osc, receiver) = ActionQueue::new(ActionQueue::DEFAULT_CAPACITY);
        console.connect(receiver);
        let (hands, receiver) = ActionQueue::new(ActionQueue::DEFAULT_CAPACITY);
        console.connect(receiver);
        let server = OscServer::start(Port::From(DEFAULT_PORT), None, osc, Box::new(|| {}))?;
        let client = UdpSocket::bind("127.0.0.1:0")?;
        client.connect(("127.0.0.1", server.port()))?;
        client.set_read_timeout(Some(Duration::from_secs(5)))?;
        let tone = |k: u64| (0.2 * (TAU * 110.0 * k as f64 / SAMPLE_RATE).sin()) as f32;
        let samples: Vec<f32> = (0..(TRACK_SECS * SAMPLE_RATE) as u64).map(tone).collect();
        let track = Arc::new(Track::new(samples.clone(), samples, SAMPLE_RATE)?);
        let (turn, master) = (Turn::default(), vec![]);
        let (frame, receipts, refusals, next_id, random) = (0, [0; 5], vec![], 1, 0x2545_F491_4F6C_DD1D);
        Ok(Self {
            console,
            processor,
            server,
            client,
            hands,
            turn,
            track,
            frame,
            master,
            receipts,
            refusals,
            next_id,
            random,
        })
    }

    /// By OSC; waits until the server has put it into its queue.
    fn osc(&mut self, address: &str, args: &[OscType]) -> Result<i32, Failure> {
        let id = self.next_id;
        self.next_id += 1;
        let args = [args, &[OscType::String("id".to_owned()), OscType::Int(id)]].concat();
        self.send(address, args)?;
        self.send("/ping", vec![])?;
        while self.reply()?.addr != "/pong" {}
        Ok(id)
    }

    fn send(&self, address: &str, args: Vec<OscType>) -> Result<(), Failure> {
        let message = OscMessage { addr: address.to_owned(), args };
        self.client.send(&rosc::encoder::encode(&OscPacket::Message(message))?)?;
        Ok(())
    }

    fn reply(&self) -> Result<OscMessage, Failure> {
        let mut bytes = [0; 2048];
        let n = self.client.recv(&mut bytes)?;
        match rosc::decoder::decode_udp(&bytes[..n])?.1 {
            OscPacket::Message(message) => Ok(message),
            OscPacket::Bundle(_) => Err("a bundle for an answer".into()),
        }
    }

    /// By hand, as from the editor.
    fn hand(&mut self, action: Action, timing: ActionTiming) -> Result<(), Failure> {
        Ok(self.hands.send(Request::new(Source::Editor, action, timing))?)
    }

    /// One turn of the control side.
    fn tick(&mut self) {
        self.turn.now_secs = self.frame as f64 / SAMPLE_RATE;
        self.console.tick(&mut self.turn);
        for wanted in std::mem::take(&mut self.turn.wanted) {
            self.console.track_ready(wanted.id, self.track.clone(), &mut self.turn);
        }
        for receipt in self.turn.receipts.drain(..) {
            let place = match &receipt {
                Receipt::Accepted { .. } => 0,
                Receipt::Done { .. } => 1,
                Receipt::Refused { text, .. } => {
                    self.refusals.push(text.clone());
                    2
                }
                Receipt::Cancelled { .. } => 3,
                Receipt::Expired { .. } => 4,
            };
            self.receipts[place] += 1;
            self.server.reply(&receipt);
        }
    }

    /// A turn, and one block of a host without a transport: the rig's own clock runs.
    fn block(&mut self, inputs: &[TimedInput]) {
        self.tick();
        let silence = [0.0; BLOCK];
        let mut out = vec![[f32::NAN; BLOCK]; 2 + 2 * NUM_DECKS];
        let mut io = BlockIo::over(out.iter_mut().map(|channel| &mut channel[..]), &silence);
        let transport = HostTransport { tempo: Bpm::new(BPM), ..HostTransport::SILENT };
        let block = BlockInput { frames: BLOCK as u32, transport, inputs };
        self.processor.process(&mut io, block, &mut Vec::with_capacity(16));
        self.frame += BLOCK as u64;
        self.master.clear();
        self.master.extend_from_slice(&out[0]);
    }

    fn run_beats(&mut self, beats: f64) {
        let end = self.frame + (beats * FRAMES_PER_BEAT) as u64;
        while self.frame < end {
            self.block(&[]);
        }
        self.tick();
    }

    fn state(&self, deck: DeckId) -> DeckState {
        self.console.snapshot().decks[deck.index()].state
    }

    fn below(&mut self, n: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % n
    }
}

/// Link if somebody is there, else the rig's own clock.
fn clock(demo: &mut Demo) -> Result<(), Failure> {
    println!("\n0  Whose beat: a Link session's, if somebody else is in it");
    let (session, mut ear) = LinkSession::create();
    session.enable(true, BPM);
    let begun = Instant::now();
    while !session.is_connected() && LinkSession::AVAILABLE && begun.elapsed() < LINK_PATIENCE {
        sleep(Duration::from_millis(50));
    }
    let followed = if session.is_connected() {
        follow(demo, &session, &mut ear)
    } else {
        println!("   nobody there: the rig's own, {BPM} BPM");
        Ok(())
    };
    session.close();
    followed
}

/// Goes along with the session, in real time.
fn follow(demo: &mut Demo, session: &LinkSession, ear: &mut AudioEar) -> Result<(), Failure> {
    let mode = |mode| Action::Configure { setting: Setting::ClockMode { mode } };
    demo.hand(mode(ClockMode::Link), ActionTiming::Immediate)?;
    let (begun, first) = (Instant::now(), demo.frame);
    while begun.elapsed().as_secs_f64() < LINK_SECS {
        let due = Duration::from_secs_f64((demo.frame - first) as f64 / SAMPLE_RATE);
        sleep(due.saturating_sub(begun.elapsed()));
        let word = ear.hear(demo.processor.bar_beats(), 0.0);
        demo.processor.hear_session(word, BLOCK as u32, false, false);
        demo.block(&[]);
    }
    demo.tick();
    let (clock, theirs) = (demo.console.snapshot().clock, session.look(4.0).ok_or("the session has gone")?);
    println!(
        "   {} others: {:.2} BPM, beat {:.2}; the rig: {:.2} BPM, beat {:.2}",
        session.num_peers(),
        theirs.map.tempo_bpm(),
        theirs.map.beat,
        clock.tempo_bpm(),
        clock.current_beat()
    );
    let follows = clock.source == ClockSource::Link && (clock.tempo_bpm() - theirs.map.tempo_bpm()).abs() < 0.5;
    demo.hand(mode(ClockMode::Host), ActionTiming::Immediate)?;
    demo.run_beats(8.0);
    println!("   from here on offline, on the rig's own clock at {BPM} BPM");
    if follows || !session.is_connected() { Ok(()) } else { Err("the rig does not follow the session".into()) }
}

fn quantized_play(demo: &mut Demo) -> Result<(), Failure> {
    println!("\n1  A start asked for in the middle of a bar comes on the next bar's first frame");
    let load = |deck| Action::LoadDeck { deck, path: "tone".into() };
    for deck in DeckId::ALL {
        demo.hand(load(deck), ActionTiming::Immediate)?;
    }
    demo.run_beats(2.5);
    let id = demo.osc("/deck/a/play", &["bar".into()])?;
    demo.run_beats(3.0);
    loop {
        let OscMessage { addr, args } = demo.reply()?;
        println!("   {addr} {args:?}");
        match (addr.as_str(), args.as_slice()) {
            ("/done", [OscType::Int(own), _, error]) if *own == id => {
                let on_frame = matches!(error, OscType::Int(0) | OscType::Long(0))
                    || matches!(error, OscType::Float(e) if *e == 0.0)
                    || matches!(error, OscType::Double(e) if *e == 0.0);
                return if on_frame { Ok(()) } else { Err("the start was not on its frame".into()) };
            }
            ("/nack", _) => return Err("the start was refused".into()),
            _ => {}
        }
    }
}

fn rapid_actions(demo: &mut Demo) -> Result<(), Failure> {
    println!("\n2  Rapid actions are blocked, and nothing of them is heard");
    let (refused, done) = (demo.receipts[2], demo.receipts[1]);
    for _ in 0..10 {
        demo.osc("/deck/a/play", &["now".into()])?;
        demo.block(&[]);
    }
    demo.hand(Action::LoadDeck { deck: DeckId::A, path: "tone".into() }, ActionTiming::Immediate)?;
    demo.osc("/deck/a/seek", &[OscType::Float(60.0), "now".into()])?;
    demo.run_beats(0.5);
    let (refused, done) = (demo.receipts[2] - refused, demo.receipts[1] - done);
    println!("   12 asked, {done} done, {refused} refused:");
    let mut reasons = std::mem::take(&mut demo.refusals);
    reasons.dedup();
    reasons.iter().for_each(|reason| println!("   - {reason}"));
    if refused != 12 || demo.state(DeckId::A) != DeckState::Playing || demo.master.iter().all(|s| *s == 0.0) {
        return Err("not all of them were blocked, or the deck no longer plays".into());
    }
    Ok(())
}

fn midi(demo: &mut Demo) -> Result<(), Failure> {
    println!("\n3  A MIDI note, as a host routes it, starts deck B by the quantize setting");
    demo.block(&[TimedInput { frame: 7, input: HostInput::Midi([0x90, 38, 100]) }]);
    demo.tick();
    let waits = demo.state(DeckId::B);
    demo.run_beats(4.5);
    println!("   deck B: {}, a bar later: {}", waits.word(), demo.state(DeckId::B).word());
    if (waits, demo.state(DeckId::B)) == (DeckState::Primed, DeckState::Playing) {
        Ok(())
    } else {
        Err("deck B did not start".into())
    }
}

/// What someone asks for who looks at the decks.
fn random_action(demo: &mut Demo) -> Result<(), Failure> {
    let deck = DeckId::ALL[demo.below(4) as usize];
    let waits = demo.console.snapshot().pending.iter().flatten().any(|pending| pending.deck == Some(deck));
    let value = demo.below(1000) as f32 / 1000.0;
    let letter = deck.letter();
    match (demo.state(deck), demo.below(8)) {
        (DeckState::Stopped, 0..=3) if !waits => drop(demo.osc(&format!("/deck/{letter}/play"), &["bar".into()])?),
        (DeckState::Stopped, 4) if !waits => {
            demo.hand(Action::SeekDeck { deck, position_secs: 0.0 }, ActionTiming::Immediate)?;
        }
        (DeckState::Playing, 0) if !waits => drop(demo.osc(&format!("/deck/{letter}/stop"), &["beat".into()])?),
        (_, 1..=4) => drop(demo.osc("/crossfader", &[value.into()])?),
        (_, 5) => drop(demo.osc(&format!("/deck/{letter}/gain"), &[(-12.0 * value).into()])?),
        _ => {
            let action = Action::SetCrossfader { position: value };
            demo.hand(action, ActionTiming::NextBeat)?;
        }
    }
    Ok(())
}

fn soak(demo: &mut Demo, secs: u64) -> Result<(), Failure> {
    println!("\n4  {secs} s of music with random actions, by OSC and by hand");
    let before = demo.console.safety_telemetry().rejected_in_all();
    let end = demo.frame + secs * SAMPLE_RATE as u64;
    let mut actions = 0;
    while demo.frame < end {
        if demo.below(20) == 0 {
            random_action(demo)?;
            actions += 1;
        }
        demo.block(&[]);
        if demo.master.iter().any(|sample| !sample.is_finite()) {
            return Err("a sample that is no number".into());
        }
    }
    demo.run_beats(5.0);
    let violations = demo.console.safety_telemetry().rejected_in_all() - before;
    println!("   {actions} actions, {violations} safety violations");
    if violations > 0 {
        return Err(format!("in normal operation nothing is to be refused: {:?}", demo.refusals).into());
    }
    Ok(())
}

fn telemetry(demo: &Demo) -> Result<(), Failure> {
    let t = demo.console.telemetry();
    let s = demo.console.safety_telemetry();
    let osc = demo.server.counters();
    println!("\nTelemetry");
    println!(
        "   requests {}: {} done, {} refused, {} cancelled, {} expired, {} open",
        t.requests, t.done, t.refused, t.cancelled, t.expired, t.open
    );
    println!(
        "   error in frames: least {}, mean {:.3}, most {}",
        t.error_frames.min,
        t.error_frames.mean(),
        t.error_frames.max
    );
    println!("   latency in frames: mean {:.0}, most {}", t.latency_frames.mean(), t.latency_frames.max);
    println!(
        "   queue high-water {}, coalesced {}, late {}, NaN {}, events lost {}",
        t.queue_high_water, t.coalesced, t.late, t.non_finite, t.lost_events
    );
    println!(
        "   safety: {} refused, {} cooldowns, {} locks, {} panics",
        s.rejected_in_all(),
        s.cooldowns,
        s.locks,
        s.panics
    );
    println!("   OSC: {} packets, {} errors, {} dropped", osc.packets, osc.errors, osc.dropped);
    let answered = t.done + t.refused + t.cancelled + t.expired;
    if answered + t.open as u64 != t.requests || t.non_finite + t.lost_events > 0 || osc.errors + osc.dropped > 0 {
        return Err("something was lost".into());
    }
    Ok(())
}

fn run(secs: u64, link: bool) -> Result<(), Failure> {
    if link {
        // A rig of its own: what comes after counts its beats from the first.
        clock(&mut Demo::new()?)?;
    }
    let mut demo = Demo::new()?;
    println!("OSC: port {} on loopback", demo.server.port());
    quantized_play(&mut demo)?;
    rapid_actions(&mut demo)?;
    midi(&mut demo)?;
    soak(&mut demo, secs)?;
    telemetry(&demo)
}

fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let all = args.len();
    args.retain(|arg| arg != "--no-link");
    let link = args.len() == all;
    let secs = match args.as_slice() {
        [] => Ok(300),
        [name, secs] if name == "--secs" => secs.parse(),
        _ => {
            eprintln!("usage: alpha_demo [--secs N] [--no-link]");
            return ExitCode::from(2);
        }
    };
    let done = secs.map_err(Failure::from).and_then(|secs| run(secs, link));
    match done {
        Ok(()) => {
            println!("\nAll of it held.");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("\nerror: {error}");
            ExitCode::FAILURE
        }
    }
}
