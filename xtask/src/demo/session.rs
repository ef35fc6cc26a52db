//! Runs the set: starts the host process, lets a thread of its own play the OSC controller, collects what both say.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use super::osc::{Controller, Reply};
use super::protocol::{End, Job, Order, Ready, Report, to_line};
use super::script::{Act, Step};
use super::timing::{SongClock, bar_beat};

/// For the plugin to listen; then what is sent goes unanswered, and the table says so.
const LISTEN_PATIENCE: Duration = Duration::from_secs(10);
/// Until it is asked again whether it listens.
const FIRST_PONG_PATIENCE: Duration = Duration::from_millis(50);
/// For a track to be decoded and put on its deck.
const LOAD_PATIENCE: Duration = Duration::from_secs(60);
/// For the plugin's control thread to pass a message on while the host holds; mostly it takes milliseconds.
const PASS_PATIENCE: Duration = Duration::from_secs(2);
/// For the last replies when the song is over.
const LAST_PATIENCE: Duration = Duration::from_millis(500);

/// What a host program says, as it comes.
pub fn reports(stdout: ChildStdout) -> Receiver<Report> {
    let (sender, reports) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // A plugin may print on stdout; that is not for us.
            let Ok(report) = serde_json::from_str(&line) else { continue };
            if sender.send(report).is_err() {
                break;
            }
        }
    });
    reports
}

/// What came of a set.
#[derive(Debug)]
pub struct Session {
    pub ready: Ready,
    pub end: End,
    /// For each step: the first frame that the plugin had not yet made when the message was sent.
    pub sent_frames: Vec<Option<i64>>,
    /// For each step.
    pub replies: Vec<Reply>,
    pub problems: Vec<String>,
}

/// Plays the script in a host process.
pub fn play(host: &Path, job: &Job, steps: &[Step], log: &Path) -> Result<Session> {
    let mut process = HostProcess::start(host, job, log)?;
    let ready = process.wait_until_ready().with_context(|| format!("see also {}", log.display()))?;
    println!(
        "    {} {}: {} inputs, {} outputs, {} parameters, latency {} frames, OSC on {}",
        ready.name,
        ready.version,
        ready.inputs.len(),
        ready.outputs.len(),
        ready.num_params,
        ready.latency_frames,
        ready.osc_port.map_or("no port".to_owned(), |port| format!("UDP port {port}")),
    );
    let orders = process.orders()?;
    let (gates, arrivals) = channel();
    let hands = Hands { steps: steps.to_vec(), orders, hold: job.hold_at_gates, sent_frames: vec![None; steps.len()] };
    let port = ready.osc_port;
    let hands = thread::Builder::new()
        .name("osc".to_owned())
        .spawn(move || hands.run(port, &arrivals))
        .context("could not start the OSC thread")?;
    let end = process.follow(job, &gates);
    drop(gates);
    let played = hands.join().map_err(|_| anyhow!("the OSC thread panicked"))?;
    // The host's own words say more than the hands' broken pipe.
    let end = end.with_context(|| format!("see also {}", log.display()))?;
    let played = played?;
    process.finish()?;
    Ok(Session {
        ready,
        end,
        sent_frames: played.sent_frames,
        replies: played.replies,
        problems: std::mem::take(&mut process.problems),
    })
}

/// The host program and what it says.
struct HostProcess {
    child: Child,
    stdin: Option<ChildStdin>,
    reports: Receiver<Report>,
    problems: Vec<String>,
}

impl HostProcess {
    fn start(host: &Path, job: &Job, log: &Path) -> Result<Self> {
        let log = std::fs::File::create(log).with_context(|| format!("could not write {}", log.display()))?;
        let mut command = Command::new(host);
        // The demo's own tracks lie outside of the user's music.
        if let Some(everything) = std::env::temp_dir().ancestors().last() {
            command.env("ECHELON_OSC_FOLDERS", everything);
        }
        if let Some(port) = job.first_port {
            command.env("ECHELON_OSC_PORT", port.to_string());
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("could not start {}", host.display()))?;
        let mut stdin = child.stdin.take().context("the host has no stdin")?;
        let stdout = child.stdout.take().context("the host has no stdout")?;
        writeln!(stdin, "{}", to_line(job)).context("the host does not take its job")?;
        let reports = reports(stdout);
        Ok(Self { child, stdin: Some(stdin), reports, problems: Vec::new() })
    }

    fn orders(&mut self) -> Result<ChildStdin> {
        self.stdin.take().context("the orders are taken already")
    }

    fn next_report(&mut self) -> Result<Report> {
        match self.reports.recv_timeout(Duration::from_secs(180)) {
            Ok(report) => Ok(report),
            Err(_) => {
                let _ = self.child.kill();
                let said = self.problems.join("; ");
                bail!("the host process ended or hangs{}{said}", if said.is_empty() { "" } else { ": " })
            }
        }
    }

    fn problem(&mut self, text: String) {
        println!("    host: {text}");
        self.problems.push(text);
    }

    fn wait_until_ready(&mut self) -> Result<Ready> {
        loop {
            match self.next_report()? {
                Report::Ready(ready) => return Ok(ready),
                Report::Problem { text } => self.problem(text),
                _ => {}
            }
        }
    }

    /// Shows progress and hands gates on until the song is over.
    fn follow(&mut self, job: &Job, gates: &Sender<u64>) -> Result<End> {
        let clock = SongClock { bpm: job.bpm, sample_rate: job.sample_rate.into() };
        let bars = (clock.beat_at(job.song_frames.cast_signed()) / 4.0 - 0.01).ceil();
        let mut next_bar = 0.0;
        loop {
            match self.next_report()? {
                Report::Gate { frame, .. } => {
                    let _ = gates.send(frame);
                }
                Report::Progress { frame } => {
                    let beat = clock.beat_at(frame.cast_signed());
                    if beat / 4.0 >= next_bar {
                        println!("    bar {} of {bars}", bar_beat(beat).split('.').next().unwrap_or_default());
                        next_bar = (beat / 4.0).floor() + 4.0;
                    }
                }
                Report::Problem { text } => self.problem(text),
                Report::End(end) => return Ok(end),
                Report::Ready(_) => {}
            }
        }
    }

    fn finish(&mut self) -> Result<()> {
        let status = self.child.wait().context("the host process vanished")?;
        if !status.success() {
            bail!("the host process ended with {status} while closing the plugin");
        }
        Ok(())
    }
}

impl Drop for HostProcess {
    fn drop(&mut self) {
        // Nothing of ours may outlive us; both fail harmlessly when it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The one who sends: a thread with a socket, outside the host's process.
struct Hands {
    steps: Vec<Step>,
    orders: ChildStdin,
    hold: bool,
    sent_frames: Vec<Option<i64>>,
}

struct Played {
    sent_frames: Vec<Option<i64>>,
    replies: Vec<Reply>,
}

impl Hands {
    fn run(mut self, port: Option<u16>, gates: &Receiver<u64>) -> Result<Played> {
        let Some(port) = port else {
            return self.run_without_port(gates);
        };
        let mut controller = Controller::new(port, self.steps.len())?;
        // A project's state names the port before the plugin listens there.
        let started = Instant::now();
        while !controller.ping(FIRST_PONG_PATIENCE)? && started.elapsed() < LISTEN_PATIENCE {}
        for step in 0..self.steps.len() {
            match self.steps[step].send_beat {
                None => self.prepare(&mut controller, step)?,
                Some(_) => {
                    if step == 0 || self.steps[step - 1].send_beat.is_none() {
                        self.order(Order::Roll)?;
                    }
                    let Ok(frame) = gates.recv() else { break };
                    self.sent_frames[step] = Some(frame.cast_signed());
                    self.act(&mut controller, step)?;
                }
            }
        }
        // Ends when the host's reports do; replies are taken meanwhile.
        while gates.try_recv() != Err(std::sync::mpsc::TryRecvError::Disconnected) {
            controller.wait(Duration::from_millis(50), |_| false);
        }
        controller.wait(LAST_PATIENCE, |all| (0..self.steps.len()).all(|step| all.reply(step).is_final()));
        Ok(Played { sent_frames: self.sent_frames, replies: controller.into_replies() })
    }

    /// A plugin that cannot be reached still gets its song, so that the table can say what did not happen.
    fn run_without_port(mut self, gates: &Receiver<u64>) -> Result<Played> {
        self.order(Order::Roll)?;
        for step in 0..self.steps.len() {
            if self.steps[step].send_beat.is_some() {
                let Ok(frame) = gates.recv() else { break };
                self.sent_frames[step] = Some(frame.cast_signed());
                self.order(Order::Go)?;
            }
        }
        Ok(Played { replies: vec![Reply::default(); self.steps.len()], sent_frames: self.sent_frames })
    }

    /// Before the song: the transport stands, blocks are made, and there is time until it is done.
    fn prepare(&self, controller: &mut Controller, step: usize) -> Result<()> {
        println!("    sends {}", self.steps[step].text());
        controller.send(step, |id| self.steps[step].message(id))?;
        controller.wait(LOAD_PATIENCE, |all| all.reply(step).is_final());
        Ok(())
    }

    /// At a gate: sends, and lets the host go on when the plugin's control thread has surely read it.
    fn act(&mut self, controller: &mut Controller, step: usize) -> Result<()> {
        let text = self.steps[step].text();
        if !matches!(self.steps[step].act, Act::Crossfader { .. }) {
            let beat = self.steps[step].send_beat.unwrap_or_default();
            println!("    sends {text} at {}", bar_beat(beat));
        }
        controller.send(step, |id| self.steps[step].message(id))?;
        if self.hold {
            // Without an answer the song goes on too; what comes late is in the table.
            let _ = controller.passed_on(PASS_PATIENCE)?;
            self.order(Order::Go)?;
        }
        Ok(())
    }

    fn order(&self, order: Order) -> Result<()> {
        let mut pipe = &self.orders;
        writeln!(pipe, "{}", to_line(&order)).and_then(|()| pipe.flush()).context("the host takes no orders")
    }
}
