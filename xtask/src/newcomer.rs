//! What a newcomer reads is so: links lead somewhere, and the toolchain that is asked for is new enough. Tests only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::pages::links;
use crate::workspace::{cargo, root};

/// The pages: those of the root and of `docs/`.
fn pages() -> Vec<PathBuf> {
    let folders = [root(), root().join("docs")];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|extension| extension == "md")).collect()
}

/// The numbers of a version; what it does not say is 0.
fn version(text: &str) -> [u32; 3] {
    let mut numbers = [0; 3];
    for (number, part) in numbers.iter_mut().zip(text.trim().split('.')) {
        *number = part.parse().unwrap_or_else(|_| panic!("a version: {text}"));
    }
    numbers
}

/// What `Cargo.toml` asks for.
fn own_rust() -> String {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let line = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")).expect("a rust-version");
    line.trim_end_matches('"').to_owned()
}

#[test]
fn links_lead_to_files() {
    let mut broken = Vec::new();
    let mut count = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let folder = page.parent().map(Path::to_path_buf).unwrap_or_default();
        let own = links(&text);
        count += own.len();
        let missing = own.into_iter().filter(|target| !folder.join(target).exists());
        broken.extend(missing.map(|target| format!("{}: {target}", page.display())));
    }
    assert!(count > 50, "only {count} links were found");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Cargo refuses a dependency that wants a newer compiler, with the first command that anyone runs.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn no_dependency_needs_a_newer_compiler_than_we_ask_for() {
    let words = ["metadata", "--locked", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"];
    let output = cargo().args(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let own = own_rust();
    let built: BTreeSet<&str> =
        metadata["resolve"]["nodes"].as_array().unwrap().iter().filter_map(|node| node["id"].as_str()).collect();
    let mut too_new = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let Some(needs) = package["rust_version"].as_str() else { continue };
        if built.contains(package["id"].as_str().unwrap_or_default()) && version(needs) > version(&own) {
            too_new.push(format!("{} needs Rust {needs}", package["name"]));
        }
    }
    assert!(built.len() > 100, "only {} packages were found", built.len());
    assert!(too_new.is_empty(), "Cargo.toml asks for {own}:\n{}", too_new.join("\n"));
}

#[test]
fn the_readme_asks_for_the_compiler_that_cargo_asks_for() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let words = format!("a Rust toolchain ({} or newer)", own_rust());
    assert!(readme.contains(&words), "README.md does not say: {words}");
}

#[test]
fn versions_are_compared_by_their_numbers() {
    assert!(version("1.95") > version("1.9"));
    assert!(version("1.95.1") > version("1.95"));
    assert_eq!(version("1.88"), version("1.88.0"));
}
