//! A CLAP host that does one thing: it calls the plugin's `process` once in each period, at real-time priority where the
//! system gives it, and notes how long each call took and how late it began.
//!
//! A job comes on stdin, then [`Order::Roll`]; reports go to stdout as those of the demo's host, whose protocol it speaks.

use std::io::BufRead;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

mod audio;
mod control;
#[allow(dead_code, reason = "the demo's host saves and loads states too")]
#[path = "../echelon_host/plugin.rs"]
mod plugin;
mod priority;
#[path = "../../demo/protocol.rs"]
mod protocol;
#[path = "../echelon_host/talk.rs"]
mod talk;
#[path = "../echelon_host/transport.rs"]
mod transport;

use audio::{Blocks, Progress};
use protocol::{End, Job, Order, Report};
use talk::say;

fn main() -> ExitCode {
    talk::run(host)
}

fn host() -> Result<()> {
    let job = talk::job()?;
    let progress = Arc::new(Progress::default());
    listen(&progress);

    let mut plugin = plugin::Plugin::open(&job)?;
    let processor = plugin.activate(&job)?;
    say(&Report::Ready(plugin.ready()?));

    let shape = plugin.shape();
    let (audio_job, audio_progress) = (job.clone(), progress.clone());
    let audio = thread::Builder::new()
        .name("audio".to_owned())
        .spawn(move || audio::run(processor, &audio_job, &shape, &audio_progress))
        .context("could not start the audio thread")?;
    let mut told = 0;
    while !audio.is_finished() {
        plugin.serve_main_thread();
        let frame = progress.frame();
        if frame >= told + u64::from(job.sample_rate) / 4 {
            say(&Report::Progress { frame });
            told = frame;
        }
        thread::sleep(Duration::from_millis(2));
    }
    let (processor, blocks) =
        audio.join().map_err(|_| anyhow::anyhow!("the audio thread panicked"))?.context("the audio thread stopped")?;
    plugin.deactivate(processor);
    say(&Report::End(End {
        files: vec![write(&job, &blocks)?],
        non_finite_samples: blocks.non_finite_samples,
        // Of the whole run: nothing is recorded by which one could tell.
        peak_before_start: blocks.least_peak,
        worst_block_load: blocks.worst_load(&job),
        state_survives: true,
    }));
    Ok(())
}

/// `blocks.csv`: a line a block.
fn write(job: &Job, blocks: &Blocks) -> Result<String> {
    let path = std::path::Path::new(&job.out_dir).join("blocks.csv");
    let mut text = format!("# real-time priority: {}\ntook_ns,own_ns,late_ns,fixed_ns\n", blocks.is_realtime);
    for block in &blocks.times {
        text += &format!("{},{},{},{}\n", block.took_ns, block.own_ns, block.late_ns, block.fixed_ns);
    }
    std::fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))?;
    Ok(path.display().to_string())
}

/// Takes orders until stdin closes; then the run ends early.
fn listen(progress: &Arc<Progress>) {
    let progress = progress.clone();
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if matches!(serde_json::from_str(&line), Ok(Order::Roll)) {
                progress.roll();
            }
        }
        progress.end();
    });
}
