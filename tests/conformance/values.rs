//! Parameters: text both ways, defaults, what is out of range, foreign events, and sound under random values.

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char};

use clap_sys::events::{CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_MOD, clap_event_param_mod};
use clap_sys::ext::params::clap_param_info;
use support::blocks::Random;
use support::{Blocks, Event, Setup, Sound, for_each_format, signals};
use vst3::Steinberg::Vst::{IEditControllerTrait, IUnitInfo, IUnitInfoTrait, ParameterInfo, UnitInfo};
use vst3::Steinberg::kResultOk;

use super::bare_clap::{BareClap, Buses, Events, call, full_list, header, value_event};
use super::bare_vst3::BareVst3;

#[test]
fn a_text_is_read_as_what_it_says_over_the_whole_range() {
    for_each_format(|format| {
        let host = Setup::new().create(format);
        for param in host.params() {
            let steps = param.steps.map_or(60, |steps| steps.min(200));
            for step in 0..=steps {
                let value = param.min + (param.max - param.min) * f64::from(step) / f64::from(steps.max(1));
                let text = host.text(&param.id, value).unwrap_or_else(|| panic!("{}: no text of {value}", param.id));
                let read = host.from_text(&param.id, &text).unwrap_or_else(|| panic!("{}: '{text}'", param.id));
                let again = host.text(&param.id, read).unwrap();
                assert_eq!(again, text, "{}: {value} is read as {read}", param.id);
                assert_eq!(host.from_text(&param.id, &again), Some(read), "{}: '{again}'", param.id);
            }
        }
    });
}

#[test]
fn a_fresh_instance_has_the_defaults_that_it_tells() {
    for_each_format(|format| {
        let host = Setup::new().create(format);
        let (mut names, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        for param in host.params() {
            let value = host.get(&param.id);
            assert!((value - param.default).abs() < 1e-5, "{}: {value}, not {}", param.id, param.default);
            assert!(param.min < param.max && (param.min..=param.max).contains(&param.default), "{param:?}");
            assert!(!param.name.trim().is_empty() && names.insert(param.name.clone()), "{param:?}");
            assert!(numbers.insert(param.number), "{param:?}");
        }
    });
}

#[test]
fn texts_that_are_no_values_are_refused_and_change_nothing() {
    let long = "9".repeat(120);
    for_each_format(|format| {
        let host = Setup::new().create(format);
        let before = host.save();
        for id in ["gain_1", "quantize", "xfader", "play_1", "filter_2"] {
            let range = host.params().into_iter().find(|param| param.id == id).expect("a parameter");
            for text in ["", " ", "loud", "NaN", "inf", "-inf", "1e999", "--3", "3 bananas", &long, "\u{1F41F}"] {
                if let Some(value) = host.from_text(id, text) {
                    assert!((range.min..=range.max).contains(&value), "{id}: '{text}' is {value}");
                }
            }
        }
        assert_eq!(host.save(), before);
    });
}

#[test]
fn unknown_parameters_are_refused() {
    let clap = BareClap::new();
    let (params, count) = (clap.params(), clap.param_infos().len() as u32);
    let known: BTreeSet<u32> = clap.param_infos().iter().map(|info| info.id).collect();
    let unknown = [0, 1, u32::MAX, 1 << 31].into_iter().find(|id| !known.contains(id)).unwrap();
    let (mut text, mut value) = ([0; 64], 0.0);
    // SAFETY: the extension of a living plugin; the structure is plain data, valid when zero.
    unsafe {
        let mut info: clap_param_info = std::mem::zeroed();
        assert!(!call!(params => get_info(clap.raw, count, &raw mut info)));
        assert!(!call!(params => get_info(clap.raw, u32::MAX, &raw mut info)));
        assert!(!call!(params => get_value(clap.raw, unknown, &raw mut value)));
        assert!(!call!(params => value_to_text(clap.raw, unknown, 0.0, text.as_mut_ptr(), 64)));
        assert!(!call!(params => text_to_value(clap.raw, unknown, c"1".as_ptr(), &raw mut value)));
    }
    let vst3 = BareVst3::new();
    let mut wide = [0; 128];
    let mut one: Vec<u16> = "1\0".encode_utf16().collect();
    // SAFETY: initialised; plain data, valid when zero.
    unsafe {
        let mut info: ParameterInfo = std::mem::zeroed();
        for index in [-1, vst3.controller.getParameterCount(), i32::MAX] {
            assert_ne!(vst3.controller.getParameterInfo(index, &raw mut info), kResultOk, "parameter {index}");
        }
        let own = vst3.controller.getParameterCount();
        let unknown = (0..).find(|id| {
            let mut ids = (0..own).map(|index| {
                vst3.controller.getParameterInfo(index, &raw mut info);
                info.id
            });
            ids.all(|known| known != *id)
        });
        let unknown = unknown.unwrap();
        assert_ne!(vst3.controller.setParamNormalized(unknown, 0.5), kResultOk);
        assert_ne!(vst3.controller.getParamStringByValue(unknown, 0.5, &raw mut wide), kResultOk);
        assert_ne!(vst3.controller.getParamValueByString(unknown, one.as_mut_ptr(), &raw mut value), kResultOk);
        assert!(vst3.controller.getParamNormalized(unknown).is_finite());
    }
}

#[test]
fn a_text_never_runs_over_the_room_that_it_gets() {
    let plugin = BareClap::new();
    let params = plugin.params();
    for info in plugin.param_infos().iter().step_by(7) {
        for room in 0..24_u32 {
            let mut text: [c_char; 32] = [0x55; 32];
            // SAFETY: the extension of a living plugin; there is at least the room that is told.
            let is_told =
                unsafe { call!(params => value_to_text(plugin.raw, info.id, info.max_value, text.as_mut_ptr(), room)) };
            assert!(text[room as usize..].iter().all(|c| *c == 0x55), "{}: room for {room}", info.id);
            assert!(!is_told || room == 0 || text[..room as usize].contains(&0), "{}: no end in {room}", info.id);
        }
    }
}

/// Gives events to the plugin without a block.
fn flush(plugin: &BareClap, events: &Events) {
    let (in_events, out_events) = (events.raw(), full_list());
    // SAFETY: not active; both lists live until the call returns.
    unsafe { call!(plugin.params() => flush(plugin.raw, &raw const in_events, &raw const out_events)) };
}

#[test]
fn a_value_is_taken_with_and_without_its_cookie_and_not_from_a_foreign_event() {
    let plugin = BareClap::new();
    for is_in_a_block in [false, true] {
        if is_in_a_block {
            assert!(plugin.activate(48_000.0, 1, 64));
        }
        let send = |events: &Events| {
            if is_in_a_block { _ = plugin.process(&mut Buses::new(64), events, None) } else { flush(&plugin, events) }
        };
        for info in plugin.param_infos().into_iter().filter(|info| info.max_value - info.min_value < 200.0).step_by(5) {
            let id = info.id;
            let before = plugin.value(id).unwrap();
            let other = if before == info.max_value { info.min_value } else { info.max_value };
            let mut foreign = Events::default();
            foreign.push(value_event(CLAP_CORE_EVENT_SPACE_ID + 1, id, info.cookie, other));
            foreign.push(value_event(u16::MAX, id, std::ptr::null_mut(), other));
            send(&foreign);
            assert_eq!(plugin.value(id), Some(before), "{id}: an event of another space");
            for (cookie, value) in [(info.cookie, other), (std::ptr::null_mut(), before)] {
                let mut own = Events::default();
                own.push(value_event(CLAP_CORE_EVENT_SPACE_ID, id, cookie, value));
                send(&own);
                let got = plugin.value(id).unwrap();
                // A button lets itself go, or cannot be pressed while the plugin is off.
                assert!((got - value).abs() < 1e-5 || info.max_value == 1.0, "{id}: {got}, {value}");
            }
        }
    }
    plugin.deactivate();
}

#[test]
fn what_is_out_of_range_or_no_number_stays_in_range() {
    for_each_format(|format| {
        let mut host = Setup::new().blocks(Blocks::Fixed(64)).open(format);
        for wild in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, -1.0, 2.0, f64::MIN_POSITIVE] {
            for param in host.params() {
                let frame = host.frame();
                host.at(frame, Event::RawParam { number: param.number, value: wild });
            }
            host.render(128);
            for param in host.params() {
                let value = host.get(&param.id);
                assert!((param.min..=param.max).contains(&value), "{}: {wild} became {value}", param.id);
            }
        }
    });
}

#[test]
fn vst3_s_two_scales_are_one() {
    let plugin = BareVst3::new();
    let controller = &plugin.controller;
    // SAFETY: initialised; plain data, valid when zero.
    unsafe {
        let units = plugin.component.cast::<IUnitInfo>().expect("units");
        let mut known = BTreeSet::new();
        for index in 0..units.getUnitCount() {
            let mut unit: UnitInfo = std::mem::zeroed();
            assert_eq!(units.getUnitInfo(index, &raw mut unit), kResultOk);
            assert!(known.insert(unit.id) && unit.id != unit.parentUnitId, "unit {}", unit.id);
        }
        // The root is there whether it is listed or not.
        known.insert(0);
        let mut info: UnitInfo = std::mem::zeroed();
        assert_ne!(units.getUnitInfo(units.getUnitCount(), &raw mut info), kResultOk);
        for index in 0..controller.getParameterCount() {
            let mut info: ParameterInfo = std::mem::zeroed();
            assert_eq!(controller.getParameterInfo(index, &raw mut info), kResultOk);
            assert!(known.contains(&info.unitId), "parameter {index} is in no unit");
            assert!((0.0..=1.0).contains(&info.defaultNormalizedValue) && info.stepCount >= 0, "parameter {index}");
            for step in 0..=10 {
                let norm = f64::from(step) / 10.0;
                let plain = controller.normalizedParamToPlain(info.id, norm);
                let back = controller.plainParamToNormalized(info.id, plain);
                let again = controller.normalizedParamToPlain(info.id, back);
                assert!((0.0..=1.0).contains(&back), "parameter {index}: {norm} is {plain} is {back}");
                assert!((again - plain).abs() <= 1e-3 * plain.abs().max(1.0), "parameter {index}: {plain}, {again}");
            }
            for wild in [f64::NAN, -1.0, 2.0, f64::INFINITY] {
                controller.setParamNormalized(info.id, wild);
                let value = controller.getParamNormalized(info.id);
                assert!((0.0..=1.0).contains(&value), "parameter {index}: {wild} became {value}");
            }
        }
    }
}

#[test]
fn under_random_values_and_modulation_the_sound_stays_a_sound() {
    let noise = signals::noise(9, 0.9, 60_000);
    for_each_format(|format| {
        let setup = Setup::new().blocks(Blocks::Random { seed: 5, range: 1..=700 }).max_block(700);
        let setup = echelon_engine::units::DeckId::ALL
            .into_iter()
            .fold(setup, |setup, deck| setup.input(deck, Sound::generate(60_000, |frame| noise.at(frame as u64))));
        let mut host = setup.open(format);
        let (params, mut random) = (host.params(), Random::new(11));
        for _ in 0..40 {
            let start = host.frame();
            for param in &params {
                let value = param.min + (param.max - param.min) * random.next_f64();
                let value = if param.steps.is_some() { value.round() } else { value };
                // Every third at a frame of its own, some at the ends of their range.
                let frame = start + if random.next_u64().is_multiple_of(3) { random.next_u64() % 1000 } else { 0 };
                let value = match random.next_u64() % 8 {
                    0 => param.min,
                    1 => param.max,
                    _ => value,
                };
                host.at(frame, Event::param(&param.id, value));
                if random.next_u64().is_multiple_of(16) {
                    host.at(frame, Event::modulation(&param.id, random.next_f64() - 0.5));
                }
            }
            // The render itself fails on a sample that is no number, or not written.
            host.render(1000);
        }
        assert_eq!(host.misuse(), [""; 0]);
    });
}

#[test]
fn modulation_is_not_saved_and_a_foreign_target_is_ignored() {
    let plugin = BareClap::new();
    assert!(plugin.activate(48_000.0, 1, 64));
    let info = plugin.param_infos().into_iter().find(|info| {
        // SAFETY: a C string in a field.
        unsafe { CStr::from_ptr(info.name.as_ptr()) }.to_bytes().eq_ignore_ascii_case(b"crossfader")
    });
    let id = info.expect("the crossfader").id;
    let mut events = Events::default();
    for (param_id, port_index) in [(id, -1), (u32::MAX - 7, -1), (id, 99)] {
        events.push(clap_event_param_mod {
            header: header::<clap_event_param_mod>(0, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_MOD),
            param_id,
            cookie: std::ptr::null_mut(),
            note_id: -1,
            port_index,
            channel: -1,
            key: -1,
            amount: 0.25,
        });
    }
    let before = super::saved::clap_save(&plugin, usize::MAX).unwrap();
    let mut buses = Buses::new(64);
    plugin.process(&mut buses, &events, None);
    buses.check("modulated");
    assert_eq!(super::saved::clap_save(&plugin, usize::MAX).unwrap(), before);
    plugin.deactivate();
}

#[test]
fn a_press_that_an_empty_deck_refuses_springs_back_in_the_host() {
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        let presses = ["loop_in_1", "loop_out_1", "reloop_1", "loop_halve_1", "roll_1", "jump_back_1", "jump_on_1"];
        for id in ["play_1", "cue_1", "hotcue1_1", "hotcue8_1", "loop_1", "reverse_1"].into_iter().chain(presses) {
            let frame = host.frame() + 100;
            host.at(frame, Event::param(id, 1.0));
            let recording = host.render(1024);
            assert_eq!(host.get(id), 0.0, "{id}");
            assert_eq!(recording.param_moves(id), [(frame, 0.0)], "{id}: the host is told, on its frame");
        }
    });
}
