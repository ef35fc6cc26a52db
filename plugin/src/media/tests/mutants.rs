//! Files with bytes changed, cut and repeated: no panic, no hang, no track that lies about itself.

use super::super::decode::decode_within;
use super::{FIXTURES, Folder, flac, float_wav, int_wav, noise};

/// The same numbers each time.
pub(crate) struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }

    fn byte(&mut self) -> u8 {
        [0, 1, 0x7f, 0x80, 0xff, u8::try_from(self.roll(256)).unwrap()][self.roll(6)]
    }
}

fn mutate(good: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=dice.roll(8) {
        // Half of the changes hit the header.
        let reach = if dice.roll(2) == 0 { bytes.len().min(64) } else { bytes.len() };
        let at = dice.roll(reach);
        match dice.roll(6) {
            0 => bytes.truncate(at + 1),
            1 => {
                let from = dice.roll(bytes.len() - at);
                bytes.copy_within(at..at + from, 0);
            }
            2 => {
                let end = (at + dice.roll(64)).min(bytes.len());
                bytes[at..end].fill(dice.byte());
            }
            _ => bytes[at] = dice.byte(),
        }
    }
    bytes
}

#[test]
fn no_mutant_brings_the_decoder_down() {
    let folder = Folder::new();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut good: Vec<Vec<u8>> = FIXTURES.iter().map(|(_, bytes)| bytes.to_vec()).collect();
    good.push(int_wav(2, 44_100, 16, &noise(12_000, 16)));
    good.push(int_wav(1, 96_000, 24, &noise(12_000, 24)));
    good.push(float_wav(2, 48_000, &[0.5; 12_000]));
    good.push(flac(2, 44_100, 16, &noise(12_000, 16)));
    good.push(flac(1, 48_000, 24, &noise(12_000, 24)));
    let (mut loaded, mut refused) = (0, 0);
    for _ in 0..50 {
        for good in &good {
            let bytes = mutate(good, &mut dice);
            let path = folder.write("mutant", &bytes);
            // The decoder may panic (with overflow checks it does); nothing of that may get out of `decode`.
            match decode_within(1 << 24, &path, &mut |_| {}, &|| false) {
                Ok(decoded) => {
                    loaded += 1;
                    let all = decoded.track.left().iter().chain(decoded.track.right());
                    assert!(all.into_iter().all(|sample| sample.is_finite()));
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(loaded > 50 && refused > 50, "mutants of both kinds: {loaded} loaded, {refused} refused");
}
