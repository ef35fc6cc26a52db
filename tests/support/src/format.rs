//! The two plugin formats.

use std::fmt;

/// A plugin format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// CLAP 1.x.
    Clap,
    /// VST 3.
    Vst3,
}

impl Format {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Clap, Self::Vst3];
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clap => "CLAP",
            Self::Vst3 => "VST3",
        })
    }
}

/// Runs one test body for both formats, and says in which one it failed.
pub fn for_each_format(mut body: impl FnMut(Format)) {
    struct Name(Format);
    impl Drop for Name {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("--- this was in {}", self.0);
            }
        }
    }
    for format in Format::ALL {
        let _name = Name(format);
        body(format);
    }
}
