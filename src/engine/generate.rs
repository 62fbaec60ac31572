//! Generation of text.

use web_time::Instant;

use super::{
    loaded::{Decoder, Loaded},
    pause::{Pacing, pause},
};
use crate::{
    error::{Allowed, BadRequestReason, LecternError, Result},
    generation::{CHUNK, Launched, Sampler, Session, probabilities},
    progress::CancelToken,
    protocol::{Event, GenerateOptions, GenerationStats, StopReason},
    text::{END_OF_TEXT, StopTexts, TextStream},
};

/// Refuses options out of their ranges.
fn check(options: &GenerateOptions) -> Result<()> {
    let GenerateOptions { temperature, top_p, min_p, repetition_penalty, .. } = *options;
    let share = || Allowed::Between { least: 0.0, most: 1.0 };
    let (option, given, allowed) = if !temperature.is_finite() || temperature < 0.0 {
        ("temperature", temperature, Allowed::AtLeast { least: 0.0 })
    } else if !(0.0..=1.0).contains(&top_p) {
        ("topP", top_p, share())
    } else if !(0.0..=1.0).contains(&min_p) {
        ("minP", min_p, share())
    } else if !(repetition_penalty.is_finite() && repetition_penalty > 0.0) {
        ("repetitionPenalty", repetition_penalty, Allowed::Above { limit: 0.0 })
    } else {
        return Ok(());
    };
    Err(LecternError::bad_option(option, given, allowed))
}

/// Generates a text; the session stays with the model, for later inspection.
pub(super) async fn generate(
    loaded: &Loaded,
    prompt: &str,
    options: &GenerateOptions,
    cancel: &CancelToken,
    emit: &dyn Fn(Event),
) -> Result<Event> {
    check(options)?;
    let decoder = loaded.decoder()?;
    let start = Instant::now();
    let context = loaded.info.context;
    let prompt = prompt_tokens(loaded, decoder, prompt)?;
    if prompt.len() > context {
        return Err(LecternError::ContextFull { tokens: prompt.len(), limit: context });
    }
    emit(Event::Prompt { tokens: loaded.token_texts(&prompt) });

    let mut session_slot = decoder.session.lock().await;
    let seed = options.seed.unwrap_or_else(random_seed);
    // A request that was cancelled while it waited leaves the finished text as it is.
    if cancel.is_cancelled() {
        return Ok(never_begun(prompt.len(), seed));
    }
    // Frees its memory before the new text's is reserved.
    session_slot.take();
    let capacity = context.min(prompt.len().saturating_add(options.max_new_tokens));
    let mut session = Session::new(&decoder.model, capacity);
    let mut generation = Generation {
        loaded,
        decoder,
        options,
        sampler: Sampler::new(options, seed),
        stream: TextStream::new(&loaded.tokenizer),
        stops: StopTexts::new(options.stop.iter().filter(|stop| !stop.is_empty()).cloned()),
        text: String::new(),
        new_tokens: 0,
        first_token: None,
        emit,
    };
    let reason = generation.run(&mut session, &prompt, cancel).await?;
    let end = Instant::now();
    let mut delta = String::new();
    if reason != StopReason::StopText {
        let rest = generation.stream.finish();
        let (emitted, _) = generation.stops.push(&rest);
        delta = emitted + &generation.stops.finish();
        generation.text.push_str(&delta);
    }
    let (first, launched_first) = generation.first_token.unwrap_or((end, session.launched()));
    let launched = session.launched();
    let launches = (launched.launches - launched_first.launches) as f64;
    let after_first = generation.new_tokens.saturating_sub(1) as f64;
    let ratio = |of: f64, to: f64| if to > 0.0 { of / to } else { 0.0 };
    let stats = GenerationStats {
        prompt_tokens: prompt.len(),
        new_tokens: generation.new_tokens,
        time_to_first_token: (first - start).as_secs_f64(),
        tokens_per_second: ratio(after_first, (end - first).as_secs_f64()),
        seed,
        launches_per_token: ratio(launches, after_first),
        microseconds_per_launch: ratio(1e6 * (launched.seconds - launched_first.seconds), launches),
    };
    let text = generation.text;
    session_slot.replace(session);
    Ok(Event::Generated { reason, delta, text, stats })
}

/// The answer to a request that was cancelled before its turn came.
fn never_begun(prompt_tokens: usize, seed: u32) -> Event {
    let stats = GenerationStats {
        prompt_tokens,
        new_tokens: 0,
        time_to_first_token: 0.0,
        tokens_per_second: 0.0,
        seed,
        launches_per_token: 0.0,
        microseconds_per_launch: 0.0,
    };
    let (delta, text) = (String::new(), String::new());
    Event::Generated { reason: StopReason::Cancelled, delta, text, stats }
}

/// The prompt's tokens. An empty prompt is the beginning of a text, for which GPT-2 has the end of the previous one:
/// `<|endoftext|>`.
fn prompt_tokens(loaded: &Loaded, decoder: &Decoder, prompt: &str) -> Result<Vec<u32>> {
    let tokens = loaded.encode_prompt(prompt)?;
    if !tokens.is_empty() {
        return Ok(tokens);
    }
    let config = &decoder.model.config;
    let begin = config.bos_token_id.first().or(config.eos_token_id.first()).copied();
    let begin = begin.or_else(|| loaded.tokenizer.id_of(END_OF_TEXT));
    let begin = begin.ok_or_else(|| LecternError::bad_request(BadRequestReason::EmptyPrompt))?;
    loaded.check_rows(&[begin])?;
    Ok(vec![begin])
}

/// Whether this token ends a text.
fn ends_text(loaded: &Loaded, decoder: &Decoder, id: u32) -> bool {
    let ends = &decoder.model.config.eos_token_id;
    ends.contains(&id) || ends.is_empty() && loaded.tokenizer.id_of(END_OF_TEXT) == Some(id)
}

fn random_seed() -> u32 {
    // Without a random source of the system, the clock is enough: nothing depends on this being secret.
    let mut bytes = [0; 4];
    if getrandom::fill(&mut bytes).is_err() {
        bytes = web_time::SystemTime::now()
            .duration_since(web_time::UNIX_EPOCH)
            .map_or(0, |time| time.as_millis() as u32)
            .to_le_bytes();
    }
    u32::from_le_bytes(bytes)
}

struct Generation<'a> {
    loaded: &'a Loaded,
    decoder: &'a Decoder,
    options: &'a GenerateOptions,
    sampler: Sampler,
    stream: TextStream<'a>,
    stops: StopTexts,
    text: String,
    new_tokens: usize,
    /// The time of the first token, and the launches before it.
    first_token: Option<(Instant, Launched)>,
    emit: &'a dyn Fn(Event),
}

impl Generation<'_> {
    async fn run(
        &mut self,
        session: &mut Session,
        prompt: &[u32],
        cancel: &CancelToken,
    ) -> Result<StopReason> {
        let model = &self.decoder.model;
        if self.options.max_new_tokens == 0 {
            return Ok(StopReason::MaxNewTokens);
        }
        let mut logits = Vec::new();
        let mut pacing = Pacing::new(cancel);
        for chunk in prompt.chunks(CHUNK) {
            pause().await;
            if cancel.is_cancelled() {
                return Ok(StopReason::Cancelled);
            }
            let run = session.extend_in_steps(model, chunk, async || pacing.between().await);
            logits = match run.await {
                Err(LecternError::Cancelled) => return Ok(StopReason::Cancelled),
                run => run?,
            };
        }
        loop {
            if let Some(reason) = self.next(session, &logits) {
                return Ok(reason);
            }
            pause().await;
            if cancel.is_cancelled() {
                return Ok(StopReason::Cancelled);
            }
            logits = session.run_last(model).await?;
        }
    }

    /// Chooses and emits a token; returns the reason to stop, if there is one.
    fn next(&mut self, session: &mut Session, logits: &[f32]) -> Option<StopReason> {
        if session.ids().len() >= self.loaded.info.context {
            return Some(StopReason::ContextFull);
        }
        let id = self.sampler.choose(logits, session.ids());
        self.first_token.get_or_insert_with(|| (Instant::now(), session.launched()));
        session.push(id);
        self.new_tokens += 1;
        let ended = ends_text(self.loaded, self.decoder, id);
        let complete = if ended { String::new() } else { self.stream.push(id) };
        let (delta, stopped) = self.stops.push(&complete);
        self.text.push_str(&delta);
        let probabilities = probabilities(logits, self.options.temperature);
        let probability = probabilities[id as usize];
        let candidates = self.loaded.candidates(logits, &probabilities, self.options.candidates);
        let token = self.loaded.token_text(id);
        (self.emit)(Event::Token { token, delta, probability, candidates });
        if stopped {
            Some(StopReason::StopText)
        } else if ended {
            Some(StopReason::EndOfText)
        } else if self.new_tokens >= self.options.max_new_tokens {
            Some(StopReason::MaxNewTokens)
        } else {
            None
        }
    }
}
