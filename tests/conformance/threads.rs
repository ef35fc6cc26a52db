//! Threads: the host's main thread saves, loads, asks and sets while another processes.

use support::blocks::Random;
use support::{Blocks, Event, Setup, for_each_format};

use super::alone;

#[test]
fn states_texts_and_values_from_the_main_thread_while_the_audio_thread_is_busy() {
    let _one = alone();
    for_each_format(|format| {
        let mut host = Setup::new().blocks(Blocks::Fixed(64)).open(format);
        // Its port is in the state from here on.
        let _ = host.osc_port();
        let (params, mut random) = (host.params(), Random::new(6));
        for frame in (0..100_000).step_by(50) {
            let param = &params[(random.next_u64() % params.len() as u64) as usize];
            let value = param.min + (param.max - param.min) * random.next_f64();
            host.at(frame, Event::param(&param.id, value));
        }
        let saved = host.save();
        let (recording, refused) = host.render_while(100_000, |main| {
            let mut refused = 0;
            for round in 0..60 {
                main.serve_callbacks();
                let param = &params[round * 7 % params.len()];
                let text = main.text(&param.id, param.max).expect("a text");
                let value = main.from_text(&param.id, &text).expect("a value");
                main.tell_controller(&param.id, value);
                let now = main.get(&param.id);
                assert!((param.min..=param.max).contains(&now), "{}: {now}", param.id);
                // A state that was saved in the middle of all that is one that loads.
                let state = main.save();
                refused += u32::from(!main.load(if round % 2 == 0 { &saved } else { &state }));
            }
            refused
        });
        assert_eq!((recording.end(), refused), (100_000, 0));
        assert_eq!(host.misuse(), [""; 0]);
    });
}
