//! A classifier's head over frozen features: the one optimum of softmax regression with L2.

use super::{
    assert_close, assert_near,
    case::{Case, count, number, single},
};
use crate::learning::Head;

pub(super) fn check(case: &Case) {
    let (expected, tensors) = (case.expected(), case.tensors());
    let (features, labels) = (tensors.get("features").1, tensors.labels("labels"));
    let penalty = number(&expected["l2"]);
    let head = Head::fit(features, &labels, count(&expected["classes"]), penalty);
    assert_close(&case.what("W"), &single(&head.weights), tensors.get("W").1, 1e-3);
    assert_close(&case.what("b"), &single(&head.bias), tensors.get("b").1, 1e-3);
    let loss = head.objective(features, &labels, penalty);
    assert_near(&case.what("loss"), loss, number(&expected["loss"]), 1e-5);
    let (shape, tests) = tensors.get("test_features");
    let predictions = tensors.labels("test_predictions");
    let mut shares = Vec::new();
    for (vector, prediction) in tests.chunks_exact(shape[1]).zip(predictions) {
        let mut logits = head.logits(vector);
        shares.extend(single(&head.probabilities(vector)));
        let own = logits.swap_remove(prediction);
        let best_other = logits.into_iter().fold(f64::NEG_INFINITY, f64::max);
        assert!(own - best_other > -2e-3, "{}", case.what("a prediction"));
    }
    let name = "test_probabilities";
    assert_close(&case.what(name), &shares, tensors.get(name).1, 1e-3);
}
