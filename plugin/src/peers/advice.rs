//! What a person is told of the session, in sentences. Pure.

use echelon_engine::clock::{ClockMode, ClockSource, LinkQuality};

use super::PeersView;

/// Tempi nearer than this are the same, in BPM.
const SAME_TEMPO_BPM: f64 = 0.01;
/// Bars further apart than this, in milliseconds, are not together.
const APART_MS: f64 = 2.0;

/// The sentences, the most important first.
pub fn sentences(view: &PeersView) -> Vec<String> {
    if !view.mode.joins_session() {
        return vec![];
    }
    if !view.available {
        return vec!["this build of Echelon has no Ableton Link: the host's clock leads".to_owned()];
    }
    let all = [state(view), quality(view), host(view), company(view)];
    all.into_iter().flatten().collect()
}

fn state(view: &PeersView) -> Option<String> {
    let waits = view.switches_in_beats.is_some() && view.source != ClockSource::Link;
    (view.mode == ClockMode::Link && waits).then(|| "Link takes over at the next bar".to_owned())
}

fn quality(view: &PeersView) -> Option<String> {
    match view.quality {
        LinkQuality::Jittery => Some(format!(
            "the host's calls come {:.0} ms beside their time: switch off its rendering ahead for this track",
            view.spread_ms
        )),
        LinkQuality::Ahead => Some(
            "the host renders ahead, so nobody knows when it is heard: switch that off for this track, or set the offset"
                .to_owned(),
        ),
        LinkQuality::Offline if view.mode == ClockMode::Link => {
            Some("not in real time: the host's clock leads".to_owned())
        }
        _ => None,
    }
}

fn host(view: &PeersView) -> Option<String> {
    let host_bpm = view.host_tempo_bpm.filter(|_| view.host_rolls)?;
    let same_tempo = (host_bpm - view.tempo_bpm).abs() < SAME_TEMPO_BPM;
    let apart_ms = view.host_ahead_ms.unwrap_or(0.0);
    match view.mode {
        ClockMode::Link if view.host_agrees => {
            Some("the DAW is already in this Link session: the clock \"host\" will do".to_owned())
        }
        ClockMode::Link if !same_tempo => Some(format!("set the DAW to {:.2} BPM", view.tempo_bpm)),
        ClockMode::Publish if view.peers > 0 && view.host_loops_oddly => {
            Some("the DAW loops by parts of a bar: the session is not told of its place".to_owned())
        }
        ClockMode::Publish if view.peers > 0 && same_tempo && apart_ms.abs() > APART_MS => Some(format!(
            "the DAW's bar is {:.0} ms {} the session's: start it on the session's bar, or take over",
            apart_ms.abs(),
            if apart_ms > 0.0 { "ahead of" } else { "behind" }
        )),
        _ => None,
    }
}

fn company(view: &PeersView) -> Option<String> {
    (view.enabled && view.peers == 0).then(|| "nobody else is in the session".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(mode: ClockMode) -> PeersView {
        PeersView {
            mode,
            available: true,
            enabled: true,
            source: if mode == ClockMode::Link { ClockSource::Link } else { ClockSource::Host },
            peers: 1,
            tempo_bpm: 127.299_884,
            quality: LinkQuality::Good,
            host_rolls: true,
            host_tempo_bpm: Some(127.3),
            ..PeersView::default()
        }
    }

    fn first(view: &PeersView) -> String {
        sentences(view).into_iter().next().unwrap_or_default()
    }

    #[test]
    fn a_daw_at_another_tempo_is_to_be_set() {
        let link = view(ClockMode::Link);
        assert_eq!(first(&link), "");
        assert_eq!(first(&PeersView { host_tempo_bpm: Some(127.0), ..link.clone() }), "set the DAW to 127.30 BPM");
        assert_eq!(first(&PeersView { host_tempo_bpm: Some(90.0), host_rolls: false, ..link.clone() }), "");
        let agrees = PeersView { host_agrees: true, ..link };
        assert!(first(&agrees).contains("already in this Link session"));
    }

    #[test]
    fn what_is_wrong_with_time_comes_first() {
        let link = PeersView { host_tempo_bpm: Some(90.0), spread_ms: 12.4, ..view(ClockMode::Link) };
        let told = |quality| first(&PeersView { quality, ..link.clone() });
        assert!(told(LinkQuality::Jittery).starts_with("the host's calls come 12 ms beside"));
        assert!(told(LinkQuality::Ahead).contains("renders ahead"));
        assert_eq!(told(LinkQuality::Offline), "not in real time: the host's clock leads");
    }

    #[test]
    fn a_leader_hears_where_its_bar_is() {
        let publish = PeersView { host_ahead_ms: Some(-480.4), ..view(ClockMode::Publish) };
        assert!(first(&publish).contains("480 ms behind the session's"), "{}", first(&publish));
        assert_eq!(first(&PeersView { host_ahead_ms: Some(1.0), ..publish.clone() }), "");
        assert!(first(&PeersView { host_loops_oddly: true, ..publish.clone() }).contains("parts of a bar"));
        assert_eq!(first(&PeersView { peers: 0, ..publish }), "nobody else is in the session");
    }

    #[test]
    fn without_a_session_or_without_link_there_is_little_to_say() {
        assert!(sentences(&view(ClockMode::Host)).is_empty() && sentences(&view(ClockMode::Local)).is_empty());
        let told = sentences(&PeersView { available: false, ..view(ClockMode::Link) });
        assert_eq!(told, ["this build of Echelon has no Ableton Link: the host's clock leads"]);
    }
}
