//! The sentences for people, out of locales/*/errors.json.
//!
//! A sentence's key is the error's code, or the room of a reason, a dot and its kind. `{{ part }}` in it stands
//! for a part, `{{ part, bytes }}` for a number of bytes as people read it.

use serde_json::{Map, Value};

use super::{
    Language,
    described::{Described, Part, camel_case},
};

const ENGLISH: &str = include_str!("../../locales/en/errors.json");
const RUSSIAN: &str = include_str!("../../locales/ru/errors.json");

/// Names of units, smallest first, each a thousand times the one before.
const UNITS: &str = "units";
const DECIMAL_MARK: &str = "decimalMark";

/// The sentences of one language.
pub(super) struct Sentences(Map<String, Value>);

impl Sentences {
    /// Read anew each time: errors are rare.
    pub(super) fn of(language: Language) -> Self {
        let text = match language {
            Language::En => ENGLISH,
            Language::Ru => RUSSIAN,
        };
        // A file of sentences that is no JSON does not pass the tests.
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    /// The sentence for an error or a reason, its parts filled in.
    pub(super) fn say(&self, it: &dyn Described) -> String {
        let key = key(it);
        let parts = it.parts();
        let mut said = String::new();
        let mut rest = self.get(&key).unwrap_or(&key);
        while let Some((before, (place, after))) =
            rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
        {
            let (name, form) = place.split_once(',').unwrap_or((place, ""));
            let part = parts.iter().find(|(known, _)| camel_case(known) == name.trim());
            let text = part.map(|(_, part)| self.text(part, form.trim())).unwrap_or_default();
            said.push_str(before);
            // What has nothing to say needs no colon before it.
            if text.is_empty() && said.ends_with(": ") {
                said.truncate(said.len() - 2);
            }
            said.push_str(&text);
            rest = after;
        }
        said + rest
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str)
    }

    fn text(&self, part: &Part<'_>, form: &str) -> String {
        match part {
            Part::Inner(inner) => self.say(*inner),
            Part::Plain(value) if form == "bytes" => {
                value.as_u64().map(|count| self.bytes(count)).unwrap_or_default()
            }
            Part::Plain(value) => plain(value),
        }
    }

    /// Bytes in decimal units, as file managers and the Hub show them.
    fn bytes(&self, count: u64) -> String {
        let mut number = count as f64;
        let mut units = self.get(UNITS).unwrap_or_default().split(' ').peekable();
        let mut unit = units.next().unwrap_or_default();
        let mut decimals = 0;
        // 999.95 would be rounded to 1000.0.
        while number >= 999.95 && units.peek().is_some() {
            number /= 1000.0;
            unit = units.next().unwrap_or_default();
            decimals = 1;
        }
        let mark = self.get(DECIMAL_MARK).unwrap_or(".");
        format!("{number:.decimals$}").replace('.', mark) + "\u{a0}" + unit
    }
}

/// The key of its sentence.
pub(super) fn key(it: &dyn Described) -> String {
    let kind = camel_case(it.variant());
    if it.room().is_empty() { kind } else { format!("{}.{kind}", it.room()) }
}

/// A text as it is, texts with commas between them, numbers in brackets like a shape.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap_or_default().to_string(),
        Value::Array(items) => {
            let listed = items.iter().map(plain).collect::<Vec<_>>().join(", ");
            if items.iter().any(Value::is_number) { format!("[{listed}]") } else { listed }
        }
        other => other.to_string(),
    }
}
