//! Bundles with time tags, through a whole host.

use std::time::{Duration, SystemTime};

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};
use support::{Format, Setup, for_each_format};

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
        // Far ahead: it is on the timeline long before.
        send(&stage, Duration::from_secs(4), [101, 102, 103]);
        let ids = [101, 102, 103];
        let Stage { host, osc } = &mut stage;
        host.pump_until("all three to be scheduled", |_| {
            osc.poll();
            ids.iter()
                .all(|id| osc.receipts(*id).iter().any(|receipt| matches!(receipt, support::osc::Receipt::Ack(_))))
        });
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
