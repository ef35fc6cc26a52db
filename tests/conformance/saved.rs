//! States: cut, garbled, through narrow streams, and the same bytes every time.

use std::ffi::c_void;

use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::stream::{clap_istream, clap_ostream};
use serde_json::Value;
use support::blocks::Random;
use support::raw::Stream;
use support::{Request, Setup, for_each_format};
use vst3::Class;
use vst3::ComWrapper;
use vst3::Steinberg::Vst::{IComponentTrait, IEditControllerTrait};
use vst3::Steinberg::{IBStream, IBStreamTrait, kResultOk};

use super::bare_clap::{BareClap, call};
use super::bare_vst3::BareVst3;

/// A stream of which each call takes or gives a few bytes at most.
struct Narrow {
    bytes: Vec<u8>,
    at: usize,
    most: usize,
    /// From this byte on every call fails.
    breaks_at: usize,
}

unsafe extern "C" fn write(stream: *const clap_ostream, from: *const c_void, size: u64) -> i64 {
    // SAFETY: `ctx` is a `Narrow`; the plugin gives `size` bytes.
    unsafe {
        let stream = &mut *(*stream).ctx.cast::<Narrow>();
        if stream.bytes.len() >= stream.breaks_at {
            return -1;
        }
        let taken = (size as usize).min(stream.most).min(stream.breaks_at - stream.bytes.len());
        stream.bytes.extend_from_slice(std::slice::from_raw_parts(from.cast(), taken));
        taken as i64
    }
}

unsafe extern "C" fn read(stream: *const clap_istream, to: *mut c_void, size: u64) -> i64 {
    // SAFETY: `ctx` is a `Narrow`; the plugin gives room for `size` bytes.
    unsafe {
        let stream = &mut *(*stream).ctx.cast::<Narrow>();
        if stream.at >= stream.breaks_at {
            return -1;
        }
        let given =
            (stream.bytes.len() - stream.at).min(size as usize).min(stream.most).min(stream.breaks_at - stream.at);
        std::ptr::copy_nonoverlapping(stream.bytes[stream.at..].as_ptr(), to.cast(), given);
        stream.at += given;
        given as i64
    }
}

fn save_to(plugin: &BareClap, stream: &mut Narrow) -> bool {
    let state: *const clap_plugin_state = plugin.extension(CLAP_EXT_STATE);
    let stream = clap_ostream { ctx: std::ptr::from_mut(stream).cast(), write: Some(write) };
    // SAFETY: the stream lives until the call returns.
    unsafe { call!(state => save(plugin.raw, &raw const stream)) }
}

fn load_from(plugin: &BareClap, stream: &mut Narrow) -> bool {
    let state: *const clap_plugin_state = plugin.extension(CLAP_EXT_STATE);
    let stream = clap_istream { ctx: std::ptr::from_mut(stream).cast(), read: Some(read) };
    // SAFETY: the stream lives until the call returns.
    unsafe { call!(state => load(plugin.raw, &raw const stream)) }
}

/// A state, through a stream that takes so many bytes at once.
pub fn clap_save(plugin: &BareClap, most: usize) -> Option<Vec<u8>> {
    let mut stream = Narrow { bytes: vec![], at: 0, most, breaks_at: usize::MAX };
    save_to(plugin, &mut stream).then_some(stream.bytes)
}

fn clap_load(plugin: &BareClap, bytes: &[u8], most: usize) -> bool {
    load_from(plugin, &mut Narrow { bytes: bytes.to_vec(), at: 0, most, breaks_at: usize::MAX })
}

/// Gives every parameter a value of its own, by the state: hosts' values come in its way too.
fn randomise(json: &mut Value, seed: u64) {
    let mut random = Random::new(seed);
    for (id, value) in json["params"].as_object_mut().expect("parameters") {
        // What a deck does at the moment is not kept.
        let is_momentary = echelon::state::is_momentary(id);
        if is_momentary {
            continue;
        }
        if let Some(number) = value.get_mut("f32") {
            *number = ((number.as_f64().unwrap_or(0.0) + random.next_f64()) as f32).into();
        } else if let Some(on) = value.get_mut("bool") {
            *on = random.next_u64().is_multiple_of(2).into();
        }
    }
}

/// Every value of a state is the parameter's, as far as its range goes.
fn assert_all_taken(host: &support::MiniHost, json: &Value) {
    let params = host.params();
    for (id, value) in json["params"].as_object().expect("parameters") {
        let value = value.as_object().and_then(|value| value.values().next()).expect("a value");
        let asked = value.as_f64().or_else(|| value.as_bool().map(|on| f64::from(u8::from(on)))).expect("a number");
        let param = params.iter().find(|param| param.id == *id).expect("a parameter");
        let (asked, got) = (asked.clamp(param.min, param.max), host.get(id));
        let off = (got - asked).abs() / (param.max - param.min);
        assert!(off < 1e-4, "{id}: {asked} was loaded as {got}");
    }
}

#[test]
fn random_parameters_come_back_as_the_same_values_and_the_same_bytes() {
    for_each_format(|format| {
        for seed in 0..8 {
            let first = Setup::new().create(format);
            let mut json = first.state_json();
            randomise(&mut json, seed);
            assert!(first.load_json(&json));
            assert_all_taken(&first, &json);
            let (saved, params) = (first.save(), first.params());
            let values = |host: &support::MiniHost| params.iter().map(|param| host.get(&param.id)).collect::<Vec<_>>();
            let expected = values(&first);
            drop(first);
            let second = Setup::new().create(format);
            assert_ne!(values(&second), expected);
            assert!(second.load(&saved));
            assert_eq!(values(&second), expected, "seed {seed}");
            assert!(second.save() == saved, "seed {seed}: other bytes");
        }
    });
}

#[test]
fn a_clap_state_goes_through_streams_of_any_width() {
    let plugin = BareClap::new();
    let whole = clap_save(&plugin, usize::MAX).expect("a state");
    for most in [1, 7, 17, 23, 1000] {
        assert!(clap_save(&plugin, most).as_ref() == Some(&whole), "saved {most} bytes at a time");
        assert!(clap_load(&BareClap::new(), &whole, most), "loaded {most} bytes at a time");
    }
    for most in [0, 17] {
        for breaks_at in [0, 1, 8, 9, whole.len() / 2, whole.len() - 1] {
            let mut out = Narrow { bytes: vec![], at: 0, most, breaks_at };
            assert!(!save_to(&plugin, &mut out), "a disk that is full at {breaks_at}");
            let mut back = Narrow { bytes: whole.clone(), at: 0, most, breaks_at };
            assert!(!load_from(&plugin, &mut back), "a disk that fails at {breaks_at}");
        }
    }
    assert!(clap_save(&plugin, usize::MAX) == Some(whole));
}

/// A stream that gives a few bytes at a time, and may not tell where it ends.
struct Trickle {
    bytes: Vec<u8>,
    at: std::cell::Cell<usize>,
    most: usize,
}

impl Class for Trickle {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Trickle {
    unsafe fn read(&self, to: *mut c_void, wanted: i32, given: *mut i32) -> i32 {
        let rest = &self.bytes[self.at.get()..];
        let count = rest.len().min(self.most).min(wanted as usize);
        // SAFETY: the plugin gives room for `wanted` bytes and for their count.
        unsafe {
            std::ptr::copy_nonoverlapping(rest.as_ptr(), to.cast(), count);
            *given = count as i32;
        }
        self.at.set(self.at.get() + count);
        kResultOk
    }

    unsafe fn write(&self, _: *mut c_void, _: i32, taken: *mut i32) -> i32 {
        if !taken.is_null() {
            // SAFETY: not null; the plugin's own.
            unsafe { *taken = 0 };
        }
        vst3::Steinberg::kResultFalse
    }

    unsafe fn seek(&self, _: i64, _: i32, _: *mut i64) -> i32 {
        vst3::Steinberg::kNotImplemented
    }

    unsafe fn tell(&self, _: *mut i64) -> i32 {
        vst3::Steinberg::kNotImplemented
    }
}

fn vst3_save(plugin: &BareVst3) -> Vec<u8> {
    let stream = Stream::new(&[]);
    let pointer = support::raw::pointer::<_, IBStream>(&stream);
    // SAFETY: initialised; the stream lives until the call returns.
    assert_eq!(unsafe { plugin.component.getState(pointer) }, kResultOk);
    stream.bytes.take()
}

#[test]
fn a_vst3_state_goes_through_streams_of_any_width_and_none_is_refused() {
    let plugin = BareVst3::new();
    let whole = vst3_save(&plugin);
    for most in [1, 17, 1000, usize::MAX] {
        let stream = ComWrapper::new(Trickle { bytes: whole.clone(), at: 0.into(), most });
        let pointer = support::raw::pointer::<_, IBStream>(&stream);
        // SAFETY: as above.
        unsafe {
            assert_eq!(plugin.component.setState(pointer), kResultOk, "{most} bytes at a time");
            // Nor does it write: the plugin says that it could not save.
            assert_ne!(plugin.component.getState(pointer), kResultOk);
        }
    }
    // SAFETY: a null stream is what a broken host gives.
    unsafe {
        assert_ne!(plugin.component.setState(std::ptr::null_mut()), kResultOk);
        assert_ne!(plugin.component.getState(std::ptr::null_mut()), kResultOk);
        // A controller that is the component has it already.
        plugin.controller.setComponentState(std::ptr::null_mut());
        plugin.controller.setState(std::ptr::null_mut());
        plugin.controller.getState(std::ptr::null_mut());
    }
    assert!(vst3_save(&plugin) == whole);
}

#[test]
fn a_state_that_is_cut_anywhere_is_refused_and_changes_nothing() {
    for_each_format(|format| {
        let mut host = Setup::new().create(format);
        host.set("gain_3", -7.5);
        let saved = host.save();
        host.set("gain_3", 2.0);
        let before = host.save();
        // Every length at both ends, and some of those between.
        let lengths = (0..64).chain((64..saved.len()).step_by(97)).chain(saved.len() - 64..saved.len());
        for length in lengths {
            assert!(!host.load(&saved[..length]), "cut to {length} of {}", saved.len());
        }
        assert!(host.save() == before);
        assert!(host.load(&saved));
        assert!((host.get("gain_3") + 7.5).abs() < 1e-4);
    });
}

#[test]
fn random_bytes_are_refused_and_change_nothing() {
    for_each_format(|format| {
        let host = Setup::new().create(format);
        let (before, mut random) = (host.save(), Random::new(3));
        for round in 0..500 {
            let mut bytes: Vec<u8> = (0..random.next_u64() % 1500).map(|_| random.next_u64() as u8).collect();
            if round % 2 == 0 {
                // With a length that fits, as far as the format has one.
                let header = 8.min(bytes.len());
                let rest = (bytes.len() - header) as u64;
                bytes[..header].copy_from_slice(&rest.to_le_bytes()[..header]);
            }
            assert!(!host.load(&bytes), "round {round}");
        }
        assert!(host.save() == before);
    });
}

#[test]
fn the_host_is_told_to_read_values_again_after_a_load() {
    for_each_format(|format| {
        let mut host = Setup::new().create(format);
        let plain = host.save();
        host.set("gain_1", -12.0);
        host.idle();
        let before = host.requests(Request::Rescan);
        assert!(host.load(&plain));
        host.idle();
        // A VST3 host reads them by itself after `setComponentState`.
        let expected = u64::from(format == support::Format::Clap);
        assert!(host.requests(Request::Rescan) >= before + expected);
        assert_eq!(host.get("gain_1"), 0.0);
    });
}
