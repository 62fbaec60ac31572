//! Labelled sentences as people have them: typed as `class: sentence`, pasted from a sheet, or in a CSV or TSV file.

/// The fewest and the most classes.
const FEWEST: usize = 2;
const MOST: usize = 6;
/// Of the sentences of a class, every so manieth is kept for tests, where there are as many.
const KEPT: usize = 4;
/// What the first row of a file calls its columns.
const TITLES: [&str; 12] = [
    "text",
    "label",
    "sentence",
    "class",
    "category",
    "target",
    "текст",
    "метка",
    "предложение",
    "класс",
    "категория",
    "sentiment",
];

/// Sentences with their classes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Labelled {
    /// Names of the classes, in the order of their first sentences.
    pub classes: Vec<String>,
    /// Each sentence with the index of its class.
    pub sentences: Vec<(String, usize)>,
}

impl Labelled {
    /// Reads one sentence a line. Its class is before a tab, a semicolon or a colon, or in the other column of a table:
    /// of two columns, the one with fewer different values names the classes.
    pub fn read(text: &str) -> Self {
        let separator = separator(text);
        let mut rows: Vec<[String; 2]> =
            text.lines().filter_map(|line| row(line, separator)).collect();
        let is_title = |cell: &String| TITLES.contains(&cell.to_lowercase().as_str());
        if rows.first().is_some_and(|row| row.iter().all(is_title)) {
            rows.remove(0);
        }
        let different = |column: usize| {
            let mut values: Vec<&str> = rows.iter().map(|row| row[column].as_str()).collect();
            values.sort_unstable();
            values.dedup();
            values.len()
        };
        // `class: sentence` is the order of typed lines.
        let class = usize::from(separator != ':' && different(1) < different(0));
        let mut found = Self::default();
        for mut row in rows {
            let name = std::mem::take(&mut row[class]);
            let sentence = std::mem::take(&mut row[1 - class]);
            let known = found.classes.iter().position(|known| *known == name);
            let index = known.unwrap_or_else(|| {
                found.classes.push(name);
                found.classes.len() - 1
            });
            found.sentences.push((sentence, index));
        }
        found
    }

    /// Whether a classifier can be taught with them.
    pub fn is_teachable(&self) -> bool {
        (FEWEST..=MOST).contains(&self.classes.len())
    }

    /// Splits off the sentences for tests: those to learn from first.
    pub fn split(&self) -> [Vec<(String, usize)>; 2] {
        let mut seen = vec![0usize; self.classes.len()];
        let (mut learnt, mut tests) = (Vec::new(), Vec::new());
        for sentence in &self.sentences {
            seen[sentence.1] += 1;
            let is_kept = seen[sentence.1].is_multiple_of(KEPT);
            (if is_kept { &mut tests } else { &mut learnt }).push(sentence.clone());
        }
        [learnt, tests]
    }
}

/// The character between the two parts of most lines.
fn separator(text: &str) -> char {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    let with = |separator: char| text.lines().filter(|line| line.contains(separator)).count();
    // A comma is in many a sentence: it is a table's only where a line begins with a quotation mark or nothing else is.
    let found = ['\t', ';', ':', ','].into_iter().find(|it| 2 * with(*it) > lines);
    found.unwrap_or(':')
}

/// The two parts of a line, if it has both.
fn row(line: &str, separator: char) -> Option<[String; 2]> {
    let line = line.trim();
    let quoted = line.strip_prefix('"').and_then(|rest| {
        let end = rest.find(&format!("\"{separator}"))?;
        Some((rest[..end].to_owned(), &rest[end + 1 + separator.len_utf8()..]))
    });
    let (first, rest) = match quoted {
        Some((first, rest)) => (first, rest),
        // Of two columns parted by commas the second is the sentence, which may have commas too.
        None => line.split_once(separator).map(|(first, rest)| (first.to_owned(), rest))?,
    };
    let plain = |cell: &str| {
        let cell = cell.trim();
        let inner = cell.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(cell);
        inner.replace("\"\"", "\"").trim().to_owned()
    };
    let row = [plain(&first), plain(rest)];
    row.iter().all(|cell| !cell.is_empty()).then_some(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> (Vec<String>, Vec<(String, usize)>) {
        let Labelled { classes, sentences } = Labelled::read(text);
        (classes, sentences)
    }

    #[test]
    fn lines_as_they_are_typed() {
        let (classes, sentences) = names("кот: Кот спит.\n\nпёс: Пёс лает: гав!\nкот: Мурлычет.");
        assert_eq!(classes, ["кот", "пёс"]);
        assert_eq!(sentences[1], ("Пёс лает: гав!".to_owned(), 1));
        assert_eq!(sentences[2], ("Мурлычет.".to_owned(), 0));
    }

    #[test]
    fn tables_in_either_order_with_titles_and_quotation_marks() {
        let tab = "label\ttext\ngood\tI like it.\nbad\tNo.\ngood\tYes, please.";
        let csv = "text,label\n\"Yes, \"\"please\"\".\",good\nNo.,bad\n\"I like it.\",good";
        for text in [tab, csv] {
            let (classes, sentences) = names(text);
            assert_eq!((classes.len(), sentences.len()), (2, 3), "{text}");
            assert!(classes.contains(&"good".to_owned()), "{classes:?}");
        }
        assert_eq!(names(csv).1[0].0, "Yes, \"please\".");
        assert_eq!(names("кино;хорошо\nеда;плохо\nдом;хорошо").0, ["хорошо", "плохо"]);
    }

    #[test]
    fn what_cannot_be_taught_is_known() {
        assert!(!Labelled::read("").is_teachable());
        assert!(!Labelled::read("a: b\na: c").is_teachable());
        assert!(Labelled::read("a: b\nc: d").is_teachable());
        let many: String = (0..7).map(|class| format!("c{class}: text\n")).collect();
        assert!(!Labelled::read(&many).is_teachable());
    }

    #[test]
    fn every_fourth_sentence_of_a_class_is_for_tests() {
        let text: String = (0..8).map(|index| format!("a: s{index}\n")).collect();
        let [learnt, tests] = Labelled::read(&(text + "b: t\n")).split();
        assert_eq!((learnt.len(), tests.len()), (7, 2));
    }
}
