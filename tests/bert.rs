//! BERT, DistilBERT and the sentence encoder against the reference cases, on the CPU and on the first WebGPU
//! (Vulkan) adapter.

mod support;

use std::{path::Path, sync::LazyLock};

use burn::tensor::{Device, Tensor};
use lectern::{
    checkpoint::{Dtype, TensorHeader, TensorSink, stream_tensors},
    embeddings::{cosine, normalize, pool},
    generation::{probabilities, read},
    library::DiskFolder,
    models::{Bert, BertConfig, BertInput, BertOutputOptions, LayerSelection, Precision, Weights},
    progress::Transfer,
    protocol::Pooling,
    quantization::{PackedMatrix, Scheme},
};
use pollster::block_on;
use safetensors::SafeTensors;
use support::{Tensors, assert_close, assert_like, cases, ids, json, minilm_or_skip, tensors};

/// Tolerance relative to a tensor's largest value, as in the cases.
const TOLERANCE: f32 = 1e-4;

fn devices() -> [(&'static str, Device); 2] {
    // A device can be set up only once in a process.
    static GPU: LazyLock<Device> = LazyLock::new(|| {
        Device::wgpu_options().init().expect("a Vulkan adapter: install mesa-vulkan-drivers")
    });
    [("cpu", Device::flex()), ("gpu", GPU.clone())]
}

fn load(folder: &Path, precision: Precision, device: &Device) -> Bert {
    block_on(async {
        let config = std::fs::read(folder.join("config.json")).expect("config.json");
        let config = BertConfig::from_json(&config).unwrap();
        let mut checkpoint = config.checkpoint(precision, device.clone());
        let folder = DiskFolder::new(folder);
        stream_tensors(&folder, &mut checkpoint, &Transfer::silent()).await.unwrap();
        checkpoint.finish().unwrap()
    })
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    block_on(read(tensor)).unwrap()
}

/// A text of a case without its padding.
struct Text {
    ids: Vec<u32>,
    types: Vec<u32>,
}

/// The batch of a case: texts without padding, and the padded length.
fn batch(tensors: &Tensors) -> (Vec<Text>, usize) {
    let (shape, mask) = tensors.get("attention_mask");
    let has_types = tensors.names("").contains(&"token_type_ids".to_owned());
    let types =
        if has_types { tensors.get("token_type_ids").1.to_vec() } else { vec![0.0; mask.len()] };
    let rows = tensors.get("input_ids").1.chunks(shape[1]).zip(types.chunks(shape[1]));
    let texts = rows.zip(mask.chunks(shape[1])).map(|((ids, types), mask)| {
        let kept = |row: &[f32]| {
            row.iter().zip(mask).filter(|(_, m)| **m == 1.0).map(|(n, _)| *n as u32).collect()
        };
        Text { ids: kept(ids), types: kept(types) }
    });
    (texts.collect(), shape[1])
}

fn inputs(texts: &[Text]) -> Vec<BertInput<'_>> {
    texts.iter().map(|text| BertInput { ids: &text.ids, types: &text.types }).collect()
}

/// The rows of a padded tensor `[texts, length, width]` without padding, concatenated.
fn unpadded(padded: &[f32], texts: &[Text], length: usize) -> Vec<f32> {
    let width = padded.len() / (texts.len() * length);
    let each = padded.chunks(length * width).zip(texts);
    each.flat_map(|(rows, text)| &rows[..text.ids.len() * width]).copied().collect()
}

/// Attention weights `[texts, heads, length, length]` without padding.
fn unpadded_attention(padded: &[f32], texts: &[Text], heads: usize, length: usize) -> Vec<f32> {
    let mut kept = Vec::new();
    for (text, weights) in texts.iter().zip(padded.chunks(heads * length * length)) {
        let n = text.ids.len();
        for head in weights.chunks(length * length) {
            kept.extend(head.chunks(length).take(n).flat_map(|row| &row[..n]));
        }
    }
    kept
}

/// Runs a check over all cases of both architectures, on both devices.
fn every_case(mut check: impl FnMut(&str, &Bert, &Tensors)) {
    for case in cases("bert").into_iter().chain(cases("distilbert")) {
        let tensors = tensors(&case);
        for (name, device) in devices() {
            let model = load(&case, Precision::default(), &device);
            check(&format!("{} on the {name}", case.display()), &model, &tensors);
        }
    }
}

#[test]
fn hidden_states_and_attentions_are_the_references() {
    every_case(|at, model, tensors| {
        let (texts, length) = batch(tensors);
        let options =
            BertOutputOptions { hidden_states: true, attentions: Some(LayerSelection::All) };
        let encoded = model.encode(&inputs(&texts), options);
        let layers = model.config.num_hidden_layers;
        assert_eq!((encoded.hidden_states.len(), encoded.attentions.len()), (layers + 1, layers));
        for (layer, hidden) in encoded.hidden_states.into_iter().enumerate() {
            let what = format!("hidden.{layer}");
            let expected = unpadded(tensors.get(&what).1, &texts, length);
            let worst =
                assert_like(&format!("{at}: {what}"), &numbers(hidden), &expected, TOLERANCE);
            println!("{at}: {what}: largest difference {worst:e}");
        }
        for (layer, attention) in encoded.attentions.into_iter().enumerate() {
            let what = format!("attention.{layer}");
            let heads = model.config.num_attention_heads;
            let expected = unpadded_attention(tensors.get(&what).1, &texts, heads, length);
            assert_like(&format!("{at}: {what}"), &numbers(attention), &expected, TOLERANCE);
        }
    });
}

#[test]
fn head_outputs_are_the_references() {
    every_case(|at, model, tensors| {
        let (texts, length) = batch(tensors);
        let encoded = model.encode(&inputs(&texts), BertOutputOptions::default());
        let logits = numbers(model.masked_logits(encoded.last.clone()).expect("a masked head"));
        let expected = unpadded(tensors.get("mlm_logits").1, &texts, length);
        let worst = assert_like(&format!("{at}: mlm_logits"), &logits, &expected, TOLERANCE);
        println!("{at}: mlm_logits: largest difference {worst:e}");
        let Some(pooled) = model.pool_first(&encoded.last, &encoded.starts) else {
            assert_eq!(model.config.model_type, "distilbert", "only DistilBERT has no pooler");
            return;
        };
        let expected = tensors.get("pooler_output").1;
        assert_like(&format!("{at}: pooler_output"), &numbers(pooled.clone()), expected, TOLERANCE);
        let logits = numbers(model.next_sentence_logits(pooled).expect("a next-sentence head"));
        assert_like(&format!("{at}: nsp_logits"), &logits, tensors.get("nsp_logits").1, TOLERANCE);
        let shares: Vec<f32> =
            logits.chunks(2).flat_map(|logits| probabilities(logits, 1.0)).collect();
        assert_like(&format!("{at}: nsp_probs"), &shares, tensors.get("nsp_probs").1, TOLERANCE);
    });
}

#[test]
fn a_text_is_the_same_alone_and_in_a_batch() {
    every_case(|at, model, tensors| {
        let (texts, _) = batch(tensors);
        let together = numbers(model.encode(&inputs(&texts), BertOutputOptions::default()).last);
        let alone: Vec<f32> = inputs(&texts)
            .into_iter()
            .flat_map(|text| numbers(model.encode(&[text], BertOutputOptions::default()).last))
            .collect();
        assert_like(&format!("{at}: alone"), &alone, &together, 1e-5);
    });
}

/// A float model of a checkpoint whose matrices are quantized and dequantized.
fn dequantized(folder: &Path, precision: Precision, device: &Device) -> Bert {
    let config = std::fs::read(folder.join("config.json")).expect("config.json");
    let config = BertConfig::from_json(&config).unwrap();
    let mut checkpoint = config.checkpoint(Precision::default(), device.clone());
    let bytes = std::fs::read(folder.join("model.safetensors")).expect("model.safetensors");
    for (name, view) in SafeTensors::deserialize(&bytes).expect("safetensors").tensors() {
        let shape = view.shape().to_vec();
        let floats = view.data().chunks_exact(4);
        let mut values: Vec<f32> =
            floats.map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect();
        let has = |names: &[&str]| names.iter().any(|part| name.contains(part));
        let scheme = if has(&["position_embeddings", "token_type_embeddings"]) {
            None
        } else if has(&["word_embeddings"]) {
            precision.embedding
        } else if has(&["query", "key", "value", "q_lin", "k_lin", "v_lin"]) {
            precision.query_key_value
        } else {
            precision.layers
        };
        if let (Some(scheme), &[rows, columns]) = (scheme, shape.as_slice()) {
            values = PackedMatrix::quantize(&values, rows, columns, scheme).dequantize();
        }
        if checkpoint
            .begin(&TensorHeader { name, dtype: Dtype::F32, shape, by_output: false })
            .unwrap()
        {
            checkpoint.values(&values).unwrap();
            checkpoint.end().unwrap();
        }
    }
    checkpoint.finish().unwrap()
}

/// The precision of an encoder's int4.
fn int4() -> Precision {
    let eight = Some(Scheme::Int8Channel);
    let layers = Precision::uniform(Scheme::Int4Asymmetric { group: 32 });
    Precision { query_key_value: eight, embedding: eight, ..layers }
}

#[test]
fn quantized_logits_are_those_of_the_dequantized_weights() {
    let int4 = int4();
    let choices = [
        int4,
        Precision::uniform(Scheme::Int8Channel),
        Precision::uniform(Scheme::Int4Symmetric { group: 32 }),
        Precision::uniform(Scheme::Int4Asymmetric { group: 32 }),
        Precision::uniform(Scheme::F16),
    ];
    let runs = |model: &Bert, texts: &[BertInput<'_>]| {
        let encoded = model.encode(texts, BertOutputOptions::default());
        let pooled = model.pool_first(&encoded.last, &encoded.starts);
        let masked = model.masked_logits(encoded.last).expect("a masked head");
        (numbers(masked), pooled.map(numbers))
    };
    for case in cases("bert").into_iter().chain(cases("distilbert")) {
        let (texts, _) = batch(&tensors(&case));
        // One token goes through the matrix-vector kernels.
        let token = BertInput { ids: &texts[0].ids[..1], types: &texts[0].types[..1] };
        for (name, device) in devices() {
            for precision in &choices {
                let quantized = load(&case, precision.clone(), &device);
                let plain = dequantized(&case, precision.clone(), &device);
                assert_eq!(quantized.parameters(), plain.parameters());
                assert!(quantized.weight_bytes() < plain.weight_bytes());
                let Precision { layers, query_key_value, .. } = precision.clone();
                let schemes = format!("{layers:?}, {query_key_value:?}");
                let at = format!("{} on the {name}, {schemes}", case.display());
                for texts in [inputs(&texts), vec![token]] {
                    let (found, expected) = (runs(&quantized, &texts), runs(&plain, &texts));
                    let worst = assert_like(&at, &found.0, &expected.0, 1e-3);
                    println!("{at}: largest difference {worst:e}");
                    if let (Some(found), Some(expected)) = (found.1, expected.1) {
                        assert_like(&format!("{at}: pooled"), &found, &expected, 1e-3);
                    }
                }
            }
        }
    }
}

/// The sentences' embeddings with the pooling of the sentence encoder's training.
fn embeddings(model: &Bert, sentences: &[Vec<u32>]) -> Vec<Vec<f32>> {
    let types: Vec<Vec<u32>> = sentences.iter().map(|ids| vec![0; ids.len()]).collect();
    let texts: Vec<BertInput<'_>> =
        sentences.iter().zip(&types).map(|(ids, types)| BertInput { ids, types }).collect();
    let rows = numbers(model.encode(&texts, BertOutputOptions::default()).last);
    let size = model.config.hidden_size;
    let mut start = 0;
    let embedding = |ids: &Vec<u32>| {
        let rows = &rows[start * size..(start + ids.len()) * size];
        start += ids.len();
        let mut vector = pool(rows, size, &Pooling::default(), 0);
        normalize(&mut vector);
        vector
    };
    sentences.iter().map(embedding).collect()
}

#[test]
fn the_real_sentence_encoder_is_the_references() {
    let Some(folder) = minilm_or_skip("the real sentence encoder") else { return };
    for case in cases("minilm") {
        let (expected, tensors) = (json(&case), tensors(&case));
        let sentences: Vec<Vec<u32>> =
            expected["ids"].as_array().expect("ids").iter().map(ids).collect();
        for (name, device) in devices() {
            let model = load(&folder, Precision::default(), &device);
            let at = |what: &str| format!("{} on the {name}: {what}", case.display());
            let found = embeddings(&model, &sentences);
            let (_, reference) = tensors.get("embeddings");
            let worst = assert_close(&at("embeddings"), &found.concat(), reference, 1e-4);
            let lowest = found
                .iter()
                .zip(reference.chunks(model.config.hidden_size))
                .map(|(found, expected)| cosine(found, expected))
                .fold(1.0, f32::min);
            println!("{}: largest difference {worst:e}, lowest cosine {lowest}", at("embeddings"));
            assert!(lowest > 0.99999, "{}: cosine {lowest}", at("embeddings"));
            for index in
                tensors.names("sentence").iter().filter_map(|it| it.strip_suffix(".hidden.0"))
            {
                let sentence = &sentences[index.parse::<usize>().expect("a sentence's index")];
                let types = vec![0; sentence.len()];
                let options = BertOutputOptions {
                    hidden_states: true,
                    attentions: Some(LayerSelection::All),
                };
                let encoded = model.encode(&[BertInput { ids: sentence, types: &types }], options);
                for (layer, hidden) in encoded.hidden_states.into_iter().enumerate() {
                    let what = format!("sentence{index}.hidden.{layer}");
                    assert_like(&at(&what), &numbers(hidden), tensors.get(&what).1, TOLERANCE);
                }
                for (layer, weights) in encoded.attentions.into_iter().enumerate() {
                    let what = format!("sentence{index}.attention.{layer}");
                    assert_like(&at(&what), &numbers(weights), tensors.get(&what).1, TOLERANCE);
                }
            }
        }
    }
}

#[test]
fn fewer_bits_keep_the_direction_of_embeddings() {
    let Some(folder) = minilm_or_skip("the quantized sentence encoder") else { return };
    let int8 = Precision::uniform(Scheme::Int8Channel);
    let choices = [("int8", int8, 0.99), ("int4", int4(), 0.95)];
    for case in cases("minilm") {
        let sentences: Vec<Vec<u32>> =
            json(&case)["ids"].as_array().expect("ids").iter().map(ids).collect();
        for (name, device) in devices() {
            let exact = embeddings(&load(&folder, Precision::default(), &device), &sentences);
            for (bits, precision, least) in &choices {
                let found = embeddings(&load(&folder, precision.clone(), &device), &sentences);
                let cosines: Vec<f32> =
                    found.iter().zip(&exact).map(|(found, exact)| cosine(found, exact)).collect();
                let lowest = cosines.iter().copied().fold(1.0, f32::min);
                let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
                println!(
                    "MiniLM {bits} on the {name}: cosine with f32: lowest {lowest}, mean {mean}"
                );
                assert!(lowest > *least, "{bits} on the {name}: cosine {lowest}");
            }
        }
    }
}
