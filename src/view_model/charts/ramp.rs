//! A perceptually uniform colour scale: three colours of the theme, interpolated in OKLab.

/// Number of steps; finer ones cannot be distinguished.
const STEPS: usize = 256;

type Rgb = [u8; 3];

/// Colours for values from 0 to 1.
pub struct Ramp(Vec<Rgb>);

impl Ramp {
    /// Interpolates three colours `#rrggbb` whose lightness is monotonic; `None` if one cannot be parsed.
    pub fn new(none: &str, some: &str, all: &str) -> Option<Self> {
        let anchors = [oklab(parse(none)?), oklab(parse(some)?), oklab(parse(all)?)];
        let step = |index: usize| {
            let position = index as f32 / (STEPS - 1) as f32 * 2.0;
            let from = (position as usize).min(1);
            srgb(mix(anchors[from], anchors[from + 1], position - from as f32))
        };
        Some(Self((0..STEPS).map(step).collect()))
    }

    /// Returns the colour for a value between 0 and 1.
    pub fn colour(&self, fraction: f32) -> Rgb {
        self.0[(fraction.clamp(0.0, 1.0) * (STEPS - 1) as f32) as usize]
    }
}

/// Whether black is more legible than white on this colour.
pub fn is_light(colour: Rgb) -> bool {
    oklab(colour)[0] > 0.62
}

fn parse(text: &str) -> Option<Rgb> {
    let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let digits = u32::from_str_radix(digits, 16).ok()?;
    let [_, r, g, b] = digits.to_be_bytes();
    Some([r, g, b])
}

fn mix(a: [f32; 3], b: [f32; 3], share: f32) -> [f32; 3] {
    std::array::from_fn(|axis| a[axis] + (b[axis] - a[axis]) * share)
}

// Björn Ottosson's OKLab, <https://bottosson.github.io/posts/oklab/>: the matrices are from there.

fn oklab(colour: Rgb) -> [f32; 3] {
    let [r, g, b] = colour.map(|byte| {
        let value = f32::from(byte) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

fn srgb([lightness, a, b]: [f32; 3]) -> Rgb {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let linear = [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ];
    linear.map(|value| {
        let value = value.clamp(0.0, 1.0);
        let curved = if value <= 0.003_130_8 {
            value * 12.92
        } else {
            1.055 * value.powf(1.0 / 2.4) - 0.055
        };
        (curved * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_colours_are_met_exactly() {
        let ramp = Ramp::new("#ffffff", " #3B82C4 ", "#0a0a23").expect("three colours");
        let near = |found: Rgb, expected: Rgb| {
            found.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) <= 1)
        };
        assert!(near(ramp.colour(0.0), [0xff; 3]), "{:?}", ramp.colour(0.0));
        assert!(near(ramp.colour(1.0), [0x0a, 0x0a, 0x23]), "{:?}", ramp.colour(1.0));
        // The middle falls between two steps.
        let middle = ramp.colour(0.5);
        let distance = middle.iter().zip([0x3b, 0x82, 0xc4]).map(|(a, b)| a.abs_diff(b)).max();
        assert!(distance <= Some(3), "{middle:?}");
    }

    #[test]
    fn lightness_only_falls_and_values_outside_are_the_ends() {
        let ramp = Ramp::new("#ffffff", "#3b82c4", "#0a0a23").expect("three colours");
        let lightness: Vec<f32> =
            (0..=100).map(|fraction| oklab(ramp.colour(fraction as f32 / 100.0))[0]).collect();
        assert!(lightness.is_sorted_by(|before, after| before >= after), "{lightness:?}");
        assert_eq!(ramp.colour(-1.0), ramp.colour(0.0));
        assert_eq!(ramp.colour(7.0), ramp.colour(1.0));
        assert_eq!(ramp.colour(f32::NAN), ramp.colour(0.0));
    }

    #[test]
    fn what_is_no_colour_of_six_digits_is_refused() {
        for text in ["", "#", "#fff", "ffffff", "#ggghhh", "#ffffff80", "rgb(0, 0, 0)", "#ффф"] {
            assert!(Ramp::new(text, "#808080", "#000000").is_none(), "{text}");
        }
    }

    #[test]
    fn every_colour_survives_the_way_through_oklab() {
        for colour in [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [1, 2, 3]]
        {
            assert_eq!(srgb(oklab(colour)), colour);
        }
    }

    #[test]
    fn ink_is_black_on_light_colours() {
        for (colour, is_black) in
            [([255; 3], true), ([0; 3], false), ([255, 255, 0], true), ([0, 0, 255], false)]
        {
            assert_eq!(is_light(colour), is_black, "{colour:?}");
        }
    }
}
