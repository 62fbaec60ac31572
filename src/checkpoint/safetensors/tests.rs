use half::{bf16, f16};

use super::*;
use crate::{
    checkpoint::{
        tensor::CHUNK,
        testing::{Collected, f32_bytes, safetensors_file, with_header},
    },
    error::UnsupportedReason,
};

const FILE: &str = "model.safetensors";

fn parse(bytes: &[u8], chunk_size: usize, length: Option<u64>) -> Result<Collected> {
    let mut sink = Collected::default();
    let mut stream = SafetensorsStream::new(FILE, length);
    for chunk in bytes.chunks(chunk_size) {
        stream.feed(chunk, &mut sink)?;
    }
    stream.finish()?;
    Ok(sink)
}

/// The reason why a file is refused.
fn reason(bytes: &[u8], chunk_size: usize, length: Option<u64>) -> BadFileReason {
    match parse(bytes, chunk_size, length) {
        Err(LecternError::BadFile { file, reason }) => {
            assert_eq!(file, FILE);
            reason
        }
        other => panic!("not refused: {other:?}"),
    }
}

fn sample() -> Vec<u8> {
    let half: Vec<u8> = [1.5f32, -2.0, 65504.0]
        .iter()
        .flat_map(|&value| f16::from_f32(value).to_le_bytes())
        .collect();
    let brain: Vec<u8> =
        [0.25f32, -3.0e38].iter().flat_map(|&value| bf16::from_f32(value).to_le_bytes()).collect();
    safetensors_file(&[
        ("first", "F32", &[2, 2], &f32_bytes(&[1.0, -0.5, 3.25, f32::MIN_POSITIVE])),
        ("empty", "F32", &[0, 7], &[]),
        ("a.mask", "BOOL", &[3], &[1, 0, 1]),
        ("half", "F16", &[3], &half),
        ("brain", "BF16", &[2, 1], &brain),
        ("scalar", "F32", &[], &f32_bytes(&[9.0])),
        ("last", "F32", &[0], &[]),
    ])
}

#[test]
fn values_are_the_same_however_the_bytes_are_cut() {
    let bytes = sample();
    let whole = parse(&bytes, bytes.len(), Some(bytes.len() as u64)).unwrap();
    assert_eq!(whole.names(), ["first", "empty", "half", "brain", "scalar", "last"]);
    assert_eq!(whole.ended, 6);
    assert_eq!(whole.tensors[0].1, [1.0, -0.5, 3.25, f32::MIN_POSITIVE]);
    assert_eq!(whole.tensors[0].0.shape, [2, 2]);
    assert_eq!(whole.tensors[2].1, [1.5, -2.0, 65504.0]);
    assert_eq!(whole.tensors[3].1, [0.25, bf16::from_f32(-3.0e38).to_f32()]);
    for chunk_size in 1..40 {
        let cut = parse(&bytes, chunk_size, None).unwrap();
        assert_eq!(cut.tensors, whole.tensors, "chunks of {chunk_size}");
    }
}

#[test]
fn a_sink_never_gets_more_than_one_chunk() {
    let values: Vec<f32> = (0..200_000).map(|value| value as f32).collect();
    let bytes = safetensors_file(&[("large", "F32", &[200_000], &f32_bytes(&values))]);
    for chunk_size in [bytes.len(), 100_003, 262_145] {
        let sink = parse(&bytes, chunk_size, None).unwrap();
        assert_eq!(sink.tensors[0].1, values);
        assert!(sink.largest_chunk <= CHUNK);
    }
}

#[test]
fn a_file_cut_off_anywhere_is_refused_with_what_is_missing() {
    let bytes = sample();
    for kept in 0..bytes.len() {
        let missing = bytes.len() - kept;
        // The browser knows no length, the full length, or that of the truncated file.
        for length in [None, Some(bytes.len() as u64), Some(kept as u64)] {
            let reason = reason(&bytes[..kept], 13, length);
            let is_named = match reason {
                BadFileReason::Truncated { received, missing: named } => {
                    (received, named) == (kept as u64, missing as u64)
                }
                BadFileReason::TruncatedHeader { received, missing: named } => {
                    received == kept as u64 && (1..=missing as u64).contains(&named)
                }
                BadFileReason::HeaderTooLong { .. } => length == Some(kept as u64),
                _ => false,
            };
            assert!(is_named, "{kept}, {length:?}: {reason:?}");
        }
    }
}

#[test]
fn bytes_after_the_last_tensor_are_refused() {
    let mut bytes = sample();
    let length = bytes.len() as u64;
    bytes.push(0);
    assert_eq!(reason(&bytes, 64, None), BadFileReason::TrailingData);
    assert_eq!(reason(&bytes, 64, Some(length + 1)), BadFileReason::TrailingBytes { bytes: 1 });
}

#[test]
fn an_inconsistent_header_is_refused() {
    let tensor = |offsets: &str, shape: &str, dtype: &str| {
        format!(r#"{{"t":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#)
    };
    let two = |second: &str| {
        format!(
            r#"{{"a":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}},"b":{{"dtype":"F32","shape":[1],"data_offsets":{second}}}}}"#
        )
    };
    let gap = |tensor: &str, start, end, expected| {
        let tensor = tensor.to_owned();
        BadFileReason::GapBeforeTensor { tensor, start, end, expected }
    };
    let bytes = |dtype: &str, shape: &[usize], bytes| {
        let (tensor, dtype, shape) = ("t".into(), dtype.to_owned(), shape.to_vec());
        BadFileReason::TensorBytes { tensor, dtype, shape, bytes }
    };
    let cases = [
        (tensor("[4,8]", "[1]", "F32"), gap("t", 4, 8, 0)),
        (tensor("[0,8]", "[1]", "F32"), bytes("F32", &[1], 8)),
        (tensor("[0,4]", "[1,2]", "F32"), bytes("F32", &[1, 2], 4)),
        (tensor("[4,0]", "[1]", "F32"), gap("t", 4, 0, 0)),
        (tensor("[0,4]", "[4294967296,4294967296]", "F32"), bytes("F32", &[1 << 32, 1 << 32], 4)),
        (tensor("[0,18446744073709551615]", "[1]", "F32"), bytes("F32", &[1], u64::MAX)),
        (tensor("[0,1]", "[1]", "F4"), bytes("F4", &[1], 1)),
        (two("[2,6]"), gap("b", 2, 6, 4)),
        (two("[8,12]"), gap("b", 8, 12, 4)),
        (two("[0,4]"), gap("b", 0, 4, 4)),
        (two("[4,8]").replace("\"b\"", "\"a\""), BadFileReason::TensorTwice { tensor: "a".into() }),
        ("[]".into(), BadFileReason::HeaderNotJson { detail: String::new() }),
    ];
    for (header, expected) in cases {
        assert_eq!(reason(&with_header(&header, &[0; 8]), 5, None), expected, "{header}");
    }
    let deep = format!("{{\"t\":{}", "[".repeat(100_000));
    let mut not_text = with_header("{\"xx\":1}", &[]);
    not_text[10] = 0xFF;
    for (file, detail) in [
        (with_header(&tensor("[0,4]", "[-1]", "F32"), &[0; 8]), "usize"),
        (with_header(&tensor("[0,4]", "[1]", "F33"), &[0; 8]), "F33"),
        (with_header("{\"t\":", &[]), "EOF"),
        (with_header("{\"t\":1}", &[]), "struct Info"),
        (with_header("{}}", &[]), "trailing"),
        (with_header(&deep, &[]), "line 1"),
        (with_header("{\"\u{0}\u{0}", &[]), "line 1"),
        (not_text, "line 1"),
    ] {
        let reason = reason(&file, 7, None);
        let BadFileReason::HeaderNotJson { detail: message } = &reason else {
            panic!("{detail}: {reason:?}")
        };
        assert!(message.contains(detail), "{message}");
    }
}

#[test]
fn a_header_length_of_ten_gigabytes_is_refused_at_once() {
    let mut bytes = 10_000_000_000u64.to_le_bytes().to_vec();
    bytes.extend_from_slice(b"{}");
    let too_long = |length| BadFileReason::HeaderTooLong { length };
    assert_eq!(reason(&bytes, 8, None), too_long(10_000_000_000));
    assert_eq!(reason(&u64::MAX.to_le_bytes(), 3, None), too_long(u64::MAX));
    // A plausible length, but not in a file as short as this one.
    assert_eq!(reason(&50_000u64.to_le_bytes(), 8, Some(1000)), too_long(50_000));
}

#[test]
fn a_tensor_of_ten_gigabytes_is_streamed_not_allocated() {
    let header = r#"{"t":{"dtype":"F32","shape":[2684354560],"data_offsets":[0,10737418240]}}"#;
    let file = with_header(header, &[0; 64]);
    let (received, missing) = (file.len() as u64, 10_737_418_176);
    assert_eq!(reason(&file, 1000, None), BadFileReason::Truncated { received, missing });
}

#[test]
fn other_files_are_named() {
    for (bytes, expected) in [
        (&b"<!DOCTYPE html><html lang=en><title>404</title></html>"[..], BadFileReason::WebPage),
        (b"  <html>", BadFileReason::WebPage),
        (b"<p>", BadFileReason::WebPage),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 548105171\n",
            BadFileReason::LfsPointer,
        ),
        (b"{\"error\": \"Entry not found\"}", BadFileReason::JsonText),
        (b"PK\x03\x04\x14\0\0\0\x08\x08", BadFileReason::ZipArchive),
        (b"", BadFileReason::TruncatedHeader { received: 0, missing: 8 }),
    ] {
        for chunk_size in [1, 4096] {
            for length in [None, Some(bytes.len() as u64)] {
                assert_eq!(reason(bytes, chunk_size, length), expected);
            }
        }
    }
}

#[test]
fn a_value_that_is_not_finite_is_named_by_tensor_and_index() {
    let mut values = vec![1.0f32; 70_000];
    values[69_999] = f32::NAN;
    let nan = safetensors_file(&[
        ("good", "F32", &[1], &f32_bytes(&[0.0])),
        ("bad", "F32", &[70_000], &f32_bytes(&values)),
    ]);
    let infinite = f16::INFINITY.to_le_bytes();
    let infinite = safetensors_file(&[("half", "F16", &[1], &infinite)]);
    for chunk_size in [7, 1 << 20] {
        let expected = LecternError::NotFinite { tensor: "bad".into(), index: 69_999 };
        assert_eq!(parse(&nan, chunk_size, None), Err(expected));
        let expected = LecternError::NotFinite { tensor: "half".into(), index: 0 };
        assert_eq!(parse(&infinite, chunk_size, None), Err(expected));
    }
}

#[test]
fn a_selected_tensor_of_integers_is_not_supported() {
    let bytes = safetensors_file(&[("ids", "I64", &[1], &[0; 8])]);
    let Err(LecternError::UnsupportedModel { reason }) = parse(&bytes, 64, None) else {
        panic!("it was accepted")
    };
    assert!(matches!(reason, UnsupportedReason::Dtype { dtype, .. } if dtype == "I64"));
}

#[test]
fn a_file_without_tensors_is_valid() {
    let sink = parse(&with_header(r#"{"__metadata__":{"format":"pt"}}"#, &[]), 3, None).unwrap();
    assert_eq!(sink, Collected::default());
}
