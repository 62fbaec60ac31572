//! The page that compares BERT with GPT.
