//! The sentences of the page: each language has the same ones, with the same parts and with its own plurals.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use lectern::protocol::DeviceReason;

const LANGUAGES: [(&str, &[&str]); 2] =
    [("en", &["one", "other"]), ("ru", &["one", "few", "many", "other"])];

type Sentences = BTreeMap<String, String>;

fn sentences(language: &str, room: &str) -> Sentences {
    let text = fs::read_to_string(format!("locales/{language}/{room}")).expect("a room");
    serde_json::from_str(&text).expect("JSON of sentences")
}

fn rooms(language: &str) -> BTreeSet<String> {
    let folder = fs::read_dir(format!("locales/{language}")).expect("the language");
    folder.map(|file| file.expect("a file").file_name().into_string().expect("a name")).collect()
}

/// The key without its plural, and the plural.
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

/// Keys without their plurals, with the parts of their sentences; `count` may be left out of one of several forms.
fn keys(all: &Sentences) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut keys = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (key, sentence) in all {
        let parts = sentence.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
        let parts = parts.map(|(part, _)| part.trim());
        keys.entry(split(key, all).0).or_default().extend(parts);
    }
    keys
}

#[test]
fn every_sentence_is_there_in_every_language_with_the_same_parts() {
    assert_eq!(rooms("en"), rooms("ru"));
    for room in rooms("en") {
        let [english, russian] = ["en", "ru"].map(|language| sentences(language, &room));
        assert_eq!(keys(&english), keys(&russian), "{room}");
        for sentence in english.values().chain(russian.values()) {
            assert!(!sentence.trim().is_empty(), "{room}");
        }
    }
}

/// The key of a reason's sentence: its name as the protocol has it, in the words of keys.
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
        // Whoever asked for a device is told the same of both.
        let distinct: BTreeSet<&String> = expected.iter().map(|key| &all[key]).collect();
        assert_eq!(distinct.len(), expected.len() - 1, "{language}");
    }
    // The page chooses by the reason, and each has the sentence of its own name.
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
        for room in rooms(language) {
            let all = sentences(language, &room);
            let stems = all.keys().filter_map(|key| key.strip_suffix("_other"));
            for stem in stems {
                for form in forms {
                    assert!(
                        all.contains_key(&format!("{stem}_{form}")),
                        "{language} {room} {stem} {form}"
                    );
                }
                count += 1;
            }
        }
        assert!(count > 0);
    }
}

#[test]
fn the_first_picture_says_what_the_page_will_say() {
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
fn what_the_map_says_it_says_in_both_languages() {
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
fn every_sentence_is_said_somewhere() {
    let mut text = String::new();
    sources(Path::new("src/app"), &mut text);
    let is_of_key = |letter: char| letter.is_ascii_alphanumeric() || "_.".contains(letter);
    let said: BTreeSet<&str> = text
        .split("t!(")
        .skip(1)
        .map(|rest| rest.trim_start())
        .map(|rest| &rest[..rest.find(|letter| !is_of_key(letter)).unwrap_or(rest.len())])
        .collect();
    assert!(said.len() > 400, "{said:?}");
    // The library says errors itself.
    for room in rooms("en").iter().filter(|room| *room != "errors.json") {
        let all = sentences("en", room);
        let room = room.strip_suffix(".json").expect("JSON");
        for key in keys(&all).into_keys() {
            let key = format!("{room}.{key}");
            assert!(said.contains(key.as_str()), "nobody says {key}");
        }
    }
}
