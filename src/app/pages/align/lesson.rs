//! What the page brings with it, in its language: openings to continue, words that the raters like, eight answers to
//! one question, and instructions with their answers.

use serde::Deserialize;
use wasm_bindgen::JsValue;

use crate::app::browser::fetching;
use crate::app::language;
use crate::worker::protocol::Instruction;

/// Instructions that are kept for tests.
const TESTS: usize = 12;

/// The material.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Lesson {
    /// Texts to continue: a policy learns on the first ones, rankings are of all of them.
    pub openings: Vec<String>,
    /// Words that the raters like.
    pub taste: Vec<String>,
    /// What the eight answers answer.
    pub question: String,
    /// The answers.
    pub answers: Vec<String>,
    /// Instructions to learn.
    #[serde(default)]
    pub instructions: Vec<Instruction>,
    /// Instructions to test with.
    #[serde(default)]
    pub tests: Vec<Instruction>,
}

impl Lesson {
    /// Fetches the material of the page's language.
    pub async fn fetch() -> Result<Self, JsValue> {
        let language = language::name(language::now());
        let text = fetching::text(&format!("texts/teaching/alignment-{language}.json")).await?;
        let broken = |error: serde_json::Error| JsValue::from(error.to_string());
        let mut lesson: Self = serde_json::from_str(&text).map_err(broken)?;
        let file = format!("texts/teaching/instructions-{language}.jsonl");
        let lines = fetching::text(&file).await?;
        lesson.instructions =
            lines.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
        let learnt = lesson.instructions.len().saturating_sub(TESTS);
        lesson.tests = lesson.instructions.split_off(learnt);
        Ok(lesson)
    }
}
