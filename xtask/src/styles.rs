//! Joins the style sheets into one: the first paint waits for all of them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

const TOGETHER: &str = "lectern.css";
const LINK: &str = "<link rel=\"stylesheet\" href=\"./";

/// Joins the style sheets that index.html names, in their order.
pub fn join(site: &Path) -> Result<()> {
    let index = site.join("index.html");
    let page = fs::read_to_string(&index)?;
    // Without its scripts trunk does not move the program's own link.
    let page: String = page.split_inclusive('\n').filter(|it| !it.contains("data-trunk")).collect();
    let (page, files) = joined(&page)?;
    let mut sheet = String::new();
    for file in files {
        let file = site.join(file);
        sheet += &fs::read_to_string(&file).with_context(|| format!("no {}", file.display()))?;
        fs::remove_file(file)?;
    }
    fs::write(site.join(TOGETHER), sheet)?;
    Ok(fs::write(index, page)?)
}

/// The page with one link instead of all, and the files of the others.
fn joined(page: &str) -> Result<(String, Vec<String>)> {
    let (mut rest, mut files) = (page, Vec::new());
    let mut result = String::new();
    while let Some((before, link)) = rest.split_once(LINK) {
        let (file, after) = link.split_once("\"/>").context("a link without an end")?;
        result += if files.is_empty() { before } else { before.trim_end() };
        if files.is_empty() {
            result += &format!("{LINK}{TOGETHER}\"/>");
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
        let page = "<head>\n  <link rel=\"stylesheet\" href=\"./a.css\"/>\n  \
                    <link rel=\"stylesheet\" href=\"./b.css\"/>\n</head>";
        let (page, files) = joined(page).unwrap();
        assert_eq!(page, "<head>\n  <link rel=\"stylesheet\" href=\"./lectern.css\"/>\n</head>");
        assert_eq!(files, ["a.css", "b.css"]);
        assert!(joined("<head></head>").is_err());
    }
}
