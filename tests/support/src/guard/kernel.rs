//! Stops the watched thread at the kernel's door: a system call by whatever way, the C library's or an instruction of its
//! own, is seen (Linux's syscall user dispatch, since 5.11; x86-64).
//!
//! The first one of a watch is noted and then let in, like all after it: whoever watches learns that it was, and where.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::sync::OnceLock;

use super::{Kind, first_of_watch, note};

/// From the kernel's `prctl.h`; the C library's headers may be older.
const PR_SET_SYSCALL_USER_DISPATCH: c_int = 59;
const PR_SYS_DISPATCH_ON: c_int = 1;
/// `SYSCALL_DISPATCH_FILTER_ALLOW` and `_BLOCK`.
const ALLOW: u8 = 0;
const BLOCK: u8 = 1;
/// The length of the `syscall` instruction.
const SYSCALL_BYTES: i64 = 2;

thread_local! {
    // Read by the kernel at every system call of this thread, until it ends.
    static DOOR: Cell<u8> = const { Cell::new(ALLOW) };
    /// `None` before the kernel was asked, then whether it does so.
    static IS_ARMED: Cell<Option<bool>> = const { Cell::new(None) };
}

/// Whether the kernel stops this thread's system calls when asked to.
pub fn is_armed() -> bool {
    IS_ARMED.get().unwrap_or_else(|| {
        let is_armed = handle_stops() && ask_kernel();
        IS_ARMED.set(Some(is_armed));
        is_armed
    })
}

/// The door as it was; put back when this goes.
pub struct Door(u8);

impl Door {
    /// Shut until this goes.
    pub fn shut() -> Self {
        Self(DOOR.replace(if is_armed() { BLOCK } else { ALLOW }))
    }

    /// Open until this goes.
    pub fn open() -> Self {
        Self(DOOR.replace(ALLOW))
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        DOOR.set(self.0);
    }
}

fn ask_kernel() -> bool {
    let door = DOOR.with(Cell::as_ptr);
    // SAFETY: the byte is this thread's own and lasts as long as the thread; no range of code is excepted.
    let result = unsafe { libc::prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0_usize, 0_usize, door) };
    result == 0
}

/// Once for the process: what happens when a call is stopped.
fn handle_stops() -> bool {
    static IS_HANDLED: OnceLock<bool> = OnceLock::new();
    *IS_HANDLED.get_or_init(|| {
        // SAFETY: all bits zero is an action without a handler, a mask or flags.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = stopped;
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO;
        // SAFETY: a valid action; nobody else here has use for this signal.
        unsafe { libc::sigaction(libc::SIGSYS, &raw const action, std::ptr::null_mut()) == 0 }
    })
}

/// Notes the call, opens the door, and lets the instruction run again.
extern "C" fn stopped(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    DOOR.set(ALLOW);
    // What a hook has noted already is not counted twice. And only then may the note take memory for the stack's names:
    // a call from inside the allocator comes after the allocator's hook.
    if first_of_watch() {
        note(Kind::Kernel);
    }
    // SAFETY: the kernel gives the thread's registers, which are put back when this returns. The call was undone but for
    // the instruction pointer, which is behind the instruction.
    unsafe {
        let registers = &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs;
        registers[libc::REG_RIP as usize] -= SYSCALL_BYTES;
    }
}
