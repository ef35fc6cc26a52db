//! What else a machine does: threads that compute without end, and one that writes files.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// Busy until it is dropped.
pub struct Load {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
    file: PathBuf,
}

/// Bytes of the file that is written again and again.
const FILE_BYTES: usize = 16 << 20;

impl Load {
    /// Two threads that compute, and one that writes a file in `dir` to the disk.
    pub fn start(dir: &Path) -> Self {
        let (stop, file) = (Arc::new(AtomicBool::new(false)), dir.join("traffic.bin"));
        let mut threads: Vec<_> = (0..2).map(|_| run(&stop, compute)).collect();
        let traffic = file.clone();
        threads.push(run(&stop, move || write(&traffic)));
        Self { stop, threads, file }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        let _ = fs::remove_file(&self.file);
    }
}

fn run(stop: &Arc<AtomicBool>, work: impl Fn() + Send + 'static) -> JoinHandle<()> {
    let stop = stop.clone();
    thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            work();
        }
    })
}

/// A few milliseconds of arithmetic.
fn compute() {
    std::hint::black_box((0..1_000_000).fold(1.0_f64, |sum, n| sum + f64::from(n).sqrt()));
}

/// Writes the file anew, through to the disk. A full disk is no reason to stop.
fn write(path: &Path) {
    let piece = vec![0x5a_u8; 1 << 20];
    let _ = fs::File::create(path).and_then(|mut file| {
        (0..FILE_BYTES / piece.len()).try_for_each(|_| file.write_all(&piece))?;
        file.sync_all()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_leaves_nothing_behind() {
        let dir = std::env::temp_dir().join(format!("echelon-load-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let load = Load::start(&dir);
        assert_eq!(load.threads.len(), 3);
        drop(load);
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
        fs::remove_dir(&dir).unwrap();
    }
}
