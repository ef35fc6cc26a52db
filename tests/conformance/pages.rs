//! The pages of knobs that a CLAP host gives to hardware, as the host gets them.

use std::collections::BTreeSet;
use std::ffi::CStr;

use clap_sys::ext::remote_controls::{
    CLAP_EXT_REMOTE_CONTROLS, CLAP_EXT_REMOTE_CONTROLS_COMPAT, clap_plugin_remote_controls, clap_remote_controls_page,
};
use clap_sys::id::CLAP_INVALID_ID;

use super::bare_clap::{BareClap, call};

#[test]
fn every_parameter_is_on_a_page_and_every_knob_of_a_page_is_a_parameter() {
    let plugin = BareClap::new();
    let known: BTreeSet<u32> = plugin.param_infos().iter().map(|info| info.id).collect();
    for name in [CLAP_EXT_REMOTE_CONTROLS, CLAP_EXT_REMOTE_CONTROLS_COMPAT] {
        let pages: *const clap_plugin_remote_controls = plugin.extension(name);
        let (mut on_pages, mut page_ids, mut sections) = (BTreeSet::new(), BTreeSet::new(), vec![]);
        // SAFETY: the extension of a living plugin; the structure is plain data, valid when zero, and its names end with
        // a zero within their room.
        unsafe {
            let count = call!(pages => count(plugin.raw));
            let mut page: clap_remote_controls_page = std::mem::zeroed();
            assert!(!call!(pages => get(plugin.raw, count, &raw mut page)));
            assert!(!call!(pages => get(plugin.raw, u32::MAX, &raw mut page)));
            for index in 0..count {
                assert!(call!(pages => get(plugin.raw, index, &raw mut page)));
                assert!(page_ids.insert(page.page_id) && page.page_id != CLAP_INVALID_ID, "page {index}");
                assert!(page.page_name[0] != 0 && !page.is_for_preset, "page {index}");
                let section = CStr::from_ptr(page.section_name.as_ptr()).to_str().unwrap();
                sections.push(section.to_owned());
                on_pages.extend(page.param_ids.into_iter().filter(|id| *id != CLAP_INVALID_ID));
            }
        }
        assert_eq!(on_pages, known);
        sections.dedup();
        assert_eq!(sections, ["Mixer", "Deck A", "Deck B", "Deck C", "Deck D"]);
    }
}
