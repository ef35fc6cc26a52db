use super::*;
use crate::mixer::testing::{bits, greatest_step, noise, response_db, sine, through};

const SR: f64 = 48_000.0;

/// The place of an effect in the slot's control.
fn place(word: &str) -> f32 {
    WORDS.iter().position(|other| *other == word).unwrap() as f32
}

fn slot(word: &str, mix: f32) -> FxSlotNode {
    let mut node = FxSlotNode::new(SR);
    node.kind_mut().move_to(place(word), 0);
    node.mix_mut().move_to(mix, 0);
    crate::graph::DspNode::prepare(&mut node, SR);
    node
}

const ALL: [&str; 6] = ["echo", "reverb", "flanger", "phaser", "gate", "crush"];

#[test]
fn every_effect_has_a_word_and_there_are_no_others() {
    assert_eq!(WORDS[0], "off");
    assert_eq!(WORDS[1..], ALL);
    assert_eq!(TIMES[FIRST_TIME as usize], "3/4");
    for (word, beats) in TIMES.iter().zip(TIMES_BEATS) {
        let (over, under) = word.split_once('/').unwrap_or((word, "1"));
        assert_eq!(over.parse::<f64>().unwrap() / under.parse::<f64>().unwrap(), beats, "{word}");
    }
}

#[test]
fn off_or_dry_is_the_sound_itself_bit_for_bit() {
    let sound = noise(1_000);
    assert_eq!(bits(&through(&mut slot("off", 1.0), &sound, 64)), bits(&sound));
    for word in ALL {
        assert_eq!(bits(&through(&mut slot(word, 0.0), &sound, 64)), bits(&sound), "{word}");
        assert_ne!(
            bits(&through(&mut slot(word, 0.5), &[&sound[..]; 30].concat(), 64)),
            bits(&[&sound[..]; 30].concat()),
            "{word}"
        );
    }
}

fn switched(word: &str, block: usize) -> Vec<[f32; 2]> {
    let sound = noise(60_000);
    let mut node = slot(word, 0.7);
    let mut made = through(&mut node, &sound[..30_000], block);
    node.depth_mut().move_to(0.9, 0);
    node.time_mut().move_to(2.0, 0);
    made.extend(through(&mut node, &sound[30_000..40_000], block));
    let next = WORDS[(place(word) as usize + 1) % WORDS.len()];
    node.kind_mut().move_to(place(next), 0);
    node.mix_mut().move_to(1.0, 0);
    made.extend(through(&mut node, &sound[40_000..50_000], block));
    node.kind_mut().move_to(0.0, 0);
    made.extend(through(&mut node, &vec![[0.0; 2]; 10_000], block));
    made
}

#[test]
fn any_split_gives_the_same_samples_through_every_switch() {
    for word in ALL {
        let whole = bits(&switched(word, 64));
        for block in [1, 63] {
            assert_eq!(bits(&switched(word, block)), whole, "{word} in blocks of {block}");
        }
    }
}

#[test]
fn repeats_come_on_the_beat_and_ring_out_when_the_effect_is_taken_away() {
    let mut node = slot("echo", 0.5);
    let mut sound = vec![[0.0; 2]; 100_000];
    sound[0] = [1.0; 2];
    // Three quarters of a beat at 120 BPM.
    let mut made = through(&mut node, &sound[..20_000], 64);
    assert_eq!((made[0], made[17_999], made[18_000]), ([1.0; 2], [0.0; 2], [1.0; 2]));
    node.kind_mut().move_to(0.0, 0);
    made.extend(through(&mut node, &sound[20_000..], 64));
    assert!(made[36_000][0] > 0.2 && made[54_000][0] > 0.05, "{:?} {:?}", made[36_000], made[54_000]);
    assert!(made[54_000][0] < made[36_000][0]);
    let mut quiet = through(&mut node, &vec![[0.0; 2]; 1_500_000], 64);
    assert_eq!(quiet.pop(), Some([0.0; 2]));
    let sound = noise(64);
    assert_eq!(bits(&through(&mut node, &sound, 64)), bits(&sound), "and nothing is in the way any more");
}

/// A tail of silence turns -0 into 0; what passes bit for bit does not.
#[test]
fn a_tail_ends_on_its_own_frame_at_any_block_size() {
    let ends = |word: &str, block: usize| {
        let mut node = slot(word, 0.5);
        node.depth_mut().move_to(0.0, 0);
        through(&mut node, &noise(10_000), block);
        node.kind_mut().move_to(0.0, 0);
        let made = through(&mut node, &vec![[-0.0; 2]; 200_000], block);
        made.iter().position(|frame| frame[0].to_bits() == (-0.0_f32).to_bits()).expect("an end")
    };
    for word in ["echo", "reverb"] {
        let end = ends(word, 64);
        assert_eq!([1, 63].map(|block| ends(word, block)), [end; 2], "{word}");
    }
}

#[test]
fn a_room_dies_away_in_four_of_its_times() {
    let mut node = slot("reverb", 0.5);
    node.tone_mut().move_to(1.0, 0);
    node.follow(0.0, 1.0 / 24_000.0);
    crate::graph::DspNode::prepare(&mut node, SR);
    let mut sound = noise(200_000);
    sound[4_800..].fill([0.0; 2]);
    let made = through(&mut node, &sound, 64);
    let level = |from: usize| {
        let energy = made[from..from + 4_800].iter().map(|frame| f64::from(frame[0]).powi(2)).sum::<f64>();
        10.0 * energy.max(1e-30).log10()
    };
    // 72,000 frames for 60 dB.
    let fall = level(6_000) - level(6_000 + 36_000);
    println!("reverb: {fall:.1} dB in half of its length");
    assert!((fall - 30.0).abs() < 3.0, "{fall}");
}

#[test]
fn a_gate_closes_within_each_of_its_times_and_follows_the_beat() {
    let mut node = slot("gate", 1.0);
    node.depth_mut().move_to(1.0, 0);
    node.tone_mut().move_to((0.5 - 0.125) / 0.875, 0);
    node.time_mut().move_to(5.0, 0);
    crate::graph::DspNode::prepare(&mut node, SR);
    node.follow(3.25, 1.0 / 24_000.0);
    let made = through(&mut node, &vec![[1.0; 2]; 48_000], 64);
    let at = |frame: usize| made[frame][0];
    assert_eq!([at(5_000), at(7_000), at(17_000), at(19_000), at(29_000), at(31_000)], [1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
    assert!(greatest_step(&made) < 0.01, "its edges are slopes");
    node.follow(10.0, 1.0 / 12_000.0);
    let made = through(&mut node, &vec![[1.0; 2]; 12_000], 64);
    assert_eq!([made[3_000][0], made[8_000][0]], [1.0, 0.0], "twice as fast");
}

#[test]
fn the_others_do_what_they_are_for() {
    let spread = |word: &str, hz: [f64; 12]| {
        let of = hz.map(|hz| {
            let mut node = slot(word, 1.0);
            node.time_mut().move_to(10.0, 0);
            crate::graph::DspNode::prepare(&mut node, SR);
            response_db(&mut node, hz, SR)
        });
        of.iter().fold(f64::MIN, |most, db| most.max(*db)) - of.iter().fold(f64::MAX, |least, db| least.min(*db))
    };
    let hz = std::array::from_fn(|n| 200.0 * 1.4_f64.powi(n as i32));
    for word in ["flanger", "phaser"] {
        let spread = spread(word, hz);
        println!("{word}: {spread:.1} dB between its notches and its peaks");
        assert!(spread > 6.0, "{word}: {spread}");
    }
    let mut node = slot("crush", 1.0);
    let made = through(&mut node, &sine(100.0, SR, 20_000), 64);
    let mut values: Vec<u32> = made.iter().map(|frame| frame[0].to_bits()).collect();
    values.sort_unstable();
    values.dedup();
    assert!(values.len() < 200, "{} levels", values.len());
}

#[test]
fn nonsense_is_forgotten_by_a_reset_and_no_effect_is_louder_than_it_may_be() {
    for word in ALL {
        let mut node = slot(word, 1.0);
        node.depth_mut().move_to(1.0, 0);
        node.tone_mut().move_to(1.0, 0);
        let loudest =
            through(&mut node, &noise(200_000), 64).iter().flatten().fold(0.0_f32, |most, s| most.max(s.abs()));
        assert!(loudest < 30.0, "{word}: {loudest}");
        through(&mut node, &[[f32::NAN; 2]; 64], 64);
        crate::graph::DspNode::reset(&mut node);
        assert!(through(&mut node, &noise(30_000), 64).iter().flatten().all(|sample| sample.is_finite()), "{word}");
    }
}
