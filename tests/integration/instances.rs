//! Several instances in one process.

use echelon_engine::units::DeckId;
use rosc::OscType;
use support::TempDir;
use support::compare::assert_identical;
use support::signals::noise;
use support::{Format, Setup, for_each_format};

use crate::stage::Stage;

#[test]
fn each_instance_has_a_port_a_rig_and_an_end_of_its_own() {
    let folder = TempDir::new("instances");
    let (one, two) = (noise(1, 0.5, 20_000), noise(2, 0.5, 20_000));
    let files = [folder.wav("one.wav", 48_000, &one), folder.wav("two.wav", 48_000, &two)];
    for_each_format(|format| {
        let mut stages = files.each_ref().map(|file| Stage::with_track(&Setup::new(), format, file));
        assert_ne!(stages[0].host.osc_port(), stages[1].host.osc_port());
        for stage in &mut stages {
            stage.schedule("/deck/a/play", &[1.into(), OscType::Double(1.0)]);
        }
        let [mut first, mut second] = stages;
        let heard =
            [&mut first, &mut second].map(|stage| stage.host.render(30_000).deck(DeckId::A).part(24_000..30_000));
        assert_identical(&heard[0].clone().moved_to(0), &one.part(0..6_000));
        assert_identical(&heard[1].clone().moved_to(0), &two.part(0..6_000));
        drop(first);
        let more = second.host.render(6_000).deck(DeckId::A).clone().moved_to(6_000);
        assert_identical(&more, &two.part(6_000..12_000));
    });
}

#[test]
fn thirty_two_instances_come_and_go() {
    let hosts: Vec<_> = (0..32).map(|i| Setup::new().open(Format::ALL[i % 2])).collect();
    let mut ports: Vec<u16> = hosts.iter().map(|host| host.osc_port()).collect();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 32);
}

#[test]
fn a_plugin_may_be_removed_while_it_loads() {
    let folder = TempDir::new("removed");
    let file = folder.wav("long.wav", 48_000, &noise(1, 0.5, 2_000_000));
    for_each_format(|format| {
        for _ in 0..5 {
            let mut stage = Stage::open(&Setup::new(), format);
            let id = stage.osc.call("/deck/a/load", &[file.as_str().into()]);
            stage.host.render(512);
            assert!(stage.osc.done_yet(id).is_none() || stage.osc.done_yet(id).is_some());
        }
    });
}

#[test]
fn a_deck_plays_on_through_another_sample_rate() {
    let folder = TempDir::new("rate_change");
    let file = folder.wav("noise.wav", 48_000, &noise(1, 0.5, 200_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        let (id, _) = stage.schedule("/deck/a/play/now", &[]);
        stage.done(id);
        stage.host.render(10_000);
        stage.host.reactivate(|setup| setup.sample_rate(96_000.0).blocks(support::Blocks::Fixed(333)));
        let heard = stage.host.render(10_000);
        assert!(heard.deck(DeckId::A).peak() > 0.1, "it goes on without being asked");
    });
}
