//! Snippets that embed a demo in a slide deck.

/// The format of a slide deck.
#[derive(Debug, Clone, Copy)]
pub enum Deck {
    /// A frame in any HTML page.
    Html,
    /// The custom element of lectern.js.
    Element,
    /// A slide of reveal.js.
    Reveal,
    /// A slide of Slidev.
    Slidev,
    /// A slide of Quarto.
    Quarto,
    /// A link, for decks without frames.
    Link,
}

impl Deck {
    /// All formats, in the order of the list.
    pub const ALL: [Self; 6] =
        [Self::Html, Self::Element, Self::Reveal, Self::Slidev, Self::Quarto, Self::Link];
}

/// Returns the snippet for a link to a demo; `pairs` splits a query into names and values.
pub fn snippet<P: Iterator<Item = (String, String)>>(
    deck: Deck,
    link: &str,
    pairs: impl Fn(&str) -> P,
) -> String {
    let (site, query) = link.split_once('?').unwrap_or((link, ""));
    let address = format!("{site}?{query}&embed=1");
    let iframe = |style: &str| {
        let quoted = escaped(&address);
        format!(
            "<iframe src=\"{quoted}\" title=\"Lectern\" loading=\"lazy\" allow=\"clipboard-write\"\n  {style}></iframe>"
        )
    };
    let wide = "style=\"width: 100%; aspect-ratio: 16 / 9; border: 0\"";
    match deck {
        Deck::Html => iframe(wide),
        Deck::Element => {
            let attributes: String = pairs(query)
                .map(|(name, value)| format!("\n  {name}=\"{}\"", escaped(&value)))
                .collect();
            format!(
                "<script type=\"module\" src=\"{site}lectern.js\"></script>\n<lectern-demo{attributes}></lectern-demo>"
            )
        }
        Deck::Reveal => format!(
            "<section>\n  {}\n</section>",
            iframe("width=\"960\" height=\"540\" style=\"border: 0\"")
        ),
        Deck::Slidev => format!("---\nlayout: iframe\nurl: {address}\n---"),
        Deck::Quarto => format!(
            "## {{background-iframe=\"{}\" background-interactive=\"true\"}}",
            escaped(&address)
        ),
        Deck::Link => link.into(),
    }
}

/// Escapes a text for an attribute in double quotes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://host/lectern/?demo=mask&text=%22A%22+%3C+b&hidden=%5B0%5D&lang=ru";

    fn written(deck: Deck) -> String {
        let pairs = |query: &str| {
            assert_eq!(format!("https://host/lectern/?{query}"), LINK);
            let pairs =
                [("demo", "mask"), ("text", "\"A\" < b & c"), ("hidden", "[0]"), ("lang", "ru")];
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter()
        };
        snippet(deck, LINK, pairs)
    }

    #[test]
    fn a_frame_has_the_link_as_html_wants_it() {
        let source = LINK.replace('&', "&amp;") + "&amp;embed=1";
        for deck in [Deck::Html, Deck::Reveal] {
            let text = written(deck);
            assert!(
                text.contains(&format!("<iframe src=\"{source}\" title=\"Lectern\"")),
                "{text}"
            );
            assert_eq!(text.matches('"').count() % 2, 0);
        }
        assert!(written(Deck::Reveal).starts_with("<section>\n  <iframe "));
        let quarto =
            format!("## {{background-iframe=\"{source}\" background-interactive=\"true\"}}");
        assert_eq!(written(Deck::Quarto), quarto);
    }

    #[test]
    fn an_element_has_an_attribute_for_each_parameter() {
        let text = written(Deck::Element);
        let expected = "<script type=\"module\" src=\"https://host/lectern/lectern.js\"></script>\n\
            <lectern-demo\n  demo=\"mask\"\n  text=\"&quot;A&quot; &lt; b &amp; c\"\n  hidden=\"[0]\"\n  lang=\"ru\">\
            </lectern-demo>";
        assert_eq!(text, expected);
    }

    #[test]
    fn addresses_outside_of_html_stay_as_they_are() {
        assert_eq!(written(Deck::Link), LINK);
        assert_eq!(written(Deck::Slidev), format!("---\nlayout: iframe\nurl: {LINK}&embed=1\n---"));
    }
}
