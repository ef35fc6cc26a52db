use super::*;
use crate::mixer::testing::{banked_and_alone, bits, greatest_step, noise, response_db, sine, through};

const SR: f64 = 48_000.0;

fn at(position: f32, resonance: f32) -> FilterKnobNode {
    let mut node = FilterKnobNode::new(SR);
    node.position_mut().move_to(position, 0);
    node.resonance_mut().move_to(resonance, 0);
    node.prepare(SR);
    node
}

#[test]
fn in_the_dead_zone_the_sound_passes_bit_for_bit() {
    let sound = noise(1_000);
    for position in [-DEAD_ZONE, -0.01, 0.0, DEAD_ZONE] {
        assert_eq!(bits(&through(&mut at(position, 1.0), &sound, 64)), bits(&sound));
    }
    assert_ne!(bits(&through(&mut at(0.03, 0.0), &sound, 64)), bits(&sound));
}

#[test]
fn the_ends_are_at_60_hz_and_12_khz_and_the_way_is_exponential() {
    for (position, hz) in [(-1.0, 60.0), (1.0, 12_000.0)] {
        let db = response_db(&mut at(position, 0.0), hz, SR);
        println!("filter knob at {position}: {db:.2} dB at {hz} Hz");
        assert!((db + 3.01).abs() < 0.1, "{db}");
    }
    let middle = (0.98_f32).mul_add(0.5, DEAD_ZONE);
    for (side, ends) in [(Side::LowPass, LOW_PASS_HZ), (Side::HighPass, HIGH_PASS_HZ)] {
        let hz = cutoff_hz(side, middle);
        assert!((hz / (ends[0] * ends[1]).sqrt() - 1.0).abs() < 1e-3, "{hz}");
    }
    let [low, high] = [(-0.5, 4_000.0), (0.5, 80.0)].map(|(position, hz)| response_db(&mut at(position, 0.0), hz, SR));
    println!("filter knob at -0.5: {low:.1} dB at 4 kHz; at 0.5: {high:.1} dB at 80 Hz");
    assert!(low < -35.0 && high < -35.0, "24 dB an octave: {low} {high}");
    let [low, high] =
        [(-0.5, 100.0), (0.5, 10_000.0)].map(|(position, hz)| response_db(&mut at(position, 0.0), hz, SR));
    assert!(low.abs() < 0.1 && high.abs() < 0.1, "what it leaves, it leaves: {low} {high}");
}

#[test]
fn full_resonance_lifts_the_cutoff_by_12_db_over_none() {
    let hz = cutoff_hz(Side::LowPass, -0.5);
    let [none, full] = [0.0, 1.0].map(|resonance| response_db(&mut at(-0.5, resonance), hz, SR));
    println!("filter knob: {none:.2} dB at the cutoff, {full:.2} dB with full resonance");
    assert!((full - 11.7).abs() < 1.0, "{none} {full}");
}

fn sweep(block: usize) -> Vec<[f32; 2]> {
    let sound = noise(9_000);
    let mut node = FilterKnobNode::new(SR);
    let mut made = vec![];
    for (n, position) in [-0.7, 0.9, 0.0, -1.0, -0.2, 0.01].into_iter().enumerate() {
        node.position_mut().move_to(position, if n == 1 { 900 } else { 0 });
        node.resonance_mut().move_to(0.2 * n as f32, 0);
        made.extend(through(&mut node, &sound[n * 1_500..(n + 1) * 1_500], block));
    }
    made
}

#[test]
fn any_split_gives_the_same_samples_also_across_the_middle() {
    let whole = bits(&sweep(64));
    for block in [1, 7, 63] {
        assert_eq!(bits(&sweep(block)), whole, "{block}");
    }
    assert_eq!(whole[8_900..], bits(&noise(9_000)[8_900..]), "off again is the sound itself again");
}

#[test]
fn it_comes_goes_and_jumps_without_a_click() {
    let sound = sine(100.0, SR, 30_000);
    let mut node = FilterKnobNode::new(SR);
    let mut made = vec![];
    for (n, position) in [0.0, -0.05, -0.9, 0.9, 0.05, 0.0].into_iter().enumerate() {
        node.position_mut().move_to(position, 0);
        made.extend(through(&mut node, &sound[n * 5_000..(n + 1) * 5_000], 64));
    }
    // The sine's own step is 0.0065; the closed filter turns it round, and opens within 10 ms.
    assert!(greatest_step(&made) < 0.02, "{}", greatest_step(&made));
}

#[test]
fn in_a_bank_it_has_the_bits_that_it_has_alone() {
    let [banked, alone] = banked_and_alone(|n| at([-0.9, 0.4, -0.1, 1.0][n], 0.3));
    assert_eq!(banked, alone);
    let [banked, alone] = banked_and_alone(|n| at([-0.9, 0.0, -0.1, 1.0][n], 0.3));
    assert_eq!(banked, alone, "one is off");
}

#[test]
fn silence_comes_to_rest() {
    let mut node = at(-0.8, 1.0);
    through(&mut node, &noise(500), 64);
    crate::dsp::without_denormals(|| through(&mut node, &vec![[0.0; 2]; 192_000], 64));
    assert!(node.rests());
}
