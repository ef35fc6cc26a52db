//! The executor's promises, through the plugin: quantizing, order, immediacy, safety, timing in frames.

use echelon_engine::units::DeckId;
use rosc::OscType;
use support::TempDir;
use support::osc::Receipt;
use support::signals::{constant, ramp};
use support::{Setup, for_each_format};

use crate::stage::Stage;

fn stage_with_two(folder: &TempDir, format: support::Format) -> Stage {
    let file = folder.wav("ramp.wav", 48_000, &ramp(200_000));
    let mut stage = Stage::with_track(&Setup::new(), format, &file);
    stage.load('b', &file);
    stage
}

#[test]
fn play_is_quantized_to_the_next_beat() {
    let folder = TempDir::new("next_beat");
    for_each_format(|format| {
        let mut stage = stage_with_two(&folder, format);
        stage.host.render(30_000);
        let (id, due_beat) = stage.schedule("/deck/a/play", &["beat".into()]);
        assert_eq!(due_beat, 2.0);
        let heard = stage.host.render(48_000);
        assert_eq!(heard.deck(DeckId::A).first_nonzero(), Some(48_000));
        assert_eq!(stage.done(id), (2.0, 0.0));
    });
}

#[test]
fn several_keep_the_order_of_their_beats() {
    let folder = TempDir::new("order");
    for_each_format(|format| {
        let mut stage = stage_with_two(&folder, format);
        let at = |beat: f64| OscType::Double(beat);
        let late = stage.schedule("/deck/b/play", &[1.into(), at(3.0)]).0;
        let early = stage.schedule("/deck/a/play", &[1.into(), at(1.0)]).0;
        let stop = stage.schedule("/deck/a/stop", &[1.into(), at(3.0)]).0;
        let heard = stage.host.render(96_000);
        assert_eq!(heard.deck(DeckId::A).first_nonzero(), Some(24_000));
        assert_eq!(heard.deck(DeckId::B).first_nonzero(), Some(72_000));
        for id in [early, late, stop] {
            assert_eq!(stage.done(id).1, 0.0);
        }
        assert_eq!(heard.deck(DeckId::A).last_nonzero(), Some(72_000 + 142));
    });
}

#[test]
fn what_is_immediate_does_not_wait() {
    let folder = TempDir::new("immediate");
    for_each_format(|format| {
        let mut stage = stage_with_two(&folder, format);
        stage.host.render(30_000);
        let (id, _) = stage.schedule("/deck/a/play/now", &[]);
        assert_eq!(stage.done(id).1, 0.0);
        assert_ne!(stage.host.render(512).deck(DeckId::A).at(30_000), [0.0, 0.0], "no beat is near");
    });
}

#[test]
fn safety_is_respected_and_told_with_a_sentence() {
    let folder = TempDir::new("safety");
    for_each_format(|format| {
        let mut stage = stage_with_two(&folder, format);
        assert_eq!(stage.refused("/deck/c/play", &[]), "deck C is empty: load a track first");
        assert_eq!(stage.refused("/deck/a/stop", &[]), "deck A is stopped already");
        let (id, _) = stage.schedule("/deck/a/play/now", &[]);
        stage.done(id);
        let other = folder.wav("other.wav", 48_000, &constant(0.1, 0.1, 1000));
        assert_eq!(
            stage.refused("/deck/a/load", &[other.as_str().into()]),
            "deck A is on air: fade it out or stop it before you load another track"
        );
        assert_eq!(stage.refused("/deck/a/play", &[]), "deck A is playing already");
        assert_eq!(stage.refused("/deck/b/play", &[1.into(), OscType::Double(-100.0)])[..14], *"that beat was ");
    });
}

#[test]
fn a_newer_play_takes_the_place_of_the_older() {
    let folder = TempDir::new("newer");
    for_each_format(|format| {
        let mut stage = stage_with_two(&folder, format);
        let (older, _) = stage.schedule("/deck/a/play", &[1.into(), OscType::Double(1.0)]);
        let (newer, _) = stage.schedule("/deck/a/play", &[1.into(), OscType::Double(2.0)]);
        assert_eq!(stage.host.render(96_000).deck(DeckId::A).first_nonzero(), Some(48_000));
        assert_eq!(stage.done(newer), (2.0, 0.0));
        let cancelled = |receipt: &Receipt| matches!(receipt, Receipt::Nack(nack) if nack.code == "cancelled".into());
        assert!(stage.osc.receipts(older).iter().any(cancelled), "{:?}", stage.osc.receipts(older));
    });
}

#[test]
fn a_button_fires_above_zero_only() {
    let folder = TempDir::new("button");
    for_each_format(|format| {
        let mut stage = stage_with_two(&folder, format);
        stage.osc.send("/deck/a/play/now", &[0.into()]);
        let (id, _) = stage.schedule("/deck/b/play/now", &[1.into()]);
        stage.done(id);
        let heard = stage.host.render(2000);
        assert!(heard.deck(DeckId::A).is_silent() && !heard.deck(DeckId::B).is_silent());
    });
}
