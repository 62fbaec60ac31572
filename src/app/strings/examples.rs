//! Sentences to begin with, on the pages that hide words.

use crate::app::language::t;

/// A sentence, and which of its words are hidden at first.
pub type Example = (&'static str, &'static [&'static str]);

/// Those of the page of hidden words, by the name of their button.
pub fn mask() -> [(&'static str, Example); 5] {
    [
        ("Once upon a …", ("Once upon a time there was a king.", &["time"])),
        ("The … married the princess", ("The prince married the princess.", &["prince"])),
        (
            t!(mask.example_gaps),
            ("The old woman gave the girl an apple and went home.", &["woman", "apple"]),
        ),
        (t!(compare.example_capital), ("The capital of France is Paris.", &["Paris"])),
        ("Столица Франции", ("Столица Франции — Париж.", &["Париж"])),
    ]
}

/// Those of the page that compares, by the name of their button.
pub fn compare() -> [(&'static str, Example); 4] {
    [
        (t!(compare.example_crown), ("The queen put the golden crown on her head.", &["queen"])),
        ("Once upon a time", ("Once upon a time there was a king who had a daughter.", &["king"])),
        (t!(compare.example_capital), ("The capital of France is Paris.", &["Paris"])),
        ("Столица Франции", ("Столица Франции — Париж.", &["Париж"])),
    ]
}
