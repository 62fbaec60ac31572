//! A loaded model, with its tokenizer and the text it read last.

use std::{cell::RefCell, rc::Rc};

use async_lock::{Mutex, MutexGuard};

use super::{memory::Reservation, sentences::SentenceSettings};
use crate::{
    error::{BadRequestReason, Head, LecternError, Result},
    generation::{Session, candidates},
    models::{Bert, Elmo, Gpt2, Transformer, Weights},
    progress::CancelToken,
    protocol::{Candidate, Event, ModelInfo, TokenText},
    text::{Encoding, Tokenizer},
};

/// A loaded model.
pub(super) struct Loaded {
    pub(super) model: Model,
    /// Shared with models that learned from it.
    pub(super) tokenizer: Rc<Tokenizer>,
    pub(super) info: ModelInfo,
    /// The settings of its sentence vectors.
    pub(super) sentences: SentenceSettings,
    /// Name and values of the matrix that was studied last, unless another request came since.
    pub(super) studied: RefCell<Option<(String, Rc<Vec<f32>>)>>,
    /// Its memory.
    pub(super) _reservation: Option<Reservation>,
}

/// The types of transformers, each with the text it processed last.
pub(super) enum Model {
    Decoder(Box<Decoder>),
    Encoder(Box<Encoder>),
    Readers(Box<Elmo>),
}

impl Model {
    /// A model without a text.
    pub(super) fn new(transformer: Transformer) -> Self {
        match transformer {
            Transformer::Decoder(model) => {
                Self::Decoder(Box::new(Decoder { model: *model, session: Mutex::new(None) }))
            }
            Transformer::Encoder(model) => {
                let (last, attention) = (RefCell::new(None), RefCell::new(None));
                Self::Encoder(Box::new(Encoder { model: *model, last, attention }))
            }
            Transformer::Readers(model) => Self::Readers(model),
        }
    }

    /// Its weights.
    pub(super) fn weights(&self) -> &dyn Weights {
        match self {
            Self::Decoder(decoder) => &decoder.model,
            Self::Encoder(encoder) => &encoder.model,
            Self::Readers(model) => &**model,
        }
    }
}

/// A decoder-only model and its generation session.
pub(super) struct Decoder {
    pub(super) model: Gpt2,
    /// The text of the last generation. Requests that overlap wait for each other here, first come first served.
    pub(super) session: Mutex<Option<Session>>,
}

/// An encoder and its last input.
pub(super) struct Encoder {
    pub(super) model: Bert,
    /// The text it read last, for requests of its attention.
    pub(super) last: RefCell<Option<Encoding>>,
    /// The layer whose attention was requested last.
    pub(super) attention: RefCell<Option<LayerAttention>>,
}

/// A layer's attention weights over a text, kept for requests of its other heads.
pub(super) struct LayerAttention {
    encoding: Encoding,
    layer: usize,
    /// `[heads, tokens, tokens]`
    weights: Rc<Vec<f32>>,
}

impl LayerAttention {
    /// Largest number of weights that are kept (64 MB).
    const MOST_KEPT: usize = 1 << 24;

    /// The weights to keep, unless they are too many.
    pub(super) fn keep(encoding: Encoding, layer: usize, weights: Vec<f32>) -> Option<Self> {
        let is_kept = weights.len() <= Self::MOST_KEPT;
        is_kept.then(|| Self { encoding, layer, weights: Rc::new(weights) })
    }

    /// The weights of that layer over that text, if they are these.
    pub(super) fn of(&self, encoding: &Encoding, layer: usize) -> Option<Rc<Vec<f32>>> {
        let is_same_text =
            (&self.encoding.ids, &self.encoding.types) == (&encoding.ids, &encoding.types);
        (is_same_text && self.layer == layer).then(|| Rc::clone(&self.weights))
    }
}

impl Decoder {
    /// The session, once no other request uses it.
    ///
    /// # Errors
    /// [`LecternError::Cancelled`] if the request was cancelled meanwhile.
    pub(super) async fn session(
        &self,
        cancel: &CancelToken,
    ) -> Result<MutexGuard<'_, Option<Session>>> {
        let session = self.session.lock().await;
        if cancel.is_cancelled() { Err(LecternError::Cancelled) } else { Ok(session) }
    }
}

/// The error for an inspection without a generated text.
pub(super) fn no_text() -> LecternError {
    LecternError::bad_request(BadRequestReason::NothingGenerated)
}

impl Loaded {
    /// Its files other than the weights.
    pub(super) fn files(&self) -> Result<Event> {
        let config = match &self.model {
            Model::Decoder(decoder) => serde_json::to_string_pretty(&decoder.model.config),
            Model::Encoder(encoder) => serde_json::to_string_pretty(&encoder.model.config),
            Model::Readers(model) => serde_json::to_string_pretty(&model.config),
        };
        let config = config.map_err(|error| LecternError::bad_file("config.json", error))?;
        Ok(Event::ModelFiles { config, tokenizer: self.tokenizer.to_json()? })
    }

    /// A model that learned from this one, and reads the same tokens.
    #[cfg(feature = "train")]
    pub(super) fn student(&self, transformer: Transformer, name: String) -> Self {
        let model = Model::new(transformer);
        let weights = model.weights();
        let layers = match &model {
            Model::Decoder(decoder) => decoder.model.layers.len(),
            Model::Encoder(encoder) => encoder.model.layers.len(),
            Model::Readers(model) => model.forward.len(),
        };
        let info = ModelInfo {
            name,
            layers,
            parameters: weights.parameters() as u64,
            weight_bytes: weights.weight_bytes() as u64,
            ..self.info.clone()
        };
        Self {
            model,
            tokenizer: Rc::clone(&self.tokenizer),
            info,
            sentences: self.sentences.clone(),
            studied: RefCell::new(None),
            _reservation: None,
        }
    }

    pub(super) fn decoder(&self) -> Result<&Decoder> {
        match &self.model {
            Model::Decoder(decoder) => Ok(decoder),
            _ => Err(self.missing(Head::Decoder)),
        }
    }

    pub(super) fn encoder(&self) -> Result<&Encoder> {
        match &self.model {
            Model::Encoder(encoder) => Ok(encoder),
            _ => Err(self.missing(Head::Encoder)),
        }
    }

    pub(super) fn readers(&self) -> Result<&Elmo> {
        match &self.model {
            Model::Readers(model) => Ok(model),
            _ => Err(self.missing(Head::Readers)),
        }
    }

    /// The error for a head that the model was published without.
    pub(super) fn missing(&self, head: Head) -> LecternError {
        LecternError::MissingHead { model: self.info.name.clone(), head }
    }

    /// The encoder's tokens of a text or a pair, at most `limit`.
    pub(super) fn encode(
        &self,
        first: &str,
        second: Option<&str>,
        limit: usize,
    ) -> Result<Encoding> {
        let encoding = self.tokenizer.encode_texts(first, second, limit)?;
        if encoding.ids.is_empty() {
            return Err(LecternError::bad_request(BadRequestReason::EmptyText));
        }
        self.check_rows(&encoding.ids)?;
        if let Model::Encoder(encoder) = &self.model
            && encoder.model.config.has_types()
            && encoding
                .types
                .iter()
                .any(|&token_type| token_type as usize >= encoder.model.config.types())
        {
            return Err(LecternError::bad_request(BadRequestReason::OneTokenType));
        }
        Ok(encoding)
    }

    /// The decoder's tokens of a text.
    pub(super) fn encode_prompt(&self, text: &str) -> Result<Vec<u32>> {
        let ids = self.tokenizer.encode(text)?;
        self.check_rows(&ids)?;
        Ok(ids)
    }

    /// Refuses tokens without an embedding: some were added to a tokenizer whose model was not resized.
    pub(super) fn check_rows(&self, ids: &[u32]) -> Result<()> {
        let rows = self.info.vocabulary;
        match ids.iter().find(|&&id| id as usize >= rows) {
            None => Ok(()),
            Some(&id) => {
                let (token, vocabulary) = (self.tokenizer.token_text(id), rows);
                let reason = BadRequestReason::TokenWithoutEmbedding { token, id, vocabulary };
                Err(LecternError::bad_request(reason))
            }
        }
    }

    pub(super) fn token_text(&self, id: u32) -> TokenText {
        TokenText { id, text: self.tokenizer.token_text(id) }
    }

    pub(super) fn token_texts(&self, ids: &[u32]) -> Vec<TokenText> {
        ids.iter().map(|&id| self.token_text(id)).collect()
    }

    /// The most probable tokens, with their texts.
    pub(super) fn candidates(
        &self,
        logits: &[f32],
        probabilities: &[f32],
        count: usize,
    ) -> Vec<Candidate> {
        let found = candidates(logits, probabilities, count).into_iter();
        found
            .map(|(id, probability)| Candidate {
                id,
                text: self.tokenizer.token_text(id),
                probability,
                logit: logits[id as usize],
            })
            .collect()
    }
}
