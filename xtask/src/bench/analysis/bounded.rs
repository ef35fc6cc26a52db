//! Programs that others wrote, with a bound on their time: one that hangs is ended and has no answer.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How often it is looked whether a program has ended.
const LOOK: Duration = Duration::from_millis(10);

/// What a program prints within so many seconds; `None` if it takes longer or fails.
pub fn answer(command: &mut Command, most_secs: f64) -> Result<Option<String>> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{} cannot be started", command.get_program().to_string_lossy()))?;
    let mut pipe = child.stdout.take().context("a program without output")?;
    // A full pipe would hold it up.
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        pipe.read_to_end(&mut text).map(|_| text)
    });
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if start.elapsed().as_secs_f64() > most_secs {
            child.kill()?;
            child.wait()?;
            break None;
        }
        thread::sleep(LOOK);
    };
    let text = reader.join().ok().context("reading what a program prints")??;
    Ok(status.filter(std::process::ExitStatus::success).map(|_| String::from_utf8_lossy(&text).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_is_ended_and_what_fails_has_no_answer() {
        let start = Instant::now();
        assert_eq!(answer(Command::new("sleep").arg("600"), 0.2).unwrap(), None);
        assert!(start.elapsed().as_secs_f64() < 300.0);
        assert_eq!(answer(&mut Command::new("false"), 60.0).unwrap(), None);
        assert_eq!(answer(Command::new("echo").arg("ten"), 60.0).unwrap().as_deref(), Some("ten\n"));
    }

    #[test]
    fn more_than_a_pipe_holds_arrives() {
        let text = answer(Command::new("seq").arg("100000"), 60.0).unwrap().unwrap();
        assert_eq!(text.lines().count(), 100_000);
    }
}
