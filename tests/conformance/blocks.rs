//! Blocks: rates and sizes, what a host leaves out, what it sends that it should not, and flags of silence.

use clap_sys::events::*;
use clap_sys::ext::params::clap_plugin_params;
use clap_sys::process::{CLAP_PROCESS_CONTINUE, CLAP_PROCESS_ERROR, clap_process};
use echelon_engine::units::DeckId;
use support::blocks::Random;
use support::{Blocks, Event, Setup, TempDir, for_each_format, signals};
use vst3::Steinberg::Vst::SymbolicSampleSizes_::{kSample32, kSample64};
use vst3::Steinberg::Vst::{IAudioProcessorTrait, IComponentTrait, ProcessData};
use vst3::Steinberg::kResultOk;

use super::alone;
use super::bare_clap::{BareClap, Buses, Events, call, full_list, header};
use super::bare_vst3::BareVst3;

/// In Hz: those of the validators, those of every day, and some that no device has.
const RATES: [f64; 17] = [
    1000.0,
    8000.0,
    10_000.0,
    11_025.0,
    12_345.678,
    22_050.0,
    44_100.0,
    45_678.901,
    48_000.0,
    88_200.0,
    96_000.0,
    123_456.78,
    176_400.0,
    192_000.0,
    384_000.0,
    768_000.0,
    1_234.567_8,
];

#[test]
fn every_sample_rate_from_1_to_768_khz_works() {
    let _one = alone();
    let folder = TempDir::new("rates");
    let file = folder.wav("noise.wav", 44_100, &signals::noise(3, 0.5, 400_000));
    for_each_format(|format| {
        let mut host = Setup::new().input(DeckId::B, signals::noise(1, 0.5, 400_000)).open(format);
        let mut osc = host.osc();
        let load = osc.call("/deck/a/load", &[file.as_str().into()]);
        host.pump_until("the track", |_| osc.done_yet(load).is_some());
        host.set("quantize", 0.0);
        for rate in RATES {
            host.reactivate(|setup| setup.sample_rate(rate).blocks(Blocks::Random { seed: 1, range: 1..=512 }));
            let frame = host.frame();
            host.at(frame, Event::param("play_1", 0.0)).at(frame + 700, Event::param("play_1", 1.0));
            // Longer than a deck's play button rests between two presses.
            let heard = host.render(3000.max((rate * 0.15) as u64));
            assert!(!heard.deck(DeckId::B).is_silent(), "{rate} Hz: the host's own sound");
            assert!(!heard.deck(DeckId::A).since(frame + 1000).is_silent(), "{rate} Hz: the track");
        }
        drop(host);
        // And as the first rate of an instance.
        for rate in [1000.0, 45_678.901, 768_000.0] {
            Setup::new().sample_rate(rate).open(format).render(2000);
        }
    });
}

#[test]
fn a_sample_rate_that_is_none_is_refused_and_the_next_one_works() {
    for wrong in [0.0, -48_000.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let (clap, vst3) = (BareClap::new(), BareVst3::new());
        // SAFETY: initialised and not active.
        assert!(!unsafe { call!(clap.raw => activate(clap.raw, wrong, 1, 512)) }, "{wrong} Hz in CLAP");
        assert_ne!(vst3.set_up(wrong, 512, kSample32 as i32), kResultOk, "{wrong} Hz in VST3");
        assert!(clap.activate(48_000.0, 1, 512) && vst3.activate(48_000.0, 512));
        let mut buses = Buses::new(512);
        assert_eq!(clap.process(&mut buses, &Events::default(), None), CLAP_PROCESS_CONTINUE);
        buses.check("CLAP");
        let mut buses = Buses::new(512);
        assert_eq!(vst3.process(&mut buses, None), kResultOk);
        buses.check("VST3");
        clap.deactivate();
        vst3.deactivate();
    }
}

#[test]
fn every_block_size_and_one_larger_than_was_announced() {
    let (clap, vst3) = (BareClap::new(), BareVst3::new());
    for announced in [1, 256, 1024, 4096, 16_384, 1536, 10, 17, 2027] {
        assert!(clap.activate(44_100.0, 1, announced as u32) && vst3.activate(44_100.0, announced));
        for frames in [announced as usize, 1, announced as usize * 2 + 1] {
            let mut buses = Buses::new(frames);
            assert_eq!(clap.process(&mut buses, &Events::default(), None), CLAP_PROCESS_CONTINUE, "{frames}");
            buses.check("CLAP");
            let mut buses = Buses::new(frames);
            assert_eq!(vst3.process(&mut buses, None), kResultOk, "{frames}");
            buses.check("VST3");
        }
        clap.deactivate();
        vst3.deactivate();
    }
    for wrong in [0, -1, i32::MIN] {
        assert_ne!(vst3.set_up(48_000.0, wrong, kSample32 as i32), kResultOk, "blocks of {wrong}");
    }
}

/// A block in each format, and what both must say and make.
fn check_both(clap: &BareClap, vst3: &BareVst3, [of_clap, of_vst3]: &mut [Buses; 2]) {
    assert_eq!(clap.process(of_clap, &Events::default(), None), CLAP_PROCESS_CONTINUE);
    of_clap.check("CLAP");
    assert_eq!(vst3.process(of_vst3, None), kResultOk);
    of_vst3.check("VST3");
}

#[test]
fn what_is_said_of_silence_is_true_whatever_the_host_left_there() {
    let (clap, vst3) = (BareClap::new(), BareVst3::new());
    assert!(clap.activate(48_000.0, 1, 256) && vst3.activate(48_000.0, 256));
    let mut random = Random::new(1);
    for mask in [0, u64::MAX, 1, 2] {
        for is_loud in [false, true, true, false] {
            let mut both = [Buses::new(256), Buses::new(256)];
            for buses in &mut both {
                buses.mask = mask;
                if is_loud {
                    buses.inputs.fill(|| random.next_f64() as f32 - 0.5);
                }
            }
            check_both(&clap, &vst3, &mut both);
        }
    }
    clap.deactivate();
    vst3.deactivate();
}

#[test]
fn any_bits_for_samples_come_out_as_numbers() {
    let (clap, vst3) = (BareClap::new(), BareVst3::new());
    assert!(clap.activate(48_000.0, 1, 128) && vst3.activate(48_000.0, 128));
    let mut random = Random::new(2);
    for round in 0..200 {
        let mut both = [Buses::new(128), Buses::new(128)];
        for buses in &mut both {
            buses.inputs.fill(|| match round % 4 {
                // Anything at all; then numbers too small to be normal, too large, and what is none.
                0 => f32::from_bits(random.next_u64() as u32),
                1 => f32::from_bits(random.next_u64() as u32 & 0x807F_FFFF),
                2 => {
                    if random.next_u64().is_multiple_of(2) {
                        f32::MAX
                    } else {
                        f32::MIN
                    }
                }
                _ => [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][(random.next_u64() % 3) as usize],
            });
        }
        check_both(&clap, &vst3, &mut both);
    }
    clap.deactivate();
    vst3.deactivate();
}

#[test]
fn a_block_without_buffers_lists_or_transport_is_taken() {
    let (clap, vst3) = (BareClap::new(), BareVst3::new());
    // SAFETY: plain numbers and pointers; all null is what such a host gives.
    let (mut none, mut nothing) = unsafe { (std::mem::zeroed::<clap_process>(), std::mem::zeroed::<ProcessData>()) };
    // Before they are active too: an error is a fine answer, a crash is none.
    for is_active in [false, true, false] {
        if is_active {
            assert!(clap.activate(48_000.0, 1, 64) && vst3.activate(48_000.0, 64));
        }
        for frames in [0, 64] {
            (none.frames_count, nothing.numSamples) = (frames, frames as i32);
            let params: *const clap_plugin_params = clap.params();
            // SAFETY: as above.
            unsafe {
                let status = call!(clap.raw => process(clap.raw, &raw const none));
                assert!(is_active || frames == 0 || status == CLAP_PROCESS_ERROR, "{status}");
                vst3.processor.process(&raw mut nothing);
                call!(params => flush(clap.raw, std::ptr::null(), std::ptr::null()));
            }
        }
        if is_active {
            clap.deactivate();
            vst3.deactivate();
        }
    }
    // SAFETY: as above.
    unsafe {
        assert_eq!(call!(clap.raw => process(clap.raw, std::ptr::null())), CLAP_PROCESS_ERROR);
        assert_ne!(vst3.processor.process(std::ptr::null_mut()), kResultOk);
    }
}

#[test]
fn samples_of_64_bits_are_not_promised_and_do_no_harm() {
    let vst3 = BareVst3::new();
    // SAFETY: initialised.
    unsafe {
        assert_eq!(vst3.processor.canProcessSampleSize(kSample32 as i32), kResultOk);
        for size in [kSample64 as i32, -1, 7] {
            assert_ne!(vst3.processor.canProcessSampleSize(size), kResultOk);
            assert_ne!(vst3.set_up(48_000.0, 64, size), kResultOk);
        }
    }
    let clap = BareClap::new();
    assert!(clap.activate(48_000.0, 1, 64));
    let mut channels = [vec![1.0_f64; 64], vec![1.0; 64]];
    let mut pointers = channels.each_mut().map(|channel| channel.as_mut_ptr());
    let mut port = clap_sys::audio_buffer::clap_audio_buffer {
        data32: std::ptr::null_mut(),
        data64: pointers.as_mut_ptr(),
        channel_count: 2,
        latency: 0,
        constant_mask: 0,
    };
    let (events, full) = (Events::default(), full_list());
    let list = events.raw();
    let block = clap_process {
        steady_time: 0,
        frames_count: 64,
        transport: std::ptr::null(),
        audio_inputs: std::ptr::null(),
        audio_outputs: &raw mut port,
        audio_inputs_count: 0,
        audio_outputs_count: 1,
        in_events: &raw const list,
        out_events: &raw const full,
    };
    // SAFETY: every pointer lives until the call returns.
    assert_eq!(unsafe { call!(clap.raw => process(clap.raw, &raw const block)) }, CLAP_PROCESS_ERROR);
    assert!(channels.iter().flatten().all(|sample| *sample == 0.0), "silence, not what was there");
    clap.deactivate();
}

#[test]
fn starts_and_stops_in_any_order_and_number() {
    let (clap, vst3) = (BareClap::new(), BareVst3::new());
    for _ in 0..4 {
        assert!(clap.activate(48_000.0, 1, 64));
        // SAFETY: active.
        unsafe {
            for _ in 0..3 {
                call!(clap.raw => reset(clap.raw));
                call!(clap.raw => stop_processing(clap.raw));
                assert!(call!(clap.raw => start_processing(clap.raw)));
            }
        }
        let mut buses = Buses::new(64);
        assert_eq!(clap.process(&mut buses, &Events::default(), None), CLAP_PROCESS_CONTINUE);
        buses.check("CLAP");
        clap.deactivate();
    }
    assert_eq!(vst3.set_up(48_000.0, 64, kSample32 as i32), kResultOk);
    // SAFETY: set up; twice the same is what some hosts do.
    unsafe {
        for state in [1, 1, 0, 0, 1, 0, 1, 1] {
            vst3.component.setActive(state);
            for processing in [1, 0, 0, 1, 1] {
                vst3.processor.setProcessing(processing);
            }
        }
    }
    let mut buses = Buses::new(64);
    assert_eq!(vst3.process(&mut buses, None), kResultOk);
    buses.check("VST3");
    vst3.deactivate();
}

/// Every kind of note event with everything in it that a host may send, and more.
fn notes(random: &mut Random, frames: u32, events: &mut Events) {
    let mut any = |from: &[i32]| from[(random.next_u64() % from.len() as u64) as usize];
    for kind in [CLAP_EVENT_NOTE_ON, CLAP_EVENT_NOTE_OFF, CLAP_EVENT_NOTE_CHOKE, CLAP_EVENT_NOTE_END] {
        let note = clap_event_note {
            header: header::<clap_event_note>(0, CLAP_CORE_EVENT_SPACE_ID, kind),
            note_id: any(&[-1, 0, 7, i32::MAX, i32::MIN]),
            port_index: any(&[-1, 0, 1, 99]) as i16,
            channel: any(&[-1, 0, 9, 15, 16, 300]) as i16,
            key: any(&[-1, 0, 60, 127, 128, -300]) as i16,
            velocity: [0.0, 0.5, 1.0, -1.0, f64::NAN, 1e9][any(&[0, 1, 2, 3, 4, 5]) as usize],
        };
        events.push(note);
    }
    let [a, b, c] =
        [any(&[0x80, 0x90, 0xB0, 0xE0, 0xF0, 0xFF, 0x00]), any(&[0, 64, 127, 128, 255]), any(&[0, 127, 255])];
    let data = [a as u8, b as u8, c as u8];
    let time = frames - 1;
    events.push(clap_event_midi {
        header: header::<clap_event_midi>(time, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_MIDI),
        port_index: any(&[0, 1, 99]) as u16,
        data,
    });
    events.push(clap_event_note_expression {
        header: header::<clap_event_note_expression>(time, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_NOTE_EXPRESSION),
        expression_id: any(&[0, 3, 6, 99]),
        note_id: -1,
        port_index: -1,
        channel: -1,
        key: -1,
        value: 0.5,
    });
    // Of a kind that nobody knows, and later than the block.
    events.push(header::<clap_event_header>(frames + 100, CLAP_CORE_EVENT_SPACE_ID, 999));
}

#[test]
fn notes_of_every_kind_wild_ones_and_unknown_events_do_no_harm() {
    let clap = BareClap::new();
    assert!(clap.activate(48_000.0, 1, 128));
    let mut random = Random::new(4);
    for _ in 0..300 {
        let mut events = Events::default();
        notes(&mut random, 128, &mut events);
        let mut buses = Buses::new(128);
        assert_eq!(clap.process(&mut buses, &events, None), CLAP_PROCESS_CONTINUE);
        buses.check("notes");
    }
    clap.deactivate();
}
