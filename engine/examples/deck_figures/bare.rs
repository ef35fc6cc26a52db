//! Time stretching elsewhere: the library that the decks use, alone, and the Rubber Band tool where it is installed.

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use signalsmith_stretch::Stretch;

use crate::stage::cpu_secs;

const TEMPO: f64 = 128.0 / 124.0;
/// Of music, for each tool.
const SECS: usize = 20;

/// Prints what a stereo stream costs, as a part of its time.
pub fn compare() {
    println!("a stereo stream in 64 frames, the stretch library alone: {:.2} %", 100.0 * library());
    for (name, options) in [("R2", &["--fast"][..]), ("R3", &["--fine"])] {
        match rubberband(options) {
            Some(part) => println!("a stereo stream, Rubber Band's tool, {name}: {:.2} %", 100.0 * part),
            None => println!("a stereo stream, Rubber Band's tool, {name}: not installed (package rubberband-cli)"),
        }
    }
}

fn library() -> f64 {
    let mut stretcher = Stretch::preset_cheaper(2, 48_000);
    let input: Vec<f32> = (0..2 * 66).map(|i| (i as f32 * 0.1).sin() * 0.3).collect();
    let mut output = [0.0; 128];
    let blocks = SECS * 750;
    let start = cpu_secs();
    for _ in 0..blocks {
        stretcher.process(black_box(&input), &mut output);
        black_box(&output);
    }
    (cpu_secs() - start) / SECS as f64
}

/// Reading and writing of the files included.
fn rubberband(options: &[&str]) -> Option<f64> {
    let folder = std::env::temp_dir().join(format!("echelon-figures-{}", std::process::id()));
    std::fs::create_dir_all(&folder).ok()?;
    let (from, to) = (folder.join("in.wav"), folder.join("out.wav"));
    let part = write_wav(&from).and_then(|()| {
        let before = children_secs();
        let mut tool = Command::new("rubberband");
        tool.args(options).args(["--quiet", "--tempo"]).arg(TEMPO.to_string()).arg(&from).arg(&to);
        let done = tool.stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.ok().filter(ExitStatus::success)?;
        Some((children_secs() - before) / SECS as f64)
    });
    let _ = std::fs::remove_dir_all(&folder);
    part
}

/// Stereo, 16 bits, 48 kHz.
fn write_wav(path: &Path) -> Option<()> {
    let bytes = (SECS * 48_000 * 4) as u32;
    let mut wav = Vec::with_capacity(bytes as usize + 44);
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(bytes + 36).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    for word in [16, 0x0002_0001, 48_000, 192_000, 0x0010_0004_u32] {
        wav.extend_from_slice(&word.to_le_bytes());
    }
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&bytes.to_le_bytes());
    for i in 0..SECS * 48_000 {
        let sample = ((i as f32 * 0.05).sin() * 9_000.0) as i16;
        wav.extend_from_slice(&sample.to_le_bytes());
        wav.extend_from_slice(&sample.to_le_bytes());
    }
    std::fs::write(path, wav).ok()
}

/// Seconds that programs started from here have worked.
#[cfg(target_os = "linux")]
fn children_secs() -> f64 {
    // SAFETY: all zeros is a value of it.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `usage` is there to be written.
    unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage) };
    let secs = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
    secs(usage.ru_utime) + secs(usage.ru_stime)
}

/// As the clock on the wall: what else runs counts too.
#[cfg(not(target_os = "linux"))]
fn children_secs() -> f64 {
    cpu_secs()
}
