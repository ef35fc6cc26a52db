//! The words of licences and notices in a package's sources, wherever they lie: a library of somebody else, a folder of fonts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// Folders below folders that are looked into.
const DEEPEST: usize = 8;
/// Entries of a package that are looked at.
const MOST_ENTRIES: usize = 50_000;

/// How the names of such files begin.
const BEGINS: [&str; 11] =
    ["license", "licence", "copying", "copyright", "notice", "unlicense", "gpl", "lgpl", "gnu-license", "ofl", "ufl"];
/// Endings of what is no text for people.
const OTHERS: [&str; 20] = [
    "rs", "c", "cc", "cpp", "h", "hpp", "py", "js", "ts", "sh", "cmake", "json", "toml", "yml", "yaml", "xml", "html",
    "png", "svg", "in",
];
const FONTS: [&str; 5] = ["ttf", "otf", "ttc", "woff", "woff2"];
/// What is not compiled in.
const ASIDE: [&str; 5] = ["target", "tests", "test", "benches", "examples"];

/// Files with the words of licences and notices, by their paths in the folder, in order.
pub fn in_folder(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut texts = Vec::new();
    walk(folder, |files| {
        // What explains a font lies beside it, whatever it is called.
        let has_font = files.iter().any(|file| is_font(file));
        texts.extend(files.iter().filter(|file| is_text(file) || (has_font && has_ending(file, &["txt"]))).cloned());
    })?;
    texts.sort();
    texts.into_iter().map(|file| Ok(file.strip_prefix(folder)?.to_owned())).collect()
}

/// Whether there is a font in it.
#[cfg(test)]
pub fn has_fonts(folder: &Path) -> Result<bool> {
    let mut found = false;
    walk(folder, |files| found |= files.iter().any(|file| is_font(file)))?;
    Ok(found)
}

/// Gives the files of each folder to `look`.
fn walk(folder: &Path, mut look: impl FnMut(&[PathBuf])) -> Result<()> {
    let mut open = vec![(folder.to_owned(), 0)];
    let mut count = 0;
    while let Some((folder, depth)) = open.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("could not look into {}", folder.display()))?;
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry.with_context(|| format!("could not look into {}", folder.display()))?;
            count += 1;
            ensure!(count <= MOST_ENTRIES, "{} is too large to be looked through", folder.display());
            let (path, kind) = (entry.path(), entry.file_type()?);
            // A link to a folder may lead anywhere.
            if kind.is_dir() && depth < DEEPEST && !is_aside(&path) {
                open.push((path, depth + 1));
            } else if path.is_file() {
                files.push(path);
            }
        }
        look(&files);
    }
    Ok(())
}

fn name_of(path: &Path) -> String {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase()
}

fn is_aside(folder: &Path) -> bool {
    let name = name_of(folder);
    name.starts_with('.') || ASIDE.contains(&name.as_str())
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    name_of(path).rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending))
}

fn is_font(path: &Path) -> bool {
    has_ending(path, &FONTS)
}

fn is_text(path: &Path) -> bool {
    let name = name_of(path);
    let begins = BEGINS.iter().any(|word| {
        // `oflow.txt` and `gplay` are other words.
        name.strip_prefix(word)
            .is_some_and(|rest| word.len() > 4 || !rest.starts_with(|c: char| c.is_ascii_lowercase()))
    });
    (begins || name.contains("license") || name.contains("licence")) && !has_ending(path, &OTHERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(name: &str, files: &[&str]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("echelon-texts-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        for file in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        folder
    }

    #[test]
    fn texts_are_found_wherever_they_lie() {
        let texts = [
            "COPYING.LESSER",
            "GPL-2.txt",
            "LICENSE-MIT",
            "fonts/A.txt",
            "fonts/OFL.txt",
            "fonts/b-mit-license.txt",
            "vendor/lib/LICENSE.Apache-2.0",
            "vendor/lib/NOTICE",
        ];
        let others = [
            "src/license.rs",
            "README.md",
            "notes.txt",
            "gplay.txt",
            "fonts/A.ttf",
            "fonts/A.png",
            "license.json",
            "tests/LICENSE",
            ".git/LICENSE",
            "target/LICENSE",
            "1/2/3/4/5/6/7/8/9/LICENSE",
        ];
        let folder = sources("found", &[&texts[..], &others[..]].concat());
        let found = in_folder(&folder).unwrap();
        assert_eq!(found, texts.map(PathBuf::from));
        assert!(has_fonts(&folder).unwrap() && !has_fonts(&folder.join("vendor")).unwrap());
        fs::remove_dir_all(&folder).unwrap();
        assert!(in_folder(&folder).unwrap_err().to_string().contains("could not look into"));
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_in_circles_are_not_gone() {
        let folder = sources("circle", &["LICENSE"]);
        std::os::unix::fs::symlink(&folder, folder.join("again")).unwrap();
        assert_eq!(in_folder(&folder).unwrap(), [PathBuf::from("LICENSE")]);
        fs::remove_dir_all(folder).unwrap();
    }
}
