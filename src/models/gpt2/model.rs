//! GPT-2 (Radford et al. 2019): the lecture's decoder-only, auto-regressive model. Pre-norm: each half of a
//! layer normalizes its input and adds its output to the residual stream.

use burn::{
    module::{Module, Param},
    tensor::{DType, Device, Int, Tensor, TensorData},
};

use super::Gpt2Config;
use crate::{
    kernels::{self, Activation, AttentionShape, KeyValueCache, Position, Weight},
    models::{
        Cache,
        layers::{FeedForward, LayerNorm, LayerSelection, Linear},
        table::Table,
    },
};

/// Masked self-attention.
#[derive(Module, Debug)]
pub struct SelfAttention {
    /// `c_attn`: query, key and value at once, `[3 · hidden, hidden]`.
    pub query_key_value: Linear,
    /// `c_proj`: `[hidden, hidden]`.
    pub projection: Linear,
}

impl SelfAttention {
    /// Attention of `normed` over the cache and itself, projected and added to `residual`; with the
    /// attention weights `[heads, tokens, length]` if requested.
    fn forward(
        &self,
        normed: Tensor<2>,
        residual: Tensor<2>,
        cache: KeyValueCache,
        position: &Position,
        shape: AttentionShape,
        with_weights: bool,
    ) -> (Tensor<2>, KeyValueCache, Option<Tensor<3>>) {
        let query_key_value = self.query_key_value.forward(normed, Activation::Identity, None);
        let (context, cache) = kernels::attention(query_key_value.clone(), cache, position, shape);
        let weights = with_weights
            .then(|| kernels::attention_weights(query_key_value, &cache, position, shape));
        let output = self.projection.forward(context, Activation::Identity, Some(residual));
        (output, cache, weights)
    }
}

/// One decoder layer.
#[derive(Module, Debug)]
pub struct DecoderLayer {
    /// `ln_1`
    pub attention_norm: LayerNorm,
    /// `attn`
    pub attention: SelfAttention,
    /// `ln_2`
    pub feed_forward_norm: LayerNorm,
    /// `mlp`
    pub feed_forward: FeedForward,
}

/// GPT-2 with its language-model head.
#[derive(Module, Debug)]
pub struct Gpt2 {
    /// `wte`: `[vocabulary, hidden]`; where tied, the head reads it too.
    pub token_embedding: Weight,
    /// `wpe`: `[positions, hidden]`.
    pub position_embedding: Param<Tensor<2>>,
    /// `h`
    pub layers: Vec<DecoderLayer>,
    /// `ln_f`
    pub final_norm: LayerNorm,
    /// `lm_head`, where it is not tied: `[vocabulary, hidden]`.
    pub head: Option<Weight>,
    /// Sizes and options.
    #[module(skip)]
    pub config: Gpt2Config,
    /// The tensors of its architecture.
    #[module(skip)]
    pub(super) table: &'static Table<Self, Gpt2Config>,
}

/// Outputs of a run apart from the last position's logits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Gpt2OutputOptions {
    /// Logits of every position, not only the last.
    pub all_logits: bool,
    /// The hidden states.
    pub hidden_states: bool,
    /// The attention weights of these layers.
    pub attentions: Option<LayerSelection>,
}

/// Outputs of a run over all layers.
#[derive(Debug)]
pub struct Gpt2Output {
    /// `[positions, vocabulary]`: of the last position, or of all new ones.
    pub logits: Tensor<2>,
    /// `[tokens, hidden]` each: the embeddings, then the output of every layer, the last one after the final
    /// norm (as transformers has it).
    pub hidden_states: Vec<Tensor<2>>,
    /// `[heads, tokens, past + tokens]` each.
    pub attentions: Vec<Tensor<3>>,
}

/// New tokens on their way through the layers, one layer a step: a caller may do other work between two steps, and need
/// not go to the end.
#[derive(Debug)]
pub struct Gpt2Run<'a> {
    model: &'a Gpt2,
    cache: &'a mut Cache,
    options: Gpt2OutputOptions,
    position: Position,
    activation: Activation,
    /// `[tokens, hidden]`: the embeddings, then the output of the last layer that ran.
    hidden: Tensor<2>,
    next_layer: usize,
    hidden_states: Vec<Tensor<2>>,
    attentions: Vec<Tensor<3>>,
}

impl Gpt2Run<'_> {
    /// The layer of the next step, from 0; `None` after the last one.
    pub fn next_layer(&self) -> Option<usize> {
        Some(self.next_layer).filter(|index| *index < self.model.layers.len())
    }

    /// Runs the next layer. Returns whether there was one.
    pub fn step(&mut self) -> bool {
        let Some(index) = self.next_layer() else { return false };
        let (layer, config) = (&self.model.layers[index], &self.model.config);
        let shape = AttentionShape {
            heads: config.n_head,
            head_size: config.head_size(),
            past: self.position.past,
            tokens: self.position.tokens,
            capacity: self.position.capacity,
            scale: config.attention_scale(index),
            causal: true,
        };
        let with_weights = self.options.attentions.is_some_and(|layers| layers.contains(index));
        if self.options.hidden_states {
            self.hidden_states.push(self.hidden.clone());
        }
        let normed = layer.attention_norm.forward(self.hidden.clone());
        let (after_attention, layer_cache, weights) = layer.attention.forward(
            normed,
            self.hidden.clone(),
            self.cache.take(index),
            &self.position,
            shape,
            with_weights,
        );
        self.cache.put(index, layer_cache);
        self.attentions.extend(weights);
        let normed = layer.feed_forward_norm.forward(after_attention.clone());
        self.hidden = layer.feed_forward.forward(normed, after_attention, self.activation);
        self.next_layer += 1;
        true
    }

    /// Runs the remaining layers, the final norm and the head.
    pub fn finish(mut self) -> Gpt2Output {
        while self.step() {}
        let (model, options, tokens) = (self.model, self.options, self.position.tokens);
        let Gpt2PartialOutput { mut hidden, mut hidden_states, attentions } = self.stop();
        if tokens > 1 && !options.all_logits && !options.hidden_states {
            hidden = hidden.narrow(0, tokens - 1, 1);
        }
        let mut normed = model.final_norm.forward(hidden);
        if options.hidden_states {
            hidden_states.push(normed.clone());
            if tokens > 1 && !options.all_logits {
                normed = normed.narrow(0, tokens - 1, 1);
            }
        }
        Gpt2Output { logits: model.logits(normed), hidden_states, attentions }
    }

    /// Stops here. Returns the outputs of the layers that ran; the tokens are in the caches of these layers only.
    pub fn stop(self) -> Gpt2PartialOutput {
        self.cache.advance(self.position.tokens, self.next_layer().is_none());
        let Self { hidden, hidden_states, attentions, .. } = self;
        Gpt2PartialOutput { hidden, hidden_states, attentions }
    }
}

/// Outputs of a run that was stopped between two layers.
#[derive(Debug)]
pub struct Gpt2PartialOutput {
    /// `[tokens, hidden]`: the output of the last layer that ran.
    pub hidden: Tensor<2>,
    /// `[tokens, hidden]` each, if requested: the inputs of the layers that ran.
    pub hidden_states: Vec<Tensor<2>>,
    /// `[heads, tokens, past + tokens]` each, if requested.
    pub attentions: Vec<Tensor<3>>,
}

impl Gpt2 {
    /// Runs new tokens through the model. `cache` holds the tokens before them; they are added to it.
    ///
    /// # Panics
    /// As [`Gpt2::begin`].
    pub fn forward(
        &self,
        ids: &[u32],
        cache: &mut Cache,
        options: Gpt2OutputOptions,
    ) -> Gpt2Output {
        self.begin(ids, cache, options).finish()
    }

    /// Looks up the embeddings of new tokens, for the layers to run one after the other. `cache` holds the tokens
    /// before them; they are added to it.
    ///
    /// # Panics
    /// If there are no tokens, they exceed the capacity of the cache or the context, or an id is out of range.
    pub fn begin<'a>(
        &'a self,
        ids: &[u32],
        cache: &'a mut Cache,
        options: Gpt2OutputOptions,
    ) -> Gpt2Run<'a> {
        let config = &self.config;
        assert!(!ids.is_empty() && ids.iter().all(|&id| (id as usize) < config.vocab_size));
        let tokens = ids.len();
        let device = self.device();
        let position = Position::new(cache.past(), tokens, cache.capacity(), &device);
        let id_tensor: Tensor<1, Int> =
            Tensor::from_data(TensorData::new(ids.to_vec(), [tokens]), (&device, DType::U32));
        let positions = self.position_embedding.val();
        let activation = config.activation().expect("checked when the config was read");
        let hidden = kernels::embedding(&self.token_embedding, positions, id_tensor, &position);
        let (next_layer, hidden_states, attentions) = (0, Vec::new(), Vec::new());
        Gpt2Run {
            model: self,
            cache,
            options,
            position,
            activation,
            hidden,
            next_layer,
            hidden_states,
            attentions,
        }
    }

    /// Logits of the next token, `[n, vocabulary]`, from hidden states after the final norm, `[n, hidden]`.
    pub fn logits(&self, normed: Tensor<2>) -> Tensor<2> {
        let head = self.head.as_ref().unwrap_or(&self.token_embedding);
        kernels::linear(normed, head, None, None, Activation::Identity)
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
        weights.extend(&mut self.head);
        weights
    }

    /// The device of its weights.
    pub fn device(&self) -> Device {
        self.position_embedding.val().device()
    }
}
