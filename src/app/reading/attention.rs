//! A model that reads, and what one of its heads looks at in the text that was read last.

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::{
    address::sharing,
    model::{Model, Question},
};
use crate::view_model::{charts::Square, token_label};
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
struct Read {
    /// Readings differ in this.
    number: u32,
    /// How many of the session's tokens are the text's.
    tokens: usize,
}

/// A model that reads one text after the other.
#[derive(Clone, Copy)]
pub struct Reader {
    /// The engine's number for the loaded model: what another one has read is not this one's.
    pub handle: Memo<Option<u32>>,
    pub question: Question,
    /// The chosen head's attention over the text that was read last.
    pub map: RwSignal<Option<Arc<Square>>>,
    read: RwSignal<Option<Read>>,
    number: StoredValue<u32>,
}

impl Reader {
    pub fn new(model: Model, head: Head, is_causal: bool) -> Self {
        let info = model.info();
        let read = RwSignal::new(None);
        Self {
            handle: Memo::new(move |_| info.with(|info| info.as_ref().map(|info| info.model))),
            question: Question::new(model),
            map: attention(model, head, read, is_causal),
            read,
            number: StoredValue::new(0),
        }
    }

    /// Another text is about to be read; the map stays until it has been.
    pub fn begin(self) {
        self.read.set(None);
    }

    /// Ask nothing more, and show nothing.
    pub fn forget(self) {
        self.question.cancel();
        self.read.set(None);
        self.map.set(None);
    }

    /// A text of so many tokens was read to its end.
    pub fn finish(self, tokens: usize) {
        self.number.update_value(|number| *number += 1);
        self.read.set(Some(Read { number: self.number.get_value(), tokens }));
    }
}

/// The chosen head's attention over what was read; nothing is asked while `read` is none, and the map before
/// stays.
fn attention(
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
                    tokens[..count].iter().map(|token| token_label::label(&token.text)).collect();
                let rows = weights.chunks_exact(all.max(1)).take(count);
                let weights = rows.flat_map(|row| row[..count].iter().copied()).collect();
                map.set(Some(Arc::new(Square::of_attention(labels, weights, is_causal))));
            }
        });
    });
    map
}
