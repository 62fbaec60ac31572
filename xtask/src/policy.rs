//! The site's Content-Security-Policy, and the headers that hosts should send.
//!
//! The page's own policy is in index.html, so that it holds on any host. A worker is bound by the headers of its own
//! script: it alone may fetch from other sites, because the reader chooses where a model comes from.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// The scripts of engine and trainer, whose policy is in their headers.
const WORKERS: [&str; 2] = ["/engine-worker.js", "/trainer-worker.js"];

/// Their policy: they run their own WebAssembly, and fetch models.
const WORKER_POLICY: &str =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src *";

/// Headers of every file: no guessing of types, no referrer for other sites, and a check for a new version each time
/// (files keep their names from version to version).
pub const HEADERS: [(&str, &str); 3] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-cache"),
];

/// Headers of every file, all of which are public: a slide of another site may use lectern.js and the models, and a
/// frame without an origin (`sandbox="allow-scripts"`) the page.
pub const SHARED: (&str, &str) = ("Access-Control-Allow-Origin", "*");

/// The headers of one path, beside [`HEADERS`].
pub fn headers_of(path: &str) -> Option<(&'static str, &'static str)> {
    WORKERS.contains(&path).then_some(("Content-Security-Policy", WORKER_POLICY))
}

/// The page's policy, with its own inline scripts by their hashes.
fn page_policy(page: &str) -> String {
    let hashes: String = inline_scripts(page)
        .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
        .collect();
    [
        "default-src 'none'",
        &format!("script-src 'self' 'wasm-unsafe-eval'{hashes}"),
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        // A frame without an origin can only start a worker of its own, which imports the engine's.
        "worker-src 'self' data:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    .join("; ")
}

/// The texts of inline `<script>` elements.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (tag, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!tag.contains("src=")).then_some(script)
    })
}

/// Writes the policy into the site's index.html, and the headers into `_headers`, as several static hosts read it.
pub fn write(site: &Path) -> Result<()> {
    const PLACE: &str = "<meta charset=\"utf-8\">";
    let index = site.join("index.html");
    let page = fs::read_to_string(&index)?;
    let (head, rest) = page.split_once(PLACE).context("index.html does not name its charset")?;
    let policy = page_policy(&page);
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    fs::write(&index, format!("{head}{PLACE}\n    {meta}{rest}"))?;
    let mut headers = String::from("/*\n");
    for (name, value) in HEADERS.into_iter().chain([SHARED]) {
        headers += &format!("  {name}: {value}\n");
    }
    for worker in WORKERS {
        headers += &format!("{worker}\n  Content-Security-Policy: {WORKER_POLICY}\n");
    }
    Ok(fs::write(site.join("_headers"), headers)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_named_by_their_hashes_and_others_by_their_origin() {
        let page = "<script>alert(1)</script><script type=\"module\" src=\"a.js\"></script>\
                    <script type=\"module\">\nb()\n</script>";
        assert_eq!(inline_scripts(page).collect::<Vec<_>>(), ["alert(1)", "\nb()\n"]);
        let policy = page_policy(page);
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        assert!(
            policy.contains("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"),
            "{policy}"
        );
        assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"));
    }
}
