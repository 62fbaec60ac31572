//! A static server for the site: right types, range requests, no caching.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Take, Write, copy};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use httparse::{EMPTY_HEADER, Request, Status};
use lexopt::Arg::Long;
use lexopt::{Parser, ValueExt};
use percent_encoding::percent_decode_str;

use crate::{absolute, policy, site};

/// Time after which an idle connection is closed: browsers open some that they never use.
const PATIENCE: Duration = Duration::from_secs(60);
/// The largest head of a request.
const HEAD_LIMIT: usize = 32 << 10;
const HEADERS_LIMIT: usize = 64;

pub struct Options {
    port: u16,
    host: String,
    build: bool,
    folders: Folders,
}

/// The served folders: the site, and for tests the fixtures under `/fixtures/`.
struct Folders {
    site: PathBuf,
    fixtures: Option<PathBuf>,
}

impl Options {
    /// `--no-build`, `--dist` and `--fixtures` are for the browser tests.
    pub fn parse(mut arguments: Parser) -> Result<Self> {
        let mut options = Self {
            port: 8080,
            host: "127.0.0.1".into(),
            build: true,
            folders: Folders { site: site::shipped(), fixtures: None },
        };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("port") => options.port = arguments.value()?.parse()?,
                Long("host") => options.host = arguments.value()?.string()?,
                Long("no-build") => options.build = false,
                Long("dist") => options.folders.site = absolute(arguments.value()?)?,
                Long("fixtures") => options.folders.fixtures = Some(absolute(arguments.value()?)?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

pub fn run(options: Options) -> Result<ExitCode> {
    if options.build {
        site::build(site::Kind::Shipped)?;
    }
    let listener = listen(&options.host, options.port)?;
    println!("Lectern is at http://{}/ (stop it with Ctrl+C)", listener.local_addr()?);
    serve(&listener, &options.folders);
    Ok(ExitCode::SUCCESS)
}

fn listen(host: &str, port: u16) -> Result<TcpListener> {
    TcpListener::bind((host, port)).with_context(|| format!("could not serve on {host}:{port}"))
}

/// Serves the shipped site on a free port for as long as the program runs; returns its address.
pub fn in_background() -> Result<String> {
    let listener = listen("127.0.0.1", 0)?;
    let address = format!("http://{}/", listener.local_addr()?);
    std::thread::spawn(move || {
        serve(&listener, &Folders { site: site::shipped(), fixtures: None });
    });
    Ok(address)
}

fn serve(listener: &TcpListener, folders: &Folders) {
    std::thread::scope(|scope| {
        for connection in listener.incoming().flatten() {
            // It fails if the browser closed the connection: nobody waits for the answer.
            scope.spawn(|| converse(connection, folders).ok());
        }
    });
}

/// Answers one request, and closes the connection.
fn converse(mut connection: TcpStream, folders: &Folders) -> std::io::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = connection.read(&mut chunk)?;
        head.extend_from_slice(&chunk[..count]);
        let mut headers = [EMPTY_HEADER; HEADERS_LIMIT];
        let mut request = Request::new(&mut headers);
        match request.parse(&head) {
            Ok(Status::Complete(_)) => {
                return answer(&request, folders)?.send(&mut connection, request.method);
            }
            Ok(Status::Partial) if count > 0 && head.len() < HEAD_LIMIT => {}
            _ => return Answer::empty("400 Bad Request").send(&mut connection, None),
        }
    }
}

/// An answer: its status, its headers except the common ones, its body.
struct Answer {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Option<Take<File>>,
}

impl Answer {
    fn empty(status: &'static str) -> Self {
        Self { status, headers: Vec::new(), body: None }
    }

    fn send(self, connection: &mut TcpStream, method: Option<&str>) -> std::io::Result<()> {
        let length = self.body.as_ref().map_or(0, Take::limit);
        let mut head = format!("HTTP/1.1 {}\r\nContent-Length: {length}\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let (name, value) = policy::SHARED;
        head += &format!("{name}: {value}\r\nConnection: close\r\n\r\n");
        connection.write_all(head.as_bytes())?;
        match self.body {
            Some(mut body) if method != Some("HEAD") => copy(&mut body, connection)?,
            _ => 0,
        };
        connection.flush()
    }
}

fn answer(request: &Request, folders: &Folders) -> std::io::Result<Answer> {
    if !matches!(request.method, Some("GET" | "HEAD")) {
        return Ok(Answer::empty("405 Method Not Allowed"));
    }
    let opened = request
        .path
        .and_then(|path| find(path, folders))
        .and_then(|path| Some((content_type(&path), File::open(path).ok()?)));
    let Some((content_type, mut file)) = opened else {
        return Ok(Answer::empty("404 Not Found"));
    };
    let length = file.metadata()?.len();
    let asked = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("range"));
    let asked = asked.and_then(|header| std::str::from_utf8(header.value).ok());
    let mut headers =
        vec![("Content-Type", content_type.to_owned()), ("Accept-Ranges", "bytes".to_owned())];
    let path = request.path.and_then(|path| path.split(['?', '#']).next()).unwrap_or_default();
    let policies = policy::HEADERS.into_iter().chain(policy::headers_of(path));
    headers.extend(policies.map(|(name, value)| (name, value.to_owned())));
    let (status, range) = match asked.map_or(Asked::Whole, |range| byte_range(range, length)) {
        Asked::Whole => ("200 OK", 0..length),
        Asked::Part(range) => {
            let value = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            headers.push(("Content-Range", value));
            ("206 Partial Content", range)
        }
        Asked::Nothing => {
            headers.push(("Content-Range", format!("bytes */{length}")));
            ("416 Range Not Satisfiable", 0..0)
        }
    };
    file.seek(SeekFrom::Start(range.start))?;
    Ok(Answer { status, headers, body: Some(file.take(range.end - range.start)) })
}

/// The file for an address, if there is one: never outside the folders.
fn find(url: &str, folders: &Folders) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?;
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    if segments.iter().any(|segment| segment.starts_with('.') || segment.contains(['\\', ':'])) {
        return None;
    }
    let file = match (&folders.fixtures, segments.split_first()) {
        (Some(fixtures), Some((&"fixtures", rest))) => {
            fixtures.join(rest.iter().collect::<PathBuf>())
        }
        _ => folders.site.join(segments.iter().collect::<PathBuf>()),
    };
    let file = if file.is_dir() { file.join("index.html") } else { file };
    file.is_file().then_some(file)
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "webmanifest" => "application/json",
        "txt" | "md" | "ts" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// The bytes that a `Range` header requests.
#[derive(Debug, PartialEq)]
enum Asked {
    /// The whole file; also for a header of an unsupported form, as the standard allows.
    Whole,
    Part(Range<u64>),
    /// A range beyond the file.
    Nothing,
}

fn byte_range(header: &str, length: u64) -> Asked {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Asked::Whole;
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), _) if last.is_empty() => first..length,
        (_, Ok(count)) if first.is_empty() => length.saturating_sub(count)..length,
        _ => return Asked::Whole,
    };
    if range.is_empty() { Asked::Nothing } else { Asked::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (header, expected) in [
            ("bytes=0-9", Asked::Part(0..10)),
            ("bytes=90-", Asked::Part(90..100)),
            ("bytes=90-500", Asked::Part(90..100)),
            ("bytes=-5", Asked::Part(95..100)),
            ("bytes=-500", Asked::Part(0..100)),
            ("bytes=100-", Asked::Nothing),
            ("bytes=0-1,4-5", Asked::Whole),
            ("bytes=9-0", Asked::Whole),
            ("lines=0-9", Asked::Whole),
        ] {
            assert_eq!(byte_range(header, 100), expected, "{header}");
        }
    }

    #[test]
    fn only_files_of_the_folders_are_found() {
        let folders = Folders { site: root().join("xtask"), fixtures: Some(root().join("tests")) };
        assert_eq!(find("/Cargo.toml?x", &folders), Some(root().join("xtask/Cargo.toml")));
        assert_eq!(find("/src/../Cargo.toml", &folders), None);
        assert_eq!(find("/src/%2e%2e/%2e%2e/Cargo.toml", &folders), None);
        assert_eq!(find("/src", &folders), None);
        assert_eq!(find("/nothing.js", &folders), None);
    }
}
