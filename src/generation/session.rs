//! A text in the model: its tokens and the key/value cache.

use std::ops::Range;

use burn::tensor::{Int, Tensor};
use web_time::Instant;

use super::AttentionRows;
use crate::{
    error::{BadRequestReason, InternalReason, LecternError, MemoryUse, Result},
    kernels,
    models::{Cache, Gpt2, Gpt2Config, Gpt2OutputOptions, LayerSelection},
    quantization::AllocationError,
};

/// Tokens of a prompt that run at once, at most.
pub const CHUNK: usize = 128;

/// Multiplications of a layer between two pauses: those of 64 tokens in GPT-2 small, some 30 ms on one core in a
/// browser.
const MULTIPLICATIONS_PER_TURN: u64 = 64 * 12 * 768 * 768;

/// Tokens of an inspected text that run at once: fewer for larger layers, so that a cancelled request ends soon.
pub fn inspection_chunk(config: &Gpt2Config) -> usize {
    let (hidden, inner) = (config.n_embd as u64, config.inner_size() as u64);
    let per_token = 4 * hidden * hidden + 2 * hidden * inner;
    (MULTIPLICATIONS_PER_TURN / per_token.max(1)).clamp(16, CHUNK as u64) as usize
}

/// Most weights of all heads that are kept for the next request (64 MB).
const MOST_KEPT: u64 = 1 << 24;

/// A text that grows token by token, with its key/value cache.
#[derive(Debug)]
pub struct Session {
    ids: Vec<u32>,
    cache: Cache,
    launched: Launched,
    /// The layer whose attention was requested last, and the weights of all its heads, `[heads, tokens, tokens]`.
    attention: Option<(usize, Vec<f32>)>,
}

/// Number of a session's kernel launches, and the time of enqueuing them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Launched {
    /// Kernel launches.
    pub launches: u64,
    /// Seconds from the start of each forward pass until all of it was enqueued.
    pub seconds: f64,
}

impl Session {
    /// An empty text with a capacity of `capacity` tokens.
    pub fn new(model: &Gpt2, capacity: usize) -> Self {
        let cache = Cache::new(&model.config, capacity, &model.device());
        Self { ids: Vec::new(), cache, launched: Launched::default(), attention: None }
    }

    /// Launches so far.
    pub fn launched(&self) -> Launched {
        self.launched
    }

    /// The text's tokens.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The capacity in tokens.
    pub fn capacity(&self) -> usize {
        self.cache.capacity()
    }

    /// Adds a token without running it: the last one of a text that ends here.
    pub fn push(&mut self, id: u32) {
        self.attention = None;
        self.ids.push(id);
    }

    /// Adds tokens and runs them; returns the logits of the next token, `[vocabulary]`.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn extend(&mut self, model: &Gpt2, ids: &[u32]) -> Result<Vec<f32>> {
        self.extend_in_steps(model, ids, async || Ok(())).await
    }

    /// [`Session::extend`], a layer at a time. `between` is called between two steps, and may end the work: then none
    /// of these tokens was added.
    ///
    /// # Errors
    /// If the device fails, and those of `between`.
    pub async fn extend_in_steps(
        &mut self,
        model: &Gpt2,
        ids: &[u32],
        mut between: impl AsyncFnMut() -> Result<()>,
    ) -> Result<Vec<f32>> {
        let launches = kernels::launches();
        let mut start = Instant::now();
        let mut run = model.begin(ids, &mut self.cache, Gpt2OutputOptions::default());
        while run.step() {
            self.launched.seconds += start.elapsed().as_secs_f64();
            between().await?;
            start = Instant::now();
        }
        let inside = run.finish();
        self.launched.seconds += start.elapsed().as_secs_f64();
        self.launched.launches += kernels::launches() - launches;
        self.attention = None;
        self.ids.extend_from_slice(ids);
        read_logits(inside.logits).await
    }

    /// Runs the last token, which [`Session::push`] added.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn run_last(&mut self, model: &Gpt2) -> Result<Vec<f32>> {
        let last = self.ids[self.ids.len() - 1];
        self.run(model, &[last]).await
    }

    async fn run(&mut self, model: &Gpt2, ids: &[u32]) -> Result<Vec<f32>> {
        let (start, launches) = (Instant::now(), kernels::launches());
        let inside = model.forward(ids, &mut self.cache, Gpt2OutputOptions::default());
        self.launched.launches += kernels::launches() - launches;
        self.launched.seconds += start.elapsed().as_secs_f64();
        read_logits(inside.logits).await
    }

    /// The logits from which the token at `position` (from 1) was chosen, `[vocabulary]`: one step over the
    /// cache as it was then.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] where there is no such token.
    pub async fn logits_before(&mut self, model: &Gpt2, position: usize) -> Result<Vec<f32>> {
        if position == 0 || position >= self.ids.len() {
            return Err(LecternError::bad_request(BadRequestReason::NoPredictedToken { position }));
        }
        let past = self.cache.past();
        self.cache.set_past(position - 1);
        let logits = self.run(model, &[self.ids[position - 1]]).await;
        self.cache.set_past(past);
        logits
    }

    /// One head's attention weights: row-major `[tokens, tokens]`. The layers up to that one run over
    /// the text again, in chunks; the weights of the layer's other heads are kept, if they are not too many. `between`
    /// is called between two steps, each of a layer and a chunk, and may end the work.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] where there is no such layer or head, or no text, [`LecternError::OutOfMemory`]
    /// where there is no memory for the weights, and those of `between`.
    pub async fn attention(
        &mut self,
        model: &Gpt2,
        layer: usize,
        head: usize,
        between: impl AsyncFnMut() -> Result<()>,
    ) -> Result<Vec<f32>> {
        let heads = model.config.n_head;
        if layer >= model.config.n_layer || head >= heads {
            return Err(LecternError::bad_request(BadRequestReason::NoSuchHead { layer, head }));
        }
        if self.ids.is_empty() {
            return Err(LecternError::bad_request(BadRequestReason::NothingGenerated));
        }
        let a_head = self.ids.len() * self.ids.len();
        let of_head = head * a_head..(head + 1) * a_head;
        if let Some((_, kept)) = self.attention.as_ref().filter(|(known, _)| *known == layer) {
            return Ok(kept[of_head].to_vec());
        }
        // Frees their memory before the new ones take theirs.
        self.attention = None;
        let are_kept = (heads as u64).saturating_mul(a_head as u64) <= MOST_KEPT;
        let wanted_heads = if are_kept { 0..heads } else { head..head + 1 };
        let past = self.cache.past();
        self.cache.set_past(0);
        let weights = self.weigh(model, layer, wanted_heads, between).await;
        self.cache.set_past(past);
        let weights = weights?;
        if !are_kept {
            return Ok(weights);
        }
        let chosen = weights[of_head].to_vec();
        self.attention = Some((layer, weights));
        Ok(chosen)
    }

    /// The weights of some heads of a layer over the whole text, from an empty cache.
    async fn weigh(
        &mut self,
        model: &Gpt2,
        layer: usize,
        heads: Range<usize>,
        mut between: impl AsyncFnMut() -> Result<()>,
    ) -> Result<Vec<f32>> {
        let no_memory = |none: AllocationError| LecternError::OutOfMemory {
            what: MemoryUse::Attention,
            bytes: none.bytes,
        };
        let mut rows = AttentionRows::new(heads.len(), self.ids.len()).map_err(no_memory)?;
        let options = Gpt2OutputOptions {
            attentions: Some(LayerSelection::One(layer)),
            ..Gpt2OutputOptions::default()
        };
        for chunk in self.ids.chunks(inspection_chunk(&model.config)) {
            let mut run = model.begin(chunk, &mut self.cache, options);
            while run.next_layer().is_some_and(|next| next <= layer) {
                between().await?;
                run.step();
            }
            let weights = run.stop().attentions.pop().expect("the layer's weights were requested");
            let weights = weights.narrow(0, heads.start, heads.len());
            rows.push(&read(weights).await?, chunk.len());
        }
        Ok(rows.finish())
    }
}

/// Logits on the host; NaN is an error.
async fn read_logits(logits: Tensor<2>) -> Result<Vec<f32>> {
    let logits = read(logits).await?;
    if logits.iter().any(|logit| logit.is_nan()) {
        return Err(LecternError::Internal { reason: InternalReason::OutputNotANumber });
    }
    Ok(logits)
}

/// Reads a tensor from its device.
///
/// # Errors
/// [`LecternError::DeviceLost`] where the device does not answer.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let lost = |detail: String| LecternError::DeviceLost { detail };
    let data = tensor.into_data_async().await.map_err(|error| lost(format!("{error:?}")))?;
    data.try_into_vec::<f32>().map_err(|error| lost(format!("{error:?}")))
}

/// A tensor's 32-bit words on the host.
///
/// # Errors
/// [`LecternError::DeviceLost`] where the device does not answer.
pub async fn read_words(tensor: Tensor<1, Int>) -> Result<Vec<u32>> {
    let lost = |detail: String| LecternError::DeviceLost { detail };
    let data = tensor.into_data_async().await.map_err(|error| lost(format!("{error:?}")))?;
    data.try_into_vec::<u32>().map_err(|error| lost(format!("{error:?}")))
}
