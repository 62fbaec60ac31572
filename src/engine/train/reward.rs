//! Continuations that are ranked, and the reward that their rankings teach.

use std::{collections::HashSet, rc::Rc};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{
    floats::decoder_in_floats,
    writing::{end_of, openings, read_out, write},
};
use crate::{
    engine::{loaded::Loaded, pause::pause},
    error::{Allowed, BadRequestReason, LecternError, Result},
    learning::{Judge, Pair, RewardModel, Taste, mean_state, pairs, with_noise, written_states},
    models::Gpt2,
    progress::CancelToken,
    protocol::{Continuation, ContinueOptions, Ranking, Raters, Rewarded},
};

/// Texts that are read without a break.
const PART: usize = 4;
/// Most texts and continuations of a request: their states are kept.
const MOST: usize = 4096;

/// What a decoder wrote after several texts, for rankings.
pub(in crate::engine) struct Continuations {
    loaded: Rc<Loaded>,
    /// The decoder with weights in floats.
    model: Gpt2,
    /// Continuations of each text.
    count: usize,
    /// The last states of each continuation's tokens, text by text, `[tokens, width]`.
    states: Vec<Vec<f32>>,
    /// The mean states, `[continuations, width]`.
    means: Vec<f32>,
    texts: Vec<String>,
}

/// A reward, and the decoder whose states it reads.
pub(in crate::engine) struct Reward {
    pub(super) loaded: Rc<Loaded>,
    pub(super) model: Gpt2,
    pub(super) judge: Judge,
}

impl Continuations {
    /// Lets a decoder continue texts.
    pub(super) async fn write(
        loaded: &Rc<Loaded>,
        texts: &[String],
        options: &ContinueOptions,
        cancel: &CancelToken,
    ) -> Result<(Self, Vec<Vec<Continuation>>)> {
        let ContinueOptions { count, tokens, .. } = *options;
        check_count("count", count, MOST / texts.len().max(1))?;
        check_count("tokens", tokens, loaded.info.context)?;
        let model = decoder_in_floats(loaded.decoder()?, cancel).await?;
        let openings = openings(loaded, texts, tokens)?;
        let each: Vec<&[u32]> =
            openings.iter().flat_map(|ids| std::iter::repeat_n(&ids[..], count)).collect();
        let end = end_of(loaded, &model);
        let mut random = ChaCha8Rng::seed_from_u64(options.seed.into());
        let written = write(&model, &each, tokens, end, &mut random, cancel).await?;
        let mut states = Vec::with_capacity(written.len());
        for part in written.chunks(PART) {
            pause().await;
            cancel.check()?;
            states.extend(written_states(&model, part));
        }
        let taste = Taste::new(options.taste.iter().map(String::as_str));
        let found: Vec<Continuation> = written
            .iter()
            .map(|written| {
                let (tokens, text) = read_out(loaded, written, end);
                Continuation { tokens, worth: taste.worth(&text), text }
            })
            .collect();
        let width = model.config.n_embd;
        let means =
            states.iter().flat_map(|it| mean_state(it, width).expect("a token was written"));
        let kept = Self {
            loaded: Rc::clone(loaded),
            count,
            means: means.collect(),
            texts: found.iter().map(|it| it.text.clone()).collect(),
            model,
            states,
        };
        Ok((kept, found.chunks(count).map(<[Continuation]>::to_vec).collect()))
    }

    /// Fits a reward to rankings, of people and by rule. The handle of what is returned is not set.
    pub(super) fn rewarded(
        &self,
        rankings: Vec<Ranking>,
        raters: &Raters,
        l2: f64,
    ) -> Result<(Reward, Rewarded)> {
        if !(l2.is_finite() && l2 > 0.0) {
            return Err(LecternError::bad_option("l2", l2, Allowed::Above { limit: 0.0 }));
        }
        if !(0.0..=1.0).contains(&raters.noise) {
            let allowed = Allowed::Between { least: 0.0, most: 1.0 };
            return Err(LecternError::bad_option("noise", raters.noise, allowed));
        }
        rankings.iter().try_for_each(|ranking| self.check(ranking))?;
        let rankings = self.rated(rankings, raters);
        if rankings.is_empty() {
            return Err(LecternError::bad_request(BadRequestReason::NoExamples));
        }
        let of_ranking = |ranking: &Ranking| {
            pairs(
                &ranking.order.iter().map(|it| ranking.text * self.count + it).collect::<Vec<_>>(),
            )
        };
        let learnt: Vec<Pair> = rankings.iter().flat_map(of_ranking).collect();
        let model = RewardModel::fit(&self.means, self.model.config.n_embd, &learnt, l2);
        let right = model.pairs_right(&self.means, &learnt);
        let tests = self.tests(&rankings, raters);
        let tested = (!tests.is_empty()).then(|| model.pairs_right(&self.means, &tests));
        let judge = Judge::new(model, &self.means);
        let shares = |states: &Vec<f32>| {
            judge.shares(states).into_iter().map(|share| share as f32).collect()
        };
        let shares: Vec<Vec<f32>> = self.states.iter().map(shares).collect();
        let rewarded = Rewarded {
            reward: 0,
            rankings,
            pairs: learnt.len(),
            right,
            tested,
            shares: shares.chunks(self.count).map(<[Vec<f32>]>::to_vec).collect(),
        };
        let (loaded, model) = (Rc::clone(&self.loaded), self.model.clone());
        Ok((Reward { loaded, model, judge }, rewarded))
    }

    /// Refuses what does not name each continuation of a text once.
    fn check(&self, ranking: &Ranking) -> Result<()> {
        let named: HashSet<usize> = ranking.order.iter().copied().collect();
        let is_whole = ranking.order.len() == self.count && named.len() == self.count;
        let is_known = ranking.text * self.count < self.texts.len();
        if is_known && is_whole && named.iter().all(|it| *it < self.count) {
            return Ok(());
        }
        Err(LecternError::bad_request(BadRequestReason::NotARanking { text: ranking.text }))
    }

    /// The continuations of a text.
    fn of_text(&self, text: usize) -> Vec<&str> {
        let own = text * self.count..(text + 1) * self.count;
        self.texts[own].iter().map(String::as_str).collect()
    }

    fn unranked(&self, rankings: &[Ranking]) -> Vec<usize> {
        let ranked: HashSet<usize> = rankings.iter().map(|ranking| ranking.text).collect();
        (0..self.texts.len() / self.count).filter(|text| !ranked.contains(text)).collect()
    }

    /// Rankings of people, and of raters by rule until there are enough. A text's ranking does not depend on how many
    /// others there are.
    fn rated(&self, mut rankings: Vec<Ranking>, raters: &Raters) -> Vec<Ranking> {
        let taste = Taste::new(raters.taste.iter().map(String::as_str));
        let missing = raters.rankings.saturating_sub(rankings.len());
        for text in self.unranked(&rankings).into_iter().take(missing) {
            let mut random = ChaCha8Rng::seed_from_u64(raters.seed.into());
            random.set_stream(text as u64);
            let order = taste.ranking(&self.of_text(text), &mut random);
            let order = with_noise(order, raters.noise, &mut random);
            rankings.push(Ranking { text, order });
        }
        rankings
    }

    /// The pairs of unranked continuations that are not worth the same by the raters' rule.
    fn tests(&self, rankings: &[Ranking], raters: &Raters) -> Vec<Pair> {
        let taste = Taste::new(raters.taste.iter().map(String::as_str));
        let worth: Vec<f64> = self.texts.iter().map(|text| taste.worth(text)).collect();
        let of_text = |text: usize| {
            let own = text * self.count..(text + 1) * self.count;
            let worth = &worth;
            own.clone().flat_map(move |better| {
                let is_worse = move |worse: &usize| worth[better] > worth[*worse];
                own.clone().filter(is_worse).map(move |worse| Pair { better, worse })
            })
        };
        self.unranked(rankings).into_iter().flat_map(of_text).collect()
    }
}

/// Refuses a count of 0 or above a limit.
pub(super) fn check_count(option: &str, given: usize, most: usize) -> Result<()> {
    if (1..=most).contains(&given) {
        return Ok(());
    }
    let allowed = Allowed::WholeBetween { least: 1, most: most as u64 };
    Err(LecternError::bad_option(option, given, allowed))
}
