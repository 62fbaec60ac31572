//! A family added as CONTRIBUTING.md describes: BERT with other names. All of it is the module below and its line in
//! the list of architectures.

use burn::tensor::{Device, Tensor, TensorData};
use serde_json::json;

use super::*;
use crate::{
    checkpoint::{Dtype, TensorHeader},
    error::LecternError,
    models::{
        Bert, BertConfig, BertInput, BertOutputOptions, Precision, Transformer, Weights,
        checkpoint::Described,
    },
    quantization::Scheme,
};

mod scratch {
    use super::*;
    use crate::models::{
        bert::tensors::*,
        table::{Dialect, Table},
    };

    static TABLE: Table<Bert, BertConfig> = Table {
        rows: &[
            &WORD_EMBEDDING.spelled(&["tokens"]),
            &POSITION_EMBEDDING.spelled(&["positions"]),
            &TYPE_EMBEDDING.spelled(&["types"]),
            &EMBEDDING_NORM.spelled(&["norm"]),
            &QUERY.spelled(&["block.{}.q"]),
            &KEY.spelled(&["block.{}.k"]),
            &VALUE.spelled(&["block.{}.v"]),
            &PROJECTION.spelled(&["block.{}.o"]),
            &ATTENTION_NORM.spelled(&["block.{}.norm_1"]),
            &EXPAND.spelled(&["block.{}.up"]),
            &CONTRACT.spelled(&["block.{}.down"]),
            &FEED_FORWARD_NORM.spelled(&["block.{}.norm_2"]),
        ],
        prefixes: &["scratch."],
        usual_prefixes: &["scratch."],
        norm_fields: None,
        layers: |config| config.num_hidden_layers,
        dialect: |_| Dialect { prefix: "scratch.", spelling: Some(0) },
    };

    pub struct Architecture;

    impl super::Architecture for Architecture {
        fn model_types(&self) -> &'static [&'static str] {
            &["scratch"]
        }

        fn read_config(&self, file: ConfigFile) -> Result<Box<dyn ModelConfig>> {
            let config = BertConfig::of_any_type(file)?;
            config.check()?;
            Ok(Described::boxed(config, &TABLE))
        }
    }
}

static WITH_SCRATCH: &[&dyn Architecture] = &[&bert::Architecture, &scratch::Architecture];

/// The names of the files of both families, in the order of the table.
const NAMES: [(&str, &str); 12] = [
    ("embeddings.word_embeddings", "tokens"),
    ("embeddings.position_embeddings", "positions"),
    ("embeddings.token_type_embeddings", "types"),
    ("embeddings.LayerNorm", "norm"),
    ("attention.self.query", "q"),
    ("attention.self.key", "k"),
    ("attention.self.value", "v"),
    ("attention.output.dense", "o"),
    ("attention.output.LayerNorm", "norm_1"),
    ("intermediate.dense", "up"),
    ("output.dense", "down"),
    ("output.LayerNorm", "norm_2"),
];

/// A BERT's name as the scratch family spells it.
fn scratch_name(name: &str) -> String {
    let (stem, field) = name.rsplit_once('.').unwrap();
    let (prefix, name) = match stem.strip_prefix("encoder.layer.") {
        Some(rest) => {
            let (layer, name) = rest.split_once('.').unwrap();
            (format!("scratch.block.{layer}."), name)
        }
        None => ("scratch.".to_owned(), stem),
    };
    let (_, spelled) = NAMES.iter().find(|(known, _)| *known == name).unwrap();
    format!("{prefix}{spelled}.{field}")
}

fn config(model_type: &str) -> Box<dyn ModelConfig> {
    let json = json!({
        "model_type": model_type, "hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 2,
        "intermediate_size": 12, "max_position_embeddings": 5, "vocab_size": 11,
    });
    let file = ConfigFile::parse(json.to_string().as_bytes()).unwrap();
    read_config_of(WITH_SCRATCH, file).unwrap()
}

/// A model whose values derive from BERT's names of its tensors.
fn build(model_type: &str, spelled: impl Fn(&str) -> String) -> Transformer {
    let precision = Precision { layers: Some(Scheme::F16), ..Precision::default() };
    let mut checkpoint = config(model_type).checkpoint(precision, Device::flex());
    for (name, shape) in checkpoint.tensors() {
        if name.starts_with("cls") || name.starts_with("pooler") {
            continue;
        }
        let seed: usize = name.bytes().map(usize::from).sum();
        let count: usize = shape.iter().product();
        let values: Vec<f32> = (0..count).map(|i| ((seed + i * 37) % 101) as f32 / 50.0).collect();
        let header =
            TensorHeader { name: spelled(&name), dtype: Dtype::F32, shape, by_output: false };
        assert!(checkpoint.begin(&header).unwrap(), "{}", header.name);
        checkpoint.values(&values).unwrap();
        checkpoint.end().unwrap();
    }
    checkpoint.finish().unwrap()
}

fn last_states(model: &Transformer) -> TensorData {
    let Transformer::Encoder(model) = model else { panic!("a BERT is an encoder") };
    let input = BertInput { ids: &[1, 7, 3, 2], types: &[0, 0, 1, 1] };
    let last: Tensor<2> = model.encode(&[input], BertOutputOptions::default()).last;
    last.into_data()
}

#[test]
fn a_family_is_a_table_and_a_line() {
    let (known, scratch) = (build("bert", str::to_owned), build("scratch", scratch_name));
    assert_eq!(last_states(&known), last_states(&scratch));

    // Listing, counting and export derive from the table too.
    let (Transformer::Encoder(known), Transformer::Encoder(scratch)) = (known, scratch) else {
        panic!("both are encoders")
    };
    assert_eq!(known.parameters(), scratch.parameters());
    assert_eq!(known.weight_bytes(), scratch.weight_bytes());
    let names = |model: &Bert| -> Vec<String> {
        model.matrices().into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names(&known), names(&scratch));
    assert_eq!(config("bert").sizes().hidden_size, config("scratch").sizes().hidden_size);
    for (bert, scratch) in known.tensors().iter().zip(scratch.tensors()) {
        assert_eq!(bert.name, scratch.name);
        assert_eq!(scratch_name(&bert.name), scratch.saved_name);
    }
}

#[test]
fn what_a_family_misses_is_named_in_its_own_words() {
    let checkpoint = config("scratch").checkpoint(Precision::default(), Device::flex());
    let Err(LecternError::MissingTensor { looked_for, .. }) = checkpoint.finish() else {
        panic!("no tensor arrived")
    };
    assert!(looked_for.contains(&"scratch.block.0.q.weight".to_owned()), "{looked_for:?}");
}

#[test]
fn an_architecture_that_no_line_names_is_refused_with_those_that_are() {
    let file = ConfigFile::parse(br#"{"model_type": "mamba"}"#).unwrap();
    let refused = read_config_of(WITH_SCRATCH, file).unwrap_err();
    assert_eq!(refused, unknown("mamba", &["bert", "distilbert", "scratch"]));
}
