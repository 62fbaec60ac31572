//! The sentences for users, from locales/*/errors.json.
//!
//! A sentence's key is the error's code, or the section of a reason, a dot and its kind. `{{ field }}` in it is
//! replaced by a field's value, `{{ field, bytes }}` by a byte count in readable units.

use serde_json::{Map, Value};

use super::{
    Language,
    described::{Described, Field, camel_case},
};

const ENGLISH: &str = include_str!("../../locales/en/errors.json");
const RUSSIAN: &str = include_str!("../../locales/ru/errors.json");

/// Key of the units' names, smallest first, each a thousand times the one before.
const UNITS: &str = "units";
const DECIMAL_MARK: &str = "decimalMark";

/// The sentences of one language.
pub(super) struct Sentences(Map<String, Value>);

impl Sentences {
    /// Parses the sentences at each call: errors are rare.
    pub(super) fn of(language: Language) -> Self {
        let text = match language {
            Language::En => ENGLISH,
            Language::Ru => RUSSIAN,
        };
        // A file of sentences that is no JSON does not pass the tests.
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    /// The sentence of an error or a reason, its fields filled in.
    pub(super) fn format(&self, it: &dyn Described) -> String {
        let key = key(it);
        let fields = it.fields();
        let mut text = String::new();
        let mut rest = self.get(&key).unwrap_or(&key);
        while let Some((before, (placeholder, after))) =
            rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
        {
            let (name, form) = placeholder.split_once(',').unwrap_or((placeholder, ""));
            let field = fields.iter().find(|(known, _)| camel_case(known) == name.trim());
            let value = field.map(|(_, field)| self.text(field, form.trim())).unwrap_or_default();
            text.push_str(before);
            // An empty value needs no colon before it.
            if value.is_empty() && text.ends_with(": ") {
                text.truncate(text.len() - 2);
            }
            text.push_str(&value);
            rest = after;
        }
        text + rest
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str)
    }

    fn text(&self, field: &Field<'_>, form: &str) -> String {
        match field {
            Field::Inner(inner) => self.format(*inner),
            Field::Plain(value) if form == "bytes" => {
                value.as_u64().map(|count| self.bytes(count)).unwrap_or_default()
            }
            Field::Plain(value) => plain(value),
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

/// The key of the sentence of an error or a reason.
pub(super) fn key(it: &dyn Described) -> String {
    let kind = camel_case(it.variant());
    if it.section().is_empty() { kind } else { format!("{}.{kind}", it.section()) }
}

/// A string as it is, lists with commas, lists of numbers in brackets like a shape.
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
