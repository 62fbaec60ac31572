//! A share of a whole, as a chart of bars shows it.

/// A named share.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bar {
    /// What the share is of.
    pub name: String,
    /// The token begins with a space, which makes it another one than the same word without.
    pub has_space: bool,
    /// 0 to 1; a full track is 1, so that charts can be compared.
    pub share: f32,
    /// The one that was drawn.
    pub is_chosen: bool,
    /// What is left over.
    pub is_rest: bool,
}
