use echelon_engine::action::{Receipt, RequestId};
use rosc::OscMessage;

use super::super::Access;
use super::super::client::Client;
use super::super::shared::Shared;

use super::super::receipts::{Asker, Receipts};

fn asker(receipt: Option<i32>) -> Asker {
    let socket = std::net::UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    asker_at(&Shared::new(socket, Access::default()).unwrap(), receipt)
}

fn asker_at(shared: &std::sync::Arc<Shared>, receipt: Option<i32>) -> Asker {
    let client = Client::plain(([127, 0, 0, 1], 9).into());
    Asker { client, shared: shared.clone(), receipt, address: "/deck/a/play".into() }
}

fn answer(receipt: Option<i32>, outcome: &Receipt) -> Option<OscMessage> {
    asker(receipt).answer(outcome)
}

#[test]
fn every_outcome_has_its_answer() {
    let id = RequestId::next();
    let message = |addr: &str, args| Some(OscMessage { addr: addr.to_owned(), args });
    let accepted = Receipt::Accepted { id, due_beat: 8.0 };
    let done = |error_frames| Receipt::Done { id, due_beat: 8.0, error_frames };
    let refused = Receipt::Refused { id, deck: None, code: "full", text: "why".to_owned() };
    let cancelled = Receipt::Cancelled { id };
    assert_eq!(answer(Some(5), &accepted), message("/ack", vec![5.into(), 8.0.into()]));
    assert_eq!(answer(Some(5), &done(-2)), message("/done", vec![5.into(), 8.0.into(), (-2).into()]));
    assert_eq!(answer(Some(5), &done(i64::MAX)), message("/done", vec![5.into(), 8.0.into(), i32::MAX.into()]));
    assert_eq!(answer(Some(5), &done(i64::MIN)), message("/done", vec![5.into(), 8.0.into(), i32::MIN.into()]));
    assert_eq!(answer(Some(5), &refused), message("/nack", vec![5.into(), "full".into(), "why".into()]));
    let text = "it was taken back, or a newer action took its place";
    assert_eq!(answer(Some(5), &cancelled), message("/nack", vec![5.into(), "cancelled".into(), text.into()]));
    assert_eq!(answer(None, &refused), message("/error", vec!["/deck/a/play".into(), "why".into()]));
    for outcome in [&accepted, &done(0), &cancelled] {
        assert_eq!(answer(None, outcome), None);
    }
}

#[test]
fn a_final_outcome_is_told_once() {
    let mut receipts = Receipts::default();
    let id = RequestId::next();
    receipts.insert(id, asker(Some(1)));
    let accepted = Receipt::Accepted { id, due_beat: 0.0 };
    let mut settled = |outcome: &Receipt| receipts.settle(outcome).map(|asker| asker.receipt);
    assert_eq!(settled(&accepted), Some(Some(1)));
    assert_eq!(settled(&Receipt::Cancelled { id }), Some(Some(1)));
    assert_eq!(settled(&accepted), None);
    assert_eq!(receipts.len(), 0);
}

#[test]
fn the_oldest_is_forgotten_when_there_are_too_many() {
    let (mut receipts, shared) = (Receipts::default(), asker(None).shared);
    let mut insert =
        |n| receipts.insert(RequestId::next(), asker_at(&shared, Some(n))).map(|asker| asker.receipt.unwrap());
    for n in 0..4096 {
        assert_eq!(insert(n), None);
    }
    assert_eq!([insert(4096), insert(4097)], [Some(0), Some(1)]);
    assert_eq!(receipts.len(), Receipts::CAPACITY);
}
