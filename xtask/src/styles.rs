//! One style sheet instead of one a page: what is painted first waits for all of them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::root;

const TOGETHER: &str = "lectern.css";
const LINK: &str = "<link rel=\"stylesheet\" href=\"";

/// Writes index.html into a site, and with it, as one sheet, the style sheets that it names, in their order.
pub fn join(site: &Path) -> Result<()> {
    let (page, files) = joined(&fs::read_to_string(root().join("index.html"))?)?;
    let mut sheet = String::new();
    for file in files {
        let text = fs::read_to_string(root().join(&file));
        sheet += &text.with_context(|| format!("index.html names {file}"))?;
    }
    fs::write(site.join(TOGETHER), sheet)?;
    Ok(fs::write(site.join("index.html"), page)?)
}

/// The page with one link in the place of all, and the files that these named.
fn joined(page: &str) -> Result<(String, Vec<String>)> {
    let (mut rest, mut files) = (page, Vec::new());
    let mut result = String::new();
    while let Some((before, link)) = rest.split_once(LINK) {
        let (file, after) = link.split_once("\">").context("a link without an end")?;
        result += if files.is_empty() { before } else { before.trim_end() };
        if files.is_empty() {
            result += &format!("{LINK}{TOGETHER}\">");
        }
        files.push(file.to_owned());
        rest = after;
    }
    if files.is_empty() {
        bail!("index.html names no style sheet");
    }
    Ok((result + rest, files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_link_stands_for_all() {
        let page = "<head>\n  <link rel=\"stylesheet\" href=\"web/a.css\">\n  \
                    <link rel=\"stylesheet\" href=\"web/b.css\">\n</head>";
        let (page, files) = joined(page).unwrap();
        assert_eq!(page, "<head>\n  <link rel=\"stylesheet\" href=\"lectern.css\">\n</head>");
        assert_eq!(files, ["web/a.css", "web/b.css"]);
        assert!(joined("<head></head>").is_err());
    }
}
