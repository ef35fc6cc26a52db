//! A folder of music that is on no disk, with what is known of the files in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use echelon::editor::files::{Entry, Listing};
use echelon::editor::folders::Folders;
use echelon::media::analyse::Key;
use echelon::media::{ShelfView, Tags, TagsView, TrackFacts};
use echelon::view::RigView;

const FOLDER: &str = "/music/House";

/// Tempo, tonic and whether it is minor, of a file that was on a deck before.
type Known = Option<(f64, u8, bool)>;
/// Artist and title of a file that has them.
type Words = Option<(&'static str, &'static str)>;

/// Files, with what was found in them, what they say, and their length in seconds.
const FILES: [(&str, Known, Words, f64); 14] = [
    ("909 Percussion Loop 126.wav", Some((126.0, 9, true)), None, 30.5),
    ("A Quiet Room (Dub).flac", Some((124.0, 4, true)), Some(("Mira Holt", "A Quiet Room (Dub)")), 421.0),
    ("Afterglow.mp3", Some((128.02, 0, false)), Some(("Sand & Signal", "Afterglow")), 388.2),
    ("Arcade Rain.flac", None, Some(("Kasimir", "Arcade Rain")), 402.9),
    ("Basement Window.aiff", Some((127.5, 10, true)), Some(("Ola Brandt", "Basement Window")), 364.0),
    (
        "Copper Wire (Extended Mix).flac",
        Some((128.0, 0, false)),
        Some(("Sand & Signal", "Copper Wire (Extended Mix)")),
        421.9,
    ),
    ("Harbour Lights.mp3", Some((122.0, 2, true)), Some(("Mira Holt", "Harbour Lights")), 355.5),
    ("Long Way Down.m4a", Some((174.0, 9, true)), Some(("Fennwick", "Long Way Down")), 298.1),
    ("Night Bus to Kreuzberg.flac", Some((124.0, 9, true)), Some(("Ola Brandt", "Night Bus to Kreuzberg")), 372.4),
    ("Rain on Glass (Acapella).wav", Some((120.0, 2, false)), None, 198.0),
    ("Salt.ogg", None, Some(("Kasimir feat. the Choir of the Old Harbour Warehouse", "Salt")), 3_671.0),
    ("Second Floor.mp3", Some((125.9, 1, true)), Some(("Fennwick", "Second Floor")), 333.3),
    ("Tin Roof.wav", Some((126.4, 4, true)), None, 412.0),
    ("Under the Bridge of Sighs.flac", None, None, 377.7),
];

/// Reads that folder, whatever is asked for.
pub fn folders() -> Folders {
    listed(["Deep", "Techno", "Tools"].iter().copied(), FILES.iter().map(|(name, ..)| *name))
}

/// Reads a folder with these in it.
pub fn listed<'n>(folders: impl Iterator<Item = &'n str>, files: impl Iterator<Item = &'n str>) -> Folders {
    let entry = |name: &str, is_folder| Entry { name: name.to_owned(), path: file(name), is_folder };
    let folders: Vec<Entry> = folders.map(|name| entry(name, true)).collect();
    let entries: Vec<Entry> = folders.into_iter().chain(files.map(|name| entry(name, false))).collect();
    Folders::reading(move |_| Listing { folder: FOLDER.into(), entries: entries.clone(), ..Listing::default() })
}

/// Where a file of that folder is.
pub fn file(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

/// What a file of that folder says of itself.
pub fn tags(list: impl IntoIterator<Item = (PathBuf, Tags)>) -> TagsView {
    let of = list.into_iter().map(|(file, tags)| (file.into(), tags)).collect();
    TagsView { of: Arc::new(of), rounds: 1, ..TagsView::default() }
}

/// What is known of the folder, of which a file is on deck A.
pub fn put(view: &mut RigView) {
    view.tracks[0].path = Some(file("Night Bus to Kreuzberg.flac"));
    let known = FILES.into_iter().filter_map(|(name, found, ..)| Some((name, found?)));
    let facts = known.map(|(name, (bpm, tonic, minor))| {
        (file(name), TrackFacts { bpm: Some(bpm), key: Key::new(tonic, minor), ..TrackFacts::default() })
    });
    view.shelf = ShelfView { facts: Arc::new(facts.collect()), ..ShelfView::default() }.into();
    let said = FILES.into_iter().map(|(name, _, words, secs)| {
        let [artist, title] = [words.map(|(artist, _)| artist.into()), words.map(|(_, title)| title.into())];
        (file(name), Tags { title, artist, secs: Some(secs) })
    });
    view.tags = tags(said).into();
}
