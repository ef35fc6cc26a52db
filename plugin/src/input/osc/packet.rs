//! From the bytes of a datagram to its messages. Pure; any thread.
//!
//! The shape of a packet (bundles, sizes, type tags) is checked here before the decoder sees a message: bundles and
//! arrays that are nested thousands deep would use up the stack, and a bundle must be whole or refused.

use std::panic::catch_unwind;

use rosc::{OscMessage, OscTime};

/// The largest packet that is read, in bytes.
pub const MAX_PACKET_BYTES: usize = 8 * 1024;
/// How deep bundles may nest.
pub const MAX_NESTING: usize = 4;

/// How far ahead a time tag may lie, in seconds.
pub const MAX_AHEAD_SECS: f64 = 10.0;
/// A time tag this much in the past is not late: it says now.
const LATE_SECS: f64 = 1e-3;

/// When a message of a packet is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Due {
    /// Now.
    Now,
    /// Its time tag is past: now, and counted as late.
    Late,
    /// In so many seconds.
    In(f64),
}

/// Why a datagram is not OSC that we take.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PacketError {
    /// Above [`MAX_PACKET_BYTES`].
    #[error("the packet has {0} bytes; at most {MAX_PACKET_BYTES} are read")]
    TooBig(usize),
    /// Bundles in bundles in bundles.
    #[error("bundles nest deeper than {MAX_NESTING}")]
    TooDeep,
    /// A bundle for much later.
    #[error("the bundle's time tag is {secs:.3} s ahead; at most {MAX_AHEAD_SECS} s are taken")]
    Future {
        /// Seconds ahead of this machine's clock.
        secs: f64,
    },
    /// Not OSC.
    #[error("this is not an OSC packet: {0}")]
    Malformed(String),
}

/// The messages of a packet in order, of nested bundles too, and when each is due. `now` is this machine's time.
///
/// # Errors
/// [`PacketError`]; then nothing of the packet may be done.
pub fn decode(bytes: &[u8], now: OscTime) -> Result<Vec<(OscMessage, Due)>, PacketError> {
    if bytes.len() > MAX_PACKET_BYTES {
        return Err(PacketError::TooBig(bytes.len()));
    }
    let mut messages = Vec::new();
    read_element(bytes, 0, (now, Due::Now), &mut messages)?;
    Ok(messages)
}

/// A message, or a bundle that `depth` others enclose.
fn read_element(
    bytes: &[u8],
    depth: usize,
    (now, due): (OscTime, Due),
    messages: &mut Vec<(OscMessage, Due)>,
) -> Result<(), PacketError> {
    match bytes.first() {
        Some(b'/') => messages.push((read_message(bytes)?, due)),
        Some(b'#') => read_bundle(bytes, depth, now, messages)?,
        Some(_) => return Err(malformed("it starts with neither an address nor #bundle")),
        None => return Err(malformed("it is empty")),
    }
    Ok(())
}

fn read_bundle(
    bytes: &[u8],
    depth: usize,
    now: OscTime,
    messages: &mut Vec<(OscMessage, Due)>,
) -> Result<(), PacketError> {
    if depth >= MAX_NESTING {
        return Err(PacketError::TooDeep);
    }
    let mut rest =
        bytes.strip_prefix(b"#bundle\0").ok_or_else(|| malformed("it starts with # but not with #bundle"))?;
    let due = due_of(OscTime { seconds: take_u32(&mut rest)?, fractional: take_u32(&mut rest)? }, now)?;
    while !rest.is_empty() {
        let size = usize::try_from(take_u32(&mut rest)?).unwrap_or(usize::MAX);
        if size % 4 != 0 {
            return Err(malformed("the size of a bundle's element is no multiple of 4"));
        }
        let (element, after) = rest.split_at_checked(size).ok_or_else(cut_short)?;
        read_element(element, depth + 1, (now, due), messages)?;
        rest = after;
    }
    Ok(())
}

fn take_u32(bytes: &mut &[u8]) -> Result<u32, PacketError> {
    let (number, rest) = bytes.split_first_chunk().ok_or_else(cut_short)?;
    *bytes = rest;
    Ok(u32::from_be_bytes(*number))
}

/// When a bundle is due by its time tag. The special value for "immediately" lies in 1900, as any of a sender without a
/// clock: what lies before the day of its machine's first second is none.
fn due_of(tag: OscTime, now: OscTime) -> Result<Due, PacketError> {
    let secs = |time: OscTime| f64::from(time.seconds) + f64::from(time.fractional) / 2f64.powi(32);
    match secs(tag) - secs(now) {
        _ if tag.seconds < SECONDS_TO_1970 => Ok(Due::Now),
        ahead if ahead > MAX_AHEAD_SECS => Err(PacketError::Future { secs: ahead }),
        ahead if ahead > 0.0 => Ok(Due::In(ahead)),
        ahead if ahead >= -LATE_SECS => Ok(Due::Now),
        _ => Ok(Due::Late),
    }
}

/// From the first second of OSC's clock to that of the system's.
const SECONDS_TO_1970: u32 = 2_208_988_800;

fn read_message(bytes: &[u8]) -> Result<OscMessage, PacketError> {
    let address_bytes = bytes.iter().position(|b| *b == 0).ok_or_else(|| malformed("its address does not end"))?;
    let tags = bytes.get(padded(address_bytes + 1)..).ok_or_else(cut_short)?;
    if tags.is_empty() {
        // Old senders leave the type tags out when there are no arguments.
        let address =
            std::str::from_utf8(&bytes[..address_bytes]).map_err(|_| malformed("its address is not UTF-8"))?;
        return Ok(address.into());
    }
    let tags = tags.split(|b| *b == 0).next().unwrap_or_default();
    if tags.first() != Some(&b',') {
        return Err(malformed("its type tags do not start with a comma"));
    }
    if tags.contains(&b'[') || tags.contains(&b']') {
        return Err(malformed("no address takes an array"));
    }
    // The decoder is foreign code and the bytes may come from anyone.
    match catch_unwind(|| rosc::decoder::decode_udp(bytes)) {
        Ok(Ok(([], rosc::OscPacket::Message(message)))) => Ok(message),
        Ok(Ok(_)) => Err(malformed("there are bytes after the last argument")),
        Ok(Err(error)) => Err(PacketError::Malformed(error.to_string())),
        Err(_) => Err(malformed("it cannot be decoded")),
    }
}

/// OSC pads everything to 4 bytes.
const fn padded(bytes: usize) -> usize {
    bytes.div_ceil(4) * 4
}

fn malformed(reason: &str) -> PacketError {
    PacketError::Malformed(reason.to_owned())
}

fn cut_short() -> PacketError {
    malformed("it is cut short")
}

/// The address of a packet that may be broken, for the error's reply; empty if it has none.
pub(super) fn address_of(bytes: &[u8]) -> &str {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let text = std::str::from_utf8(&bytes[..end.min(128)]).unwrap_or_default();
    if text.starts_with('/') || text == "#bundle" { text } else { "" }
}
