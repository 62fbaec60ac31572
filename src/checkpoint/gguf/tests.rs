use super::*;
use crate::{
    checkpoint::{
        Dtype, TensorHeader, TensorSink,
        testing::{Collected, f32_bytes},
    },
    error::{BadFileReason, LecternError, Result, UnsupportedReason},
    quantization::{PackedMatrix, Scheme},
};

/// A sink that keeps everything: the header, the tensors' values, and the packed matrices.
#[derive(Debug, Default, PartialEq)]
struct Kept {
    header: Option<GgufHeader>,
    collected: Collected,
    matrices: Vec<PackedMatrix>,
}

impl TensorSink for Kept {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        if let Dtype::Packed(scheme) = tensor.dtype {
            self.matrices.push(PackedMatrix::with_capacity(0, tensor.shape[1], scheme));
        }
        self.collected.begin(tensor)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        self.collected.values(values)
    }

    fn packed(&mut self, rows: &PackedMatrix) -> Result<()> {
        self.matrices.last_mut().unwrap().append(rows);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.collected.end()
    }
}

impl GgufSink for Kept {
    fn header(&mut self, header: GgufHeader) -> Result<()> {
        assert!(self.header.replace(header).is_none());
        Ok(())
    }
}

fn parse(bytes: &[u8], chunk_size: usize, length_known: bool) -> Result<Kept> {
    let mut sink = Kept::default();
    let length = length_known.then_some(bytes.len() as u64);
    let mut stream = GgufStream::new("model.gguf", length);
    for chunk in bytes.chunks(chunk_size) {
        stream.feed(chunk, &mut sink)?;
    }
    stream.finish(&mut sink)?;
    Ok(sink)
}

fn metadata() -> Metadata {
    let mut metadata = Metadata::default();
    metadata.insert("general.architecture", "gpt2");
    metadata.insert("gpt2.context_length", 7u32);
    metadata.insert("gpt2.attention.layer_norm_epsilon", 1e-5f32);
    metadata.insert("gpt2.attention.causal", true);
    metadata.insert("tokenizer.ggml.tokens", vec!["a".to_owned(), "Ġб".to_owned(), String::new()]);
    metadata.insert("tokenizer.ggml.token_type", vec![1, 3, -5]);
    let inner = Value::Texts(vec!["x".into()]);
    let arrays = Value::Arrays(vec![inner, vec![1, 2].into()]);
    metadata.0.push(("arrays".into(), arrays));
    metadata
}

fn matrix(scheme: Scheme) -> PackedMatrix {
    let values: Vec<f32> = (0..3 * 64).map(|i| ((i * 7919) % 1000) as f32 / 500.0 - 0.9).collect();
    PackedMatrix::quantize(&values, 3, 64, scheme)
}

const SCHEMES: [Scheme; 3] = [Scheme::Q8_0, Scheme::Q4_0, Scheme::Q4_1];

/// Blocks of `q6_k`, one a row, with all bits in use.
fn super_blocks(rows: usize) -> Vec<u8> {
    let mut blocks: Vec<u8> = (0..rows * 210).map(|i| (i * 37 % 251) as u8).collect();
    for block in blocks.chunks_exact_mut(210) {
        block[192] = 128;
        block[208..].copy_from_slice(&0x1400u16.to_le_bytes());
    }
    blocks
}

fn header(name: &str, dtype: Dtype, shape: &[usize]) -> TensorHeader {
    TensorHeader { name: name.into(), dtype, shape: shape.into(), by_output: true }
}

/// A file of these tensors, by the writer.
fn file_of(tensors: &[(TensorHeader, Vec<u8>)]) -> Vec<u8> {
    let headers: Vec<TensorHeader> = tensors.iter().map(|(header, _)| header.clone()).collect();
    let mut file = gguf_header(&metadata(), &headers).unwrap();
    for (_, bytes) in tensors {
        file.extend(bytes);
        file.resize(file.len() + gguf_padding(bytes.len() as u64), 0);
    }
    file
}

/// A file with a tensor of every supported type.
fn sample() -> Vec<u8> {
    let halves = [0x3c00u16, 0xc000].map(u16::to_le_bytes).concat();
    let mut tensors = vec![
        (header("f32", Dtype::F32, &[2, 3]), f32_bytes(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
        (header("f16", Dtype::F16, &[2]), halves),
        (header("bf16", Dtype::BF16, &[1, 2]), vec![0x80, 0x3f, 0x00, 0xc0]),
    ];
    for scheme in SCHEMES {
        let header = header(&scheme.to_string(), Dtype::Packed(scheme), &[3, 64]);
        tensors.push((header, matrix(scheme).blocks().unwrap()));
    }
    file_of(&tensors)
}

#[test]
fn what_is_written_is_read_for_any_chunk_size() {
    let file = sample();
    assert_eq!(file.len() % 32, 0);
    for chunk_size in [1, 2, 7, 100, 1000, file.len()] {
        for length_known in [true, false] {
            let kept = parse(&file, chunk_size, length_known).unwrap();
            let header = kept.header.unwrap();
            assert_eq!(header.metadata, metadata());
            assert!(header.has("bf16") && !header.has("q5_0"));
            assert_eq!(
                kept.collected.names(),
                ["f32", "f16", "bf16", "q8_0", "q4_0", "q4_1"],
                "chunks of {chunk_size}"
            );
            assert_eq!(kept.collected.tensors[0].0.shape, [2, 3]);
            assert_eq!(kept.collected.tensors[0].1, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
            assert_eq!(kept.collected.tensors[1].1, [1.0, -2.0]);
            assert_eq!(kept.collected.tensors[2].1, [1.0, -2.0]);
            assert_eq!(kept.matrices, SCHEMES.map(matrix));
            assert_eq!(kept.collected.ended, 6);
        }
    }
}

#[test]
fn super_blocks_are_read_and_written_bit_by_bit() {
    let blocks = super_blocks(3);
    let file = file_of(&[(header("w", Dtype::Packed(Scheme::Q6_K), &[3, 256]), blocks.clone())]);
    for chunk_size in [1, 100, 211, file.len()] {
        let kept = parse(&file, chunk_size, true).unwrap();
        let [matrix] = &kept.matrices[..] else { panic!("{}", kept.matrices.len()) };
        assert_eq!((matrix.rows, matrix.scales.len(), matrix.bytes()), (3, 48, 3 * (256 + 64)));
        assert_eq!(matrix.blocks().as_ref(), Some(&blocks));
    }
    for columns in [32, 128, 255, 384] {
        let shape = [2, columns];
        let error =
            gguf_header(&Metadata::default(), &[header("w", Dtype::Packed(Scheme::Q6_K), &shape)]);
        assert!(matches!(error, Err(LecternError::BadRequest { .. })), "{columns}");
    }
    let mut odd = blocks;
    odd[210 + 208..420].copy_from_slice(&0x7e00u16.to_le_bytes());
    let file = file_of(&[(header("w", Dtype::Packed(Scheme::Q6_K), &[3, 256]), odd)]);
    let error = LecternError::NotFinite { tensor: "w".into(), index: 256 };
    assert_eq!(parse(&file, 7, true), Err(error));
}

#[test]
fn metadata_is_read_by_type() {
    let metadata = metadata();
    assert_eq!(metadata.text("general.architecture"), Ok(Some("gpt2")));
    assert_eq!(metadata.integer("gpt2.context_length"), Ok(Some(7)));
    // The decimal number, not its nearest 32-bit float.
    assert_eq!(metadata.number("gpt2.attention.layer_norm_epsilon"), Ok(Some(1e-5)));
    assert_eq!(metadata.flag("gpt2.attention.causal"), Ok(Some(true)));
    assert_eq!(metadata.texts("tokenizer.ggml.tokens").unwrap().unwrap().len(), 3);
    assert_eq!(metadata.integer("nothing"), Ok(None));
    assert!(metadata.integer("general.architecture").is_err());
    assert!(metadata.text("gpt2.context_length").is_err());
    assert!(metadata.flag("gpt2.context_length").is_err());
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_refused() {
    let file = sample();
    // The last tensor's padding may be missing.
    let needed = file.len() - gguf_padding(matrix(Scheme::Q4_1).blocks().unwrap().len() as u64);
    for length in 0..needed {
        for length_known in [true, false] {
            for chunk_size in [13, file.len()] {
                let error = parse(&file[..length], chunk_size, length_known).unwrap_err();
                assert!(matches!(error, LecternError::BadFile { .. }), "{length}: {error}");
            }
        }
    }
    assert!(parse(&file[..needed], 64, true).is_ok());
}

#[test]
fn a_header_with_any_byte_changed_never_makes_it_panic() {
    let file = sample();
    let mut refused = 0;
    for index in 0..file.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut file = file.clone();
            file[index] ^= change;
            let known = parse(&file, 100, true);
            refused += usize::from(known.is_err());
            if let (Ok(known), Ok(unknown)) = (known, parse(&file, 7, false)) {
                assert_eq!(known, unknown);
            }
        }
    }
    assert!(refused > file.len() / 4, "only {refused} were refused");
}

fn reason(bytes: &[u8]) -> BadFileReason {
    match parse(bytes, 16, true) {
        Err(LecternError::BadFile { reason, .. }) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

/// The offset of the first occurrence.
fn offset_of(file: &[u8], bytes: &[u8]) -> usize {
    file.windows(bytes.len()).position(|window| window == bytes).unwrap()
}

#[test]
fn what_cannot_be_read_is_named() {
    let changed = |offset: usize, bytes: &[u8]| {
        let mut file = sample();
        file[offset..offset + bytes.len()].copy_from_slice(bytes);
        file
    };
    let with = |offset: usize, bytes: &[u8]| reason(&changed(offset, bytes));
    let unsupported = |offset: usize, bytes: &[u8]| match parse(&changed(offset, bytes), 16, true) {
        Err(LecternError::UnsupportedModel { reason }) => reason,
        other => panic!("not refused: {other:?}"),
    };
    assert_eq!(with(0, b"ggml"), BadFileReason::NotGguf);
    assert_eq!(with(0, b"<htm"), BadFileReason::WebPage);
    let of_version = |version| UnsupportedReason::GgufVersion { version };
    assert_eq!(unsupported(4, &[1, 0, 0, 0]), of_version(1));
    assert_eq!(unsupported(4, &[9, 0, 0, 0]), of_version(9));
    assert_eq!(unsupported(4, &[0, 0, 0, 3]), UnsupportedReason::BigEndian);
    let many = with(8, &[0xff; 8]);
    assert!(matches!(many, BadFileReason::TooManyEntries { tensors: u64::MAX, .. }), "{many:?}");
    let file = sample();
    // The type of the tensor q8_0 comes after its name, its rank and two sizes.
    let type_offset = offset_of(&file, b"q8_0") + 4 + 4 + 16;
    for (code, name) in
        [(12, "Q4_K"), (2 + 4, "Q5_0"), (10, "Q2_K"), (23, "IQ4_XS"), (39, "MXFP4"), (77, "77")]
    {
        let reason = unsupported(type_offset, &[code, 0, 0, 0]);
        let UnsupportedReason::GgufType { tensor, found, known } = reason else {
            panic!("{reason:?}")
        };
        assert_eq!((tensor.as_str(), found.as_str()), ("q8_0", name));
        assert!(known.iter().any(|known| known == "Q4_0"), "{known:?}");
    }
    let name = "q8_0";
    // Rows of 64 values are not whole super-blocks.
    let rows = with(type_offset, &[14, 0, 0, 0]);
    assert!(matches!(rows, BadFileReason::BadSizes { tensor, .. } if tensor == name));
    assert!(
        matches!(with(type_offset - 16, &[63]), BadFileReason::BadSizes { tensor, .. } if tensor == name)
    );
    assert!(
        matches!(with(type_offset - 8, &[0]), BadFileReason::BadSizes { tensor, .. } if tensor == name)
    );
    let rank = BadFileReason::BadRank { tensor: name.into(), rank: 5 };
    assert_eq!(with(type_offset - 20, &[5]), rank);
    let odd = with(type_offset + 4, &[1]);
    assert!(matches!(odd, BadFileReason::Misaligned { alignment: 32, .. }), "{odd:?}");
    let early = with(type_offset + 4, &[0]);
    assert!(matches!(early, BadFileReason::Overlap { .. }), "{early:?}");
    let twice = BadFileReason::TensorTwice { tensor: "q4_0".into() };
    assert_eq!(with(offset_of(&file, b"bf16"), b"q4_0"), twice);
    let key = offset_of(&file, b"gpt2.context_length");
    let unknown = with(key + 19, &[99]);
    assert!(matches!(unknown, BadFileReason::UnknownValueType { number: 99, .. }), "{unknown:?}");
    assert_eq!(with(key, &[0xff]), BadFileReason::NotUtf8 { at: key as u64 });
}

#[test]
fn an_impossible_length_is_refused_before_allocation() {
    let array = offset_of(&sample(), b"tokenizer.ggml.tokens") + 21 + 4;
    for (offset, claim) in
        [(4, u64::MAX), (4, 1 << 60), (4, 1 << 33), (12, u64::MAX), (12, 1 << 40)]
    {
        let mut file = sample();
        file[array + offset..array + offset + 8].copy_from_slice(&claim.to_le_bytes());
        let reason = reason(&file);
        let is_named =
            matches!(reason, BadFileReason::TooManyValues { count, .. } if count == claim);
        assert!(is_named, "{claim}: {reason:?}");
        assert!(parse(&file, 100, false).is_err());
    }
}

#[test]
fn numbers_that_are_not_finite_are_found() {
    let mut values = f32_bytes(&[1.0, 2.0, f32::NAN]);
    let file = file_of(&[(header("w", Dtype::F32, &[3]), values.clone())]);
    let error = LecternError::NotFinite { tensor: "w".into(), index: 2 };
    assert_eq!(parse(&file, 5, true), Err(error));
    values = matrix(Scheme::Q8_0).blocks().unwrap();
    // The scale of the second row's second block: infinity.
    values[3 * 34..3 * 34 + 2].copy_from_slice(&0x7c00u16.to_le_bytes());
    let file = file_of(&[(header("w", Dtype::Packed(Scheme::Q8_0), &[3, 64]), values)]);
    let error = LecternError::NotFinite { tensor: "w".into(), index: 96 };
    assert_eq!(parse(&file, 5, true), Err(error));
}

#[test]
fn tensors_are_read_at_their_offsets() {
    // The offsets of the first two tensors are swapped: they are read in the order of their bytes.
    let mut file = file_of(&[
        (header("first", Dtype::F32, &[2]), f32_bytes(&[1.0, 2.0])),
        (header("other", Dtype::F32, &[2]), f32_bytes(&[3.0, 4.0])),
    ]);
    // After a name come the rank, a size and the type.
    let offset = |name: &[u8]| offset_of(&file, name) + 5 + 4 + 8 + 4;
    let (first, other) = (offset(b"first"), offset(b"other"));
    file[first] = 32;
    file[other] = 0;
    let kept = parse(&file, 9, true).unwrap();
    assert_eq!(kept.collected.names(), ["other", "first"]);
    assert_eq!(kept.collected.tensors[0].1, [1.0, 2.0]);
}

#[test]
fn what_gguf_cannot_hold_is_not_written() {
    for tensor in [
        header("w", Dtype::Packed(Scheme::Int8Channel), &[2, 32]),
        header("w", Dtype::Packed(Scheme::Q8_0), &[2, 33]),
        header("w", Dtype::Other("I64".into()), &[2]),
    ] {
        let error = gguf_header(&Metadata::default(), &[tensor]);
        assert!(matches!(error, Err(LecternError::BadRequest { .. })), "{error:?}");
    }
}
