//! Sources of models, as people type them and as addresses write them.

use crate::protocol::Source;

/// Reads a source as people type it: an address, a Hub id (`owner/name`, `owner/name@revision`), or the name of one of
/// the site's own models.
pub fn read(text: &str) -> Source {
    let text = text.trim();
    if text.contains("://") {
        Source::Url { base: text.into() }
    } else if text.contains(['/', '@']) {
        hub(text)
    } else {
        Source::BuiltIn { name: text.into() }
    }
}

/// Reads a source from the field for Hub ids: also the short names of old models, such as `gpt2`.
pub fn read_elsewhere(text: &str) -> Source {
    match read(text) {
        Source::BuiltIn { name } => hub(&name),
        source => source,
    }
}

fn hub(text: &str) -> Source {
    match text.split_once('@') {
        Some((id, revision)) => Source::Hub { id: id.into(), revision: Some(revision.into()) },
        None => Source::Hub { id: text.into(), revision: None },
    }
}

/// Returns a source as an address writes it; `None` for the reader's own files, which a link cannot carry.
pub fn written(source: &Source) -> Option<String> {
    Some(match source {
        Source::BuiltIn { name } => name.clone(),
        Source::Hub { id, revision: Some(revision) } => format!("{id}@{revision}"),
        // Without a slash it would be a name of one of the site's own models.
        Source::Hub { id, revision: None } if !id.contains('/') => format!("{id}@main"),
        Source::Hub { id, revision: None } => id.clone(),
        Source::Url { base } => base.clone(),
        Source::Files | Source::Random { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in(name: &str) -> Source {
        Source::BuiltIn { name: name.into() }
    }

    fn on_hub(id: &str, revision: Option<&str>) -> Source {
        Source::Hub { id: id.into(), revision: revision.map(str::to_owned) }
    }

    fn at(base: &str) -> Source {
        Source::Url { base: base.into() }
    }

    #[test]
    fn names_ids_and_addresses_are_told_apart() {
        for (text, here, elsewhere) in [
            ("stories-en-gpt2", built_in("stories-en-gpt2"), on_hub("stories-en-gpt2", None)),
            (" gpt2 ", built_in("gpt2"), on_hub("gpt2", None)),
            (
                "openai-community/gpt2",
                on_hub("openai-community/gpt2", None),
                on_hub("openai-community/gpt2", None),
            ),
            ("a/b@v1.0", on_hub("a/b", Some("v1.0")), on_hub("a/b", Some("v1.0"))),
            ("a/b@refs/pr/1", on_hub("a/b", Some("refs/pr/1")), on_hub("a/b", Some("refs/pr/1"))),
            ("gpt2@main", on_hub("gpt2", Some("main")), on_hub("gpt2", Some("main"))),
            ("https://host/m@2/gpt2", at("https://host/m@2/gpt2"), at("https://host/m@2/gpt2")),
            (
                "http://127.0.0.1:8080/модель",
                at("http://127.0.0.1:8080/модель"),
                at("http://127.0.0.1:8080/модель"),
            ),
        ] {
            assert_eq!(read(text), here, "{text}");
            assert_eq!(read_elsewhere(text), elsewhere, "{text}");
        }
    }

    #[test]
    fn a_link_names_the_source_that_it_was_made_of() {
        for source in [
            built_in("stories-en-gpt2"),
            on_hub("a/b", None),
            on_hub("a/b", Some("v1")),
            at("https://host/m/"),
        ] {
            let text = written(&source).expect("a name");
            assert_eq!(read(&text), source);
        }
        // Old models of the Hub have short names, which are not names of the site's own models.
        let short = written(&on_hub("gpt2", None)).expect("a name");
        assert_eq!(read(&short), on_hub("gpt2", Some("main")));
        assert_eq!(written(&Source::Files), None);
    }
}
