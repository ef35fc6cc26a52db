//! A waveform in three bands as one mesh: lows behind, mids before them, highs in front.
//!
//! The corners are at bins of the track, not at pixels: what scrolls keeps its shape. Meshes are used again from frame
//! to frame, so that drawing allocates nothing once they have grown.

use std::sync::Arc;

use egui::epaint::{Vertex, WHITE_UV};
use egui::{Color32, Mesh, Painter, Pos2, Rect, Shape, pos2};

use super::theme;
use crate::media::Overview;
use crate::media::analyse::{Bands, Waveform};

/// How high each band is drawn, so that none hides another.
const HEIGHTS: [f32; 3] = [1.0, 0.72, 0.42];
/// More corners than this in a row are not worth drawing on any screen.
const MAX_BINS: usize = 32_768;

/// Meshes that were drawn before and can be filled again.
#[derive(Clone, Debug, Default)]
pub struct Meshes {
    all: Vec<Arc<Mesh>>,
    used: usize,
}

impl Meshes {
    /// A new frame: all of them are free again, unless someone still holds them.
    pub const fn begin(&mut self) {
        self.used = 0;
    }

    /// Lets `fill` fill an empty mesh, and draws it.
    pub fn draw(&mut self, painter: &Painter, fill: impl FnOnce(&mut Mesh)) {
        if self.used == self.all.len() {
            self.all.push(Arc::default());
        }
        let slot = &mut self.all[self.used];
        self.used += 1;
        if Arc::get_mut(slot).is_none() {
            *slot = Arc::default();
        }
        if let Some(mesh) = Arc::get_mut(slot) {
            // Not `Mesh::clear`, which gives the vertices' memory away.
            mesh.indices.clear();
            mesh.vertices.clear();
            fill(mesh);
        }
        if !slot.is_empty() {
            painter.add(Shape::Mesh(Arc::clone(slot)));
        }
    }
}

/// Which part of a track, and where.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Where it is drawn; what lies outside of its width is left out.
    pub rect: Rect,
    /// The frame of the track at the left edge.
    pub left_frame: f64,
    /// Frames of the track in a point.
    pub frames_per_point: f64,
    /// What is left of this is drawn faint: it has been played.
    pub played_x: f32,
}

/// How loud the track is from its start to its end: a whole track is drawn as high as it is loud, as its peaks are
/// nearly all the same.
pub type Loudness<'a> = Option<&'a Overview>;

/// Adds the waveform to a mesh.
pub fn fill(mesh: &mut Mesh, wave: &Waveform, cut: &Cut, loudness: Loudness<'_>, pixels_per_point: f32) {
    if !cut.rect.is_positive() {
        return;
    }
    let per_pixel = cut.frames_per_point / f64::from(pixels_per_point.max(1.0));
    let Some(level) = wave.level_for(per_pixel) else { return };
    let per_bin = level.frames_per_bin as f64;
    let stride = index((per_pixel / per_bin).floor()).clamp(1, level.bins.len().max(1));
    let last_frame = cut.left_frame + f64::from(cut.rect.width()) * cut.frames_per_point;
    // Whole strides, so that the same bins fall together however far it is scrolled.
    let first = index(cut.left_frame / per_bin) / stride * stride;
    let end = level.bins.len().min(index(last_frame / per_bin).saturating_add(2 * stride));
    let first = first.min(level.bins.len());
    if first >= end || (end - first) / stride > MAX_BINS {
        return;
    }
    let colours = theme::bands();
    let frames = (level.bins.len() * level.frames_per_bin) as f64;
    let loudest_rms = loudness.map_or(1.0, |all| all.columns.iter().map(|column| column.rms).fold(1e-3, f32::max));
    for (band, colour) in colours.into_iter().enumerate() {
        let faint = theme::shade(colour, 0.42);
        let start = mesh.vertices.len();
        for (number, bins) in level.bins[first..end].chunks(stride).enumerate() {
            let frame = (first + number * stride) as f64 * per_bin;
            let x = x_of(cut, frame);
            let loud = loudness.map_or(1.0, |all| loudness_at(all, frame / frames) / loudest_rms);
            let half = HEIGHTS[band] * cut.rect.height() / 2.0 * loudest(bins, band) * loud;
            let ink = if x < cut.played_x { faint } else { colour };
            let x = x.clamp(cut.rect.left(), cut.rect.right());
            corner(mesh, pos2(x, cut.rect.center().y - half), ink);
            corner(mesh, pos2(x, cut.rect.center().y + half), ink);
        }
        join(mesh, start);
    }
}

fn loudest(bins: &[Bands], band: usize) -> f32 {
    let of = |bins: &Bands| [bins.low, bins.mid, bins.high][band];
    f32::from(bins.iter().map(of).max().unwrap_or(0)) / 255.0
}

fn loudness_at(overview: &Overview, part: f64) -> f32 {
    let columns = &overview.columns;
    let at = index(part * columns.len() as f64).min(columns.len().saturating_sub(1));
    columns.get(at).map_or(1.0, |column| if column.rms.is_finite() { column.rms.clamp(0.0, 1.0) } else { 0.0 })
}

fn corner(mesh: &mut Mesh, pos: Pos2, color: Color32) {
    mesh.vertices.push(Vertex { pos, uv: WHITE_UV, color });
}

/// Two triangles between each two pairs of corners from `start` on.
fn join(mesh: &mut Mesh, start: usize) {
    let pairs = (mesh.vertices.len() - start) / 2;
    let Ok(start) = u32::try_from(start) else { return };
    for pair in 1..u32::try_from(pairs).unwrap_or(0) {
        let at = start + 2 * pair;
        mesh.indices.extend([at - 2, at - 1, at, at - 1, at, at + 1]);
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a place on the screen")]
fn x_of(cut: &Cut, frame: f64) -> f32 {
    cut.rect.left() + ((frame - cut.left_frame) / cut.frames_per_point) as f32
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index; below 0 it is 0")]
fn index(value: f64) -> usize {
    value.max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::vec2;

    fn cut(left_frame: f64, frames_per_point: f64) -> Cut {
        let rect = Rect::from_min_size(pos2(10.0, 20.0), vec2(400.0, 60.0));
        Cut { rect, left_frame, frames_per_point, played_x: 0.0 }
    }

    fn wave(bins: usize) -> Waveform {
        let bin =
            |index: usize| if index % 100 < 10 { Bands { low: 255, mid: 128, high: 64 } } else { Bands::default() };
        Waveform::from_finest(128, (0..bins).map(bin).collect())
    }

    #[test]
    fn a_mesh_stays_in_its_rectangle_and_has_few_corners() {
        let wave = wave(100_000);
        for (left, per_point) in [(0.0, 128.0), (-9000.0, 300.0), (12_799_000.0, 512.0), (5e6, 32_000.0)] {
            let (mut mesh, cut) = (Mesh::default(), cut(left, per_point));
            fill(&mut mesh, &wave, &cut, None, 1.0);
            assert!(mesh.is_valid());
            assert!(mesh.vertices.iter().all(|vertex| cut.rect.expand(0.01).contains(vertex.pos)));
            assert!(mesh.vertices.len() <= 3 * 2 * 2 * 404, "{left}: {}", mesh.vertices.len());
        }
    }

    #[test]
    fn the_bands_are_where_the_sound_is() {
        let (mut mesh, cut) = (Mesh::default(), cut(0.0, 128.0));
        fill(&mut mesh, &wave(1000), &cut, None, 1.0);
        let height = |x: f32| {
            let near = mesh.vertices.iter().filter(|vertex| (vertex.pos.x - x).abs() < 0.6);
            near.map(|vertex| cut.rect.center().y - vertex.pos.y).fold(0.0, f32::max)
        };
        assert_eq!(height(10.0 + 104.0), 30.0, "a beat fills the height");
        assert_eq!(height(10.0 + 150.0), 0.0, "and silence nothing");
    }

    #[test]
    fn scrolling_by_less_than_a_bin_moves_every_corner_alike() {
        let wave = wave(10_000);
        let corners = |left: f64| {
            let mut mesh = Mesh::default();
            fill(&mut mesh, &wave, &cut(left, 700.0), None, 1.0);
            mesh.vertices
        };
        let (a, b) = (corners(100_000.0), corners(100_070.0));
        let inner = 8..a.len() / 3 - 8;
        for (a, b) in a[inner.clone()].iter().zip(&b[inner]) {
            assert!((a.pos.x - b.pos.x - 0.1).abs() < 0.01 && a.pos.y == b.pos.y, "{a:?} {b:?}");
        }
    }

    #[test]
    fn meshes_are_used_again() {
        let ctx = egui::Context::default();
        let mut meshes = Meshes::default();
        let mut capacity = Vec::new();
        for _ in 0..3 {
            let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
                meshes.begin();
                meshes.draw(ui.painter(), |mesh| {
                    capacity.push(mesh.vertices.capacity());
                    fill(mesh, &wave(1000), &cut(0.0, 128.0), None, 1.0);
                });
            });
            output.textures_delta.clear();
        }
        assert!(capacity[2] > 100 && capacity[1] == capacity[2], "{capacity:?}");
    }
}
