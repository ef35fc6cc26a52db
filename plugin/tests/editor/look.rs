//! What was chosen last is how the next editor looks, unless the project says something else.

use echelon::Echelon;
use echelon::editor::ids;
use echelon::editor::page::Page;
use echelon::editor::theme::Theme;
use echelon::editor::{EditorSize, Look};
use echelon::preferences;
use nice_plug::prelude::Plugin as _;

use crate::stand::Stand;

/// What a new instance would save of its look, after a project with this record was opened.
fn look_of_new(project: Option<&str>) -> Look {
    let params = Echelon::default().params();
    if let Some(record) = project {
        params.deserialize_fields(&[("rig".to_owned(), record.to_owned())].into());
    }
    let rig: serde_json::Value = serde_json::from_str(&params.serialize_fields()["rig"]).unwrap();
    Look::unpacked(rig["editor_look"].as_u64().and_then(|look| u32::try_from(look).ok()).unwrap())
}

#[test]
fn the_look_that_was_chosen_last_is_a_new_instance_s_and_a_project_s_own_goes_before() {
    let mut stand = Stand::new("look");
    preferences::set_file(stand.folder.join("settings/editor.json"));
    assert_eq!((preferences::look(), look_of_new(None)), (None, Look::default()));
    stand.bench.key(Page::Setup.key());
    stand.bench.frame(vec![]);
    let looks = [
        (ids::once("zoom"), 3, Look { zoom_percent: 175, theme: Theme::Dark }),
        (ids::once("theme"), 1, Look { zoom_percent: 175, theme: Theme::Light }),
    ];
    for (menu, entry, look) in looks {
        stand.choose(menu, entry);
        assert_eq!(stand.bench.stage.take_look(), Some(look));
        stand.bench.stage.set_look(look);
        stand.watched("it is kept", |_| preferences::look() == Some(look));
        assert_eq!(look_of_new(None), look);
    }
    let last = looks[1].2;
    let own = Look { zoom_percent: 125, theme: Theme::Dark };
    let record = format!("{{\"editor_look\": {}}}", own.packed());
    assert_eq!(look_of_new(Some(&record)), own, "the project's own");
    assert_eq!(look_of_new(Some("{}")), last, "a project that says nothing of it");
    assert_eq!(EditorSize::default().look(), Look::default(), "what is no instance's is as ever");
    assert_eq!(stand.bench.view.notice, None);
}
