//! Example sentences for the pages that hide words.

use crate::app::language::t;

/// A sentence, and the words hidden at first.
pub type Example = (&'static str, &'static [&'static str]);

/// Returns the examples of the page of masked words, with the names of their buttons.
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

/// Returns the examples of the comparison, with the names of their buttons.
pub fn compare() -> [(&'static str, Example); 4] {
    [
        (t!(compare.example_crown), ("The queen put the golden crown on her head.", &["queen"])),
        ("Once upon a time", ("Once upon a time there was a king who had a daughter.", &["king"])),
        (t!(compare.example_capital), ("The capital of France is Paris.", &["Paris"])),
        ("Столица Франции", ("Столица Франции — Париж.", &["Париж"])),
    ]
}
