//! What was asked for.

use std::time::Duration;

/// For people.
pub const HELP: &str = "\
Usage: link-test [--instances N] [--seconds S] [--bpm B] [--set-bpm B] [--json]

Joins the Ableton Link session on this machine's networks with N parts (2), and shows twice a second who is there, the
tempo, the place in the bar, and how far apart the parts are. Ends after S seconds (10; at most 3600), with an error if
the parts have not found each other.

  --bpm B      the first part's tempo if nobody else is there (120); each further part begins one BPM faster
  --set-bpm B  after half of the time the last part sets this tempo
  --json       a line of JSON for each look";

/// The most parts: each has two threads and six files.
const MOST_INSTANCES: usize = 32;

/// See [`HELP`].
#[derive(Debug, PartialEq)]
pub struct Options {
    pub instances: usize,
    pub duration: Duration,
    pub bpm: f64,
    pub set_bpm: Option<f64>,
    pub json: bool,
}

impl Options {
    /// `None` if help is wanted.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn parse(args: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut args = args;
        let mut options =
            Self { instances: 2, duration: Duration::from_secs(10), bpm: 120.0, set_bpm: None, json: false };
        while let Some(arg) = args.next() {
            let mut number = |range: std::ops::RangeInclusive<f64>| {
                let text = args.next().ok_or_else(|| format!("`{arg}` needs a number after it"))?;
                let value: f64 = text.parse().map_err(|_| format!("`{text}` is not a number"))?;
                if range.contains(&value) { Ok(value) } else { Err(format!("`{arg} {text}` is out of range")) }
            };
            match arg.as_str() {
                "--help" | "-h" => return Ok(None),
                "--json" => options.json = true,
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
                "--instances" => options.instances = number(1.0..=MOST_INSTANCES as f64)? as usize,
                "--seconds" => options.duration = Duration::from_secs_f64(number(1.0..=3600.0)?),
                "--bpm" => options.bpm = number(20.0..=900.0)?,
                "--set-bpm" => options.set_bpm = Some(number(20.0..=900.0)?),
                other => return Err(format!("`{other}` is not an option")),
            }
        }
        Ok(Some(options))
    }
}
