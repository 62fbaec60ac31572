//! Stop texts, which end a generation.

/// A search for stop texts in streamed text, which holds back what may be the start of one.
#[derive(Debug, Clone, Default)]
pub struct StopTexts {
    stops: Vec<String>,
    held: String,
    stopped: bool,
}

impl StopTexts {
    /// A search for these texts; empty ones are ignored.
    pub fn new(stops: impl IntoIterator<Item = String>) -> Self {
        let stops = stops.into_iter().filter(|stop| !stop.is_empty()).collect();
        Self { stops, held: String::new(), stopped: false }
    }

    /// Takes more text, and returns the text that can be shown and whether a stop text was found.
    ///
    /// The stop text and everything after it are dropped.
    pub fn push(&mut self, text: &str) -> (String, bool) {
        if self.stopped {
            return (String::new(), true);
        }
        self.held.push_str(text);
        // The earliest match counts, whatever the order of the stop texts.
        let end = self.stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min();
        if let Some(end) = end {
            self.held.truncate(end);
            self.stopped = true;
            return (std::mem::take(&mut self.held), true);
        }
        let rest = self.held.split_off(self.held.len() - self.beginning());
        (std::mem::replace(&mut self.held, rest), false)
    }

    /// Ends the text, and returns what was held back.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// Number of bytes at the end of the held text that are the start of a stop text.
    fn beginning(&self) -> usize {
        let longest = |stop: &String| {
            let starts = stop.char_indices().map(|(offset, _)| offset).rev();
            starts.into_iter().find(|&length| self.held.ends_with(&stop[..length])).unwrap_or(0)
        };
        self.stops.iter().map(longest).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shown texts, and whether a stop text was found.
    fn run(stops: &[&str], chunks: &[&str]) -> (Vec<String>, bool) {
        let mut texts = StopTexts::new(stops.iter().map(ToString::to_string));
        let mut shown = Vec::new();
        let mut stopped = false;
        for chunk in chunks {
            let (text, stop) = texts.push(chunk);
            shown.push(text);
            stopped |= stop;
        }
        shown.push(texts.finish());
        (shown, stopped)
    }

    #[test]
    fn a_stop_text_is_found_however_it_is_cut() {
        let text = "One day.\n\nThe end. More";
        for stop in ["\n\n", "The end", "end. M", "O", " More"] {
            for size in 1..=text.len() {
                let chunks: Vec<String> = text
                    .as_bytes()
                    .chunks(size)
                    .map(|chunk| String::from_utf8_lossy(chunk).into())
                    .collect();
                let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
                let (shown, stopped) = run(&[stop], &chunks);
                assert!(stopped);
                assert_eq!(shown.concat(), text.split_once(stop).unwrap().0, "{stop:?} by {size}");
            }
        }
    }

    #[test]
    fn what_may_become_a_stop_text_is_held_back_no_longer_than_needed() {
        let (shown, stopped) = run(&["<end>"], &["a<", "en", "d", "! <e"]);
        assert_eq!(shown, ["a", "", "", "<end! ", "<e"]);
        assert!(!stopped);
        let (shown, stopped) = run(&["aab"], &["a", "a", "a", "b", "c"]);
        assert_eq!((shown.concat().as_str(), stopped), ("a", true));
    }

    #[test]
    fn the_earliest_of_several_counts() {
        assert_eq!(run(&["c", "b"], &["abc"]), (vec!["a".into(), String::new()], true));
        assert_eq!(run(&["bcd", "c"], &["ab", "c"]).0.concat(), "ab");
    }

    #[test]
    fn whole_characters_are_held_back() {
        let (shown, stopped) = run(&["конец", "…!"], &["Тут ко", "т…", "!"]);
        assert_eq!(
            (shown, stopped),
            (vec!["Тут ".into(), "кот".into(), String::new(), String::new()], true)
        );
    }

    #[test]
    fn without_stop_texts_everything_passes() {
        assert_eq!(run(&[], &["a", "b"]), (vec!["a".into(), "b".into(), String::new()], false));
        assert_eq!(run(&[""], &["a"]).0.concat(), "a");
    }
}
