//! A text in the model: its tokens, and what the model remembers of them.

use burn::tensor::{Int, Tensor};
use web_time::Instant;

use crate::{
    error::{LecternError, Result},
    kernels,
    models::{Cache, Gpt2, Wanted},
};

/// A text that grows token by token, with its key/value cache.
#[derive(Debug)]
pub struct Session {
    ids: Vec<u32>,
    cache: Cache,
    launched: Launched,
}

/// What it took to enqueue the kernels of a session.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Launched {
    /// Kernel launches.
    pub launches: u64,
    /// Seconds from the start of each forward pass until all of it was enqueued.
    pub seconds: f64,
}

impl Session {
    /// An empty text, with room for `capacity` tokens.
    pub fn new(model: &Gpt2, capacity: usize) -> Self {
        let cache = Cache::new(&model.config, capacity, &model.device());
        Self { ids: Vec::new(), cache, launched: Launched::default() }
    }

    /// What was enqueued so far.
    pub fn launched(&self) -> Launched {
        self.launched
    }

    /// The text's tokens.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Tokens there is room for.
    pub fn capacity(&self) -> usize {
        self.cache.capacity()
    }

    /// Add a token without running it: it is the last one of a text that ends here.
    pub fn push(&mut self, id: u32) {
        self.ids.push(id);
    }

    /// Add tokens and run them: the logits of what may follow, `[vocabulary]`.
    ///
    /// # Errors
    /// Where the device fails.
    pub async fn extend(&mut self, model: &Gpt2, ids: &[u32]) -> Result<Vec<f32>> {
        self.ids.extend_from_slice(ids);
        self.run(model, ids).await
    }

    /// Run the last token, which [`Session::push`] added.
    ///
    /// # Errors
    /// Where the device fails.
    pub async fn run_last(&mut self, model: &Gpt2) -> Result<Vec<f32>> {
        let last = self.ids[self.ids.len() - 1];
        self.run(model, &[last]).await
    }

    async fn run(&mut self, model: &Gpt2, ids: &[u32]) -> Result<Vec<f32>> {
        let (start, launches) = (Instant::now(), kernels::launches());
        let inside = model.forward(ids, &mut self.cache, Wanted::default());
        self.launched.launches += kernels::launches() - launches;
        self.launched.seconds += start.elapsed().as_secs_f64();
        let logits = read(inside.logits).await?;
        if logits.iter().any(|logit| logit.is_nan()) {
            let reason = "the model's output is not a number".into();
            return Err(LecternError::Internal { reason });
        }
        Ok(logits)
    }

    /// The logits from which the token at `position` (from 1) was chosen, `[vocabulary]`: one step over the
    /// cache as it was then.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] where there is no such token.
    pub async fn logits_before(&mut self, model: &Gpt2, position: usize) -> Result<Vec<f32>> {
        if position == 0 || position >= self.ids.len() {
            let reason = format!("no token at position {position} was predicted");
            return Err(LecternError::BadRequest { reason });
        }
        let past = self.cache.past();
        self.cache.set_past(position - 1);
        let logits = self.run(model, &[self.ids[position - 1]]).await;
        self.cache.set_past(past);
        logits
    }

    /// How much each token attends to each in one head: row-major `[tokens, tokens]`.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] where there is no such layer or head, or no text.
    pub async fn attention(&mut self, model: &Gpt2, layer: usize, head: usize) -> Result<Vec<f32>> {
        if layer >= model.config.n_layer || head >= model.config.n_head {
            return Err(LecternError::bad_request(format!("no head {head} in layer {layer}")));
        }
        if self.ids.is_empty() {
            return Err(LecternError::bad_request("there is no text yet"));
        }
        let past = self.cache.past();
        self.cache.set_past(0);
        let wanted = Wanted { attentions: Some(Some(layer)), ..Wanted::default() };
        let inside = model.forward(&self.ids, &mut self.cache, wanted);
        self.cache.set_past(past);
        let weights =
            inside.attentions.into_iter().next().expect("the layer's weights were wanted");
        read(weights.narrow(0, head, 1)).await
    }
}

/// Read a tensor back from its device.
///
/// # Errors
/// [`LecternError::DeviceLost`] where the device does not answer.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let lost = |error: String| LecternError::DeviceLost { reason: error };
    let data = tensor.into_data_async().await.map_err(|error| lost(format!("{error:?}")))?;
    data.try_into_vec::<f32>().map_err(|error| lost(format!("{error:?}")))
}

/// A tensor's 32-bit words on the host.
///
/// # Errors
/// [`LecternError::DeviceLost`] where the device does not answer.
pub async fn read_words(tensor: Tensor<1, Int>) -> Result<Vec<u32>> {
    let lost = |error: String| LecternError::DeviceLost { reason: error };
    let data = tensor.into_data_async().await.map_err(|error| lost(format!("{error:?}")))?;
    data.try_into_vec::<u32>().map_err(|error| lost(format!("{error:?}")))
}
