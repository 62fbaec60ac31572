//! Numbers as people read them, in the page's language. A no-break space stands before each unit.

use super::{Locale, now};

/// A power of ten, and its name before bytes and for counts.
type Unit = (f64, &'static str, &'static str);

fn units() -> [Unit; 3] {
    match now() {
        Locale::en => [(1e9, "GB", "G"), (1e6, "MB", "M"), (1e3, "kB", "k")],
        Locale::ru => [(1e9, "ГБ", "млрд"), (1e6, "МБ", "млн"), (1e3, "кБ", "тыс.")],
    }
}

/// A number with so many decimals, a true minus sign, and the language's decimal mark.
pub fn decimal(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    // What rounds to nothing is not negative.
    let is_zero = !text.contains(|digit: char| ('1'..='9').contains(&digit));
    let text =
        if is_zero { text.trim_start_matches('-').into() } else { text.replace('-', "\u{2212}") };
    match now() {
        Locale::en => text,
        Locale::ru => text.replace('.', ","),
    }
}

/// Bytes in decimal units, as file managers and the Hub show them.
pub fn bytes(bytes: u64) -> String {
    let byte = match now() {
        Locale::en => "B",
        Locale::ru => "Б",
    };
    scaled(bytes, byte, |unit| unit.1)
}

/// A count, such as a number of weights.
pub fn count(count: u64) -> String {
    scaled(count, "", |unit| unit.2).trim_end().to_owned()
}

/// A share as a percentage.
pub fn percent(share: f64, decimals: usize) -> String {
    format!("{}\u{a0}%", decimal(share * 100.0, decimals))
}

/// A change as a percentage, with its sign.
pub fn signed_percent(change: f64, decimals: usize) -> String {
    let sign = if change < 0.0 { "" } else { "+" };
    format!("{sign}{}", percent(change, decimals))
}

/// A cosine.
pub fn similarity(cosine: f32) -> String {
    decimal(cosine.into(), 2)
}

/// A duration in seconds, in milliseconds where it is short.
pub fn duration(seconds: f64) -> String {
    let (milliseconds, second) = match now() {
        Locale::en => ("ms", "s"),
        Locale::ru => ("мс", "с"),
    };
    if seconds < 1.0 {
        format!("{}\u{a0}{milliseconds}", decimal(seconds * 1e3, 0))
    } else {
        format!("{}\u{a0}{second}", decimal(seconds, 1))
    }
}

fn scaled(value: u64, one: &str, name: fn(&Unit) -> &'static str) -> String {
    let value = value as f64;
    match units().iter().find(|unit| value >= unit.0) {
        // Three digits tell sizes apart: 4.36 M, 43.6 M, 436 M.
        Some(unit) => {
            let scaled = value / unit.0;
            let decimals = if scaled < 10.0 { 2 } else { usize::from(scaled < 100.0) };
            format!("{}\u{a0}{}", decimal(scaled, decimals), name(unit))
        }
        None => format!("{value}\u{a0}{one}"),
    }
}
