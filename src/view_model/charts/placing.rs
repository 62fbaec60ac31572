//! Where the points of a flat map lie in its frame, and on which side of each its label has room.

/// The radius of a point, in CSS pixels: a number fits in.
pub const RADIUS: f64 = 13.0;
/// The size of a label's letters.
pub const FONT: f64 = 15.0;
/// The mean width of a letter, in the size of the letters. A little too wide is better than too narrow.
const LETTER: f64 = 0.56;
const GAP: f64 = 5.0;
/// Longer texts are cut to this many letters.
const LONGEST: usize = 24;
/// The middles of two points keep this distance, in which both numbers can be read.
const CLOSEST: f64 = RADIUS * 1.75;
/// Pushing two points apart may push them against others.
const ROUNDS: usize = 12;
const LINE: f64 = FONT * 1.25;
/// Points closer than this to the frame's edge would be cut.
const EDGE: f64 = RADIUS + 5.0;

/// Where a label stands from its point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Label {
    /// The middle of its base line's start, middle or end, from the point's middle.
    pub x: f64,
    /// Down from the point's middle.
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

/// Coordinates in a frame of that size: one scale for both axes, for distances are what is read.
pub fn fit(points: &[[f32; 2]], width: f64, height: f64) -> Vec<(f64, f64)> {
    let range = |axis: usize| {
        let values = points.iter().map(|point| f64::from(point[axis]));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        (low, high)
    };
    let ((left, right), (bottom, top)) = (range(0), range(1));
    let room = |size: f64| (size - 2.0 * EDGE).max(1.0);
    let scale = (room(width) / (right - left)).min(room(height) / (top - bottom));
    // One point, or all in one place: the middle.
    let scale = if scale.is_finite() { scale } else { 0.0 };
    let place = |point: &[f32; 2]| {
        let (x, y) = (f64::from(point[0]), f64::from(point[1]));
        (
            width / 2.0 + (x - (left + right) / 2.0) * scale,
            height / 2.0 - (y - (bottom + top) / 2.0) * scale,
        )
    };
    let mut places: Vec<(f64, f64)> = points.iter().map(place).collect();
    spread(&mut places);
    let kept = |value: f64, size: f64| value.clamp(EDGE, (size - EDGE).max(EDGE));
    places.into_iter().map(|(x, y)| (kept(x, width), kept(y, height))).collect()
}

/// Push points apart that would cover each other's numbers. It moves them by a radius or two: they stay
/// neighbours.
fn spread(places: &mut [(f64, f64)]) {
    for _ in 0..ROUNDS {
        for first in 0..places.len() {
            for second in first + 1..places.len() {
                let (a, b) = (places[first], places[second]);
                let (dx, dy) = (b.0 - a.0, b.1 - a.1);
                let distance = dx.hypot(dy);
                if distance >= CLOSEST {
                    continue;
                }
                // Points in one place go apart sideways.
                let (ux, uy) =
                    if distance > 1e-3 { (dx / distance, dy / distance) } else { (1.0, 0.0) };
                let step = (CLOSEST - distance) / 2.0;
                places[first] = (a.0 - ux * step, a.1 - uy * step);
                places[second] = (b.0 + ux * step, b.1 + uy * step);
            }
        }
    }
}

/// A text as a label has room for.
pub fn shortened(text: &str) -> String {
    let Some((end, next)) = text.char_indices().nth(LONGEST) else { return text.into() };
    let start = &text[..end];
    // A word that is cut says nothing.
    let whole = match next.is_whitespace() {
        true => start,
        false => start.rsplit_once(' ').map_or(start, |(whole, _)| whole),
    };
    format!("{}…", whole.trim_end_matches([',', '.', ' ']))
}

/// A place for each label, where there is one that hides nothing: beside the point, else over or under it.
pub fn labels(
    places: &[(f64, f64)],
    texts: &[String],
    width: f64,
    height: f64,
) -> Vec<Option<Label>> {
    let points = places.iter().map(|(x, y)| Frame {
        left: x - RADIUS,
        top: y - RADIUS,
        right: x + RADIUS,
        bottom: y + RADIUS,
    });
    let mut taken: Vec<Frame> = points.collect();
    let mut labels = Vec::with_capacity(places.len());
    for (&(x, y), text) in places.iter().zip(texts) {
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
        let places = fit(&[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], WIDTH, HEIGHT);
        let [origin, right, up] = places[..] else { panic!("{places:?}") };
        assert!((distance(origin, right) - distance(origin, up)).abs() < 1e-9, "{places:?}");
        assert!(right.0 > origin.0 && up.1 < origin.1, "{places:?}");
        // The lower side fills the frame but for its edges.
        assert!((distance(origin, up) - (HEIGHT - 2.0 * EDGE)).abs() < 1e-9, "{places:?}");
    }

    #[test]
    fn nothing_one_point_and_points_in_one_place_have_a_place() {
        assert!(fit(&[], WIDTH, HEIGHT).is_empty());
        assert_eq!(fit(&[[7.0, -3.0]], WIDTH, HEIGHT), [(200.0, 150.0)]);
        let same = fit(&[[0.5, 0.5]; 2], WIDTH, HEIGHT);
        assert!((distance(same[0], same[1]) - CLOSEST).abs() < 1e-9, "{same:?}");
        // A line, along either axis.
        for points in [[[0.0, 0.0], [0.0, 2.0]], [[0.0, 0.0], [2.0, 0.0]]] {
            let places = fit(&points, WIDTH, HEIGHT);
            assert!(distance(places[0], places[1]) > 200.0, "{places:?}");
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
        let sides = |places: &[(f64, f64)], lengths: &[usize]| {
            let texts: Vec<String> = lengths.iter().map(|length| text(*length)).collect();
            let found = labels(places, &texts, WIDTH, HEIGHT);
            found
                .into_iter()
                .map(|label| label.map(|it| (it.anchor, it.y < 0.0)))
                .collect::<Vec<_>>()
        };
        // Right of the point, else left of it, else over it.
        assert_eq!(sides(&[(200.0, 150.0)], &[10]), [Some(("start", false))]);
        assert_eq!(sides(&[(380.0, 150.0)], &[10]), [Some(("end", false))]);
        assert_eq!(sides(&[(200.0, 150.0)], &[30]), [Some(("middle", true))]);
        // A neighbour on the right is in the way.
        let both = sides(&[(200.0, 150.0), (240.0, 150.0)], &[10, 10]);
        assert_eq!(both, [Some(("end", false)), Some(("start", false))]);
        // What is longer than the frame has no place.
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
            // A word that ends just there is whole.
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
        let places: Vec<(f64, f64)> = (0..12)
            .map(|at| (60.0 + 90.0 * f64::from(at % 4), 60.0 + 80.0 * f64::from(at / 4)))
            .collect();
        let texts = vec!["twelve chars".to_owned(); places.len()];
        let found = labels(&places, &texts, WIDTH, HEIGHT);
        let frames: Vec<Frame> = places
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
