//! Hydrogen's demo songs: as they are, at other tempi, with swing, and with a tempo that drifts.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::{List, Truth, files, render as render_once};

const SONGS_DIR: &str = "/usr/share/hydrogen/data/demo_songs";
/// Ticks of a quarter note.
const TICKS: f64 = 48.0;
/// Songs are a few bars long: they are played so often, but for those that are long already.
const REPEATS: usize = 3;
const LONG_GROUPS: usize = 60;

/// How a song is changed.
struct Edit {
    name: &'static str,
    /// Of the song's tempo.
    ratio: f64,
    swing: Option<f64>,
    /// The tempo from bar to bar, of the tempo.
    curve: Option<fn(f64) -> f64>,
}

const EDITS: [Edit; 7] = [
    Edit { name: "slow", ratio: 0.82, swing: None, curve: None },
    Edit { name: "fast", ratio: 1.13, swing: None, curve: None },
    Edit { name: "swing", ratio: 1.0, swing: Some(0.5), curve: None },
    Edit { name: "slow_swing", ratio: 0.87, swing: Some(0.6), curve: None },
    Edit { name: "wave", ratio: 1.0, swing: None, curve: Some(|bar| 1.0 + 0.025 * (bar / 2.5).sin()) },
    Edit { name: "ramp", ratio: 0.93, swing: None, curve: Some(|bar| 1.0 + 0.003 * bar) },
    Edit { name: "sway", ratio: 1.05, swing: None, curve: Some(|bar| 1.0 + 0.003 * (bar / 3.0).sin()) },
];

/// Renders what is not there yet, and lists it.
pub fn render(out: &Path, list: &mut List) -> Result<()> {
    for path in files(Path::new(SONGS_DIR), &["h2song"])? {
        let song = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let bpm: f64 = between(&song, "<bpm>", "</bpm>").and_then(|bpm| bpm.parse().ok()).context("a song's tempo")?;
        let wav = out.join(format!("{name}.wav"));
        if render_song(&path, &wav)? {
            list.add(&name, &wav, &Truth::Steady(bpm));
        }
        for edit in &EDITS {
            let (text, truth) = edited(&song, bpm, edit).with_context(|| format!("{name} cannot be edited"))?;
            let own = out.join(format!("{name}_{}.h2song", edit.name));
            fs::write(&own, text)?;
            let wav = own.with_extension("wav");
            if render_song(&own, &wav)? {
                list.add(&name, &wav, &truth);
            }
        }
    }
    Ok(())
}

fn render_song(song: &Path, wav: &Path) -> Result<bool> {
    render_once(wav, |part| {
        let mut command = Command::new("h2cli");
        command.args(["-d", "fake", "-s"]).arg(song).arg("-o").arg(part);
        command
    })
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(to).map(|(inner, _)| inner)
}

fn replaced(text: &str, from: &str, to: &str, with: &str) -> Option<String> {
    let inner = between(text, from, to)?;
    Some(text.replacen(&format!("{from}{inner}{to}"), &format!("{from}{with}{to}"), 1))
}

/// The edited song and where its beats are.
fn edited(song: &str, bpm: f64, edit: &Edit) -> Option<(String, Truth)> {
    let bpm = (bpm * edit.ratio * 10.0).round() / 10.0;
    let sequence = between(song, "<patternSequence>", "</patternSequence>")?;
    let groups: Vec<&str> = sequence.split_inclusive("</group>").filter(|group| group.contains("</group>")).collect();
    let repeats = if groups.len() > LONG_GROUPS { 1 } else { REPEATS };
    let groups: Vec<&str> = groups.repeat(repeats);
    let mut text = replaced(song, "<patternSequence>", "</patternSequence>", &groups.concat())?;
    text = replaced(&text, "<bpm>", "</bpm>", &bpm.to_string())?;
    if let Some(swing) = edit.swing {
        text = replaced(&text, "<swing_factor>", "</swing_factor>", &swing.to_string())?;
    }
    let Some(curve) = edit.curve else { return Some((text, Truth::Steady(bpm))) };
    let (mut tempi, mut points, mut beat, mut secs) = (String::new(), vec![(0.0, 0.0)], 0.0, 0.0);
    for (bar, group) in groups.iter().enumerate() {
        let tempo = (bpm * curve(bar as f64) * 1e4).round() / 1e4;
        // Writing to a String cannot fail.
        let _ = write!(tempi, "<newBPM><BAR>{bar}</BAR><BPM>{tempo}</BPM></newBPM>");
        let beats = beats_of(song, group);
        beat += beats;
        secs += beats * 60.0 / tempo;
        points.push((beat, secs));
    }
    text = text.replace("<BPMTimeLine/>", &format!("<BPMTimeLine>{tempi}</BPMTimeLine>"));
    let mode = "<mode>song</mode>";
    text = text.replacen(mode, &format!("{mode}<isTimelineActivated>true</isTimelineActivated>"), 1);
    Some((text, Truth::Moving(points)))
}

/// How long the patterns of a group last: the longest one counts.
fn beats_of(song: &str, group: &str) -> f64 {
    let ids = group.split("<patternID>").skip(1).filter_map(|rest| rest.split_once("</patternID>")).map(|(id, _)| id);
    let ticks = ids.filter_map(|id| {
        let pattern = song.split("<pattern>").skip(1).find(|text| between(text, "<name>", "</name>") == Some(id))?;
        between(pattern, "<size>", "</size>")?.parse::<f64>().ok()
    });
    let longest = ticks.fold(0.0, f64::max);
    if longest > 0.0 { longest / TICKS } else { 4.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SONG: &str = "<bpm>100</bpm><mode>song</mode><swing_factor>0</swing_factor>\
        <pattern><name>a</name><size>192</size></pattern><pattern><name>b</name><size>96</size></pattern>\
        <patternSequence><group><patternID>a</patternID><patternID>b</patternID></group>\
        <group><patternID>b</patternID></group></patternSequence><BPMTimeLine/>";

    #[test]
    fn a_song_is_played_several_times_and_its_beats_are_known() {
        let edit = Edit { name: "", ratio: 1.2, swing: Some(0.5), curve: Some(|bar| 1.0 + bar) };
        let (text, truth) = edited(SONG, 100.0, &edit).unwrap();
        assert_eq!(text.matches("<group>").count(), 6);
        assert!(text.contains("<bpm>120</bpm>") && text.contains("<swing_factor>0.5</swing_factor>"));
        assert!(text.contains("<newBPM><BAR>1</BAR><BPM>240</BPM></newBPM>") && text.contains("<isTimelineActivated>"));
        let Truth::Moving(points) = truth else { panic!("it moves") };
        assert_eq!(points[..3], [(0.0, 0.0), (4.0, 2.0), (6.0, 2.5)]);
    }
}
