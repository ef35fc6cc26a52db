//! A text that is typed anew: a field, and a button once it says something else.

use egui::{Align2, Id, Key, Rect, TextEdit, Ui};

use super::button::{Face, button};
use super::layout::cut_right;

/// What is being typed, and the text that it began with.
#[derive(Debug, Default)]
pub struct Retyped {
    typed: String,
    seen: String,
}

/// What a field looks like.
pub struct Words<'a> {
    /// In the empty field.
    pub hint: &'a str,
    /// What it is for.
    pub help: &'a str,
    /// On the button.
    pub take: &'a str,
    /// What the button does.
    pub take_help: &'a str,
}

impl Retyped {
    /// Draws field and button. What was typed, once it is wanted and `reads` makes something of it that is not so `now`.
    pub fn show<T>(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        [field_id, take_id]: [Id; 2],
        now: &str,
        words: &Words<'_>,
        reads: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        if self.seen != now {
            now.clone_into(&mut self.seen);
            now.clone_into(&mut self.typed);
        }
        let wanted = reads(self.typed.trim()).filter(|_| self.typed.trim() != now);
        let (field, take) = if wanted.is_some() { cut_right(rect, 74.0) } else { (rect, Rect::NOTHING) };
        let typing = TextEdit::singleline(&mut self.typed)
            .id(field_id)
            .hint_text(words.hint)
            .char_limit(32)
            .align(Align2::LEFT_CENTER);
        let field = ui.put(field, typing).on_hover_text(words.help);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let wanted = wanted?;
        let pressed = button(ui, take, take_id, Face::plain(words.take)).on_hover_text(words.take_help).clicked();
        (pressed || entered).then_some(wanted)
    }
}
