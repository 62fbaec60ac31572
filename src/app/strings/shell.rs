//! Names of stops and demos.

use crate::app::language::t;
use crate::view_model::{Demo, Stop};

/// Returns a stop's name in the top bar: models go by their own names.
pub fn stop_name(stop: Stop) -> &'static str {
    match stop {
        Stop::Transfer => t!(shell.transfer),
        Stop::Elmo => "ELMo",
        Stop::Bert => "BERT",
        Stop::Gpt2 => "GPT-2",
        Stop::Comparison => t!(shell.comparison),
        Stop::Distillation => t!(shell.distillation),
        Stop::Quantization => t!(shell.quantization),
        Stop::Alignment => t!(shell.alignment),
    }
}

/// Returns a demo's name in the row of demos.
pub fn demo_name(demo: Demo) -> &'static str {
    match demo {
        Demo::Teach => t!(shell.teach),
        Demo::Distil => t!(shell.distil),
        Demo::Align => t!(shell.align),
        Demo::Generate => t!(shell.generate),
        Demo::Sentences => t!(shell.sentences),
        Demo::Readers => t!(shell.readers),
        Demo::Words => t!(shell.words),
        Demo::Mask => t!(shell.mask),
        Demo::Next => t!(shell.next),
        Demo::Compare => t!(shell.compare),
        Demo::Number => t!(shell.number),
        Demo::Layer => t!(shell.layer),
        Demo::Squeezed => t!(shell.squeezed),
        Demo::Size => t!(shell.size),
        Demo::Models => t!(shell.models),
    }
}

/// Returns the title over a demo's page.
pub fn demo_title(demo: Demo) -> &'static str {
    match demo {
        Demo::Teach => t!(shell.teach_title),
        Demo::Distil => t!(shell.distil_title),
        Demo::Align => t!(shell.align_title),
        Demo::Generate => t!(shell.generate_title),
        Demo::Sentences => t!(shell.sentences_title),
        Demo::Readers => t!(shell.readers_title),
        Demo::Words => t!(shell.words_title),
        Demo::Mask => t!(shell.mask_title),
        Demo::Next => t!(shell.next_title),
        Demo::Compare => t!(shell.compare_title),
        Demo::Number => t!(shell.number_title),
        Demo::Layer => t!(shell.layer_title),
        Demo::Squeezed => t!(shell.squeezed_title),
        Demo::Size => t!(shell.size_title),
        Demo::Models => t!(shell.models_title),
    }
}

/// Returns the title of the browser's tab.
pub fn document_title(demo: Option<Demo>) -> String {
    format!("{} · {}", demo.map_or_else(|| t!(shell.map_title), demo_name), t!(shell.lectern))
}
