//! The meaning of a server's answer for a download that may have broken before: the logic of resuming without a
//! browser.
//!
//! A broken download goes on with `Range: bytes=N-`. `If-Range` would be the way to say "only if it is
//! the same file", but it makes browsers ask other sites for permission first, which few of them
//! give; so the entity tag and the length are compared here instead.
//!
//! # The length of a file
//!
//! A browser unpacks a packed body (gzip, br) by itself, and its Content-Length is then that of the packed one. Of
//! another site a page sees Content-Length always, but Content-Encoding only where that site allows it, which few do.
//! So an announced length is *sure* only in an answer that shows its encoding (the page's own site, or a permission)
//! and in one to a request for a range, which browsers send with `Accept-Encoding: identity`. Otherwise it is a hint:
//! good for progress, and for going on another day, but nothing is refused by it:
//!
//! - A body longer than announced proves that it was packed: the hint is dropped.
//! - A body that ends a little short of it is a packed one too, of a file that packing made longer.
//! - A body that ends far short of it broke off in a browser that does not say so (most do): the download goes on.
//!   Where the next answer has no more either, the file is whole.
//!
//! Two lengths of one file may differ where one of them is a hint and the entity tags agree; a packed body's tag may be
//! marked as such (`W/"a"`, `"a-gzip"`).

use crate::error::{BadFileReason, LecternError, Result};

/// Times in a row that a connection may break without a new byte.
const TRIES: u32 = 5;
/// Attempts without any answer: fewer, since a server that forbids other sites to read looks the same.
const FIRST_CONTACT_TRIES: u32 = 3;
const FIRST_DELAY_MS: f64 = 500.0;

/// Bytes that compression may add to a file: the format's head and tail, and a few bytes for each block of some
/// kilobytes.
const PACKING_BYTES: u64 = 64;
const PACKING_SHARE: u64 = 1000;

/// Suffixes of the tags of compressed bodies.
const PACKED_TAGS: [&str; 6] = ["--gzip", "-gzip", "-br", "-zstd", "-df", ";gzip"];

/// The used fields of an answer's head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub status: u16,
    pub content_type: Option<String>,
    pub content_length: Option<String>,
    pub content_range: Option<String>,
    pub content_encoding: Option<String>,
    /// Whether a Content-Encoding would be visible.
    pub shows_encoding: bool,
    pub etag: Option<String>,
}

impl Answer {
    /// The announced length of the body and the server's tag of this version of the file, if known.
    pub fn version(&self) -> (Option<u64>, Option<String>) {
        // Content-Length and tag of a compressed body are those of its compressed form.
        if self.content_encoding.as_deref().is_some_and(|encoding| encoding != "identity") {
            return (None, None);
        }
        (self.content_length.as_deref().and_then(|n| n.trim().parse().ok()), self.etag.clone())
    }
}

/// The next step after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// No such file.
    Missing,
    /// A refusal, or a missing file: buckets answer 403 for both.
    Refused,
    /// A body that continues the file after skipping that many bytes.
    Body { skip: u64 },
    /// The file was complete already.
    Complete,
    /// The server is unavailable.
    TryAgain,
}

/// The download of one file.
#[derive(Debug)]
pub(super) struct Download {
    file: String,
    url: String,
    /// Bytes that were received.
    received: u64,
    /// Length of the whole file, if announced.
    announced: Option<u64>,
    /// Whether that is the length of the file, and not of a compressed body.
    is_sure: bool,
    etag: Option<String>,
    failures: u32,
    /// The end of a body that was shorter than announced, without breaking off.
    ended_at: Option<u64>,
}

impl Download {
    pub(super) fn new(file: &str, url: &str) -> Self {
        Self {
            file: file.to_owned(),
            url: url.to_owned(),
            received: 0,
            announced: None,
            is_sure: false,
            etag: None,
            failures: 0,
            ended_at: None,
        }
    }

    /// A download with `received` bytes from an earlier one.
    pub(super) fn resumed(
        file: &str,
        url: &str,
        received: u64,
        announced: Option<u64>,
        etag: Option<String>,
    ) -> Self {
        Self { received, announced, etag, ..Self::new(file, url) }
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

    /// Length of the whole file, if it is sure.
    pub(super) fn length(&self) -> Option<u64> {
        self.announced.filter(|_| self.is_sure)
    }

    /// Length of the whole file on the server, perhaps of its compressed form.
    pub(super) fn announced(&self) -> Option<u64> {
        self.announced
    }

    /// Ends a complete body. Returns whether the file is complete.
    pub(super) fn end(&mut self) -> bool {
        let lacking = self.announced.map_or(0, |length| length.saturating_sub(self.received));
        let is_whole = lacking == 0
            || !self.is_sure
                && (lacking <= PACKING_BYTES + self.received / PACKING_SHARE
                    || self.ended_at.replace(self.received) == Some(self.received));
        if is_whole && !self.is_sure {
            (self.announced, self.is_sure) = (Some(self.received), true);
        }
        is_whole
    }

    /// Counts new bytes.
    pub(super) fn advance(&mut self, bytes: u64) {
        self.received += bytes;
        self.failures = 0;
        if !self.is_sure && self.announced.is_some_and(|length| length < self.received) {
            self.announced = None;
        }
    }

    /// Counts a broken connection: milliseconds to wait before the next attempt, or `cause` after the last one.
    pub(super) fn broke(&mut self, cause: LecternError, random: f64) -> Result<u32> {
        self.failures += 1;
        let first_contact = self.received == 0 && matches!(cause, LecternError::Unreachable { .. });
        if self.failures >= if first_contact { FIRST_CONTACT_TRIES } else { TRIES } {
            return Err(cause);
        }
        // A class of students whose downloads broke together should not come back together.
        let jitter = 0.75 + random / 2.0;
        Ok((FIRST_DELAY_MS * f64::from(1 << (self.failures - 1)) * jitter) as u32)
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
            401 | 403 if self.received == 0 => return Ok(Next::Refused),
            408 | 429 | 500..=599 => return Ok(Next::TryAgain),
            416 if self.is_all(answer.content_range.as_deref()) => return Ok(Next::Complete),
            status => return Err(self.status_error(status)),
        }
        if self.received > 0 && answer.content_type.as_deref().is_some_and(is_html) {
            return Err(self.bad(BadFileReason::WebPageFromServer));
        }
        let (length, etag) = answer.version();
        let (start, length, is_sure) = match (answer.status, answer.content_range.as_deref()) {
            (206, Some(range)) => {
                let odd = || BadFileReason::OddRange { range: range.to_owned() };
                let (start, total) = parse_range(range).ok_or_else(|| self.bad(odd()))?;
                (start, total, true)
            }
            // Servers on other sites may hide Content-Range, but never Content-Length.
            (206, None) => (self.received, length.map(|length| self.received + length), true),
            _ => (0, length, answer.shows_encoding),
        };
        if start > self.received {
            return Err(self.bad(BadFileReason::WrongRange));
        }
        if self.received == 0 {
            (self.announced, self.is_sure, self.etag) = (length, is_sure, etag);
            return Ok(Next::Body { skip: 0 });
        }
        let tags = same_version(self.etag.as_deref(), etag.as_deref());
        let may_be_packed = !(self.is_sure && is_sure) && tags == Some(true);
        if tags == Some(false) || differ(&self.announced, &length) && !may_be_packed {
            return Err(self.bad(BadFileReason::ChangedOnServer));
        }
        if length.is_some() && (is_sure || self.announced.is_none()) {
            (self.announced, self.is_sure) = (length, is_sure);
        }
        self.etag = etag.or(self.etag.take());
        Ok(Next::Body { skip: self.received - start })
    }

    /// Whether the answer "range not satisfiable" means that nothing is missing.
    fn is_all(&self, range: Option<&str>) -> bool {
        let total = range.and_then(|range| range.trim().strip_prefix("bytes */")?.parse().ok());
        let ends_here = Some(self.received);
        self.received > 0
            && (total == ends_here
                || total.is_none() && (self.announced == ends_here || self.ended_at == ends_here))
    }

    fn bad(&self, reason: BadFileReason) -> LecternError {
        LecternError::bad_file(&self.file, reason)
    }
}

fn is_html(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("text/html")
        || essence.eq_ignore_ascii_case("application/xhtml+xml")
}

/// Whether both are known and different.
pub(super) fn differ<T: PartialEq>(before: &Option<T>, now: &Option<T>) -> bool {
    matches!((before, now), (Some(before), Some(now)) if before != now)
}

/// Whether two tags are of the same version; `None` if one is unknown.
pub(super) fn same_version(before: Option<&str>, now: Option<&str>) -> Option<bool> {
    Some(unpacked_tag(before?) == unpacked_tag(now?))
}

/// A tag without the suffix of a compressed body.
fn unpacked_tag(tag: &str) -> &str {
    let tag = tag.trim().strip_prefix("W/").unwrap_or(tag.trim()).trim_matches('"');
    PACKED_TAGS.iter().find_map(|end| tag.strip_suffix(end)).unwrap_or(tag)
}

/// Start and total length in `bytes 100-199/200` or `bytes 100-199/*`.
fn parse_range(range: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = range.trim().strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-')?.0.parse().ok()?;
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    Some((start, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A download whose length was announced by an answer that may have been compressed.
    fn download(received: u64, announced: Option<u64>, etag: Option<&str>) -> Download {
        Download::resumed("w", "u", received, announced, etag.map(Into::into))
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
        assert_eq!((first.announced(), first.length()), (Some(1000), None));
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
            assert_eq!(again.announced(), Some(1000));
            let is_range =
                head.status == 206 && head.content_range.as_deref() != Some("bytes 400-999/*");
            assert_eq!(again.length().is_some(), is_range, "only a range's length is sure");
            assert!(!again.end(), "600 bytes are missing");
        }
    }

    #[test]
    fn a_download_goes_on_another_day() {
        let mut first = Download::new("w", "u");
        assert_eq!(first.accept(&answer(200, "1000", "", "a")), Ok(Next::Body { skip: 0 }));
        let etag = first.etag().map(str::to_owned);
        let mut again = Download::resumed(first.file(), first.url(), 400, first.announced(), etag);
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
        assert_eq!(gzip.announced(), None);
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
        for status in [401, 403] {
            assert_eq!(accept(status, 0), Ok(Next::Refused));
        }
        for (status, received) in [(401, 9), (403, 9), (404, 9), (416, 9), (204, 0), (304, 0)] {
            let error = LecternError::HttpStatus { url: "u".into(), status };
            assert_eq!(accept(status, received), Err(error));
        }
    }

    #[test]
    fn a_web_page_is_no_second_half() {
        let page = Answer {
            content_type: Some("Text/HTML; charset=utf-8".into()),
            ..answer(200, "1000", "", "")
        };
        let result = download(400, Some(1000), None).accept(&page);
        assert!(matches!(result, Err(LecternError::BadFile { .. })));
        // The first bytes are judged by their content: some servers label everything as a web page.
        assert_eq!(download(0, None, None).accept(&page), Ok(Next::Body { skip: 0 }));
    }

    /// Cases of a compressed body with a hidden encoding: announced length, its own, where it ends, and whether it is
    /// complete.
    #[test]
    fn a_hidden_packing_is_found_out() {
        for (announced, bytes, is_whole) in [
            (15_930, 400_000, true),
            (400_000, 400_000, true),
            (31, 11, true),
            (120, 60, true),
            (1_000_300, 1_000_000, true),
            (1_000_000, 500_000, false),
            (1_000, 400, false),
        ] {
            let mut packed = download(0, None, None);
            let head = answer(200, &announced.to_string(), "", "");
            assert_eq!(packed.accept(&head), Ok(Next::Body { skip: 0 }));
            assert_eq!(packed.length(), None, "it is a hint");
            for _ in 0..10 {
                packed.advance(bytes / 10);
            }
            packed.advance(bytes % 10);
            assert_eq!(packed.end(), is_whole, "{announced} announced, {bytes} came");
            assert_eq!(packed.length(), is_whole.then_some(bytes));
        }
    }

    #[test]
    fn a_length_that_is_sure_is_held_to() {
        let own = Answer { shows_encoding: true, ..answer(200, "1000", "", "a") };
        for (received, is_whole) in [(1000, true), (990, false)] {
            let mut download = download(0, None, None);
            assert_eq!(download.accept(&own), Ok(Next::Body { skip: 0 }));
            assert_eq!(download.length(), Some(1000));
            download.advance(received);
            assert_eq!(download.end(), is_whole);
            assert_eq!(download.end(), is_whole, "nor is it whole the second time");
        }
    }

    #[test]
    fn a_body_that_ends_twice_at_the_same_byte_is_whole() {
        let head = || answer(200, "1000", "", "");
        let mut odd = download(0, None, None);
        assert_eq!(odd.accept(&head()), Ok(Next::Body { skip: 0 }));
        odd.advance(400);
        assert!(!odd.end());
        assert_eq!(odd.accept(&head()), Ok(Next::Body { skip: 400 }));
        assert!(odd.end());
        // A server with ranges answers with one at once.
        let mut odd = download(0, None, None);
        assert_eq!(odd.accept(&head()), Ok(Next::Body { skip: 0 }));
        odd.advance(400);
        assert!(!odd.end());
        assert_eq!(odd.accept(&answer(416, "", "", "")), Ok(Next::Complete));
        assert_eq!(
            download(400, None, None).accept(&answer(416, "", "bytes */400", "")),
            Ok(Next::Complete)
        );
        assert!(download(400, None, None).accept(&answer(416, "", "bytes */300", "")).is_err());
    }

    #[test]
    fn a_packed_beginning_goes_on_unpacked_where_the_tags_agree() {
        let rest = |tag: &str| answer(206, "600", "bytes 400-999/1000", tag);
        for (before, now, is_same) in [
            ("\"a\"", "\"a\"", true),
            ("W/\"a\"", "\"a\"", true),
            ("\"a-gzip\"", "\"a\"", true),
            ("\"a\"", "\"b\"", false),
            ("\"a\"", "", false),
        ] {
            let mut packed = download(400, Some(700), Some(before));
            let next = packed.accept(&rest(now));
            assert_eq!(next == Ok(Next::Body { skip: 0 }), is_same, "{before} {now}");
            assert_eq!(packed.length(), is_same.then_some(1000));
        }
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
