//! A peer that runs as a process: commands in, answers out, and never longer than it may take.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

/// A running peer. Dropped, it is killed.
pub struct Peer {
    name: &'static str,
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<String>,
}

impl Peer {
    /// Starts it and waits until it is ready.
    pub fn start(name: &'static str, command: &mut Command, patience: Duration) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
        let input = child.stdin.take();
        let from = child.stdout.take().context("a peer has an output")?;
        let (send, output) = channel();
        std::thread::spawn(move || BufReader::new(from).lines().map_while(Result::ok).try_for_each(|l| send.send(l)));
        let peer = Self { name, child, input, output };
        peer.answer("ready", patience)?;
        Ok(peer)
    }

    /// Gives a command.
    pub fn send(&mut self, command: &str) -> Result<()> {
        let input = self.input.as_mut().context("the peer was told to end")?;
        writeln!(input, "{command}").with_context(|| format!("{} has ended", self.name))
    }

    /// The next answer that has this field, within so long; what comes before it is dropped.
    pub fn answer(&self, field: &str, patience: Duration) -> Result<Value> {
        self.find(patience, |value| value.get(field).cloned())
            .with_context(|| format!("{} did not answer with `{field}` within {patience:?}", self.name))
    }

    /// The next answer in which `look` finds something.
    pub fn find<T>(&self, patience: Duration, look: impl Fn(&Value) -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + patience;
        loop {
            let line = match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => bail!("it took too long"),
                Err(RecvTimeoutError::Disconnected) => bail!("{} has ended", self.name),
            };
            let Ok(value) = serde_json::from_str::<Value>(&line) else { continue };
            if let Some(refused) = value.get("refused") {
                return Err(anyhow!("{} refused: {refused}", self.name));
            }
            if let Some(found) = look(&value) {
                return Ok(found);
            }
        }
    }

    /// Gives a command and takes its answer.
    pub fn ask(&mut self, command: &str, field: &str) -> Result<Value> {
        self.ask_for(command, field, Duration::from_secs(5))
    }

    /// The same, with another patience.
    pub fn ask_for(&mut self, command: &str, field: &str, patience: Duration) -> Result<Value> {
        self.send(command)?;
        self.answer(field, patience)
    }

    /// The same, for a number.
    pub fn number(&mut self, command: &str, field: &str) -> Result<f64> {
        self.ask(command, field)?.as_f64().with_context(|| format!("`{field}` is no number"))
    }

    /// Ends it as a crash would: without a word to anyone.
    pub fn crash(&mut self) -> Result<()> {
        self.child.kill().with_context(|| format!("could not kill {}", self.name))?;
        self.child.wait()?;
        Ok(())
    }

    /// Lets it end by itself; says whether it ended well.
    pub fn end(mut self, patience: Duration) -> Result<bool> {
        drop(self.input.take());
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.success());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("{} does not end", self.name)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
