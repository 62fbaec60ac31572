//! The page of sentences near in meaning.
