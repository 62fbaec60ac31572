//! A model on a server, read with the browser's `fetch` in a worker.
//!
//! A server does not list a model's files, so files are requested that do not exist. Servers answer that in many ways:
//! 404; 403 or 401, like buckets that may not be listed; 200 and their front page or a sentence. All count as missing;
//! the answer is kept, and [`HttpFolder::explain`] reports it if the model needs the file. Only the Hub's 401 and 403
//! are taken literally: the model is not public.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use async_trait::async_trait;
use futures_lite::future;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Math, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, AbortSignal, Headers, ReadableStreamDefaultReader, RequestInit, Response,
    ResponseType, WorkerGlobalScope,
};

use super::{
    HubModel,
    resume::{Answer, Download, Next},
    substitute::Gate,
};
use crate::{
    checkpoint::{Folder, PieceSink, check_length},
    error::{BadFileReason, InternalReason, LecternError, Result},
    progress::{CancelToken, Transfer},
};

/// Milliseconds without a byte after which a connection counts as broken.
const STALL_MS: u32 = 30_000;
/// Milliseconds that a request for a file's head may take.
const LOOK_MS: u32 = 3000;

/// A folder on a server, or one file of it.
#[derive(Debug, Clone)]
pub struct HttpFolder {
    base: String,
    name: String,
    /// The file, if it is only one.
    only: Option<String>,
    /// The file with the weights, if it has a name of its own.
    weights: Option<String>,
    /// The reasons of files that count as missing without a 404.
    excuses: Rc<RefCell<BTreeMap<String, LecternError>>>,
}

/// Names under which the weights are requested.
const SAFETENSORS: &str = "model.safetensors";
const PYTORCH: &str = "pytorch_model.bin";

impl HttpFolder {
    /// The folder at `base` (see [`super::folder_url`]), with the name to show for it.
    pub fn new(base: impl Into<String>, name: impl Into<String>) -> Self {
        let (base, name) = (base.into(), name.into());
        Self { base, name, only: None, weights: None, excuses: Rc::default() }
    }

    /// The same folder, with that file as its model.safetensors, or as its pytorch_model.bin if it ends with `.bin`.
    pub fn with_weights(self, file: impl Into<String>) -> Self {
        Self { weights: Some(file.into()), ..self }
    }

    /// One file of the folder at `base`, without its other files.
    pub fn file(base: impl Into<String>, file: impl Into<String>) -> Self {
        let file: String = file.into();
        let name = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem).to_owned();
        Self { only: Some(file), ..Self::new(base, name) }
    }

    /// The address of the model: the folder, or its one file.
    pub fn identity(&self) -> String {
        let file = self.only.as_ref().or(self.weights.as_ref());
        format!("{}{}", self.base, file.map_or("", String::as_str))
    }

    /// An error of the model in this folder; for a missing file, the server's answer.
    pub fn explain(&self, error: LecternError) -> LecternError {
        let LecternError::NotFound { file } = &error else { return error };
        let excuses = self.excuses.borrow();
        let excuse = excuses.get(file).or_else(|| {
            // A file may have several names.
            excuses.iter().find(|(name, _)| file.contains(name.as_str())).map(|(_, excuse)| excuse)
        });
        excuse.cloned().unwrap_or(error)
    }

    /// Whether the file counts as missing without a 404.
    pub(super) fn is_excused(&self, file: &str) -> bool {
        self.excuses.borrow().contains_key(file)
    }

    /// Counts the file as missing, for that reason.
    fn excuse(&self, file: &str, error: LecternError) -> bool {
        self.excuses.borrow_mut().insert(file.to_owned(), error);
        false
    }

    /// The head of an answer about a file, without its body; `None` without an answer in time.
    pub(super) async fn look(&self, file: &str) -> Option<Answer> {
        let options = RequestInit::new();
        options.set_method("HEAD");
        options.set_signal(Some(&AbortSignal::timeout_with_u32(LOOK_MS)));
        let request = scope().fetch_with_str_and_init(&self.address(file), &options);
        Some(head(&JsFuture::from(request).await.ok()?.unchecked_into()))
    }

    /// The address of one of its files.
    pub(super) fn address(&self, file: &str) -> String {
        let weights = self.weights.as_deref().filter(|weights| file == role(weights));
        format!("{}{}", self.base, weights.unwrap_or(file))
    }

    /// Whether the file has weights other than those that are meant.
    fn is_left_out(&self, file: &str) -> bool {
        let is_weights = file.starts_with(SAFETENSORS) || file.starts_with(PYTORCH);
        is_weights && self.weights.as_deref().is_some_and(|weights| file != role(weights))
    }

    /// Continues a download to its end; `on_head` is called with every answer of the server.
    pub(super) async fn bring(
        &self,
        download: &mut Download,
        transfer: &Transfer,
        on_head: &mut dyn FnMut(&Download),
        sink: PieceSink<'_>,
    ) -> Result<bool> {
        let (file, url) = (download.file().to_owned(), download.url().to_owned());
        if self.is_left_out(&file) {
            return Ok(false);
        }
        let mut gate = if download.received() > 0 { Gate::open() } else { Gate::new(&file) };
        loop {
            let attempt = attempt(&url, download, &mut gate, transfer, on_head, sink);
            let cause = match attempt.await {
                Ok(Outcome::Whole) => {
                    self.excuses.borrow_mut().remove(&file);
                    return Ok(true);
                }
                Ok(Outcome::Missing) => return Ok(false),
                Ok(Outcome::Refused(status)) => {
                    let error = download.status_error(status);
                    let is_final = HubModel::is_address(&url);
                    return if is_final { Err(error) } else { Ok(self.excuse(&file, error)) };
                }
                Ok(Outcome::Another(reason)) => {
                    return Ok(self.excuse(&file, LecternError::bad_file(&file, reason)));
                }
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Status(status)) => download.status_error(status),
                Err(Failure::Broken) if is_offline() => LecternError::Offline { url: url.clone() },
                Err(Failure::Broken) => LecternError::Unreachable { url: url.clone() },
            };
            // Nothing to wait for, unless a download that had begun just lost the network.
            if matches!(cause, LecternError::Offline { .. }) && download.received() == 0 {
                return Err(cause);
            }
            let delay = download.broke(cause, Math::random())?;
            transfer.retrying(&file);
            transfer.cancel.unless_cancelled(TimeoutFuture::new(delay)).await?;
        }
    }
}

#[async_trait(?Send)]
impl Folder for HttpFolder {
    fn name(&self) -> &str {
        &self.name
    }

    async fn stream(&self, file: &str, transfer: &Transfer, sink: PieceSink<'_>) -> Result<bool> {
        let mut download = Download::new(file, &self.address(file));
        self.bring(&mut download, transfer, &mut |_| (), sink).await
    }

    fn list(&self) -> Option<Vec<String>> {
        self.only.clone().map(|file| vec![file])
    }
}

/// The standard name of a file of weights.
fn role(weights: &str) -> &'static str {
    if weights.to_ascii_lowercase().ends_with(".bin") { PYTORCH } else { SAFETENSORS }
}

/// The end of an attempt.
enum Failure {
    /// An error that another attempt would not avoid.
    Final(LecternError),
    /// An overloaded or broken server.
    Status(u16),
    /// No answer, or an incomplete one.
    Broken,
}

impl From<LecternError> for Failure {
    fn from(error: LecternError) -> Self {
        Self::Final(error)
    }
}

/// The result of a file's download.
enum Outcome {
    /// The whole file.
    Whole,
    /// No such file.
    Missing,
    /// A refusal of the server.
    Refused(u16),
    /// Another content than the file's, with its description.
    Another(BadFileReason),
}

/// One request, and its body into the sink.
async fn attempt(
    url: &str,
    download: &mut Download,
    gate: &mut Gate,
    transfer: &Transfer,
    on_head: &mut dyn FnMut(&Download),
    sink: PieceSink<'_>,
) -> Result<Outcome, Failure> {
    let (connection, request) = Connection::open(url, download.received(), &transfer.cancel)?;
    let response: Response = connection.wait(request).await?.unchecked_into();
    let answer = head(&response);
    let mut skip = match download.accept(&answer)? {
        Next::Missing => return Ok(Outcome::Missing),
        Next::Refused => return Ok(Outcome::Refused(answer.status)),
        Next::Complete => return close(gate, download, sink),
        Next::TryAgain => return Err(Failure::Status(answer.status)),
        Next::Body { skip } => skip,
    };
    check_length(download.file(), download.announced())?;
    on_head(download);
    if let Some(body) = response.body() {
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        while let Some(bytes) = connection.read(&reader).await? {
            let again = skip.min(bytes.len() as u64);
            skip -= again;
            let fresh = &bytes[again as usize..];
            if fresh.is_empty() {
                continue;
            }
            download.advance(fresh.len() as u64);
            transfer.announce(download.announced());
            match gate.pass(fresh) {
                Ok(passed) if passed.is_empty() => (),
                Ok(passed) => sink(&passed, download.length())?,
                Err(reason) => return Ok(Outcome::Another(reason)),
            }
        }
    }
    transfer.announce(None);
    // A body that is shorter than the received bytes says nothing of the rest.
    if skip == 0 && download.end() { close(gate, download, sink) } else { Err(Failure::Broken) }
}

/// Ends a body.
fn close(gate: &mut Gate, download: &Download, sink: PieceSink<'_>) -> Result<Outcome, Failure> {
    match gate.end() {
        Ok(left) if left.is_empty() => Ok(Outcome::Whole),
        Ok(left) => {
            sink(&left, download.length())?;
            Ok(Outcome::Whole)
        }
        Err(reason) => Ok(Outcome::Another(reason)),
    }
}

fn head(response: &Response) -> Answer {
    let headers = response.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    // The list of the headers that a page may see is only visible if it names itself.
    let exposed = header("access-control-expose-headers").is_some_and(|list| {
        let mut names = list.split(',').map(str::trim);
        names.any(|name| name == "*" || name.eq_ignore_ascii_case("content-encoding"))
    });
    Answer {
        status: response.status(),
        content_type: header("content-type"),
        content_length: header("content-length"),
        content_range: header("content-range"),
        content_encoding: header("content-encoding"),
        shows_encoding: exposed || response.type_() == ResponseType::Basic,
        // A page sees another site's tag only if that site allows it, and the date always.
        etag: header("etag").or_else(|| header("last-modified")),
    }
}

/// A request that is aborted when it is dropped.
struct Connection<'a> {
    abort: AbortController,
    cancel: &'a CancelToken,
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

impl<'a> Connection<'a> {
    /// Opens the connection; returns the pending answer.
    fn open(url: &str, from: u64, cancel: &'a CancelToken) -> Result<(Self, JsFuture)> {
        cancel.check()?;
        let prepare = || -> Result<(AbortController, RequestInit), JsValue> {
            let abort = AbortController::new()?;
            let options = RequestInit::new();
            options.set_signal(Some(&abort.signal()));
            if from > 0 {
                let headers = Headers::new()?;
                headers.append("Range", &format!("bytes={from}-"))?;
                options.set_headers_headers(&headers);
            }
            Ok((abort, options))
        };
        let (abort, options) = prepare().map_err(|error| {
            let detail = format!("{error:?}");
            LecternError::Internal { reason: InternalReason::NoServerRequest { detail } }
        })?;
        let request = scope().fetch_with_str_and_init(url, &options);
        Ok((Self { abort, cancel }, request.into()))
    }

    /// The next bytes of a body; `None` at its end.
    async fn read(&self, reader: &ReadableStreamDefaultReader) -> Result<Option<Vec<u8>>, Failure> {
        let result = self.wait(reader.read().into()).await?;
        // `{ done, value }`, with a `value` unless `done` is true.
        let value = Reflect::get(&result, &JsValue::from_str("value")).ok();
        Ok(value.and_then(|value| value.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()))
    }

    /// The value of a promise, unless it is rejected, stalls, or is cancelled. It becomes a future first, which handles
    /// a later rejection: an unhandled one ends the worker.
    async fn wait(&self, promise: JsFuture) -> Result<JsValue, Failure> {
        let answer = async { promise.await.map_err(|_| Failure::Broken) };
        let stall = async {
            TimeoutFuture::new(STALL_MS).await;
            Err(Failure::Broken)
        };
        self.cancel.unless_cancelled(future::or(answer, stall)).await?
    }
}

fn scope() -> WorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn is_offline() -> bool {
    !scope().navigator().on_line()
}
