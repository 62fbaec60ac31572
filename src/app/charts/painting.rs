//! Layout and painting of a heat map on a canvas.

use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, CssStyleDeclaration, HtmlCanvasElement, ImageData};

use crate::app::language::numbers;
use crate::view_model::charts::{Geometry, LABEL_GAP, LARGEST_LABEL, Ramp, Square, is_light};

/// Minimum width of a cell with its value, in CSS pixels.
const NUMBERED_CELL: f64 = 36.0;
/// Minimum width of a cell with a border, in CSS pixels.
const LINED_CELL: f64 = 6.0;
const TICK_FONT: f64 = 14.0;
const TICKS: [usize; 6] = [10, 20, 50, 100, 200, 500];
const TICK_DISTANCE: f64 = 44.0;
const HATCH_DISTANCE: f64 = 9.0;

/// Paints the map on a square canvas of that width, and returns the layout.
pub fn paint(
    canvas: &HtmlCanvasElement,
    width: f64,
    map: &Square,
    masked: &str,
) -> Result<Geometry, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let style = window.get_computed_style(canvas)?.ok_or(JsValue::NULL)?;
    let ratio = window.device_pixel_ratio();
    canvas.set_width((width * ratio) as u32);
    canvas.set_height((width * ratio) as u32);
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into();
    context.scale(ratio, ratio)?;
    let painter = Painter { family: style.get_property_value("font-family")?, context, style };
    let geometry = painter.measure(width, map)?;
    if geometry.count > 0 {
        if map.is_causal {
            painter.hatch(&geometry, masked)?;
        }
        painter.squares(&geometry, map)?;
        painter.labels(&geometry, map)?;
    }
    Ok(geometry)
}

struct Painter {
    context: CanvasRenderingContext2d,
    style: CssStyleDeclaration,
    family: String,
}

impl Painter {
    fn theme(&self, name: &str) -> Result<String, JsValue> {
        Ok(self.style.get_property_value(name)?.trim().to_owned())
    }

    fn set_font(&self, size: f64) {
        self.context.set_font(&format!("{size}px {}", self.family));
    }

    fn measure(&self, width: f64, map: &Square) -> Result<Geometry, JsValue> {
        let count = map.labels.len();
        self.set_font(Geometry::font(width, count));
        let mut widest: f64 = 0.0;
        for label in &map.labels {
            widest = widest.max(self.context.measure_text(label)?.width());
        }
        Ok(Geometry::new(width, count, widest, map.is_causal))
    }

    /// Hatches the masked future.
    fn hatch(&self, geometry: &Geometry, masked: &str) -> Result<(), JsValue> {
        let Self { context, .. } = self;
        let (start, side) = (geometry.margin, geometry.side());
        context.save();
        context.begin_path();
        context.move_to(start, start);
        context.line_to(start + side, start);
        context.line_to(start + side, start + side);
        context.clip();
        context.set_stroke_style_str(&self.theme("--heat-hatch")?);
        context.begin_path();
        let mut offset = 0.0;
        while offset < side * 2.0 {
            context.move_to(start + offset, start);
            context.line_to(start + offset - side, start + side);
            offset += HATCH_DISTANCE;
        }
        context.stroke();
        context.restore();
        self.set_font(15.0);
        let text_width = context.measure_text(masked)?.width();
        let (x, y) = (start + side * 0.68, start + side * 0.26);
        // The text stays inside the triangle, or is left out.
        if text_width * 0.5 + 12.0 < side * 0.32 {
            context.set_fill_style_str(&self.theme("--surface")?);
            context.fill_rect(x - text_width / 2.0 - 10.0, y - 15.0, text_width + 20.0, 30.0);
            context.set_fill_style_str(&self.theme("--ink-soft")?);
            context.set_text_align("center");
            context.set_text_baseline("middle");
            context.fill_text(masked, x, y)?;
        }
        Ok(())
    }

    fn squares(&self, geometry: &Geometry, map: &Square) -> Result<(), JsValue> {
        let Self { context, .. } = self;
        let Geometry { count, cell, margin, .. } = *geometry;
        let ramp = Ramp::new(
            &self.theme("--heat-none")?,
            &self.theme("--heat-some")?,
            &self.theme("--heat-all")?,
        )
        .ok_or("the theme's heat colours are not #rrggbb")?;
        // One pixel for each cell, enlarged at once: thousands of rectangles would be slow.
        let mut pixels = vec![0; count * count * 4];
        for row in 0..count {
            for column in 0..map.columns(row) {
                let pixel = &mut pixels[(row * count + column) * 4..][..4];
                pixel[..3]
                    .copy_from_slice(&ramp.colour(map.scale.fraction(map.weight(row, column))));
                pixel[3] = u8::MAX;
            }
        }
        let small: HtmlCanvasElement =
            leptos::prelude::document().create_element("canvas")?.unchecked_into();
        small.set_width(count as u32);
        small.set_height(count as u32);
        let pixels = ImageData::new_with_u8_clamped_array(Clamped(&pixels), count as u32)?;
        let small_context: CanvasRenderingContext2d =
            small.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into();
        small_context.put_image_data(&pixels, 0.0, 0.0)?;
        // If a cell is smaller than a pixel, an average is more accurate than a sample.
        context.set_image_smoothing_enabled(cell < 1.0);
        let side = geometry.side();
        context.draw_image_with_html_canvas_element_and_dw_and_dh(
            &small, margin, margin, side, side,
        )?;
        if cell >= LINED_CELL {
            context.set_fill_style_str(&self.theme("--surface")?);
            for line in 1..count {
                let at = margin + line as f64 * cell - 0.5;
                let (across, down) =
                    if map.is_causal { (line as f64 * cell + 0.5, at) } else { (side, margin) };
                context.fill_rect(margin, at, across, 1.0);
                context.fill_rect(at, down, 1.0, margin + side - down);
            }
        }
        if cell >= NUMBERED_CELL {
            self.set_font(14.0);
            context.set_text_align("center");
            context.set_text_baseline("middle");
            for row in 0..count {
                for column in 0..map.columns(row) {
                    let weight = map.weight(row, column);
                    context.set_fill_style_str(
                        if is_light(ramp.colour(map.scale.fraction(weight))) {
                            "#000000"
                        } else {
                            "#ffffff"
                        },
                    );
                    let (x, y) =
                        (margin + (column as f64 + 0.5) * cell, margin + (row as f64 + 0.5) * cell);
                    context.fill_text(&map.scale.short(weight, numbers::format()), x, y)?;
                }
            }
        }
        Ok(())
    }

    fn labels(&self, geometry: &Geometry, map: &Square) -> Result<(), JsValue> {
        let Self { context, .. } = self;
        let Geometry { count, cell, margin, .. } = *geometry;
        context.set_fill_style_str(&self.theme("--ink")?);
        context.set_text_baseline("middle");
        self.set_font(if geometry.is_labelled { geometry.font } else { TICK_FONT });
        let step = if geometry.is_labelled {
            1
        } else {
            TICKS.into_iter().find(|step| *step as f64 * cell >= TICK_DISTANCE).unwrap_or(count)
        };
        // Numbers begin at 1, and the round ones are shown.
        let numbers =
            std::iter::once(1).chain((step..=count).step_by(step).filter(|ordinal| *ordinal > 1));
        for token in numbers.map(|ordinal| ordinal - 1) {
            let middle = margin + (token as f64 + 0.5) * cell;
            context.set_text_align("right");
            if !geometry.is_labelled {
                let number = (token + 1).to_string();
                context.fill_text(&number, margin - LABEL_GAP, middle)?;
                context.set_text_align("center");
                context.fill_text(&number, middle, margin - 2.0 * LABEL_GAP)?;
                continue;
            }
            let label = &map.labels[token];
            context.fill_text_with_max_width(label, margin - LABEL_GAP, middle, LARGEST_LABEL)?;
            context.save();
            context.translate(middle, margin - LABEL_GAP)?;
            context.rotate(-std::f64::consts::FRAC_PI_2)?;
            context.set_text_align("left");
            context.fill_text_with_max_width(label, 0.0, 0.0, LARGEST_LABEL)?;
            context.restore();
        }
        Ok(())
    }
}
