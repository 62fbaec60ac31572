//! A share of a whole, as a bar chart shows it.

/// A named share.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bar {
    /// Name of the bar.
    pub name: String,
    /// Whether the token begins with a space, which distinguishes it from the same word without one.
    pub has_space: bool,
    /// Share, 0 to 1; the full track is 1, so that charts can be compared.
    pub share: f32,
    /// Whether this bar is the chosen one.
    pub is_chosen: bool,
    /// Whether this bar is the rest of the distribution.
    pub is_rest: bool,
}
