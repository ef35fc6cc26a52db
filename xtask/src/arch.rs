//! Who may know what. The engine is pure: no host, editor, socket, file, thread or wall clock of its own; nothing
//! that is shipped depends on tests or tools. Runs as tests of this package, so that `cargo xtask test` counts it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace::root;

mod source;

use source::{code_of, names_path, std_modules, test_only_modules};

/// What the engine's code must not name, and why.
const FORBIDDEN: [(&str, &str); 8] = [
    ("nice_plug", "the engine knows nothing of the plugin framework"),
    ("baseview", "the engine knows nothing of the editor"),
    ("egui", "the engine knows nothing of the editor"),
    ("thread::spawn", "whoever owns time calls the engine; it starts no thread"),
    ("thread::Builder", "whoever owns time calls the engine; it starts no thread"),
    ("Instant", "sound is decided in beats and frames, never by the wall clock"),
    ("SystemTime", "sound is decided in beats and frames, never by the wall clock"),
    ("UdpSocket", "sockets belong to the plugin"),
];
const FORBIDDEN_STD: [(&str, &str); 3] = [
    ("net", "sockets belong to the plugin"),
    ("fs", "files belong to the plugin"),
    ("process", "other programs are no business of the engine"),
];

/// Packages that a package must not depend on.
const FORBIDDEN_DEPENDENCIES: [(&str, &[&str]); 3] = [
    ("engine", &["nice-plug", "baseview", "egui", "rosc", "symphonia", "echelon", "echelon_tests", "xtask"]),
    ("plugin", &["echelon_tests", "xtask"]),
    ("xtask", &["echelon", "echelon_engine", "echelon_tests"]),
];

/// Every breach in one source text, as a sentence.
fn breaches(code: &str) -> Vec<String> {
    let code = code_of(code);
    let named = FORBIDDEN.iter().filter(|(path, _)| names_path(&code, path));
    let from_std = std_modules(&code);
    let named_std = FORBIDDEN_STD.iter().filter(|(module, _)| from_std.iter().any(|name| name == module));
    named
        .map(|(path, why)| format!("names {path}: {why}"))
        .chain(named_std.map(|(module, why)| format!("names std::{module}: {why}")))
        .collect()
}

/// The packages named in any dependency section of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut in_dependencies = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            in_dependencies = section.ends_with("dependencies");
            names.extend(section.rsplit_once("dependencies.").map(|(_, name)| name.to_owned()));
        } else if in_dependencies && !line.is_empty() && !line.starts_with('#') {
            names.extend(line.split(['.', '=', ' ']).next().map(|name| name.trim_matches('"').to_owned()));
        }
    }
    names
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
    files
}

/// Files that exist only for tests: `#[cfg(test)] mod tests;` names them.
fn test_files(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut test_only = Vec::new();
    for file in files {
        let stem = file.file_stem().unwrap().to_string_lossy();
        let dir = file.parent().unwrap();
        let home = if matches!(&*stem, "mod" | "lib" | "main") { dir.to_owned() } else { dir.join(&*stem) };
        for module in test_only_modules(&fs::read_to_string(file).unwrap()) {
            test_only.extend([home.join(format!("{module}.rs")), home.join(&module).join("mod.rs")]);
        }
    }
    test_only
}

#[test]
fn the_engine_is_pure() {
    let files = rust_files(&root().join("engine/src"));
    assert!(!files.is_empty(), "no source found");
    let test_only = test_files(&files);
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !test_only.contains(file)) {
        let text = fs::read_to_string(file).unwrap();
        found.extend(breaches(&text).into_iter().map(|breach| format!("{} {breach}", file.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn dependencies_point_one_way() {
    let mut found = Vec::new();
    for (package, forbidden) in FORBIDDEN_DEPENDENCIES {
        let names = dependencies(&fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap());
        let breaches = names.iter().filter(|name| forbidden.contains(&name.as_str()));
        found.extend(breaches.map(|name| format!("{package}/Cargo.toml must not depend on {name}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_breach_is_found() {
    for code in [
        "use std::net::UdpSocket;",
        "use std::{collections::HashMap, fs};",
        "use std::{sync::{Arc, Mutex}, net::{self, IpAddr}};",
        "fn f() { std :: fs :: read(\"x\"); }",
        "fn f() { std::thread::spawn(|| ()); }",
        "use std::time::{Duration, Instant};",
        "let now = std::time::SystemTime::now();",
        "use nice_plug::prelude::*;",
        "fn draw(ui: &mut egui::Ui) {}",
    ] {
        assert!(!breaches(code).is_empty(), "{code}");
    }
}

#[test]
fn words_in_comments_strings_and_tests_are_free() {
    for code in [
        "//! Nothing here knows egui or std::net.\n/* nor /* Instant */ SystemTime */ fn f() {}",
        "const TEXT: &str = \"use std::fs; \\\" Instant\";",
        "const RAW: &str = r#\"std::net \"egui\" \"#;",
        "fn f<'a>(x: &'a str) -> char { '\"' }\nstruct Instantly;",
        "fn f() {}\n#[cfg(test)]\nmod tests { use std::fs; fn f() { if true { egui(); } } }",
        "use std::{sync::Arc, collections::HashMap};",
    ] {
        assert_eq!(breaches(code), Vec::<String>::new(), "{code}");
    }
    assert!(!breaches("#[cfg(test)]\nmod tests { fn f() {} }\nuse std::fs;").is_empty(), "code after the tests counts");
}

#[test]
fn a_module_only_for_tests_is_known() {
    assert_eq!(test_only_modules("mod a;\n#[cfg(test)]\nmod tests;\nmod b;"), ["tests"]);
}

#[test]
fn manifests_are_read_in_every_form() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\nrosc.workspace = true\negui = { version = \"1\" }\n# a\n\
                    [target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"\n[dev-dependencies.xtask]\npath = \"y\"\n[features]\nz = []";
    assert_eq!(dependencies(manifest), ["rosc", "egui", "libc", "xtask"]);
}
