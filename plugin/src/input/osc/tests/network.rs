//! What other machines may do. Where 127.0.0.0/8 is this machine's one of its addresses stands in for another machine, so
//! that no network is needed.
#![cfg(any(target_os = "linux", target_os = "windows"))]

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::time::Duration;

use echelon_engine::action::{Action, ActionQueue, ActionReceiver};
use echelon_engine::units::DeckId;

use super::super::{Access, OscServer, Port};
use super::house::{Client, until};
use super::{NOW, bundle, bytes, message};

/// The other machine.
const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

fn open(allow: Vec<IpAddr>) -> (OscServer, ActionReceiver, Client) {
    let (sender, queue) = ActionQueue::new(8);
    let access = || Access::lan("corr3ct-horse", allow).unwrap().with_stranger(STRANGER.into());
    let server = OscServer::start_with(Port::Own, None, sender, Box::new(|| {}), access).unwrap();
    let socket = UdpSocket::bind((STRANGER, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket.connect((Ipv4Addr::LOCALHOST, server.port())).unwrap();
    (server, queue, Client(socket))
}

#[test]
fn a_packet_from_the_network_needs_the_token_and_is_counted_without() {
    let (server, mut queue, client) = open(vec![]);
    let stop = |address: &str| client.send(address, &[]);
    stop("/deck/a/stop");
    stop("/token/wr0ng-horse/deck/a/stop");
    client.0.send(b"garbage").unwrap();
    let mixed = vec![message("/token/corr3ct-horse/deck/a/stop", &[]), message("/deck/b/stop", &[])];
    client.0.send(&bytes(&bundle(NOW, mixed))).unwrap();
    stop("/token/corr3ct-horse/deck/d/stop");
    assert_eq!(until(|| queue.receive()).action, Action::StopDeck { deck: DeckId::D });
    assert!(queue.receive().is_none(), "nothing else came through");
    let counters = server.counters();
    assert_eq!((counters.denied, counters.errors), (3, 1), "{counters:?}");
    client.send("/token/corr3ct-horse/ping", &[]);
    assert_eq!(client.one().addr, "/pong", "and the only answer is to who has the token");
}

#[test]
fn a_machine_that_is_not_on_the_list_is_not_heard_with_the_token_either() {
    let (server, mut queue, client) = open(vec![[192, 168, 7, 7].into()]);
    client.send("/token/corr3ct-horse/deck/a/stop", &[]);
    let (friend_server, mut friend_queue, friend) = open(vec![[192, 168, 7, 7].into(), STRANGER.into()]);
    friend.send("/token/corr3ct-horse/deck/a/stop", &[]);
    assert!(until(|| friend_queue.receive()).action.deck().is_some());
    assert_eq!(friend_server.counters().denied, 0);
    until(|| (server.counters().denied == 1).then_some(()));
    assert!(queue.receive().is_none() && server.counters().packets == 0);
}

#[test]
fn without_the_switch_the_network_is_shut_and_this_machine_is_not() {
    let (sender, mut queue) = ActionQueue::new(8);
    let access = || Access::default().with_stranger(STRANGER.into());
    let server = OscServer::start_with(Port::Own, None, sender, Box::new(|| {}), access).unwrap();
    let socket = UdpSocket::bind((STRANGER, 0)).unwrap();
    // Bound to 127.0.0.1 alone, it is not to be found anywhere else; and whoever finds it there is a stranger still.
    socket.send_to(&bytes(&message("/deck/a/stop", &[])), (Ipv4Addr::LOCALHOST, server.port())).unwrap();
    until(|| (server.counters().denied == 1).then_some(()));
    Client::of(server.port()).send("/deck/b/stop", &[]);
    assert_eq!(until(|| queue.receive()).action, Action::StopDeck { deck: DeckId::B });
}
