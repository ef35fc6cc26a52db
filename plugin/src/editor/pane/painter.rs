//! Draws egui's meshes into the window.

use std::sync::Arc;

use baseview::gl::GlContext;
use baseview::{HandlerError, WindowContext};
use egui::{ClippedPrimitive, TexturesDelta};
use egui_glow::glow::Context;
use egui_glow::{Painter, PainterError};

/// The window's OpenGL, with what egui has put there.
pub(super) struct GlPainter {
    painter: Painter,
    context: GlContext,
}

/// Why nothing can be drawn.
#[derive(Debug, thiserror::Error)]
enum NoGraphics {
    #[error("the window has no OpenGL")]
    NoContext,
    #[error("{0}")]
    Painter(PainterError),
}

impl GlPainter {
    pub(super) fn new(window: &WindowContext) -> Result<Self, HandlerError> {
        let context = window.gl_context().ok_or(NoGraphics::NoContext)?;
        let painter = within(&context, || {
            // SAFETY: the window's context is the current one, and its functions are asked from itself.
            let gl = unsafe { Context::from_loader_function_cstr(|name| context.get_proc_address(name)) };
            Painter::new(Arc::new(gl), "", None, false).map_err(NoGraphics::Painter)
        })??;
        Ok(Self { painter, context })
    }

    pub(super) fn max_texture_side(&self) -> usize {
        self.painter.max_texture_side()
    }

    /// Draws a frame of so many pixels.
    pub(super) fn paint(
        &mut self,
        pixels: [u32; 2],
        pixels_per_point: f32,
        meshes: &[ClippedPrimitive],
        textures: &mut TexturesDelta,
    ) -> Result<(), HandlerError> {
        let (painter, context) = (&mut self.painter, &self.context);
        within(context, || {
            painter.clear(pixels, [0.0, 0.0, 0.0, 1.0]);
            painter.paint_and_update_textures(pixels, pixels_per_point, meshes, textures);
            context.swap_buffers()
        })??;
        Ok(())
    }
}

/// Gives back what lies on the graphics card, while there is still a way to it.
impl Drop for GlPainter {
    fn drop(&mut self) {
        let painter = &mut self.painter;
        let _ = within(&self.context, || painter.destroy());
    }
}

/// Calls `f` while the context is this thread's current one, and leaves none behind: the host may draw on this thread too.
fn within<R>(context: &GlContext, f: impl FnOnce() -> R) -> Result<R, HandlerError> {
    // SAFETY: the window's own thread, on which nothing else has a context that it counts on between two calls of ours.
    unsafe { context.make_current()? };
    let result = f();
    // SAFETY: as above.
    unsafe { context.make_not_current()? };
    Ok(result)
}
