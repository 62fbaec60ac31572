//! The sentences of the page: each language has the same keys, the same placeholders and its own plural forms.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use lectern::protocol::DeviceReason;

const LANGUAGES: [(&str, &[&str]); 2] =
    [("en", &["one", "other"]), ("ru", &["one", "few", "many", "other"])];

type Sentences = BTreeMap<String, String>;

fn sentences(language: &str, section: &str) -> Sentences {
    let text = fs::read_to_string(format!("locales/{language}/{section}")).expect("a section");
    serde_json::from_str(&text).expect("JSON of sentences")
}

fn sections(language: &str) -> BTreeSet<String> {
    let folder = fs::read_dir(format!("locales/{language}")).expect("the language");
    folder.map(|file| file.expect("a file").file_name().into_string().expect("a name")).collect()
}

/// The key without its plural form, and the form.
fn split<'a>(key: &'a str, all: &Sentences) -> (&'a str, Option<&'a str>) {
    match key.rsplit_once('_') {
        Some((stem, form))
            if all.contains_key(&format!("{stem}_other")) && LANGUAGES[1].1.contains(&form) =>
        {
            (stem, Some(form))
        }
        _ => (key, None),
    }
}

/// Keys without plural forms, with the placeholders of their sentences; one of several forms may lack `count`.
fn keys(all: &Sentences) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut keys = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (key, sentence) in all {
        let placeholders = sentence.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
        let placeholders = placeholders.map(|(name, _)| name.trim());
        keys.entry(split(key, all).0).or_default().extend(placeholders);
    }
    keys
}

#[test]
fn every_sentence_exists_in_every_language_with_the_same_placeholders() {
    assert_eq!(sections("en"), sections("ru"));
    for section in sections("en") {
        let [english, russian] = ["en", "ru"].map(|language| sentences(language, &section));
        assert_eq!(keys(&english), keys(&russian), "{section}");
        for sentence in english.values().chain(russian.values()) {
            assert!(!sentence.trim().is_empty(), "{section}");
        }
    }
}

/// The key of a reason's sentence: its serialized name in snake case.
fn key_of(reason: DeviceReason) -> String {
    let name = serde_json::to_value(reason).expect("a name");
    let mut key = String::from("runs_");
    for letter in name.as_str().expect("a name").chars() {
        if letter.is_uppercase() {
            key.push('_');
        }
        key.extend(letter.to_lowercase());
    }
    key
}

#[test]
fn every_reason_for_a_device_has_its_sentence() {
    let expected: BTreeSet<String> = DeviceReason::ALL.map(key_of).into();
    assert!(expected.contains("runs_real_adapter"));
    for (language, _) in LANGUAGES {
        let all = sentences(language, "model.json");
        let found: BTreeSet<String> =
            all.keys().filter(|key| key.starts_with("runs_")).cloned().collect();
        assert_eq!(found, expected, "{language}");
        // Two reasons share a sentence: that of a device that the user chose.
        let distinct: BTreeSet<&String> = expected.iter().map(|key| &all[key]).collect();
        assert_eq!(distinct.len(), expected.len() - 1, "{language}");
    }
    // The page maps each reason to the sentence of its name.
    let page = fs::read_to_string("src/app/strings/model.rs").expect("the page's sentences");
    for reason in DeviceReason::ALL {
        let arm = format!("DeviceReason::{reason:?} => t!(model.{}, kind = kind)", key_of(reason));
        assert!(page.contains(&arm), "{arm}");
    }
}

#[test]
fn plurals_have_all_the_forms_of_their_language() {
    for (language, forms) in LANGUAGES {
        let mut count = 0;
        for section in sections(language) {
            let all = sentences(language, &section);
            let stems = all.keys().filter_map(|key| key.strip_suffix("_other"));
            for stem in stems {
                for form in forms {
                    assert!(
                        all.contains_key(&format!("{stem}_{form}")),
                        "{language} {section} {stem} {form}"
                    );
                }
                count += 1;
            }
        }
        assert!(count > 0);
    }
}

#[test]
fn the_static_page_has_the_sentences_of_the_app() {
    let page = fs::read_to_string("index.html").expect("index.html");
    let [english, russian] = ["en", "ru"].map(|language| sentences(language, "shell.json"));
    let demos = english.keys().filter_map(|key| key.strip_suffix("_title"));
    for demo in demos.filter(|demo| *demo != "map") {
        let title = format!("{demo}_title");
        let link = format!(
            r#"<a href="?demo={demo}" data-en="{}" data-ru="{}">"#,
            english[&title], russian[&title]
        );
        assert!(page.contains(&link), "{link}");
    }
    for key in ["comparison", "quantization", "mask", "next", "sentences", "number", "map_title"] {
        let both = format!(
            r#"<span lang="en">{}</span><span lang="ru">{}</span>"#,
            english[key], russian[key]
        );
        assert!(page.contains(&both), "{both}");
    }
}

#[test]
fn the_map_is_in_both_languages() {
    let page = fs::read_to_string("index.html").expect("index.html");
    let mut count = 0;
    for rest in page.split(r#"<span lang="en">"#).skip(1) {
        let (english, rest) = rest.split_once("</span>").expect("an end");
        let russian = rest.strip_prefix(r#"<span lang="ru">"#).expect(english);
        assert!(!russian.starts_with('<'), "{english}");
        count += 1;
    }
    assert_eq!(count, page.matches(r#"<span lang="ru">"#).count());
    assert!(count > 30);
}

/// Words that docs/glossary.md replaces: whole words in English, beginnings of words in Russian.
const REPLACED: [(&str, &[&str]); 2] = [
    (
        "en",
        &[
            "place",
            "places",
            "room",
            "house",
            "kind",
            "kinds",
            "piece",
            "pieces",
            "kin",
            "writes on",
            "write on",
            "let all",
            "was taught",
            "wavers",
            "held for possible",
            "there and back",
            "comes back",
            "come back",
            "parts at",
            "parts after",
            "is here",
            "not here",
            "brings it",
            "another time",
            "will stand",
            "those that run",
        ],
    ),
    (
        "ru",
        &[
            "вложени",
            "генерируй",
            "усреднени",
            "подсказк",
            "начало текста",
            "декодер",
            "энкодер",
            "контрольн",
            "размах",
            "брос",
            "под маской",
            "пишет дальше",
            "туда и обратно",
            "учили",
        ],
    ),
];

/// The words of `replaced` in a text, without the names of placeholders.
fn found<'a>(language: &str, text: &str, replaced: &[&'a str]) -> Vec<&'a str> {
    let literals = text.split("{{").map(|rest| rest.split_once("}}").map_or(rest, |it| it.1));
    let text = literals.collect::<Vec<_>>().join(" … ").to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words = format!(" {} ", words.collect::<Vec<_>>().join(" "));
    let end = if language == "en" { " " } else { "" };
    replaced.iter().filter(|it| words.contains(&format!(" {it}{end}"))).copied().collect()
}

/// The sentences of the map in index.html.
fn map_sentences(language: &str) -> Vec<String> {
    let page = fs::read_to_string("index.html").expect("index.html");
    let mark = format!(r#"<span lang="{language}">"#);
    let ends = page.split(&mark).skip(1).filter_map(|rest| rest.split_once("</span>"));
    ends.map(|(sentence, _)| sentence.to_owned()).collect()
}

#[test]
fn words_that_the_glossary_replaces_do_not_occur() {
    for (language, replaced) in REPLACED {
        for section in sections(language) {
            for (key, sentence) in sentences(language, &section) {
                let found = found(language, &sentence, replaced);
                assert!(found.is_empty(), "{language}/{section} {key}: {found:?} in {sentence}");
            }
        }
        for sentence in map_sentences(language) {
            let found = found(language, &sentence, replaced);
            assert!(found.is_empty(), "index.html, {language}: {found:?} in {sentence}");
        }
    }
    let [(_, english), (_, russian)] = REPLACED;
    assert_eq!(found("en", "GPT-2 writes on: {{ kind }}.", english), ["writes on"]);
    assert_eq!(found("en", "Replaced on {{ place }}", english), Vec::<&str>::new());
    assert_eq!(found("ru", "Слой 0: Вложения", russian), ["вложени"]);
}

#[test]
fn russian_is_set_as_the_glossary_says() {
    for section in sections("ru") {
        for (key, sentence) in sentences("ru", &section) {
            for mark in ["\"", "“", "”", " - ", " %", "  ", "..."] {
                assert!(!sentence.contains(mark), "{section} {key}: {mark:?} in {sentence}");
            }
        }
    }
}

/// The sources of the page, one after the other.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => sources(&path, text),
            false => *text += &fs::read_to_string(path).expect("a source"),
        }
    }
}

#[test]
fn every_sentence_is_used() {
    let mut text = String::new();
    sources(Path::new("src/app"), &mut text);
    let is_of_key = |letter: char| letter.is_ascii_alphanumeric() || "_.".contains(letter);
    let used: BTreeSet<&str> = text
        .split("t!(")
        .skip(1)
        .map(|rest| rest.trim_start())
        .map(|rest| &rest[..rest.find(|letter| !is_of_key(letter)).unwrap_or(rest.len())])
        .collect();
    assert!(used.len() > 400, "{used:?}");
    // Sentences of errors are not the page's.
    for section in sections("en").iter().filter(|section| *section != "errors.json") {
        let all = sentences("en", section);
        let section = section.strip_suffix(".json").expect("JSON");
        for key in keys(&all).into_keys() {
            let key = format!("{section}.{key}");
            assert!(used.contains(key.as_str()), "nothing shows {key}");
        }
    }
}
