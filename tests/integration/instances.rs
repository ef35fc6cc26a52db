//! Several instances in one process.

use std::net::UdpSocket;

use echelon_engine::units::DeckId;
use rosc::OscType;
use support::TempDir;
use support::compare::assert_identical;
use support::osc::Receipt;
use support::signals::{noise, ramp, ramp_frame};
use support::{Event, Format, Setup, for_each_format};

use crate::stage::{Stage, project};

#[test]
fn instances_share_a_port_and_have_a_rig_and_an_end_of_their_own() {
    let folder = TempDir::new("instances");
    let (one, two) = (noise(1, 0.5, 20_000), noise(2, 0.5, 20_000));
    let files = [folder.wav("one.wav", 48_000, &one), folder.wav("two.wav", 48_000, &two)];
    for_each_format(|format| {
        let mut stages = files.each_ref().map(|file| Stage::with_track(&Setup::new(), format, file));
        assert_eq!(stages[0].host.osc_port(), stages[1].host.osc_port());
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
    ports.dedup();
    assert_eq!(ports.len(), 1, "one for all");
    for host in &hosts {
        let mut osc = host.osc();
        osc.send("/info", &[]);
        assert_eq!(osc.expect("/info").args[3], host.osc_name().as_str().into());
    }
}

#[test]
fn thirty_two_instances_open_their_projects() {
    let folder = TempDir::new("many_projects");
    let sound = noise(1, 0.5, 40_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    let saved = Format::ALL.map(|format| project(format, &[&file]));
    let mut hosts: Vec<_> = (0..32)
        .map(|i| {
            let setup = Setup::new().state(saved[i % 2].clone());
            if i % 4 < 2 { setup } else { setup.offline() }.open(Format::ALL[i % 2])
        })
        .collect();
    for host in &mut hosts {
        host.at(0, Event::param("quantize", 0.0)).at(0, Event::param("play_1", 1.0));
        assert_identical(host.render(5000).deck(DeckId::A), &sound.part(0..5000));
    }
}

#[test]
fn a_plugin_may_be_removed_while_it_loads() {
    let folder = TempDir::new("removed");
    let file = folder.wav("long.wav", 48_000, &noise(1, 0.5, 3_000_000));
    for_each_format(|format| {
        let (mut was_under_way, mut is_port_free) = (0, 0);
        for _ in 0..5 {
            let mut stage = Stage::open(&Setup::new(), format).alone();
            let port = stage.host.osc_port();
            let id = stage.osc.call("/deck/a/load", &[file.as_str().into()]);
            // Refused by the control side itself, after it has seen to the load.
            let after = stage.osc.call("/deck/b/play", &[]);
            stage.osc.nack(after);
            stage.host.render(512);
            let Stage { host, mut osc } = stage;
            drop(host);
            osc.poll();
            let is_done = osc.receipts(id).iter().any(|receipt| matches!(receipt, Receipt::Done(_)));
            was_under_way += u32::from(!is_done);
            is_port_free += u32::from(UdpSocket::bind(("127.0.0.1", port)).is_ok());
        }
        assert!(was_under_way > 0, "the file was decoded before the plugin could be removed, every time");
        assert!(is_port_free > 0, "the port is free once the plugin is gone");
    });
}

#[test]
fn a_plugin_may_be_removed_while_its_project_is_opened() {
    let folder = TempDir::new("removed_project");
    let file = folder.wav("long.wav", 48_000, &noise(1, 0.5, 3_000_000));
    for_each_format(|format| {
        let saved = project(format, &[&file, &file, &file, &file]);
        // Loaded, and never activated.
        drop(Setup::new().state(saved.clone()).create(format));
        let mut host = Setup::new().open(format);
        host.render_while(512, |main| assert!(main.load(&saved)));
        assert!(host.load(&saved), "while the other load may still be under way");
    });
}

#[test]
fn projects_may_be_opened_one_after_the_other_while_the_host_processes() {
    let folder = TempDir::new("many_loads");
    let files = [1, 2].map(|seed| folder.wav(&format!("{seed}.wav"), 48_000, &noise(seed, 0.5, 40_000)));
    for_each_format(|format| {
        let projects = files.each_ref().map(|file| project(format, &[file, file]));
        for setup in [Setup::new(), Setup::new().offline()] {
            let mut host = setup.open(format);
            let (_, loads) = host.render_while(400_000, |main| (0..20).filter(|i| main.load(&projects[i % 2])).count());
            assert_eq!(loads, 20);
            let mut stage = Stage { osc: host.osc(), host };
            let (id, _) = stage.schedule("/deck/b/play/now", &[]);
            stage.done(id);
        }
    });
}

#[test]
fn a_deck_plays_on_through_another_sample_rate() {
    let folder = TempDir::new("rate_change");
    let file = folder.wav("ramp.wav", 48_000, &ramp(200_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        let (id, _) = stage.schedule("/deck/a/play/now", &[]);
        stage.done(id);
        let before = stage.host.render(10_000);
        let last = before.deck(DeckId::A).at(9_999);
        let last = ramp_frame(last).expect("a frame of the file, bit for bit") as f64;
        stage.host.reactivate(|setup| setup.sample_rate(96_000.0).blocks(support::Blocks::Fixed(333)));
        let after = stage.host.render(10_000);
        // On from the next frame, at half a frame of the file each: the ramp's values tell its place.
        for (frame, [left, right]) in after.deck(DeckId::A).frames() {
            let place = f64::from(left) * f64::from(1 << 24) - 1.0;
            let expected = last + 1.0 + (frame - 10_000) as f64 / 2.0;
            assert!((place - expected).abs() < 0.05, "at frame {frame} the deck is at {place}, not at {expected}");
            assert_eq!(left, -right);
        }
    });
}
