//! The figures of an encoder with the heads of its pre-training.

use std::path::Path;

use lectern::{
    engine::Engine,
    protocol::{Ability, Event, ModelInfo, Request},
};
use tokenizers::Tokenizer;

use crate::corpus::sentences;
use crate::requests::{Outcome, answer};

/// Largest number of tokens of a passage: stories-bert has 128 positions.
const LONGEST: usize = 120;
/// One word of so many is hidden.
const EVERY: usize = 7;
const MASK: &str = "[MASK]";

/// Prints how many masked words are named, and how many pairs are told, if the model has a head for them.
pub fn score(
    engine: &Engine,
    info: &ModelInfo,
    tokenizer: &Path,
    stories: &[String],
) -> Outcome<()> {
    let model = info.model;
    let tokenizer = Tokenizer::from_file(tokenizer).map_err(|error| error.to_string())?;
    let (mut right, mut hidden, mut whole) = (0, 0, 0);
    for (index, story) in stories.iter().enumerate() {
        for count in words_named(engine, model, &tokenizer, story, index % EVERY)? {
            hidden += 1;
            right += usize::from(count.is_right);
            whole += usize::from(count.pieces == 1);
        }
    }
    println!(
        "{:.1} % of {hidden} masked words named ({:.1} % of them are one token)",
        percent(right, hidden),
        percent(whole, hidden)
    );
    if !info.abilities.contains(&Ability::NextSentence) {
        return Ok(());
    }
    for (name, lengths) in [("three sentences and two", (3, 2)), ("one sentence and one", (1, 1))] {
        let told = pairs_told(engine, model, stories, lengths)?;
        let all = told[0].1;
        let [follows, foreign, swapped] = told.map(|(right, of)| percent(right, of));
        println!(
            "{name}, {all} pairs: {follows:.1} % of those in order, {foreign:.1} % of those of two stories, {swapped:.1} % of those in the wrong order told"
        );
    }
    Ok(())
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// A word that was hidden.
struct Hidden {
    is_right: bool,
    /// Number of its tokens.
    pieces: usize,
}

/// Hides words of a story's beginning, every one by as many masks as it has tokens. A word is right if all its tokens are.
fn words_named(
    engine: &Engine,
    model: u32,
    tokenizer: &Tokenizer,
    story: &str,
    offset: usize,
) -> Outcome<Vec<Hidden>> {
    let encode = |text: &str| tokenizer.encode(text, false).map_err(|error| error.to_string());
    let mut passage = String::new();
    for sentence in sentences(story) {
        let longer = format!("{passage} {sentence}");
        if encode(&longer)?.len() > LONGEST {
            break;
        }
        passage = longer.trim().to_owned();
    }
    let encoding = encode(&passage)?;
    let (mut masked, mut end, mut expected) = (String::new(), 0, Vec::new());
    let mut count = offset;
    let mut at = 0;
    while at < encoding.len() {
        let word = encoding.get_word_ids()[at];
        let pieces = (at..encoding.len()).take_while(|it| encoding.get_word_ids()[*it] == word);
        let pieces: Vec<usize> = pieces.collect();
        let start = encoding.get_offsets()[at].0;
        let stop = encoding.get_offsets()[at + pieces.len() - 1].1;
        at += pieces.len();
        if !passage[start..stop].contains(char::is_alphabetic) {
            continue;
        }
        count += 1;
        if count.is_multiple_of(EVERY) {
            masked += &passage[end..start];
            masked += &vec![MASK; pieces.len()].join(" ");
            end = stop;
            expected.push(pieces.iter().map(|it| encoding.get_ids()[*it]).collect::<Vec<_>>());
        }
    }
    masked += &passage[end..];
    if expected.is_empty() {
        return Ok(Vec::new());
    }
    let request = Request::FillMask { model, text: masked, top_k: 1 };
    let Event::Filled { fillings, .. } = answer(engine, request, None)? else {
        return Err("no fillings".into());
    };
    let mut found = fillings.iter().map(|filling| filling.candidates[0].id);
    let hidden = expected.iter().map(|ids| {
        let named: Vec<u32> = found.by_ref().take(ids.len()).collect();
        Hidden { is_right: named == *ids, pieces: ids.len() }
    });
    Ok(hidden.collect())
}

/// Passages of every story (so many sentences, and so many after them): the pairs in order that are told, those whose
/// second passage is another story's, and those in the wrong order; each with its number.
fn pairs_told(
    engine: &Engine,
    model: u32,
    stories: &[String],
    (first, second): (usize, usize),
) -> Outcome<[(usize, usize); 3]> {
    let long: Vec<Vec<&str>> =
        stories.iter().map(|it| sentences(it)).filter(|it| it.len() > first + second).collect();
    // After the first sentence: it can follow none, and would give itself away.
    let pair = |story: &[&str]| {
        let (one, other) = story[1..][..first + second].split_at(first);
        (one.join(" "), other.join(" "))
    };
    let follows = |first: &str, second: &str| -> Outcome<bool> {
        let (first, second) = (first.to_owned(), second.to_owned());
        match answer(engine, Request::NextSentence { model, first, second }, None)? {
            Event::NextSentence { probability, .. } => Ok(probability > 0.5),
            other => Err(format!("{other:?}").into()),
        }
    };
    let mut told = [(0, long.len()); 3];
    for (index, story) in long.iter().enumerate() {
        let (one, other) = pair(story);
        let (_, foreign) = pair(&long[(index + 1) % long.len()]);
        told[0].0 += usize::from(follows(&one, &other)?);
        told[1].0 += usize::from(!follows(&one, &foreign)?);
        told[2].0 += usize::from(!follows(&other, &one)?);
    }
    Ok(told)
}
