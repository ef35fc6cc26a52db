//! `cargo xtask platforms`: the code for other systems, and the build without Link, checked as far as this machine can.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::cli::Args;
use crate::workspace::{cargo, run, step, target_dir};

pub const HELP: &str = "
Usage: cargo xtask platforms [--only WORD]... [--keep]

Runs `cargo check` on the engine and the plugin: on this system without Link (the build that is under no GPL), and for
Windows (x86_64-pc-windows-gnu) and macOS (aarch64-apple-darwin) with and without Link, as the standalone program, and our commands.
The compiler reads all of the Rust code as it is for that system: each `cfg`, type and call.

What it cannot show is said with each row:
- nothing is linked or run;
- for Windows the time stretcher's C++ is compiled by mingw-w64 (`g++-mingw-w64-x86-64`); Link's wants Microsoft's compiler
  and is left out: a stand-in takes cmake's place;
- for macOS no C++ compiler is to be had here: a stand-in takes its place, and no C++ is compiled at all.

What is missing is named, with how to get it (`rustup target add ...`), and counts as skipped. Ends with an error if a check
fails. Other systems' files are in target/platforms, which is removed afterwards.

Options:
  --only WORD  only rows with this word in their name (windows, macos, without); may be given more than once
  --keep       leave target/platforms for the next time
";

const WINDOWS: &str = "x86_64-pc-windows-gnu";
const MACOS: &str = "aarch64-apple-darwin";

/// One `cargo check`.
#[derive(Debug)]
struct Row {
    name: &'static str,
    /// None is this system.
    target: Option<&'static str>,
    args: &'static [&'static str],
}

const STANDALONE: &[&str] = &["--package", "echelon", "--features", "standalone", "--bin", "echelon"];

/// What the public CI builds there too. Our mini-hosts (echelon_tests) are for Linux: their guard hooks its C library.
const COMMANDS: &[&str] = &["--package", "xtask"];

const ROWS: [Row; 12] = [
    Row { name: "here, without Link", target: None, args: &["--package", "echelon", "--no-default-features"] },
    Row {
        name: "here, engine without threads",
        target: None,
        args: &["--package", "echelon_engine", "--no-default-features"],
    },
    Row { name: "windows, engine", target: Some(WINDOWS), args: &["--package", "echelon_engine"] },
    Row {
        name: "windows, plugin without Link",
        target: Some(WINDOWS),
        args: &["--package", "echelon", "--no-default-features"],
    },
    Row { name: "windows, plugin", target: Some(WINDOWS), args: &["--package", "echelon"] },
    Row { name: "windows, standalone", target: Some(WINDOWS), args: STANDALONE },
    Row { name: "windows, commands", target: Some(WINDOWS), args: COMMANDS },
    Row { name: "macos, engine", target: Some(MACOS), args: &["--package", "echelon_engine"] },
    Row {
        name: "macos, plugin without Link",
        target: Some(MACOS),
        args: &["--package", "echelon", "--no-default-features"],
    },
    Row { name: "macos, plugin", target: Some(MACOS), args: &["--package", "echelon"] },
    Row { name: "macos, standalone", target: Some(MACOS), args: STANDALONE },
    Row { name: "macos, commands", target: Some(MACOS), args: COMMANDS },
];

/// Makes an empty file of what it shall write, so that a check gets past the C++ of a library.
const COMPILER: &str = "#!/bin/sh\n# In the place of a C++ compiler that is not here.\nwhile [ $# -gt 0 ]; do\n  \
                        if [ \"$1\" = \"-o\" ]; then : > \"$2\"; fi\n  shift\ndone\n";
const ARCHIVER: &str =
    "#!/bin/sh\n# In the place of ar, which takes no empty object.\n[ $# -ge 2 ] && : > \"$2\"\nexit 0\n";
const CMAKE: &str = "#!/bin/sh\n# In the place of cmake for a system whose compiler is not here.\n";

/// The headers of C itself, of which the libraries' own headers need a little: libclang has none for a system that is not here.
const HEADERS: [(&str, &str); 3] = [
    ("stddef.h", "typedef __SIZE_TYPE__ size_t;\ntypedef __PTRDIFF_TYPE__ ptrdiff_t;\n#define NULL ((void *)0)\n"),
    ("stdbool.h", "#define bool _Bool\n#define true 1\n#define false 0\n"),
    (
        "stdint.h",
        "typedef __INT8_TYPE__ int8_t;\ntypedef __UINT8_TYPE__ uint8_t;\ntypedef __INT16_TYPE__ int16_t;\n\
         typedef __UINT16_TYPE__ uint16_t;\ntypedef __INT32_TYPE__ int32_t;\ntypedef __UINT32_TYPE__ uint32_t;\n\
         typedef __INT64_TYPE__ int64_t;\ntypedef __UINT64_TYPE__ uint64_t;\n",
    ),
];

/// What came of a row.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passed(&'static str),
    Failed,
    Skipped(String),
}

pub fn main(mut args: Args) -> Result<()> {
    let (only, keep) = (args.values("--only")?, args.flag("--keep"));
    args.finish()?;
    let rows: Vec<&Row> =
        ROWS.iter().filter(|row| only.is_empty() || only.iter().any(|word| row.name.contains(word))).collect();
    if rows.is_empty() {
        bail!("no row has such a word: see --help");
    }
    let dir = target_dir().join("platforms");
    stand_ins(&dir)?;
    let outcomes = rows.into_iter().map(|row| Ok((row.name, check(row, &dir)?))).collect::<Result<Vec<_>>>()?;
    if !keep {
        fs::remove_dir_all(&dir).with_context(|| format!("could not remove {}", dir.display()))?;
    }
    println!("\n{}", table(&outcomes));
    let failed = outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Failed).count();
    if failed > 0 {
        bail!("{failed} of {} checks failed; the compiler's own words are above", outcomes.len());
    }
    Ok(())
}

fn check(row: &Row, dir: &Path) -> Result<Outcome> {
    step(&format!("Checking: {}", row.name));
    if let Some(why) = row.target.and_then(missing) {
        println!("    skipped: {why}");
        return Ok(Outcome::Skipped(why));
    }
    let mut command = cargo();
    command.arg("check").args(row.args);
    if let Some(target) = row.target {
        command.args(["--target", target]).env("CARGO_TARGET_DIR", dir);
        environment(target, dir, &mut command);
    }
    Ok(if run(&mut command)?.success() { Outcome::Passed(not_shown(row.target)) } else { Outcome::Failed })
}

/// What a passed row does not say.
fn not_shown(target: Option<&str>) -> &'static str {
    match target {
        None => "compiled here; the tests are run with Link",
        Some(WINDOWS) => "Rust and the stretcher's C++ compiled, Link's C++ not; not linked, not run",
        _ => "Rust compiled, C++ not; not linked, not run",
    }
}

/// Why a target cannot be checked, and how that is changed.
fn missing(target: &str) -> Option<String> {
    let library = output("rustc", &["--print", "target-libdir", "--target", target]).map(PathBuf::from);
    if !library.is_some_and(|library| library.is_dir()) {
        return Some(format!("Rust's library for it is not here: `rustup target add {target}`"));
    }
    if target == WINDOWS && headers().is_none() {
        return Some("its C++ compiler is not here: `apt-get install g++-mingw-w64-x86-64`".to_owned());
    }
    None
}

fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// The folder of mingw-w64's own headers (`stddef.h` and the like), which libclang does not find by itself.
fn headers() -> Option<PathBuf> {
    let name = output("x86_64-w64-mingw32-g++", &["-print-file-name=include"])?;
    Some(PathBuf::from(name)).filter(|path| path.is_dir())
}

/// What the libraries' build scripts must be told.
fn environment(target: &str, dir: &Path, command: &mut Command) {
    let name = target.replace('-', "_");
    let mut set = |variable: &str, value: String| _ = command.env(format!("{variable}_{name}"), value);
    let own = |file: &str| dir.join("stand-in").join(file).display().to_string();
    set("CMAKE", own("cmake"));
    if target == WINDOWS {
        if let Some(headers) = headers() {
            set("BINDGEN_EXTRA_CLANG_ARGS", format!("-I{}", headers.display()));
        }
    } else {
        set("CC", own("compiler"));
        set("CXX", own("compiler"));
        set("AR", own("ar"));
        set("BINDGEN_EXTRA_CLANG_ARGS", format!("-ffreestanding -I{}", own("include")));
    }
}

fn stand_ins(dir: &Path) -> Result<()> {
    let folder = dir.join("stand-in");
    let include = folder.join("include");
    fs::create_dir_all(&include).with_context(|| format!("could not make {}", include.display()))?;
    for (name, text) in HEADERS {
        fs::write(include.join(name), text).context("could not write a header")?;
    }
    for (name, text) in [("compiler", COMPILER), ("ar", ARCHIVER), ("cmake", CMAKE)] {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))?;
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    }
    Ok(())
}

fn table(outcomes: &[(&str, Outcome)]) -> String {
    let mut text = String::new();
    for (name, outcome) in outcomes {
        let (word, more) = match outcome {
            Outcome::Passed(more) => ("passed", (*more).to_owned()),
            Outcome::Failed => ("FAILED", String::new()),
            Outcome::Skipped(why) => ("skipped", why.clone()),
        };
        text += format!("  {name:<32} {word:<8} {more}").trim_end();
        text.push('\n');
    }
    let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|(_, outcome)| is(outcome)).count();
    let passed = count(|outcome| matches!(outcome, Outcome::Passed(_)));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
    text + &format!("\n{passed} passed, {} failed, {skipped} skipped\n", outcomes.len() - passed - skipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_shown_is_said() {
        let outcomes = [
            ("windows, plugin", Outcome::Passed(not_shown(Some(WINDOWS)))),
            ("macos, plugin", Outcome::Passed(not_shown(Some(MACOS)))),
            ("macos, engine", Outcome::Skipped("no library".to_owned())),
            ("here", Outcome::Failed),
        ];
        let table = table(&outcomes);
        assert!(table.contains("macos, plugin                    passed   Rust compiled, C++ not"), "{table}");
        assert!(table.ends_with("2 passed, 1 failed, 1 skipped\n"), "{table}");
    }

    #[test]
    fn rows_have_names_of_their_own_and_a_target_without_a_library_is_named() {
        for (i, row) in ROWS.iter().enumerate() {
            assert!(ROWS[..i].iter().all(|other| other.name != row.name), "{}", row.name);
        }
        assert!(missing("m68k-no-such-system").is_some_and(|why| why.contains("rustup target add")));
    }

    #[test]
    #[cfg(unix)]
    fn the_stand_in_makes_the_file_that_is_asked_for() {
        let dir = std::env::temp_dir().join(format!("echelon-platforms-{}", std::process::id()));
        stand_ins(&dir).unwrap();
        let object = dir.join("x.o");
        let mut command = Command::new(dir.join("stand-in/compiler"));
        command.args(["-O3", "-o"]).arg(&object).args(["-c", "x.cpp"]);
        // What another test starts meanwhile has the file open for writing too, until it is the other program.
        let start = std::time::Instant::now();
        let status = loop {
            match command.status() {
                Err(busy) if busy.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                    assert!(start.elapsed().as_secs() < 60, "it is never let go of");
                    std::thread::yield_now();
                }
                status => break status.unwrap(),
            }
        };
        assert!(status.success());
        assert!(object.is_file());
        fs::remove_dir_all(&dir).unwrap();
    }
}
