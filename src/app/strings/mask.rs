//! The page that fills masks.
