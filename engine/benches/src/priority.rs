//! Real-time priority, where the system gives it: what else the machine does then does not come between two blocks.

/// Real-time priority of this thread, of those that it starts, and of the process's shared `rayon` pool, until this is
/// dropped.
#[derive(Debug)]
pub struct RealTime(bool);

impl RealTime {
    /// Asks for it.
    #[must_use]
    pub fn ask() -> Self {
        let is_given = set(Priority::RealTime { inherited: true });
        if is_given {
            rayon::broadcast(|_| set(Priority::RealTime { inherited: true }));
        }
        Self(is_given)
    }

    /// Whether it was given.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        self.0
    }
}

impl Drop for RealTime {
    fn drop(&mut self) {
        if self.0 {
            set(Priority::Ordinary);
            rayon::broadcast(|_| set(Priority::Ordinary));
        }
    }
}

/// Asks for real-time priority for this thread alone.
pub fn ask_for_this_thread() -> bool {
    set(Priority::RealTime { inherited: false })
}

enum Priority {
    Ordinary,
    RealTime { inherited: bool },
}

/// Whether the system gives this thread that priority.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "a question to the system")]
fn set(priority: Priority) -> bool {
    let (policy, sched_priority) = match priority {
        Priority::Ordinary => (libc::SCHED_OTHER, 0),
        Priority::RealTime { inherited: true } => (libc::SCHED_FIFO, 50),
        Priority::RealTime { inherited: false } => (libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK, 50),
    };
    let param = libc::sched_param { sched_priority };
    // SAFETY: the parameter outlives the call; 0 is the calling thread.
    unsafe { libc::sched_setscheduler(0, policy, &raw const param) == 0 }
}

#[cfg(not(target_os = "linux"))]
const fn set(_: Priority) -> bool {
    false
}
