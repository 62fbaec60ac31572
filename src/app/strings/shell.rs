//! The way from demo to demo, and the alert.

use crate::view_model::{Demo, Stop};

sentences! {
    shell:
    lectern,
    dismiss,
    demos,
    generate,
    sentences,
    words,
    mask,
    next,
    compare,
    number,
    layer,
    squeezed,
    size,
    generate_title,
    sentences_title,
    words_title,
    mask_title,
    next_title,
    compare_title,
    number_title,
    layer_title,
    squeezed_title,
    size_title,
    models,
    models_title,
    language,
    map,
    map_title,
    projector,
    dark,
    comparison,
    quantization,
    copy_link,
    copied,
    new_version,
    take_new_version,
    later,
    link,
}

/// In the bar: models go by their own names.
pub fn stop_name(stop: Stop) -> &'static str {
    match stop {
        Stop::Elmo => "ELMo",
        Stop::Bert => "BERT",
        Stop::Gpt2 => "GPT-2",
        Stop::Comparison => comparison(),
        Stop::Quantization => quantization(),
    }
}

/// In the row of demos.
pub fn demo_name(demo: Demo) -> &'static str {
    match demo {
        Demo::Generate => generate(),
        Demo::Sentences => sentences(),
        Demo::Words => words(),
        Demo::Mask => mask(),
        Demo::Next => next(),
        Demo::Compare => compare(),
        Demo::Number => number(),
        Demo::Layer => layer(),
        Demo::Squeezed => squeezed(),
        Demo::Size => size(),
        Demo::Models => models(),
    }
}

/// Over its page.
pub fn demo_title(demo: Demo) -> &'static str {
    match demo {
        Demo::Generate => generate_title(),
        Demo::Sentences => sentences_title(),
        Demo::Words => words_title(),
        Demo::Mask => mask_title(),
        Demo::Next => next_title(),
        Demo::Compare => compare_title(),
        Demo::Number => number_title(),
        Demo::Layer => layer_title(),
        Demo::Squeezed => squeezed_title(),
        Demo::Size => size_title(),
        Demo::Models => models_title(),
    }
}

/// Of the browser's tab.
pub fn document_title(demo: Option<Demo>) -> String {
    format!("{} · {}", demo.map_or_else(map_title, demo_name), lectern())
}
