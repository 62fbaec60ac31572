//! GPT-2 (Radford et al. 2019): the lecture's decoder-only, auto-regressive model. Pre-norm: each half of a
//! layer normalizes its input and adds its output to the residual stream.

use burn::{
    module::{Module, Param},
    tensor::{DType, Device, Int, Tensor, TensorData},
};

use super::{
    Cache, Gpt2Config,
    layers::{FeedForward, LayerNorm, Linear},
};
use crate::kernels::{self, Activation, AttentionShape, KeyValueCache, Position, Weight};

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
    /// attention weights `[heads, tokens, length]` where they are wanted.
    fn forward(
        &self,
        normed: Tensor<2>,
        residual: Tensor<2>,
        cache: KeyValueCache,
        position: &Position,
        shape: AttentionShape,
        weights_wanted: bool,
    ) -> (Tensor<2>, KeyValueCache, Option<Tensor<3>>) {
        let query_key_value = self.query_key_value.forward(normed, Activation::Identity, None);
        let (context, cache) = kernels::attention(query_key_value.clone(), cache, position, shape);
        let weights = weights_wanted
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
}

/// What a run should report apart from the last position's logits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Logits of every position, not only the last.
    pub all_logits: bool,
    /// The hidden states.
    pub hidden_states: bool,
    /// The attention weights: of one layer, or of all.
    pub attentions: Option<Option<usize>>,
}

/// What a run of the model found.
#[derive(Debug)]
pub struct Inside {
    /// `[positions, vocabulary]`: of the last position, or of all new ones.
    pub logits: Tensor<2>,
    /// `[tokens, hidden]` each: the embeddings, then the output of every layer, the last one after the final
    /// norm (as transformers has it).
    pub hidden_states: Vec<Tensor<2>>,
    /// `[heads, tokens, past + tokens]` each.
    pub attentions: Vec<Tensor<3>>,
}

/// New tokens on their way through the layers, one layer a step: a caller may look up between two of them, and need
/// not go to the end.
#[derive(Debug)]
pub struct Run<'a> {
    model: &'a Gpt2,
    cache: &'a mut Cache,
    wanted: Wanted,
    position: Position,
    activation: Activation,
    /// `[tokens, hidden]`: the embeddings, then the output of the last layer that ran.
    hidden: Tensor<2>,
    next_layer: usize,
    hidden_states: Vec<Tensor<2>>,
    attentions: Vec<Tensor<3>>,
}

impl Run<'_> {
    /// The layer that the next step runs, from 0; none after the last one.
    pub fn next_layer(&self) -> Option<usize> {
        Some(self.next_layer).filter(|number| *number < self.model.layers.len())
    }

    /// Run the next layer. Gives back whether there was one.
    pub fn step(&mut self) -> bool {
        let Some(number) = self.next_layer() else { return false };
        let (layer, config) = (&self.model.layers[number], &self.model.config);
        let shape = AttentionShape {
            heads: config.n_head,
            head_size: config.head_size(),
            past: self.position.past,
            tokens: self.position.tokens,
            capacity: self.position.capacity,
            scale: config.attention_scale(number),
            causal: true,
        };
        let weights_wanted =
            self.wanted.attentions.is_some_and(|layer| layer.is_none_or(|layer| layer == number));
        if self.wanted.hidden_states {
            self.hidden_states.push(self.hidden.clone());
        }
        let normed = layer.attention_norm.forward(self.hidden.clone());
        let (after_attention, layer_cache, weights) = layer.attention.forward(
            normed,
            self.hidden.clone(),
            self.cache.take(number),
            &self.position,
            shape,
            weights_wanted,
        );
        self.cache.put(number, layer_cache);
        self.attentions.extend(weights);
        let normed = layer.feed_forward_norm.forward(after_attention.clone());
        self.hidden = layer.feed_forward.forward(normed, after_attention, self.activation);
        self.next_layer += 1;
        true
    }

    /// Run the layers that are left, the final norm and the head.
    pub fn finish(mut self) -> Inside {
        while self.step() {}
        let (model, wanted, tokens) = (self.model, self.wanted, self.position.tokens);
        let Stopped { mut hidden, mut hidden_states, attentions } = self.stop();
        if tokens > 1 && !wanted.all_logits && !wanted.hidden_states {
            hidden = hidden.narrow(0, tokens - 1, 1);
        }
        let mut normed = model.final_norm.forward(hidden);
        if wanted.hidden_states {
            hidden_states.push(normed.clone());
            if tokens > 1 && !wanted.all_logits {
                normed = normed.narrow(0, tokens - 1, 1);
            }
        }
        Inside { logits: model.logits(normed), hidden_states, attentions }
    }

    /// Go no further: what the layers that ran have found. The tokens are in their caches, and not in the others'.
    pub fn stop(self) -> Stopped {
        self.cache.advance(self.position.tokens, self.next_layer().is_none());
        let Self { hidden, hidden_states, attentions, .. } = self;
        Stopped { hidden, hidden_states, attentions }
    }
}

/// What a run found that went no further.
#[derive(Debug)]
pub struct Stopped {
    /// `[tokens, hidden]`: the output of the last layer that ran.
    pub hidden: Tensor<2>,
    /// `[tokens, hidden]` each, where they are wanted: the inputs of the layers that ran.
    pub hidden_states: Vec<Tensor<2>>,
    /// `[heads, tokens, past + tokens]` each, where they are wanted.
    pub attentions: Vec<Tensor<3>>,
}

impl Gpt2 {
    /// Run new tokens through the model. `cache` holds what came before, and gets them too.
    ///
    /// # Panics
    /// As [`Gpt2::begin`].
    pub fn forward(&self, ids: &[u32], cache: &mut Cache, wanted: Wanted) -> Inside {
        self.begin(ids, cache, wanted).finish()
    }

    /// Look up new tokens, for the layers to run one after the other. `cache` holds what came before, and gets them
    /// too.
    ///
    /// # Panics
    /// If there are no tokens, the cache or the context has no room for them, or an id is out of range.
    pub fn begin<'a>(&'a self, ids: &[u32], cache: &'a mut Cache, wanted: Wanted) -> Run<'a> {
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
        Run {
            model: self,
            cache,
            wanted,
            position,
            activation,
            hidden,
            next_layer,
            hidden_states,
            attentions,
        }
    }

    /// What may follow each of some hidden states after the final norm, `[n, hidden]`: `[n, vocabulary]`.
    pub fn logits(&self, normed: Tensor<2>) -> Tensor<2> {
        let head = self.head.as_ref().unwrap_or(&self.token_embedding);
        kernels::linear(normed, head, None, None, Activation::Identity)
    }

    /// The device its weights are on.
    pub fn device(&self) -> Device {
        self.position_embedding.val().device()
    }

    /// Bytes its weights take.
    pub fn weight_bytes(&self) -> usize {
        let small = self.num_params_outside_matrices();
        self.matrices().iter().map(|(_, matrix)| matrix.bytes()).sum::<usize>() + 4 * small
    }

    /// How many weights it has, a tied head counted once.
    pub fn parameters(&self) -> usize {
        let size = |matrix: &Weight| matrix.shape().iter().product::<usize>();
        let matrices: usize = self.matrices().iter().map(|(_, matrix)| size(matrix)).sum();
        matrices + self.num_params_outside_matrices()
    }

    /// Its matrices in the order of their use, by the names of a checkpoint of OpenAI's spelling.
    pub fn matrices(&self) -> Vec<(String, &Weight)> {
        let mut matrices = vec![("wte".to_owned(), &self.token_embedding)];
        for (number, layer) in self.layers.iter().enumerate() {
            let parts = [
                ("attn.c_attn", &layer.attention.query_key_value),
                ("attn.c_proj", &layer.attention.projection),
                ("mlp.c_fc", &layer.feed_forward.expand),
                ("mlp.c_proj", &layer.feed_forward.contract),
            ];
            matrices.extend(parts.map(|(part, it)| (format!("h.{number}.{part}"), &it.weight)));
        }
        matrices.extend(self.head.as_ref().map(|head| ("lm_head".to_owned(), head)));
        matrices
    }

    /// Biases, norms and positions.
    fn num_params_outside_matrices(&self) -> usize {
        let Gpt2Config { n_embd, n_layer, n_positions, .. } = self.config;
        let a_layer = 3 * n_embd + n_embd + self.config.inner_size() + n_embd + 4 * n_embd;
        n_positions * n_embd + n_layer * a_layer + 2 * n_embd
    }
}
