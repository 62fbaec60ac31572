use half::{bf16, f16};

use super::*;
use crate::checkpoint::{
    tensor_bytes::CHUNK,
    testing::{Collected, f32_bytes, safetensors_file, with_header},
};

const FILE: &str = "model.safetensors";

fn parse(bytes: &[u8], piece: usize, length: Option<u64>) -> Result<Collected> {
    let mut sink = Collected::default();
    let mut stream = SafetensorsStream::new(FILE, length);
    for piece in bytes.chunks(piece) {
        stream.feed(piece, &mut sink)?;
    }
    stream.finish()?;
    Ok(sink)
}

/// Why a file is refused; the same whether or not its length is known beforehand.
fn reason(bytes: &[u8], piece: usize, length: Option<u64>) -> String {
    match parse(bytes, piece, length) {
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
    for piece in 1..40 {
        let cut = parse(&bytes, piece, None).unwrap();
        assert_eq!(cut.tensors, whole.tensors, "pieces of {piece}");
    }
}

#[test]
fn a_sink_never_gets_more_than_one_chunk() {
    let values: Vec<f32> = (0..200_000).map(|value| value as f32).collect();
    let bytes = safetensors_file(&[("large", "F32", &[200_000], &f32_bytes(&values))]);
    for piece in [bytes.len(), 100_003, 262_145] {
        let sink = parse(&bytes, piece, None).unwrap();
        assert_eq!(sink.tensors[0].1, values);
        assert!(sink.largest_chunk <= CHUNK);
    }
}

#[test]
fn a_file_cut_off_anywhere_is_refused_with_what_is_missing() {
    let bytes = sample();
    for kept in 0..bytes.len() {
        let missing = bytes.len() - kept;
        // What the browser knows is either nothing, the full length, or that of the stump itself.
        for length in [None, Some(bytes.len() as u64), Some(kept as u64)] {
            let reason = reason(&bytes[..kept], 13, length);
            let number = format!("{missing} bytes are missing");
            let header_unread = reason.contains("at least") || reason.contains("header would be");
            assert!(reason.contains(&number) || header_unread, "{kept}, {length:?}: {reason}");
        }
    }
}

#[test]
fn more_bytes_than_the_header_tells_of_are_refused() {
    let mut bytes = sample();
    let length = bytes.len() as u64;
    bytes.push(0);
    assert!(reason(&bytes, 64, None).contains("after its last tensor"));
    assert!(reason(&bytes, 64, Some(length + 1)).contains("1 bytes after its last tensor"));
}

#[test]
fn a_lying_header_is_refused() {
    let tensor = |offsets: &str, shape: &str, dtype: &str| {
        format!(r#"{{"t":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#)
    };
    let two = |second: &str| {
        format!(
            r#"{{"a":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}},"b":{{"dtype":"F32","shape":[1],"data_offsets":{second}}}}}"#
        )
    };
    let cases = [
        (tensor("[4,8]", "[1]", "F32"), "byte 0 comes next"),
        (tensor("[0,8]", "[1]", "F32"), "cannot take 8 bytes"),
        (tensor("[0,4]", "[1,2]", "F32"), "cannot take 4 bytes"),
        (tensor("[4,0]", "[1]", "F32"), "byte 0 comes next"),
        (tensor("[0,4]", "[4294967296,4294967296]", "F32"), "cannot"),
        (tensor("[0,18446744073709551615]", "[1]", "F32"), "cannot take"),
        (tensor("[0,4]", "[-1]", "F32"), "cannot be read"),
        (tensor("[0,4]", "[1]", "F33"), "cannot be read"),
        (tensor("[0,1]", "[1]", "F4"), "cannot take"),
        (two("[2,6]"), "byte 4 comes next"),
        (two("[8,12]"), "byte 4 comes next"),
        (two("[0,4]"), "byte 4 comes next"),
        (two("[4,8]").replace("\"b\"", "\"a\""), "tensor a is there twice"),
        ("[]".into(), "not JSON"),
        ("{\"t\":".into(), "cannot be read"),
        ("{\"t\":1}".into(), "cannot be read"),
        ("{}}".into(), "cannot be read"),
    ];
    for (header, expected) in cases {
        let reason = reason(&with_header(&header, &[0; 8]), 5, None);
        assert!(reason.contains(expected), "{header}: {reason}");
    }
    let deep = format!("{{\"t\":{}", "[".repeat(100_000));
    assert!(reason(&with_header(&deep, &[]), 4096, None).contains("cannot be read"));
    assert!(reason(&with_header("{\"\u{0}\u{0}", &[]), 7, None).contains("cannot be read"));
    let mut not_text = with_header("{\"xx\":1}", &[]);
    not_text[10] = 0xFF;
    assert!(reason(&not_text, 7, None).contains("cannot be read"));
}

#[test]
fn a_header_length_of_ten_gigabytes_is_refused_at_once() {
    let mut bytes = 10_000_000_000u64.to_le_bytes().to_vec();
    bytes.extend_from_slice(b"{}");
    assert!(reason(&bytes, 8, None).contains("10000000000"));
    assert!(reason(&u64::MAX.to_le_bytes(), 3, None).contains("would be"));
    // A plausible length, but not in a file as short as this one.
    assert!(reason(&50_000u64.to_le_bytes(), 8, Some(1000)).contains("would be 50000"));
}

#[test]
fn a_tensor_of_ten_gigabytes_is_streamed_not_allocated() {
    let header = r#"{"t":{"dtype":"F32","shape":[2684354560],"data_offsets":[0,10737418240]}}"#;
    let reason = reason(&with_header(header, &[0; 64]), 1000, None);
    assert!(reason.contains("10737418176 bytes are missing"), "{reason}");
}

#[test]
fn what_is_no_safetensors_file_is_called_what_it_is() {
    for (bytes, expected) in [
        (&b"<!DOCTYPE html><html lang=en><title>404</title></html>"[..], "web page"),
        (b"  <html>", "web page"),
        (b"<p>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 548105171\n", "LFS"),
        (b"{\"error\": \"Entry not found\"}", "JSON"),
        (b"PK\x03\x04\x14\0\0\0\x08\x08", "zip archive"),
        (b"", "0 bytes"),
    ] {
        for piece in [1, 4096] {
            for length in [None, Some(bytes.len() as u64)] {
                let reason = reason(bytes, piece, length);
                assert!(reason.contains(expected), "{reason}");
            }
        }
    }
}

#[test]
fn a_number_that_is_not_finite_is_named_by_tensor_and_index() {
    let mut values = vec![1.0f32; 70_000];
    values[69_999] = f32::NAN;
    let nan = safetensors_file(&[
        ("good", "F32", &[1], &f32_bytes(&[0.0])),
        ("bad", "F32", &[70_000], &f32_bytes(&values)),
    ]);
    let infinite = f16::INFINITY.to_le_bytes();
    let infinite = safetensors_file(&[("half", "F16", &[1], &infinite)]);
    for piece in [7, 1 << 20] {
        let expected = LecternError::NotFinite { tensor: "bad".into(), index: 69_999 };
        assert_eq!(parse(&nan, piece, None), Err(expected));
        let expected = LecternError::NotFinite { tensor: "half".into(), index: 0 };
        assert_eq!(parse(&infinite, piece, None), Err(expected));
    }
}

#[test]
fn a_wanted_tensor_of_integers_is_not_supported() {
    let bytes = safetensors_file(&[("ids", "I64", &[1], &[0; 8])]);
    let Err(LecternError::UnsupportedModel { reason }) = parse(&bytes, 64, None) else {
        panic!("it was accepted")
    };
    assert!(reason.contains("I64"));
}

#[test]
fn a_file_without_tensors_is_a_file() {
    let sink = parse(&with_header(r#"{"__metadata__":{"format":"pt"}}"#, &[]), 3, None).unwrap();
    assert_eq!(sink, Collected::default());
}
