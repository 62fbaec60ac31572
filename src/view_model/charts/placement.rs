//! Positions of a scatter plot's points in its frame, and of their labels.

/// Radius of a point, in CSS pixels: large enough for a number.
pub const RADIUS: f64 = 13.0;
/// Font size of a label.
pub const FONT: f64 = 15.0;
/// Mean width of a letter, relative to the font size. A slight overestimate is better than an underestimate.
const LETTER: f64 = 0.56;
const GAP: f64 = 5.0;
/// Maximum length of a label in characters.
const LONGEST: usize = 24;
/// Minimum distance of two points' centres, at which both numbers can be read.
const CLOSEST: f64 = RADIUS * 1.75;
/// Iterations: separating two points may push them against others.
const ROUNDS: usize = 12;
const LINE: f64 = FONT * 1.25;
/// Minimum distance of a point's centre to the edge of the frame.
const EDGE: f64 = RADIUS + 5.0;

/// Position of a label relative to its point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Label {
    /// Horizontal offset of the label's anchor from the point's centre.
    pub x: f64,
    /// Vertical offset, downwards, of the label's middle from the point's centre.
    pub y: f64,
    /// SVG's `text-anchor`.
    pub anchor: &'static str,
}

#[derive(Clone, Copy)]
struct Frame {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Frame {
    fn overlap(&self, other: &Self) -> f64 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        width.max(0.0) * height.max(0.0)
    }
}

/// Scales points to a frame of that size, with one scale for both axes, so that distances can be compared.
pub fn fit(points: &[[f32; 2]], width: f64, height: f64) -> Vec<(f64, f64)> {
    let range = |axis: usize| {
        let values = points.iter().map(|point| f64::from(point[axis]));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        (low, high)
    };
    let ((left, right), (bottom, top)) = (range(0), range(1));
    let usable = |size: f64| (size - 2.0 * EDGE).max(1.0);
    let scale = (usable(width) / (right - left)).min(usable(height) / (top - bottom));
    // One point, or all at the same position: the centre.
    let scale = if scale.is_finite() { scale } else { 0.0 };
    let position = |point: &[f32; 2]| {
        let (x, y) = (f64::from(point[0]), f64::from(point[1]));
        (
            width / 2.0 + (x - (left + right) / 2.0) * scale,
            height / 2.0 - (y - (bottom + top) / 2.0) * scale,
        )
    };
    let mut positions: Vec<(f64, f64)> = points.iter().map(position).collect();
    spread(&mut positions);
    let kept = |value: f64, size: f64| value.clamp(EDGE, (size - EDGE).max(EDGE));
    positions.into_iter().map(|(x, y)| (kept(x, width), kept(y, height))).collect()
}

/// Separates points whose numbers would overlap. It moves them by a radius or two: they stay neighbours.
fn spread(positions: &mut [(f64, f64)]) {
    for _ in 0..ROUNDS {
        for first in 0..positions.len() {
            for second in first + 1..positions.len() {
                let (a, b) = (positions[first], positions[second]);
                let (dx, dy) = (b.0 - a.0, b.1 - a.1);
                let distance = dx.hypot(dy);
                if distance >= CLOSEST {
                    continue;
                }
                // Points at the same position are separated horizontally.
                let (ux, uy) =
                    if distance > 1e-3 { (dx / distance, dy / distance) } else { (1.0, 0.0) };
                let step = (CLOSEST - distance) / 2.0;
                positions[first] = (a.0 - ux * step, a.1 - uy * step);
                positions[second] = (b.0 + ux * step, b.1 + uy * step);
            }
        }
    }
}

/// Shortens a text to the length of a label.
pub fn shortened(text: &str) -> String {
    let Some((end, next)) = text.char_indices().nth(LONGEST) else { return text.into() };
    let start = &text[..end];
    // A cut word is dropped.
    let whole = match next.is_whitespace() {
        true => start,
        false => start.rsplit_once(' ').map_or(start, |(whole, _)| whole),
    };
    format!("{}…", whole.trim_end_matches([',', '.', ' ']))
}

/// Returns for each label the first position that overlaps nothing, beside, above or below its point; `None` if there
/// is none.
pub fn labels(
    positions: &[(f64, f64)],
    texts: &[String],
    width: f64,
    height: f64,
) -> Vec<Option<Label>> {
    let points = positions.iter().map(|(x, y)| Frame {
        left: x - RADIUS,
        top: y - RADIUS,
        right: x + RADIUS,
        bottom: y + RADIUS,
    });
    let mut taken: Vec<Frame> = points.collect();
    let mut labels = Vec::with_capacity(positions.len());
    for (&(x, y), text) in positions.iter().zip(texts) {
        let length = text.chars().count() as f64 * FONT * LETTER;
        let side = RADIUS + GAP;
        let far = RADIUS + LINE / 2.0 + 1.0;
        let choices = [
            Label { x: side, y: 0.0, anchor: "start" },
            Label { x: -side, y: 0.0, anchor: "end" },
            Label { x: 0.0, y: -far, anchor: "middle" },
            Label { x: 0.0, y: far, anchor: "middle" },
            Label { x: side * 0.6, y: -far, anchor: "start" },
            Label { x: -side * 0.6, y: -far, anchor: "end" },
            Label { x: side * 0.6, y: far, anchor: "start" },
            Label { x: -side * 0.6, y: far, anchor: "end" },
        ];
        let framed = |label: &Label| {
            let start = match label.anchor {
                "start" => x + label.x,
                "end" => x + label.x - length,
                _ => x + label.x - length / 2.0,
            };
            let (top, bottom) = (y + label.y - LINE / 2.0, y + label.y + LINE / 2.0);
            Frame { left: start, top, right: start + length, bottom }
        };
        let fits = |frame: &Frame| {
            let is_inside = frame.left >= 0.0
                && frame.top >= 0.0
                && frame.right <= width
                && frame.bottom <= height;
            is_inside && taken.iter().all(|other| frame.overlap(other) == 0.0)
        };
        let chosen = choices.into_iter().find(|label| fits(&framed(label)));
        taken.extend(chosen.as_ref().map(framed));
        labels.push(chosen);
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: f64 = 400.0;
    const HEIGHT: f64 = 300.0;

    fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
        (a.0 - b.0).hypot(a.1 - b.1)
    }

    #[test]
    fn both_axes_have_one_scale_and_up_is_up() {
        let positions = fit(&[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], WIDTH, HEIGHT);
        let [origin, right, up] = positions[..] else { panic!("{positions:?}") };
        assert!((distance(origin, right) - distance(origin, up)).abs() < 1e-9, "{positions:?}");
        assert!(right.0 > origin.0 && up.1 < origin.1, "{positions:?}");
        // The shorter side fills the frame up to its margins.
        assert!((distance(origin, up) - (HEIGHT - 2.0 * EDGE)).abs() < 1e-9, "{positions:?}");
    }

    #[test]
    fn nothing_one_point_and_coinciding_points_have_positions() {
        assert!(fit(&[], WIDTH, HEIGHT).is_empty());
        assert_eq!(fit(&[[7.0, -3.0]], WIDTH, HEIGHT), [(200.0, 150.0)]);
        let same = fit(&[[0.5, 0.5]; 2], WIDTH, HEIGHT);
        assert!((distance(same[0], same[1]) - CLOSEST).abs() < 1e-9, "{same:?}");
        // A line, along either axis.
        for points in [[[0.0, 0.0], [0.0, 2.0]], [[0.0, 0.0], [2.0, 0.0]]] {
            let positions = fit(&points, WIDTH, HEIGHT);
            assert!(distance(positions[0], positions[1]) > 200.0, "{positions:?}");
        }
    }

    #[test]
    fn points_stay_in_the_frame_however_small_it_is() {
        let points: Vec<[f32; 2]> = (0..30).map(|at| [(at % 6) as f32, (at / 6) as f32]).collect();
        for (width, height) in [(WIDTH, HEIGHT), (60.0, 230.0), (0.0, 230.0)] {
            for (x, y) in fit(&points, width, height) {
                assert!(x >= EDGE && x <= (width - EDGE).max(EDGE), "{width}: {x}");
                assert!(y >= EDGE && y <= height - EDGE, "{height}: {y}");
            }
        }
    }

    #[test]
    fn a_label_stands_where_it_hides_nothing() {
        let text = |length: usize| "я".repeat(length);
        let sides = |positions: &[(f64, f64)], lengths: &[usize]| {
            let texts: Vec<String> = lengths.iter().map(|length| text(*length)).collect();
            let found = labels(positions, &texts, WIDTH, HEIGHT);
            found
                .into_iter()
                .map(|label| label.map(|it| (it.anchor, it.y < 0.0)))
                .collect::<Vec<_>>()
        };
        // Right of the point, else left of it, else above it.
        assert_eq!(sides(&[(200.0, 150.0)], &[10]), [Some(("start", false))]);
        assert_eq!(sides(&[(380.0, 150.0)], &[10]), [Some(("end", false))]);
        assert_eq!(sides(&[(200.0, 150.0)], &[30]), [Some(("middle", true))]);
        // A neighbour on the right blocks that side.
        let both = sides(&[(200.0, 150.0), (240.0, 150.0)], &[10, 10]);
        assert_eq!(both, [Some(("end", false)), Some(("start", false))]);
        // A label longer than the frame has no position.
        assert_eq!(sides(&[(200.0, 150.0)], &[60]), [None]);
    }

    #[test]
    fn long_texts_are_cut_between_words() {
        for (text, short) in [
            ("", ""),
            ("Кот спит.", "Кот спит."),
            ("exactly twenty-four here", "exactly twenty-four here"),
            ("The cat sleeps on the warm windowsill.", "The cat sleeps on the…"),
            ("Кошка спит на тёплом подоконнике.", "Кошка спит на тёплом…"),
            // A word that ends exactly at the limit is whole.
            ("exactly twenty-four here and more", "exactly twenty-four here…"),
            ("He came, he saw a thing, he left", "He came, he saw a thing…"),
            ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffahrtsge…"),
            (
                "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
                "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀…",
            ),
        ] {
            assert_eq!(shortened(text), short, "{text}");
        }
    }

    #[test]
    fn no_two_labels_cover_each_other() {
        let positions: Vec<(f64, f64)> = (0..12)
            .map(|at| (60.0 + 90.0 * f64::from(at % 4), 60.0 + 80.0 * f64::from(at / 4)))
            .collect();
        let texts = vec!["twelve chars".to_owned(); positions.len()];
        let found = labels(&positions, &texts, WIDTH, HEIGHT);
        let frames: Vec<Frame> = positions
            .iter()
            .zip(&found)
            .filter_map(|(&(x, y), label)| {
                let label = (*label)?;
                let length = 12.0 * FONT * LETTER;
                let left = x + label.x
                    - match label.anchor {
                        "start" => 0.0,
                        "end" => length,
                        _ => length / 2.0,
                    };
                let (top, bottom) = (y + label.y - LINE / 2.0, y + label.y + LINE / 2.0);
                Some(Frame { left, top, right: left + length, bottom })
            })
            .collect();
        assert!(frames.len() > 4, "{found:?}");
        for (at, frame) in frames.iter().enumerate() {
            assert!(frames[at + 1..].iter().all(|other| frame.overlap(other) == 0.0), "{at}");
        }
    }
}
