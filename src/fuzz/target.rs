//! An execution: a reader, chunks of random size, and a sink that checks the reader's calls.

use std::hash::{DefaultHasher, Hash, Hasher};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::corpus::Format;
use crate::{
    checkpoint::{
        Dtype, GgufHeader, GgufSink, GgufStream, PytorchStream, SafetensorsStream, TensorHeader,
        TensorSink,
    },
    error::Result,
    quantization::PackedMatrix,
};

/// Reads a file, and returns a digest of everything read.
pub(super) fn read(format: Format, file: &[u8], random: &mut ChaCha8Rng) -> Result<u64> {
    let length = random.random_bool(0.5).then_some(file.len() as u64);
    let chunk_size = match random.random_range(0..4) {
        0 => 1,
        1 => random.random_range(1..40),
        2 => random.random_range(1..400),
        _ => file.len().max(1),
    };
    let mut sink = Checking::default();
    match format {
        Format::Gguf => {
            let mut stream = GgufStream::new("model.gguf", length);
            file.chunks(chunk_size).try_for_each(|chunk| stream.feed(chunk, &mut sink))?;
            stream.finish(&mut sink)?;
        }
        Format::Pytorch => {
            let mut stream = PytorchStream::new("pytorch_model.bin", length);
            file.chunks(chunk_size).try_for_each(|chunk| stream.feed(chunk, &mut sink))?;
            stream.finish()?;
        }
        Format::Safetensors => {
            let mut stream = SafetensorsStream::new("model.safetensors", length);
            file.chunks(chunk_size).try_for_each(|chunk| stream.feed(chunk, &mut sink))?;
            stream.finish()?;
        }
    }
    assert!(sink.current.is_none(), "a tensor did not end");
    Ok(sink.digest.finish())
}

/// A sink that keeps no values, and checks that every tensor agrees with its header.
#[derive(Default)]
struct Checking {
    digest: DefaultHasher,
    current: Option<(TensorHeader, usize)>,
}

impl TensorSink for Checking {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        assert!(self.current.is_none(), "the tensor before did not end");
        tensor.name.hash(&mut self.digest);
        tensor.shape.hash(&mut self.digest);
        if tensor.name.len() % 5 == 4 || matches!(tensor.dtype, Dtype::Other(_)) {
            return Ok(false);
        }
        self.current = Some((tensor.clone(), 0));
        Ok(true)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        let (_, count) = self.current.as_mut().expect("a tensor");
        *count += values.len();
        assert!(values.len() <= 65536 && values.iter().all(|value| value.is_finite()));
        values.iter().for_each(|value| value.to_bits().hash(&mut self.digest));
        Ok(())
    }

    fn packed(&mut self, rows: &PackedMatrix) -> Result<()> {
        let (header, count) = self.current.as_mut().expect("a tensor");
        assert_eq!(header.dtype, Dtype::Packed(rows.scheme));
        assert_eq!(header.shape.last(), Some(&rows.columns));
        assert_eq!(rows.words.len(), rows.rows * rows.words_per_row());
        assert_eq!(rows.scales.len(), rows.rows * rows.scheme.groups(rows.columns));
        *count += rows.rows * rows.columns;
        // Row by row: the number of rows in a call is up to the reader.
        for row in 0..rows.rows {
            for value in rows.dequantize_row(row) {
                assert!(value.is_finite());
                value.to_bits().hash(&mut self.digest);
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let (header, count) = self.current.take().expect("a tensor");
        assert_eq!(header.shape.iter().product::<usize>(), count, "{header:?}");
        Ok(())
    }
}

impl GgufSink for Checking {
    fn header(&mut self, header: GgufHeader) -> Result<()> {
        header.tensors.len().hash(&mut self.digest);
        Ok(())
    }
}
