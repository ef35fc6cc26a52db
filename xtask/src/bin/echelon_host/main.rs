//! A small CLAP host, a process of its own: opens a plugin from disk, lets a transport roll, records every output bus.
//!
//! It knows nothing of OSC or decks. Orders come on stdin, reports go to stdout (see `protocol`), one JSON object a line.

use std::io::BufRead;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

mod audio;
mod plugin;
#[path = "../../demo/protocol.rs"]
mod protocol;
mod record;
mod talk;
mod transport;

use protocol::{End, Order, Report};
use talk::say;

fn main() -> ExitCode {
    talk::run(host)
}

fn host() -> Result<()> {
    let job = talk::job()?;
    let orders = listen();

    let mut plugin = plugin::Plugin::open(&job)?;
    if let Some(path) = &job.load_state {
        plugin.load(&std::fs::read(path).with_context(|| format!("could not read {path}"))?)?;
    }
    let processor = plugin.activate(&job)?;
    say(&Report::Ready(plugin.ready()?));

    let shape = plugin.shape();
    let latency_frames = plugin.latency_frames();
    let audio_job = job.clone();
    let audio = thread::Builder::new()
        .name("audio".to_owned())
        .spawn(move || audio::run(processor, &audio_job, &shape, latency_frames, &orders))
        .context("could not start the audio thread")?;
    while !audio.is_finished() {
        plugin.serve_main_thread();
        thread::sleep(Duration::from_millis(2));
    }
    let (processor, recording) =
        audio.join().map_err(|_| anyhow::anyhow!("the audio thread panicked"))?.context("the audio thread stopped")?;
    plugin.deactivate(processor);
    if let Some(path) = &job.save_state {
        std::fs::write(path, plugin.save()?).with_context(|| format!("could not write {path}"))?;
    }
    let state_survives = plugin.state_survives()?;
    let files = record::write(&job, &recording)?;
    say(&Report::End(End {
        files,
        non_finite_samples: recording.non_finite_samples,
        peak_before_start: recording.peak_before_start,
        worst_block_load: recording.worst_block_load,
        state_survives,
    }));
    Ok(())
}

/// Orders as they come. The channel closes when stdin does.
fn listen() -> Receiver<Order> {
    let (sender, orders) = channel();
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let Ok(order) = serde_json::from_str(&line) else { continue };
            if sender.send(order).is_err() {
                break;
            }
        }
    });
    orders
}
