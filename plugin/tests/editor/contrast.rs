//! Every word that is drawn, on what was drawn below it: both themes, every page, every state. What the library says has
//! tests of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use echelon::editor::ids;
use echelon::editor::page::Page;
use echelon::editor::theme::{self, Theme, contrast};
use echelon::view::{ListenState, Listened};
use echelon_engine::deck::ListenView;
use echelon_engine::mixer::Knob;
use egui::{Color32, Pos2, Shape};

use crate::bench::Bench;
use crate::browser::Music;
use crate::crates;
use crate::scenes::scene;

/// The states that have words of their own.
const STATES: [&str; 6] = ["empty", "playing", "pending", "failed", "refused", "long"];

/// WCAG 2.1 for text of any size.
const LEAST: f32 = 4.5;

/// What was filled so far, and the words on it that are too faint.
#[derive(Default)]
struct Paper {
    fills: Vec<(egui::Rect, Color32)>,
    words: usize,
    /// All that was judged.
    read: Vec<String>,
    /// What lies elsewhere is not judged.
    only: Option<egui::Rect>,
    faint: BTreeMap<String, String>,
}

impl Paper {
    fn draw(&mut self, shape: &Shape, clip: egui::Rect, what: &str) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.draw(shape, clip, what)),
            Shape::Rect(rect) if rect.fill.a() > 0 => self.fills.push((rect.rect.intersect(clip), rect.fill)),
            Shape::Text(text) => {
                let rect = egui::Rect::from_min_size(text.pos, text.galley.size()).intersect(clip);
                let section = text.galley.job.sections.first().map(|section| section.format.color);
                let placeholder = |colour: &Color32| *colour != Color32::PLACEHOLDER;
                let colour = text.override_text_color.or(section.filter(placeholder)).unwrap_or(text.fallback_color);
                if rect.is_positive() && !text.galley.text().trim().is_empty() {
                    self.write(text.galley.text(), rect.center(), colour, what);
                }
            }
            _ => {}
        }
    }

    fn write(&mut self, words: &str, at: Pos2, colour: Color32, what: &str) {
        if self.only.is_some_and(|only| !only.contains(at)) {
            return;
        }
        let below = self.fills.iter().filter(|(rect, _)| rect.contains(at));
        let ground = below.fold(Color32::BLACK, |ground, (_, fill)| ground.blend(*fill));
        let ratio = contrast(ground.blend(colour), ground);
        self.words += 1;
        self.read.push(words.to_owned());
        if ratio < LEAST {
            self.faint.insert(format!("{words:?}: {ratio:.1}, {colour:?} on {ground:?}"), what.to_owned());
        }
    }
}

#[test]
fn every_word_that_is_drawn_stands_out() {
    let mut faint = BTreeMap::new();
    for look in Theme::ALL {
        for page in Page::ALL.into_iter().filter(|page| *page != Page::Library) {
            for name in STATES {
                let mut bench = Bench::new(scene(name, 0.0).unwrap());
                theme::apply(&bench.ctx, look);
                bench.key(page.key());
                bench.view = scene(name, 1.0).unwrap();
                bench.wait(1.0);
                let output = bench.frame(vec![]);
                let (mut paper, what) = (Paper::default(), format!("{look:?}, {page:?}, {name}"));
                output.shapes.iter().for_each(|clipped| paper.draw(&clipped.shape, clipped.clip_rect, &what));
                assert!(paper.words > 20, "{what}");
                faint.append(&mut paper.faint);
            }
        }
    }
    theme::enter(Theme::Dark);
    assert!(faint.is_empty(), "{} too faint: {faint:#?}", faint.len());
}

/// Every row as the chosen one, with all that a row may say.
#[test]
fn every_word_of_the_library_stands_out() {
    let mut faint = BTreeMap::new();
    for look in Theme::ALL {
        let mut view = scene("playing", 0.0).unwrap();
        crates::put(&mut view);
        let mut shelf = echelon::media::ShelfView::clone(&view.shelf);
        shelf.running = Some((crates::file("Salt.ogg"), 0.3));
        let why = "the file is damaged".to_owned();
        Arc::make_mut(&mut shelf.failed).insert(crates::file("Arcade Rain.flac"), why);
        view.shelf = shelf.into();
        let mut tags = echelon::media::TagsView::clone(&view.tags);
        tags.progress = Some((3, 14));
        view.tags = tags.into();
        let mut bench = Bench::new(view);
        theme::apply(&bench.ctx, look);
        bench.stage.read_folders_with(crates::folders());
        bench.key(Page::Library.key());
        bench.frame(vec![]);
        for row in 0..17 {
            bench.key(egui::Key::ArrowDown);
            let output = bench.frame(vec![]);
            let (mut paper, what) = (Paper::default(), format!("{look:?}, row {row}"));
            output.shapes.iter().for_each(|clipped| paper.draw(&clipped.shape, clipped.clip_rect, &what));
            assert!(paper.words > 60, "{what}: {}", paper.words);
            faint.append(&mut paper.faint);
        }
    }
    theme::enter(Theme::Dark);
    assert!(faint.is_empty(), "{} too faint: {faint:#?}", faint.len());
}

#[test]
fn a_faint_word_is_seen() {
    let mut paper = Paper::default();
    let rect = egui::Rect::from_min_size(Pos2::ZERO, egui::vec2(100.0, 20.0));
    paper.draw(&Shape::rect_filled(rect, 0, Color32::from_rgb(0x15, 0x19, 0x1E)), rect, "");
    paper.write("plain", rect.center(), Color32::from_rgb(0xAA, 0xB5, 0xC0), "");
    assert!(paper.faint.is_empty());
    paper.write("faint", rect.center(), Color32::from_rgb(0x6B, 0x70, 0x76), "");
    paper.draw(&Shape::rect_filled(rect, 0, Color32::from_white_alpha(200)), rect, "");
    paper.write("on white", rect.center(), Color32::from_rgb(0xAA, 0xB5, 0xC0), "");
    assert_eq!(paper.faint.len(), 2, "{:?}", paper.faint);
}

/// The bar below the library's list, in whatever state what is listened to may be.
#[test]
fn every_word_about_what_is_listened_to_stands_out() {
    let music = Music::new("contrast");
    let place = ListenView { number: 1, position_secs: 61.0, length_secs: 183.0, waits: false };
    let on = Some(ListenState::On);
    let cases = [
        ("at rest", None, None, 0.0, "Listen"),
        ("loading", Some(ListenState::Loading), None, 0.0, "loading"),
        ("waits", on.clone(), Some(ListenView { waits: true, ..place }), 0.0, "comes to that place"),
        ("heard", on.clone(), Some(place), 0.0, "in the headphones"),
        ("all master", on, Some(place), 1.0, "cue mix is all master"),
        ("failed", Some(ListenState::Failed("no music".to_owned())), None, 0.0, "no music"),
    ];
    let mut faint = BTreeMap::new();
    for look in Theme::ALL {
        for (what, state, listen, cue_mix, words) in cases.clone() {
            let mut bench = music.open();
            theme::apply(&bench.ctx, look);
            bench.click(ids::row(1));
            let file = bench.view.tracks[0].path.clone().unwrap();
            bench.view.listened = state.map(|state| Listened { file, state });
            bench.view.snapshot.listen = listen;
            bench.view.snapshot.set_knob(Knob::of_master("cue_mix").unwrap(), cue_mix);
            assert!(bench.says(words), "{what}");
            let output = bench.frame(vec![]);
            let bar = bench.rect(ids::browser("listen at")).union(bench.rect(ids::browser("listen"))).expand(2.0);
            // What is said of it stands beside its waveform.
            let bar = bar.with_max_x(bench.screen().right());
            let (mut paper, what) = (Paper { only: Some(bar), ..Paper::default() }, format!("{look:?}, {what}"));
            output.shapes.iter().for_each(|clipped| paper.draw(&clipped.shape, clipped.clip_rect, &what));
            assert!(paper.read.iter().any(|read| read.contains(words)), "{what}: {words:?} was not judged");
            faint.append(&mut paper.faint);
        }
    }
    theme::enter(Theme::Dark);
    assert!(faint.is_empty(), "{} too faint: {faint:#?}", faint.len());
}
