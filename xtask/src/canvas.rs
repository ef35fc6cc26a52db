//! Lines, shapes and words on a picture.

use std::path::Path;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont};
use anyhow::{Context, Result};
use tiny_skia::{
    Color, FillRule, LineCap, Paint, PathBuilder, Pixmap, PremultipliedColorU8, Rect, Stroke, StrokeDash, Transform,
};

/// A colour as `0xRRGGBB`, and how opaque it is.
#[derive(Clone, Copy, Debug)]
pub struct Ink(pub u32, pub f32);

/// The colours that all pictures have.
pub mod palette {
    use super::Ink;

    pub const BACKGROUND: Ink = Ink(0x0f_12_19, 1.0);
    pub const PANEL: Ink = Ink(0x17_1b_26, 1.0);
    pub const BRIGHT: Ink = Ink(0xf2_f4_fa, 1.0);
    pub const GOOD: Ink = Ink(0x6f_e0_9a, 1.0);
    pub const BAD: Ink = Ink(0xff_6b_6b, 1.0);
}

impl Ink {
    fn bytes(self) -> [u8; 3] {
        let [_, r, g, b] = self.0.to_be_bytes();
        [r, g, b]
    }

    fn paint(self) -> Paint<'static> {
        let [r, g, b] = self.bytes();
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        let color = Color::from_rgba(f32::from(r) / 255.0, f32::from(g) / 255.0, f32::from(b) / 255.0, self.1);
        paint.set_color(color.unwrap_or(Color::WHITE));
        paint
    }
}

/// Which end of a text is at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// Which of the two typefaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// For words.
    Text,
    /// For messages and numbers; every letter has the same width.
    Code,
}

/// A picture in the making. Coordinates in pixels from the top left.
pub struct Canvas {
    pixmap: Pixmap,
    text: FontRef<'static>,
    code: FontRef<'static>,
}

impl Canvas {
    pub fn new(width: u32, height: u32, background: Ink) -> Result<Self> {
        let mut pixmap = Pixmap::new(width, height).context("the picture has no size")?;
        let [r, g, b] = background.bytes();
        pixmap.fill(Color::from_rgba8(r, g, b, 255));
        // Ubuntu Light (Ubuntu Font Licence) and Hack (MIT and Bitstream Vera): the editor uses the same two.
        let font = |bytes| FontRef::try_from_slice(bytes).context("a built-in font is broken");
        let text = font(epaint_default_fonts::UBUNTU_LIGHT)?;
        Ok(Self { pixmap, text, code: font(epaint_default_fonts::HACK_REGULAR)? })
    }

    pub fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            self.pixmap.fill_rect(rect, &ink.paint(), Transform::identity(), None);
        }
    }

    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, ink: Ink) {
        self.stroke(&[from, to], width, None, ink);
    }

    pub fn dashed(&mut self, from: (f32, f32), to: (f32, f32), width: f32, ink: Ink) {
        self.stroke(&[from, to], width, StrokeDash::new(vec![4.0, 4.0], 0.0), ink);
    }

    pub fn polyline(&mut self, points: &[(f32, f32)], width: f32, ink: Ink) {
        self.stroke(points, width, None, ink);
    }

    fn stroke(&mut self, points: &[(f32, f32)], width: f32, dash: Option<StrokeDash>, ink: Ink) {
        let mut path = PathBuilder::new();
        for (i, (x, y)) in points.iter().enumerate() {
            if i == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
        }
        let Some(path) = path.finish() else { return };
        let stroke = Stroke { width, dash, line_cap: LineCap::Butt, ..Stroke::default() };
        self.pixmap.stroke_path(&path, &ink.paint(), &stroke, Transform::identity(), None);
    }

    /// A closed shape.
    pub fn polygon(&mut self, points: &[(f32, f32)], ink: Ink) {
        let mut path = PathBuilder::new();
        for (i, (x, y)) in points.iter().enumerate() {
            if i == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
        }
        path.close();
        let Some(path) = path.finish() else { return };
        self.pixmap.fill_path(&path, &ink.paint(), FillRule::Winding, Transform::identity(), None);
    }

    pub fn disc(&mut self, x: f32, y: f32, radius: f32, ink: Ink) {
        let Some(path) = PathBuilder::from_circle(x, y, radius) else { return };
        self.pixmap.fill_path(&path, &ink.paint(), FillRule::Winding, Transform::identity(), None);
    }

    pub fn ring(&mut self, x: f32, y: f32, radius: f32, width: f32, ink: Ink) {
        let Some(path) = PathBuilder::from_circle(x, y, radius) else { return };
        let stroke = Stroke { width, ..Stroke::default() };
        self.pixmap.stroke_path(&path, &ink.paint(), &stroke, Transform::identity(), None);
    }

    fn face(&self, face: Face) -> &FontRef<'static> {
        match face {
            Face::Text => &self.text,
            Face::Code => &self.code,
        }
    }

    /// Pixels that a text is wide.
    pub fn text_width(&self, text: &str, face: Face, size: f32) -> f32 {
        let font = self.face(face).as_scaled(PxScale::from(size));
        text.chars().map(|c| font.h_advance(font.glyph_id(c))).sum()
    }

    /// A text whose baseline is at `y`.
    pub fn text(&mut self, (x, y): (f32, f32), text: &str, face: Face, size: f32, align: Align, ink: Ink) {
        let width = self.text_width(text, face, size);
        let mut x = match align {
            Align::Left => x,
            Align::Right => x - width,
        };
        let scale = PxScale::from(size);
        for c in text.chars() {
            let font = self.face(face);
            let glyph = font.glyph_id(c).with_scale_and_position(scale, ab_glyph::point(x, y));
            x += font.as_scaled(scale).h_advance(glyph.id);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let bounds = outline.px_bounds();
            let mut dots = Vec::new();
            outline.draw(|dx, dy, coverage| dots.push((dx, dy, coverage)));
            for (dx, dy, coverage) in dots {
                self.dot(bounds.min.x + dx as f32, bounds.min.y + dy as f32, coverage.min(1.0) * ink.1, ink);
            }
        }
    }

    /// Blends one pixel.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked against the picture's size")]
    fn dot(&mut self, x: f32, y: f32, coverage: f32, ink: Ink) {
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        if x < 0.0 || y < 0.0 || x >= width as f32 || y >= height as f32 {
            return;
        }
        let pixel = &mut self.pixmap.pixels_mut()[y as usize * width as usize + x as usize];
        let mix = |old: u8, new: u8| (f32::from(old) + (f32::from(new) - f32::from(old)) * coverage).round() as u8;
        let [r, g, b] = ink.bytes();
        let mixed = [mix(pixel.red(), r), mix(pixel.green(), g), mix(pixel.blue(), b)];
        // The background is opaque, so premultiplied and plain are the same.
        if let Some(new) = PremultipliedColorU8::from_rgba(mixed[0], mixed[1], mixed[2], 255) {
            *pixel = new;
        }
    }

    pub fn save(&self, path: &Path) -> Result<()> {
        self.pixmap.save_png(path).with_context(|| format!("could not write {}", path.display()))
    }

    /// How many pixels are not of a colour.
    #[cfg(test)]
    pub fn pixels_other_than(&self, ink: Ink) -> usize {
        self.pixmap.pixels().iter().filter(|pixel| [pixel.red(), pixel.green(), pixel.blue()] != ink.bytes()).count()
    }

    /// The pixel there has nearly this colour.
    #[cfg(test)]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the picture")]
    pub fn is_close_to(&self, (x, y): (f32, f32), ink: Ink) -> bool {
        let pixel = self.pixmap.pixel(x as u32, y as u32).unwrap();
        let channels = [pixel.red(), pixel.green(), pixel.blue()].into_iter().zip(ink.bytes());
        channels.into_iter().all(|(have, want)| have.abs_diff(want) < 40)
    }
}
