//! Small valid files to mutate.

use crate::{
    checkpoint::{Dtype, Metadata, TensorHeader, gguf_header, gguf_padding, safetensors_header},
    quantization::{PackedMatrix, Scheme},
};

use half::f16;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Gguf,
    Pytorch,
    Safetensors,
}

/// Files that torch.save wrote, in both formats, with tensors that share or reorder elements.
const PYTORCH: [&[u8]; 7] = [
    include_bytes!("../../tests/fixtures/pytorch/zip.bin"),
    include_bytes!("../../tests/fixtures/pytorch/zip-protocol4.bin"),
    include_bytes!("../../tests/fixtures/pytorch/zip-lengths-before.bin"),
    include_bytes!("../../tests/fixtures/pytorch/nested.bin"),
    include_bytes!("../../tests/fixtures/pytorch/legacy.bin"),
    include_bytes!("../../tests/fixtures/pytorch/legacy-protocol4.bin"),
    include_bytes!("../../tests/fixtures/pytorch/legacy-part.bin"),
];

/// A tensor of arbitrary values.
fn tensor(name: &str, dtype: Dtype, shape: &[usize]) -> (TensorHeader, Vec<u8>) {
    let count: usize = shape.iter().product();
    let values: Vec<f32> = (0..count).map(|i| (i * 37 % 64) as f32 / 16.0 - 2.0).collect();
    let bytes = match &dtype {
        Dtype::F16 => values.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect(),
        Dtype::BF16 => values.iter().flat_map(|x| half::bf16::from_f32(*x).to_le_bytes()).collect(),
        _ => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
    };
    (TensorHeader { name: name.into(), dtype, shape: shape.into(), by_output: true }, bytes)
}

fn matrix(name: &str, scheme: Scheme, shape: [usize; 2]) -> (TensorHeader, PackedMatrix) {
    let (mut header, _) = tensor(name, Dtype::F32, &shape);
    header.dtype = Dtype::Packed(scheme);
    let values: Vec<f32> =
        (0..shape[0] * shape[1]).map(|i| (i * 37 % 64) as f32 / 16.0 - 2.0).collect();
    (header, PackedMatrix::quantize(&values, shape[0], shape[1], scheme))
}

fn metadata() -> Metadata {
    let mut metadata = Metadata::default();
    metadata.insert("general.architecture", "gpt2");
    metadata.insert("gpt2.block_count", 2u32);
    metadata.insert("gpt2.attention.layer_norm_epsilon", 1e-5f32);
    metadata.insert("causal", false);
    metadata.insert("tokens", vec!["a".to_owned(), "bc".to_owned(), String::new()]);
    metadata.insert("types", vec![1, 3, 6]);
    metadata
}

/// The metadata of the second of three shards.
fn shard() -> Metadata {
    let mut metadata = Metadata::default();
    metadata.insert("split.no", 1u32);
    metadata.insert("split.count", 3u32);
    metadata.insert("split.tensors.count", 7u32);
    metadata
}

/// Blocks of `q6_k` with all bits in use, and a scale of 2⁻¹⁰ in each.
fn q6_k(name: &str, shape: [usize; 2]) -> (TensorHeader, Vec<u8>) {
    let (mut header, _) = tensor(name, Dtype::F32, &shape);
    header.dtype = Dtype::Packed(Scheme::Q6_K);
    let mut bytes: Vec<u8> =
        (0..Scheme::Q6_K.file_bytes(shape[0], shape[1])).map(|i| (i * 37 % 251) as u8).collect();
    for block in bytes.chunks_exact_mut(210) {
        block[208..].copy_from_slice(&f16::from_f32(1.0 / 1024.0).to_le_bytes());
    }
    (header, bytes)
}

fn gguf(metadata: &Metadata, tensors: Vec<(TensorHeader, Vec<u8>)>) -> Vec<u8> {
    let headers: Vec<TensorHeader> = tensors.iter().map(|(header, _)| header.clone()).collect();
    let mut file = gguf_header(metadata, &headers).expect("dtypes that GGUF has");
    for (_, bytes) in tensors {
        file.extend(&bytes);
        file.resize(file.len() + gguf_padding(bytes.len() as u64), 0);
    }
    file
}

/// The bytes of a matrix's factors and then its integers, in the layout's order.
fn stored(matrix: &PackedMatrix) -> Vec<u8> {
    matrix.factor_bytes().into_iter().flatten().chain(matrix.integer_bytes()).collect()
}

fn safetensors(tensors: Vec<(TensorHeader, Vec<u8>)>) -> Vec<u8> {
    let headers: Vec<TensorHeader> = tensors.iter().map(|(header, _)| header.clone()).collect();
    let (mut file, _) = safetensors_header(&headers).expect("dtypes that the layout has");
    file.extend(tensors.into_iter().flat_map(|(_, bytes)| bytes));
    file
}

/// The valid files.
pub(super) fn files() -> Vec<(Format, Vec<u8>)> {
    let blocks = |name: &str, scheme, shape| {
        let (header, matrix) = matrix(name, scheme, shape);
        (header, matrix.blocks().expect("a scheme with blocks"))
    };
    let integers = |name: &str, scheme, shape| {
        let (header, matrix) = matrix(name, scheme, shape);
        (header, stored(&matrix))
    };
    let ggufs = [
        gguf(&metadata(), vec![tensor("a", Dtype::F32, &[2, 3]), tensor("b", Dtype::F16, &[5])]),
        gguf(
            &Metadata::default(),
            vec![
                blocks("q8", Scheme::Q8_0, [1, 32]),
                tensor("bf", Dtype::BF16, &[2]),
                blocks("q40", Scheme::Q4_0, [2, 32]),
                blocks("q41", Scheme::Q4_1, [1, 64]),
            ],
        ),
        gguf(&metadata(), Vec::new()),
        gguf(&Metadata::default(), vec![q6_k("q6", [2, 256]), tensor("b", Dtype::F32, &[3])]),
        gguf(&shard(), vec![tensor("a", Dtype::F32, &[2, 3])]),
    ];
    let asymmetric = Scheme::Int4Asymmetric { group: 32 };
    let safetensors_files = [
        safetensors(vec![tensor("a", Dtype::F32, &[2, 3]), tensor("b", Dtype::F16, &[5])]),
        safetensors(vec![integers("w", Scheme::Int8Channel, [2, 3])]),
        safetensors(vec![integers("w", asymmetric, [2, 34]), tensor("b", Dtype::F32, &[2])]),
        safetensors(vec![
            integers("w", Scheme::Int8MinMax, [2, 2]),
            integers("v", Scheme::Q4_0, [1, 32]),
        ]),
        safetensors(vec![integers("w", Scheme::Int4Symmetric { group: 64 }, [3, 2])]),
    ];
    let ggufs = ggufs.into_iter().map(|file| (Format::Gguf, file));
    let pytorchs = PYTORCH.into_iter().map(|file| (Format::Pytorch, file.to_vec()));
    let ggufs = ggufs.chain(pytorchs);
    ggufs.chain(safetensors_files.into_iter().map(|file| (Format::Safetensors, file))).collect()
}
