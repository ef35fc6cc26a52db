//! Ports and buses: lists that agree with themselves, and buses that go off and come back.

use std::collections::BTreeSet;
use std::ffi::CStr;

use clap_sys::ext::audio_ports::*;
use clap_sys::ext::note_ports::{CLAP_EXT_NOTE_PORTS, clap_note_port_info, clap_plugin_note_ports};
use clap_sys::id::CLAP_INVALID_ID;
use support::blocks::Random;
use support::buses::{INPUTS, OUTPUTS};
use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::BusTypes_::kMain;
use vst3::Steinberg::Vst::MediaTypes_::{kAudio, kEvent};
use vst3::Steinberg::Vst::SpeakerArr::kStereo;
use vst3::Steinberg::Vst::{BusInfo, IAudioProcessorTrait, IComponentTrait, RoutingInfo};
use vst3::Steinberg::kResultOk;

use super::bare_clap::{BareClap, Buses, call};
use super::bare_vst3::BareVst3;

#[test]
fn the_clap_ports_agree_with_themselves() {
    let plugin = BareClap::new();
    let ports: *const clap_plugin_audio_ports = plugin.extension(CLAP_EXT_AUDIO_PORTS);
    let mut pairs = vec![];
    let mut ids = [BTreeSet::new(), BTreeSet::new()];
    for is_input in [true, false] {
        // SAFETY: the extension of a living plugin; the structure is plain data, valid when zero.
        unsafe {
            let count = call!(ports => count(plugin.raw, is_input));
            assert_eq!(count as usize, if is_input { INPUTS } else { OUTPUTS });
            let mut info: clap_audio_port_info = std::mem::zeroed();
            assert!(!call!(ports => get(plugin.raw, count, is_input, &raw mut info)));
            assert!(!call!(ports => get(plugin.raw, u32::MAX, is_input, &raw mut info)));
            for index in 0..count {
                assert!(call!(ports => get(plugin.raw, index, is_input, &raw mut info)));
                assert!(ids[usize::from(is_input)].insert(info.id) && info.id != CLAP_INVALID_ID);
                assert_eq!((info.channel_count, CStr::from_ptr(info.port_type)), (2, CLAP_PORT_STEREO));
                assert_eq!(info.flags & CLAP_AUDIO_PORT_IS_MAIN != 0, index == 0, "the first alone is the main one");
                assert!(info.name[0] != 0);
                if info.in_place_pair != CLAP_INVALID_ID {
                    pairs.push((is_input, info.id, info.in_place_pair));
                }
            }
        }
    }
    for (is_input, own, other) in &pairs {
        assert!(ids[usize::from(!is_input)].contains(other), "port {own} goes with {other}, which is none");
        assert!(pairs.contains(&(!is_input, *other, *own)), "{other} does not go with {own}");
    }
    let notes: *const clap_plugin_note_ports = plugin.extension(CLAP_EXT_NOTE_PORTS);
    for is_input in [true, false] {
        // SAFETY: as above.
        unsafe {
            let mut info: clap_note_port_info = std::mem::zeroed();
            let count = call!(notes => count(plugin.raw, is_input));
            assert!(!call!(notes => get(plugin.raw, count, is_input, &raw mut info)));
            for index in 0..count {
                assert!(call!(notes => get(plugin.raw, index, is_input, &raw mut info)));
                let preferred = info.preferred_dialect;
                assert!(preferred.is_power_of_two() && info.supported_dialects & preferred != 0, "{preferred}");
            }
        }
    }
}

#[test]
fn the_vst3_buses_agree_with_themselves() {
    let plugin = BareVst3::new();
    let component = &plugin.component;
    // SAFETY: initialised; plain data, valid when zero.
    unsafe {
        let mut info: BusInfo = std::mem::zeroed();
        for (media, direction) in [(kAudio, kInput), (kAudio, kOutput), (kEvent, kInput), (kEvent, kOutput)] {
            let (media, direction) = (media as i32, direction as i32);
            let count = component.getBusCount(media, direction);
            for index in [-1, count, i32::MAX] {
                assert_ne!(component.getBusInfo(media, direction, index, &raw mut info), kResultOk, "{index}");
                assert_ne!(component.activateBus(media, direction, index, 1), kResultOk, "{index}");
            }
            for index in 0..count {
                assert_eq!(component.getBusInfo(media, direction, index, &raw mut info), kResultOk);
                assert_eq!((info.mediaType, info.direction), (media, direction));
                assert!(info.name[0] != 0 && info.channelCount > 0);
                assert!((info.busType == kMain as i32) == (index == 0), "the first alone is the main one");
                if media == kAudio as i32 {
                    let mut speakers = 0;
                    let result = plugin.processor.getBusArrangement(direction, index, &raw mut speakers);
                    assert_eq!((result, speakers, info.channelCount), (kResultOk, kStereo, 2));
                }
            }
        }
        for (media, direction) in [(7, 0), (-1, 0), (0, 7), (0, -1)] {
            assert_eq!(component.getBusCount(media, direction), 0, "media {media}, direction {direction}");
            assert_ne!(component.getBusInfo(media, direction, 0, &raw mut info), kResultOk);
            assert_ne!(component.activateBus(media, direction, 0, 1), kResultOk);
        }
        let mut routing: (RoutingInfo, RoutingInfo) = std::mem::zeroed();
        component.getRoutingInfo(&raw mut routing.0, &raw mut routing.1);
    }
}

#[test]
fn vst3_buses_go_off_and_come_back() {
    let plugin = BareVst3::new();
    let mut random = Random::new(8);
    for round in 0..20 {
        let off = random.next_u64();
        // The last time all of them are back.
        let is_on = |is_output: bool, bus: usize| round == 19 || off >> (usize::from(is_output) * 8 + bus) & 1 == 0;
        for (is_output, direction, count) in [(false, kInput, INPUTS), (true, kOutput, OUTPUTS)] {
            for bus in 0..count {
                let state = u8::from(is_on(is_output, bus));
                // SAFETY: initialised and not active.
                let result =
                    unsafe { plugin.component.activateBus(kAudio as i32, direction as i32, bus as i32, state) };
                assert_eq!(result, kResultOk);
            }
        }
        assert!(plugin.activate(48_000.0, 128));
        let mut buses = Buses::new(128);
        buses.inputs.fill(|| 0.25);
        assert_eq!(plugin.process_with(&mut buses, None, &is_on), kResultOk, "{off:b}");
        for (bus, side, samples) in buses.outputs.samples() {
            let is_written = samples.iter().all(|sample| sample.is_finite());
            assert_eq!(is_written, is_on(true, bus), "output {bus}.{side}, {off:b}");
        }
        plugin.deactivate();
    }
}
