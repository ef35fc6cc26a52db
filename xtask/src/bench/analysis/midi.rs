//! The tempo of a MIDI file.

/// In BPM, if it has one tempo throughout.
pub fn only_tempo(bytes: &[u8]) -> Option<f64> {
    let mut tempi = Vec::new();
    let mut at = 14;
    while let Some(head) = bytes.get(at..at + 8) {
        let length = usize::try_from(u32::from_be_bytes(head[4..8].try_into().ok()?)).ok()?;
        tempi.extend(tempi_of_track(bytes.get(at + 8..at + 8 + length)?)?);
        at += 8 + length;
    }
    let first = *tempi.first()?;
    tempi.iter().all(|tempo| *tempo == first).then(|| 60e6 / f64::from(first))
}

/// Microseconds of a quarter note, each time that it is set.
fn tempi_of_track(mut rest: &[u8]) -> Option<Vec<u32>> {
    let (mut tempi, mut running) = (Vec::new(), 0);
    while !rest.is_empty() {
        number(&mut rest)?;
        if rest.first()? & 0x80 != 0 {
            running = *rest.first()?;
            rest = &rest[1..];
        }
        match running {
            0xff => {
                let kind = *rest.first()?;
                rest = &rest[1..];
                let length = number(&mut rest)?;
                let data = rest.get(..length)?;
                rest = &rest[length..];
                if let (0x51, [a, b, c]) = (kind, data) {
                    tempi.push(u32::from_be_bytes([0, *a, *b, *c]));
                }
            }
            0xf0..=0xf7 => {
                let length = number(&mut rest)?;
                rest = rest.get(length..)?;
            }
            0xc0..=0xdf => rest = rest.get(1..)?,
            _ => rest = rest.get(2..)?,
        }
    }
    Some(tempi)
}

/// A number in as many bytes as it needs.
fn number(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for _ in 0..4 {
        let byte = *rest.first()?;
        *rest = &rest[1..];
        value = value << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(tempi: &[u32]) -> Vec<u8> {
        let mut track = vec![0, 0x90, 60, 100, 0x81, 0x10, 60, 0, 0, 0xc0, 5];
        for tempo in tempi {
            track.extend([0, 0xff, 0x51, 3]);
            track.extend(&tempo.to_be_bytes()[1..]);
        }
        track.extend([0, 0xff, 0x2f, 0]);
        let mut file = b"MThd\0\0\0\x06\0\x01\0\x01\x01\xe0MTrk".to_vec();
        file.extend(u32::try_from(track.len()).unwrap().to_be_bytes());
        file.extend(track);
        file
    }

    #[test]
    fn one_tempo_is_found_and_several_are_none() {
        assert_eq!(only_tempo(&file(&[500_000])), Some(120.0));
        assert_eq!(only_tempo(&file(&[400_000, 400_000])), Some(150.0));
        assert_eq!(only_tempo(&file(&[400_000, 500_000])), None);
        assert_eq!(only_tempo(&file(&[])), None);
        let cut = file(&[500_000]);
        (0..cut.len()).for_each(|length| assert_eq!(only_tempo(&cut[..length]), None, "{length}"));
    }
}
