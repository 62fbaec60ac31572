//! From a loss to the gradients of a model's tensors. The loss and its gradient at the model's outputs are written out
//! ([`super::soft_loss`] and the others); from there Burn's tape goes back through the model.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Gradients, Tensor, TensorData},
};

use super::adam::{Adam, AdamOptions, clip};

/// An output of a model, row-major, and the loss's gradient at each of its numbers.
pub type Slope = (Tensor<2>, Vec<f32>);

/// The gradients of a model's float tensors, in the order in which it visits them; `None` for those that had no part in
/// the outputs.
#[derive(Debug, Clone, Default)]
pub struct ModelGradients(Vec<Option<Vec<f32>>>);

impl ModelGradients {
    /// Goes back from outputs that the model computed.
    ///
    /// # Panics
    /// If there are no outputs, a gradient has not its output's size, or the model's tensors are not on an autodiff
    /// device.
    pub fn of<M: Module>(model: &M, outputs: Vec<Slope>) -> Self {
        let mut collected =
            Collected { gradients: sum_of_slopes(outputs).backward(), found: Vec::new() };
        model.visit(&mut collected);
        Self(collected.found)
    }

    /// Adds those of another part of a batch.
    pub fn add(&mut self, other: Self) {
        if self.0.is_empty() {
            return *self = other;
        }
        for (sum, part) in self.0.iter_mut().zip(other.0) {
            match (sum.as_mut(), part) {
                (Some(sum), Some(part)) => {
                    sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
                }
                (None, part) => *sum = part,
                (Some(_), None) => {}
            }
        }
    }

    /// Multiplies all by a number.
    pub fn scale(&mut self, factor: f32) {
        self.0.iter_mut().flatten().flatten().for_each(|gradient| *gradient *= factor);
    }
}

/// A scalar whose gradient at each output is the loss's: the outputs times their slopes, added up.
///
/// # Panics
/// If there are no outputs, or a gradient has not its output's size.
pub fn sum_of_slopes(outputs: Vec<Slope>) -> Tensor<1> {
    let products = outputs.into_iter().map(|(output, gradient)| {
        let constant = TensorData::new(gradient, output.dims());
        let constant = Tensor::from_data(constant, &output.device());
        (output * constant).sum()
    });
    products.reduce(|sum, product| sum + product).expect("an output")
}

/// A tensor's numbers. On the CPU they are there at once.
pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.without_autodiff().into_data().try_into_vec().expect("floats on the CPU")
}

struct Collected {
    gradients: Gradients,
    found: Vec<Option<Vec<f32>>>,
}

impl ModuleVisitor for Collected {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        self.found.push(parameter.val().grad_remove(&mut self.gradients).map(numbers));
    }
}

/// AdamW over all tensors of a model, after clipping by their common norm.
#[derive(Debug, Default)]
pub struct Optimizer {
    /// The settings. Decay is for tensors of two axes only: biases and normalizations have none.
    pub options: AdamOptions,
    /// The largest norm of all gradients together.
    pub largest_norm: Option<f64>,
    moments: Vec<Adam>,
}

impl Optimizer {
    /// An optimizer before its first step.
    pub fn new(options: AdamOptions, largest_norm: Option<f64>) -> Self {
        Self { options, largest_norm, moments: Vec::new() }
    }

    /// Changes the model by one step of this rate. Returns it with the gradients' norm before clipping. Tensors without
    /// a gradient stay as they are.
    pub fn step<M: Module>(&mut self, model: M, gradients: ModelGradients, rate: f64) -> (M, f64) {
        let mut gradients = gradients.0;
        let mut all: Vec<&mut [f32]> =
            gradients.iter_mut().flatten().map(Vec::as_mut_slice).collect();
        let norm = clip(&mut all, self.largest_norm.unwrap_or(f64::INFINITY));
        self.moments.resize_with(gradients.len(), Adam::default);
        let (options, moments) = (self.options, &mut self.moments);
        let mut update = Update { gradients, moments, options, rate, index: 0 };
        (model.map(&mut update), norm)
    }
}

struct Update<'a> {
    gradients: Vec<Option<Vec<f32>>>,
    moments: &'a mut [Adam],
    options: AdamOptions,
    rate: f64,
    index: usize,
}

impl ModuleMapper for Update<'_> {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let index = self.index;
        self.index += 1;
        let Some(gradient) = self.gradients[index].take() else { return parameter };
        let decay = if D >= 2 { self.options.decay } else { 0.0 };
        let options = AdamOptions { decay, ..self.options };
        let (moments, rate) = (&mut self.moments[index], self.rate);
        parameter.map(|tensor| {
            let (shape, device) = (tensor.dims(), tensor.device());
            let mut values = numbers(tensor);
            moments.step(&mut values, &gradient, rate, &options);
            Tensor::from_data(TensorData::new(values, shape), &device).require_grad()
        })
    }
}
