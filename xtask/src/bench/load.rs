//! `cargo xtask bench load`: what decoding and analysis of five minutes cost in each format, beside ffmpeg's decoding.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::cli::Args;
use crate::setup::{Need, set_up};
use crate::workspace::{cargo, run_ok, shown, step, target_dir};

/// A file of each format, and ffmpeg's words for it.
const FORMATS: [(&str, &[&str]); 8] = [
    ("five.wav", &["-c:a", "pcm_s16le"]),
    ("five.aiff", &["-c:a", "pcm_s16be"]),
    ("five.flac", &["-c:a", "flac"]),
    ("alac.m4a", &["-c:a", "alac"]),
    ("five.mp3", &["-c:a", "libmp3lame", "-b:a", "320k"]),
    ("vbr.mp3", &["-c:a", "libmp3lame", "-q:a", "2"]),
    ("five.ogg", &["-c:a", "libvorbis", "-q:a", "6"]),
    ("aac.m4a", &["-c:a", "aac", "-b:a", "256k"]),
];
/// Something like music: kicks, noise that comes and goes on the off-beats, and a chord, at 126 BPM.
const MUSIC: &str = "aevalsrc=exprs='0.7*sin(2*PI*55*t)*exp(-18*mod(t\\,0.47619))+0.2*(random(0)-0.5)*\
                     exp(-30*mod(t+0.238\\,0.47619))+0.1*sin(2*PI*220*t)+0.08*sin(2*PI*277.18*t)|\
                     0.7*sin(2*PI*55*t)*exp(-18*mod(t\\,0.47619))+0.2*(random(1)-0.5)*exp(-30*mod(t+0.238\\,0.47619))+\
                     0.1*sin(2*PI*220*t)+0.08*sin(2*PI*329.63*t)':s=44100:d=300";

pub fn main(args: Args) -> Result<()> {
    args.finish()?;
    set_up(&[Need::Build], false)?;
    if Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        bail!("ffmpeg makes the files, and is what we are measured beside: install it");
    }
    let out = target_dir().join("bench").join("load");
    fs::create_dir_all(&out).with_context(|| format!("{} cannot be made", shown(&out)))?;
    step("Making five minutes of music in each format");
    let files = FORMATS.map(|(name, codec)| (out.join(name), codec));
    for (path, codec) in files.iter().filter(|(path, _)| !path.is_file()) {
        let mut ffmpeg = ffmpeg();
        ffmpeg.args(["-f", "lavfi", "-i", MUSIC]).args(*codec).arg(path);
        run_ok(&mut ffmpeg, "ffmpeg")?;
    }
    step("Building with optimisation");
    run_ok(cargo().args(["build", "--release", "--package", "echelon", "--example", "load_figures"]), "the build")?;
    step("Measuring");
    let mut figures = Command::new(target_dir().join("release").join("examples").join("load_figures"));
    run_ok(figures.args(files.iter().map(|(path, _)| path)), "the measurement")?;
    println!("ffmpeg decodes the same on one thread, with its own start, in:");
    files.iter().try_for_each(|(path, _)| peer(path))
}

fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]);
    command
}

/// The least of three.
fn peer(path: &PathBuf) -> Result<()> {
    let mut least = f64::INFINITY;
    for _ in 0..3 {
        let start = Instant::now();
        let mut ffmpeg = ffmpeg();
        ffmpeg
            .args(["-threads", "1", "-i"])
            .arg(path)
            .args(["-f", "f32le", "-c:a", "pcm_f32le"])
            .arg(Path::new("/dev/null"));
        run_ok(&mut ffmpeg, "ffmpeg")?;
        least = least.min(start.elapsed().as_secs_f64());
    }
    println!("{:<12} {least:>8.2} s", path.file_name().unwrap_or_default().to_string_lossy());
    Ok(())
}
