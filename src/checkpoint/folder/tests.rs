use std::{cell::RefCell, rc::Rc};

use futures_lite::future::{yield_now, zip};

use super::*;
use crate::{
    checkpoint::testing::{Collected, f32_bytes, safetensors_file},
    library::MemoryFolder,
    progress::{CancelToken, ProgressReport},
};

const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
const PYTORCH: &str = "pytorch_model.bin";
const PYTORCH_INDEX: &str = "pytorch_model.bin.index.json";

/// Files written by torch.save, tests/fixtures/pytorch.
const ZIP: &[u8] = include_bytes!("../../../tests/fixtures/pytorch/zip.bin");
const PART: &[u8] = include_bytes!("../../../tests/fixtures/pytorch/legacy-part.bin");

fn shard(name: &str, values: &[f32]) -> Vec<u8> {
    safetensors_file(&[(name, "F32", &[values.len()], &f32_bytes(values))])
}

fn folder(files: &[(&str, Vec<u8>)]) -> MemoryFolder {
    MemoryFolder::new("test", files.iter().map(|(name, bytes)| (name.to_string(), bytes.clone())))
}

fn load(folder: &dyn Folder) -> Result<Collected> {
    let mut sink = Collected::default();
    pollster::block_on(stream_tensors(folder, &mut sink, &Transfer::silent()))?;
    Ok(sink)
}

fn index(shards: &[&str]) -> Vec<u8> {
    let map: BTreeMap<_, _> = shards.iter().enumerate().collect();
    serde_json::to_vec(&serde_json::json!({ "metadata": { "total_size": 12 }, "weight_map": map }))
        .unwrap()
}

#[test]
fn one_file_is_streamed_with_its_progress() {
    let reports = Rc::new(RefCell::new(Vec::<ProgressReport>::new()));
    let heard = reports.clone();
    let transfer =
        Transfer::new(CancelToken::default(), Rc::new(move |r| heard.borrow_mut().push(r)));
    let bytes = shard("a", &vec![1.0; 100_000]);
    let length = bytes.len() as u64;
    let folder = folder(&[(WEIGHTS, bytes), ("other.safetensors", shard("b", &[2.0]))]);
    let mut sink = Collected::default();
    pollster::block_on(stream_tensors(&folder, &mut sink, &transfer)).unwrap();
    assert_eq!(sink.names(), ["a"]);
    let reports = reports.borrow();
    assert!(reports.len() > 3 && reports.iter().all(|report| report.total == Some(length)));
    assert!(reports.is_sorted_by_key(|report| report.loaded));
    assert_eq!((reports[0].loaded, reports.last().unwrap().loaded), (0, length));
}

#[test]
fn shards_come_in_the_order_of_their_names() {
    let (one, two) = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
    let sink = load(&folder(&[
        (INDEX, index(&[two, one, two])),
        (one, shard("first", &[1.0])),
        (two, shard("second", &[2.0, 3.0])),
    ]))
    .unwrap();
    assert_eq!(sink.names(), ["first", "second"]);
}

#[test]
fn an_index_may_not_point_outside_its_folder() {
    for name in [
        "../secret.safetensors",
        "a/b.safetensors",
        "https://x/y.safetensors",
        ".safetensors",
        "model.bin",
        "a..safetensors",
        "a%2Fb.safetensors",
        "",
    ] {
        let error = load(&folder(&[(INDEX, index(&[name])), (name, shard("a", &[1.0]))]));
        assert!(matches!(error, Err(LecternError::BadFile { .. })), "{name}: {error:?}");
    }
    let error = load(&folder(&[(INDEX, b"<html>".to_vec())]));
    assert_eq!(error, Err(LecternError::bad_file(INDEX, BadFileReason::WebPage)));
}

#[test]
fn a_missing_file_is_named() {
    let missing = |file: &str| Err(LecternError::NotFound { file: file.into() });
    assert_eq!(load(&folder(&[])), missing(&[WEIGHTS, INDEX, PYTORCH, PYTORCH_INDEX].join(", ")));
    let gone = "model-00001-of-00001.safetensors";
    assert_eq!(load(&folder(&[(INDEX, index(&[gone]))])), missing(gone));
}

#[test]
fn a_single_file_of_another_name_is_taken_and_of_two_none() {
    let weights = ("gpt2.safetensors", shard("a", &[1.0]));
    assert_eq!(load(&folder(std::slice::from_ref(&weights))).unwrap().names(), ["a"]);
    let error = load(&folder(&[weights, ("more.safetensors", shard("b", &[1.0]))]));
    assert!(matches!(error, Err(LecternError::BadRequest { .. })));
}

#[test]
fn pytorchs_files_are_read_where_there_are_no_safetensors() {
    let both = [(WEIGHTS, shard("a", &[1.0])), (PYTORCH, ZIP.into())];
    assert_eq!(load(&folder(&both)).unwrap().names(), ["a"]);
    let index_too = [(INDEX, index(&["s.safetensors"])), ("s.safetensors", shard("b", &[1.0]))];
    assert_eq!(load(&folder(&[&index_too[..], &both[1..]].concat())).unwrap().names(), ["b"]);
    assert_eq!(load(&folder(&both[1..])).unwrap().tensors.len(), 12);
    assert_eq!(load(&folder(&[("rubert.bin", PART.into())])).unwrap().names(), ["part"]);
    let shards = [
        (
            PYTORCH_INDEX,
            index(&["pytorch_model-00002-of-00002.bin", "pytorch_model-00001-of-00002.bin"]),
        ),
        ("pytorch_model-00001-of-00002.bin", ZIP.into()),
        ("pytorch_model-00002-of-00002.bin", PART.into()),
    ];
    assert_eq!(load(&folder(&shards)).unwrap().names().last(), Some(&"part"));
    for name in ["../pytorch_model.bin", "model.safetensors", "training_args.bin", "a/b.bin"] {
        let error = load(&folder(&[(PYTORCH_INDEX, index(&[name])), (name, PART.into())]));
        assert!(matches!(error, Err(LecternError::BadFile { .. })), "{name}: {error:?}");
    }
}

#[test]
fn what_a_training_leaves_is_no_weights() {
    let rest = [
        "training_args.bin",
        "optimizer.bin",
        "scheduler.bin",
        "rng_state_0.bin",
        "adapter_model.bin",
    ];
    let files: Vec<_> = rest.iter().map(|name| (*name, b"\x80".to_vec())).collect();
    assert!(matches!(load(&folder(&files)), Err(LecternError::NotFound { .. })));
    let beside = [&files[..], &[("model.bin", PART.into())]].concat();
    assert_eq!(load(&folder(&beside)).unwrap().names(), ["part"]);
    let two = [("one.bin", PART.to_vec()), ("two.bin", PART.to_vec())];
    assert!(matches!(load(&folder(&two)), Err(LecternError::BadRequest { .. })));
}

#[test]
fn the_progress_of_pytorchs_file_is_told() {
    let reports = Rc::new(RefCell::new(Vec::<ProgressReport>::new()));
    let heard = reports.clone();
    let transfer =
        Transfer::new(CancelToken::default(), Rc::new(move |r| heard.borrow_mut().push(r)));
    let folder = folder(&[(PYTORCH, ZIP.into())]);
    pollster::block_on(stream_tensors(&folder, &mut Collected::default(), &transfer)).unwrap();
    let reports = reports.borrow();
    let (last, length) = (reports.last().unwrap(), Some(ZIP.len() as u64));
    assert_eq!((last.file.as_str(), Some(last.loaded), last.total), (PYTORCH, length, length));
}

#[test]
fn a_cancelled_transfer_ends_as_such() {
    let transfer = Transfer::silent();
    transfer.cancel.cancel();
    let folder = folder(&[(WEIGHTS, shard("a", &[1.0]))]);
    let mut sink = Collected::default();
    let result = pollster::block_on(stream_tensors(&folder, &mut sink, &transfer));
    assert_eq!((result, sink.tensors.len()), (Err(LecternError::Cancelled), 0));
}

/// A server that stalls after so many bytes.
struct Stalling {
    weights: Vec<u8>,
    given: usize,
}

#[async_trait(?Send)]
impl Folder for Stalling {
    fn name(&self) -> &str {
        "stalling"
    }

    async fn stream(&self, _: &str, transfer: &Transfer, sink: PieceSink<'_>) -> Result<bool> {
        sink(&self.weights[..self.given], Some(self.weights.len() as u64))?;
        transfer.cancel.unless_cancelled(std::future::pending()).await
    }
}

#[test]
fn cancelling_ends_the_wait_for_a_silent_server() {
    let weights = shard("a", &[1.0; 100]);
    for given in [0, 4, 50, weights.len()] {
        let folder = Stalling { weights: weights.clone(), given };
        let (transfer, mut sink) = (Transfer::silent(), Collected::default());
        // Nothing else wakes the load: without the signal this test would not end.
        let load = zip(stream_tensors(&folder, &mut sink, &transfer), async {
            yield_now().await;
            assert_eq!(transfer.loaded(), given as u64, "it waits for more");
            transfer.cancel.cancel();
        });
        assert_eq!(pollster::block_on(load).0, Err(LecternError::Cancelled), "{given}");
    }
}

/// A server that answers everything it does not know with its front page.
struct FrontPage(MemoryFolder);

#[async_trait(?Send)]
impl Folder for FrontPage {
    fn name(&self) -> &str {
        "front page"
    }

    async fn stream(&self, file: &str, transfer: &Transfer, sink: PieceSink<'_>) -> Result<bool> {
        match self.0.stream(file, transfer, sink).await? {
            true => Ok(true),
            false => Err(LecternError::bad_file(file, BadFileReason::WebPage)),
        }
    }
}

#[test]
fn a_front_page_in_the_place_of_missing_files_hides_no_shards() {
    let only = "model-00001-of-00001.safetensors";
    let sharded = folder(&[(INDEX, index(&[only])), (only, shard("a", &[1.0]))]);
    assert_eq!(load(&FrontPage(sharded)).unwrap().names(), ["a"]);
    let nothing = load(&FrontPage(folder(&[])));
    assert_eq!(nothing, Err(LecternError::bad_file(WEIGHTS, BadFileReason::WebPage)));
    let pytorchs = folder(&[(PYTORCH, PART.into())]);
    assert_eq!(load(&FrontPage(pytorchs)).unwrap().names(), ["part"]);
}

/// A server that announces more than any browser holds.
struct TenGigabytes;

#[async_trait(?Send)]
impl Folder for TenGigabytes {
    fn name(&self) -> &str {
        "ten gigabytes"
    }

    async fn stream(&self, file: &str, _: &Transfer, sink: PieceSink<'_>) -> Result<bool> {
        let is_there = file == WEIGHTS;
        if is_there {
            sink(&[0; 16], Some(10_000_000_000))?;
        }
        Ok(is_there)
    }
}

#[test]
fn a_file_of_ten_gigabytes_is_refused_before_it_is_read() {
    let what = MemoryUse::File { file: WEIGHTS.into() };
    let error = LecternError::OutOfMemory { what, bytes: 10_000_000_000 };
    assert_eq!(load(&TenGigabytes), Err(error));
}

/// A file of twelve bytes in chunks of five, with or without an announced length.
struct Twelve {
    length: Option<u64>,
}

#[async_trait(?Send)]
impl Folder for Twelve {
    fn name(&self) -> &str {
        "twelve"
    }

    async fn stream(&self, file: &str, _: &Transfer, sink: PieceSink<'_>) -> Result<bool> {
        for chunk in b"twelve bytes".chunks(5) {
            sink(chunk, self.length)?;
        }
        Ok(file != "missing")
    }
}

#[test]
fn a_small_file_is_read_whole_up_to_the_limit() {
    for length in [Some(12), None] {
        let read = |file, limit| {
            pollster::block_on(Twelve { length }.read(file, limit, &Transfer::silent()))
        };
        assert_eq!(read("it", 12), Ok(Some(b"twelve bytes".to_vec())));
        let reason = BadFileReason::TooLarge { limit: 11 };
        assert_eq!(read("it", 11), Err(LecternError::bad_file("it", reason)), "{length:?}");
        assert_eq!(read("missing", 12), Ok(None));
    }
}
