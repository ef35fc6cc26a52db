//! The interposed C functions. Each counts, then calls the real one with the same arguments.
//!
//! The test program's own symbols come first in the dynamic linker's search, so calls from Rust, from C and from
//! inside glibc all arrive here.

#![allow(clippy::similar_names, reason = "the C library's own parameter names")]

use std::ffi::{CStr, c_char, c_int, c_long, c_uint, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

use libc::{
    clockid_t, mode_t, msghdr, nfds_t, off_t, pollfd, pthread_attr_t, pthread_cond_t, pthread_mutex_t, size_t,
    sockaddr, socklen_t, ssize_t, timespec, useconds_t,
};

use super::{Kind, note};

// glibc's own names of its allocator: going through `dlsym` here would need memory before there is any.
unsafe extern "C" {
    fn __libc_malloc(size: size_t) -> *mut c_void;
    fn __libc_calloc(count: size_t, size: size_t) -> *mut c_void;
    fn __libc_realloc(old: *mut c_void, size: size_t) -> *mut c_void;
    fn __libc_free(old: *mut c_void);
    fn __libc_memalign(alignment: size_t, size: size_t) -> *mut c_void;
}

#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: size_t) -> *mut c_void {
    note(Kind::Alloc);
    // SAFETY: the caller's contract is the real function's.
    unsafe { __libc_malloc(size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(count: size_t, size: size_t) -> *mut c_void {
    note(Kind::Alloc);
    // SAFETY: as above.
    unsafe { __libc_calloc(count, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(old: *mut c_void, size: size_t) -> *mut c_void {
    note(Kind::Alloc);
    // SAFETY: as above.
    unsafe { __libc_realloc(old, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn free(old: *mut c_void) {
    // Freeing nothing does nothing.
    if !old.is_null() {
        note(Kind::Free);
    }
    // SAFETY: as above.
    unsafe { __libc_free(old) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memalign(alignment: size_t, size: size_t) -> *mut c_void {
    note(Kind::Alloc);
    // SAFETY: as above.
    unsafe { __libc_memalign(alignment, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn aligned_alloc(alignment: size_t, size: size_t) -> *mut c_void {
    note(Kind::Alloc);
    // SAFETY: as above.
    unsafe { __libc_memalign(alignment, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(out: *mut *mut c_void, alignment: size_t, size: size_t) -> c_int {
    note(Kind::Alloc);
    if !alignment.is_power_of_two() || !alignment.is_multiple_of(size_of::<*mut c_void>()) {
        return libc::EINVAL;
    }
    // SAFETY: the alignment is a power of two.
    let memory = unsafe { __libc_memalign(alignment, size) };
    if memory.is_null() {
        return libc::ENOMEM;
    }
    // SAFETY: the caller gives a place for the result.
    unsafe { *out = memory };
    0
}

/// The address of the next definition of `name` after the program's own, looked up once.
///
/// `version` matters for the condition variables, of which x86-64 glibc still carries an older, incompatible set
/// that plain `dlsym` may find.
fn next(cell: &AtomicPtr<c_void>, name: &CStr, version: Option<&CStr>) -> *mut c_void {
    let known = cell.load(Ordering::Acquire);
    if !known.is_null() {
        return known;
    }
    super::pause(|| {
        let mut found = std::ptr::null_mut();
        if let Some(version) = version {
            // SAFETY: both names are C strings.
            found = unsafe { libc::dlvsym(libc::RTLD_NEXT, name.as_ptr(), version.as_ptr()) };
        }
        if found.is_null() {
            // SAFETY: as above.
            found = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
        }
        // A panic or a message would come back here; glibc has had all of these for decades.
        if found.is_null() {
            // SAFETY: ends the program.
            unsafe { libc::abort() };
        }
        cell.store(found, Ordering::Release);
        found
    })
}

/// Defines hooks that forward to the next definition of the same name.
macro_rules! hooks {
    ($($kind:expr, $version:expr, fn $name:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($arg: $type),*) -> $result {
            static NEXT: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
            note($kind);
            let name = concat!(stringify!($name), "\0");
            // SAFETY: the literal ends in its only zero.
            let name = unsafe { CStr::from_bytes_with_nul_unchecked(name.as_bytes()) };
            let real = next(&NEXT, name, $version);
            // SAFETY: glibc's function of this name has this signature (arguments that a shorter variadic call
            // left out are passed on unread).
            let real: unsafe extern "C" fn($($type),*) -> $result = unsafe { std::mem::transmute(real) };
            // SAFETY: the caller's contract is the real function's.
            unsafe { real($($arg),*) }
        }
    )*};
}

const COND: Option<&CStr> = if cfg!(target_arch = "x86_64") { Some(c"GLIBC_2.3.2") } else { None };

hooks! {
    Kind::Lock, None, fn pthread_mutex_lock(mutex: *mut pthread_mutex_t) -> c_int;
    Kind::Lock, None, fn pthread_mutex_trylock(mutex: *mut pthread_mutex_t) -> c_int;
    Kind::Wait, COND, fn pthread_cond_wait(cond: *mut pthread_cond_t, mutex: *mut pthread_mutex_t) -> c_int;
    Kind::Wait, COND, fn pthread_cond_timedwait(
        cond: *mut pthread_cond_t, mutex: *mut pthread_mutex_t, until: *const timespec) -> c_int;
    Kind::Wake, COND, fn pthread_cond_signal(cond: *mut pthread_cond_t) -> c_int;
    Kind::Wake, COND, fn pthread_cond_broadcast(cond: *mut pthread_cond_t) -> c_int;
    Kind::Spawn, None, fn pthread_create(
        thread: *mut libc::pthread_t, attr: *const pthread_attr_t,
        start: extern "C" fn(*mut c_void) -> *mut c_void, arg: *mut c_void) -> c_int;
    Kind::Wait, None, fn pthread_join(thread: libc::pthread_t, result: *mut *mut c_void) -> c_int;
    Kind::Wait, None, fn sched_yield() -> c_int;
    Kind::Wait, None, fn nanosleep(time: *const timespec, left: *mut timespec) -> c_int;
    Kind::Wait, None, fn clock_nanosleep(
        clock: clockid_t, flags: c_int, time: *const timespec, left: *mut timespec) -> c_int;
    Kind::Wait, None, fn usleep(time: useconds_t) -> c_int;
    Kind::Wait, None, fn poll(files: *mut pollfd, count: nfds_t, timeout_ms: c_int) -> c_int;
    Kind::Io, None, fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int;
    Kind::Io, None, fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int;
    Kind::Io, None, fn openat(dir: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int;
    Kind::Io, None, fn close(file: c_int) -> c_int;
    Kind::Io, None, fn read(file: c_int, buffer: *mut c_void, count: size_t) -> ssize_t;
    Kind::Io, None, fn write(file: c_int, buffer: *const c_void, count: size_t) -> ssize_t;
    Kind::Io, None, fn writev(file: c_int, buffers: *const libc::iovec, count: c_int) -> ssize_t;
    Kind::Io, None, fn pread64(file: c_int, buffer: *mut c_void, count: size_t, offset: off_t) -> ssize_t;
    Kind::Io, None, fn socket(domain: c_int, kind: c_int, protocol: c_int) -> c_int;
    Kind::Io, None, fn send(socket: c_int, buffer: *const c_void, length: size_t, flags: c_int) -> ssize_t;
    Kind::Io, None, fn sendto(
        socket: c_int, buffer: *const c_void, length: size_t, flags: c_int,
        to: *const sockaddr, to_length: socklen_t) -> ssize_t;
    Kind::Io, None, fn sendmsg(socket: c_int, message: *const msghdr, flags: c_int) -> ssize_t;
    Kind::Io, None, fn recv(socket: c_int, buffer: *mut c_void, length: size_t, flags: c_int) -> ssize_t;
    Kind::Io, None, fn recvfrom(
        socket: c_int, buffer: *mut c_void, length: size_t, flags: c_int,
        from: *mut sockaddr, from_length: *mut socklen_t) -> ssize_t;
}

/// Rust's standard library reaches the futex through this one.
#[unsafe(no_mangle)]
unsafe extern "C" fn syscall(
    number: c_long,
    a: c_long,
    b: c_long,
    c: c_long,
    d: c_long,
    e: c_long,
    f: c_long,
) -> c_long {
    static NEXT: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
    note(syscall_kind(number, b));
    let real = next(&NEXT, c"syscall", None);
    // SAFETY: seven integers in the places where a variadic call puts them on this platform.
    let real: unsafe extern "C" fn(c_long, c_long, c_long, c_long, c_long, c_long, c_long) -> c_long =
        unsafe { std::mem::transmute(real) };
    // SAFETY: the caller's contract is the real function's.
    unsafe { real(number, a, b, c, d, e, f) }
}

/// What a system call by number does; `second` is its second argument, the operation of a futex.
fn syscall_kind(number: c_long, second: c_long) -> Kind {
    if number != libc::SYS_futex {
        return Kind::Syscall;
    }
    let operation = second as c_uint & !(libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME) as c_uint;
    match operation as c_int {
        libc::FUTEX_WAKE | libc::FUTEX_WAKE_BITSET | libc::FUTEX_WAKE_OP => Kind::Wake,
        _ => Kind::Wait,
    }
}
