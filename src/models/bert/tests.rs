//! Small checkpoints made by hand: every spelling of the names, what may be missing, what may not.

use burn::tensor::Tensor;

use super::{tensors::TABLE, *};
use crate::{
    checkpoint::{Dtype, TensorHeader, TensorSink},
    error::LecternError,
    models::Checkpoint,
    quantization::Scheme,
};

fn config(changes: &[(&str, serde_json::Value)]) -> BertConfig {
    let mut json = serde_json::json!({
        "model_type": "bert", "hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 2,
        "intermediate_size": 12, "max_position_embeddings": 5, "vocab_size": 11,
    });
    for (key, value) in changes {
        json[key] = value.clone();
    }
    BertConfig::from_json(json.to_string().as_bytes()).unwrap()
}

fn distilbert() -> BertConfig {
    config(&[("model_type", "distilbert".into())])
}

fn checkpoint(config: BertConfig) -> ModelCheckpoint<Bert> {
    config.checkpoint(Precision::default(), Device::flex())
}

fn feed(checkpoint: &mut ModelCheckpoint<Bert>, name: &str, shape: &[usize]) -> Result<bool> {
    let header = TensorHeader {
        name: name.into(),
        dtype: Dtype::F32,
        shape: shape.to_vec(),
        by_output: false,
    };
    let is_read = checkpoint.begin(&header)?;
    if is_read {
        // A tensor's values derive from its name, so that two of a model are never alike.
        let seed: usize = name.bytes().map(usize::from).sum();
        let count: usize = shape.iter().product();
        let values: Vec<f32> = (0..count).map(|i| ((seed + i * 37) % 101) as f32 / 50.0).collect();
        for chunk in values.chunks(7) {
            checkpoint.values(chunk)?;
        }
        checkpoint.end()?;
    }
    Ok(is_read)
}

/// A model of all its tensors but those that `leave_out` says, each under the name that `spelled` gives it.
fn build(
    config: BertConfig,
    leave_out: impl Fn(&str) -> bool,
    spelled: impl Fn(&str) -> String,
) -> Result<Bert> {
    let mut checkpoint = checkpoint(config);
    for (name, shape) in checkpoint.tensors() {
        if !leave_out(&name) {
            assert!(feed(&mut checkpoint, &spelled(&name), &shape)?, "{name} is skipped");
        }
    }
    checkpoint.finish()
}

fn missing(result: Result<Bert>) -> (String, Vec<String>) {
    match result {
        Err(LecternError::MissingTensor { name, looked_for }) => (name, looked_for),
        other => panic!("not a missing tensor: {other:?}"),
    }
}

#[test]
fn every_spelling_makes_the_same_sizes() {
    let whole = build(config(&[]), |_| false, str::to_owned).unwrap();
    let spellings: [fn(&str) -> String; 5] = [
        |name| format!("bert.{name}"),
        |name| format!("model.{name}"),
        |name| format!("0.auto_model.{name}"),
        |name| {
            name.replace("LayerNorm.weight", "LayerNorm.gamma")
                .replace("LayerNorm.bias", "LayerNorm.beta")
        },
        |name| TABLE.spellings(&TABLE.find(name).expect("a tensor")).pop().expect("a spelling"),
    ];
    for spelled in spellings {
        let model = build(config(&[]), |_| false, spelled).unwrap();
        assert_eq!(model.parameters(), whole.parameters());
    }
    let inside = |name: &str| format!("distilbert.{name}");
    let model = build(distilbert(), |_| false, inside).unwrap();
    assert!(model.masked_head.is_some());
    assert!(model.pooler.is_none() && model.next_sentence_head.is_none());
}

#[test]
fn weights_are_counted_once_and_zeros_never() {
    // Embeddings (11 + 5 + 2) · 8 and their norm 16; a layer of 4 · (64 + 8), 8 · 12 · 2 + 12 + 8 and two
    // norms; pooler and transform 72 each; the transform's norm; next sentence 18; the decoder's bias.
    let layer = 4 * 72 + 192 + 20 + 32;
    let model = build(config(&[]), |_| false, str::to_owned).unwrap();
    assert_eq!(model.parameters(), 144 + 16 + 2 * layer + 2 * 72 + 16 + 18 + 11);
    assert_eq!(model.weight_bytes(), 4 * model.parameters());
    let small = build(distilbert(), |name| name.starts_with("cls"), str::to_owned).unwrap();
    assert_eq!(small.parameters(), 128 + 16 + 2 * layer);
    assert_eq!(small.weight_bytes(), 4 * (small.parameters() + 8), "zeros for token types");
}

#[test]
fn a_model_without_heads_has_none() {
    let leave_out = |name: &str| name.starts_with("cls") || name.starts_with("pooler");
    let model = build(config(&[]), leave_out, str::to_owned).unwrap();
    assert!(model.pooler.is_none());
    assert!(model.masked_head.is_none());
    assert!(model.next_sentence_head.is_none());
}

#[test]
fn half_a_head_is_an_error() {
    for half in [
        "pooler.dense.bias",
        "cls.seq_relationship.weight",
        "cls.predictions.transform.dense.bias",
        "cls.predictions.transform.LayerNorm.weight",
        "cls.predictions.bias",
    ] {
        let (name, looked_for) = missing(build(config(&[]), |name| name == half, str::to_owned));
        assert_eq!(name, half);
        assert!(looked_for.contains(&format!("bert.{half}")), "{looked_for:?}");
    }
    let result = build(distilbert(), |name| name.ends_with("dense.bias"), str::to_owned);
    let (name, looked_for) = missing(result);
    assert_eq!(name, "encoder.layer.0.attention.output.dense.bias");
    let in_its_words = "distilbert.transformer.layer.0.attention.out_lin.bias";
    assert!(looked_for.contains(&in_its_words.to_owned()), "{looked_for:?}");
}

#[test]
fn each_of_query_key_and_value_must_be_there() {
    for component in ["query.weight", "key.bias", "value.weight"] {
        let left_out = format!("encoder.layer.1.attention.self.{component}");
        let result = build(config(&[]), |name| name == left_out, str::to_owned);
        assert_eq!(missing(result).0, left_out);
    }
}

#[test]
fn query_key_and_value_may_come_in_any_order_and_quantized() {
    for scheme in [None, Some(Scheme::Int8MinMax), Some(Scheme::Int8Channel), Some(Scheme::F16)] {
        let precision = Precision { query_key_value: scheme, ..Precision::default() };
        let model = |backwards: bool| {
            let mut checkpoint = config(&[]).checkpoint(precision.clone(), Device::flex());
            let mut tensors = checkpoint.tensors();
            if backwards {
                tensors.reverse();
            }
            for (name, shape) in tensors {
                feed(&mut checkpoint, &name, &shape).unwrap();
            }
            let model = checkpoint.finish().unwrap();
            let joined = &model.layers[1].attention.query_key_value;
            assert_eq!(joined.weight.shape(), [24, 8], "{scheme:?}");
            let eye: Tensor<2> = Tensor::eye(8, &Device::flex());
            joined.forward(eye, Default::default(), None).into_data()
        };
        assert_eq!(model(false), model(true), "{scheme:?}");
    }
}

#[test]
fn the_decoders_bias_has_two_names_and_both_may_come() {
    const BOTH: [&str; 2] = ["cls.predictions.bias", "cls.predictions.decoder.bias"];
    let [name, other] = BOTH;
    let renamed = |tensor: &str| if tensor == name { other.into() } else { tensor.to_owned() };
    let model = build(config(&[]), |_| false, renamed).unwrap();
    assert_eq!(model.masked_head.map(|head| head.bias.val().dims()), Some([11]));
    let mut both = checkpoint(config(&[]));
    assert!(BOTH.iter().all(|name| feed(&mut both, name, &[11]).unwrap()));
}

#[test]
fn a_part_of_the_masked_head_asks_for_the_rest() {
    for kept in ["cls.predictions.bias", "cls.predictions.transform.LayerNorm.bias"] {
        let leave_out = |name: &str| name.starts_with("cls") && name != kept;
        let (name, _) = missing(build(config(&[]), leave_out, str::to_owned));
        assert!(name.starts_with("cls.predictions.transform"), "{kept}: {name}");
    }
}

#[test]
fn a_tied_decoder_is_passed_over_and_a_free_one_is_asked_for() {
    let decoder = "cls.predictions.decoder.weight";
    assert!(!feed(&mut checkpoint(config(&[])), decoder, &[11, 8]).unwrap());
    assert!(!feed(&mut checkpoint(distilbert()), "vocab_projector.weight", &[11, 8]).unwrap());

    let free = || config(&[("tie_word_embeddings", false.into())]);
    let model = build(free(), |_| false, str::to_owned).unwrap();
    let shape = model.masked_head.and_then(|head| head.decoder).map(|decoder| decoder.shape());
    assert_eq!(shape, Some([11, 8]));
    assert_eq!(missing(build(free(), |name| name == decoder, str::to_owned)).0, decoder);
}

#[test]
fn buffers_and_others_are_passed_over() {
    for other in
        ["embeddings.position_ids", "classifier.weight", "encoder.layer.2.output.dense.bias"]
    {
        assert!(!feed(&mut checkpoint(config(&[])), other, &[1, 5]).unwrap(), "{other}");
    }
    let pooler = "distilbert.pooler.dense.weight";
    assert!(!feed(&mut checkpoint(distilbert()), pooler, &[8, 8]).unwrap());
}

#[test]
fn a_shape_that_does_not_fit_is_an_error() {
    let result = feed(&mut checkpoint(config(&[])), "bert.pooler.dense.weight", &[8, 9]);
    let expected = LecternError::ShapeMismatch {
        tensor: "bert.pooler.dense.weight".into(),
        expected: vec![8, 8],
        found: vec![8, 9],
    };
    assert_eq!(result, Err(expected));
}

#[test]
fn a_tensor_under_two_names_is_an_error() {
    let mut checkpoint = checkpoint(config(&[]));
    assert!(feed(&mut checkpoint, "bert.embeddings.LayerNorm.gamma", &[8]).unwrap());
    let again = feed(&mut checkpoint, "embeddings.LayerNorm.weight", &[8]);
    assert!(matches!(again, Err(LecternError::BadFile { .. })), "{again:?}");
}

#[test]
fn every_spelling_leads_to_one_tensor() {
    for bare in [
        "embeddings.word_embeddings.weight",
        "embeddings.LayerNorm.weight",
        "encoder.layer.11.attention.self.query.bias",
        "encoder.layer.0.output.LayerNorm.bias",
        "cls.predictions.transform.dense.weight",
        "cls.predictions.bias",
        "pooler.dense.weight",
    ] {
        let entry = TABLE.find(bare).expect("a tensor");
        for spelling in TABLE.spellings(&entry) {
            assert_eq!(TABLE.find(&spelling).map(|it| it.name()).as_deref(), Some(bare));
        }
        let exported = format!("0.auto_model.{bare}");
        assert_eq!(TABLE.find(&exported).map(|it| it.name()).as_deref(), Some(bare));
    }
    let old = TABLE.find("bert.encoder.layer.3.attention.output.LayerNorm.gamma");
    let new = "encoder.layer.3.attention.output.LayerNorm.weight";
    assert_eq!(old.map(|it| it.name()).as_deref(), Some(new));
}

#[test]
fn llama_cpp_has_names_of_its_own_but_for_heads() {
    for (ours, theirs) in [
        ("embeddings.LayerNorm.weight", "token_embd_norm.weight"),
        ("encoder.layer.2.output.dense.weight", "blk.2.ffn_down.weight"),
        ("encoder.layer.2.attention.self.key.bias", "blk.2.attn_k.bias"),
        ("encoder.layer.3.output.LayerNorm.bias", "blk.3.layer_output_norm.bias"),
    ] {
        let entry = TABLE.find(ours).expect("a tensor");
        assert_eq!(entry.gguf_name().as_deref(), Some(theirs));
        assert_eq!(TABLE.find(theirs).map(|it| it.name()).as_deref(), Some(ours));
    }
    for head in ["cls.predictions.bias", "pooler.dense.weight"] {
        assert_eq!(TABLE.find(head).and_then(|it| it.gguf_name()), None);
    }
    assert!(TABLE.find("blk.2.attn_qkv.weight").is_none());
}

#[test]
fn a_model_taken_apart_has_every_tensor_under_its_files_names() {
    let names = |config: BertConfig, leave_out: fn(&str) -> bool| {
        let model = build(config, leave_out, str::to_owned).unwrap();
        let tensors = model.tensors();
        let named =
            |tensor: &ModelTensor<'_>| (tensor.saved_name.clone(), tensor.gguf_name.clone());
        tensors.iter().map(named).collect::<Vec<_>>()
    };
    let has = |names: &[(String, Option<String>)], saved: &str, gguf: Option<&str>| {
        let found = names.iter().find(|(name, _)| name == saved);
        assert_eq!(found.map(|(_, name)| name.as_deref()), Some(gguf), "{saved}");
    };
    let whole = names(config(&[]), |_| false);
    assert_eq!(whole.len(), checkpoint(config(&[])).tensors().len());
    has(&whole, "bert.pooler.dense.weight", Some("pooler.dense.weight"));
    has(&whole, "cls.predictions.bias", Some("cls.predictions.bias"));
    let bare = names(config(&[]), |name| name.starts_with("cls"));
    has(&bare, "bert.pooler.dense.weight", None);
    let small = names(distilbert(), |_| false);
    has(&small, "distilbert.transformer.layer.1.attention.q_lin.bias", Some("blk.1.attn_q.bias"));
    has(&small, "vocab_projector.bias", Some("cls.predictions.bias"));
}
