//! What waits for files, by a clock that the test turns.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use rosc::{OscMessage, OscType};

use super::super::clerk::Clerk;
use super::super::client::Client;
use super::super::dispatch::Addressed;
use super::super::packet::Due;
use super::super::waiting::{Fate, PATIENCE, SOON, Waiting};
use super::drive::Hanging;
use super::house::until;

/// One source, and what has become of its packets.
struct Source {
    clerk: Clerk,
    waiting: Waiting,
    start: Instant,
    fates: Vec<String>,
}

impl Source {
    fn new() -> Self {
        Self { clerk: Clerk::new(), waiting: Waiting::default(), start: Instant::now(), fates: vec![] }
    }

    /// Sends a load of this file, and more.
    fn load_and(&mut self, file: &Path, more: &[&str]) {
        let from = SocketAddr::from(([127, 0, 0, 1], 9));
        let mut take = |address: &str, args: Vec<OscType>| {
            let message = OscMessage { addr: address.to_owned(), args };
            let line = Err("there is no instance".to_owned());
            let packet = vec![Addressed { client: Client::plain(from), message, due: Due::Now, line }];
            let waits = self.waiting.take(from, packet, &mut self.clerk, self.start).is_ok_and(|back| back.is_none());
            assert!(waits, "{address}");
        };
        take("/deck/a/load", vec![file.to_str().unwrap().into()]);
        more.iter().for_each(|address| take(address, vec![]));
    }

    /// What has become of them after so long, and what was known before.
    fn after(&mut self, age: Duration) -> &[String] {
        for (_, fate) in self.waiting.turn(&mut self.clerk, self.start + age) {
            let (word, packet) = match fate {
                Fate::Go(packet, _) => ("go", packet),
                Fate::NoAnswer(packet) => ("no answer", packet),
                Fate::Overtaken(packet) => ("overtaken", packet),
            };
            self.fates.push(format!("{} {word}", packet[0].message.addr));
        }
        &self.fates
    }
}

#[test]
fn a_stop_keeps_its_order_behind_a_load_as_long_as_the_drive_may_be_well() {
    let mut source = Source::new();
    let file = std::env::temp_dir().join("echelon-osc-waiting-well.wav");
    source.load_and(&file, &["/deck/a/play", "/deck/a/stop"]);
    let all = ["/deck/a/load go", "/deck/a/play go", "/deck/a/stop go"];
    // However long the drive takes in truth, by this clock it is quick.
    until(|| (source.after(Duration::ZERO) == all).then_some(()));
    assert!(source.waiting.is_empty());
}

#[test]
fn a_drive_that_does_not_answer_is_overtaken_by_a_stop_and_given_up_by_others() {
    let mut source = Source::new();
    let file = std::env::temp_dir().join("echelon-osc-waiting-hangs.wav");
    let hanging = Hanging::new(&file);
    let moment = Duration::from_millis(1);
    source.load_and(&file, &["/deck/a/play", "/deck/a/stop", "/deck/a/sync"]);
    assert!(source.after(SOON - moment).is_empty());
    assert_eq!(
        source.after(SOON),
        ["/deck/a/load overtaken", "/deck/a/play overtaken", "/deck/a/stop go", "/deck/a/sync go"]
    );
    source.fates.clear();
    source.load_and(&file, &["/deck/a/play"]);
    assert!(source.after(PATIENCE - moment).is_empty());
    assert_eq!(source.after(PATIENCE), ["/deck/a/load no answer", "/deck/a/play go"]);
    assert!(source.waiting.is_empty());
    drop(hanging);
}
