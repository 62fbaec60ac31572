//! The demos, the stops of the lecture that they belong to, and the names of both in the address.

use super::Slot;

/// A demo; each has a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demo {
    /// Classes taught to a pre-trained encoder.
    Teach,
    /// Text continued by a decoder.
    Generate,
    /// Sentences compared by their vectors.
    Sentences,
    /// The two readers of an ELMo.
    Readers,
    /// One word in many sentences.
    Words,
    /// Masked words.
    Mask,
    /// Next sentence prediction.
    Next,
    /// An encoder beside a decoder.
    Compare,
    /// Students that learn from a teacher.
    Distil,
    /// A model that follows people's preferences.
    Align,
    /// A row of weights on a number line.
    Number,
    /// A matrix before and after quantization.
    Layer,
    /// A whole model in fewer bits.
    Squeezed,
    /// Memory that a model needs.
    Size,
    /// The models that the browser keeps for all demos; no demo of the lecture itself.
    Models,
}

/// A stop of the lecture that has demos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Pre-trained, then adapted.
    Transfer,
    /// Word vectors in context.
    Elmo,
    /// The encoder.
    Bert,
    /// The decoder.
    Gpt2,
    /// Encoder and decoder side by side.
    Comparison,
    /// Small models that imitate large ones.
    Distillation,
    /// Fewer bits.
    Quantization,
    /// What people want of a model.
    Alignment,
}

/// The names of the parameters that choose a model.
#[derive(Debug, Clone, Copy)]
pub struct ModelParameters {
    /// Name of the parameter for the model.
    pub model: &'static str,
    /// Name of the parameter for the scheme of its weights.
    pub weights: &'static str,
}

impl Stop {
    /// All stops, in the order of the lecture.
    pub const ALL: [Self; 8] = [
        Self::Transfer,
        Self::Elmo,
        Self::Bert,
        Self::Gpt2,
        Self::Comparison,
        Self::Distillation,
        Self::Quantization,
        Self::Alignment,
    ];

    /// Returns the stop's demos, at least one.
    pub fn demos(self) -> &'static [Demo] {
        match self {
            Self::Transfer => &[Demo::Teach],
            Self::Elmo => &[Demo::Readers, Demo::Words],
            Self::Bert => &[Demo::Mask, Demo::Next, Demo::Sentences],
            Self::Gpt2 => &[Demo::Generate],
            Self::Comparison => &[Demo::Compare],
            Self::Distillation => &[Demo::Distil],
            Self::Quantization => &[Demo::Number, Demo::Layer, Demo::Squeezed, Demo::Size],
            Self::Alignment => &[Demo::Align],
        }
    }
}

impl Demo {
    /// Returns the demo's name in the address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Teach => "teach",
            Self::Generate => "generate",
            Self::Sentences => "sentences",
            Self::Readers => "readers",
            Self::Words => "words",
            Self::Mask => "mask",
            Self::Next => "next",
            Self::Compare => "compare",
            Self::Distil => "distil",
            Self::Align => "align",
            Self::Number => "number",
            Self::Layer => "layer",
            Self::Squeezed => "squeezed",
            Self::Size => "size",
            Self::Models => "models",
        }
    }

    /// Returns the slot that the address parameters `model` and `weights` apply to; `None` for a demo without a model.
    fn slot(self) -> Option<Slot> {
        match self {
            Self::Generate | Self::Compare | Self::Layer | Self::Squeezed | Self::Align => {
                Some(Slot::Decoder)
            }
            Self::Sentences | Self::Words | Self::Teach => Some(Slot::Sentences),
            Self::Readers => Some(Slot::Readers),
            Self::Mask | Self::Next | Self::Distil => Some(Slot::Masked),
            Self::Number | Self::Size | Self::Models => None,
        }
    }

    /// Returns the names of the address parameters for a slot's model and its weights.
    pub fn parameters_of(self, slot: Slot) -> Option<ModelParameters> {
        match (self, slot) {
            _ if self.slot() == Some(slot) => {
                Some(ModelParameters { model: "model", weights: "weights" })
            }
            (Self::Compare, Slot::Masked) => {
                Some(ModelParameters { model: "encoder", weights: "encoderWeights" })
            }
            (Self::Align, Slot::Beside) => {
                Some(ModelParameters { model: "beside", weights: "besideWeights" })
            }
            _ => None,
        }
    }

    /// Returns the demo with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = Stop::ALL.into_iter().flat_map(Stop::demos).copied();
        all.chain([Self::Models]).find(|demo| demo.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all() -> Vec<Demo> {
        let of_stops = Stop::ALL.into_iter().flat_map(Stop::demos).copied();
        of_stops.chain([Demo::Models]).collect()
    }

    #[test]
    fn every_demo_is_found_by_a_name_of_its_own() {
        for demo in all() {
            assert_eq!(Demo::from_name(demo.name()), Some(demo));
        }
        for name in ["", "Generate", "generate ", "карта", "toString"] {
            assert_eq!(Demo::from_name(name), None, "{name}");
        }
        let names: BTreeSet<&str> = all().into_iter().map(Demo::name).collect();
        assert_eq!(names.len(), all().len());
    }

    #[test]
    fn parameters_of_two_models_do_not_mix() {
        for demo in all() {
            let parameters = Slot::ALL.into_iter().filter_map(|slot| demo.parameters_of(slot));
            let names: Vec<&str> = parameters.flat_map(|it| [it.model, it.weights]).collect();
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{demo:?}");
            let needs_none = [Demo::Number, Demo::Size, Demo::Models].contains(&demo);
            assert_eq!(names.is_empty(), needs_none, "{demo:?}");
        }
    }
}
