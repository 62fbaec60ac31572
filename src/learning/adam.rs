//! Adam with decoupled decay (Loshchilov and Hutter 2019, algorithm 2), in one pass over parameters and gradients.

use serde::{Deserialize, Serialize};

/// The settings; PyTorch's defaults.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AdamOptions {
    /// Decay of the mean of the gradients.
    pub beta1: f64,
    /// Decay of the mean of their squares.
    pub beta2: f64,
    /// Added to the root, after the correction of the bias.
    pub epsilon: f64,
    /// Share of a parameter that a step takes away, times the rate.
    pub decay: f64,
}

impl Default for AdamOptions {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.0 }
    }
}

/// The moments of one parameter tensor.
#[derive(Debug, Clone, Default)]
pub struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    steps: i32,
}

impl Adam {
    /// Changes the parameters by one step of this rate. The first step sets the number of parameters.
    pub fn step(
        &mut self,
        parameters: &mut [f32],
        gradients: &[f32],
        rate: f64,
        options: &AdamOptions,
    ) {
        self.mean.resize(parameters.len(), 0.0);
        self.square.resize(parameters.len(), 0.0);
        self.steps += 1;
        let AdamOptions { beta1, beta2, epsilon, decay } = *options;
        let step_size = (rate / (1.0 - beta1.powi(self.steps))) as f32;
        let root = (1.0 / (1.0 - beta2.powi(self.steps)).sqrt()) as f32;
        let kept = (1.0 - rate * decay) as f32;
        let (beta1, beta2, epsilon) = (beta1 as f32, beta2 as f32, epsilon as f32);
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for ((parameter, &gradient), (mean, square)) in
            parameters.iter_mut().zip(gradients).zip(moments)
        {
            *mean += (1.0 - beta1) * (gradient - *mean);
            *square += (1.0 - beta2) * (gradient * gradient - *square);
            *parameter = *parameter * kept - step_size * *mean / (square.sqrt() * root + epsilon);
        }
    }
}

/// Scales gradients whose common norm is above `largest` down to it (Pascanu et al. 2013), as PyTorch does. Returns
/// the norm before.
pub fn clip(gradients: &mut [&mut [f32]], largest: f64) -> f64 {
    let squares = gradients.iter().flat_map(|it| it.iter()).map(|it| f64::from(*it).powi(2));
    let norm = squares.sum::<f64>().sqrt();
    let scale = (largest / (norm + 1e-6)).min(1.0) as f32;
    if scale < 1.0 {
        gradients.iter_mut().flat_map(|it| it.iter_mut()).for_each(|it| *it *= scale);
    }
    norm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_is_as_long_as_the_rate() {
        let mut adam = Adam::default();
        let mut parameters = [1.0, 1.0, 1.0];
        adam.step(&mut parameters, &[5.0, -0.001, 0.0], 0.1, &AdamOptions::default());
        assert!((parameters[0] - 0.9).abs() < 1e-6 && (parameters[1] - 1.1).abs() < 1e-4);
        assert_eq!(parameters[2], 1.0);
    }

    #[test]
    fn decay_shrinks_without_a_gradient() {
        let mut adam = Adam::default();
        let mut parameters = [2.0];
        let options = AdamOptions { decay: 0.5, ..AdamOptions::default() };
        adam.step(&mut parameters, &[0.0], 0.1, &options);
        assert!((parameters[0] - 1.9).abs() < 1e-6);
    }

    #[test]
    fn a_common_norm_is_clipped() {
        let (mut first, mut second) = ([3.0], [0.0, 4.0]);
        assert_eq!(clip(&mut [&mut first, &mut second], 1.0), 5.0);
        assert!((first[0] - 0.6).abs() < 1e-6 && (second[1] - 0.8).abs() < 1e-6);
        assert!((clip(&mut [&mut first, &mut second], 2.0) - 1.0).abs() < 1e-6);
        assert!((first[0] - 0.6).abs() < 1e-6);
    }
}
