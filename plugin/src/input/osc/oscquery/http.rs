//! One GET request and its answer, bounded in size and time.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The largest head of a request.
pub(super) const MAX_REQUEST_BYTES: usize = 8 * 1024;
/// Headers of a request.
const MAX_HEADERS: usize = 64;
/// A request has to be there within this time, and its answer taken.
const TIME_LIMIT: Duration = Duration::from_secs(1);
/// The thread looks this often whether it shall end.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What is answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// JSON.
    Json(String),
    /// No such address.
    NotFound,
    /// The attribute is known, but this address has none.
    NoContent,
}

/// Why a request is not answered.
#[derive(Debug, PartialEq, Eq)]
enum Bad {
    Malformed,
    TooLarge,
    NotGet,
    Gone,
}

/// Serves one request.
pub(super) fn serve(mut stream: TcpStream, stop: &AtomicBool, answer: impl Fn(&str, &str) -> Answer) {
    let _ = stream.set_read_timeout(Some(LOOK_EVERY));
    let _ = stream.set_write_timeout(Some(TIME_LIMIT));
    let (status, body) = match request(&mut stream, stop) {
        Ok(target) => {
            let (path, query) = target.split_once('?').unwrap_or((&target, ""));
            match answer(path, query) {
                Answer::Json(json) => ("200 OK", json),
                Answer::NotFound => ("404 Not Found", String::new()),
                Answer::NoContent => ("204 No Content", String::new()),
            }
        }
        Err(Bad::Gone) => return,
        Err(Bad::Malformed) => ("400 Bad Request", String::new()),
        Err(Bad::TooLarge) => ("431 Request Header Fields Too Large", String::new()),
        Err(Bad::NotGet) => ("405 Method Not Allowed", String::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // Whoever does not take it has gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

/// The target of a GET request.
fn request(stream: &mut TcpStream, stop: &AtomicBool) -> Result<String, Bad> {
    let (start, mut bytes, mut part) = (Instant::now(), vec![], [0; 1024]);
    loop {
        if stop.load(Ordering::Acquire) || start.elapsed() > TIME_LIMIT {
            return Err(Bad::Gone);
        }
        match stream.read(&mut part) {
            Ok(0) => return Err(Bad::Gone),
            Ok(n) => bytes.extend_from_slice(&part[..n]),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                continue;
            }
            Err(_) => return Err(Bad::Gone),
        }
        if let Some(target) = target_of(&bytes)? {
            return Ok(target);
        }
        if bytes.len() > MAX_REQUEST_BYTES {
            return Err(Bad::TooLarge);
        }
    }
}

/// The target, once the head is whole.
fn target_of(bytes: &[u8]) -> Result<Option<String>, Bad> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Bad::TooLarge),
        Err(_) => return Err(Bad::Malformed),
    }
    // A page of another name that leads here (DNS rebinding) has that name in its requests.
    let is_here = |host: &[u8]| {
        let host = std::str::from_utf8(host).unwrap_or_default();
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        matches!(name, "localhost" | "127.0.0.1" | "[::1]" | "")
    };
    let is_strange = request.headers.iter().any(|h| h.name.eq_ignore_ascii_case("host") && !is_here(h.value));
    match request.method {
        _ if is_strange => Err(Bad::Malformed),
        Some("GET") => Ok(request.path.map(str::to_owned)),
        _ => Err(Bad::NotGet),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_get_for_this_machine_is_a_request() {
        let of = |text: &str| target_of(text.as_bytes());
        assert_eq!(of("GET /deck?VALUE HTTP/1.1\r\nHost: localhost:8000\r\n\r\n"), Ok(Some("/deck?VALUE".to_owned())));
        assert_eq!(of("GET / HTTP/1.1\r\nHost: lo"), Ok(None));
        assert_eq!(of("POST / HTTP/1.1\r\n\r\n"), Err(Bad::NotGet));
        assert_eq!(of("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"), Err(Bad::Malformed));
        assert_eq!(of("\0\x01\x02\r\n\r\n"), Err(Bad::Malformed));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(100));
        assert_eq!(of(&many), Err(Bad::TooLarge));
    }
}
