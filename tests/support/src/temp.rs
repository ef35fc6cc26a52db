//! Folders for one test, removed when it is over.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Once, OnceLock};

use hound::{SampleFormat, WavSpec, WavWriter};

use crate::sound::Sound;

/// For a test that starts its own program again: the child's folder for its cache. It would take its parent's away.
pub const CACHE_OF_A_CHILD: &str = "ECHELON_TEST_CACHE";

/// Gives this process an empty cache of analyses, and no preferences: the user's holds what other versions of the code found.
pub fn keep_own_cache() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let folder = std::env::var_os(CACHE_OF_A_CHILD).map_or_else(own_cache, PathBuf::from);
        // Of a process of the same number.
        remove(&folder);
        // Nobody chose anything: the file is never there.
        echelon::preferences::set_file(folder.join("preferences/editor.json"));
        echelon::media::set_cache_folder(folder);
    });
}

/// The folder of this process, which goes away with it. One whose process was killed goes away here.
fn own_cache() -> PathBuf {
    const NAME: &str = "echelon-test-cache-";
    let place = std::env::temp_dir();
    for left in std::fs::read_dir(&place).into_iter().flatten().flatten() {
        let process = left.file_name().to_str().and_then(|name| name.strip_prefix(NAME)?.parse().ok());
        if process.is_some_and(|process| !is_running(process)) {
            // Another program may be at it, too.
            let _ = std::fs::remove_dir_all(left.path());
        }
    }
    let folder = place.join(format!("{NAME}{}", std::process::id()));
    if OWN_CACHE.set(folder.clone()).is_ok() {
        // SAFETY: the function may be called at any time, and unwinds never.
        unsafe { libc::atexit(remove_own_cache) };
    }
    folder
}

static OWN_CACHE: OnceLock<PathBuf> = OnceLock::new();

extern "C" fn remove_own_cache() {
    if let Some(folder) = OWN_CACHE.get() {
        let _ = std::fs::remove_dir_all(folder);
    }
}

fn is_running(process: libc::pid_t) -> bool {
    // SAFETY: no signal is sent.
    let answer = unsafe { libc::kill(process, 0) };
    answer == 0 || std::io::Error::last_os_error().raw_os_error() != Some(libc::ESRCH)
}

/// Removes a folder, if there is one.
///
/// # Panics
/// If it is there and stays.
fn remove(folder: &Path) {
    if let Err(error) = std::fs::remove_dir_all(folder) {
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{}: {error}", folder.display());
    }
}

/// A folder that goes away with its value.
#[derive(Debug)]
pub struct TempDir(PathBuf);

impl TempDir {
    /// A fresh, empty folder; `name` is for whoever finds it.
    ///
    /// # Panics
    /// If the system's folder for temporary files cannot be written.
    #[must_use]
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("echelon-test-{}-{number}-{name}", std::process::id()));
        // Left by a run of the same number that was killed.
        remove(&path);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        // As if the user had named it: OSC may load from it.
        echelon::input::osc::allow(&path);
        Self(path)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in it, as text for OSC.
    #[must_use]
    pub fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("a path in UTF-8").to_owned()
    }

    /// Writes any bytes: empty, truncated or senseless files.
    ///
    /// # Panics
    /// If the file cannot be written. So do all that follow.
    pub fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.file(name);
        std::fs::write(&path, bytes).expect("a file in the temporary folder");
        path
    }

    /// Writes a WAV file of 32-bit floats, which carries every sample bit for bit.
    pub fn wav(&self, name: &str, sample_rate: u32, sound: &Sound) -> String {
        let spec = WavSpec { channels: 2, sample_rate, bits_per_sample: 32, sample_format: SampleFormat::Float };
        self.write_wav(name, spec, sound, |writer, sample| writer.write_sample(sample))
    }

    /// Writes a WAV file of 16-bit integers, full scale at 32767.
    pub fn wav_16(&self, name: &str, sample_rate: u32, sound: &Sound) -> String {
        let spec = WavSpec { channels: 2, sample_rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
        self.write_wav(name, spec, sound, |writer, sample| writer.write_sample((sample * 32767.0).round() as i16))
    }

    /// Writes a WAV file that ends in the middle of its samples.
    pub fn truncated_wav(&self, name: &str, sample_rate: u32, sound: &Sound) -> String {
        let path = self.wav(name, sample_rate, sound);
        let bytes = std::fs::read(&path).expect("the file just written");
        self.write(name, &bytes[..44.max(bytes.len() / 2 - 1)])
    }

    fn write_wav(
        &self,
        name: &str,
        spec: WavSpec,
        sound: &Sound,
        write: impl Fn(&mut WavWriter<std::io::BufWriter<std::fs::File>>, f32) -> hound::Result<()>,
    ) -> String {
        let path = self.file(name);
        let mut writer = WavWriter::create(&path, spec).expect("a file in the temporary folder");
        for (_, pair) in sound.frames() {
            pair.into_iter().for_each(|sample| write(&mut writer, sample).expect("a sample in the file"));
        }
        writer.finalize().expect("a finished file");
        path
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // A test that failed already says more than what this might.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
