//! `cargo xtask osc`: the namespace, a listener, a sender, and the layouts.

use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};

use echelon::input::osc::{DEFAULT_PORT, layouts, namespace_markdown};
use rosc::{OscMessage, OscPacket, OscType};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["print"] => println!("{}", namespace_markdown()),
        ["layouts", folder] => write_layouts(Path::new(folder))?,
        ["send", port, address, ref args @ ..] => send(port.parse()?, address, args)?,
        ["listen", port, seconds, ref patterns @ ..] => listen(port.parse()?, seconds.parse()?, patterns)?,
        ["flood", port, per_sec, seconds] => flood(port.parse()?, per_sec.parse()?, seconds.parse()?)?,
        _ => return Err(format!("usage: print | layouts <folder> | send <port> <address> [args] | listen <port> <seconds> [patterns] | flood <port> <messages a second> <seconds>; the port is {DEFAULT_PORT} where nobody says else").into()),
    }
    Ok(())
}

fn write_layouts(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    for (name, bytes) in layouts() {
        std::fs::write(folder.join(name), bytes)?;
        println!("{}", folder.join(name).display());
    }
    Ok(())
}

fn client(port: u16) -> Result<UdpSocket, Failure> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.connect((Ipv4Addr::LOCALHOST, port))?;
    Ok(socket)
}

/// A whole number is `i`, another number `f`, `true` and `false` are T and F, the rest is text.
fn argument(text: &str) -> OscType {
    match (text.parse::<i32>(), text.parse::<f32>(), text) {
        (Ok(number), ..) => number.into(),
        (_, Ok(number), _) => number.into(),
        (_, _, "true" | "false") => (text == "true").into(),
        _ => text.into(),
    }
}

fn bytes(address: &str, args: Vec<OscType>) -> Result<Vec<u8>, Failure> {
    Ok(rosc::encoder::encode(&OscPacket::Message(OscMessage { addr: address.to_owned(), args }))?)
}

/// Sends one message and shows what comes back within half a second.
fn send(port: u16, address: &str, args: &[&str]) -> Result<(), Failure> {
    let socket = client(port)?;
    socket.send(&bytes(address, args.iter().map(|arg| argument(arg)).collect())?)?;
    show(&socket, Duration::from_millis(500))
}

/// Subscribes and shows what changes.
fn listen(port: u16, seconds: f64, patterns: &[&str]) -> Result<(), Failure> {
    let (socket, end) = (client(port)?, Instant::now() + Duration::from_secs_f64(seconds.clamp(0.1, 86_400.0)));
    for pattern in if patterns.is_empty() { &["*"] } else { patterns } {
        socket.send(&bytes("/subscribe", vec![(*pattern).into()])?)?;
    }
    while Instant::now() < end {
        show(&socket, Duration::from_secs(10).min(end.saturating_duration_since(Instant::now())))?;
        socket.send(&bytes("/ping", vec![])?)?;
    }
    Ok(())
}

fn show(socket: &UdpSocket, patience: Duration) -> Result<(), Failure> {
    let end = Instant::now() + patience;
    let mut buffer = [0; 65_536];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv(&mut buffer) {
            Ok(length) => print(rosc::decoder::decode_udp(&buffer[..length])?.1),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(error) => return Err(format!("nobody listens there: {error}").into()),
        }
    }
}

fn print(packet: OscPacket) {
    match packet {
        OscPacket::Bundle(bundle) => bundle.content.into_iter().for_each(print),
        OscPacket::Message(message) => {
            let args: Vec<String> = message.args.iter().map(|arg| format!("{arg:?}")).collect();
            println!("{} {}", message.addr, args.join(" "));
        }
    }
}

/// So many messages a second for so many seconds, evenly, then what became of them.
fn flood(port: u16, per_sec: u32, seconds: f64) -> Result<(), Failure> {
    let (socket, start) = (client(port)?, Instant::now());
    let seconds = seconds.clamp(0.1, 60.0);
    let per_sec = per_sec.clamp(1, 1_000_000);
    let moves: Vec<Vec<u8>> =
        (0..100_u16).map(|n| bytes("/deck/d/fader", vec![(f32::from(n) / 100.0).into()])).collect::<Result<_, _>>()?;
    let mut sent = 0_u64;
    while start.elapsed().as_secs_f64() < seconds {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 60 million")]
        let due = (start.elapsed().as_secs_f64() * f64::from(per_sec)) as u64;
        while sent < due {
            socket.send(&moves[usize::try_from(sent % 100)?])?;
            sent += 1;
        }
        std::thread::yield_now();
    }
    println!("{sent} messages in {:.2} s", start.elapsed().as_secs_f64());
    std::thread::sleep(Duration::from_millis(300));
    let asking = client(port)?;
    asking.send(&bytes("/telemetry", vec![])?)?;
    show(&asking, Duration::from_millis(500))
}
