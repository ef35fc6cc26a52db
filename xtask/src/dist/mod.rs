//! `cargo xtask dist`: what people download.

mod archive;
mod contents;
mod licences;
mod texts;

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

Builds the optimised plugin and the standalone program, and packs them with what belongs to them: how they are installed, the
licences of Echelon and of everything that is compiled into it, the guides with their pictures, controller maps, recipes, and
layouts for OSC surfaces. Writes

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

/// Folders that are packed, and their names in the archive.
const FOLDERS: [(&str, &str); 5] = [
    ("docs", "docs"),
    // The README's pictures, where it looks for them.
    ("plugin/tests/editor/shots", "plugin/tests/editor/shots"),
    ("plugin/maps", "maps"),
    ("plugin/presets/recipes", "recipes"),
    ("layouts", "layouts"),
];

/// Everything that goes into the archive.
fn gather(bundles: &Bundles, program: Option<&Path>) -> Result<Contents> {
    let root = root();
    let mut contents = Contents::default();
    contents.add(&bundles.clap, "Echelon.clap")?;
    contents.add(&bundles.vst3, "Echelon.vst3")?;
    if let Some(program) = program {
        contents.add(program, &format!("echelon{}", std::env::consts::EXE_SUFFIX))?;
    }
    for file in ["INSTALL.md", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        contents.add(&root.join(file), file)?;
    }
    for (folder, name) in FOLDERS {
        contents.add(&root.join(folder), name)?;
    }
    let packages = licences::of_plugin()?;
    contents.add_text("licences/README.md", licences::overview(&packages));
    for package in &packages {
        for file in &package.texts {
            let parts = file.iter().map(|part| part.to_str()).collect::<Option<Vec<_>>>();
            let name = parts.context("a licence's name is a text")?.join("/");
            contents
                .add(&package.folder.join(file), &format!("licences/{}-{}/{name}", package.name, package.version))?;
        }
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::pages::links;

    #[test]
    fn an_archive_says_what_it_is_for() {
        let name = archive_name();
        assert!(name.starts_with("echelon-") && name.contains(std::env::consts::OS), "{name}");
        assert!(!name.contains(['/', ' ', '\\']), "{name}");
    }

    /// All that is packed with bundles and a program of these bytes.
    fn packed(name: &str) -> Contents {
        let dir = std::env::temp_dir().join(format!("echelon_dist_{name}_{}", std::process::id()));
        let bundles = Bundles { clap: dir.join("Echelon.clap"), vst3: dir.join("Echelon.vst3") };
        fs::create_dir_all(bundles.vst3.join("Contents/x86_64-linux")).unwrap();
        fs::write(&bundles.clap, "a library").unwrap();
        fs::write(bundles.vst3.join("Contents/x86_64-linux/Echelon.so"), "the same").unwrap();
        let program = dir.join("echelon");
        fs::write(&program, "a program").unwrap();
        let contents = gather(&bundles, Some(&program)).unwrap();
        fs::remove_dir_all(&dir).unwrap();
        contents
    }

    #[test]
    fn what_belongs_to_the_plugin_is_packed_with_it() {
        let contents = packed("all");
        let names: Vec<&str> = contents.names().collect();
        for expected in [
            "Echelon.clap",
            "Echelon.vst3/Contents/x86_64-linux/Echelon.so",
            "INSTALL.md",
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
        let is_font_text =
            |name: &&str| name.starts_with("licences/epaint_default_fonts-") && name.ends_with("/OFL.txt");
        assert_eq!(names.iter().filter(|name| is_font_text(name)).count(), 1, "{names:?}");
    }

    #[test]
    fn every_link_of_every_page_leads_to_something_that_is_packed() {
        let root = root();
        let contents = packed("links");
        let names: BTreeSet<&str> = contents.names().collect();
        let mut broken = Vec::new();
        let mut count = 0;
        // The bundles are gone by now; pages lie in the project.
        let pages = names.iter().filter(|name| name.ends_with(".md") && !name.starts_with("licences/"));
        for page in pages {
            let text = fs::read_to_string(root.join(page)).unwrap();
            let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
            for link in links(&text) {
                count += 1;
                let is_there = resolved(folder, link).is_some_and(|name| names.contains(name.as_str()));
                if !is_there {
                    broken.push(format!("{page}: {link}"));
                }
            }
        }
        assert!(count > 60, "only {count} links were found");
        assert!(broken.is_empty(), "they lead out of the archive:\n{}", broken.join("\n"));
    }

    /// A link's name in the archive; `None` if it leads out of it.
    fn resolved(folder: &str, link: &str) -> Option<String> {
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in link.split('/') {
            match part {
                ".." => drop(parts.pop()?),
                "." => {}
                name => parts.push(name),
            }
        }
        Some(parts.join("/"))
    }

    #[test]
    fn links_are_followed_from_where_they_are() {
        assert_eq!(resolved("docs", "../README.md").as_deref(), Some("README.md"));
        assert_eq!(resolved("", "docs/./a.md").as_deref(), Some("docs/a.md"));
        assert_eq!(resolved("docs", "../../a.md"), None);
    }

    #[test]
    fn those_without_a_compiler_read_how_to_install_first() {
        let root = root();
        let [install, readme] = ["INSTALL.md", "README.md"].map(|name| fs::read_to_string(root.join(name)).unwrap());
        for word in ["Echelon.clap", "Echelon.vst3", "./echelon", "com.apple.quarantine", "SmartScreen"] {
            assert!(install.contains(word), "INSTALL.md does not speak of {word}");
        }
        let steps = readme.split("**1. Install.**").nth(1).and_then(|rest| rest.split("**2.").next()).unwrap();
        assert!(steps.contains("(INSTALL.md)"), "the README's first step is only for those with the source: {steps}");
    }
}
