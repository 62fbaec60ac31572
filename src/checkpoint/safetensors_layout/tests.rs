use super::*;
use crate::{
    checkpoint::{
        SafetensorsStream,
        testing::{Collected, f32_bytes, safetensors_file, with_header},
    },
    quantization::{PackedMatrix, Scheme},
};

fn parse(bytes: &[u8], chunk_size: usize) -> Result<Collected> {
    let mut sink = Collected::default();
    let mut stream = SafetensorsStream::new("model.safetensors", Some(bytes.len() as u64));
    for chunk in bytes.chunks(chunk_size) {
        stream.feed(chunk, &mut sink)?;
    }
    stream.finish()?;
    Ok(sink)
}

fn i8_bytes(values: &[i8]) -> Vec<u8> {
    values.iter().map(|&value| value as u8).collect()
}

const INTEGERS: [i8; 6] = [127, -64, 0, -127, 1, 3];

/// Two matrices, their scales before them but not just before, and a vector whose name ends like scales.
fn sample() -> Vec<u8> {
    safetensors_file(&[
        ("b.scale", "F32", &[3], &f32_bytes(&[1.0, 0.0, 2.0])),
        ("w.scale", "F32", &[2], &f32_bytes(&[0.5, 0.25])),
        ("norm.scale", "F32", &[2], &f32_bytes(&[7.0, 8.0])),
        ("w", "I8", &[2, 3], &i8_bytes(&INTEGERS)),
        ("a.mask", "I8", &[2], &[1, 1]),
        ("b", "I8", &[3, 1], &i8_bytes(&[-5, 9, 127])),
    ])
}

#[test]
fn an_int8_matrix_is_read_as_its_products_with_the_scales() {
    for chunk_size in [1, 2, 3, 5, 7, 1000] {
        let sink = parse(&sample(), chunk_size).unwrap();
        assert_eq!(sink.names(), ["norm.scale", "w", "b"], "chunks of {chunk_size}");
        assert_eq!(sink.tensors[0].1, [7.0, 8.0]);
        assert_eq!(sink.tensors[1].1, [63.5, -32.0, 0.0, -31.75, 0.25, 0.75]);
        assert_eq!(sink.tensors[1].0.shape, [2, 3]);
        assert_eq!(sink.tensors[1].0.dtype, Dtype::Packed(Scheme::Int8Channel));
        assert_eq!(sink.tensors[2].1, [-5.0, 0.0, 254.0]);
        assert_eq!(sink.ended, 3);
    }
}

#[test]
fn rows_keep_their_scales_across_chunks_and_quantizing_again_gives_the_same_integers() {
    let (rows, columns) = (150, 701);
    let mut values: Vec<f32> = (0..rows * columns)
        .map(|i| ((i * 7919 % 10_007) as f32 - 5003.0) * (1.0 + (i / columns) as f32) * 1e-4)
        .collect();
    values[..columns].fill(0.0);
    values[columns..2 * columns].iter_mut().for_each(|value| *value *= 1e-38);
    values[2 * columns] = 3.0e38;
    let packed = PackedMatrix::quantize(&values, rows, columns, Scheme::Int8Channel);
    let integers: Vec<i8> = (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (row, column)))
        .map(|(row, column)| packed.stored(row, column) as i8)
        .collect();
    let file = safetensors_file(&[
        ("w.scale", "F32", &[rows], &f32_bytes(&packed.scales)),
        ("w", "I8", &[rows, columns], &i8_bytes(&integers)),
    ]);
    for chunk_size in [file.len(), 10_007] {
        let sink = parse(&file, chunk_size).unwrap();
        let values = &sink.tensors[0].1;
        assert_eq!(values, &packed.dequantize());
        let again = PackedMatrix::quantize(values, rows, columns, Scheme::Int8Channel);
        assert_eq!(again.words, packed.words);
    }
}

fn reason(bytes: &[u8]) -> BadFileReason {
    match parse(bytes, 16) {
        Err(LecternError::BadFile { reason, .. }) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_matrix_without_its_scales_before_it_is_refused() {
    let scales = f32_bytes(&[0.5, 0.25]);
    let matrix = i8_bytes(&INTEGERS);
    let w = ("w", "I8", &[2, 3][..], &matrix[..]);
    let after = safetensors_file(&[w, ("w.scale", "F32", &[2], &scales)]);
    let (matrix_name, factors) = (String::from("w"), String::from("w.scale"));
    let expected = BadFileReason::FactorsAfterMatrix { matrix: matrix_name, factors };
    assert_eq!(reason(&after), expected);
    // Scales in another shard do not count.
    let without = UnsupportedReason::IntegersWithoutScales { dtype: "I8".into() };
    assert_eq!(parse(&safetensors_file(&[w]), 16), Err(LecternError::unsupported(without)));
    for (dtype, shape, bytes) in [
        ("F32", &[1][..], &scales[..4]),
        ("F32", &[3], &[0; 12]),
        ("F32", &[2, 1], &scales),
        ("F32", &[], &scales[..4]),
        ("F16", &[2], &scales[..4]),
        ("I8", &[2], &scales[..2]),
    ] {
        let file = safetensors_file(&[("w.scale", dtype, shape, bytes), w]);
        let expected = BadFileReason::WrongFactors {
            factors: "w.scale".into(),
            found: format!("{dtype} {shape:?}"),
            expected: "F32 [2]".into(),
        };
        assert_eq!(reason(&file), expected);
    }
    for shape in [&[6][..], &[1, 2, 3], &[]] {
        let matrix = &matrix[..shape.iter().product()];
        let file =
            safetensors_file(&[("w.scale", "F32", &[2], &scales), ("w", "I8", shape, matrix)]);
        let expected = BadFileReason::NotMatrix { tensor: "w".into(), shape: shape.to_vec() };
        assert_eq!(reason(&file), expected);
    }
    let empty = safetensors_file(&[("w.scale", "F32", &[2], &scales), ("w", "I8", &[2, 0], &[])]);
    assert!(matches!(reason(&empty), BadFileReason::NotMatrix { shape, .. } if shape == [2, 0]));
}

#[test]
fn a_value_that_is_not_finite_is_found_among_scales_and_products() {
    let file = |scales: [f32; 2]| {
        safetensors_file(&[
            ("w.scale", "F32", &[2], &f32_bytes(&scales)),
            ("w", "I8", &[2, 3], &i8_bytes(&INTEGERS)),
        ])
    };
    for bad in [f32::NAN, f32::INFINITY] {
        let error = LecternError::NotFinite { tensor: "w.scale".into(), index: 1 };
        assert_eq!(parse(&file([1.0, bad]), 5), Err(error));
    }
    let error = LecternError::NotFinite { tensor: "w".into(), index: 3 };
    assert_eq!(parse(&file([1.0, f32::MAX]), 5), Err(error));
}

#[test]
fn a_file_with_an_unknown_scheme_is_refused() {
    let header = |layout: &str| {
        format!(
            r#"{{"__metadata__":{{"lectern.quantization":"{layout}"}},"w":{{"dtype":"I8","shape":[1,1],"data_offsets":[4,5]}},"w.scale":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}}}"#
        )
    };
    let body = [&f32_bytes(&[2.0])[..], &[3]].concat();
    let sink = parse(&with_header(&header("int8-channel"), &body), 7).unwrap();
    assert_eq!(sink.tensors[0].1, [6.0]);
    let unknown = UnsupportedReason::Scheme { name: "int8-group".into(), known: Scheme::names() };
    let refused = parse(&with_header(&header("int8-group"), &body), 16);
    assert_eq!(refused, Err(LecternError::unsupported(unknown)));
}
