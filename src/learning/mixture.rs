//! ELMo's mixture of layers, trained with a linear probe on frozen layer vectors (Peters et al. 2018, section 3.2):
//! logits = U (γ Σⱼ softmax(w)ⱼ hⱼ) + b, by full-batch Adam on w, γ, U and b together.

use serde::{Deserialize, Serialize};

use super::adam::{Adam, AdamOptions};
use super::softmax::{log_softmax, softmax};

/// The settings of the training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MixerOptions {
    /// Rate of every step.
    pub rate: f64,
    /// Factor of Σ w², before the softmax: a large one keeps the layers' shares equal.
    pub l2: f64,
    /// Whether w and γ are trained; without, the probe alone is.
    pub mixes: bool,
}

/// The parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixer {
    /// w, one for each layer.
    pub scalars: Vec<f32>,
    /// γ.
    pub gamma: f32,
    /// U, row-major `[classes, width]`.
    pub probe: Vec<f32>,
    /// b, `[classes]`.
    pub bias: Vec<f32>,
}

/// A training run over examples whose layers are known.
pub struct MixerRun<'a> {
    /// The parameters, after the steps so far.
    pub mixer: Mixer,
    layers: Vec<&'a [f32]>,
    labels: &'a [usize],
    options: MixerOptions,
    moments: [Adam; 4],
}

/// The loss and the derivatives by the parameters.
struct Slopes {
    loss: f64,
    scalars: Vec<f32>,
    gamma: f32,
    probe: Vec<f32>,
    bias: Vec<f32>,
}

impl Mixer {
    /// Returns the layers' shares, softmax(w).
    pub fn shares(&self) -> Vec<f64> {
        let scalars: Vec<f64> = self.scalars.iter().map(|scalar| f64::from(*scalar)).collect();
        softmax(&scalars, 1.0)
    }

    fn logits(&self, mixed: &[f32]) -> Vec<f64> {
        let rows = self.probe.chunks_exact(mixed.len()).zip(&self.bias);
        rows.map(|(row, &bias)| f64::from(self.gamma * dot(row, mixed) + bias)).collect()
    }
}

/// Σ a · b, in sums beside each other: one sum would wait for itself at every product.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut sums = [0.0f32; LANES];
    let (eights, rest) = a.as_chunks::<LANES>();
    let (other_eights, other_rest) = b.as_chunks::<LANES>();
    for (a, b) in eights.iter().zip(other_eights) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let tail: f32 = rest.iter().zip(other_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + tail
}

/// `sum += factor · row`.
fn add(sum: &mut [f32], factor: f32, row: &[f32]) {
    sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += factor * x);
}

impl<'a> MixerRun<'a> {
    /// Begins with these parameters; every layer is row-major `[labels, width]`.
    pub fn new(
        start: Mixer,
        layers: Vec<&'a [f32]>,
        labels: &'a [usize],
        options: MixerOptions,
    ) -> Self {
        Self { mixer: start, layers, labels, options, moments: Default::default() }
    }

    fn width(&self) -> usize {
        self.mixer.probe.len() / self.mixer.bias.len().max(1)
    }

    /// Returns the mixed vector of an example.
    fn mixed(&self, shares: &[f64], example: usize) -> Vec<f32> {
        let width = self.width();
        let mut sum = vec![0.0; width];
        for (layer, share) in self.layers.iter().zip(shares) {
            add(&mut sum, *share as f32, &layer[example * width..][..width]);
        }
        sum
    }

    /// Returns the logits of every example, with its label.
    fn answers(&self) -> impl Iterator<Item = (Vec<f64>, usize)> {
        let shares = self.mixer.shares();
        let labels = self.labels.iter().enumerate();
        labels
            .map(move |(example, label)| (self.mixer.logits(&self.mixed(&shares, example)), *label))
    }

    /// Returns the mean cross-entropy with its penalty.
    pub fn loss(&self) -> f64 {
        let sum: f64 =
            self.answers().map(|(logits, label)| -log_softmax(&logits, 1.0)[label]).sum();
        sum / self.labels.len() as f64 + self.penalty()
    }

    fn penalty(&self) -> f64 {
        self.options.l2 * self.mixer.scalars.iter().map(|w| f64::from(*w).powi(2)).sum::<f64>()
    }

    /// Returns the share of the examples whose label is the likeliest.
    pub fn accuracy(&self) -> f64 {
        let is_right = |(logits, label): &(Vec<f64>, usize)| {
            let mut others = logits.iter().enumerate().filter(|(class, _)| class != label);
            others.all(|(_, logit)| *logit < logits[*label])
        };
        self.answers().filter(is_right).count() as f64 / self.labels.len() as f64
    }

    /// Returns the derivatives by w, γ, U and b.
    pub fn gradients(&self) -> [Vec<f32>; 4] {
        let Slopes { scalars, gamma, probe, bias, .. } = self.slopes();
        [scalars, vec![gamma], probe, bias]
    }

    fn slopes(&self) -> Slopes {
        let (width, count) = (self.width(), self.labels.len() as f64);
        let gamma = self.mixer.gamma;
        let shares = self.mixer.shares();
        let (mut loss, mut by_gamma) = (self.penalty(), 0.0);
        let mut by_share = vec![0.0; shares.len()];
        let mut by_probe = vec![0.0; self.mixer.probe.len()];
        let mut by_bias = vec![0.0; self.mixer.bias.len()];
        for (example, label) in self.labels.iter().enumerate() {
            let mixed = self.mixed(&shares, example);
            let logits = self.mixer.logits(&mixed);
            loss -= log_softmax(&logits, 1.0)[*label] / count;
            let mut errors = softmax(&logits, 1.0);
            errors[*label] -= 1.0;
            // The error at γ · mixed, which only the mixture needs.
            let mut back = vec![0.0; width];
            for (class, error) in errors.iter().map(|error| error / count).enumerate() {
                by_bias[class] += error;
                let row = class * width..(class + 1) * width;
                add(&mut by_probe[row.clone()], error as f32 * gamma, &mixed);
                if self.options.mixes {
                    add(&mut back, error as f32, &self.mixer.probe[row]);
                }
            }
            if self.options.mixes {
                by_gamma += f64::from(dot(&back, &mixed));
                for (slope, layer) in by_share.iter_mut().zip(&self.layers) {
                    *slope += f64::from(gamma * dot(&back, &layer[example * width..][..width]));
                }
            }
        }
        // Through the softmax: s (g − Σ s g), and the penalty before it.
        let mean: f64 = shares.iter().zip(&by_share).map(|(share, slope)| share * slope).sum();
        let scalars =
            shares.iter().zip(&by_share).zip(&self.mixer.scalars).map(|((share, slope), &w)| {
                (share * (slope - mean) + 2.0 * self.options.l2 * f64::from(w)) as f32
            });
        Slopes {
            loss,
            scalars: scalars.collect(),
            gamma: by_gamma as f32,
            probe: by_probe,
            bias: by_bias.into_iter().map(|slope: f64| slope as f32).collect(),
        }
    }

    /// Trains one step on all examples. Returns the loss before it.
    pub fn step(&mut self) -> f64 {
        let Slopes { loss, scalars, gamma, probe, bias } = self.slopes();
        let options = AdamOptions::default();
        let rate = self.options.rate;
        let [of_scalars, of_gamma, of_probe, of_bias] = &mut self.moments;
        if self.options.mixes {
            of_scalars.step(&mut self.mixer.scalars, &scalars, rate, &options);
            of_gamma.step(std::slice::from_mut(&mut self.mixer.gamma), &[gamma], rate, &options);
        }
        of_probe.step(&mut self.mixer.probe, &probe, rate, &options);
        of_bias.step(&mut self.mixer.bias, &bias, rate, &options);
        loss
    }
}
