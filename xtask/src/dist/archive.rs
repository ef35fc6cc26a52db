//! The archive itself: written so that the same files give the same bytes, and read back.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::contents::Contents;

/// All files under one folder, without times, which would differ from build to build.
pub fn write(path: &Path, folder: &str, contents: &Contents) -> Result<()> {
    let file = File::create(path).with_context(|| format!("could not write {}", path.display()))?;
    let mut zip = ZipWriter::new(BufWriter::new(file));
    let plain = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for entry in contents.entries() {
        let entry = entry?;
        let options = plain.unix_permissions(if entry.runs { 0o755 } else { 0o644 });
        zip.start_file(format!("{folder}/{}", entry.name), options)?;
        zip.write_all(&entry.bytes)?;
    }
    zip.finish()?.flush().with_context(|| format!("could not write {}", path.display()))
}

/// Reads the archive back and compares it with what it was made from. Says how many files it holds.
pub fn compare(path: &Path, folder: &str, contents: &Contents) -> Result<usize> {
    let file = File::open(path).with_context(|| format!("could not open {}", path.display()))?;
    let mut zip = ZipArchive::new(BufReader::new(file))?;
    let mut count = 0;
    for entry in contents.entries() {
        let entry = entry?;
        let mut packed = zip.by_name(&format!("{folder}/{}", entry.name))?;
        let mut bytes = Vec::new();
        packed.read_to_end(&mut bytes)?;
        ensure!(bytes == entry.bytes, "{} is another file in the archive", entry.name);
        let may_run = packed.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
        ensure!(may_run == entry.runs, "{} lost its permissions in the archive", entry.name);
        count += 1;
    }
    ensure!(zip.len() == count, "the archive holds {} files for {count}", zip.len());
    Ok(count)
}

/// SHA-256 in hexadecimal digits.
pub fn checksum(path: &Path) -> Result<String> {
    let mut file = BufReader::new(File::open(path).with_context(|| format!("could not open {}", path.display()))?);
    let (mut hash, mut part) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut part)?;
        if count == 0 {
            break;
        }
        hash.update(&part[..count]);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(name: &str) -> std::path::PathBuf {
        let dir = std::env::temp_dir().join(format!("echelon_archive_{name}_{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    fn contents(text: &str) -> Contents {
        let mut contents = Contents::default();
        contents.add_text("docs/a.md", text.to_owned());
        contents.add_text("b", "b".repeat(100_000));
        contents
    }

    #[test]
    fn the_same_files_are_the_same_archive() {
        let dir = folder("same");
        let paths = ["one.zip", "two.zip"].map(|name| dir.join(name));
        let sums = paths.each_ref().map(|path| {
            write(path, "echelon", &contents("a")).unwrap();
            checksum(path).unwrap()
        });
        assert_eq!(sums[0], sums[1]);
        assert_eq!(sums[0].len(), 64);
        assert_eq!(compare(&paths[0], "echelon", &contents("a")).unwrap(), 2);
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn another_file_is_found_when_it_is_read_back() {
        let dir = folder("other");
        let path = dir.join("one.zip");
        write(&path, "echelon", &contents("a")).unwrap();
        assert!(compare(&path, "echelon", &contents("b")).unwrap_err().to_string().contains("docs/a.md"));
        assert!(compare(&path, "echelon", &Contents::default()).unwrap_err().to_string().contains("2 files for 0"));
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_checksum_is_that_of_the_standard() {
        let dir = folder("sum");
        let path = dir.join("abc");
        fs::write(&path, "abc").unwrap();
        // FIPS 180-4's own example.
        assert_eq!(checksum(&path).unwrap(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        fs::remove_dir_all(dir).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_program_stays_one() {
        use std::os::unix::fs::PermissionsExt;
        let dir = folder("runs");
        let program = dir.join("program");
        fs::write(&program, "#!").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let mut contents = Contents::default();
        contents.add(&program, "program").unwrap();
        let path = dir.join("one.zip");
        write(&path, "echelon", &contents).unwrap();
        compare(&path, "echelon", &contents).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(compare(&path, "echelon", &contents).unwrap_err().to_string().contains("permissions"));
        fs::remove_dir_all(dir).unwrap();
    }
}
