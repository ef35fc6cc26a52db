//! Several threads ask at once, each through a queue of its own.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use echelon_engine::action::{Action, ActionQueue, ActionTiming, Request};
use echelon_engine::safety::{OnAirRule, Source};
use echelon_engine::units::DeckId;
use support::Transport;
use support::rig::{Chaos, DeckModel, Library, Manner, RigHost};

struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

const THREADS: u64 = 6;
const EACH: usize = 5_000;

#[test]
fn every_request_of_every_thread_has_one_answer_and_the_decks_keep_their_table() {
    let mut host = RigHost::new(48_000.0, &Transport::rolling(128.0));
    for deck in DeckId::ALL {
        host.ask(Source::State, Action::LoadDeck { deck, path: Library::path("low", 0) }, ActionTiming::Immediate);
    }
    host.run_to(512, 64);
    let mut model = DeckModel::default();
    model.follow(&host.ledger.take_fired(), OnAirRule::Refuse, host.snapshot()).unwrap();
    let now = *host.snapshot();
    // A failure here must not leave them waiting for room.
    let given_up = AtomicBool::new(false);
    let running = AtomicUsize::new(THREADS as usize);
    let (ids, expected) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for seed in 0..THREADS {
            let (mut sender, receiver) = ActionQueue::new(32);
            host.console.connect(receiver);
            let (running, ids, given_up) = (&running, ids.clone(), &given_up);
            scope.spawn(move || {
                let mut chaos = Chaos::new(seed, Manner::Bold);
                let source = [Source::Osc, Source::Editor, Source::Bridge][(seed % 3) as usize];
                for _ in 0..EACH {
                    let request = Request::new(source, chaos.action(&now), chaos.timing(&now));
                    let (id, mut request) = (request.id, Some(request));
                    // Known before it can be answered.
                    ids.send(id).unwrap();
                    while let Some(again) = request.take().filter(|_| !given_up.load(Ordering::Relaxed)) {
                        request = sender.send(again).err().map(|full| *full.0);
                        if request.is_some() {
                            std::thread::yield_now();
                        }
                    }
                }
                running.fetch_sub(1, Ordering::Release);
            });
        }
        let _give_up = SetOnDrop(&given_up);
        let mut chaos = Chaos::new(99, Manner::Bold);
        let mut over = false;
        while !over {
            over = running.load(Ordering::Acquire) == 0;
            let frames = 1 + chaos.below(255) as u32;
            host.block(frames, &[]);
            // Asked, sent and noted: in this order, so that no answer comes before its question.
            host.tick_expecting(|| expected.try_iter().collect());
            model.follow(&host.ledger.take_fired(), OnAirRule::Refuse, host.snapshot()).unwrap();
        }
    });
    host.ledger.expect(expected.try_iter());
    host.wind_up();
    let ledger = &host.ledger;
    assert!(ledger.wrong.is_empty(), "{:?}", ledger.wrong);
    assert_eq!(ledger.asked, ledger.finals.iter().sum::<u64>(), "{ledger}");
    assert!(ledger.asked > THREADS * EACH as u64);
    println!("{ledger}; {:?}", ledger.codes);
}
