use rosc::OscTime;

use super::super::packet::{Due, MAX_NESTING, MAX_PACKET_BYTES, PacketError, address_of, decode};
use super::{NOW, bundle, bytes, message};

fn addresses(packet: &[u8], now: OscTime) -> Result<Vec<String>, PacketError> {
    Ok(decode(packet, now)?.into_iter().map(|(message, _)| message.addr).collect())
}

fn nested(depth: usize) -> Vec<u8> {
    let innermost = message("/ping", &[]);
    bytes(&(0..depth).fold(innermost, |inner, _| bundle(NOW, vec![inner])))
}

#[test]
fn a_bundle_gives_its_messages_in_order() {
    let inner = bundle(NOW, vec![message("/b", &[]), message("/c", &[1.into()])]);
    let packet = bytes(&bundle(NOW, vec![message("/a", &[]), inner, message("/d", &[])]));
    assert_eq!(addresses(&packet, NOW).unwrap(), ["/a", "/b", "/c", "/d"]);
    assert_eq!(addresses(&bytes(&bundle(NOW, vec![])), NOW).unwrap(), [""; 0]);
}

#[test]
fn bundles_nest_four_deep() {
    assert_eq!(addresses(&nested(MAX_NESTING), NOW).unwrap(), ["/ping"]);
    assert_eq!(addresses(&nested(MAX_NESTING + 1), NOW), Err(PacketError::TooDeep));
    // As deep as 8 KiB go: must not use up the stack.
    let deepest: Vec<u8> = nested(400);
    assert!(deepest.len() <= MAX_PACKET_BYTES);
    assert_eq!(addresses(&deepest, NOW), Err(PacketError::TooDeep));
}

#[test]
fn arrays_are_refused_before_they_are_built() {
    let mut packet = b"/deck/a/play\0\0\0\0,".to_vec();
    packet.extend([b'['; 4000]);
    packet.extend([b']'; 4000]);
    packet.extend([0; 3]);
    assert_eq!(addresses(&packet, NOW), Err(PacketError::Malformed("no address takes an array".into())));
}

#[test]
fn time_tags() {
    let now = OscTime { seconds: 3_900_000_000, fractional: 1 << 31 };
    let at =
        |seconds, fractional| addresses(&bytes(&bundle((seconds, fractional).into(), vec![message("/a", &[])])), now);
    for (seconds, fractional) in [(0, 1), (0, 0), (1, 0), (3_899_999_999, 0), (3_900_000_000, 1 << 31)] {
        assert!(at(seconds, fractional).is_ok(), "{seconds} {fractional}");
    }
    let error = at(3_900_000_012, 0).unwrap_err();
    assert_eq!(error, PacketError::Future { secs: 11.5 });
    assert!(error.to_string().contains("11.500 s ahead; at most 10 s"), "{error}");
    // Inside of a bundle for now, too.
    let inner = |seconds| bundle((seconds, 0).into(), vec![message("/a", &[])]);
    assert!(addresses(&bytes(&bundle(NOW, vec![inner(3_900_000_012)])), now).is_err());
    let packet = bytes(&bundle(NOW, vec![message("/b", &[]), inner(3_900_000_002), inner(3_899_999_000)]));
    let dues: Vec<Due> = decode(&packet, now).unwrap().into_iter().map(|(_, due)| due).collect();
    assert_eq!(dues, [Due::Now, Due::In(1.5), Due::Late]);
}

#[test]
fn a_packet_is_at_most_8_kib() {
    // Address and type tags take 8 bytes, the text's end one.
    let packet = |length: usize| bytes(&message("/a", &["x".repeat(length - 9).as_str().into()]));
    assert_eq!(packet(MAX_PACKET_BYTES).len(), MAX_PACKET_BYTES);
    assert!(decode(&packet(MAX_PACKET_BYTES), NOW).is_ok());
    assert_eq!(decode(&packet(MAX_PACKET_BYTES + 4), NOW), Err(PacketError::TooBig(MAX_PACKET_BYTES + 4)));
}

#[test]
fn a_message_without_type_tags_has_no_arguments() {
    assert_eq!(addresses(b"/deck/a/play\0\0\0\0", NOW).unwrap(), ["/deck/a/play"]);
}

/// A bundle with one broken element must not be done in part.
#[test]
fn a_broken_element_breaks_the_bundle() {
    let good = bytes(&message("/a", &[]));
    let mut packet = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
    packet.extend([0, 0, 0, 8]);
    packet.extend(&good);
    assert!(decode(&packet, NOW).is_ok());
    for broken in [&b"\0\0\0\x08garbage!"[..], b"\0\0\0\x08/a", b"\xff\xff\xff\xff/a\0\0", b"\0\0\0\x03/a\0", b"\0\0"] {
        let packet = [&packet[..], broken].concat();
        assert!(matches!(decode(&packet, NOW), Err(PacketError::Malformed(_))), "{broken:?}");
        let mut outer = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
        outer.extend(u32::try_from(packet.len()).unwrap().to_be_bytes());
        outer.extend(&packet);
        assert!(matches!(decode(&outer, NOW), Err(PacketError::Malformed(_))), "nested {broken:?}");
    }
}

#[test]
fn every_cut_of_a_good_packet_is_refused() {
    let args = [1.into(), 2.5f32.into(), "text".into(), 3.5f64.into()];
    let packet = bytes(&bundle(NOW, vec![message("/deck/a/play", &args)]));
    for length in 0..packet.len() {
        // The head alone is an empty bundle.
        if length != 16 {
            assert!(decode(&packet[..length], NOW).is_err(), "{length}");
        }
    }
}

#[test]
fn the_address_of_a_broken_packet() {
    assert_eq!(address_of(b"/deck/a/play\0\0\0\0junk"), "/deck/a/play");
    assert_eq!(address_of(b"#bundle\0junk"), "#bundle");
    assert_eq!(address_of(b"GET / HTTP/1.1"), "");
    assert_eq!(address_of(b"/\xff"), "");
    assert_eq!(address_of(b""), "");
}
