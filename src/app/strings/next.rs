//! The page that asks whether a sentence follows.
