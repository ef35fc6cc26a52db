//! The action log: who asked for what, and what became of it.

use egui::{Align2, Rect, ScrollArea, Sense, StrokeKind, TextEdit, Ui, UiBuilder, vec2};

use super::layout::{cut_left, cut_right, cut_top, share};
use super::{ids, text, theme};
use crate::view::{LogLine, LogOutcome};

const ROW: f32 = 20.0;

/// What is looked for in the log.
#[derive(Clone, Debug, Default)]
pub struct LogFilter(String);

impl LogFilter {
    /// Whether a line has all the words.
    #[must_use]
    pub fn lets(&self, line: &LogLine) -> bool {
        let text = format!("{} {} {} {}", line.source.word(), line.words, line.outcome.word(), line.why).to_lowercase();
        self.0.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// Draws the field.
    fn show(&mut self, ui: &mut Ui, rect: Rect) {
        let field = TextEdit::singleline(&mut self.0)
            .id(ids::once("log filter"))
            .hint_text("Filter: OSC refused deck=a ...")
            .char_limit(100)
            .align(Align2::LEFT_CENTER);
        ui.put(rect, field).on_hover_text("Only lines that have all these words are shown.");
    }
}

/// Draws title, filter and list of the lines that `of` lets through.
pub fn show(
    ui: &mut Ui,
    rect: Rect,
    title: &str,
    lines: &[LogLine],
    filter: &mut LogFilter,
    of: impl Fn(&LogLine) -> bool,
) {
    ui.painter().rect_filled(rect, theme::ROUND, theme::panel());
    ui.painter().rect_stroke(rect, theme::ROUND, theme::hairline(theme::line()), StrokeKind::Inside);
    let (head, list) = cut_top(rect.shrink(10.0), 24.0);
    let (name, field) = cut_right(head, head.width().min(520.0) * 0.5);
    text::line(ui, name, title, theme::words(15.0), theme::text(), Align2::LEFT_CENTER);
    filter.show(ui, field);
    ui.painter().rect_filled(list, 3, theme::well());
    let shown: Vec<&LogLine> = lines.iter().filter(|line| of(line) && filter.lets(line)).collect();
    if shown.is_empty() {
        let words = if lines.is_empty() { "Nothing was asked yet." } else { "Nothing of that." };
        text::line(ui, list, words, theme::words(13.0), theme::text_dim(), Align2::CENTER_CENTER);
        return;
    }
    let mut child = ui.new_child(UiBuilder::new().max_rect(list.shrink(4.0)).id_salt("log"));
    child.set_clip_rect(list);
    child.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(&mut child, ROW, shown.len(), |ui, rows| {
        for line in &shown[rows] {
            let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            show_line(ui, row, line);
        }
    });
}

fn show_line(ui: &Ui, rect: Rect, line: &LogLine) {
    let (beat, rest) = cut_left(rect, 66.0);
    let [source, words, outcome, why] = share(rest, 8.0, [0.8, 2.4, 0.6, 2.6]);
    let small = theme::words(12.0);
    text::line(ui, beat, &format!("{:.2}", line.beat), theme::digits(11.5), theme::text_dim(), Align2::RIGHT_CENTER);
    text::line(ui, source, line.source.word(), small.clone(), theme::text_dim(), Align2::LEFT_CENTER);
    text::line(ui, words, &line.words, small.clone(), theme::text(), Align2::LEFT_CENTER);
    let ink = match line.outcome {
        LogOutcome::Open => theme::waiting(),
        LogOutcome::Done => theme::playing(),
        LogOutcome::Refused => theme::alert(),
        LogOutcome::Gone => theme::text_dim(),
    };
    text::line(ui, outcome, line.outcome.word(), small.clone(), ink, Align2::LEFT_CENTER);
    text::line(ui, why, &line.why, small, theme::text_dim(), Align2::LEFT_CENTER);
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::safety::Source;

    #[test]
    fn every_word_of_the_filter_must_be_there() {
        let line = LogLine {
            number: 1,
            beat: 4.0,
            source: Source::Osc,
            words: "play_deck deck=b".to_owned(),
            outcome: LogOutcome::Refused,
            why: "deck B is empty".to_owned(),
        };
        for (filter, lets) in [("", true), ("osc refused", true), ("OSC deck=a", false), ("empty play", true)] {
            assert_eq!(LogFilter(filter.to_owned()).lets(&line), lets, "{filter}");
        }
    }
}
