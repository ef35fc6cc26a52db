//! The mini-hosts with the plugin in them: lifetime, buses, parameters, state, threads, and the habits of DAWs.

mod daws;
#[path = "../integration/stage.rs"]
#[allow(dead_code, reason = "shared with the integration tests, which use all of it")]
mod stage;

use std::time::Duration;

use echelon_engine::units::DeckId;
use support::params::number_of;
use support::{
    Blocks, Delivery, Event, Format, Quirk, Request, Setup, Sound, Status, TempDir, Transport, for_each_format, signals,
};

#[test]
fn an_instance_lives_and_dies() {
    for_each_format(|format| {
        let mut host = Setup::new().create(format);
        host.activate();
        host.deactivate();
        host.activate();
        host.reset();
        let recording = host.render(1000);
        assert_eq!((recording.start(), recording.end(), host.frame()), (0, 1000, 1000));
        assert_eq!(recording.blocks, [(0, 512), (512, 488)]);
        // What was left of the cut block comes next.
        assert_eq!(host.render(600).blocks, [(1000, 24), (1024, 512), (1536, 64)]);
    });
}

#[test]
fn the_buses_are_master_and_four_decks_and_one_input_each() {
    for_each_format(|format| {
        let host = Setup::new().create(format);
        let (inputs, outputs) = host.bus_names();
        assert_eq!(outputs[1..], ["Deck A", "Deck B", "Deck C", "Deck D", "Cue"]);
        assert_eq!(inputs[1..], ["Deck B In", "Deck C In", "Deck D In"]);
        assert_eq!(outputs.len(), 6);
        assert_eq!(inputs.len(), 4);
    });
}

#[test]
fn a_plugin_without_a_track_is_silent_and_wants_to_go_on() {
    for_each_format(|format| {
        let recording = Setup::new().open(format).render(4096);
        assert!(recording.buses.iter().all(Sound::is_silent));
        assert_eq!(recording.count(Status::Continue), 8);
        assert_eq!(recording.guard.total(), 0);
    });
}

#[test]
fn parameters_have_the_ids_of_the_source_in_both_formats() {
    let lists = Format::ALL.map(|format| Setup::new().create(format).params());
    let ids: Vec<_> = lists[0].iter().map(|param| param.id.as_str()).collect();
    for id in ["play_1", "play_4", "gain_1", "gain_4", "xfader", "master", "quantize"] {
        assert!(ids.contains(&id), "{id} is not in {ids:?}");
    }
    assert_eq!(lists[0], lists[1]);
    let gain = lists[0].iter().find(|param| param.id == "gain_1").unwrap();
    assert_eq!((gain.min, gain.max, gain.default, gain.steps), (-100.0, 12.0, 0.0, None));
    let eq = lists[0].iter().find(|param| param.id == "eq_low_2").unwrap();
    assert_eq!((eq.min, eq.max, eq.default, eq.steps), (-26.0, 12.0, 0.0, None));
    let quantize = lists[0].iter().find(|param| param.id == "quantize").unwrap();
    assert_eq!((quantize.min, quantize.max, quantize.default, quantize.steps), (0.0, 4.0, 2.0, Some(4)));
    let play = lists[0].iter().find(|param| param.id == "play_2").unwrap();
    assert_eq!((play.min, play.max, play.steps), (0.0, 1.0, Some(1)));
}

#[test]
fn the_numbers_that_projects_hold_never_change() {
    let numbers = [
        ("play_1", 1161730534),
        ("gain_1", 894137201),
        ("play_2", 1161730535),
        ("gain_2", 894137202),
        ("play_3", 1161730536),
        ("gain_3", 894137203),
        ("play_4", 1161730537),
        ("gain_4", 894137204),
        ("eq_low_1", 2109302963),
        ("eq_mid_1", 2110029479),
        ("eq_high_1", 843358151),
        ("eq_low_2", 2109302964),
        ("eq_mid_2", 2110029480),
        ("eq_high_2", 843358152),
        ("eq_low_3", 2109302965),
        ("eq_mid_3", 2110029481),
        ("eq_high_3", 843358153),
        ("eq_low_4", 2109302966),
        ("eq_mid_4", 2110029482),
        ("eq_high_4", 843358154),
        ("xfader", 1385202686),
        ("master", 1066216034),
        ("quantize", 862479665),
    ];
    for_each_format(|format| {
        let params = Setup::new().create(format).params();
        for (id, number) in numbers {
            assert_eq!(number_of(id), number);
            let param = params.iter().find(|param| param.id == id);
            assert_eq!(param.map(|param| param.number), Some(number), "{id}");
        }
    });
}

#[test]
fn plain_values_reach_the_plugin_and_come_back() {
    for_each_format(|format| {
        let mut host = Setup::new().create(format);
        for (id, value) in [("gain_1", -6.5), ("xfader", 0.25), ("quantize", 3.0), ("slip_3", 1.0), ("master", -100.0)]
        {
            host.set(id, value);
            assert!((host.get(id) - value).abs() < 1e-4, "{id}: {} instead of {value}", host.get(id));
        }
        host.set("play_3", 1.0);
        assert_eq!(host.get("play_3"), 0.0, "a rig that is off plays nothing");
        host.activate();
        host.at(700, Event::param("gain_2", 3.0)).at(10, Event::param("quantize", 0));
        host.render(600);
        assert!((host.get("gain_2")).abs() < 1e-6, "too early");
        assert_eq!(host.get("quantize"), 0.0);
        host.render(600);
        assert!((host.get("gain_2") - 3.0).abs() < 1e-4);
        host.set("gain_2", -12.0);
        assert!((host.get("gain_2") + 12.0).abs() < 1e-4);
    });
}

#[test]
fn the_hosts_scale_is_what_the_plugins_own_functions_say() {
    for_each_format(|format| {
        let host = Setup::new().create(format);
        for param in host.params() {
            for step in 0..=8 {
                let value = param.min + (param.max - param.min) * f64::from(step) / 8.0;
                let value = if param.steps.is_some() { value.round() } else { value };
                let text = host.text(&param.id, value).unwrap();
                let back = host.from_text(&param.id, &text).unwrap_or_else(|| panic!("{}: `{text}`", param.id));
                // Texts have one decimal; the crossfader's has two.
                assert!((back - value).abs() <= 0.051, "{}: {value} is `{text}` is {back}", param.id);
            }
        }
        assert_eq!(host.text("gain_1", -6.0).unwrap(), "-6.0 dB");
        assert_eq!(host.text("quantize", 2.0).as_deref(), Some("1 bar"));
        assert_eq!(host.from_text("quantize", "4 bars"), Some(4.0));
        assert_eq!(host.from_text("quantize", "nonsense"), None);
    });
}

#[test]
fn a_state_goes_from_one_instance_to_another_and_from_one_format_to_the_other() {
    for from in Format::ALL {
        let mut first = Setup::new().create(from);
        first.set("gain_1", -9.0);
        first.set("quantize", 4.0);
        let (saved, json) = (first.save(), first.state_json());
        assert_eq!(json["params"]["quantize"]["i32"], 4);
        for to in Format::ALL {
            let second = Setup::new().create(to);
            assert!(if from == to { second.load(&saved) } else { second.load_json(&json) });
            assert!((second.get("gain_1") + 9.0).abs() < 1e-4);
            assert_eq!(second.get("quantize"), 4.0);
            assert_eq!(second.state_json(), json);
        }
        assert_eq!(first.save(), saved, "the same state must give the same bytes");
        let third = Setup::new().state(saved).open(from);
        assert_eq!(third.get("quantize"), 4.0);
    }
}

#[test]
fn garbage_for_a_state_is_refused_and_changes_nothing() {
    for_each_format(|format| {
        let mut host = Setup::new().create(format);
        host.set("quantize", 1.0);
        let good = host.save();
        let before = host.state_json();
        for bad in [&b""[..], b"x", b"{\"params\":", &good[..good.len() / 2], &[0xFF; 200]] {
            assert!(!host.load(bad), "{bad:?} was accepted");
        }
        assert_eq!(host.state_json(), before);
    });
}

#[test]
fn instances_do_not_know_of_each_other() {
    let mut hosts = Format::ALL.map(|format| [Setup::new().open(format), Setup::new().open(format)]);
    for (index, host) in hosts.iter_mut().flatten().enumerate() {
        host.set("gain_1", -(index as f64) - 1.0);
        host.render(100);
    }
    for (index, host) in hosts.iter().flatten().enumerate() {
        assert!((host.get("gain_1") + index as f64 + 1.0).abs() < 1e-4);
    }
}

#[test]
fn every_way_to_cut_and_hop_renders_all_frames_in_order() {
    let setups = [
        Setup::new().blocks(Blocks::Fixed(1)),
        Setup::new().blocks(Blocks::Pattern(vec![0, 255, 1])),
        Setup::new().blocks(Blocks::Random { seed: 7, range: 0..=8192 }).max_block(10_000),
        Setup::new().hopping(3, 4),
        Setup::new().restart_every_block(),
        Setup::new().offline(),
        Setup::new().in_place(),
        Setup::new().sample_rate(96_000.0).transport(Transport::stopped(99.0)),
        Setup::new().transport(Transport::rolling(120.0).quirk(Quirk::NoTransport)),
    ];
    for_each_format(|format| {
        for setup in &setups {
            let mut host = setup.open(format);
            let mut recording = host.render(5000);
            recording.append(host.render(777));
            assert_eq!(recording.end(), 5777, "{setup:?}");
            let mut expected = 0;
            for (start, frames) in &recording.blocks {
                assert_eq!(*start, expected, "{setup:?}");
                expected += u64::from(*frames);
            }
            assert_eq!(expected, 5777);
        }
    });
}

#[test]
fn a_host_may_change_its_device() {
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        host.set("quantize", 3.0);
        host.render(1000);
        host.reactivate(|setup| setup.sample_rate(44_100.0).blocks(Blocks::Fixed(64)).offline());
        let recording = host.render(128);
        assert_eq!(recording.blocks, [(1000, 64), (1064, 64)]);
        assert_eq!(host.sample_rate(), 44_100.0);
        assert_eq!(host.get("quantize"), 3.0);
    });
}

#[test]
fn the_main_thread_works_while_another_renders() {
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        // The state is at rest once the instance has its port.
        let _ = host.osc_port();
        let (recording, states) = host.render_while(200_000, |main| {
            (0..20)
                .map(|_| {
                    main.serve_callbacks();
                    main.text("gain_1", -3.0).unwrap();
                    main.save()
                })
                .collect::<Vec<_>>()
        });
        assert_eq!(recording.end(), 200_000);
        assert!(states.iter().all(|state| *state == states[0]));
    });
}

#[test]
fn a_host_may_move_to_another_thread() {
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        let host = std::thread::spawn(move || {
            host.render(512);
            host
        });
        let mut host = host.join().unwrap();
        assert_eq!(host.render(512).end(), 1024);
        assert_eq!(host.misuse(), [""; 0]);
    });
}

#[test]
fn pumping_does_not_move_the_frame_and_rewinding_starts_again() {
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        let mut looks = 0;
        host.pump_until("the fifth look", |_| {
            looks += 1;
            looks == 5
        });
        assert_eq!(host.frame(), 0);
        host.render(100);
        host.rewind(Transport::rolling(60.0).from_beat(8.0));
        assert_eq!((host.frame(), host.song_beats()), (0, 8.0));
        assert_eq!(host.render(10).start(), 0);
    });
}

#[test]
fn events_of_every_kind_are_taken_without_harm() {
    let setup = Setup::new().blocks(Blocks::Pattern(vec![100, 3, 1]));
    for delivery in [Delivery::Sorted, Delivery::Unsorted, Delivery::AtBlockEnd] {
        for_each_format(|format| {
            let mut host = setup.clone().delivery(delivery).open(format);
            for frame in (0..1000).rev().step_by(7) {
                host.at(frame, Event::param("gain_1", -12.0))
                    .at(frame, Event::param("gain_1", -12.0))
                    .at(frame, Event::note_on(60, 0.8))
                    .at(frame, Event::note_off(60))
                    .at(frame, Event::Midi([0xB0, 7, 100]))
                    .at(frame, Event::Midi([0x90, 64, 0]))
                    .at(frame, Event::modulation("xfader", 0.1));
            }
            host.at(500, Event::jump(16.0)).at(600, Event::stop()).at(700, Event::start());
            assert_eq!(host.render(1200).end(), 1200);
            assert!((host.get("gain_1") + 12.0).abs() < 1e-4, "{delivery:?}");
        });
    }
}

#[test]
fn a_render_may_stop_when_it_is_enough() {
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        let recording = host.render_until(100_000, |recording| recording.blocks.len() == 3);
        assert_eq!(recording.end(), 3 * 512);
        let mut starts = Vec::new();
        host.render_with(1024, |main, frame| {
            main.serve_callbacks();
            starts.push(frame);
        });
        assert_eq!(starts, [1536, 2048]);
        assert_eq!(host.render_blocks(2).blocks, [(2560, 512), (3072, 512)]);
    });
}

#[test]
fn sound_on_an_input_reaches_its_deck_on_its_frame() {
    for_each_format(|format| {
        for deck in DeckId::ALL {
            let click = Sound::generate(1, |_| [0.5, -0.5]).moved_to(700);
            let recording = Setup::new().input(deck, click).open(format).render(2000);
            for output in DeckId::ALL {
                let heard = (output == deck).then_some(700);
                let sound = recording.deck(output);
                assert_eq!((sound.first_nonzero(), sound.last_nonzero()), (heard, heard), "{deck} in, {output} out");
            }
            assert_eq!(recording.deck(deck).at(700), [0.5, -0.5]);
            assert_eq!(recording.master().first_nonzero(), Some(700));
        }
    });
}

#[test]
fn real_time_is_not_faster_than_time() {
    let mut host = Setup::new().real_time().open(Format::Clap);
    let start = std::time::Instant::now();
    host.render(9600);
    // The last of 19 blocks starts after 18 blocks' time.
    assert!(start.elapsed() >= Duration::from_millis(190), "{:?}", start.elapsed());
}

#[test]
fn nothing_is_asked_of_the_host_by_an_idle_plugin() {
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        host.render(4800);
        host.idle();
        assert_eq!((host.requests(Request::Restart), host.latency_frames()), (0, 0));
        assert_eq!(host.tail_frames(), u32::MAX);
    });
}

#[test]
fn the_guide_s_example_works() {
    let folder = TempDir::new("bar");
    let file = folder.wav("ramp.wav", 48_000, &signals::ramp(100_000));
    for_each_format(|format| {
        let setup = Setup::new().blocks(Blocks::Fixed(127)).transport(Transport::rolling(126.0));
        let mut host = setup.open(format);
        let mut osc = host.osc();
        let load = osc.call("/deck/a/load", &[file.as_str().into()]);
        host.pump_until("the track", |_| osc.done_yet(load).is_some());
        host.at_beat(5.5, Event::param("play_1", 1.0));
        let bar = host.frame_of_beat(8.0);
        let recording = host.render_to_beat(12.0);
        assert_eq!(recording.deck(DeckId::A).first_nonzero(), Some(bar));
    });
}
