//! A model that reads a text, and the attention of one of its heads over it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::{
    address::sharing,
    model::{Model, Question},
};
use crate::view_model::{charts::Square, token_label};
use crate::worker::protocol::{Event, ModelInfo, Request};

/// The chosen layer and head, which two models may share.
#[derive(Clone, Copy)]
pub struct Head {
    pub layer: RwSignal<usize>,
    pub head: RwSignal<usize>,
}

impl Head {
    /// Begins with the head in the address, else the first head of the first layer. The address follows the choice.
    pub fn new() -> Self {
        let any = |_: &usize| true;
        Self { layer: sharing::choice("layer", 0, any), head: sharing::choice("head", 0, any) }
    }

    /// Returns the chosen layer and head, clamped to the model's.
    pub fn within(self, info: &ModelInfo) -> (usize, usize) {
        let last = |count: usize| count.saturating_sub(1);
        (self.layer.get().min(last(info.layers)), self.head.get().min(last(info.heads)))
    }
}

/// A text that a model has read completely.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Read {
    /// Id of the reading: equal texts read twice differ in it.
    id: u32,
    /// Number of the session's tokens that belong to the text.
    tokens: usize,
}

/// A model that reads one text after the other.
#[derive(Clone, Copy)]
pub struct Reader {
    /// The engine's handle of the loaded model: readings of another model are not valid for this one.
    pub handle: Memo<Option<u32>>,
    pub question: Question,
    /// The chosen head's attention over the last text.
    pub map: RwSignal<Option<Arc<Square>>>,
    read: RwSignal<Option<Read>>,
    last_id: StoredValue<u32>,
}

impl Reader {
    pub fn new(model: Model, head: Head, is_causal: bool) -> Self {
        let read = RwSignal::new(None);
        Self {
            handle: model.answering(),
            question: Question::new(model),
            map: attention(model, head, read, is_causal),
            read,
            last_id: StoredValue::new(0),
        }
    }

    /// Begins another text; the map stays until it has been read.
    pub fn begin(self) {
        self.read.set(None);
    }

    /// Ends what belongs to the model before. `is_same`: its recording was read, and may be seen until the model has
    /// read the text itself. Returns whether what was read is to be forgotten.
    pub fn exchange(self, is_same: bool) -> bool {
        match is_same {
            true => self.begin(),
            false => self.forget(),
        }
        !is_same
    }

    /// Cancels requests and clears the map.
    pub fn forget(self) {
        self.question.cancel();
        self.read.set(None);
        self.map.set(None);
    }

    /// Ends the reading of a text of `tokens` tokens.
    pub fn finish(self, tokens: usize) {
        self.last_id.update_value(|id| *id += 1);
        self.read.set(Some(Read { id: self.last_id.get_value(), tokens }));
    }
}

/// Returns the chosen head's attention over the last text. Nothing is requested while `read` is `None`, and the
/// previous map stays.
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
        let is_asked = question.ask(request, move |event| {
            if let Event::Attention { tokens, weights } = event {
                let labels = tokens.iter().map(|token| token_label::label(&token.text)).collect();
                let square = Square::of_attention(labels, weights.0, is_causal);
                // Tokens that a decoder generated after the text change nothing in the rows before them.
                map.set(Some(Arc::new(square.first(read.tokens))));
            }
        });
        if !is_asked {
            map.set(None);
        }
    });
    map
}
