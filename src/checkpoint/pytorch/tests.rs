use super::*;
use crate::{
    checkpoint::{
        Dtype, SafetensorsStream, TensorHeader,
        testing::{Collected, f32_bytes},
    },
    error::{BadFileReason, LecternError, PytorchReason, Result, UnsupportedReason},
};

const FILE: &str = "pytorch_model.bin";
/// Files with the same tensors, written by torch and by Python's zipfile.
const GOOD: [&str; 8] = [
    "zip.bin",
    "zip-1.6.bin",
    "zip-protocol4.bin",
    "zip-lengths-before.bin",
    "zip-lengths-after.bin",
    "zip-64.bin",
    "legacy.bin",
    "legacy-protocol4.bin",
];

/// A file that tests/fixtures/pytorch/make.py wrote.
fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/pytorch/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

fn parse(bytes: &[u8], chunk_size: usize, length: Option<u64>) -> Result<Collected> {
    let mut sink = Collected::default();
    let mut stream = PytorchStream::new(FILE, length);
    for chunk in bytes.chunks(chunk_size) {
        stream.feed(chunk, &mut sink)?;
    }
    stream.finish()?;
    Ok(sink)
}

fn bad_file(bytes: &[u8], chunk_size: usize) -> BadFileReason {
    match parse(bytes, chunk_size, None) {
        Err(LecternError::BadFile { file, reason }) => {
            assert_eq!(file, FILE);
            reason
        }
        other => panic!("not refused: {other:?}"),
    }
}

fn unsupported(bytes: &[u8], chunk_size: usize) -> UnsupportedReason {
    match parse(bytes, chunk_size, None) {
        Err(LecternError::UnsupportedModel { reason }) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

/// The PyTorch-specific reason.
fn pytorch(reason: &BadFileReason) -> &PytorchReason {
    match reason {
        BadFileReason::Pytorch { reason } => reason,
        other => panic!("{other:?}"),
    }
}

/// The tensors sorted by name: files have them in the order of their storages.
fn sorted(sink: Collected) -> Vec<(TensorHeader, Vec<f32>)> {
    let mut tensors = sink.tensors;
    tensors.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    for (header, _) in &mut tensors {
        header.by_output = false;
    }
    tensors
}

fn expected() -> Vec<(TensorHeader, Vec<f32>)> {
    let mut sink = Collected::default();
    let mut stream = SafetensorsStream::new("expected.safetensors", None);
    stream.feed(&fixture("expected.safetensors"), &mut sink).unwrap();
    stream.finish().unwrap();
    sorted(sink)
}

#[test]
fn every_format_gives_the_tensors_that_torch_saved() {
    let expected = expected();
    assert_eq!(expected.len(), 12);
    for name in GOOD.into_iter().chain(["nested.bin"]) {
        let bytes = fixture(name);
        for chunk_size in [bytes.len(), 1, 7, 31, 1000] {
            for length in [None, Some(bytes.len() as u64)] {
                let sink = parse(&bytes, chunk_size, length)
                    .unwrap_or_else(|error| panic!("{name} in chunks of {chunk_size}: {error}"));
                assert_eq!(sink.ended, expected.len());
                assert_eq!(sorted(sink), expected, "{name} in chunks of {chunk_size}");
            }
        }
    }
}

#[test]
fn a_range_of_a_storage_begins_at_its_first_element() {
    let sink = parse(&fixture("legacy-part.bin"), 5, None).unwrap();
    assert_eq!(sink.names(), ["part"]);
    assert_eq!(sink.tensors[0].1, [3.0, 4.0, 5.0]);
    assert_eq!(sink.tensors[0].0.dtype, Dtype::F32);
}

#[test]
fn a_file_that_asks_for_code_is_refused_by_its_name() {
    for (name, asked) in [
        ("bad-exec.bin", "exec"),
        ("bad-system.bin", "posix.system"),
        ("bad-plain.bin", "posix.system"),
        ("bad-module.bin", "torch.nn.modules.linear.Linear"),
        ("bad-numpy.bin", "numpy"),
    ] {
        let bytes = fixture(name);
        for chunk_size in [1, bytes.len()] {
            match unsupported(&bytes, chunk_size) {
                UnsupportedReason::ForeignCode { file, name: found } => {
                    assert!(file == FILE && found.contains(asked), "{name}: {found}");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

#[test]
fn an_archive_that_is_compressed_is_refused() {
    let reason = unsupported(&fixture("zip-compressed.bin"), 7);
    let is_named = matches!(&reason, UnsupportedReason::PackedRecord { file, .. } if file == FILE);
    assert!(is_named, "{reason:?}");
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    for name in GOOD {
        let bytes = fixture(name);
        for kept in 0..bytes.len() {
            for length in [None, Some(bytes.len() as u64)] {
                let result = parse(&bytes[..kept], 97, length);
                assert!(
                    matches!(result, Err(LecternError::BadFile { .. })),
                    "{name}, {kept} bytes of it: {result:?}"
                );
            }
        }
        let reason = match parse(&bytes[..kept_of(&bytes)], 97, Some(bytes.len() as u64)) {
            Err(LecternError::BadFile { reason, .. }) => reason,
            other => panic!("{other:?}"),
        };
        let received = kept_of(&bytes) as u64;
        let missing = bytes.len() as u64 - received;
        assert_eq!(reason, BadFileReason::Truncated { received, missing });
    }
}

fn kept_of(bytes: &[u8]) -> usize {
    bytes.len() * 2 / 3
}

#[test]
fn more_bytes_than_there_should_be_are_refused() {
    for name in GOOD {
        let bytes = [fixture(name), vec![0]].concat();
        assert_eq!(bad_file(&bytes, 64), BadFileReason::TrailingData, "{name}");
    }
}

/// The bytes with the first occurrence of `old` replaced.
fn patched(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let at = bytes.windows(old.len()).position(|window| window == old).expect("the old bytes");
    [&bytes[..at], new, &bytes[at + new.len()..]].concat()
}

#[test]
fn another_byte_order_is_refused() {
    let reason = unsupported(&patched(&fixture("zip.bin"), b"little", b"big   "), 11);
    assert_eq!(reason, UnsupportedReason::BigEndian);
    let reason = bad_file(&patched(&fixture("zip.bin"), b"little", b"middle"), 11);
    assert_eq!(reason, PytorchReason::ByteOrder.into());
}

#[test]
fn a_storage_of_another_length_than_its_tensors_need_is_refused() {
    // The length of the first storage in the pickle, 20 elements on "cpu".
    let shorter = patched(&fixture("zip.bin"), b"cpuq\x07K\x14", b"cpuq\x07K\x13");
    let reason = bad_file(&shorter, 64);
    let outside = |reason: &BadFileReason| {
        let reason = pytorch(reason);
        matches!(reason, PytorchReason::TensorOutside { .. })
    };
    assert!(outside(&reason), "{reason:?}");
    // A record longer than in its header.
    let header = &fixture("zip-lengths-before.bin");
    let reason = bad_file(&patched(header, b"P\0\0\0P\0\0\0", b"T\0\0\0T\0\0\0"), 64);
    let PytorchReason::RecordLength { length, expected, .. } = pytorch(&reason) else {
        panic!("{reason:?}")
    };
    assert_eq!((*length, *expected), (84, 80));
    // A missing storage.
    let reason = bad_file(&patched(&fixture("zip.bin"), b"zip/data/0", b"zip/date/0"), 64);
    let PytorchReason::MissingStorage { key, .. } = pytorch(&reason) else { panic!("{reason:?}") };
    assert_eq!(key, "0");
    // A legacy storage with another element count.
    let legacy = fixture("legacy-part.bin");
    let count = |count: u64| [b"a.".as_slice(), &count.to_le_bytes()].concat();
    let reason = bad_file(&patched(&legacy, &count(6), &count(7)), 64);
    let PytorchReason::StorageElements { found, expected, .. } = pytorch(&reason) else {
        panic!("{reason:?}")
    };
    assert_eq!((*found, *expected), (7, 6));
}

#[test]
fn other_files_are_named() {
    for (bytes, expected) in [
        (&b"<!DOCTYPE html><html></html>"[..], BadFileReason::WebPage),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", BadFileReason::LfsPointer),
        (b"{\"error\": \"Entry not found\"}", BadFileReason::JsonText),
        (b"GGUF\x03\0\0\0", BadFileReason::GgufFile),
        (b"\x93NUMPY\x01\0v\0{'descr': ", PytorchReason::NeitherZipNorPickle.into()),
        (b"\x80\x02K\x01.", PytorchReason::NotFromTorch.into()),
        (b"PK\x05\x06\0\0", BadFileReason::Incomplete { received: 6 }),
        (b"", BadFileReason::Incomplete { received: 0 }),
        (b"PK", BadFileReason::Incomplete { received: 2 }),
    ] {
        for chunk_size in [1, 4096] {
            assert_eq!(bad_file(bytes, chunk_size), expected, "{bytes:?}");
        }
    }
    // An empty archive's end, after the header of a record of another name.
    let record = [b"PK\x03\x04".as_slice(), &[0; 22], &[3, 0, 0, 0], b"a/b"].concat();
    let reason = bad_file(&[record, b"PK\x05\x06".to_vec(), vec![0; 18]].concat(), 5);
    assert_eq!(reason, PytorchReason::NoPickle.into());
}

/// A zip archive of these records, with their lengths before them.
fn archive(records: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = Vec::new();
    for (name, bytes) in records {
        let length = (bytes.len() as u32).to_le_bytes();
        file.extend_from_slice(b"PK\x03\x04");
        file.extend_from_slice(&[0; 14]);
        file.extend([length, length].concat());
        file.extend([name.len() as u8, 0, 0, 0]);
        file.extend_from_slice(name.as_bytes());
        file.extend_from_slice(bytes);
    }
    [&file, b"PK\x05\x06".as_slice(), &[0; 18]].concat()
}

/// A pickle of a dict with one tensor `w` of a float storage of `elements`, with this shape and these strides.
fn pickle_of_one(elements: u32, shape: &[u32], strides: &[u32]) -> Vec<u8> {
    let integer = |n: &u32| [b"J".as_slice(), &n.to_le_bytes()].concat();
    let tuple = |integers: &[u32]| {
        let integers: Vec<u8> = integers.iter().flat_map(integer).collect();
        [b"(".as_slice(), &integers, b"t"].concat()
    };
    [
        b"}U\x01wctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpu"
            .as_slice(),
        &integer(&elements),
        b"tQK\0",
        &tuple(shape),
        &tuple(strides),
        b"\x89NtRs.",
    ]
    .concat()
}

#[test]
fn views_beyond_their_storage_are_refused_and_not_allocated() {
    let bytes = f32_bytes(&[1.0, 2.0]);
    let file = |pickle: &[u8]| archive(&[("a/data.pkl", pickle), ("a/data/0", &bytes)]);
    let good = parse(&file(&pickle_of_one(2, &[2, 1], &[1, 9])), 3, None).unwrap();
    assert_eq!(good.tensors[0].1, [1.0, 2.0]);
    // Four thousand million elements of two, by a stride of 0.
    let reason = unsupported(&file(&pickle_of_one(2, &[65535, 65535], &[0, 0])), 3);
    assert_eq!(reason, UnsupportedReason::RepeatedElements { tensor: "w".into() });
    for (shape, strides) in
        [(&[3][..], &[1][..]), (&[2], &[2]), (&[2, 1], &[1]), (&[i32::MAX as u32; 4], &[1; 4])]
    {
        let reason = bad_file(&file(&pickle_of_one(2, shape, strides)), 3);
        assert_eq!(reason, PytorchReason::TensorOutside { key: "0".into() }.into());
    }
    // A missing storage of 8 GB is not allocated.
    let reason =
        bad_file(&archive(&[("a/data.pkl", &pickle_of_one(i32::MAX as u32, &[1], &[1]))]), 3);
    let (key, tensor) = (String::from("0"), String::from("w"));
    assert_eq!(reason, PytorchReason::MissingStorage { key, tensor }.into());
}

#[test]
fn storages_out_of_their_order_are_refused() {
    let (pickle, bytes) = (pickle_of_one(1, &[1], &[1]), f32_bytes(&[1.0]));
    let (pickle, storage) = (("a/data.pkl", &pickle[..]), ("a/data/0", &bytes[..]));
    let key = || String::from("0");
    for (records, expected) in [
        (&[storage, pickle][..], PytorchReason::StoragesFirst),
        (&[pickle, storage, storage], PytorchReason::StorageTwice { key: key() }),
        (&[pickle, pickle], PytorchReason::PickleTwice),
        (&[pickle], PytorchReason::MissingStorage { key: key(), tensor: "w".into() }),
    ] {
        assert_eq!(bad_file(&archive(records), 64), expected.into());
    }
    let (name, code) = ("a/code/__torch__.py", &b"def forward(self): pass"[..]);
    let reason = unsupported(&archive(&[pickle, storage, (name, code)]), 64);
    assert_eq!(reason, UnsupportedReason::TorchScript { file: FILE.into() });
}

#[test]
fn the_error_for_a_pickle_without_tensors_lists_its_keys() {
    let keys = |key: &str| PytorchReason::NoTensors { keys: vec![key.to_owned()] };
    for (pickle, expected) in [
        (&b"]."[..], PytorchReason::NoStateDict),
        (b"}U\x05epochK\x01s.", keys("epoch")),
        (b"}U\x05modelK\x01s.", keys("model")),
    ] {
        assert_eq!(bad_file(&archive(&[("a/data.pkl", pickle)]), 64), expected.into());
    }
    assert_eq!(parse(&archive(&[("a/data.pkl", b"}.")]), 64, None), Ok(Collected::default()));
}

#[test]
fn a_value_that_is_not_finite_is_named_by_tensor_and_index() {
    // Columns: the infinite one comes second in the storage and third in the tensor.
    let pickle = pickle_of_one(4, &[2, 2], &[1, 2]);
    let bytes = f32_bytes(&[1.0, f32::INFINITY, 3.0, 4.0]);
    let file = archive(&[("a/data.pkl", &pickle), ("a/data/0", &bytes)]);
    let expected = LecternError::NotFinite { tensor: "w".into(), index: 2 };
    assert_eq!(parse(&file, 7, None), Err(expected));
}

#[test]
fn a_selected_tensor_of_integers_is_not_supported() {
    let pickle = pickle_of_one(1, &[1], &[1]);
    let pickle = patched(&pickle, b"FloatStorage", b"ShortStorage");
    let file = archive(&[("a/data.pkl", &pickle), ("a/data/0", &[0; 2])]);
    let reason = unsupported(&file, 7);
    assert!(matches!(&reason, UnsupportedReason::Dtype { dtype, .. } if dtype == "I16"));
}

/// A sink that takes the tensor of one name, and lists all names.
struct Selecting(&'static str, Vec<String>);

impl crate::checkpoint::TensorSink for Selecting {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        self.1.push(tensor.name.clone());
        Ok(tensor.name == self.0)
    }

    fn values(&mut self, _: &[f32]) -> Result<()> {
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

#[test]
fn a_tied_embedding_is_streamed_if_its_head_is_skipped() {
    let bytes = fixture("zip.bin");
    let mut sink = Selecting("embedding.weight", Vec::new());
    let mut stream = PytorchStream::new(FILE, None);
    stream.feed(&bytes, &mut sink).unwrap();
    stream.finish().unwrap();
    // The head came first and was skipped, so that no bytes are held for it.
    let weights: Vec<_> =
        sink.1.iter().filter(|name| name.contains("weight")).map(String::as_str).collect();
    assert_eq!(weights, ["head.weight", "embedding.weight"]);
}
