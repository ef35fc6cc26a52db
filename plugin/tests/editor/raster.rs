//! Draws egui's triangles into a picture, on the CPU: the same picture on every machine.

use std::collections::HashMap;

use egui::epaint::{ImageData, Mesh, Primitive, Vertex};
use egui::{Color32, ColorImage, Pos2, Rect, TextureId, TexturesDelta};
use tiny_skia::{Pixmap, PremultipliedColorU8};

/// A picture in the making, with the textures that egui has handed out so far.
#[derive(Default)]
pub struct Raster {
    textures: HashMap<TextureId, ColorImage>,
}

impl Raster {
    /// Takes new textures, and changes of old ones.
    pub fn take(&mut self, delta: &TexturesDelta) {
        for (id, change) in delta.set.iter().flat_map(|(id, changes)| changes.iter().map(move |change| (id, change))) {
            let ImageData::Color(image) = &change.image;
            let Some([left, top]) = change.pos else {
                self.textures.insert(*id, ColorImage::clone(image));
                continue;
            };
            let texture = self.textures.get_mut(id).expect("it was handed out");
            let (width, wide) = (image.size[0], texture.size[0]);
            for (row, pixels) in image.pixels.chunks_exact(width).enumerate() {
                let start = (top + row) * wide + left;
                texture.pixels[start..start + width].copy_from_slice(pixels);
            }
        }
        for id in &delta.free {
            self.textures.remove(id);
        }
    }

    /// Draws it, `scale` pixels a point.
    pub fn draw(&self, primitives: &[egui::ClippedPrimitive], size: [u32; 2], scale: f32) -> Pixmap {
        let mut canvas = Canvas { pixels: vec![[0.0; 3]; (size[0] * size[1]) as usize], size };
        for clipped in primitives {
            if let Primitive::Mesh(mesh) = &clipped.primitive {
                canvas.mesh(mesh, &self.textures[&mesh.texture_id], clipped.clip_rect, scale);
            }
        }
        canvas.finish()
    }
}

/// Red, green and blue of each pixel, 0..=255.
struct Canvas {
    pixels: Vec<[f32; 3]>,
    size: [u32; 2],
}

/// Twice the area of the triangle on a, b and p.
fn edge(a: Pos2, b: Pos2, p: Pos2) -> f32 {
    (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)
}

/// Whether pixels on this edge are the triangle's: of two that share it only one has them.
fn owns(a: Pos2, b: Pos2) -> bool {
    (a.y == b.y && b.x > a.x) || b.y < a.y
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "pixels")]
impl Canvas {
    fn mesh(&mut self, mesh: &Mesh, texture: &ColorImage, clip: Rect, scale: f32) {
        let clip = Rect { min: (clip.min * scale).round(), max: (clip.max * scale).round() };
        for corners in mesh.indices.chunks_exact(3) {
            let [a, b, c] = [0, 1, 2].map(|corner| mesh.vertices[corners[corner] as usize]);
            let [a, mut b, mut c] = [a, b, c].map(|vertex| Vertex { pos: vertex.pos * scale, ..vertex });
            let area = edge(a.pos, b.pos, c.pos);
            if area == 0.0 || !area.is_finite() {
                continue;
            }
            if area < 0.0 {
                (b, c) = (c, b);
            }
            self.triangle([a, b, c], area.abs(), texture, clip);
        }
    }

    fn triangle(&mut self, [a, b, c]: [Vertex; 3], area: f32, texture: &ColorImage, clip: Rect) {
        let around = Rect::from_points(&[a.pos, b.pos, c.pos]).intersect(clip);
        let within = |value: f32, most: u32| value.clamp(0.0, most as f32) as u32;
        let (left, right) = (within(around.left().floor(), self.size[0]), within(around.right().ceil(), self.size[0]));
        let (top, bottom) = (within(around.top().floor(), self.size[1]), within(around.bottom().ceil(), self.size[1]));
        let plain = (a.uv == b.uv && b.uv == c.uv).then(|| sample(texture, a.uv));
        for y in top..bottom {
            for x in left..right {
                let at = Pos2::new(x as f32 + 0.5, y as f32 + 0.5);
                let sides = [(b.pos, c.pos), (c.pos, a.pos), (a.pos, b.pos)];
                let weights = sides.map(|(from, to)| edge(from, to, at));
                let inside =
                    |side: usize| weights[side] > 0.0 || (weights[side] == 0.0 && owns(sides[side].0, sides[side].1));
                if !(0..3).all(inside) || !clip.contains(at) {
                    continue;
                }
                let [u, v, w] = weights.map(|weight| weight / area);
                let texel = plain.unwrap_or_else(|| {
                    let uv = a.uv.to_vec2() * u + b.uv.to_vec2() * v + c.uv.to_vec2() * w;
                    sample(texture, uv.to_pos2())
                });
                let (ca, cb, cc) = (channels(a.color), channels(b.color), channels(c.color));
                let colour: [f32; 4] = std::array::from_fn(|i| (ca[i] * u + cb[i] * v + cc[i] * w) * texel[i] / 255.0);
                let pixel = &mut self.pixels[(y * self.size[0] + x) as usize];
                let through = 1.0 - colour[3] / 255.0;
                *pixel = std::array::from_fn(|i| (pixel[i] * through + colour[i]).min(255.0));
            }
        }
    }

    fn finish(self) -> Pixmap {
        let mut pixmap = Pixmap::new(self.size[0], self.size[1]).expect("a size");
        for (to, from) in pixmap.pixels_mut().iter_mut().zip(self.pixels) {
            let [r, g, b] = from.map(|value| value.round() as u8);
            *to = PremultipliedColorU8::from_rgba(r, g, b, 255).expect("opaque");
        }
        pixmap
    }
}

fn channels(colour: Color32) -> [f32; 4] {
    colour.to_array().map(f32::from)
}

/// Between the four nearest texels.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "texels")]
fn sample(texture: &ColorImage, uv: Pos2) -> [f32; 4] {
    let [width, height] = texture.size;
    let (x, y) = (uv.x * width as f32 - 0.5, uv.y * height as f32 - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (right_part, lower_part) = (x - left, y - top);
    let texel = |dx: f32, dy: f32| {
        let column = (left + dx).clamp(0.0, (width - 1) as f32) as usize;
        let row = (top + dy).clamp(0.0, (height - 1) as f32) as usize;
        channels(texture.pixels[row * width + column])
    };
    let (a, b, c, d) = (texel(0.0, 0.0), texel(1.0, 0.0), texel(0.0, 1.0), texel(1.0, 1.0));
    std::array::from_fn(|i| {
        let upper = a[i] + (b[i] - a[i]) * right_part;
        let lower = c[i] + (d[i] - c[i]) * right_part;
        upper + (lower - upper) * lower_part
    })
}
