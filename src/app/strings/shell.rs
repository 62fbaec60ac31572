//! The way from demo to demo, and the alert.

use super::super::demo::Demo;

pub const LECTERN: &str = "Lectern";
pub const DISMISS: &str = "Dismiss";
pub const DEMOS: &str = "Demonstrations";

/// In the row of demos.
pub fn demo_name(demo: Demo) -> &'static str {
    match demo {
        Demo::Generate => "Generate",
        Demo::Sentences => "Sentences",
        Demo::Words => "Words in context",
        Demo::Mask => "Fill the mask",
        Demo::Next => "Next sentence",
        Demo::Compare => "BERT or GPT",
        Demo::Number => "One number",
        Demo::Layer => "A layer",
        Demo::Squeezed => "The model",
        Demo::Size => "How big?",
    }
}

/// Over its page.
pub fn demo_title(demo: Demo) -> &'static str {
    match demo {
        Demo::Generate => "GPT-2 writes on",
        Demo::Sentences => "Sentences near in meaning",
        Demo::Words => "One word, many meanings",
        Demo::Mask => "BERT fills the gap",
        Demo::Next => "Does it follow?",
        Demo::Compare => "BERT or GPT",
        Demo::Number => "Weights become integers",
        Demo::Layer => "A layer in fewer bits",
        Demo::Squeezed => "The model in fewer bits",
        Demo::Size => "How big is it?",
    }
}

/// Of the browser's tab.
pub fn document_title(demo: Demo) -> String {
    format!("{} · {LECTERN}", demo_name(demo))
}
