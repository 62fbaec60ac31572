//! GPT-2 against the reference cases, on the CPU and on the first WebGPU (Vulkan) adapter.

mod support;

use std::{path::Path, sync::LazyLock};

use burn::tensor::Device;
use lectern::{
    checkpoint::{Folder, stream_tensors},
    generation::{Sampler, Session, distribution, read},
    library::{DiskFolder, MemoryFolder},
    models::{Cache, Gpt2, Gpt2Config, Gpt2OutputOptions, LayerSelection, Precision},
    progress::Transfer,
    protocol::GenerateOptions,
    quantization::Scheme,
    text::Tokenizer,
};
use pollster::block_on;
use support::{assert_close, cases, ids, json, tensors};

fn devices() -> [(&'static str, Device); 2] {
    // A device can be set up only once in a process.
    static GPU: LazyLock<Device> = LazyLock::new(|| {
        Device::wgpu_options().init().expect("a Vulkan adapter: install mesa-vulkan-drivers")
    });
    [("cpu", Device::flex()), ("gpu", GPU.clone())]
}

fn load(folder: &dyn Folder, precision: Precision, device: &Device) -> Gpt2 {
    block_on(async {
        let transfer = Transfer::silent();
        let config = folder.read("config.json", 1 << 20, &transfer).await.unwrap().expect("config");
        let config = Gpt2Config::from_json(&config).unwrap();
        let mut checkpoint = config.checkpoint(precision, device.clone());
        stream_tensors(folder, &mut checkpoint, &transfer).await.unwrap();
        checkpoint.finish().unwrap()
    })
}

fn load_case(case: &Path, precision: Precision, device: &Device) -> Gpt2 {
    load(&DiskFolder::new(case), precision, device)
}

fn as_ids(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|id| *id as u32).collect()
}

/// The logits of all positions, for a text that is run in chunks of tokens.
fn all_logits(model: &Gpt2, ids: &[u32], chunk_size: usize) -> Vec<f32> {
    let mut cache = Cache::new(&model.config, ids.len(), &model.device());
    let options = Gpt2OutputOptions { all_logits: true, ..Gpt2OutputOptions::default() };
    let chunks = ids.chunks(chunk_size);
    chunks
        .flat_map(|ids| block_on(read(model.forward(ids, &mut cache, options).logits)).unwrap())
        .collect()
}

#[test]
fn the_tokens_are_the_references() {
    for case in cases("gpt2") {
        let expected = json(&case);
        let tokenizer =
            block_on(Tokenizer::load(&DiskFolder::new(&case), &Transfer::silent())).unwrap();
        let text = expected["text"].as_str().expect("text");
        assert_eq!(tokenizer.encode(text).unwrap(), ids(&expected["ids"]));
        assert_eq!(tokenizer.decode(&ids(&expected["ids"])), text);
        let greedy = tokenizer.decode(&ids(&expected["greedy_40"]));
        assert_eq!(greedy, expected["greedy_text"].as_str().expect("greedy text"));
    }
}

#[test]
fn logits_hidden_states_and_attentions_are_the_references() {
    for case in cases("gpt2") {
        let tensors = tensors(&case);
        let ids = as_ids(tensors.get("input_ids").1);
        for (name, device) in devices() {
            let model = load_case(&case, Precision::default(), &device);
            let mut cache = Cache::new(&model.config, ids.len() + 3, &device);
            let options = Gpt2OutputOptions {
                all_logits: true,
                hidden_states: true,
                attentions: Some(LayerSelection::All),
            };
            let inside = model.forward(&ids, &mut cache, options);
            let at = |what: &str| format!("{} on the {name}: {what}", case.display());
            let logits = block_on(read(inside.logits)).unwrap();
            let worst = assert_close(&at("logits"), &logits, tensors.get("logits").1, 1e-4);
            println!("{}: largest difference {worst:e}", at("logits"));
            for (layer, hidden) in inside.hidden_states.into_iter().enumerate() {
                let what = format!("hidden.{layer}");
                let found = block_on(read(hidden)).unwrap();
                assert_close(&at(&what), &found, tensors.get(&what).1, 1e-4);
            }
            assert_eq!(inside.attentions.len(), model.config.n_layer);
            for (layer, attention) in inside.attentions.into_iter().enumerate() {
                let what = format!("attention.{layer}");
                let found = block_on(read(attention)).unwrap();
                assert_close(&at(&what), &found, tensors.get(&what).1, 1e-4);
            }
        }
    }
}

#[test]
fn cached_and_uncached_logits_agree() {
    for case in cases("gpt2") {
        let tensors = tensors(&case);
        let ids = as_ids(tensors.get("input_ids").1);
        for (name, device) in devices() {
            let model = load_case(&case, Precision::default(), &device);
            for chunk_size in [1, 7, 33] {
                let what = format!("{} on the {name} in chunks of {chunk_size}", case.display());
                let found = all_logits(&model, &ids, chunk_size);
                assert_close(&what, &found, tensors.get("logits").1, 1e-4);
            }
        }
    }
}

#[test]
fn a_full_context_and_a_padded_batch_agree() {
    for case in cases("gpt2") {
        let tensors = tensors(&case);
        for (name, device) in devices() {
            let model = load_case(&case, Precision::default(), &device);
            let last = |ids: &[u32]| {
                let mut session = Session::new(&model, ids.len());
                block_on(session.extend(&model, ids)).unwrap()
            };
            let full = as_ids(tensors.get("full_context.input_ids").1);
            let expected = tensors.get("full_context.last_logits").1;
            assert_close(&format!("full context on the {name}"), &last(&full), expected, 1e-4);

            let (shape, batch) = tensors.get("batch.input_ids");
            let mask = tensors.get("batch.attention_mask").1;
            let expected = tensors.get("batch.last_logits").1;
            for (row, expected) in expected.chunks_exact(model.config.vocab_size).enumerate() {
                let row = row * shape[1]..(row + 1) * shape[1];
                let kept =
                    batch[row.clone()].iter().zip(&mask[row]).filter(|(_, mask)| **mask == 1.0);
                let ids: Vec<u32> = kept.map(|(id, _)| *id as u32).collect();
                assert_close(&format!("batch on the {name}"), &last(&ids), expected, 1e-4);
            }
        }
    }
}

#[test]
fn the_greedy_continuation_is_the_references() {
    for case in cases("gpt2") {
        let expected = json(&case);
        let (prompt, greedy) = (ids(&expected["prompt_ids"]), ids(&expected["greedy_40"]));
        let options = GenerateOptions { temperature: 0.0, ..GenerateOptions::default() };
        for (name, device) in devices() {
            let model = load_case(&case, Precision::default(), &device);
            let mut session = Session::new(&model, prompt.len() + greedy.len());
            let mut logits = block_on(session.extend(&model, &prompt)).unwrap();
            let mut sampler = Sampler::new(&options, 0);
            let mut found = Vec::new();
            for _ in 0..greedy.len() {
                let id = sampler.choose(&logits, session.ids());
                found.push(id);
                session.push(id);
                logits = block_on(session.run_last(&model)).unwrap();
            }
            assert_eq!(found, greedy, "{} on the {name}", case.display());
            let uncached = all_logits(&model, &[&prompt[..], &greedy[..5]].concat(), usize::MAX);
            let last = &uncached[uncached.len() - model.config.vocab_size..];
            assert_eq!(sampler.choose(last, &[]), greedy[5], "without the cache on the {name}");
        }
    }
}

#[test]
fn both_spellings_of_the_names_load() {
    for case in cases("gpt2") {
        let other = case.join("model-openai-names.safetensors");
        let Ok(weights) = std::fs::read(other) else { continue };
        let config = std::fs::read(case.join("config.json")).unwrap();
        let files = [("config.json".into(), config), ("model.safetensors".into(), weights)];
        let model =
            load(&MemoryFolder::new("openai", files), Precision::default(), &Device::flex());
        let tensors = tensors(&case);
        let found = all_logits(&model, &as_ids(tensors.get("input_ids").1), usize::MAX);
        assert_close("openai names", &found, tensors.get("logits").1, 1e-4);
    }
}

fn scheme(name: &str) -> Scheme {
    let group = name.rsplit_once("_g").and_then(|(_, group)| group.parse().ok());
    match (name.split("_g").next().unwrap_or(name), group) {
        ("int4_asymmetric", Some(group)) => Scheme::Int4Asymmetric { group },
        ("int4_symmetric", Some(group)) => Scheme::Int4Symmetric { group },
        ("int8_minmax_tensor", None) => Scheme::Int8MinMax,
        ("int8_symmetric_channel", None) => Scheme::Int8Channel,
        _ => panic!("an unknown scheme: {name}"),
    }
}

#[test]
fn quantized_logits_are_those_of_the_dequantized_weights() {
    for case in cases("gpt2") {
        let tensors = tensors(&case);
        let ids = as_ids(tensors.get("input_ids").1);
        let names = tensors.names("quantized_logits.");
        assert!(!names.is_empty(), "{}: quantized logits", case.display());
        for (device_name, device) in devices() {
            for name in &names {
                // The reference quantizes the layers' matrices and leaves the embedding.
                let precision = Precision { embedding: None, ..Precision::uniform(scheme(name)) };
                let model = load_case(&case, precision, &device);
                let expected = tensors.get(&format!("quantized_logits.{name}")).1;
                for chunk_size in [1, usize::MAX] {
                    let found = all_logits(&model, &ids, chunk_size.min(ids.len()));
                    let what = format!("{name} on the {device_name} in chunks of {chunk_size}");
                    let worst = assert_close(&what, &found, expected, 1e-3);
                    println!("{what}: largest difference {worst:e}");
                }
            }
        }
    }
}

#[test]
fn sampling_distributions_are_the_references() {
    for case in cases("gpt2") {
        let tensors = tensors(&case);
        let ids = as_ids(tensors.get("input_ids").1);
        let logits = tensors.get("logits").1;
        let vocabulary = *tensors.get("logits").0.last().unwrap();
        let last = &logits[logits.len() - vocabulary..];
        for name in tensors.names("sampling.") {
            let mut options =
                GenerateOptions { temperature: 1.0, top_k: 0, ..GenerateOptions::default() };
            let words: Vec<&str> = name.split('_').collect();
            for (index, word) in words.iter().enumerate() {
                let value =
                    || words[index..].iter().find_map(|word| word.parse::<f32>().ok()).unwrap();
                match *word {
                    "temp" | "temperature" => options.temperature = value(),
                    "k" => options.top_k = value() as usize,
                    "p" if words[index - 1] == "top" => options.top_p = value(),
                    "p" => options.min_p = value(),
                    "penalty" => options.repetition_penalty = value(),
                    _ => {}
                }
            }
            let found = distribution(last, &ids, &options);
            let worst =
                assert_close(&name, &found, tensors.get(&format!("sampling.{name}")).1, 1e-5);
            println!("{name}: largest difference {worst:e}");
        }
    }
}
