//! What this process holds, as the system sees it; hour by hour.

use std::fmt::Write as _;

/// Open files and memory at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Hours of music so far.
    hours: u64,
    resident_kib: u64,
    handles: u64,
    threads: u64,
}

/// A line for each hour of music.
#[derive(Debug, Default)]
pub struct Ledger(Vec<Held>);

/// Memory that comes and goes with the sessions that play just now (four tracks each).
const SWING_KIB: u64 = 96 << 10;

impl Ledger {
    /// Notes what is held, if an hour more of music was made. Nothing where the system does not tell.
    pub fn note(&mut self, minutes: u64) {
        let hours = minutes / 60;
        if self.0.last().is_none_or(|last| last.hours < hours)
            && let Some(now) = held(hours)
        {
            self.0.push(now);
        }
    }

    /// Compares the last hour with the first.
    ///
    /// # Errors
    /// A sentence, if memory or open files grew.
    pub fn judge(&self) -> Result<(), String> {
        // The first line is from a process that has only begun.
        let (Some(first), Some(last)) = (self.0.get(1), self.0.last()) else { return Ok(()) };
        if last.handles > first.handles {
            return Err(format!("open files grew from {} to {}", first.handles, last.handles));
        }
        if last.resident_kib > first.resident_kib + SWING_KIB {
            return Err(format!("resident memory grew from {} to {} KiB", first.resident_kib, last.resident_kib));
        }
        Ok(())
    }

    /// For people.
    pub fn table(&self) -> String {
        let mut text = String::from("  hours of music   resident KiB   open files   threads\n");
        for Held { hours, resident_kib, handles, threads } in &self.0 {
            let _ = writeln!(text, "  {hours:>14} {resident_kib:>14} {handles:>12} {threads:>9}");
        }
        text
    }
}

fn held(hours: u64) -> Option<Held> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    // The folder that is read is one of them.
    let handles = std::fs::read_dir("/proc/self/fd").ok()?.count().checked_sub(1)?;
    Some(Held { hours, resident_kib: number("VmRSS:")?, handles: handles as u64, threads: number("Threads:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(rows: &[(u64, u64)]) -> Ledger {
        let row = |(hours, (resident_kib, handles)): (usize, &(u64, u64))| Held {
            hours: hours as u64,
            resident_kib: *resident_kib,
            handles: *handles,
            threads: 3,
        };
        Ledger(rows.iter().enumerate().map(row).collect())
    }

    #[test]
    fn what_grows_is_told() {
        assert!(ledger(&[(1_000, 5), (200_000, 5), (220_000, 5)]).judge().is_ok());
        assert!(ledger(&[(1_000, 5), (200_000, 5), (220_000, 6)]).judge().unwrap_err().contains("open files"));
        assert!(ledger(&[(1_000, 5), (200_000, 5), (400_000, 5)]).judge().unwrap_err().contains("resident"));
        assert!(Ledger::default().judge().is_ok());
    }

    #[test]
    fn an_hour_has_one_line() {
        let mut ledger = Ledger::default();
        [0, 5, 59, 60, 65, 119, 120].into_iter().for_each(|minutes| ledger.note(minutes));
        if cfg!(target_os = "linux") {
            assert_eq!(ledger.0.iter().map(|held| held.hours).collect::<Vec<_>>(), [0, 1, 2]);
            assert!(ledger.0.iter().all(|held| held.resident_kib > 100 && held.handles >= 3 && held.threads >= 1));
        }
    }
}
