//! Messages from a slide to the demo in its frame; docs/embedding.md describes them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The protocol's version; messages of other versions are ignored.
pub const VERSION: u64 = 1;

/// A message from the embedding page.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
pub enum HostMessage {
    /// Registers the sender as the host and requests the state.
    Hello {},
    /// Starts the demo as soon as it can run.
    Run {},
    /// Stops what is running.
    Stop {},
    /// Sets parameters of the address, as a link has them.
    Set {
        /// Values by the parameters' names.
        parameters: BTreeMap<String, Setting>,
    },
}

/// The value of a parameter.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    /// Text, used unchanged.
    Text(String),
    /// A number.
    Number(serde_json::Number),
    /// `true` or `false`.
    Switch(bool),
    /// `null`: the default.
    Nothing(()),
}

impl HostMessage {
    /// Reads a message from JSON; `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let mut message: Value = serde_json::from_str(text).ok()?;
        let version = message.as_object_mut()?.remove("lectern")?;
        (version.as_u64() == Some(VERSION)).then_some(())?;
        serde_json::from_value(message).ok()
    }
}

impl Setting {
    /// Returns the value as written in the address; `None` if the parameter is to be left out.
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
    fn messages_of_this_version_are_read() {
        for (text, expected) in [
            (r#"{"lectern": 1, "type": "hello"}"#, HostMessage::Hello {}),
            (r#"{"type": "run", "lectern": 1}"#, HostMessage::Run {}),
            (r#"{"lectern": 1, "type": "stop"}"#, HostMessage::Stop {}),
        ] {
            assert_eq!(HostMessage::read(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn settings_become_parameters() {
        let text = r#"{"lectern": 1, "type": "set", "parameters":
            {"text": "Кот 😀", "topK": 40, "temperature": 0.5, "autostart": true, "seed": null, "looksLikeOne": "7"}}"#;
        let Some(HostMessage::Set { parameters }) = HostMessage::read(text) else {
            panic!("no settings")
        };
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
    fn everything_else_is_ignored() {
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
            assert_eq!(HostMessage::read(text), None, "{text}");
        }
    }
}
