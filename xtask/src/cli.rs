//! The few kinds of options that the commands take.

use std::fmt::Display;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// Command-line arguments that are taken out one by one; what is left at the end is an error.
#[derive(Debug)]
pub struct Args(Vec<String>);

impl Args {
    /// The arguments after the command's name.
    pub fn new(args: impl IntoIterator<Item = String>) -> Self {
        Self(args.into_iter().collect())
    }

    /// `--help` or `-h` is among them.
    pub fn wants_help(&self) -> bool {
        self.0.iter().any(|arg| arg == "--help" || arg == "-h")
    }

    /// The arguments before and after a lone `--`.
    pub fn split_at_dashes(self) -> (Self, Vec<String>) {
        let mut before = self.0;
        let at = before.iter().position(|arg| arg == "--").unwrap_or(before.len());
        let after = before.split_off(at).into_iter().skip(1).collect();
        (Self(before), after)
    }

    /// Takes a switch such as `--release`.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|arg| arg != name);
        self.0.len() < before
    }

    /// Takes every `--name VALUE` or `--name=VALUE`, in order.
    pub fn values(&mut self, name: &str) -> Result<Vec<String>> {
        let mut values = Vec::new();
        let mut rest = Vec::new();
        let mut args = std::mem::take(&mut self.0).into_iter();
        while let Some(arg) = args.next() {
            if arg == name {
                values.push(args.next().with_context(|| format!("`{name}` needs a value after it"))?);
            } else if let Some(value) = arg.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
                values.push(value.to_owned());
            } else {
                rest.push(arg);
            }
        }
        self.0 = rest;
        Ok(values)
    }

    /// Takes `--name VALUE` and parses it.
    pub fn value<T: FromStr<Err: Display>>(&mut self, name: &str) -> Result<Option<T>> {
        let mut values = self.values(name)?;
        if values.len() > 1 {
            bail!("`{name}` was given {} times: give it once", values.len());
        }
        let Some(text) = values.pop() else { return Ok(None) };
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(error) => bail!("`{name} {text}`: {error}"),
        }
    }

    /// Takes everything that is left, in order.
    pub fn rest(&mut self) -> Vec<String> {
        std::mem::take(&mut self.0)
    }

    /// Everything must have been taken by now.
    pub fn finish(self) -> Result<()> {
        match self.0.first() {
            None => Ok(()),
            Some(arg) => bail!("`{arg}` is not an option of this command: see --help"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(text: &str) -> Args {
        Args::new(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_taken_in_any_order() {
        let mut args = args("--track a.wav --release --bpm=174.5 --track b.flac");
        assert!(args.flag("--release"));
        assert!(!args.flag("--keep"));
        assert_eq!(args.values("--track").unwrap(), ["a.wav", "b.flac"]);
        assert_eq!(args.value::<f64>("--bpm").unwrap(), Some(174.5));
        args.finish().unwrap();
    }

    #[test]
    fn what_follows_the_dashes_is_for_another_program() {
        let (ours, theirs) = args("--lint -- -p xtask").split_at_dashes();
        assert_eq!((ours.0, theirs), (vec!["--lint".to_owned()], vec!["-p".to_owned(), "xtask".to_owned()]));
        assert!(args("--lint").split_at_dashes().1.is_empty());
    }

    #[test]
    fn mistakes_say_what_is_wrong() {
        assert!(args("--bpm").value::<f64>("--bpm").unwrap_err().to_string().contains("needs a value"));
        assert!(args("--bpm fast").value::<f64>("--bpm").unwrap_err().to_string().contains("--bpm fast"));
        assert!(args("--bpm 1 --bpm 2").value::<f64>("--bpm").is_err());
        assert!(args("--rlease").finish().unwrap_err().to_string().contains("--rlease"));
    }
}
