//! A GGUF file out of a folder.

use super::{GgufSink, GgufStream};
use crate::{
    checkpoint::{Folder, Transfer, folder::check_length},
    error::{LecternError, Result},
};

/// The GGUF file that is the model: the one that a folder holds which says what it holds, and which has no
/// safetensors file.
///
/// # Errors
/// [`LecternError::BadRequest`] where there are several, and so none.
pub fn gguf_file(folder: &dyn Folder) -> Result<Option<String>> {
    let names = folder.list().unwrap_or_default();
    let ends_with = |name: &String, end: &str| name.to_ascii_lowercase().ends_with(end);
    if names.iter().any(|name| ends_with(name, ".safetensors")) {
        return Ok(None);
    }
    let mut files = names.into_iter().filter(|name| ends_with(name, ".gguf"));
    match (files.next(), files.next()) {
        (Some(first), Some(second)) => Err(LecternError::bad_request(format!(
            "there are several GGUF files, {first} and {second} among them: open one of them by itself"
        ))),
        (file, _) => Ok(file),
    }
}

/// Stream a GGUF file into the sink.
///
/// # Errors
/// Those of the file, of the folder and of the sink; [`LecternError::NotFound`] where there is no such file.
pub async fn stream_gguf(
    folder: &dyn Folder,
    file: &str,
    sink: &mut dyn GgufSink,
    transfer: &Transfer,
) -> Result<()> {
    transfer.cancel.check()?;
    let mut parser: Option<GgufStream> = None;
    let mut take = |bytes: &[u8], length: Option<u64>| {
        transfer.cancel.check()?;
        if parser.is_none() {
            check_length(file, length)?;
            transfer.expect(length);
            transfer.open(file);
        }
        transfer.advance(bytes.len() as u64);
        parser.get_or_insert_with(|| GgufStream::new(file, length)).feed(bytes, sink)
    };
    if !folder.stream(file, transfer, &mut take).await? {
        return Err(LecternError::NotFound { file: file.to_owned() });
    }
    parser.unwrap_or_else(|| GgufStream::new(file, None)).finish(sink)?;
    transfer.close();
    Ok(())
}
