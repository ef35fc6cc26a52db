use super::*;
use crate::mixer::testing::{banked_and_alone, bits, greatest_step, noise, response_db, sine, through};

const SR: f64 = 48_000.0;

fn with(bands: [f32; 3], kills: [f32; 3], steep: bool, sample_rate: f64) -> IsolatorNode {
    let mut node = IsolatorNode::new(sample_rate);
    node.steep_mut().move_to(f32::from(u8::from(steep)), 0);
    for band in EqBand::ALL {
        node.band_mut(band).move_to(bands[band.index()], 0);
        node.kill_mut(band).move_to(kills[band.index()], 0);
    }
    node.prepare(sample_rate);
    node
}

/// The bands themselves, with nothing killed and nothing lifted: what a flat node never lets be heard.
fn sum_db(steep: bool, hz: f64, sample_rate: f64) -> f64 {
    // A thousandth of a dB on one band keeps the bands in the way.
    let mut node = with([0.001, 0.0, 0.0], [0.0; 3], steep, sample_rate);
    response_db(&mut node, hz, sample_rate)
}

#[test]
fn flat_is_the_sound_itself_bit_for_bit() {
    let sound = noise(1_000);
    for steep in [false, true] {
        let mut node = with([0.0; 3], [0.0; 3], steep, SR);
        assert_eq!(bits(&through(&mut node, &sound, 64)), bits(&sound));
    }
}

#[test]
fn the_bands_sum_flat_within_a_twentieth_of_a_db() {
    let mut most = 0.0_f64;
    for sample_rate in [44_100.0, 48_000.0, 96_000.0] {
        for steep in [false, true] {
            for hz in [30.0, 100.0, 180.0, 250.0, 350.0, 800.0, 1_800.0, 2_500.0, 3_500.0, 10_000.0, 18_000.0] {
                most = most.max(sum_db(steep, hz, sample_rate).abs());
            }
        }
    }
    println!("isolator: sum flat within {most:.4} dB");
    assert!(most < 0.05, "{most}");
}

#[test]
fn a_killed_band_is_gone_in_its_middle() {
    for (steep, bar) in [(false, -40.0), (true, -80.0)] {
        for (band, hz) in [(0, 50.0), (1, 800.0), (2, 10_000.0)] {
            let mut kills = [0.0; 3];
            kills[band] = 1.0;
            let mut bands = [0.0; 3];
            bands[band] = -26.0;
            for (bands, kills) in [([0.0; 3], kills), (bands, [0.0; 3])] {
                let db = response_db(&mut with(bands, kills, steep, SR), hz, SR);
                println!("isolator: steep {steep}, band {band} killed: {db:.1} dB at {hz} Hz");
                assert!(db < bar, "{db}");
            }
        }
    }
}

#[test]
fn a_kill_leaves_the_other_bands_and_a_lift_is_twelve_db() {
    for steep in [false, true] {
        let mid_out = |hz| response_db(&mut with([0.0; 3], [0.0, 1.0, 0.0], steep, SR), hz, SR);
        assert!(mid_out(60.0).abs() < 0.5 && mid_out(12_000.0).abs() < 0.5, "{} {}", mid_out(60.0), mid_out(12_000.0));
        let low_out = |hz| response_db(&mut with([0.0; 3], [1.0, 0.0, 0.0], steep, SR), hz, SR);
        assert!(low_out(1_000.0).abs() < 0.1 && low_out(8_000.0).abs() < 0.1);
        let lift = response_db(&mut with([12.0, 0.0, 0.0], [0.0; 3], steep, SR), 50.0, SR);
        assert!((lift - 12.0).abs() < 0.1, "{lift}");
    }
    let mut all_out = with([0.0; 3], [1.0; 3], false, SR);
    assert!(through(&mut all_out, &noise(640), 64)[64..].iter().all(|frame| *frame == [0.0; 2]));
    assert_eq!(all_out.path(), Path { peak: 0.0, target: 0.0, frames_left: 0 });
}

fn moves(node: &mut IsolatorNode, block: usize) -> Vec<[f32; 2]> {
    let sound = noise(12_000);
    let mut made = through(node, &sound[..1_000], block);
    node.kill_mut(EqBand::Low).move_to(1.0, 0);
    made.extend(through(node, &sound[1_000..3_000], block));
    node.steep_mut().move_to(1.0, 0);
    node.band_mut(EqBand::High).move_to(6.0, 700);
    made.extend(through(node, &sound[3_000..6_000], block));
    node.kill_mut(EqBand::Low).move_to(0.0, 0);
    node.band_mut(EqBand::High).move_to(0.0, 0);
    made.extend(through(node, &sound[6_000..8_000], block));
    node.kill_mut(EqBand::Mid).move_to(1.0, 0);
    made.extend(through(node, &sound[8_000..], block));
    made
}

#[test]
fn any_split_gives_the_same_samples_also_where_it_comes_and_goes() {
    let whole = bits(&moves(&mut IsolatorNode::new(SR), 64));
    for block in [1, 7, 63] {
        assert_eq!(bits(&moves(&mut IsolatorNode::new(SR), block)), whole, "{block}");
    }
    let sound = noise(12_000);
    assert_eq!(whole[7_000..8_000], bits(&sound[7_000..8_000]), "flat again is the sound itself again");
}

#[test]
fn it_comes_and_goes_without_a_click() {
    let sound = sine(100.0, SR, 20_000);
    let mut node = IsolatorNode::new(SR);
    let mut made = through(&mut node, &sound[..5_000], 64);
    node.kill_mut(EqBand::High).move_to(1.0, 0);
    made.extend(through(&mut node, &sound[5_000..10_000], 64));
    node.steep_mut().move_to(1.0, 0);
    made.extend(through(&mut node, &sound[10_000..15_000], 64));
    node.kill_mut(EqBand::High).move_to(0.0, 0);
    made.extend(through(&mut node, &sound[15_000..], 64));
    // The sine's own step is 0.0065; over the hand-over's 480 frames a full change of sign adds 0.002.
    assert!(greatest_step(&made) < 0.01, "{}", greatest_step(&made));
}

#[test]
fn in_a_bank_it_has_the_bits_that_it_has_alone() {
    for steep in [false, true] {
        let [banked, alone] = banked_and_alone(|n| with([n as f32, -3.0, -26.0], [0.0; 3], steep, SR));
        assert_eq!(banked, alone);
    }
    let [banked, alone] = banked_and_alone(|n| with([n as f32, 0.0, 0.0], [0.0; 3], n == 3, SR));
    assert_eq!(banked, alone, "one flat, one steep");
}

#[test]
fn silence_comes_to_rest_and_nonsense_is_forgotten_by_a_reset() {
    let mut node = with([0.0; 3], [1.0, 0.0, 0.0], false, SR);
    through(&mut node, &noise(500), 64);
    crate::dsp::without_denormals(|| through(&mut node, &vec![[0.0; 2]; 96_000], 64));
    assert!(node.rests(Slope::Normal));
    through(&mut node, &[[f32::NAN; 2]; 64], 64);
    node.reset();
    assert!(through(&mut node, &noise(64), 64).iter().flatten().all(|sample| sample.is_finite()));
}
