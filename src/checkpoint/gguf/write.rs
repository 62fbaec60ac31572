//! A writer of GGUF headers: everything before the tensors' bytes.

use super::{
    ALIGNMENT, MAGIC,
    tensors::{bytes, type_code_of},
    value::{ARRAY, Metadata, STRING, Value},
};
use crate::{
    checkpoint::TensorHeader,
    error::{BadRequestReason, LecternError, Result},
};

/// The version of written files.
const VERSION: u32 = 3;

/// The padded header of a file of these tensors. Their bytes must follow in this order, each with its
/// [`gguf_padding`].
///
/// # Errors
/// [`LecternError::BadRequest`] for a tensor that GGUF cannot hold.
pub fn gguf_header(metadata: &Metadata, tensors: &[TensorHeader]) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    head.extend(MAGIC);
    head.extend(VERSION.to_le_bytes());
    head.extend((tensors.len() as u64).to_le_bytes());
    head.extend((metadata.0.len() as u64).to_le_bytes());
    for (key, value) in &metadata.0 {
        write_text(&mut head, key);
        head.extend(type_of(value).to_le_bytes());
        write_value(&mut head, value);
    }
    let mut offset = 0;
    for TensorHeader { name, dtype, shape, .. } in tensors {
        let (Some(type_code), Some(length)) = (type_code_of(dtype), bytes(dtype, shape)) else {
            return Err(LecternError::bad_request(BadRequestReason::TensorNotInFormat {
                format: "GGUF".into(),
                tensor: name.clone(),
                dtype: dtype.to_string(),
                shape: shape.clone(),
            }));
        };
        write_text(&mut head, name);
        head.extend((shape.len() as u32).to_le_bytes());
        for size in shape.iter().rev() {
            head.extend((*size as u64).to_le_bytes());
        }
        head.extend(type_code.to_le_bytes());
        head.extend(u64::to_le_bytes(offset));
        offset += length + gguf_padding(length) as u64;
    }
    head.resize(head.len() + gguf_padding(head.len() as u64), 0);
    Ok(head)
}

/// The number of padding bytes after so many bytes.
pub fn gguf_padding(bytes: u64) -> usize {
    (bytes.next_multiple_of(ALIGNMENT) - bytes) as usize
}

fn write_text(head: &mut Vec<u8>, text: &str) {
    head.extend((text.len() as u64).to_le_bytes());
    head.extend(text.as_bytes());
}

fn type_of(value: &Value) -> u32 {
    match value {
        Value::Number(number) => number.kind as u32,
        Value::Text(_) => STRING,
        Value::Numbers(_) | Value::Texts(_) | Value::Arrays(_) => ARRAY,
    }
}

fn write_value(head: &mut Vec<u8>, value: &Value) {
    let begin = |head: &mut Vec<u8>, type_code: u32, count: usize| {
        head.extend(type_code.to_le_bytes());
        head.extend((count as u64).to_le_bytes());
    };
    match value {
        Value::Number(number) => head.extend(&number.bytes),
        Value::Text(text) => write_text(head, text),
        Value::Numbers(numbers) => {
            begin(head, numbers.kind as u32, numbers.len());
            head.extend(&numbers.bytes);
        }
        Value::Texts(texts) => {
            begin(head, STRING, texts.len());
            texts.iter().for_each(|text| write_text(head, text));
        }
        Value::Arrays(arrays) => {
            begin(head, ARRAY, arrays.len());
            arrays.iter().for_each(|array| write_value(head, array));
        }
    }
}
