//! Factories, descriptors, and what an instance says it is.

use std::collections::BTreeSet;
use std::ffi::{CStr, CString, c_char};

use clap_sys::plugin::clap_plugin_descriptor;
use clap_sys::plugin_features::*;
use clap_sys::version::clap_version_is_compatible;
use support::raw::{clap_entry, clap_factory, vst3_factory};
use vst3::Interface;
use vst3::Steinberg::Vst::{IComponent, IEditController};
use vst3::Steinberg::{
    IPluginBaseTrait, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3, IPluginFactory3Trait,
    IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, kResultOk,
};

use super::bare_clap::{BareClap, call, poor_host};
use super::bare_vst3::fresh;

#[test]
fn an_unknown_clap_factory_is_none() {
    let entry = std::ptr::from_ref(clap_entry());
    let _ready = clap_factory();
    for id in ["", "clap.plugin-factor", "clap.plugin-factoryx", "foo-factory-7", "clap.preset-discovery-factory/2"] {
        let id = CString::new(id).unwrap();
        // SAFETY: the entry is initialised; a C string.
        assert!(unsafe { call!(entry => get_factory(id.as_ptr())) }.is_null(), "{id:?}");
    }
    // SAFETY: as above; null is what a broken host gives.
    assert!(unsafe { call!(entry => get_factory(std::ptr::null())) }.is_null());
}

#[test]
fn a_clap_plugin_of_another_id_is_not_made() {
    let (host, factory) = (poor_host(), clap_factory());
    // SAFETY: a ready factory, a living host, C strings.
    unsafe {
        let id = CStr::from_ptr((*call!(factory => get_plugin_descriptor(factory, 0))).id).to_str().unwrap();
        for wrong in [format!("{id}x1"), format!("{id} "), id.to_uppercase(), id[1..].to_owned(), String::new()] {
            let wrong = CString::new(wrong).unwrap();
            assert!(call!(factory => create_plugin(factory, &raw const *host, wrong.as_ptr())).is_null(), "{wrong:?}");
        }
        assert!(call!(factory => create_plugin(factory, &raw const *host, std::ptr::null())).is_null());
        assert!(call!(factory => get_plugin_descriptor(factory, 1)).is_null());
        assert!(call!(factory => get_plugin_descriptor(factory, u32::MAX)).is_null());
    }
}

/// Everything that a descriptor says.
///
/// # Safety
/// A living descriptor.
unsafe fn words(descriptor: *const clap_plugin_descriptor) -> (Vec<Option<String>>, Vec<String>) {
    let text = |text: *const c_char| {
        // SAFETY: null or a C string.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_str().expect("UTF-8").to_owned())
    };
    // SAFETY: the caller's promise; the features end with a null pointer.
    unsafe {
        let d = &*descriptor;
        let texts = [d.id, d.name, d.vendor, d.url, d.manual_url, d.support_url, d.version, d.description];
        let features = (0..64).map(|at| *d.features.add(at)).take_while(|feature| !feature.is_null());
        (texts.map(text).into(), features.filter_map(text).collect())
    }
}

#[test]
fn the_clap_descriptor_is_sound_and_the_instance_s_own_is_the_same() {
    let (plugin, factory) = (BareClap::new(), clap_factory());
    // SAFETY: a ready factory and a living instance.
    let (own, (texts, features), version) = unsafe {
        let descriptor = call!(factory => get_plugin_descriptor(factory, 0));
        (words((*plugin.raw).desc), words(descriptor), (*descriptor).clap_version)
    };
    assert_eq!(own, (texts.clone(), features.clone()));
    assert!(clap_version_is_compatible(version));
    for (text, what) in texts[..2].iter().zip(["id", "name"]) {
        assert!(text.as_ref().is_some_and(|text| !text.trim().is_empty()), "{what}");
    }
    let kinds = [CLAP_PLUGIN_FEATURE_INSTRUMENT, CLAP_PLUGIN_FEATURE_AUDIO_EFFECT, CLAP_PLUGIN_FEATURE_NOTE_EFFECT];
    assert!(features.iter().any(|feature| kinds.iter().any(|kind| kind.to_str() == Ok(feature))), "{features:?}");
    assert_eq!(features.iter().collect::<BTreeSet<_>>().len(), features.len(), "{features:?}");
}

#[test]
fn an_unknown_clap_extension_is_none() {
    let plugin = BareClap::new();
    for id in [c"", c"clap.param", c"clap.params2", c"com.example.nothing"] {
        assert!(plugin.extension::<u8>(id).is_null(), "{id:?}");
    }
}

#[test]
fn an_unknown_vst3_class_or_interface_is_not_made() {
    let factory = vst3_factory();
    // SAFETY: plain data, valid when zero; ids of 16 bytes.
    unsafe {
        let mut info: PClassInfo = std::mem::zeroed();
        for index in [-1, factory.countClasses(), i32::MAX] {
            assert_ne!(factory.getClassInfo(index, &raw mut info), kResultOk, "class {index}");
        }
        assert_eq!(factory.getClassInfo(0, &raw mut info), kResultOk);
        let mut object = std::ptr::null_mut();
        let mut wrong = info.cid;
        wrong[15] = !wrong[15];
        let component = IComponent::IID.as_ptr().cast();
        assert_ne!(factory.createInstance(wrong.as_ptr(), component, &raw mut object), kResultOk);
        assert!(object.is_null());
        let nothing = [7_u8; 16];
        assert_ne!(factory.createInstance(info.cid.as_ptr(), nothing.as_ptr().cast(), &raw mut object), kResultOk);
        assert!(object.is_null());
    }
}

fn text8(field: &[c_char]) -> String {
    field.iter().take_while(|c| **c != 0).map(|c| char::from(c.cast_unsigned())).collect()
}

fn text16(field: &[u16]) -> String {
    String::from_utf16(&field[..field.iter().position(|c| *c == 0).expect("an end")]).expect("UTF-16")
}

#[test]
fn all_that_the_vst3_factory_tells_of_its_class_agrees() {
    let factory = vst3_factory();
    // SAFETY: plain data, valid when zero, filled in by the factory.
    let (info, two, wide) = unsafe {
        let mut all: (PClassInfo, PClassInfo2, PClassInfoW) = std::mem::zeroed();
        assert_eq!(factory.getClassInfo(0, &raw mut all.0), kResultOk);
        let second = factory.cast::<IPluginFactory2>().expect("the second interface");
        assert_eq!(second.getClassInfo2(0, &raw mut all.1), kResultOk);
        let third = factory.cast::<IPluginFactory3>().expect("the third interface");
        assert_eq!(third.getClassInfoUnicode(0, &raw mut all.2), kResultOk);
        all
    };
    assert_eq!((info.cid, info.cid), (two.cid, wide.cid));
    assert_eq!(text8(&info.category), "Audio Module Class");
    assert_eq!((text8(&two.category), text8(&wide.category)), (text8(&info.category), text8(&info.category)));
    assert_eq!(text8(&info.name), "Echelon");
    assert_eq!((text8(&two.name), text16(&wide.name)), (text8(&info.name), text8(&info.name)));
    assert_eq!(text8(&two.subCategories), text8(&wide.subCategories));
    assert!(!text8(&two.subCategories).is_empty());
    assert_eq!((text8(&two.vendor), text8(&two.version)), (text16(&wide.vendor), text16(&wide.version)));
    assert!(text8(&two.sdkVersion).starts_with("VST 3"), "{}", text8(&two.sdkVersion));
}

#[test]
fn a_vst3_instance_may_begin_again_after_its_end() {
    let component = fresh();
    // Released as it is, never initialised.
    drop(fresh());
    assert!(component.cast::<IEditController>().is_some());
    for _ in 0..3 {
        // SAFETY: in the order that the format asks for.
        unsafe {
            assert_eq!(component.initialize(std::ptr::null_mut()), kResultOk);
            assert_eq!(component.terminate(), kResultOk);
        }
    }
}

#[test]
fn instances_are_made_by_the_hundred_and_never_used() {
    // A scan, and a project of many tracks of which most are frozen: no thread and no socket for any of them.
    let threads = || std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    let before = threads();
    let all: Vec<_> = (0..100).map(|_| (BareClap::new(), fresh())).collect();
    // Other tests of this program run beside; a thread for each instance would be 200.
    assert!(threads() < before + 100, "{before} threads became {}", threads());
    drop(all);
}
