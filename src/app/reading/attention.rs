//! Which head is looked at, and what it looks at in the text that its model has read last.

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::{
    charts::Square,
    model::{Model, Question},
    sharing, token_text,
};
use crate::worker::protocol::{Event, ModelInfo, Request};

/// A head of a layer. Two models may be looked at through the same choice.
#[derive(Clone, Copy)]
pub struct Head {
    pub layer: RwSignal<usize>,
    pub head: RwSignal<usize>,
}

impl Head {
    /// As the address says, else the first head of the first layer. The address follows the choice.
    pub fn new() -> Self {
        let any = |_: &usize| true;
        Self { layer: sharing::choice("layer", 0, any), head: sharing::choice("head", 0, any) }
    }

    /// The choice, as far as a model goes.
    pub fn within(self, info: &ModelInfo) -> (usize, usize) {
        let last = |count: usize| count.saturating_sub(1);
        (self.layer.get().min(last(info.layers)), self.head.get().min(last(info.heads)))
    }
}

/// A text that a model has read to its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Read {
    /// Readings differ in this.
    pub number: u32,
    /// How many of the session's tokens are the text's.
    pub tokens: usize,
}

/// The chosen head's attention over what was read; nothing is asked while `read` is none, and the map before
/// stays.
pub fn attention(
    model: Model,
    head: Head,
    read: RwSignal<Option<Read>>,
    is_causal: bool,
) -> RwSignal<Option<Arc<Square>>> {
    let map = RwSignal::new(None);
    let question = Question::new(model);
    let info = model.info();
    Effect::new(move |_| {
        let (Some(read), Some(info)) = (read.get(), info.get()) else {
            return question.cancel();
        };
        let (layer, head) = head.within(&info);
        let request = move |model| Request::Attention { model, layer, head };
        question.ask(request, move |event| {
            if let Event::Attention { tokens, weights } = event {
                // What a decoder wrote after the text changes nothing in the rows before it.
                let (all, count) = (tokens.len(), read.tokens.min(tokens.len()));
                let labels =
                    tokens[..count].iter().map(|token| token_text::label(&token.text)).collect();
                let rows = weights.chunks_exact(all.max(1)).take(count);
                let weights = rows.flat_map(|row| row[..count].iter().copied()).collect();
                map.set(Some(Arc::new(Square::of_attention(labels, weights, is_causal))));
            }
        });
    });
    map
}
