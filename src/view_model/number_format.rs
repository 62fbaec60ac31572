//! Numbers formatted for people, in their language. A no-break space precedes each unit.

use crate::error::Language;

/// A power of ten, its prefix for bytes and its suffix for counts.
type Unit = (f64, &'static str, &'static str);

/// Fraction from which a number rounds up into the next unit, or to one more digit.
const ROUNDS_UP: f64 = 0.9995;

/// A language's format of numbers.
#[derive(Debug, Clone, Copy)]
pub struct NumberFormat(pub Language);

impl NumberFormat {
    /// Formats a number with fixed decimals, a true minus sign, and the language's decimal mark.
    pub fn decimal(self, value: f64, decimals: usize) -> String {
        let text = format!("{value:.decimals$}");
        // A value that rounds to zero has no minus sign.
        let is_zero = value.is_finite() && !text.contains(|digit| ('1'..='9').contains(&digit));
        let text = if is_zero { text.trim_start_matches('-') } else { &text };
        self.marked(text)
    }

    /// Formats as [`NumberFormat::decimal`] does, without trailing zeros.
    pub fn trimmed(self, value: f64, decimals: usize) -> String {
        let text = self.decimal(value, decimals);
        match text.contains(['.', ',']) {
            true => text.trim_end_matches('0').trim_end_matches(['.', ',']).to_owned(),
            false => text,
        }
    }

    /// Formats a number with its sign, also where it is positive or rounds to zero.
    pub fn signed(self, value: f64, decimals: usize) -> String {
        let sign = if value.is_sign_negative() { "\u{2212}" } else { "+" };
        format!("{sign}{}", self.decimal(value.abs(), decimals))
    }

    /// Formats an error, which is small: with a power of ten where five decimals are too few.
    pub fn error(self, error: f64) -> String {
        match error {
            0.0 => "0".into(),
            error if error < 1e-4 => self.marked(&format!("{error:.2e}")),
            error => self.decimal(error, 5),
        }
    }

    /// Formats bytes in decimal units, as file managers and the Hub show them.
    pub fn bytes(self, bytes: u64) -> String {
        let byte = match self.0 {
            Language::En => "B",
            Language::Ru => "Б",
        };
        self.scaled(bytes, byte, |unit| unit.1)
    }

    /// Formats a count, such as that of weights.
    pub fn count(self, count: u64) -> String {
        self.scaled(count, "", |unit| unit.2).trim_end().to_owned()
    }

    /// Formats a share as a percentage.
    pub fn percent(self, share: f64, decimals: usize) -> String {
        format!("{}\u{a0}%", self.decimal(share * 100.0, decimals))
    }

    /// Formats a change as a percentage with its sign.
    pub fn signed_percent(self, change: f64, decimals: usize) -> String {
        let sign = if change < 0.0 { "" } else { "+" };
        format!("{sign}{}", self.percent(change, decimals))
    }

    /// Formats a share for large type: decimals only near 0 and 1, where they matter.
    pub fn share(self, share: f32) -> String {
        match share {
            ..0.001 => format!("<\u{2009}{}", self.percent(0.001, 1)),
            0.01..=0.99 => self.percent(share.into(), 0),
            ..=0.999 => self.percent(share.into(), 1),
            _ => format!(">\u{2009}{}", self.percent(0.999, 1)),
        }
    }

    /// Formats a cosine.
    pub fn similarity(self, cosine: f32) -> String {
        self.decimal(cosine.into(), 2)
    }

    /// Formats a duration in seconds, or in milliseconds where it is short.
    pub fn duration(self, seconds: f64) -> String {
        let (milliseconds, second) = match self.0 {
            Language::En => ("ms", "s"),
            Language::Ru => ("мс", "с"),
        };
        if seconds < ROUNDS_UP {
            format!("{}\u{a0}{milliseconds}", self.decimal(seconds * 1e3, 0))
        } else {
            format!("{}\u{a0}{second}", self.decimal(seconds, 1))
        }
    }

    /// Scales to three significant digits: 4.36 M, 43.6 M, 436 M.
    fn scaled(self, value: u64, one: &str, name: fn(&Unit) -> &'static str) -> String {
        let units: [Unit; 3] = match self.0 {
            Language::En => [(1e9, "GB", "G"), (1e6, "MB", "M"), (1e3, "kB", "k")],
            Language::Ru => [(1e9, "ГБ", "млрд"), (1e6, "МБ", "млн"), (1e3, "кБ", "тыс.")],
        };
        let number = value as f64;
        match units.iter().find(|unit| number >= unit.0 * ROUNDS_UP) {
            Some(unit) => {
                let scaled = number / unit.0;
                let decimals = match scaled {
                    ..9.995 => 2,
                    ..99.95 => 1,
                    _ => 0,
                };
                format!("{}\u{a0}{}", self.decimal(scaled, decimals), name(unit))
            }
            None => format!("{value}\u{a0}{one}"),
        }
    }

    /// Replaces the decimal point and the minus sign by those of the language.
    fn marked(self, text: &str) -> String {
        let text = text.replace('-', "\u{2212}");
        match self.0 {
            Language::En => text,
            Language::Ru => text.replace('.', ","),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: NumberFormat = NumberFormat(Language::En);
    const RU: NumberFormat = NumberFormat(Language::Ru);

    /// Replaces no-break spaces and the minus sign by characters that are easy to type.
    fn plain(text: String) -> String {
        text.replace(['\u{a0}', '\u{2009}'], " ").replace('\u{2212}', "-")
    }

    #[test]
    fn a_minus_is_a_minus_and_a_nothing_has_none() {
        for (value, decimals, english, russian) in [
            (2.71549, 2, "2.72", "2,72"),
            (-0.5, 1, "\u{2212}0.5", "\u{2212}0,5"),
            (-0.004, 2, "0.00", "0,00"),
            (-0.0, 0, "0", "0"),
            (-0.006, 2, "\u{2212}0.01", "\u{2212}0,01"),
            (12_345.678, 0, "12346", "12346"),
            (f64::INFINITY, 2, "inf", "inf"),
            (f64::NEG_INFINITY, 2, "\u{2212}inf", "\u{2212}inf"),
        ] {
            assert_eq!(EN.decimal(value, decimals), english);
            assert_eq!(RU.decimal(value, decimals), russian);
        }
    }

    #[test]
    fn zeros_of_a_fraction_are_left_out_and_no_others() {
        for (value, decimals, text) in [
            (4.5, 2, "4,5"),
            (4.0, 2, "4"),
            (100.0, 2, "100"),
            (100.0, 0, "100"),
            (0.0, 4, "0"),
            (-1.25, 4, "-1,25"),
        ] {
            assert_eq!(plain(RU.trimmed(value, decimals)), text);
        }
    }

    #[test]
    fn weights_have_a_sign_and_errors_a_power_of_ten() {
        for (value, text) in
            [(0.25, "+0.250"), (-0.25, "-0.250"), (-0.0001, "-0.000"), (0.0, "+0.000")]
        {
            assert_eq!(plain(EN.signed(value, 3)), text);
        }
        for (error, english, russian) in [
            (0.0, "0", "0"),
            (0.012_346, "0.01235", "0,01235"),
            (0.000_1, "0.00010", "0,00010"),
            (0.000_012_34, "1.23e-5", "1,23e-5"),
        ] {
            assert_eq!(plain(EN.error(error)), english);
            assert_eq!(plain(RU.error(error)), russian);
        }
    }

    #[test]
    fn sizes_have_three_digits() {
        for (size, bytes, russian, count) in [
            (0, "0 B", "0 Б", "0"),
            (999, "999 B", "999 Б", "999"),
            (1_000, "1.00 kB", "1,00 кБ", "1.00 k"),
            (9_994, "9.99 kB", "9,99 кБ", "9.99 k"),
            (9_996, "10.0 kB", "10,0 кБ", "10.0 k"),
            (99_960, "100 kB", "100 кБ", "100 k"),
            (999_400, "999 kB", "999 кБ", "999 k"),
            // A thousand of a unit is one of the next.
            (999_700, "1.00 MB", "1,00 МБ", "1.00 M"),
            (124_439_808, "124 MB", "124 МБ", "124 M"),
            (4_360_000_000, "4.36 GB", "4,36 ГБ", "4.36 G"),
            (u64::MAX, "18446744074 GB", "18446744074 ГБ", "18446744074 G"),
        ] {
            assert_eq!(plain(EN.bytes(size)), bytes);
            assert_eq!(plain(RU.bytes(size)), russian);
            assert_eq!(plain(EN.count(size)), count);
        }
        assert_eq!(plain(RU.count(124_439_808)), "124 млн");
        assert_eq!(plain(RU.count(8_030_000_000)), "8,03 млрд");
        assert_eq!(RU.bytes(1_500), "1,50\u{a0}кБ");
    }

    #[test]
    fn shares_are_exact_where_it_matters() {
        for (share, decimals, text) in [(0.5, 0, "50 %"), (0.126, 1, "12,6 %"), (1.0, 1, "100,0 %")]
        {
            assert_eq!(plain(RU.percent(share, decimals)), text);
        }
        for (change, text) in [(0.021, "+2.10 %"), (-0.021, "-2.10 %"), (0.0, "+0.00 %")] {
            assert_eq!(plain(EN.signed_percent(change, 2)), text);
        }
        for (share, text) in [
            (0.0, "< 0.1 %"),
            (0.000_9, "< 0.1 %"),
            (0.001, "0.1 %"),
            (0.009_9, "1.0 %"),
            (0.01, "1 %"),
            (0.5, "50 %"),
            (0.99, "99 %"),
            (0.995, "99.5 %"),
            (0.999, "99.9 %"),
            (0.999_5, "> 99.9 %"),
            (1.0, "> 99.9 %"),
        ] {
            assert_eq!(plain(EN.share(share)), text, "{share}");
        }
        for (cosine, text) in [(0.724, "0,72"), (-0.004, "0,00"), (1.0, "1,00")] {
            assert_eq!(RU.similarity(cosine), text);
        }
    }

    #[test]
    fn short_times_are_milliseconds() {
        for (seconds, english, russian) in [
            (0.0, "0 ms", "0 мс"),
            (0.012_4, "12 ms", "12 мс"),
            (0.999_4, "999 ms", "999 мс"),
            (0.999_6, "1.0 s", "1,0 с"),
            (1.0, "1.0 s", "1,0 с"),
            (75.25, "75.2 s", "75,2 с"),
        ] {
            assert_eq!(plain(EN.duration(seconds)), english);
            assert_eq!(plain(RU.duration(seconds)), russian);
        }
    }
}
