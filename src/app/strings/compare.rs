//! The page that compares an encoder with a decoder.

sentences! {
    compare:
    sentence,
    table,
    bert,
    gpt,
    bert_kind,
    gpt_kind,
    context,
    context_bert,
    context_gpt,
    unseen,
    task,
    task_bert,
    task_gpt,
    nothing_hidden,
    nothing_yet,
    fills,
    no_head_hint,
    attention,
    attention_bert,
    attention_gpt,
    attention_empty,
    architecture,
    architecture_bert,
    architecture_gpt,
    strength,
    strength_bert,
    strength_gpt,
    uses,
    after_nothing,
}

pub fn uses_bert() -> [&'static str; 4] {
    [
        sentence!(compare.uses_bert_1),
        sentence!(compare.uses_bert_2),
        sentence!(compare.uses_bert_3),
        sentence!(compare.uses_bert_4),
    ]
}

pub fn uses_gpt() -> [&'static str; 4] {
    [
        sentence!(compare.uses_gpt_1),
        sentence!(compare.uses_gpt_2),
        sentence!(compare.uses_gpt_3),
        sentence!(compare.uses_gpt_4),
    ]
}

/// Over GPT's candidates.
pub fn after(text: &str) -> String {
    match text {
        "" => after_nothing().into(),
        text => say!(compare.after, text = text),
    }
}

pub fn size(layers: usize, heads: usize) -> String {
    say!(compare.size, layers = layers, heads = heads)
}

pub fn no_head(name: &str) -> String {
    say!(compare.no_head, name = name)
}
