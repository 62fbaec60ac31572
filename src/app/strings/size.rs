//! The page that counts bytes.

use super::super::numbers;

pub const MODEL: &str = "A model";
pub const LECTURES: &str = "8 billion, the lecture’s";
pub const PARAMETERS: &str = "Weights, in billions";
pub const LAYERS: &str = "Layers with a cache";
pub const WIDTH: &str = "Numbers in a key";
pub const WEIGHTS: &str = "Kept as";
pub const CACHE_BITS: &str = "Cache";
pub const CACHES: [&str; 3] = ["f32", "f16", "int8"];
pub const CONTEXT: &str = "Context";
pub const BARE_FOUR: &str = "4 bits and no scales";
pub const LADDER: &str = "The same weights in fewer bits";
pub const LADDER_HINT: &str = "A group’s scale and minimum cost bits too.";
pub const ROOM: &str = "Where it fits";
pub const ROOM_HINT: &str = "Weights and one full cache only: computing takes some room on top. One gigabyte is a thousand million bytes.";
pub const LEGEND_WEIGHTS: &str = "weights";
pub const LEGEND_CACHE: &str = "cache";
pub const WEBASSEMBLY: &str = "WebAssembly, 4.29\u{a0}GB";

pub fn tokens(count: u64) -> String {
    format!("{count} tokens")
}

fn bytes(bytes: f64) -> String {
    numbers::bytes(bytes.round() as u64)
}

/// Bits a weight, without a fraction of nothing.
fn bits(bits: f64) -> String {
    let text = format!("{bits:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub fn bytes_and_bits(bytes: f64, bits: f64) -> String {
    format!("{}, {} bits each", self::bytes(bytes), self::bits(bits))
}

pub fn sum(parameters: u64, bits: f64, weight_bytes: f64, cache_bytes: f64) -> String {
    let weights = format!(
        "{} weights × {} bits = {}",
        count(parameters),
        self::bits(bits),
        bytes(weight_bytes)
    );
    if cache_bytes == 0.0 {
        return weights;
    }
    let all = bytes(weight_bytes + cache_bytes);
    format!("{weights}, and {} of cache: {all}", bytes(cache_bytes))
}

fn count(parameters: u64) -> String {
    let (value, unit) = match parameters {
        1_000_000_000.. => (parameters as f64 / 1e9, "billion"),
        1_000_000.. => (parameters as f64 / 1e6, "million"),
        _ => return parameters.to_string(),
    };
    let value = format!("{value:.2}");
    format!("{} {unit}", value.trim_end_matches('0').trim_end_matches('.'))
}

pub fn card(name: &str, gigabytes: f64) -> String {
    format!("{name}, {gigabytes}\u{a0}GB")
}

pub fn this_computer(gigabytes: f64) -> String {
    format!("This computer, at least {gigabytes}\u{a0}GB")
}

pub fn fits(left: f64) -> String {
    format!("fits, {} left", bytes(left))
}

pub fn too_much(missing: f64) -> String {
    format!("{} too much", bytes(missing))
}
