//! `cargo xtask bundle`: from source to the two files that a DAW loads.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::cli::Args;
use crate::workspace::{bundled_dir, root, shown, step, target_dir};

pub const HELP: &str = "
Usage: cargo xtask bundle [--release]

Builds the plugin and writes target/bundled/Echelon.clap and target/bundled/Echelon.vst3.

Options:
  --release  optimised, as for use in a DAW (takes minutes the first time); without it a quick build for development
";

const PACKAGE: &str = "echelon";

/// The two bundles.
#[derive(Clone, Debug)]
pub struct Bundles {
    pub clap: PathBuf,
    pub vst3: PathBuf,
}

impl Bundles {
    /// Where they are, or will be.
    pub fn paths() -> Self {
        Self { clap: bundled_dir().join("Echelon.clap"), vst3: bundled_dir().join("Echelon.vst3") }
    }

    /// Both, if both are there.
    pub fn existing() -> Option<Self> {
        let paths = Self::paths();
        (paths.clap.exists() && paths.vst3.exists()).then_some(paths)
    }
}

pub fn main(mut args: Args) -> Result<()> {
    let release = args.flag("--release");
    args.finish()?;
    bundle(release)?;
    Ok(())
}

/// Builds and bundles; takes minutes when much has to be compiled.
pub fn bundle(release: bool) -> Result<Bundles> {
    let (kind, args) = if release { ("release", vec!["--release".to_owned()]) } else { ("debug", Vec::new()) };
    step(&format!("Building the plugin ({kind}); the first time this takes minutes"));
    // The two steps of `nice_plug_xtask::main_with_args(["bundle", ..])`. We name the root ourselves, because it takes
    // the outermost folder with a Cargo.toml, which is wrong for a clone inside another cargo project.
    std::env::set_current_dir(root()).context("could not enter the workspace's folder")?;
    nice_plug_xtask::build(&[PACKAGE.to_owned()], &args)?;
    nice_plug_xtask::bundle(&target_dir(), PACKAGE, &args, false)?;
    let bundles = Bundles::existing()
        .with_context(|| format!("the build went well, but {} lacks a bundle", shown(&bundled_dir())))?;
    for path in [&bundles.clap, &bundles.vst3] {
        ensure!(path.exists(), "{} was not written", shown(path));
        println!("    {}", shown(path));
    }
    Ok(bundles)
}
