//! No gesture clicks: what it adds above the music's own band stays 60 dB below the music.

use super::*;
use crate::dsp::testing::{above_db, energy};

type Act = fn(&mut DeckNode);

const ACTS: [(&str, Act); 25] = [
    ("stop", |deck| deck.stop()),
    ("seek", |deck| deck.seek(9.123)),
    ("shift", |deck| deck.shift(0.3)),
    ("cue", |deck| deck.cue_press().unwrap()),
    ("hot cue", |deck| deck.hot_cue_press(1, 0.0).unwrap()),
    ("loop", |deck| deck.beat_loop(0.5, false, 0.0).unwrap()),
    ("short loop", |deck| deck.beat_loop(1.0 / 32.0, false, 0.0).unwrap()),
    ("roll", |deck| deck.beat_loop(0.25, true, 0.0).unwrap()),
    ("loop out", |deck| {
        deck.set_snap(false);
        deck.loop_out(0.0).unwrap();
    }),
    ("reloop", |deck| deck.reloop().unwrap()),
    ("jump", |deck| deck.beat_jump(4.0).unwrap()),
    ("sync", |deck| deck.set_sync(true).unwrap()),
    ("rate", |deck| deck.set_rate(1.06)),
    ("much rate", |deck| deck.set_rate(2.0)),
    ("nudge", |deck| deck.nudge(8.0)),
    ("reverse", |deck| deck.set_reverse(true)),
    ("scratch", |deck| deck.scratch(Some(-1.0)).unwrap()),
    ("scratch to rest", |deck| deck.scratch(Some(0.0)).unwrap()),
    ("halve", |deck| {
        deck.beat_loop(4.0, false, 0.0).unwrap();
        deck.loop_scale(0.125).unwrap();
    }),
    ("exit", |deck| {
        deck.beat_loop(2.0, false, 0.0).unwrap();
        deck.loop_exit();
    }),
    ("jump in a loop", |deck| {
        deck.beat_loop(2.0, false, 0.0).unwrap();
        deck.beat_jump(1.0).unwrap();
    }),
    ("many at once", |deck| {
        deck.seek(3.3);
        deck.set_reverse(true);
        deck.beat_jump(2.0).unwrap();
        deck.set_reverse(false);
    }),
    ("slip reverse", |deck| {
        deck.set_slip(true);
        deck.set_reverse(true);
    }),
    ("load", |deck| {
        deck.load(Some(track(110.0, 20.0, SR)), 2).unwrap();
    }),
    ("hold", |deck| deck.hold(true)),
];

#[test]
fn no_gesture_clicks_at_any_block_size() {
    let sound = track(120.0, 30.0, SR);
    let render = |act: Option<Act>, block: usize, synced: bool| {
        let mut booth = Booth::new(sound.clone(), 123.0);
        booth.deck.set_sync(synced).unwrap();
        booth.deck.set_marks(Marks { loop_secs: Some([1.0, 2.0]), cue_secs: 2.0, ..Marks::default() });
        booth.deck.play(Some(5.0), 0);
        booth.deck.hot_cue_set(1, 0.0).unwrap();
        booth.run(20_111, block);
        booth.see_time();
        act.into_iter().for_each(|act| act(&mut booth.deck));
        booth.run(16_384, block);
        // In the middle, where the window of the transform lets everything through.
        booth.out[20_111 - 16_384..].to_vec()
    };
    for synced in [false, true] {
        let reference = render(None, 64, synced);
        let music = energy(&reference);
        let mut worst = ("", f64::NEG_INFINITY);
        for (name, act) in ACTS {
            for block in [1, 64, 509] {
                let out = render(Some(act), block, synced);
                // Of the music's power, not of what a stop leaves of it.
                let high = above_db(&out, 5_000.0, SR) + 10.0 * (energy(&out) / music).log10();
                worst = if high > worst.1 { (name, high) } else { worst };
                assert!(high < -60.0, "{name}, blocks of {block}: {high:.1} dB above 5 kHz");
            }
        }
        println!("the loudest click: {} with {:.1} dB", worst.0, worst.1);
    }
}
