//! `cargo xtask report`: pictures of the sound, made from what the real plugin played.

mod responses;
mod stretch;
mod track;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

use crate::canvas::Ink;
use crate::canvas::palette::{BACKGROUND, BRIGHT, PANEL};
use crate::cli::Args;
use crate::music::{Depth, Time, Tune, render, render_drums, write_wav};
use crate::setup::{Need, set_up};
use crate::workspace::{cargo, run_ok, shown, step, target_dir};

pub const HELP: &str = "
Usage: cargo xtask report

Writes a tune and its drums, plays them through the plugin in the mini-host, measures, and draws into target/report/:
  responses.png  how loud each frequency comes through the isolator, the EQ and the filter
  stretch.png    spectrograms of drums: as they are, faster as a record, faster under key lock
  track.png      a track's waveform in three bands with the beat grid that was found, cues, hot cues and a loop
The numbers that they are drawn from lie beside them, as JSON.
";

/// Colours that all pictures share.
const LINE: Ink = Ink(0x8a_94_b0, 0.22);
const FAINT: Ink = Ink(0x9a_a3_bc, 1.0);

const SAMPLE_RATE: u32 = 48_000;

pub fn main(args: Args) -> Result<()> {
    args.finish()?;
    set_up(&[Need::Build], false)?;
    let folder = target_dir().join("report");
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let (music, drums) = (folder.join("music.wav"), folder.join("drums.wav"));
    let time = Time { bpm: 127.3, sample_rate: f64::from(SAMPLE_RATE), bars: 16 };
    write_wav(&music, &render(Tune::NightFreight, time), Depth::Bits24, SAMPLE_RATE)?;
    write_wav(&drums, &render_drums(Tune::NightFreight, time), Depth::Bits24, SAMPLE_RATE)?;
    step("Playing and measuring (the first time everything is compiled: minutes)");
    let program = ["run", "--quiet", "--package", "echelon_tests", "--bin", "echelon-report", "--"];
    // The music is loaded by OSC, as a DJ's own: from a folder that is allowed.
    let mut measure = cargo();
    measure.args(program).args([&music, &drums, &folder]).env("ECHELON_OSC_FOLDERS", &folder);
    run_ok(&mut measure, "the measurement")?;
    step("Drawing");
    for (name, draw) in PICTURES {
        let picture = folder.join(name).with_extension("png");
        draw(&folder.join(name).with_extension("json"), &picture)?;
        println!("    {}", shown(&picture));
    }
    Ok(())
}

/// Draws the numbers of the first file into the second.
type Draw = fn(&Path, &Path) -> Result<()>;

const PICTURES: [(&str, Draw); 3] =
    [("responses", responses::draw), ("stretch", stretch::draw), ("track", track::draw)];

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let bytes = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is not what was measured", path.display()))
}
