//! Who may talk to OSC from other machines, and from which folders it may load.

use std::net::Ipv4Addr;
use std::path::Path;

use egui::{Align2, Id, Rect, ScrollArea, Sense, TextEdit, Ui, UiBuilder, vec2};

use super::button::{Face, button};
use super::form::{self, Form};
use super::layout::{cut_bottom, cut_left, cut_right, share};
use super::shapes::Sign;
use super::{ids, text, theme};
use crate::input::osc::{NetworkSettings, SettingsChange, machines};
use crate::view::{Act, Order, OscAccess};

/// Height of a folder's row.
const ROW: f32 = 24.0;

/// The address at which OSC listens by these rules, and who may send there.
#[must_use]
pub fn reach(rules: &NetworkSettings) -> (String, String) {
    if !rules.lan {
        return (Ipv4Addr::LOCALHOST.to_string(), "From this computer only.".to_owned());
    }
    let who = if rules.allow.is_empty() { "Any other machine" } else { "Other machines of the list" };
    ("all of this machine's addresses".to_owned(), format!("{who} may send too, with the token."))
}

/// What is being typed.
#[derive(Debug, Default)]
pub struct AccessForm {
    /// The settings that it began with.
    seen: NetworkSettings,
    lan: bool,
    token: String,
    machines: String,
    /// What is wrong with that.
    error: String,
}

impl AccessForm {
    /// Draws both. Returns whether another folder is wanted.
    pub fn show(&mut self, ui: &mut Ui, rect: Rect, access: &OscAccess, act: &mut dyn Act) -> bool {
        let [network, folders] = share(rect, 6.0, [1.0, 1.0]);
        self.show_network(ui, network, access, act);
        show_folders(ui, folders, access, act)
    }

    fn show_network(&mut self, ui: &mut Ui, rect: Rect, access: &OscAccess, act: &mut dyn Act) {
        if self.seen != access.set {
            self.seen = access.set.clone();
            (self.lan, self.token) = (access.set.lan, access.set.token.clone());
            self.machines = access.set.allow.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        }
        let mut form = Form::new(ui, rect, "Other machines", 0.3);
        let help = "Whether other machines of the network may send. They need the token; it travels as it is.";
        if let Some(on) = form.toggle(ids::once("osc lan"), "May send", self.lan, help) {
            self.lan = on;
        }
        let token_help = "8 or more letters, digits, '-', '_' or '.': /token/<token>/deck/a/play";
        let token = form.place("Token", token_help);
        let allow_help = "Their addresses, with commas; none: any machine that has the token.";
        let allow = form.place("Machines", allow_help);
        let rest = form.rest();
        field(ui, token, "osc token", &mut self.token, ["8 or more letters", token_help]);
        field(ui, allow, "osc allow", &mut self.machines, ["any that has the token", allow_help]);
        let (words, foot) = cut_bottom(rest, 24.0);
        self.show_state(ui, words, access);
        let (undo, keep) = cut_left(foot, foot.width() * 0.4);
        let is_other = self.drafted().as_ref() != Ok(&access.set);
        let dim = |word| Face { ink: if is_other { theme::text() } else { theme::text_dim() }, ..Face::plain(word) };
        let undo = button(ui, undo, ids::once("osc revert"), dim("As it was"));
        if undo.on_hover_text("Forgets what was typed here: what is kept stands again.").clicked() {
            *self = Self { seen: NetworkSettings { lan: !access.set.lan, ..Default::default() }, ..Self::default() };
        }
        let face =
            if is_other { Face { fill: theme::playing(), ink: theme::ink(), ..dim("Keep") } } else { dim("Keep") };
        let keep = button(ui, keep, ids::once("osc keep"), face);
        if keep.on_hover_text("Writes it to osc.json. It holds when the port is opened next.").clicked() && is_other {
            self.keep(act);
        }
    }

    fn drafted(&self) -> Result<NetworkSettings, String> {
        let (lan, token) = (self.lan, self.token.trim().to_owned());
        let network = NetworkSettings { lan, token, allow: machines(&self.machines)? };
        network.check().map(|()| network)
    }

    fn keep(&mut self, act: &mut dyn Act) {
        self.error.clear();
        match self.drafted() {
            Ok(network) => act.order(Order::OscSettings(SettingsChange::Network(network))),
            Err(why) => self.error = why,
        }
    }

    /// What is wrong, or when it holds.
    fn show_state(&self, ui: &Ui, rect: Rect, access: &OscAccess) {
        let error = if self.error.is_empty() { &access.error } else { &self.error };
        let (words, ink) = if !error.is_empty() {
            (error.as_str(), theme::alert())
        } else if access.set != access.now {
            ("Kept. It holds when the port is opened next: with the host's next start.", theme::waiting())
        } else if access.now.lan {
            ("The network is open.", theme::playing())
        } else {
            ("This computer only.", theme::text_dim())
        };
        text::paragraph(ui, rect, words, theme::words(12.5), ink, Align2::LEFT_CENTER);
    }
}

fn field(ui: &mut Ui, rect: Option<Rect>, name: &'static str, words: &mut String, [hint, help]: [&str; 2]) {
    let Some(rect) = rect else { return };
    let field =
        TextEdit::singleline(words).id(ids::once(name)).hint_text(hint).char_limit(400).align(Align2::LEFT_CENTER);
    ui.put(rect, field).on_hover_text(help);
}

/// The cross beside a folder.
fn cross(index: usize) -> Id {
    ids::osc_folder(index)
}

/// What OSC may load from; each with a cross, and a button for another.
fn show_folders(ui: &mut Ui, rect: Rect, access: &OscAccess, act: &mut dyn Act) -> bool {
    let rest = form::panel(ui, rect, "Folders that OSC may load from");
    let (list, foot) = cut_bottom(rest, 24.0);
    ui.painter().rect_filled(list, 3, theme::well());
    if access.folders.is_empty() {
        text::line(ui, list, "None.", theme::words(13.0), theme::text_dim(), Align2::CENTER_CENTER);
    }
    let mut child = ui.new_child(UiBuilder::new().max_rect(list.shrink(2.0)).id_salt("osc folders"));
    child.set_clip_rect(list);
    child.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(&mut child, ROW, access.folders.len(), |ui, rows| {
        for row in rows {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            show_folder(ui, rect, row, &access.folders[row], act);
        }
    });
    let pressed = button(ui, foot, ids::once("osc add folder"), Face::plain("Allow a folder"));
    let clicked = pressed.clicked();
    pressed.on_hover_text("Folders of files that you put onto a deck yourself are allowed until the host ends.");
    clicked
}

fn show_folder(ui: &Ui, rect: Rect, row: usize, folder: &Path, act: &mut dyn Act) {
    let (name, remove) = cut_right(rect.shrink2(vec2(4.0, 1.0)).with_max_x(rect.right() - 14.0), 22.0);
    text::line(ui, name, &folder.to_string_lossy(), theme::words(12.5), theme::text(), Align2::LEFT_CENTER);
    let response = button(ui, remove, cross(row), Face { size: 11.0, ..Face::plain("") }.with_sign(Sign::Cross));
    if response.clicked() {
        act.order(Order::OscSettings(SettingsChange::Forbid(folder.to_owned())));
    }
    response.on_hover_text("OSC may load from there no longer, until you allow it again.");
}
