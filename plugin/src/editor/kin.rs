//! Waiting for the end of threads that someone else starts and does not join.
//!
//! On Linux a thread has the name of the one that started it until it takes another. So all that come of one call are
//! known by a name that the caller has just then; those that rename themselves (the graphics drivers' do) are joined by
//! the library that started them.

use std::time::Duration;

/// The threads that came of one call. Elsewhere than on Linux: none, as windows live on the host's own thread there.
pub struct Kin {
    #[cfg(target_os = "linux")]
    name: String,
}

impl Kin {
    /// Calls `f` and remembers the threads that it starts, and those that they start.
    pub fn of<R>(f: impl FnOnce() -> R) -> (R, Self) {
        #[cfg(target_os = "linux")]
        {
            use std::sync::atomic::{AtomicU16, Ordering};
            static COUNT: AtomicU16 = AtomicU16::new(0);
            // At most 15 bytes.
            let name = format!("echelon-ui{}", COUNT.fetch_add(1, Ordering::Relaxed));
            let before = linux::own_name();
            linux::set_own_name(&name);
            let result = f();
            linux::set_own_name(&before);
            (result, Self { name })
        }
        #[cfg(not(target_os = "linux"))]
        (f(), Self {})
    }

    /// Waits until they are gone, with all that they run at their end; at most 5 s, should one hang. Returns whether they
    /// are. Not on one of them.
    pub fn wait_for_end(&self) -> bool {
        (0..5000).any(|_| {
            let gone = self.are_gone();
            if !gone {
                std::thread::sleep(Duration::from_millis(1));
            }
            gone
        })
    }

    #[cfg(target_os = "linux")]
    fn are_gone(&self) -> bool {
        !linux::has_thread_named(&self.name)
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "elsewhere there is something to look at")]
    const fn are_gone(&self) -> bool {
        true
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;

    const OWN: &str = "/proc/thread-self/comm";

    /// Looks at all threads, while others come and go.
    const SCANS: usize = 100;

    /// Empty where the system does not say.
    pub(super) fn own_name() -> String {
        fs::read_to_string(OWN).unwrap_or_default().trim_end().to_owned()
    }

    /// Does nothing where the system does not allow it: then nobody has the name, and nobody is waited for.
    pub(super) fn set_own_name(name: &str) {
        let _ = fs::write(OWN, name);
    }

    pub(super) fn has_thread_named(name: &str) -> bool {
        for _ in 0..SCANS {
            let Ok(tasks) = fs::read_dir("/proc/self/task") else { return false };
            let mut all_answered = true;
            for task in tasks.flatten() {
                match fs::read_to_string(task.path().join("comm")) {
                    Ok(other) if other.trim_end() == name => return true,
                    Ok(_) => {}
                    // It ended since it was listed, and may have started another that is not.
                    Err(_) => all_answered = false,
                }
            }
            if all_answered {
                return false;
            }
        }
        true
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::cell::RefCell;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Says late in its thread's end that it was there.
    struct Late(Arc<AtomicBool>);

    impl Drop for Late {
        fn drop(&mut self) {
            // Not a wait: the end itself takes long, so that whoever does not wait for it is seen.
            std::thread::sleep(Duration::from_millis(50));
            self.0.store(true, Ordering::Release);
        }
    }

    thread_local! {
        static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
    }

    #[test]
    fn a_thread_of_a_thread_has_run_all_of_its_end() {
        let ended = Arc::new(AtomicBool::new(false));
        let name = linux::own_name();
        let late = ended.clone();
        let ((), kin) = Kin::of(move || {
            let inner = move || LATE.set(Some(Late(late)));
            drop(std::thread::spawn(|| drop(std::thread::spawn(inner))));
        });
        assert_eq!(linux::own_name(), name, "the caller has its name again");
        assert!(kin.wait_for_end());
        assert!(ended.load(Ordering::Acquire));
    }

    #[test]
    fn nobody_is_waited_for_where_nobody_was_started() {
        assert!(Kin::of(|| ()).1.wait_for_end());
    }
}
