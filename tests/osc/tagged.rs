//! Bundles with time tags, through a whole host.

use std::time::{Duration, Instant, SystemTime};

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};
use support::osc::Receipt;
use support::{Format, PATIENCE, Setup, for_each_format};

use crate::alone;
use crate::stage::Stage;

fn message(stage: &Stage, address: &str, args: &[OscType], id: i32) -> OscPacket {
    let args = [args, &["id".into(), id.into()]].concat();
    OscPacket::Message(OscMessage { addr: stage.osc.whole(address), args })
}

/// The host plays, the control thread sees its frames, and a bundle for later happens on one frame, without error.
#[test]
fn a_bundle_for_later_is_one_frame() {
    let _alone = alone();
    for_each_format(|format: Format| {
        let mut stage = Stage::open(&Setup::new(), format).alone();
        stage.host.render(4800);
        let send = |stage: &Stage, after: Duration, ids: [i32; 3]| {
            let timetag = OscTime::try_from(SystemTime::now() + after).expect("a time");
            let content = vec![
                message(stage, "/crossfader", &[0.25.into()], ids[0]),
                message(stage, "/deck/b/gain", &[(-3.0).into()], ids[1]),
                message(stage, "/eq/c/low", &[(-6.0).into()], ids[2]),
            ];
            let bundle = OscPacket::Bundle(OscBundle { timetag, content });
            stage.osc.send_raw(&rosc::encoder::encode(&bundle).expect("a bundle"));
        };
        // Far ahead: it is on the timeline long before. Where the threads were kept from their work for half a second, the
        // audio seems to stand and its frames have no time: then it is sent again.
        let mut rounds = (200..).step_by(3).map(|first| [first, first + 1, first + 2]);
        let start = Instant::now();
        let ids = loop {
            assert!(start.elapsed() < PATIENCE, "no clock all the while");
            let ids = rounds.next().expect("as many as there are");
            send(&stage, Duration::from_secs(4), ids);
            let Stage { host, osc } = &mut stage;
            let mut answers = vec![];
            host.pump_until("an answer to all three", |_| {
                osc.poll();
                answers = ids.iter().filter_map(|id| osc.receipts(*id).into_iter().next()).collect();
                answers.len() == ids.len()
            });
            if answers.iter().all(|answer| matches!(answer, Receipt::Ack(_))) {
                break ids;
            }
            let no_clock = |answer: &Receipt| matches!(answer, Receipt::Nack(nack) if nack.code == "no_clock".into());
            assert!(answers.iter().all(no_clock), "{answers:?}");
        };
        let Stage { host, osc } = &mut stage;
        host.render(12 * 48_000);
        let beats = ids.map(|id| osc.done(id)).map(|done| (done.beat, done.error_frames));
        assert!(beats.iter().all(|done| *done == (beats[0].0, 0.0)), "one frame, none late: {beats:?}");
        assert!(beats[0].0 > 4.0, "and not at once: {beats:?}");
        // In the past: now, and counted.
        let timetag = OscTime::try_from(SystemTime::now() - Duration::from_secs(1)).expect("a time");
        let content = vec![message(&stage, "/crossfader", &[0.5.into()], 104)];
        stage.osc.send_raw(&rosc::encoder::encode(&OscPacket::Bundle(OscBundle { timetag, content })).unwrap());
        stage.done(104);
        assert_eq!(crate::figure(&mut stage, "osc/late"), 1.0);
        // Too far ahead.
        send(&stage, Duration::from_secs(60), [105, 106, 107]);
        let error = stage.osc.expect("/error");
        assert!(format!("{:?}", error.args).contains("at most 10 s"), "{error:?}");
    });
}
