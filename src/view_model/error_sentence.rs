//! Errors as sentences for the alert.

use crate::error::{Language, LecternError};

/// Returns an error as a whole sentence. File names and addresses at its start keep their lowercase letters.
pub fn error_sentence(error: &LecternError, language: Language) -> String {
    whole(&error.message(language))
}

fn whole(message: &str) -> String {
    let is_name = message.split(' ').next().is_some_and(|word| word.contains(['.', '/', '_']));
    let mut letters = message.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    if is_name { format!("{message}.") } else { first.chain(letters).chain(['.']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_and_ends_as_one() {
        for (message, sentence) in [
            ("the GPU was lost", "The GPU was lost."),
            ("видеокарта потеряна", "Видеокарта потеряна."),
            ("ёмкость исчерпана", "Ёмкость исчерпана."),
            ("config.json is HTML", "config.json is HTML."),
            ("models/gpt2 was not found", "models/gpt2 was not found."),
            ("ln_f.weight is missing", "ln_f.weight is missing."),
            ("«файл» не найден", "«файл» не найден."),
        ] {
            assert_eq!(whole(message), sentence);
        }
    }

    #[test]
    fn errors_are_in_the_language_of_the_page() {
        for language in [Language::En, Language::Ru] {
            let error = LecternError::BadFile {
                file: "model.gguf".into(),
                reason: crate::error::BadFileReason::Empty,
            };
            let sentence = error_sentence(&error, language);
            assert!(sentence.contains("model.gguf"), "{sentence}");
            assert!(sentence.ends_with('.') && !sentence.ends_with(".."), "{sentence}");
        }
    }
}
