//! Export of a loaded model to a file: GGUF, or safetensors in the layout of docs/quantized-safetensors.md.
//!
//! The file is made tensor by tensor, and emitted in chunks: memory holds the model, one matrix and a chunk.

use std::{mem, ops::Range};

use super::{
    gguf_metadata::{file_type, gguf_metadata},
    loaded::Loaded,
    pause::pause,
    weights::{Matrix, check_choice, quantized, read_weight},
};
use crate::{
    checkpoint::{
        Dtype, StoredTensor, TensorHeader, gguf_header, gguf_padding, safetensors_header,
    },
    error::{BadRequestReason, LecternError, Result},
    generation::read,
    kernels::Weight,
    models::{ModelTensor, Values},
    progress::CancelToken,
    protocol::{Event, Format, TypedArray},
    quantization::{BLOCK, Fit, PackedMatrix, Scheme},
};

/// Largest size of a chunk in bytes.
const CHUNK: usize = 4 << 20;

/// A request to export a model.
pub(super) struct Export {
    pub(super) format: Format,
    pub(super) scheme: Option<Scheme>,
    pub(super) fit: Fit,
}

/// A tensor of the file, and its source.
struct Planned<'a> {
    header: TensorHeader,
    tensor: ModelTensor<'a>,
}

impl Export {
    /// Writes the model.
    pub(super) async fn run(
        &self,
        loaded: &Loaded,
        cancel: &CancelToken,
        emit: &dyn Fn(Event),
    ) -> Result<Event> {
        self.scheme.map_or(Ok(()), check_choice)?;
        let planned = self.plan(loaded)?;
        let headers: Vec<TensorHeader> = planned.iter().map(|it| it.header.clone()).collect();
        let head = self.head(loaded, &headers)?;
        let mut total = head.len() as u64;
        for header in &headers {
            total += self.length(header)?;
        }
        let mut chunks = Chunks { emit, buffer: Vec::new(), done: 0, total };
        chunks.push(&head);
        let mut last = None;
        for Planned { header, tensor } in &planned {
            pause().await;
            cancel.check()?;
            let bytes = self.bytes(header, tensor, &mut last).await?;
            debug_assert!(bytes.len() as u64 <= self.length(header)?);
            chunks.push(&bytes);
            if self.format == Format::Gguf {
                chunks.push(&[0; BLOCK][..gguf_padding(bytes.len() as u64)]);
            }
        }
        chunks.finish();
        Ok(Event::Exported { file: self.file_name(loaded, &headers), bytes: total })
    }

    fn file_name(&self, loaded: &Loaded, headers: &[TensorHeader]) -> String {
        if self.format == Format::Safetensors {
            return "model.safetensors".into();
        }
        let name = loaded.info.name.rsplit('/').next().unwrap_or_default();
        let name = name.strip_suffix(".gguf").unwrap_or(name);
        let plain = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' };
        let name: String = name.chars().map(plain).collect();
        format!("{name}-{}.gguf", file_type(headers).1)
    }

    /// The tensors of the file.
    fn plan<'a>(&self, loaded: &'a Loaded) -> Result<Vec<Planned<'a>>> {
        let tensors = loaded.model.weights().tensors();
        let mut planned = Vec::with_capacity(tensors.len());
        for tensor in tensors {
            let name = match self.format {
                Format::Gguf => tensor.gguf_name.clone(),
                Format::Safetensors => Some(tensor.saved_name.clone()),
            };
            let Some(name) = name else { continue };
            let (dtype, shape) = self.stored(&tensor)?;
            let by_output = self.format == Format::Gguf || is_integers(&dtype);
            planned
                .push(Planned { header: TensorHeader { name, dtype, shape, by_output }, tensor });
        }
        Ok(planned)
    }

    /// Type and shape of a tensor in the file.
    fn stored(&self, tensor: &ModelTensor<'_>) -> Result<(Dtype, Vec<usize>)> {
        let (weight, rows, is_conv1d) = match &tensor.values {
            Values::Vector { range, .. } => return Ok((Dtype::F32, vec![range.len()])),
            Values::Table(table) => return Ok((Dtype::F32, table.val().dims().into())),
            Values::Matrix { weight, rows, is_conv1d } => (*weight, rows.len(), *is_conv1d),
        };
        let columns = weight.shape()[1];
        let dtype = match self.scheme.or(weight.scheme()) {
            None => Dtype::F32,
            Some(scheme) if !self.knows(scheme) => {
                let known = ["f16", "q8_0", "q4_0", "q4_1"].map(str::to_owned).into();
                let scheme = scheme.to_string();
                let reason = BadRequestReason::SchemeNotInGguf { scheme, known };
                return Err(LecternError::bad_request(reason));
            }
            Some(scheme) if self.holds(scheme, columns) => Dtype::Packed(scheme),
            // Rows that do not fit stay floats; integers are dequantized.
            Some(_) if self.scheme.is_none() => Dtype::F32,
            Some(_) => Dtype::Packed(Scheme::F16),
        };
        let is_transposed = is_conv1d && self.format == Format::Safetensors && !is_integers(&dtype);
        Ok((dtype, if is_transposed { vec![columns, rows] } else { vec![rows, columns] }))
    }

    fn knows(&self, scheme: Scheme) -> bool {
        let is_ggufs = scheme == Scheme::F16 || scheme.block_bytes().is_some();
        self.format == Format::Safetensors || is_ggufs
    }

    /// Whether the format can hold rows of so many values.
    fn holds(&self, scheme: Scheme, columns: usize) -> bool {
        match (self.format, scheme.bits()) {
            (_, 16) => true,
            (Format::Gguf, _) => {
                scheme.block_size().is_some_and(|block| columns.is_multiple_of(block))
            }
            (Format::Safetensors, bits) => columns.is_multiple_of(8 / bits),
        }
    }

    fn head(&self, loaded: &Loaded, headers: &[TensorHeader]) -> Result<Vec<u8>> {
        match self.format {
            Format::Safetensors => Ok(safetensors_header(headers)?.0),
            Format::Gguf => gguf_header(&gguf_metadata(loaded, headers)?, headers),
        }
    }

    /// Bytes of a tensor in the file, with its scales.
    fn length(&self, header: &TensorHeader) -> Result<u64> {
        let bytes = match (self.format, &header.dtype, &header.shape[..]) {
            (Format::Gguf, Dtype::Packed(scheme), &[rows, columns]) => {
                scheme.file_bytes(rows, columns) as u64
            }
            _ => StoredTensor::of(header)?.iter().map(|stored| stored.bytes).sum(),
        };
        Ok(match self.format {
            Format::Safetensors => bytes,
            Format::Gguf => bytes + gguf_padding(bytes) as u64,
        })
    }

    /// A tensor's bytes. `last` is the last converted matrix: query, key and value are components of one.
    async fn bytes<'a>(
        &self,
        header: &TensorHeader,
        tensor: &ModelTensor<'a>,
        last: &mut Option<(&'a Weight, Matrix)>,
    ) -> Result<Vec<u8>> {
        let floats = |values: &[f32]| values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let (weight, rows, is_conv1d) = match &tensor.values {
            Values::Vector { vector, range } => {
                return Ok(floats(&read(vector.val()).await?[range.clone()]));
            }
            Values::Table(table) => return Ok(floats(&read(table.val()).await?)),
            Values::Matrix { weight, rows, is_conv1d } => (*weight, rows.clone(), *is_conv1d),
        };
        let is_known = last.as_ref().is_some_and(|(known, _)| std::ptr::eq(*known, weight));
        if !is_known {
            *last = None;
            let matrix = self.convert(weight, &header.dtype, &tensor.name).await?;
            *last = Some((weight, matrix));
        }
        let Some((_, matrix)) = last else { return Ok(Vec::new()) };
        let columns = weight.shape()[1];
        let (bytes, width) = match matrix {
            Matrix::Floats(values) => {
                (floats(&values[rows.start * columns..rows.end * columns]), 4)
            }
            Matrix::Packed(packed) if packed.scheme == Scheme::F16 => {
                (slice(packed, &rows).integer_bytes(), 2)
            }
            Matrix::Packed(packed) => return self.integers(&slice(packed, &rows)),
        };
        let is_transposed = is_conv1d && self.format == Format::Safetensors;
        Ok(if is_transposed { transpose(&bytes, columns, width) } else { bytes })
    }

    /// The whole matrix of a tensor, in the format of the file.
    async fn convert(&self, weight: &Weight, dtype: &Dtype, name: &str) -> Result<Matrix> {
        let matrix = read_weight(weight).await?;
        let expected = match dtype {
            Dtype::Packed(scheme) => *scheme,
            _ => return Ok(Matrix::Floats(matrix.into_floats())),
        };
        if matches!(&matrix, Matrix::Packed(packed) if packed.scheme == expected) {
            return Ok(matrix);
        }
        let values = matrix.into_floats();
        quantized(&values, weight.shape(), expected, self.fit, name).map(Matrix::Packed)
    }

    fn integers(&self, matrix: &PackedMatrix) -> Result<Vec<u8>> {
        if self.format == Format::Gguf {
            let scheme = || matrix.scheme.to_string();
            let reason = || BadRequestReason::NoBlocks { scheme: scheme() };
            return matrix.blocks().ok_or_else(|| LecternError::bad_request(reason()));
        }
        let mut bytes = matrix.factor_bytes().concat();
        bytes.extend(matrix.integer_bytes());
        Ok(bytes)
    }
}

fn is_integers(dtype: &Dtype) -> bool {
    matches!(dtype, Dtype::Packed(scheme) if *scheme != Scheme::F16)
}

fn slice(matrix: &PackedMatrix, rows: &Range<usize>) -> PackedMatrix {
    matrix.slice(rows.clone())
}

/// Transposes rows of `columns` values of `width` bytes.
fn transpose(bytes: &[u8], columns: usize, width: usize) -> Vec<u8> {
    let mut transposed = Vec::with_capacity(bytes.len());
    for column in 0..columns {
        for row in bytes.chunks_exact(columns * width) {
            transposed.extend_from_slice(&row[column * width..(column + 1) * width]);
        }
    }
    transposed
}

/// Emits a file in chunks.
struct Chunks<'a> {
    emit: &'a dyn Fn(Event),
    buffer: Vec<u8>,
    done: u64,
    total: u64,
}

impl Chunks<'_> {
    fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() == CHUNK {
                self.give();
            }
        }
    }

    fn give(&mut self) {
        let bytes = TypedArray(mem::take(&mut self.buffer));
        self.done += bytes.len() as u64;
        (self.emit)(Event::FilePiece { bytes, done: self.done, total: self.total });
    }

    fn finish(mut self) {
        if !self.buffer.is_empty() {
            self.give();
        }
    }
}
