//! Tracks that are played while they are still being decoded.

use proptest::prelude::*;

use super::*;

/// A decoder that is as far as the test lets it.
struct Decoder {
    whole: Arc<Track>,
    writer: Option<TrackWriter>,
}

impl Decoder {
    /// Of a track that says that it has so many frames more than it has, or fewer.
    fn of(whole: &Arc<Track>, more: isize, headroom: usize) -> (Self, Arc<Track>) {
        let says = whole.num_frames().checked_add_signed(more).unwrap();
        let (track, writer) = Track::coming(says, says + headroom, whole.sample_rate()).unwrap();
        track.set_grid(whole.grid().cloned()).unwrap();
        (Self { whole: whole.clone(), writer: Some(writer) }, track)
    }

    /// Decodes on, up to this frame.
    fn reach(&mut self, frame: usize) {
        let Some(writer) = &mut self.writer else { return };
        let (from, to) = (writer.track().ready_frames(), frame.min(self.whole.num_frames()));
        if to > from {
            writer.append(&self.whole.left()[from..to], &self.whole.right()[from..to]);
        }
    }

    fn finish(&mut self) {
        self.reach(usize::MAX);
        self.writer = None;
    }
}

fn bits(sound: &[f32]) -> Vec<u32> {
    sound.iter().map(|sample| sample.to_bits()).collect()
}

fn steepest(sound: &[f32]) -> f32 {
    sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

/// What a hand does before a run of blocks.
#[derive(Clone, Copy, Debug)]
enum Hand {
    Nothing,
    Seek(f64),
    Rate(f64),
    KeyLock(bool),
    Reverse(bool),
    Loop(f64),
}

fn hand() -> impl Strategy<Value = Hand> {
    prop_oneof![
        Just(Hand::Nothing),
        (0.0..3.0_f64).prop_map(Hand::Seek),
        (0.8..1.25_f64).prop_map(Hand::Rate),
        any::<bool>().prop_map(Hand::KeyLock),
        any::<bool>().prop_map(Hand::Reverse),
        (-2_i32..2).prop_map(|power| Hand::Loop(f64::from(power).exp2())),
    ]
}

fn lay(deck: &mut DeckNode, hand: Hand) {
    match hand {
        Hand::Nothing => {}
        Hand::Seek(secs) => deck.seek(secs),
        Hand::Rate(rate) => deck.set_rate(rate),
        Hand::KeyLock(on) => deck.set_key_lock(on),
        Hand::Reverse(on) => deck.set_reverse(on),
        Hand::Loop(beats) => drop(deck.beat_loop(beats, false, 0.0)),
    }
}

/// Beyond the playhead: what a key lock wants to hear before, and the longest crossfade; and two beats, the longest loop, from
/// whose start a deck that plays backwards goes on at its end.
const ENOUGH: usize = 24_000 + 48_000;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However its decoding and its playing fall together: as long as it is ahead, nobody can tell.
    #[test]
    fn a_track_that_comes_in_time_is_the_whole_track_to_the_bit(
        steps in prop::collection::vec((hand(), 1_usize..9_000, 1_usize..700, 0_usize..40_000), 4..14),
        (more, headroom) in (-20_000_isize..20_000, 40_000_usize..50_000),
        rate in prop_oneof![Just(48_000.0), Just(44_100.0)],
    ) {
        let whole = track(120.0, 6.0, rate);
        let (mut decoder, coming) = Decoder::of(&whole, more, headroom);
        let (mut one, mut other) = (Booth::new(whole.clone(), 120.0), Booth::new(coming, 120.0));
        decoder.reach(ENOUGH);
        one.deck.play(None, 0);
        other.deck.play(None, 0);
        for (hand, frames, block, ahead) in steps {
            lay(&mut one.deck, hand);
            decoder.reach((one.place() * rate) as usize + 2 * frames + ENOUGH);
            lay(&mut other.deck, hand);
            decoder.reach((one.place() * rate) as usize + 2 * frames + ENOUGH + ahead);
            let heard = bits(other.run(frames, block));
            prop_assert_eq!(&bits(one.run(frames, block)), &heard, "{:?}", hand);
        }
        decoder.finish();
        prop_assert_eq!(bits(one.run(20_000, 64)), bits(other.run(20_000, 64)));
        prop_assert_eq!(other.deck.take_starved(), 0);
        prop_assert_eq!(one.deck.take_starved(), 0);
    }
}

#[test]
fn what_is_not_there_in_time_is_silent_without_a_click_counted_and_joined_in_phase() {
    let whole = track(120.0, 4.0, SR);
    for rate in [1.0, 1.06] {
        let (mut decoder, coming) = Decoder::of(&whole, 0, 0);
        let (mut one, mut other) = (Booth::new(whole.clone(), 120.0), Booth::new(coming, 120.0));
        for deck in [&mut one.deck, &mut other.deck] {
            deck.set_rate(rate);
            deck.play(None, 0);
        }
        decoder.reach(48_000);
        let (whole_sound, sound) = (one.run(70_000, 64).to_vec(), other.run(70_000, 64).to_vec());
        let gap = (48_000.0 / rate) as usize;
        assert_eq!(bits(&sound[..gap - 200]), bits(&whole_sound[..gap - 200]), "up to 3 ms before the gap");
        assert!(sound[gap - 30..].iter().all(|sample| *sample == 0.0), "silent before it");
        let starved = other.deck.take_starved();
        assert!((70_000 - gap as u64..70_400 - gap as u64).contains(&starved), "{starved}");
        decoder.finish();
        let (whole_sound, more) = (one.run(10_000, 64).to_vec(), other.run(10_000, 64).to_vec());
        assert_eq!(bits(&more[144..]), bits(&whole_sound[144..]), "within 3 ms, where it would have been");
        assert_eq!(other.deck.take_starved(), 0);
        let limit = steepest(&whole_sound) + 0.7 / 144.0;
        let all: Vec<f32> = sound.iter().chain(&more).copied().collect();
        assert!(steepest(&all) <= limit, "{} > {limit}", steepest(&all));
    }
}

#[test]
fn who_seeks_to_what_is_yet_to_come_hears_it_as_soon_as_it_is_there_in_phase() {
    let whole = track(120.0, 8.0, SR);
    let (mut decoder, coming) = Decoder::of(&whole, 0, 0);
    let (mut one, mut other) = (Booth::new(whole.clone(), 120.0), Booth::new(coming, 120.0));
    decoder.reach(96_000);
    for booth in [&mut one, &mut other] {
        booth.deck.set_sync(true).unwrap();
        booth.deck.play(None, 0);
        booth.run(10_000, 512);
        booth.deck.seek(5.0);
        booth.run(5_000, 512);
    }
    assert!(other.out[10_300..].iter().all(|sample| *sample == 0.0), "the old place has faded out");
    assert_eq!(one.place(), other.place(), "time goes on");
    assert!(steepest(&other.out) <= steepest(&one.out) + 0.7 / 144.0);
    decoder.finish();
    let (expected, heard) = (one.run(10_000, 512).to_vec(), other.run(10_000, 512).to_vec());
    assert_eq!(bits(&heard[144..]), bits(&expected[144..]));
    assert!(other.deck.take_starved() > 4_000);
}

#[test]
fn key_lock_lets_go_before_the_gap_and_takes_up_again_after_it() {
    let whole = track(120.0, 8.0, SR);
    let (mut decoder, coming) = Decoder::of(&whole, 0, 0);
    let mut booth = Booth::new(coming, 120.0);
    booth.deck.set_key_lock(true);
    booth.deck.set_rate(1.1);
    booth.deck.play(None, 0);
    decoder.reach(96_000);
    booth.run(96_000, 64);
    assert!(booth.out[88_000..].iter().all(|sample| *sample == 0.0));
    assert!(steepest(&booth.out) < 0.1, "{}", steepest(&booth.out));
    decoder.finish();
    booth.run(48_000, 64);
    assert!(!booth.deck.key.is_off(), "it is at work again");
    assert!(steepest(&booth.out) < 0.1, "{}", steepest(&booth.out));
}

#[test]
fn a_track_that_is_shorter_than_its_file_said_ends_where_it_ends() {
    let whole = track(120.0, 1.0, SR);
    for (more, reached) in [(20_000, true), (-20_000, true)] {
        let (mut decoder, coming) = Decoder::of(&whole, more, 30_000);
        let mut booth = Booth::new(coming, 120.0);
        booth.deck.play(None, 0);
        decoder.reach(40_000);
        booth.run(20_000, 64);
        decoder.finish();
        assert_eq!(booth.deck.length_secs(), 1.0);
        booth.run(28_000, 64);
        assert!(!booth.deck.take_reached_end() && booth.deck.take_starved() == 0);
        booth.run(200, 64);
        assert_eq!(booth.deck.take_reached_end(), reached);
    }
}
