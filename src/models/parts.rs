//! A model taken apart again: all of its tensors, by the names that a checkpoint gives them.

use std::ops::Range;

use burn::{module::Param, tensor::Tensor};

use super::{
    Bert, Gpt2,
    layers::{LayerNorm, Linear},
};
use crate::kernels::Weight;

/// A tensor of a model.
#[derive(Debug)]
pub struct Part<'a> {
    /// GPT-2's or BERT's name for it.
    pub name: String,
    /// The tensor.
    pub values: Values<'a>,
}

/// The tensor of a part.
#[derive(Debug)]
pub enum Values<'a> {
    /// Rows of a matrix: all of them, or those of the query, key or value.
    Matrix {
        /// `[outputs, inputs]`
        weight: &'a Weight,
        /// Which outputs.
        rows: Range<usize>,
        /// Do the architecture's own files have a column for each output?
        is_conv1d: bool,
    },
    /// A part of a vector.
    Vector {
        /// The vector.
        vector: &'a Param<Tensor<1>>,
        /// Which of its numbers.
        range: Range<usize>,
    },
    /// A table of which rows are read.
    Table(&'a Param<Tensor<2>>),
}

/// Collects parts.
#[derive(Default)]
struct Parts<'a> {
    parts: Vec<Part<'a>>,
    is_conv1d: bool,
}

impl<'a> Parts<'a> {
    fn push(&mut self, name: impl Into<String>, values: Values<'a>) {
        self.parts.push(Part { name: name.into(), values });
    }

    fn matrix(&mut self, name: &str, weight: &'a Weight) {
        let rows = 0..weight.shape()[0];
        self.push(name, Values::Matrix { weight, rows, is_conv1d: false });
    }

    fn vector(&mut self, name: String, vector: &'a Param<Tensor<1>>) {
        let range = 0..vector.val().dims()[0];
        self.push(name, Values::Vector { vector, range });
    }

    fn linear(&mut self, name: &str, linear: &'a Linear) {
        self.part_of_linear(name, linear, (0, 1));
    }

    /// One of so many parts of equal size.
    fn part_of_linear(&mut self, name: &str, linear: &'a Linear, (part, of): (usize, usize)) {
        let rows = linear.weight.shape()[0] / of;
        let rows = part * rows..(part + 1) * rows;
        let (weight, range) = (&linear.weight, rows.clone());
        let is_conv1d = self.is_conv1d;
        self.push(format!("{name}.weight"), Values::Matrix { weight, rows, is_conv1d });
        self.push(format!("{name}.bias"), Values::Vector { vector: &linear.bias, range });
    }

    fn norm(&mut self, name: &str, norm: &'a LayerNorm) {
        self.vector(format!("{name}.weight"), &norm.gain);
        self.vector(format!("{name}.bias"), &norm.shift);
    }
}

impl Gpt2 {
    /// All of its tensors.
    pub fn parts(&self) -> Vec<Part<'_>> {
        let mut parts = Parts { is_conv1d: true, ..Parts::default() };
        parts.matrix("wte.weight", &self.token_embedding);
        parts.push("wpe.weight", Values::Table(&self.position_embedding));
        for (number, layer) in self.layers.iter().enumerate() {
            let at = |part: &str| format!("h.{number}.{part}");
            parts.norm(&at("ln_1"), &layer.attention_norm);
            parts.linear(&at("attn.c_attn"), &layer.attention.query_key_value);
            parts.linear(&at("attn.c_proj"), &layer.attention.projection);
            parts.norm(&at("ln_2"), &layer.feed_forward_norm);
            parts.linear(&at("mlp.c_fc"), &layer.feed_forward.expand);
            parts.linear(&at("mlp.c_proj"), &layer.feed_forward.contract);
        }
        parts.norm("ln_f", &self.final_norm);
        if let Some(head) = &self.head {
            parts.matrix("lm_head.weight", head);
        }
        parts.parts
    }
}

impl Bert {
    /// All of its tensors; query, key and value are three.
    pub fn parts(&self) -> Vec<Part<'_>> {
        let mut parts = Parts::default();
        parts.matrix("embeddings.word_embeddings.weight", &self.token_embedding);
        let positions = Values::Table(&self.position_embedding);
        parts.push("embeddings.position_embeddings.weight", positions);
        if self.config.has_types() {
            let types = Values::Table(&self.type_embedding);
            parts.push("embeddings.token_type_embeddings.weight", types);
        }
        parts.norm("embeddings.LayerNorm", &self.embedding_norm);
        for (number, layer) in self.layers.iter().enumerate() {
            let at = |part: &str| format!("encoder.layer.{number}.{part}");
            let together = &layer.attention.query_key_value;
            for (part, name) in ["query", "key", "value"].into_iter().enumerate() {
                parts.part_of_linear(&at(&format!("attention.self.{name}")), together, (part, 3));
            }
            parts.linear(&at("attention.output.dense"), &layer.attention.projection);
            parts.norm(&at("attention.output.LayerNorm"), &layer.attention_norm);
            parts.linear(&at("intermediate.dense"), &layer.feed_forward.expand);
            parts.linear(&at("output.dense"), &layer.feed_forward.contract);
            parts.norm(&at("output.LayerNorm"), &layer.feed_forward_norm);
        }
        let heads =
            [("pooler.dense", &self.pooler), ("cls.seq_relationship", &self.next_sentence_head)];
        for (name, head) in heads {
            if let Some(head) = head {
                parts.linear(name, head);
            }
        }
        if let Some(head) = &self.masked_head {
            parts.linear("cls.predictions.transform.dense", &head.transform);
            parts.norm("cls.predictions.transform.LayerNorm", &head.norm);
            if let Some(decoder) = &head.decoder {
                parts.matrix("cls.predictions.decoder.weight", decoder);
            }
            parts.vector("cls.predictions.bias".into(), &head.bias);
        }
        parts.parts
    }
}
