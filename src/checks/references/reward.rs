//! A linear reward model: the one optimum of the pairwise loss with L2, each token's share, and the pairs right.

use super::{
    assert_close, assert_near,
    case::{Case, Tensors, list, number, single},
};
use crate::learning::{Pair, RewardModel, mean_state, pairs};

/// Margin from which on a pair's order is compared exactly.
const CLEAR: f64 = 2e-3;

/// Rankings with the states of their answers' tokens.
struct Rankings {
    width: usize,
    /// The counted states of each answer.
    answers: Vec<Vec<f32>>,
    /// The rows of the padded states that are counted, of each answer.
    counted: Vec<Vec<usize>>,
    /// Mean states, `[answers, width]`.
    means: Vec<f32>,
    pairs: Vec<Pair>,
}

impl Rankings {
    fn read(tensors: &Tensors, prefix: &str) -> Self {
        let (shape, states) = tensors.get(&format!("{prefix}states"));
        let mask = tensors.get(&format!("{prefix}mask")).1;
        let [_, per_ranking, tokens, width] = *shape else { panic!("states of {shape:?}") };
        let counted: Vec<Vec<usize>> = (0..mask.len() / tokens)
            .map(|answer| answer * tokens..(answer + 1) * tokens)
            .map(|rows| rows.filter(|row| mask[*row] > 0.0).collect())
            .collect();
        let answers: Vec<Vec<f32>> = counted
            .iter()
            .map(|rows| rows.iter().flat_map(|row| &states[row * width..][..width]))
            .map(|states| states.copied().collect())
            .collect();
        let mean = |answer: &Vec<f32>| mean_state(answer, width).expect("counted tokens");
        let means = answers.iter().flat_map(mean).collect();
        let orders = tensors.labels(&format!("{prefix}order"));
        let orders = orders.chunks_exact(per_ranking).enumerate();
        let of_ranking = |(ranking, order): (usize, &[usize])| {
            pairs(&order.iter().map(|it| ranking * per_ranking + it).collect::<Vec<_>>())
        };
        let pairs = orders.flat_map(of_ranking).collect();
        Self { width, answers, counted, means, pairs }
    }

    fn rewards(&self, model: &RewardModel) -> Vec<f64> {
        self.means.chunks_exact(self.width).map(|mean| model.reward(mean)).collect()
    }
}

pub(super) fn check(case: &Case) {
    let (expected, tensors) = (case.expected(), case.tensors());
    let learnt = Rankings::read(&tensors, "");
    let held_out = Rankings::read(&tensors, "heldout.");
    for (index, run) in list(&expected["cases"]).iter().enumerate() {
        let what = |name: &str| case.what(&format!("case {index} {name}"));
        let close = |name: &str, found: &[f64]| {
            let expected = tensors.get(&format!("{index}.{name}")).1;
            assert_close(&what(name), &single(found), expected, 1e-3);
        };
        let l2 = number(&run["l2"]);
        let model = RewardModel::fit(&learnt.means, learnt.width, &learnt.pairs, l2);
        close("u", &model.weights);
        close("rewards", &learnt.rewards(&model));
        close("heldout.rewards", &held_out.rewards(&model));
        let loss = |l2| model.objective(&learnt.means, &learnt.pairs, l2);
        assert_near(&what("loss"), loss(l2), number(&run["loss"]), 1e-5);
        assert_near(&what("loss without L2"), loss(0.0), number(&run["loss_without_l2"]), 1e-3);

        let mut shares = vec![0.0; tensors.get("mask").1.len()];
        for (answer, rows) in learnt.answers.iter().zip(&learnt.counted) {
            let found = model.shares(answer);
            rows.iter().zip(found).for_each(|(row, share)| shares[*row] = share);
        }
        close("contributions", &shares);
        let rewards = held_out.rewards(&model);
        let probability =
            |pair: &Pair| 1.0 / (1.0 + (rewards[pair.worse] - rewards[pair.better]).exp());
        let probabilities: Vec<f64> = held_out.pairs.iter().map(probability).collect();
        close("heldout.pair_probabilities", &probabilities);
        if number(&run["smallest_margin"]) > CLEAR {
            for (name, of) in [("pair_accuracy", &learnt), ("heldout.pair_accuracy", &held_out)] {
                let found = model.pairs_right(&of.means, &of.pairs);
                assert_near(&what(name), found, number(&run[name]), 1e-9);
            }
        }
    }
}
