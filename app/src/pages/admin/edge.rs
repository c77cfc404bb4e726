//! The page goes along while something is held near its upper or lower edge.

use leptos::prelude::*;

/// So many pixels from an edge it goes along; the bars of a phone are nearly as high.
const EDGE: f64 = 96.0;
/// Pixels of a frame, at the edge itself.
const FASTEST: f64 = 14.0;

/// Frame by frame as long as something is held: a finger that rests there sends nothing. `at` is how far down the screen
/// it is, once it moved; `on_page_moved` says it again when other things are under it.
pub fn go_along(
    held: RwSignal<Option<String>>,
    at: StoredValue<Option<f64>>,
    on_page_moved: impl Fn(f64) + Copy + 'static,
) {
    request_animation_frame(move || {
        if held.try_with_untracked(Option::is_some) != Some(true) {
            return;
        }
        if let Some(y) = at.try_get_value().flatten()
            && nudge(y)
        {
            on_page_moved(y);
        }
        go_along(held, at, on_page_moved);
    });
}

/// Whether the page moved.
fn nudge(y: f64) -> bool {
    let Some(height) = window().inner_height().ok().and_then(|height| height.as_f64()) else { return false };
    let by = step(y, height);
    let place = || window().scroll_y().unwrap_or_default();
    let before = place();
    if by != 0.0 {
        window().scroll_by_with_x_and_y(0.0, by);
    }
    (place() - before).abs() > 0.5
}

/// How far the page goes in one frame, with the pointer that far down a screen so high.
fn step(y: f64, height: f64) -> f64 {
    let above = ((EDGE - y) / EDGE).clamp(0.0, 1.0);
    let below = ((y - (height - EDGE)) / EDGE).clamp(0.0, 1.0);
    ((below - above) * FASTEST).round()
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn the_page_goes_faster_the_nearer_the_edge_is_and_rests_between_them() {
        let cases = [
            (-20.0, -14.0),
            (0.0, -14.0),
            (48.0, -7.0),
            (96.0, 0.0),
            (370.0, 0.0),
            (644.0, 0.0),
            (692.0, 7.0),
            (800.0, 14.0),
        ];
        for (y, by) in cases {
            assert!((step(y, 740.0) - by).abs() < f64::EPSILON, "{y}");
        }
    }
}
