//! Test support for several modules: hand-made safetensors files, and a sink that keeps everything.

use std::fmt::Write;

use super::{TensorHeader, TensorSink};
use crate::error::Result;

/// A safetensors file of these tensors: name, dtype, shape, bytes.
pub(crate) fn safetensors_file(tensors: &[(&str, &str, &[usize], &[u8])]) -> Vec<u8> {
    let (mut header, mut body) = (String::new(), Vec::new());
    for (name, dtype, shape, bytes) in tensors {
        let (start, end) = (body.len(), body.len() + bytes.len());
        let comma = if header.is_empty() { "" } else { "," };
        write!(
            header,
            r#"{comma}"{name}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{start},{end}]}}"#
        )
        .unwrap();
        body.extend_from_slice(bytes);
    }
    with_header(&format!("{{{header}}}"), &body)
}

/// A file of that header and those bytes.
pub(crate) fn with_header(header: &str, body: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), body].concat()
}

/// f32 values as little-endian bytes.
pub(crate) fn f32_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A sink that keeps every tensor but those whose name contains `mask`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Collected {
    pub tensors: Vec<(TensorHeader, Vec<f32>)>,
    pub ended: usize,
    pub largest_chunk: usize,
}

impl Collected {
    pub(crate) fn names(&self) -> Vec<&str> {
        self.tensors.iter().map(|(header, _)| header.name.as_str()).collect()
    }
}

impl TensorSink for Collected {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        assert_eq!(self.ended, self.tensors.len(), "the tensor before did not end");
        let is_kept = !tensor.name.contains("mask");
        if is_kept {
            self.tensors.push((tensor.clone(), Vec::new()));
        }
        Ok(is_kept)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        self.largest_chunk = self.largest_chunk.max(values.len());
        self.tensors.last_mut().unwrap().1.extend_from_slice(values);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.ended += 1;
        Ok(())
    }
}
