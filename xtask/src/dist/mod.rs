//! `cargo xtask dist`: what people download.

mod archive;
mod contents;
mod licences;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::bundle::{Bundles, bundle};
use crate::cli::Args;
use crate::setup::{Need, set_up};
use crate::workspace::{cargo, root, run_ok, shown, step, target_dir};
use contents::Contents;

pub const HELP: &str = "
Usage: cargo xtask dist [--no-standalone] [--debug]

Builds the optimised plugin and the standalone program, and packs them with what belongs to them: the licences of Echelon
and of everything that is compiled into it, the guides, controller maps, recipes, and layouts for OSC surfaces. Writes

  target/dist/echelon-VERSION-SYSTEM-PROCESSOR.zip
  target/dist/SHA256SUMS

The same files give the same archive, to the byte. The archive is then read back, and every file in it compared.

Options:
  --no-standalone  leaves the standalone program out (on Linux it is built with the headers of ALSA and JACK)
  --debug          packs the quick build for development: for trying out this command
";

pub fn main(mut args: Args) -> Result<()> {
    let (standalone, release) = (!args.flag("--no-standalone"), !args.flag("--debug"));
    args.finish()?;
    let needs: &[Need] = if standalone { &[Need::Build, Need::Standalone] } else { &[Need::Build] };
    set_up(needs, false)?;
    let bundles = bundle(release)?;
    let program = standalone.then(|| build_standalone(release)).transpose()?;
    step("Packing");
    let contents = gather(&bundles, program.as_deref())?;
    let dir = target_dir().join("dist");
    fs::create_dir_all(&dir).with_context(|| format!("could not make {}", dir.display()))?;
    let name = archive_name();
    let path = dir.join(format!("{name}.zip"));
    archive::write(&path, &name, &contents)?;
    let compared = archive::compare(&path, &name, &contents)?;
    let sum = archive::checksum(&path)?;
    fs::write(dir.join("SHA256SUMS"), format!("{sum}  {name}.zip\n")).context("could not write the checksum")?;
    println!("    {}: {compared} files, read back and compared", shown(&path));
    println!("    {sum}");
    Ok(())
}

/// `echelon-0.1.0-linux-x86_64`.
fn archive_name() -> String {
    format!("echelon-{}-{}-{}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH)
}

fn build_standalone(release: bool) -> Result<PathBuf> {
    step("Building the standalone program");
    let build = ["build", "--package", "echelon", "--features", "standalone", "--bin", "echelon"];
    run_ok(cargo().args(build).args(release.then_some("--release")), "building")?;
    let folder = target_dir().join(if release { "release" } else { "debug" });
    let program = folder.join(format!("echelon{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        bail!("the build went well, but {} is not there", shown(&program));
    }
    Ok(program)
}

/// Everything that goes into the archive.
fn gather(bundles: &Bundles, program: Option<&Path>) -> Result<Contents> {
    let root = root();
    let mut contents = Contents::default();
    contents.add(&bundles.clap, "Echelon.clap")?;
    contents.add(&bundles.vst3, "Echelon.vst3")?;
    if let Some(program) = program {
        contents.add(program, &format!("echelon{}", std::env::consts::EXE_SUFFIX))?;
    }
    for file in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        contents.add(&root.join(file), file)?;
    }
    for (folder, name) in
        [("docs", "docs"), ("plugin/maps", "maps"), ("plugin/presets/recipes", "recipes"), ("layouts", "layouts")]
    {
        contents.add(&root.join(folder), name)?;
    }
    let packages = licences::of_plugin()?;
    contents.add_text("licences/README.md", licences::overview(&packages));
    for package in &packages {
        for file in &package.texts {
            let name = file.file_name().and_then(|name| name.to_str()).context("a licence's name is a text")?;
            contents.add(file, &format!("licences/{}-{}/{name}", package.name, package.version))?;
        }
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_says_what_it_is_for() {
        let name = archive_name();
        assert!(name.starts_with("echelon-") && name.contains(std::env::consts::OS), "{name}");
        assert!(!name.contains(['/', ' ', '\\']), "{name}");
    }

    #[test]
    fn what_belongs_to_the_plugin_is_packed_with_it() {
        let dir = std::env::temp_dir().join(format!("echelon_dist_{}", std::process::id()));
        let bundles = Bundles { clap: dir.join("Echelon.clap"), vst3: dir.join("Echelon.vst3") };
        fs::create_dir_all(bundles.vst3.join("Contents/x86_64-linux")).unwrap();
        fs::write(&bundles.clap, "a library").unwrap();
        fs::write(bundles.vst3.join("Contents/x86_64-linux/Echelon.so"), "the same").unwrap();
        let contents = gather(&bundles, None).unwrap();
        fs::remove_dir_all(&dir).unwrap();
        let names: Vec<&str> = contents.names().collect();
        for expected in [
            "Echelon.clap",
            "Echelon.vst3/Contents/x86_64-linux/Echelon.so",
            "README.md",
            "CHANGELOG.md",
            "LICENSE-MIT",
            "docs/osc.md",
            "maps/generic.json",
            "layouts/echelon.tosc",
            "licences/README.md",
        ] {
            assert!(names.contains(&expected), "{expected} is missing from {names:?}");
        }
        assert!(names.iter().any(|name| name.starts_with("licences/symphonia-")), "{names:?}");
        assert!(names.iter().any(|name| name.starts_with("licences/rusty_link-")), "Link's own licence: {names:?}");
        assert!(names.iter().any(|name| name.starts_with("recipes/")), "{names:?}");
    }
}
