//! The document from the outside, over TCP.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use echelon_engine::action::{ActionQueue, DECK};
use echelon_engine::message::Snapshot;
use serde_json::Value;

use super::super::namespace::rows;
use super::super::{Access, OscServer, Port};
use super::http::MAX_REQUEST_BYTES;

fn server() -> OscServer {
    let (sender, _) = ActionQueue::new(8);
    OscServer::start_with(Port::Own, Some("left"), sender, Box::new(|| {}), Access::default).unwrap()
}

fn ask(port: u16, request: &[u8]) -> (String, String) {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let _ = stream.write_all(request);
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    (head.lines().next().unwrap_or_default().to_owned(), body.to_owned())
}

fn get(port: u16, target: &str) -> (String, Value) {
    let (status, body) = ask(port, format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes());
    (status, serde_json::from_str(&body).unwrap_or_default())
}

#[test]
fn every_address_is_in_the_document_with_its_range_and_value() {
    let osc = server();
    let port = osc.query_port().unwrap();
    let mut snapshot = Snapshot { crossfader: 0.25, ..Snapshot::default() };
    snapshot.decks[1].gain_db = -6.0;
    osc.observe(&snapshot, std::time::Instant::now());
    let (status, root) = get(port, "/");
    assert_eq!(status, "HTTP/1.1 200 OK");
    for prefix in ["", "/echelon/left"] {
        for row in rows() {
            let path = format!("{prefix}{}", row.path.replace(DECK, "b"));
            let node = path[1..].split('/').fold(&root, |node, part| &node["CONTENTS"][part]);
            assert_eq!(node["FULL_PATH"], path.as_str(), "{path}");
            assert_eq!(node["DESCRIPTION"], row.help);
            assert!(node["TYPE"].is_string() && node["ACCESS"].is_number(), "{path}");
        }
    }
    let (_, fader) = get(port, "/crossfader");
    assert_eq!((&fader["VALUE"][0], &fader["ACCESS"], &fader["TYPE"]), (&0.25.into(), &3.into(), &"f".into()));
    let (_, gain) = get(port, "/deck/b/gain");
    assert_eq!((&gain["RANGE"][0]["MIN"], &gain["RANGE"][0]["MAX"]), (&(-100.0).into(), &12.0.into()));
    assert_eq!((&gain["VALUE"][0], &gain["UNIT"][0]), (&(-6.0).into(), &"dB".into()));
    assert_eq!(get(port, "/deck/b/state").1["ACCESS"], 1);
    assert_eq!(get(port, "/deck/b/gain?VALUE").1["VALUE"][0], -6.0);
    let (_, host) = get(port, "/?HOST_INFO");
    assert_eq!((&host["OSC_PORT"], &host["OSC_TRANSPORT"]), (&osc.port().into(), &"UDP".into()));
}

#[test]
fn what_is_no_request_is_refused_and_the_server_goes_on() {
    let osc = server();
    let port = osc.query_port().unwrap();
    assert_eq!(get(port, "/nonsense").0, "HTTP/1.1 404 Not Found");
    assert_eq!(get(port, "/deck?VALUE").0, "HTTP/1.1 204 No Content");
    assert_eq!(ask(port, b"POST / HTTP/1.1\r\n\r\n").0, "HTTP/1.1 405 Method Not Allowed");
    assert_eq!(ask(port, b"\x01\x02\x03\r\n\r\n").0, "HTTP/1.1 400 Bad Request");
    let long = format!("GET /{} HTTP/1.1\r\n", "a".repeat(2 * MAX_REQUEST_BYTES));
    assert_ne!(ask(port, long.as_bytes()).0, "HTTP/1.1 200 OK");
    // One that says nothing does not hold up the next, nor the end.
    let silent: Vec<_> = (0..4).map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap()).collect();
    drop(silent);
    let _open = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    assert_eq!(get(port, "/ping").0, "HTTP/1.1 200 OK");
    drop(osc);
}
