//! A stage, a scripted person in front of it, and a rig that only writes down what it is asked for.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use echelon::editor::pane::input::Input;
use echelon::editor::{Stage, ids, theme};
use echelon::view::{Act, Order, RigView};
use echelon_engine::action::{Action, ActionTiming};
use egui::{Context, Event, FullOutput, Id, Key, Modifiers, PointerButton, Pos2, RawInput, Rect, Vec2, pos2, vec2};

/// Time from frame to frame.
const FRAME_SECS: f64 = 1.0 / 60.0;

/// Writes down what it is asked for, and asks a rig for it if there is one.
#[derive(Clone, Default)]
pub struct Log {
    acts: Arc<Mutex<Vec<(Action, ActionTiming)>>>,
    orders: Arc<Mutex<Vec<Order>>>,
    exports: Arc<Mutex<u32>>,
    rig: Option<Arc<Mutex<Box<dyn Act>>>>,
}

impl Log {
    fn pass_on(&self, what: impl FnOnce(&mut dyn Act)) {
        if let Some(rig) = &self.rig {
            what(&mut **rig.lock().unwrap());
        }
    }
}

impl Act for Log {
    fn act(&mut self, action: Action, timing: ActionTiming) {
        self.pass_on(|rig| rig.act(action.clone(), timing));
        self.acts.lock().unwrap().push((action, timing));
    }

    fn watch_log(&mut self) {
        self.pass_on(|rig| rig.watch_log());
    }

    fn export_log(&mut self) {
        *self.exports.lock().unwrap() += 1;
    }

    fn watch_midi(&mut self) {
        self.pass_on(|rig| rig.watch_midi());
    }

    fn order(&mut self, order: Order) {
        self.pass_on(|rig| rig.order(order.clone()));
        self.orders.lock().unwrap().push(order);
    }
}

/// The editor under test.
pub struct Bench {
    pub ctx: Context,
    pub stage: Stage,
    pub view: RigView,
    size: Vec2,
    scale: f32,
    time_secs: f64,
    modifiers: Modifiers,
    log: Log,
    /// Draws no next frame before a folder that is in sight was read.
    pub patient: bool,
    /// Files that are let go of over the window in the next frame.
    pub dropped: Vec<Arc<dyn egui::DroppedFile + Send + Sync>>,
    /// Files that are dragged over it.
    hovered: Vec<egui::HoveredFile>,
    /// What the pointer has clicked or dragged.
    pub touched: HashSet<Id>,
}

impl Bench {
    pub fn new(view: RigView) -> Self {
        Self::with_size(view, theme::DEFAULT_SIZE, 1.0)
    }

    /// A window of this many points, at this many pixels a point.
    pub fn with_size(view: RigView, [width, height]: [u32; 2], scale: f32) -> Self {
        let ctx = Context::default();
        theme::apply(&ctx, theme::Theme::Dark);
        let mut stage = Stage::default();
        stage.opened();
        let mut bench = Self {
            ctx,
            stage,
            view,
            size: vec2(theme::points(width), theme::points(height)),
            scale,
            time_secs: 0.0,
            modifiers: Modifiers::NONE,
            log: Log::default(),
            patient: true,
            dropped: vec![],
            hovered: vec![],
            touched: HashSet::new(),
        };
        // egui knows where things are from the frame before.
        bench.frame(vec![]);
        bench.frame(vec![]);
        bench
    }

    /// Draws a frame in which these things happen.
    pub fn frame(&mut self, events: Vec<Event>) -> FullOutput {
        self.time_secs += FRAME_SECS;
        let mut output = self.draw(events);
        let began = std::time::Instant::now();
        while self.patient && self.stage.is_reading() {
            assert!(began.elapsed().as_secs() < 30, "a folder is never read");
            std::thread::yield_now();
            output = self.draw(vec![]);
        }
        let touched = self.ctx.interaction_snapshot(|seen| [seen.clicked, seen.dragged]);
        self.touched.extend(touched.into_iter().flatten());
        output
    }

    /// A frame with what a window has heard.
    pub fn hear(&mut self, input: &mut Input) {
        let raw = input.take(self.time_secs, self.size, f64::from(self.scale));
        (self.dropped, self.hovered) = (raw.dropped_files, raw.hovered_files);
        self.frame(raw.events);
    }

    fn draw(&mut self, events: Vec<Event>) -> FullOutput {
        let mut input = RawInput {
            dropped_files: std::mem::take(&mut self.dropped),
            hovered_files: self.hovered.clone(),
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.time_secs),
            events,
            focused: true,
            ..RawInput::default()
        };
        input.viewports.entry(input.viewport_id).or_default().native_pixels_per_point = Some(self.scale);
        let (stage, view, mut log) = (&mut self.stage, &self.view, self.log.clone());
        let mut output = self.ctx.clone().run_ui(input, |ui| stage.show(ui, view, &mut log));
        // There is no graphics card that wants them, and egui insists that somebody takes them.
        output.textures_delta.clear();
        output
    }

    /// What was asked for since the last time.
    pub fn asked(&self) -> Vec<(Action, ActionTiming)> {
        std::mem::take(&mut *self.log.acts.lock().unwrap())
    }

    /// What was ordered beside actions since the last time.
    pub fn ordered(&self) -> Vec<Order> {
        std::mem::take(&mut *self.log.orders.lock().unwrap())
    }

    /// How often the log was exported.
    pub fn exports(&self) -> u32 {
        *self.log.exports.lock().unwrap()
    }

    /// As if a control asked.
    pub fn ask(&mut self, action: Action, timing: ActionTiming) {
        self.log.act(action, timing);
    }

    /// From now on a rig is asked.
    pub fn connect(&mut self, rig: Box<dyn Act>) {
        self.log.rig = Some(Arc::new(Mutex::new(rig)));
    }

    pub fn rect(&self, id: Id) -> Rect {
        self.ctx.read_response(id).unwrap_or_else(|| panic!("{id:?} is not on the screen")).rect
    }

    pub fn wait(&mut self, secs: f64) {
        self.time_secs += secs;
        self.frame(vec![]);
    }

    pub fn button(&mut self, pos: Pos2, pressed: bool) {
        self.any_button(pos, PointerButton::Primary, pressed);
    }

    fn any_button(&mut self, pos: Pos2, button: PointerButton, pressed: bool) {
        let modifiers = self.modifiers;
        self.frame(vec![Event::PointerButton { pos, button, pressed, modifiers }]);
    }

    pub fn click_with(&mut self, id: Id, button: PointerButton) {
        self.wait(1.0);
        let pos = self.rect(id).center();
        self.point(pos);
        self.any_button(pos, button, true);
        self.any_button(pos, button, false);
    }

    /// The window is closed.
    pub fn close(&mut self) {
        self.stage.closed(&mut self.log);
    }

    pub fn key_down(&mut self, key: Key) {
        let modifiers = self.modifiers;
        self.frame(vec![Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }]);
    }

    pub fn key_up(&mut self, key: Key) {
        let modifiers = self.modifiers;
        self.frame(vec![Event::Key { key, physical_key: None, pressed: false, repeat: false, modifiers }]);
    }

    pub fn point(&mut self, pos: Pos2) {
        self.frame(vec![Event::PointerMoved(pos)]);
    }

    pub fn click_at(&mut self, pos: Pos2) {
        self.point(pos);
        self.button(pos, true);
        self.button(pos, false);
    }

    pub fn click(&mut self, id: Id) {
        self.wait(1.0);
        self.click_at(self.rect(id).center());
    }

    /// Chooses an entry of a menu.
    pub fn choose(&mut self, menu: Id, entry: usize) {
        self.click(menu);
        self.frame(vec![]);
        self.click(ids::entry(menu, entry));
        self.frame(vec![]);
    }

    pub fn double_click(&mut self, id: Id) {
        self.wait(1.0);
        let at = self.rect(id).center();
        self.click_at(at);
        self.click_at(at);
    }

    /// Drags in small steps. Returns everything that was asked for on the way.
    pub fn drag(&mut self, from: Pos2, by: Vec2) -> Vec<Action> {
        const STEPS: u8 = 20;
        self.wait(1.0);
        self.point(from);
        self.button(from, true);
        for step in 1..=STEPS {
            self.point(from + by * (f32::from(step) / f32::from(STEPS)));
        }
        self.button(from + by, false);
        self.asked().into_iter().map(|(action, _)| action).collect()
    }

    pub fn key_with(&mut self, key: Key, modifiers: Modifiers) {
        self.hold(modifiers);
        for pressed in [true, false] {
            self.frame(vec![Event::Key { key, physical_key: None, pressed, repeat: false, modifiers }]);
        }
        self.hold(Modifiers::NONE);
    }

    /// Holds these keys down from now on.
    pub fn hold(&mut self, modifiers: Modifiers) {
        self.modifiers = modifiers;
        self.frame(vec![Event::ModifiersChanged(modifiers)]);
    }

    pub fn key(&mut self, key: Key) {
        self.key_with(key, Modifiers::NONE);
    }

    pub fn with_shift(&mut self, act: impl FnOnce(&mut Self)) {
        self.hold(Modifiers::SHIFT);
        act(self);
        self.hold(Modifiers::NONE);
    }

    pub fn type_text(&mut self, text: &str) {
        self.frame(vec![Event::Text(text.to_owned())]);
    }

    /// Every piece of text on the screen: what it says, where, and where it may be.
    pub fn texts(&mut self) -> Vec<(String, Rect, Rect)> {
        let output = self.frame(vec![]);
        let mut found = Vec::new();
        for clipped in &output.shapes {
            collect(&clipped.shape, clipped.clip_rect, &mut found);
        }
        found
    }

    pub fn says(&mut self, words: &str) -> bool {
        self.texts().iter().any(|(text, ..)| text.contains(words))
    }

    pub fn screen(&self) -> Rect {
        Rect::from_min_size(pos2(0.0, 0.0), self.size)
    }
}

fn collect(shape: &egui::Shape, clip: Rect, found: &mut Vec<(String, Rect, Rect)>) {
    match shape {
        egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, found)),
        egui::Shape::Text(text) => {
            // What is seen, with the ellipsis and without what was cut.
            let seen: String = text.galley.rows.iter().map(|row| row.text()).collect::<Vec<_>>().join(" ");
            found.push((seen, Rect::from_min_size(text.pos, text.galley.size()), clip));
        }
        _ => {}
    }
}
