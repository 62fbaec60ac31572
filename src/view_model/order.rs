//! What a slide says to the demo in its frame; docs/embedding.md describes the messages.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The protocol's version: messages of another one are passed over.
pub const VERSION: u64 = 1;

/// What a slide may say.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
pub enum Order {
    /// Who listens from now on, and wants the state.
    Hello {},
    /// Begin as soon as you can.
    Run {},
    /// Give up what was begun.
    Stop {},
    /// Parameters of the address, as a link has them.
    Set {
        /// By their names.
        parameters: BTreeMap<String, Setting>,
    },
}

/// The value of a parameter.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    /// As it is.
    Text(String),
    /// Any number.
    Number(serde_json::Number),
    /// `true` or `false`.
    Switch(bool),
    /// Back to how it begins.
    Nothing(()),
}

impl Order {
    /// An order that came as JSON; anything else is passed over.
    pub fn read(text: &str) -> Option<Self> {
        let mut message: Value = serde_json::from_str(text).ok()?;
        let version = message.as_object_mut()?.remove("lectern")?;
        (version.as_u64() == Some(VERSION)).then_some(())?;
        serde_json::from_value(message).ok()
    }
}

impl Setting {
    /// As the address has it; none where it is to be left out.
    pub fn parameter(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Switch(is_on) => Some(is_on.to_string()),
            Self::Nothing(()) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_of_this_version_are_heard() {
        for (text, order) in [
            (r#"{"lectern": 1, "type": "hello"}"#, Order::Hello {}),
            (r#"{"type": "run", "lectern": 1}"#, Order::Run {}),
            (r#"{"lectern": 1, "type": "stop"}"#, Order::Stop {}),
        ] {
            assert_eq!(Order::read(text), Some(order), "{text}");
        }
    }

    #[test]
    fn settings_become_parameters() {
        let text = r#"{"lectern": 1, "type": "set", "parameters":
            {"text": "Кот 😀", "topK": 40, "temperature": 0.5, "autostart": true, "seed": null, "looksLikeOne": "7"}}"#;
        let Some(Order::Set { parameters }) = Order::read(text) else { panic!("no settings") };
        let written: Vec<_> =
            parameters.iter().map(|(name, it)| (name.as_str(), it.parameter())).collect();
        let expected = [
            ("autostart", Some("true")),
            ("looksLikeOne", Some("7")),
            ("seed", None),
            ("temperature", Some("0.5")),
            ("text", Some("Кот 😀")),
            ("topK", Some("40")),
        ];
        assert_eq!(written, expected.map(|(name, value)| (name, value.map(str::to_owned))));
    }

    #[test]
    fn everything_else_is_passed_over() {
        for text in [
            "",
            "null",
            "[]",
            "\"run\"",
            r#"{"type": "run"}"#,
            r#"{"lectern": 2, "type": "run"}"#,
            r#"{"lectern": "1", "type": "run"}"#,
            r#"{"lectern": 1.5, "type": "run"}"#,
            r#"{"lectern": 1}"#,
            r#"{"lectern": 1, "type": "erase"}"#,
            r#"{"lectern": 1, "type": "run", "now": true}"#,
            r#"{"lectern": 1, "type": "set"}"#,
            r#"{"lectern": 1, "type": "set", "parameters": {"text": ["a"]}}"#,
            r#"{"lectern": 1, "type": "set", "parameters": {"text": {}}}"#,
            r#"{"method": "right"}"#,
        ] {
            assert_eq!(Order::read(text), None, "{text}");
        }
    }
}
