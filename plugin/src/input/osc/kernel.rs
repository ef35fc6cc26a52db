//! What the system does with datagrams before the port's thread sees them: it keeps them in a buffer, and drops those
//! that find it full. On Linux the buffer is made larger and the drops are counted; elsewhere nobody can tell.

use std::net::UdpSocket;

/// Room that is asked for, in bytes; the system gives what it allows (`net.core.rmem_max`).
#[cfg(target_os = "linux")]
const BUFFER_BYTES: libc::c_int = 1 << 20;

/// `SO_MEMINFO` of the kernel's `asm-generic/socket.h`; other machines than these may have another number.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
const SO_MEMINFO: libc::c_int = 55;

/// Asks for a larger buffer. Not having it only means that a flood loses more.
#[cfg(target_os = "linux")]
pub(super) fn widen(socket: &UdpSocket) {
    use std::os::fd::AsRawFd;
    let bytes = BUFFER_BYTES;
    let size = libc::socklen_t::try_from(size_of_val(&bytes)).unwrap_or(0);
    // SAFETY: the descriptor is open as long as `socket` is borrowed, and the system reads `size` bytes of `bytes`.
    unsafe {
        libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_RCVBUF, (&raw const bytes).cast(), size);
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) const fn widen(_: &UdpSocket) {}

/// Datagrams that the system dropped for want of room since the socket was made; `None` where it does not say.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) fn unseen(socket: &UdpSocket) -> Option<u64> {
    use std::os::fd::AsRawFd;
    // `SK_MEMINFO_VARS` of the kernel is 9 today; it writes no more than there is room for.
    let mut info = [0_u32; 16];
    let mut size = libc::socklen_t::try_from(size_of_val(&info)).ok()?;
    // SAFETY: the descriptor is open as long as `socket` is borrowed; the system writes at most `size` bytes into `info`.
    let answer = unsafe {
        libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, SO_MEMINFO, info.as_mut_ptr().cast(), &raw mut size)
    };
    let place = usize::try_from(libc::SK_MEMINFO_DROPS).ok()?;
    let is_told = answer == 0 && usize::try_from(size).ok()? >= (place + 1) * size_of::<u32>();
    is_told.then(|| u64::from(info[place]))
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(super) const fn unseen(_: &UdpSocket) -> Option<u64> {
    None
}

#[cfg(all(test, target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::time::{Duration, Instant};

    #[test]
    fn what_finds_no_room_in_the_system_is_counted() {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        widen(&socket);
        assert_eq!(unseen(&socket), Some(0));
        let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        sender.connect(socket.local_addr().unwrap()).unwrap();
        let sent = 20_000;
        (0..sent).for_each(|_| _ = sender.send(&[7; 64]).unwrap());
        socket.set_nonblocking(true).unwrap();
        let mut buffer = [0; 64];
        // Some may come a moment after they were sent.
        let (mut read, start) = (0, Instant::now());
        while read + unseen(&socket).unwrap() < sent && start.elapsed() < Duration::from_secs(20) {
            read += u64::from(socket.recv(&mut buffer).is_ok());
        }
        assert_eq!(unseen(&socket), Some(sent - read), "read {read}");
        assert!(read > 0 && read < sent, "{read}");
    }
}
