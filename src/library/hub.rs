//! Models of the Hugging Face Hub.

use crate::error::{BadRequestReason, LecternError, Result};

/// The hosts of the Hub, each with the address of its models.
const HOSTS: [(&str, &str); 5] = [
    ("huggingface.co", "https://huggingface.co/"),
    ("www.huggingface.co", "https://huggingface.co/"),
    ("hf.co", "https://huggingface.co/"),
    ("www.hf.co", "https://huggingface.co/"),
    // A mirror, for networks that block the Hub.
    ("hf-mirror.com", "https://hf-mirror.com/"),
];
/// Path segments of a model's pages that are followed by a revision.
const PAGES: [&str; 7] = ["tree", "resolve", "blob", "raw", "blame", "commits", "commit"];
/// Path segments of its other pages.
const OTHER_PAGES: [&str; 3] = ["discussions", "settings", "edit"];
/// First path segments that are no owners.
const NO_OWNERS: [&str; 8] =
    ["datasets", "spaces", "docs", "api", "collections", "papers", "blog", "models"];
/// Length of the Hub's longest owner or model name.
const NAME_LIMIT: usize = 96;

/// A model of the Hub, at a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubModel {
    /// `owner/name`, or just `name` for the oldest models.
    pub id: String,
    /// Branch, tag or commit.
    pub revision: String,
    /// The folder in the model, with a slash at its end; empty for the model itself.
    folder: String,
    /// The address of the Hub, or of its mirror, with a slash at its end.
    hub: &'static str,
}

impl HubModel {
    /// Parses an id such as `openai-community/gpt2`, with or without an `@revision`, or the address of a page of the
    /// model, of a folder or of a file in it.
    ///
    /// `revision` takes precedence over one in the text; without both it is `main`.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`]
    pub fn parse(text: &str, revision: Option<&str>) -> Result<Self> {
        let text = text.trim();
        let no_id = || no_id(text);
        let page = match hosted(text) {
            Some((hub, path)) => Page::of_path(hub, path).ok_or_else(no_id)?,
            None => Page::of_id(text).ok_or_else(no_id)?,
        };
        if !page.id.split('/').all(is_name)
            || !page.folders.iter().all(|segment| is_folder(segment))
        {
            return Err(no_id());
        }
        let revision = revision.map(str::to_owned).or(page.revision);
        let revision = revision.unwrap_or_else(|| "main".into());
        if !revision.split('/').all(is_name) {
            return Err(LecternError::bad_request(BadRequestReason::NotRevision { revision }));
        }
        let folder = page.folders.iter().map(|folder| format!("{folder}/")).collect();
        Ok(Self { id: page.id, revision, folder, hub: page.hub })
    }

    /// Whether this is an address of the Hub.
    pub(super) fn is_address(text: &str) -> bool {
        hosted(text.trim()).is_some()
    }

    /// The address of its files, with a slash at its end.
    pub fn base_url(&self) -> String {
        let Self { id, revision, folder, hub } = self;
        format!("{hub}{id}/resolve/{}/{folder}", revision.replace('/', "%2F"))
    }

    /// The address of its page, for people.
    pub fn page_url(&self) -> String {
        format!("{}{}", self.hub, self.id)
    }
}

/// The model and folder in a text.
struct Page {
    hub: &'static str,
    id: String,
    revision: Option<String>,
    folders: Vec<String>,
}

impl Page {
    /// Parses `owner/name@revision`.
    fn of_id(text: &str) -> Option<Self> {
        let (id, revision) = match text.split_once('@') {
            Some((id, revision)) => (id, Some(revision.to_owned())),
            None => (text, None),
        };
        let id = id.trim_end_matches('/').to_owned();
        let is_id = matches!(id.split('/').count(), 1 | 2);
        is_id.then_some(Self { hub: HOSTS[0].1, id, revision, folders: Vec::new() })
    }

    /// Parses the path of an address: `owner/name/tree/revision/folder`.
    fn of_path(hub: &'static str, path: &str) -> Option<Self> {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        if NO_OWNERS.contains(&segments[0]) {
            return None;
        }
        // The oldest models have no owner: the segment of the page is the second one.
        let is_page = |segment: &&str| PAGES.contains(segment) || OTHER_PAGES.contains(segment);
        let names = if segments.get(1).is_some_and(is_page) { 1 } else { segments.len().min(2) };
        let (id, rest) = segments.split_at(names);
        let (id, at) = match id.join("/").split_once('@') {
            Some((id, revision)) => (id.to_owned(), Some(revision.replace("%2F", "/"))),
            None => (id.join("/"), None),
        };
        let (revision, folders) = match rest {
            [] => (at, &[][..]),
            [word, ..] if OTHER_PAGES.contains(word) => (at, &[][..]),
            // `refs/pr/1` is one name, whose slashes may be unescaped.
            [word, "refs", group, id, rest @ ..] if PAGES.contains(word) => {
                (Some(format!("refs/{group}/{id}")), rest)
            }
            [word, revision, rest @ ..] if PAGES.contains(word) => {
                (Some(revision.replace("%2F", "/").replace("%2f", "/")), rest)
            }
            _ => return None,
        };
        let is_file = !path.ends_with('/') && matches!(rest.first(), Some(&word) if word != "tree");
        let folders = if is_file { &folders[..folders.len().saturating_sub(1)] } else { folders };
        let folders = folders.iter().map(ToString::to_string).collect();
        Some(Self { hub, id, revision, folders })
    }
}

/// The Hub and the path of an address of the Hub.
fn hosted(text: &str) -> Option<(&'static str, &str)> {
    let start = |text: &str, start: &str| {
        text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
    };
    let scheme = ["https://", "http://", ""].into_iter().find(|scheme| start(text, scheme))?;
    let (host, path) = text[scheme.len()..].split_once('/')?;
    let (_, hub) = HOSTS.iter().find(|(known, _)| host.eq_ignore_ascii_case(known))?;
    Some((hub, path))
}

fn is_name(segment: &str) -> bool {
    !segment.is_empty()
        && segment.len() <= NAME_LIMIT
        && !segment.starts_with('.')
        && !segment.contains("..")
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// Folders may have any name, as addresses write it.
fn is_folder(segment: &str) -> bool {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"\\?#".contains(c);
    !segment.is_empty()
        && segment != "."
        && !segment.contains("..")
        && segment.chars().all(is_plain)
}

fn no_id(text: &str) -> LecternError {
    LecternError::bad_request(BadRequestReason::NotHubModel { id: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str, revision: Option<&str>) -> Result<String> {
        HubModel::parse(text, revision).map(|model| model.base_url())
    }

    #[test]
    fn ids_and_pasted_addresses_become_the_address_of_the_files() {
        let gpt2 = "https://huggingface.co/openai-community/gpt2/resolve/main/";
        for text in [
            "openai-community/gpt2",
            " openai-community/gpt2/ ",
            "openai-community/gpt2@main",
            "https://huggingface.co/openai-community/gpt2",
            "HTTPS://HuggingFace.co/openai-community/gpt2/",
            "https://huggingface.co/openai-community/gpt2/tree/main",
            "https://huggingface.co/openai-community/gpt2/tree/main/",
            "https://huggingface.co/openai-community/gpt2/resolve/main/",
            "https://huggingface.co/openai-community/gpt2/discussions",
            "https://huggingface.co/openai-community/gpt2/discussions/12",
            "https://huggingface.co/openai-community/gpt2/blob/main/config.json",
            "https://huggingface.co/openai-community/gpt2/raw/main/config.json",
            "https://huggingface.co/openai-community/gpt2/commits/main",
            "https://huggingface.co/openai-community/gpt2/resolve/main/model.safetensors?download=true",
            "https://hf.co/openai-community/gpt2#files",
            "hf.co/openai-community/gpt2",
            "www.huggingface.co/openai-community/gpt2",
            "huggingface.co/openai-community/gpt2",
        ] {
            assert_eq!(base(text, None).as_deref(), Ok(gpt2), "{text}");
        }
        let old = "https://huggingface.co/distilgpt2/resolve/main/";
        for text in [
            "distilgpt2",
            "https://huggingface.co/distilgpt2",
            "https://huggingface.co/distilgpt2/tree/main",
            "https://huggingface.co/distilgpt2/blob/main/config.json",
        ] {
            assert_eq!(base(text, None).as_deref(), Ok(old), "{text}");
        }
    }

    #[test]
    fn a_revision_is_kept() {
        let v2 = "https://huggingface.co/a/b/resolve/v2.0/";
        assert_eq!(base("a/b", Some("v2.0")).as_deref(), Ok(v2));
        assert_eq!(base("a/b@v2.0", None).as_deref(), Ok(v2));
        assert_eq!(base("https://huggingface.co/a/b@v2.0", None).as_deref(), Ok(v2));
        assert_eq!(base("https://huggingface.co/a/b/tree/v2.0", None).as_deref(), Ok(v2));
        assert_eq!(base("https://huggingface.co/a/b/tree/v1", Some("v2.0")).as_deref(), Ok(v2));
        let pull = "https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/";
        assert_eq!(base("a/b", Some("refs/pr/1")).as_deref(), Ok(pull));
        for text in ["refs%2Fpr%2F1", "refs/pr/1"] {
            let text = format!("https://huggingface.co/a/b/tree/{text}");
            assert_eq!(base(&text, None).as_deref(), Ok(pull));
        }
    }

    #[test]
    fn a_folder_within_a_model_and_a_copy_of_the_hub_are_kept() {
        for (text, expected) in [
            (
                "https://huggingface.co/a/b/tree/main/checkpoint-500",
                "https://huggingface.co/a/b/resolve/main/checkpoint-500/",
            ),
            (
                "https://huggingface.co/a/b/blob/v1/q8/my%20own/config.json",
                "https://huggingface.co/a/b/resolve/v1/q8/my%20own/",
            ),
            ("https://hf-mirror.com/a/b", "https://hf-mirror.com/a/b/resolve/main/"),
        ] {
            assert_eq!(base(text, None).as_deref(), Ok(expected));
        }
        let mirror = HubModel::parse("https://hf-mirror.com/a/b/tree/main", None).unwrap();
        assert_eq!(mirror.page_url(), "https://hf-mirror.com/a/b");
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "/",
            "a/b/c",
            "../etc",
            "a/..",
            "a b",
            "a/b?c",
            "https://example.org/a/b",
            "a/b#c",
            "модель",
            "владелец/модель",
            ".hidden",
            "a//b",
            "https://huggingface.co/",
            "https://huggingface.co/datasets/a/b",
            "https://huggingface.co/spaces/a/b/tree/main",
            "https://huggingface.co/a/b/other/c",
            "https://huggingface.co/a/b/tree/main/../../c",
            "a/tree/main",
            "a/b%2Fc",
            "a/b%20c",
            "a/b@",
        ] {
            assert!(matches!(base(text, None), Err(LecternError::BadRequest { .. })), "{text}");
        }
        for revision in ["", "..", "a/../b", "a b", "a?b"] {
            let result = base("a/b", Some(revision));
            assert!(matches!(result, Err(LecternError::BadRequest { .. })), "{revision}");
        }
    }
}
