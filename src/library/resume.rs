//! What an answer of a server means for a download that may have broken before: everything of the
//! protocol that needs no browser.
//!
//! A broken download goes on with `Range: bytes=N-`. `If-Range` would be the way to say "only if it is
//! the same file", but it makes browsers ask other sites for permission first, which few of them
//! give; so the entity tag and the length are compared here instead.

use crate::error::{LecternError, Result};

/// How often in a row a connection may break without a new byte.
const TRIES: u32 = 5;
/// Fewer where no answer ever came: a server that forbids other sites to read looks just the same.
const FIRST_CONTACT_TRIES: u32 = 3;
const FIRST_DELAY_MS: f64 = 500.0;

/// The part of an answer's head that matters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub status: u16,
    pub content_type: Option<String>,
    pub content_length: Option<String>,
    pub content_range: Option<String>,
    pub content_encoding: Option<String>,
    pub etag: Option<String>,
}

impl Answer {
    /// The length of the body and the server's tag of this version of the file, where they can be known.
    pub fn version(&self) -> (Option<u64>, Option<String>) {
        // Of a compressed body, Content-Length is the compressed length, and the tag that of the packing.
        if self.content_encoding.as_deref().is_some_and(|encoding| encoding != "identity") {
            return (None, None);
        }
        (self.content_length.as_deref().and_then(|n| n.parse().ok()), self.etag.clone())
    }
}

/// What to do with an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// There is no such file.
    Missing,
    /// Its body goes on where the file broke off, once that many bytes are skipped.
    Body { skip: u64 },
    /// The server cannot now.
    TryAgain,
}

/// One file on its way.
#[derive(Debug)]
pub(super) struct Download {
    file: String,
    url: String,
    /// Bytes that are here.
    received: u64,
    /// Length of the whole file, where it is known.
    total: Option<u64>,
    etag: Option<String>,
    failures: u32,
}

impl Download {
    pub(super) fn new(file: &str, url: &str) -> Self {
        Self {
            file: file.to_owned(),
            url: url.to_owned(),
            received: 0,
            total: None,
            etag: None,
            failures: 0,
        }
    }

    /// A download of which `received` bytes are here from another day.
    pub(super) fn resumed(
        file: &str,
        url: &str,
        received: u64,
        total: Option<u64>,
        etag: Option<String>,
    ) -> Self {
        Self { received, total, etag, ..Self::new(file, url) }
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The server's tag of this version of the file.
    pub(super) fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    pub(super) fn received(&self) -> u64 {
        self.received
    }

    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Did the body end before the file did?
    pub(super) fn is_short(&self) -> bool {
        self.total.is_some_and(|total| self.received < total)
    }

    /// New bytes came.
    pub(super) fn advance(&mut self, bytes: u64) {
        self.received += bytes;
        self.failures = 0;
    }

    /// The connection broke: milliseconds to wait before the next try, or `cause` after the last one.
    pub(super) fn broke(&mut self, cause: LecternError, random: f64) -> Result<i32> {
        self.failures += 1;
        let first_contact = self.received == 0 && matches!(cause, LecternError::Unreachable { .. });
        if self.failures >= if first_contact { FIRST_CONTACT_TRIES } else { TRIES } {
            return Err(cause);
        }
        // A class of students whose downloads broke together should not come back together.
        let jitter = 0.75 + random / 2.0;
        Ok((FIRST_DELAY_MS * f64::from(1 << (self.failures - 1)) * jitter) as i32)
    }

    /// The error for a status.
    pub(super) fn status_error(&self, status: u16) -> LecternError {
        LecternError::HttpStatus { url: self.url.clone(), status }
    }

    /// Reads an answer's head.
    pub(super) fn accept(&mut self, answer: &Answer) -> Result<Next> {
        match answer.status {
            200 | 206 => {}
            404 | 410 if self.received == 0 => return Ok(Next::Missing),
            408 | 429 | 500..=599 => return Ok(Next::TryAgain),
            status => return Err(self.status_error(status)),
        }
        if answer.content_type.as_deref().is_some_and(is_html) {
            return Err(self.bad("the server sent a web page instead"));
        }
        let (length, etag) = answer.version();
        let (start, total) = match (answer.status, answer.content_range.as_deref()) {
            (206, Some(range)) => {
                parse_range(range).ok_or_else(|| self.bad(format!("the server sent {range:?}")))?
            }
            // Servers on other sites may hide Content-Range, but never Content-Length.
            (206, None) => (self.received, length.map(|length| self.received + length)),
            _ => (0, length),
        };
        if start > self.received {
            return Err(self.bad("the server sent another part than was asked for"));
        }
        if self.received > 0 && (differ(&self.total, &total) || differ(&self.etag, &etag)) {
            return Err(self.bad("it changed on the server while it was downloaded"));
        }
        self.total = total.or(self.total);
        self.etag = etag.or(self.etag.take());
        Ok(Next::Body { skip: self.received - start })
    }

    fn bad(&self, reason: impl ToString) -> LecternError {
        LecternError::bad_file(&self.file, reason)
    }
}

fn is_html(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("text/html")
        || essence.eq_ignore_ascii_case("application/xhtml+xml")
}

/// Are both known, and not the same?
pub(super) fn differ<T: PartialEq>(before: &Option<T>, now: &Option<T>) -> bool {
    matches!((before, now), (Some(before), Some(now)) if before != now)
}

/// `bytes 100-199/200` or `bytes 100-199/*`: where the part begins, and how long the whole is.
fn parse_range(range: &str) -> Option<(u64, Option<u64>)> {
    let (part, total) = range.trim().strip_prefix("bytes ")?.split_once('/')?;
    let start = part.split_once('-')?.0.parse().ok()?;
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    Some((start, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn download(received: u64, total: Option<u64>, etag: Option<&str>) -> Download {
        Download { received, total, etag: etag.map(Into::into), ..Download::new("w", "u") }
    }

    fn answer(status: u16, length: &str, range: &str, etag: &str) -> Answer {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Answer {
            status,
            content_length: some(length),
            content_range: some(range),
            etag: some(etag),
            ..Answer::default()
        }
    }

    #[test]
    fn a_broken_download_goes_on_where_it_broke() {
        let mut first = download(0, None, None);
        assert_eq!(first.accept(&answer(200, "1000", "", "a")), Ok(Next::Body { skip: 0 }));
        assert_eq!(first.total(), Some(1000));
        for (head, skip) in [
            (answer(206, "600", "bytes 400-999/1000", "a"), 0),
            (answer(206, "600", "bytes 400-999/*", ""), 0),
            (answer(206, "600", "", ""), 0),
            (answer(206, "1000", "bytes 0-999/1000", "a"), 400),
            (answer(200, "1000", "", "a"), 400),
            (answer(200, "", "", ""), 400),
        ] {
            let mut again = download(400, Some(1000), Some("a"));
            assert_eq!(again.accept(&head), Ok(Next::Body { skip }), "{head:?}");
            assert_eq!(again.total(), Some(1000));
            assert!(again.is_short());
        }
    }

    #[test]
    fn a_download_goes_on_another_day() {
        let mut first = Download::new("w", "u");
        assert_eq!(first.accept(&answer(200, "1000", "", "a")), Ok(Next::Body { skip: 0 }));
        let etag = first.etag().map(str::to_owned);
        let mut again = Download::resumed(first.file(), first.url(), 400, first.total(), etag);
        let changed = answer(206, "600", "bytes 400-999/1000", "b");
        assert!(again.accept(&changed).is_err());
        let rest = answer(206, "600", "bytes 400-999/1000", "a");
        assert_eq!(again.accept(&rest), Ok(Next::Body { skip: 0 }));
    }

    #[test]
    fn halves_of_two_files_are_never_joined() {
        for head in [
            answer(206, "600", "bytes 400-999/1000", "b"),
            answer(206, "601", "bytes 400-1000/1001", ""),
            answer(206, "601", "", ""),
            answer(200, "999", "", ""),
            answer(200, "1000", "", "b"),
            answer(206, "500", "bytes 500-999/1000", "a"),
            answer(206, "600", "lines 1-2/3", "a"),
        ] {
            let result = download(400, Some(1000), Some("a")).accept(&head);
            assert!(matches!(result, Err(LecternError::BadFile { .. })), "{head:?}");
        }
    }

    #[test]
    fn a_compressed_body_has_no_known_length() {
        let mut gzip = download(0, None, None);
        let encoded =
            Answer { content_encoding: Some("gzip".into()), ..answer(200, "10", "", "a-gzip") };
        assert_eq!(gzip.accept(&encoded), Ok(Next::Body { skip: 0 }));
        assert_eq!((gzip.total(), gzip.is_short()), (None, false));
        gzip.advance(400);
        assert_eq!(gzip.received(), 400);
        let plain = answer(206, "600", "bytes 400-999/1000", "a");
        assert_eq!(gzip.accept(&plain), Ok(Next::Body { skip: 0 }));
    }

    #[test]
    fn statuses_mean_what_they_mean() {
        let accept =
            |status, received| download(received, None, None).accept(&answer(status, "", "", ""));
        assert_eq!(accept(404, 0), Ok(Next::Missing));
        for status in [429, 500, 503] {
            assert_eq!(accept(status, 0), Ok(Next::TryAgain));
        }
        for (status, received) in [(401, 0), (403, 0), (404, 9), (416, 9), (204, 0), (304, 0)] {
            let error = LecternError::HttpStatus { url: "u".into(), status };
            assert_eq!(accept(status, received), Err(error));
        }
    }

    #[test]
    fn a_web_page_is_no_file() {
        let page = Answer {
            content_type: Some("Text/HTML; charset=utf-8".into()),
            ..answer(200, "1000", "", "")
        };
        let result = download(0, None, None).accept(&page);
        assert!(matches!(result, Err(LecternError::BadFile { .. })));
    }

    #[test]
    fn delays_grow_until_the_last_try_and_new_bytes_begin_anew() {
        let cause = || LecternError::Unreachable { url: "u".into() };
        let mut broken = download(1, None, None);
        let delays: Vec<_> = (0..5).map(|_| broken.broke(cause(), 0.5)).collect();
        assert_eq!(delays, [Ok(500), Ok(1000), Ok(2000), Ok(4000), Err(cause())]);
        broken.advance(1);
        assert_eq!(broken.broke(cause(), 0.0), Ok(375));
        let mut never = download(0, None, None);
        let delays: Vec<_> = (0..3).map(|_| never.broke(cause(), 0.5)).collect();
        assert_eq!(delays, [Ok(500), Ok(1000), Err(cause())]);
    }
}
