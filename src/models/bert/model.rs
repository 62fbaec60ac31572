//! BERT (Devlin et al. 2019): the lecture's stack of encoders, which sees both sides. Post-norm: each half of
//! a layer adds its output to its input and normalizes the sum. DistilBERT (Sanh et al. 2019) is the same
//! with half the layers, without token types, pooler and next-sentence head; sentence encoders are the same
//! without heads.
//!
//! A layer is 7 launches: query, key and value at once; attention; projection with residual; norm; the
//! feed-forward network's two halves; norm. The embeddings are 2.

use burn::{
    module::{Module, Param},
    tensor::{Device, Int, Tensor},
};

use super::BertConfig;
use crate::{
    kernels::{self, Activation, SequenceAttentionShape, Sequences, Weight},
    models::{
        layers::{FeedForward, LayerNorm, LayerSelection, Linear},
        table::Table,
    },
};

/// Full self-attention.
#[derive(Module, Debug)]
pub struct FullSelfAttention {
    /// `attention.self.query`, `key` and `value`, one after the other: `[3 · hidden, hidden]`.
    pub query_key_value: Linear,
    /// `attention.output.dense`: `[hidden, hidden]`.
    pub projection: Linear,
}

/// One encoder layer.
#[derive(Module, Debug)]
pub struct EncoderLayer {
    /// `attention`
    pub attention: FullSelfAttention,
    /// `attention.output.LayerNorm`
    pub attention_norm: LayerNorm,
    /// `intermediate.dense` and `output.dense`
    pub feed_forward: FeedForward,
    /// `output.LayerNorm`
    pub feed_forward_norm: LayerNorm,
}

/// The head of the masked language model (MLM), which predicts the masked tokens.
#[derive(Module, Debug)]
pub struct MaskedHead {
    /// `cls.predictions.transform.dense`: `[hidden, hidden]`.
    pub transform: Linear,
    /// `cls.predictions.transform.LayerNorm`
    pub norm: LayerNorm,
    /// `cls.predictions.decoder`, where it is not the token embedding: `[vocabulary, hidden]`.
    pub decoder: Option<Weight>,
    /// `cls.predictions.bias`: `[vocabulary]`.
    pub bias: Param<Tensor<1>>,
}

/// BERT with the heads that its checkpoint has.
#[derive(Module, Debug)]
pub struct Bert {
    /// `word_embeddings`: `[vocabulary, hidden]`; where tied, the masked head reads it too.
    pub token_embedding: Weight,
    /// `position_embeddings`: `[positions, hidden]`.
    pub position_embedding: Param<Tensor<2>>,
    /// `token_type_embeddings`: `[types, hidden]`; zeros where the model has none.
    pub type_embedding: Param<Tensor<2>>,
    /// `embeddings.LayerNorm`
    pub embedding_norm: LayerNorm,
    /// `encoder.layer`
    pub layers: Vec<EncoderLayer>,
    /// `pooler.dense`: `[hidden, hidden]`.
    pub pooler: Option<Linear>,
    /// `cls.predictions`
    pub masked_head: Option<MaskedHead>,
    /// `cls.seq_relationship`: `[2, hidden]`; the first output says that B follows A.
    pub next_sentence_head: Option<Linear>,
    /// Sizes and options.
    #[module(skip)]
    pub config: BertConfig,
    /// The tensors of its architecture.
    #[module(skip)]
    pub(super) table: &'static Table<Self, BertConfig>,
}

/// A text, or a pair of them, as the model takes it.
#[derive(Debug, Clone, Copy)]
pub struct BertInput<'a> {
    /// The tokens' ids, `[CLS]` and `[SEP]` included.
    pub ids: &'a [u32],
    /// The token type of each: 0 in the first text, 1 in the second.
    pub types: &'a [u32],
}

/// Outputs of a run apart from the last hidden states.
#[derive(Debug, Clone, Copy, Default)]
pub struct BertOutputOptions {
    /// The hidden states of all layers.
    pub hidden_states: bool,
    /// The attention weights of these layers.
    pub attentions: Option<LayerSelection>,
}

/// Outputs of a run over a batch, whose texts lie end to end.
#[derive(Debug)]
pub struct BertOutput {
    /// `[tokens, hidden]`: the last layer's output.
    pub last: Tensor<2>,
    /// `[tokens, hidden]` each: the normalized embeddings, then the output of every layer.
    pub hidden_states: Vec<Tensor<2>>,
    /// For each layer: `[heads, n, n]` for each text of n tokens, one after the other.
    pub attentions: Vec<Tensor<1>>,
    /// Index of each text's first token.
    pub starts: Vec<usize>,
}

/// A batch on its way through the layers, one step at a time: a caller may do other work between two steps, and need
/// not go to the end.
#[derive(Debug)]
pub struct BertRun<'a> {
    model: &'a Bert,
    options: BertOutputOptions,
    sequences: Sequences,
    activation: Activation,
    /// `[tokens, hidden]`: the normalized embeddings, then the output of the last layer that ran.
    hidden: Tensor<2>,
    next_layer: usize,
    next_step: LayerStep,
    hidden_states: Vec<Tensor<2>>,
    attentions: Vec<Tensor<1>>,
}

/// A step of a layer, with the output of the step before it. All tokens of a text attend to each other, so that it
/// cannot run in chunks; the four steps of a layer take about as long as each other.
#[derive(Debug)]
enum LayerStep {
    /// The projection of the layer's input to queries, keys and values.
    Project,
    /// Attention with its projection, residual and norm; takes `[tokens, 3 · hidden]`.
    Attend(Tensor<2>),
    /// The first linear layer of the feed-forward network; takes `[tokens, hidden]`.
    Expand(Tensor<2>),
    /// The second one with residual and norm; takes the outputs of `Attend`, `[tokens, hidden]`, and `Expand`,
    /// `[tokens, inner]`.
    Contract(Box<[Tensor<2>; 2]>),
}

impl BertRun<'_> {
    /// The layer of the next step, from 0; `None` after the last one.
    pub fn next_layer(&self) -> Option<usize> {
        Some(self.next_layer).filter(|index| *index < self.model.layers.len())
    }

    /// Whether the attention weights of at least one layer are available.
    pub fn has_attentions(&self) -> bool {
        !self.attentions.is_empty()
    }

    /// Runs the next step of a layer. Returns whether there was one.
    pub fn step(&mut self) -> bool {
        let Some(index) = self.next_layer() else { return false };
        let layer = &self.model.layers[index];
        let attention = &layer.attention;
        self.next_step = match std::mem::replace(&mut self.next_step, LayerStep::Project) {
            LayerStep::Project => {
                if self.options.hidden_states {
                    self.hidden_states.push(self.hidden.clone());
                }
                let input = self.hidden.clone();
                let query_key_value =
                    attention.query_key_value.forward(input, Activation::Identity, None);
                if self.options.attentions.is_some_and(|layers| layers.contains(index)) {
                    self.attentions.push(kernels::sequence_attention_weights(
                        query_key_value.clone(),
                        &self.sequences,
                        self.model.attention_shape(),
                    ));
                }
                LayerStep::Attend(query_key_value)
            }
            LayerStep::Attend(query_key_value) => {
                let shape = self.model.attention_shape();
                let context = kernels::sequence_attention(query_key_value, &self.sequences, shape);
                let residual = Some(self.hidden.clone());
                let sum = attention.projection.forward(context, Activation::Identity, residual);
                LayerStep::Expand(layer.attention_norm.forward(sum))
            }
            LayerStep::Expand(attended) => {
                let expand = &layer.feed_forward.expand;
                let inner = expand.forward(attended.clone(), self.activation, None);
                LayerStep::Contract(Box::new([attended, inner]))
            }
            LayerStep::Contract(halves) => {
                let [attended, inner] = *halves;
                let contract = &layer.feed_forward.contract;
                let sum = contract.forward(inner, Activation::Identity, Some(attended));
                self.hidden = layer.feed_forward_norm.forward(sum);
                self.next_layer += 1;
                LayerStep::Project
            }
        };
        true
    }

    /// Runs the remaining layers.
    pub fn finish(mut self) -> BertOutput {
        while self.step() {}
        self.stop()
    }

    /// Stops here. Returns the outputs so far, `last` being the output of the last complete layer.
    pub fn stop(self) -> BertOutput {
        let Self { options, sequences, hidden, mut hidden_states, attentions, .. } = self;
        if options.hidden_states {
            hidden_states.push(hidden.clone());
        }
        BertOutput { last: hidden, hidden_states, attentions, starts: sequences.starts() }
    }
}

impl Bert {
    /// Encodes a batch of texts.
    ///
    /// # Panics
    /// As [`Bert::begin`].
    pub fn encode(&self, batch: &[BertInput<'_>], options: BertOutputOptions) -> BertOutput {
        self.begin(batch, options).finish()
    }

    /// Looks up the embeddings of a batch of texts, for the layers to run step by step.
    ///
    /// # Panics
    /// If there are no texts, one is empty or longer than the model's positions, all together hold more than
    /// [`kernels::MOST_TOKENS`], or an index is out of range.
    pub fn begin(&self, batch: &[BertInput<'_>], options: BertOutputOptions) -> BertRun<'_> {
        let lengths: Vec<usize> = batch.iter().map(|text| text.ids.len()).collect();
        let sequences = Sequences::new(&lengths, &self.device());
        let ids: Vec<u32> = batch.iter().flat_map(|text| text.ids).copied().collect();
        let types: Vec<u32> = batch.iter().flat_map(|text| self.types(text)).collect();
        let embedded = kernels::sequence_embedding(
            &self.token_embedding,
            self.position_embedding.val(),
            self.type_embedding.val(),
            &ids,
            &types,
            &sequences,
        );
        self.resume(self.embedding_norm.forward(embedded), sequences, 0, options)
    }

    /// Takes up a batch before a layer, from its hidden states `[tokens, hidden]` there.
    ///
    /// # Panics
    /// If the sizes do not match when the layer runs.
    pub fn resume(
        &self,
        hidden: Tensor<2>,
        sequences: Sequences,
        next_layer: usize,
        options: BertOutputOptions,
    ) -> BertRun<'_> {
        let activation = self.config.activation().expect("checked when the config was read");
        let next_step = LayerStep::Project;
        let (hidden_states, attentions) = (Vec::new(), Vec::new());
        BertRun {
            model: self,
            options,
            sequences,
            activation,
            hidden,
            next_layer,
            next_step,
            hidden_states,
            attentions,
        }
    }

    /// A model of some of its layers, in the order of their indices, with everything else as it is: what DistilBERT
    /// begins with (Sanh et al. 2019, section 3).
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn with_layers(&self, layers: &[usize]) -> Self {
        let mut part = self.clone();
        part.layers = layers.iter().map(|index| self.layers[*index].clone()).collect();
        part.config.num_hidden_layers = layers.len();
        part
    }

    /// All its matrices.
    pub fn weights_mut(&mut self) -> Vec<&mut Weight> {
        let mut weights = vec![&mut self.token_embedding];
        for layer in &mut self.layers {
            let (attention, feed_forward) = (&mut layer.attention, &mut layer.feed_forward);
            weights.extend([
                &mut attention.query_key_value.weight,
                &mut attention.projection.weight,
                &mut feed_forward.expand.weight,
                &mut feed_forward.contract.weight,
            ]);
        }
        let heads = [&mut self.pooler, &mut self.next_sentence_head];
        weights.extend(heads.into_iter().flatten().map(|head| &mut head.weight));
        if let Some(head) = &mut self.masked_head {
            weights.push(&mut head.transform.weight);
            weights.extend(&mut head.decoder);
        }
        weights
    }

    fn attention_shape(&self) -> SequenceAttentionShape {
        let head_size = self.config.head_size();
        SequenceAttentionShape {
            heads: self.config.num_attention_heads,
            head_size,
            scale: 1.0 / (head_size as f32).sqrt(),
            causal: false,
        }
    }

    /// A text's token types, at most the model's last one.
    fn types(&self, text: &BertInput<'_>) -> Vec<u32> {
        assert_eq!(text.ids.len(), text.types.len(), "a type for each token");
        let last = self.config.types() as u32 - 1;
        text.types.iter().map(|token_type| (*token_type).min(last)).collect()
    }

    /// The pooler: tanh(W · h + b) of each text's first token, `[texts, hidden]`. None without a pooler.
    pub fn pool_first(&self, last: &Tensor<2>, starts: &[usize]) -> Option<Tensor<2>> {
        let pooler = self.pooler.as_ref()?;
        let starts: Vec<i32> = starts.iter().map(|start| *start as i32).collect();
        let starts = Tensor::<1, Int>::from_ints(starts.as_slice(), &last.device());
        Some(pooler.forward(last.clone().select(0, starts), Activation::Tanh, None))
    }

    /// Logits of the masked language model, `[n, vocabulary]`, of hidden states `[n, hidden]`. `None` without the
    /// masked head.
    pub fn masked_logits(&self, rows: Tensor<2>) -> Option<Tensor<2>> {
        let head = self.masked_head.as_ref()?;
        let activation = self.config.activation().expect("checked when the config was read");
        let transformed = head.norm.forward(head.transform.forward(rows, activation, None));
        let decoder = head.decoder.as_ref().unwrap_or(&self.token_embedding);
        let bias = Some(head.bias.val());
        Some(kernels::linear(transformed, decoder, bias, None, Activation::Identity))
    }

    /// Logits of the next-sentence head, `[texts, 2]`: B follows A, or not; from [`Bert::pool_first`]'s output. `None`
    /// without that head.
    pub fn next_sentence_logits(&self, pooled: Tensor<2>) -> Option<Tensor<2>> {
        let head = self.next_sentence_head.as_ref()?;
        Some(head.forward(pooled, Activation::Identity, None))
    }

    /// The device of its weights.
    pub fn device(&self) -> Device {
        self.position_embedding.val().device()
    }
}
