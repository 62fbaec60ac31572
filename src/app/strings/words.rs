//! The page of words in their contexts.
