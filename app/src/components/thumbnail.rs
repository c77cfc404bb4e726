use js_sys::Promise;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap};

/// How much of a picture survives in a small one of it, from 0 to 1.
const QUALITY: f64 = 0.8;

/// A small JPEG of a picture, its longer side at most so many pixels, the right way up. `None` when this browser cannot
/// read the picture.
pub async fn thumbnail(picture: &Blob, pixels: u32) -> Option<Blob> {
    draw(picture, f64::from(pixels), "image/jpeg").await.ok().flatten()
}

/// The same as a PNG: what is clear stays clear.
pub async fn small_png(picture: &Blob, pixels: u32) -> Option<Blob> {
    draw(picture, f64::from(pixels), "image/png").await.ok().flatten()
}

async fn draw(picture: &Blob, pixels: f64, media: &'static str) -> Result<Option<Blob>, JsValue> {
    let bitmap: ImageBitmap =
        JsFuture::from(window().create_image_bitmap_with_blob(picture)?).await?.unchecked_into();
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let scale = (pixels / width.max(height)).min(1.0);
    let (width, height) = ((width * scale).round().max(1.0), (height * scale).round().max(1.0));
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between one and `pixels`, which is a whole number of 32 bits"
    )]
    {
        canvas.set_width(width as u32);
        canvas.set_height(height as u32);
    }
    let Some(context) = canvas.get_context("2d")? else { return Ok(None) };
    let context: CanvasRenderingContext2d = context.unchecked_into();
    if media == "image/jpeg" {
        // JPEG has no transparency: what is clear would turn black.
        context.set_fill_style_str("#fff");
        context.fill_rect(0.0, 0.0, width, height);
    }
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, width, height)?;
    bitmap.close();
    let mut asked = Ok(());
    let written = Promise::new(&mut |resolve, _| {
        asked = canvas.to_blob_with_type_and_encoder_options(&resolve, media, &JsValue::from_f64(QUALITY));
    });
    asked?;
    Ok(JsFuture::from(written).await?.dyn_into().ok())
}
