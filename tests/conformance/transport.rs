//! Any transport at all: what a host says of time may be nonsense, the sound and the process call may not.

use clap_sys::events::*;
use clap_sys::process::CLAP_PROCESS_CONTINUE;
use support::blocks::Random;
use vst3::Steinberg::Vst::ProcessContext;
use vst3::Steinberg::kResultOk;

use super::bare_clap::{BareClap, Buses, Events, header};
use super::bare_vst3::BareVst3;

/// A number that a host would hardly say, or one that it would.
fn wild(random: &mut Random) -> f64 {
    match random.next_u64() % 12 {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => f64::NEG_INFINITY,
        3 => 0.0,
        4 => -1.0,
        5 => f64::MIN_POSITIVE,
        6 => 1e300,
        7 => f64::from_bits(random.next_u64()),
        8 => 1e-9,
        _ => random.next_f64() * 400.0,
    }
}

/// A whole number of the same kind.
fn whole(random: &mut Random) -> i64 {
    match random.next_u64() % 6 {
        0 => i64::MAX,
        1 => i64::MIN,
        2 => 0,
        3 => -1,
        4 => random.next_u64().cast_signed(),
        _ => (random.next_u64() % (1 << 40)).cast_signed() - (1 << 39),
    }
}

fn clap_transport(random: &mut Random, time: u32) -> clap_event_transport {
    clap_event_transport {
        header: header::<clap_event_transport>(time, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_TRANSPORT),
        flags: random.next_u64() as u32,
        song_pos_beats: whole(random),
        song_pos_seconds: whole(random),
        tempo: wild(random),
        tempo_inc: wild(random),
        loop_start_beats: whole(random),
        loop_end_beats: whole(random),
        loop_start_seconds: whole(random),
        loop_end_seconds: whole(random),
        bar_start: whole(random),
        bar_number: whole(random) as i32,
        tsig_num: random.next_u64() as u16 % 20,
        tsig_denom: random.next_u64() as u16 % 20,
    }
}

#[test]
fn any_clap_transport_is_taken_at_the_start_and_inside_of_a_block() {
    let plugin = BareClap::new();
    assert!(plugin.activate(48_000.0, 1, 100));
    let mut random = Random::new(21);
    for round in 0..2000 {
        let mut events = Events::default();
        for _ in 0..random.next_u64() % 3 {
            let time = random.next_u64() as u32 % 130;
            events.push(clap_transport(&mut random, time));
        }
        let said = clap_transport(&mut random, 0);
        let mut buses = Buses::new(1 + (random.next_u64() % 100) as usize);
        let status = plugin.process(&mut buses, &events, (round % 5 != 0).then_some(&said));
        assert_eq!(status, CLAP_PROCESS_CONTINUE, "round {round}");
        buses.check("any transport");
    }
    plugin.deactivate();
}

#[test]
fn any_vst3_context_is_taken() {
    let plugin = BareVst3::new();
    assert!(plugin.activate(48_000.0, 100));
    let mut random = Random::new(22);
    for round in 0..2000 {
        // SAFETY: plain numbers, valid when zero.
        let mut context: ProcessContext = unsafe { std::mem::zeroed() };
        context.state = random.next_u64() as u32;
        context.sampleRate = wild(&mut random);
        context.projectTimeSamples = whole(&mut random);
        context.systemTime = whole(&mut random);
        context.continousTimeSamples = whole(&mut random);
        context.projectTimeMusic = wild(&mut random);
        context.barPositionMusic = wild(&mut random);
        context.cycleStartMusic = wild(&mut random);
        context.cycleEndMusic = wild(&mut random);
        context.tempo = wild(&mut random);
        context.timeSigNumerator = whole(&mut random) as i32;
        context.timeSigDenominator = (whole(&mut random) as i32).wrapping_rem(40);
        context.samplesToNextClock = whole(&mut random) as i32;
        let mut buses = Buses::new(1 + (random.next_u64() % 100) as usize);
        let result = plugin.process(&mut buses, (round % 5 != 0).then_some(&mut context));
        assert_eq!(result, kResultOk, "round {round}");
        buses.check("any context");
    }
    plugin.deactivate();
}
