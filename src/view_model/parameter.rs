//! Values as parameters of an address: texts as they are, everything else as JSON.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a parameter's value; `None` if it is not a valid `T`.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    let written: Option<Value> = serde_json::from_str(text).ok();
    // A quoted text has its quotes because somebody typed them.
    let written = written.filter(|value| !value.is_string());
    let written = written.and_then(|value| serde_json::from_value(value).ok());
    // A text may look like a number.
    written.or_else(|| serde_json::from_value(Value::String(text.into())).ok())
}

/// Returns the parameter for a value; `None` if it equals `first`, the page's initial value.
pub fn written(value: &Value, first: &Value) -> Option<String> {
    (value != first).then(|| match (value.as_str(), value.as_f64()) {
        (Some(text), _) => text.to_owned(),
        // Values are f32: their digits, not those that appear in the conversion to f64.
        (_, Some(number)) if number.fract() != 0.0 => (number as f32).to_string(),
        _ => value.to_string(),
    })
}

/// Reads a record whose fields are the parameters of the same names, or the values in `first`. Invalid values are
/// ignored: an old link must still open.
pub fn read_record<T: DeserializeOwned>(
    first: Value,
    fields: &[&str],
    parameter: impl Fn(&str) -> Option<String>,
) -> Option<T> {
    let mut record = first;
    for field in fields {
        let Some(text) = parameter(field) else { continue };
        for value in
            [serde_json::from_str(&text).ok(), Some(Value::String(text))].into_iter().flatten()
        {
            let before = std::mem::replace(&mut record[*field], value);
            if serde_json::from_value::<T>(record.clone()).is_ok() {
                break;
            }
            record[*field] = before;
        }
    }
    serde_json::from_value(record).ok()
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::json;

    use super::*;
    use crate::protocol::{DeviceChoice, GenerateOptions, Quantization};

    /// Writes a value to a link and reads it again.
    fn through_a_link<T: Serialize + DeserializeOwned>(value: &T) -> T {
        let value = serde_json::to_value(value).expect("a value");
        read(&written(&value, &Value::Null).expect("a parameter")).expect("a value")
    }

    #[test]
    fn texts_come_back_as_they_were_typed() {
        for text in [
            "Once upon a time",
            "Столица Франции — Париж.",
            "\"Open the door!\"",
            "«Да», — сказал кот 😀",
            "12",
            "1e3",
            "true",
            "null",
            "[1]",
            "{}",
            "",
            " a  b\n",
            "50% & more = ?",
        ] {
            assert_eq!(through_a_link(&text.to_owned()), text);
        }
    }

    #[test]
    fn numbers_choices_and_lists_come_back_too() {
        for number in [0.8, 0.1, 1.0, 0.0, -2.5, 1e-7, 12_288.0, f32::MAX] {
            assert_eq!(through_a_link(&number), number);
        }
        assert_eq!(through_a_link(&0.124f64), 0.124);
        for number in [0, 7, u64::from(u32::MAX), u64::MAX] {
            assert_eq!(through_a_link(&number), number);
        }
        assert!(through_a_link(&true));
        assert_eq!(through_a_link(&DeviceChoice::Cpu), DeviceChoice::Cpu);
        assert_eq!(through_a_link(&Quantization::Int8), Quantization::Int8);
        assert_eq!(through_a_link(&vec![4usize, 6]), [4, 6]);
        let lines = vec![("Кот".to_owned(), 0usize), ("a \"b\"".to_owned(), 1)];
        assert_eq!(through_a_link(&lines), lines);
    }

    #[test]
    fn a_link_is_as_short_and_plain_as_people_write_it() {
        for (value, text) in [
            (json!(0.8f32), Some("0.8")),
            (json!(0.1f32), Some("0.1")),
            (json!(70.6), Some("70.6")),
            (json!(2.0), Some("2.0")),
            (json!(40), Some("40")),
            (json!("int8"), Some("int8")),
            (json!([4, 6]), Some("[4,6]")),
            (json!(false), Some("false")),
            (Value::Null, Some("null")),
            // The initial value.
            (json!(1), None),
        ] {
            assert_eq!(written(&value, &json!(1)).as_deref(), text, "{value}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_passed_over() {
        assert_eq!(read::<u32>("-1"), None);
        assert_eq!(read::<u32>("много"), None);
        assert_eq!(read::<usize>("1.5"), None);
        assert_eq!(read::<f64>("1,5"), None);
        assert_eq!(read::<DeviceChoice>("abacus"), None);
        assert_eq!(read::<Vec<usize>>("[1,"), None);
        assert_eq!(read::<bool>("1"), None);
    }

    #[test]
    fn a_record_takes_what_fits_it() {
        let first = GenerateOptions::default();
        let record = |parameters: &[(&str, &str)]| -> GenerateOptions {
            let plain = serde_json::to_value(&first).expect("a value");
            let fields = ["temperature", "topK", "maxNewTokens", "stop"];
            read_record(plain, &fields, |name| {
                let found = parameters.iter().find(|(field, _)| *field == name);
                found.map(|(_, text)| (*text).to_owned())
            })
            .expect("a record")
        };
        assert_eq!(record(&[]), first);
        let requested =
            record(&[("temperature", "0.5"), ("topK", "many"), ("stop", "[\".\"]"), ("seed", "3")]);
        let expected =
            GenerateOptions { temperature: 0.5, stop: vec![".".into()], ..first.clone() };
        assert_eq!(requested, expected);
        assert_eq!(record(&[("maxNewTokens", "-4"), ("temperature", "[]")]), first);
    }
}
