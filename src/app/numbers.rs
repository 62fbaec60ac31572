//! Numbers as people read them. A no-break space stands before each unit.

const UNITS: [(f64, &str); 3] = [(1e9, "G"), (1e6, "M"), (1e3, "k")];

/// Bytes in decimal units, as file managers and the Hub show them.
pub fn bytes(bytes: u64) -> String {
    format!("{}B", scaled(bytes))
}

/// A count, such as a number of weights.
pub fn count(count: u64) -> String {
    scaled(count).trim_end().to_owned()
}

/// A share as a percentage.
pub fn percent(share: f64, decimals: usize) -> String {
    format!("{:.decimals$}\u{a0}%", share * 100.0)
}

/// A cosine, with a true minus sign.
pub fn similarity(cosine: f32) -> String {
    format!("{cosine:.2}").replace("-0.00", "0.00").replace('-', "\u{2212}")
}

/// A duration in seconds, in milliseconds where it is short.
pub fn duration(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{:.0}\u{a0}ms", seconds * 1e3)
    } else {
        format!("{seconds:.1}\u{a0}s")
    }
}

fn scaled(value: u64) -> String {
    let value = value as f64;
    match UNITS.iter().find(|(unit, _)| value >= *unit) {
        // Three digits tell sizes apart: 4.36 M, 43.6 M, 436 M.
        Some((unit, name)) => {
            let scaled = value / unit;
            let decimals = if scaled < 10.0 { 2 } else { usize::from(scaled < 100.0) };
            format!("{scaled:.decimals$}\u{a0}{name}")
        }
        None => format!("{value}\u{a0}"),
    }
}
