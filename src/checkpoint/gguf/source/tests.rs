use std::{cell::RefCell, rc::Rc};

use pollster::block_on;

use super::*;
use crate::{
    checkpoint::{
        Dtype, Metadata,
        gguf::{gguf_header, gguf_padding},
        testing::{Collected, f32_bytes},
    },
    error::UnsupportedReason,
    library::MemoryFolder,
    progress::{CancelToken, ProgressReport},
};

/// A sink that keeps the header and all tensors.
#[derive(Default)]
struct Kept {
    headers: Vec<GgufHeader>,
    collected: Collected,
}

impl GgufSink for Kept {
    fn header(&mut self, header: GgufHeader) -> Result<()> {
        assert!(self.collected.tensors.is_empty());
        self.headers.push(header);
        Ok(())
    }
}

impl TensorSink for Kept {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        self.collected.begin(tensor)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        self.collected.values(values)
    }

    fn end(&mut self) -> Result<()> {
        self.collected.end()
    }
}

/// A shard with this metadata, of vectors with these names and values.
fn shard(keys: &[(&str, u32)], tensors: &[(&str, &[f32])]) -> Vec<u8> {
    let mut metadata = Metadata::default();
    keys.iter().for_each(|(key, value)| metadata.insert(*key, *value));
    let header = |(name, values): &(&str, &[f32])| TensorHeader {
        name: (*name).into(),
        dtype: Dtype::F32,
        shape: vec![values.len()],
        by_output: true,
    };
    let headers: Vec<TensorHeader> = tensors.iter().map(header).collect();
    let mut file = gguf_header(&metadata, &headers).unwrap();
    for (_, values) in tensors {
        file.extend(f32_bytes(values));
        file.resize(file.len() + gguf_padding(4 * values.len() as u64), 0);
    }
    file
}

fn split(number: u32, count: u32) -> [(&'static str, u32); 3] {
    [("split.no", number), ("split.count", count), ("split.tensors.count", 3)]
}

/// The shards of `gguf-split --no-tensor-first-split`: the first one has no tensors.
fn shards() -> [(String, Vec<u8>); 3] {
    [
        shard(&[("gpt2.block_count", 7), split(0, 3)[0], split(0, 3)[1], split(0, 3)[2]], &[]),
        shard(&split(1, 3), &[("a", &[1.0, 2.0]), ("b", &[3.0])]),
        shard(&split(2, 3), &[("c", &[4.0, 5.0, 6.0])]),
    ]
    .into_iter()
    .enumerate()
    .map(|(number, file)| (format!("m-{:05}-of-00003.gguf", number + 1), file))
    .collect::<Vec<_>>()
    .try_into()
    .unwrap()
}

fn stream(files: &[(String, Vec<u8>)], file: &str) -> Result<(Kept, Vec<ProgressReport>)> {
    let folder = MemoryFolder::new("m", files.iter().cloned());
    let reports = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&reports);
    let report = Rc::new(move |report| sink.borrow_mut().push(report));
    let transfer = Transfer::new(CancelToken::default(), report);
    let mut kept = Kept::default();
    block_on(stream_gguf(&folder, file, &mut kept, &transfer))?;
    Ok((kept, reports.take()))
}

fn chosen(names: &[&str]) -> Result<Option<String>> {
    gguf_file(&MemoryFolder::new("m", names.iter().map(|name| ((*name).to_owned(), Vec::new()))))
}

#[test]
fn shards_are_read_as_one_model() {
    let shards = shards();
    let (kept, reports) = stream(&shards, "m-00001-of-00003.gguf").unwrap();
    let [header] = &kept.headers[..] else { panic!("{} headers", kept.headers.len()) };
    assert_eq!(header.metadata.integer("gpt2.block_count"), Ok(Some(7)));
    assert!(header.has("a") && header.has("c"));
    assert_eq!(kept.collected.names(), ["a", "b", "c"]);
    assert_eq!(kept.collected.tensors[2].1, [4.0, 5.0, 6.0]);
    let length = shards.iter().map(|(_, file)| file.len() as u64).sum::<u64>();
    let last = reports.last().unwrap();
    assert_eq!((last.loaded, last.total), (length, Some(length)));
    assert!(reports.iter().all(|report| report.total == Some(length)));
}

#[test]
fn a_missing_shard_is_named() {
    for missing in [0, 1, 2] {
        let mut files = shards().to_vec();
        let (name, _) = files.remove(missing);
        let error = stream(&files, "m-00001-of-00003.gguf").map(|_| ()).unwrap_err();
        assert_eq!(error, LecternError::NotFound { file: name });
    }
}

#[test]
fn later_shards_are_refused() {
    let files = shards();
    for (number, (name, file)) in files.iter().enumerate().skip(1) {
        let error = stream(&files, name).map(|_| ()).unwrap_err();
        let later = |file: &str| {
            let (file, number) = (file.to_owned(), number as u64 + 1);
            LecternError::unsupported(UnsupportedReason::LaterPart { file, number, count: 3 })
        };
        assert_eq!(error, later(name));
        // Under another name only the header tells.
        let renamed = [("m.gguf".to_owned(), file.clone())];
        let error = stream(&renamed, "m.gguf").map(|_| ()).unwrap_err();
        assert_eq!(error, later("m.gguf"));
    }
    let renamed = [("m.gguf".to_owned(), files[0].1.clone())];
    let error = stream(&renamed, "m.gguf").map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("-00001-of-00003.gguf"), "{error}");
}

#[test]
fn the_metadata_of_shards_is_checked() {
    type Change<'a> = &'a dyn Fn(&mut [(String, Vec<u8>)]);
    let refused = |change: Change<'_>| {
        let mut files = shards();
        change(&mut files);
        match stream(&files, "m-00001-of-00003.gguf").map(|_| ()) {
            Err(LecternError::BadFile { reason, .. }) => reason,
            other => panic!("{other:?}"),
        }
    };
    let c: &[(&str, &[f32])] = &[("c", &[4.0])];
    let another = |found_number, found_count| BadFileReason::AnotherPart {
        number: 3,
        count: 3,
        found_number,
        found_count,
    };
    assert_eq!(refused(&|files| files[2].1 = shard(&split(1, 3), c)), another(2, 3));
    assert_eq!(refused(&|files| files[2].1 = shard(&split(2, 4), c)), another(3, 4));
    assert_eq!(refused(&|files| files[2].1 = shard(&[], c)), BadFileReason::NotAPart);
    let few = refused(&|files| files[2].1 = shard(&split(2, 3), &[]));
    assert!(matches!(few, BadFileReason::PartsTensors { found: 2, .. }), "{few:?}");
    let twice: &[(&str, &[f32])] = &[("a", &[4.0])];
    let expected = BadFileReason::TensorInTwoParts { tensor: "a".into() };
    assert_eq!(refused(&|files| files[2].1 = shard(&split(2, 3), twice)), expected);
    let cut = |files: &mut [(String, Vec<u8>)]| {
        let length = files[2].1.len() - 32;
        files[2].1.truncate(length);
    };
    let short = refused(&cut);
    assert!(matches!(short, BadFileReason::Truncated { .. }), "{short:?}");
}

#[test]
fn a_complete_model_may_have_the_name_of_a_shard() {
    let whole = shard(&[("gpt2.block_count", 7)], &[("a", &[1.0])]);
    let files = [("m-00001-of-00003.gguf".to_owned(), whole)];
    assert_eq!(stream(&files, &files[0].0).unwrap().0.collected.names(), ["a"]);
}

#[test]
fn the_shards_of_one_model_are_one() {
    let [first, second] = ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"];
    assert_eq!(chosen(&[first, second, "README.md"]), Ok(Some(first.into())));
    assert_eq!(chosen(&[first]), Ok(Some(first.into())));
    assert_eq!(chosen(&[first, "model.safetensors"]), Ok(None));
    assert!(matches!(chosen(&[second]), Err(LecternError::UnsupportedModel { .. })));
    for other in ["n.gguf", "n-00001-of-00002.gguf", "m-00001-of-00003.gguf"] {
        let error = chosen(&[first, other, second]);
        assert!(matches!(error, Err(LecternError::BadRequest { .. })), "{other}");
    }
}
