//! A request of any content, for error messages about it.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

/// Length of the longest value that is shown; longer ones are cut.
const LONGEST_SHOWN: usize = 60;

/// A JavaScript value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// `null` or `undefined`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number, NaN and infinities included.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Given>),
    /// An object.
    Object(BTreeMap<String, Given>),
}

impl Given {
    /// The values at a path such as `options.topK`; `*` stands for every item of an array.
    pub(super) fn at(&self, path: &str) -> Vec<&Given> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(a, b)| (a, Some(b)));
        let found: Vec<&Given> = match self {
            Self::Object(fields) => fields.get(first).into_iter().collect(),
            Self::List(items) if first == "*" => items.iter().collect(),
            _ => Vec::new(),
        };
        match rest {
            None => found,
            Some(rest) => found.into_iter().flat_map(|value| value.at(rest)).collect(),
        }
    }

    /// The text, if the value is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The value in JavaScript's notation; long ones are cut.
impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = match self {
            Self::Null => "null".to_owned(),
            Self::Flag(flag) => flag.to_string(),
            Self::Number(number) if number.is_infinite() => {
                if *number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
            }
            // JavaScript writes exponents from here on.
            Self::Number(number) if number.abs() >= 1e21 => format!("{number:e}"),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => format!("{text:?}"),
            Self::List(items) => {
                let items: Vec<String> =
                    items.iter().take(LONGEST_SHOWN).map(ToString::to_string).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Object(fields) => {
                let names: Vec<&str> = fields.keys().map(String::as_str).collect();
                format!("{{ {} }}", names.join(", "))
            }
        };
        if written.chars().count() <= LONGEST_SHOWN {
            return f.write_str(&written);
        }
        written.chars().take(LONGEST_SHOWN).chain(['…']).try_for_each(|c| write!(f, "{c}"))
    }
}
