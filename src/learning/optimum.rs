//! The lowest point of a smooth function, by L-BFGS (Liu and Nocedal 1989), which is argmin's: for what is convex, so
//! that there is one optimum and nothing to tune.

use argmin::{
    core::{CostFunction, Error, Executor, Gradient},
    solver::{linesearch::MoreThuenteLineSearch, quasinewton::LBFGS},
};

/// Pairs of steps and gradients that stand for the curvature.
const MEMORY: usize = 10;
/// Most steps: a head's or a reward's problem takes 10 to 60.
const STEPS: u64 = 500;
/// Length of the gradient at which it ends.
const TOLERANCE: f64 = 1e-7;

/// A function with its gradient.
struct Smooth<F>(F);

/// The point at which `value`, which returns a function's value and its gradient, is lowest; from `start` on.
pub(super) fn lowest(start: Vec<f64>, value: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> Vec<f64> {
    let solver: LBFGS<_, Vec<f64>, Vec<f64>, f64> =
        LBFGS::new(MoreThuenteLineSearch::new(), MEMORY);
    let Ok(solver) = solver.with_tolerance_grad(TOLERANCE) else { return start };
    let executor = Executor::new(Smooth(value), solver)
        .configure(|state| state.param(start.clone()).max_iters(STEPS));
    // It stops with an error where rounding leaves no lower point in its direction, which is the optimum too.
    let found = executor.run().ok();
    found.and_then(|found| found.state.best_param).unwrap_or(start)
}

impl<F: Fn(&[f64]) -> (f64, Vec<f64>)> CostFunction for Smooth<F> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, at: &Vec<f64>) -> Result<f64, Error> {
        Ok((self.0)(at).0)
    }
}

impl<F: Fn(&[f64]) -> (f64, Vec<f64>)> Gradient for Smooth<F> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, at: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok((self.0)(at).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_the_bottom_of_a_narrow_bowl() {
        let bowl = |at: &[f64]| {
            let (x, y) = (at[0] - 3.0, at[1] + 1.0);
            (x * x + 100.0 * y * y, vec![2.0 * x, 200.0 * y])
        };
        let found = lowest(vec![0.0, 0.0], bowl);
        assert!((found[0] - 3.0).abs() < 1e-6 && (found[1] + 1.0).abs() < 1e-6, "{found:?}");
    }
}
