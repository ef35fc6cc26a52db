//! The licences of everything that is compiled into the plugin, by cargo's own account.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::texts;
use crate::workspace::cargo;

/// A package that is compiled in.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// As its author declares it, an SPDX expression.
    pub licence: String,
    /// Where its sources are.
    pub folder: PathBuf,
    /// Files with the words of the licence and notices, by their paths in the folder.
    pub texts: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Described>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Described {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    license_file: Option<PathBuf>,
    manifest_path: PathBuf,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    /// `None` is compiled in; `build` and `dev` are not.
    kind: Option<String>,
}

/// What others wrote of the plugin with its program, on this system.
pub fn of_plugin() -> Result<Vec<Package>> {
    let host = host()?;
    let mut command = cargo();
    command.args([
        "metadata",
        "--format-version=1",
        "--locked",
        "--features=echelon/standalone",
        "--filter-platform",
        &host,
    ]);
    let output = command.output().context("could not run cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout).context("cargo metadata said what is none")?;
    let packages = compiled_in(&metadata, "echelon")?;
    packages.into_iter().map(describe).collect()
}

/// The platform that we are built for, as cargo names it.
fn host() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = std::process::Command::new(rustc).arg("-vV").output().context("could not run rustc")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say what it builds for")?.to_owned())
}

/// Packages of others that `of` is made of, in order of their names.
fn compiled_in<'a>(metadata: &'a Metadata, of: &str) -> Result<Vec<&'a Described>> {
    let packages: BTreeMap<&str, &Described> = metadata.packages.iter().map(|p| (p.id.as_str(), p)).collect();
    let nodes: BTreeMap<&str, &Node> = metadata.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let first = metadata.packages.iter().find(|package| package.name == of && package.source.is_none());
    let mut open = vec![first.with_context(|| format!("there is no package {of}"))?.id.as_str()];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let deps = nodes.get(id).map(|node| node.deps.as_slice()).unwrap_or_default();
        let is_in = |dep: &&Dependency| dep.dep_kinds.iter().any(|kind| kind.kind.is_none());
        open.extend(deps.iter().filter(is_in).map(|dep| dep.pkg.as_str()));
    }
    let mut found: Vec<&Described> =
        seen.iter().filter_map(|id| packages.get(id).copied()).filter(|package| package.source.is_some()).collect();
    found.sort_by_key(|package| (package.name.as_str(), package.version.as_str()));
    Ok(found)
}

fn describe(package: &Described) -> Result<Package> {
    let folder = package.manifest_path.parent().context("a manifest lies in a folder")?;
    let mut texts = texts::in_folder(folder)?;
    if let Some(file) = package.license_file.as_ref().filter(|file| folder.join(file).is_file())
        && file.is_relative()
        && !texts.contains(file)
    {
        texts.push(file.clone());
    }
    let licence = package.license.clone().unwrap_or_else(|| "see its file".to_owned());
    let (name, version, folder) = (package.name.clone(), package.version.clone(), folder.to_owned());
    Ok(Package { name, version, licence, folder, texts })
}

/// A page that lists them.
pub fn overview(packages: &[Package]) -> String {
    let mut text = String::from(
        "# What others wrote of Echelon\n\nEchelon's own source is under MIT or Apache-2.0, at your choice. Compiled into \
         this build is also what the table names, each under its own licence; the words of the licences that came with \
         the sources lie beside this page.\n\n**This build holds Ableton Link** (`rusty_link`), which is under the GPL, \
         version 2 or later: as a whole it may be passed on under the GPL only. Its source is the repository at the tag \
         of this version; a build without Link (`--no-default-features`) is not bound so.\n\n| package | version | \
         licence |\n|---|---|---|\n",
    );
    for Package { name, version, licence, .. } in packages {
        text += &format!("| `{name}` | {version} | {licence} |\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_builds_or_tests_is_not_compiled_in() {
        let text = r#"{
            "packages": [
                {"id": "e", "name": "echelon", "version": "1.0.0", "license": "MIT", "license_file": null,
                 "manifest_path": "/e/Cargo.toml", "source": null},
                {"id": "a", "name": "a", "version": "1.0.0", "license": "MIT", "license_file": null,
                 "manifest_path": "/a/Cargo.toml", "source": "registry"},
                {"id": "b", "name": "b", "version": "1.0.0", "license": "MIT", "license_file": null,
                 "manifest_path": "/b/Cargo.toml", "source": "registry"},
                {"id": "c", "name": "c", "version": "1.0.0", "license": "MIT", "license_file": null,
                 "manifest_path": "/c/Cargo.toml", "source": "registry"}
            ],
            "resolve": {"nodes": [
                {"id": "e", "deps": [{"pkg": "a", "dep_kinds": [{"kind": null}]}, {"pkg": "b", "dep_kinds": [{"kind": "dev"}]}]},
                {"id": "a", "deps": [{"pkg": "c", "dep_kinds": [{"kind": "build"}, {"kind": null}]}]},
                {"id": "b", "deps": []},
                {"id": "c", "deps": [{"pkg": "a", "dep_kinds": [{"kind": null}]}]}
            ]}
        }"#;
        let metadata: Metadata = serde_json::from_str(text).unwrap();
        let names: Vec<&str> = compiled_in(&metadata, "echelon").unwrap().iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["a", "c"]);
        assert!(compiled_in(&metadata, "no such").is_err());
    }

    #[test]
    fn every_package_has_a_licence_that_may_be_passed_on() {
        let packages = of_plugin().unwrap();
        assert!(packages.len() > 100, "{}", packages.len());
        let known = [
            "MIT",
            "Apache-2.0",
            "BSD",
            "ISC",
            "MPL-2.0",
            "Zlib",
            "Unlicense",
            "CC0-1.0",
            "0BSD",
            "BSL-1.0",
            "Unicode",
        ];
        for package in packages.iter().filter(|package| package.name != "rusty_link") {
            let is_free = known.iter().any(|licence| package.licence.contains(licence));
            assert!(is_free, "{} {}: {}", package.name, package.version, package.licence);
        }
        let link = packages.iter().find(|package| package.name == "rusty_link").expect("Link is in by default");
        assert!(link.licence.contains("GPL"), "{}", link.licence);
        assert!(overview(&packages).contains("| `symphonia` |"));
    }

    #[test]
    fn fonts_come_with_their_licences() {
        let mut with_fonts = Vec::new();
        for package in of_plugin().unwrap() {
            if texts::has_fonts(&package.folder).unwrap() {
                assert!(!package.texts.is_empty(), "{} has fonts and no licence", package.name);
                with_fonts.push(package);
            }
        }
        let egui = with_fonts.iter().find(|package| package.name == "epaint_default_fonts").expect("egui's fonts");
        for name in ["OFL.txt", "UFL.txt", "Hack-Regular.txt", "emoji-icon-font-mit-license.txt"] {
            assert!(egui.texts.contains(&PathBuf::from("fonts").join(name)), "{name}: {:?}", egui.texts);
        }
    }
}
