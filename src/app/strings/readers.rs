//! The page of ELMo's two readers.

use crate::app::language::{
    numbers::{self, percent, similarity},
    pick, t,
};
use crate::view_model::Likeness;
use crate::worker::protocol::{MixtureLearnt, MixtureStep, ReaderStep};

/// A word, two sentences with it, and its index in the first. What tells its meaning comes after it.
type Example = (&'static str, [&'static str; 2], usize);

/// Returns the examples.
pub fn examples() -> [Example; 3] {
    pick(
        [
            (
                "bank",
                ["He went to the bank of the river.", "He went to the bank and asked for money."],
                4,
            ),
            ("bat", ["She saw a bat in a dark cave.", "She saw a bat and a ball on the grass."], 3),
            ("light", ["The box was light and small.", "She saw a light in the window."], 3),
        ],
        [
            ("лист", ["Мальчик взял лист бумаги.", "Мальчик взял лист с дерева."], 2),
            ("замок", ["Дети увидели замок из песка.", "Дети увидели замок на двери."], 2),
            ("ключ", ["Мама нашла ключ от двери.", "Мама нашла ключ с холодной водой."], 2),
        ],
    )
}

/// Returns a sentence of which one word is replaced, and the word's index.
pub fn remembered() -> (&'static str, usize) {
    pick(
        (
            "One day the old king saw a big bird in the tree and ran to the house because he wanted to tell his friends about it.",
            4,
        ),
        (
            "Однажды старый король увидел на дереве большую птицу и побежал домой, потому что хотел рассказать об этом своим друзьям.",
            2,
        ),
    )
}

/// Returns the words that stand in its place.
pub fn instead() -> [&'static str; 4] {
    pick(["girl", "dog", "robot", "farmer"], ["медведь", "мальчик", "робот", "трактор"])
}

/// Returns ten to a power, as a share.
pub fn power_of_ten(value: f64) -> String {
    percent(10f64.powf(value), 0)
}

/// Returns how much vectors depend on a word, each next to it and at the end of the text.
pub fn memory(word: &str, reader: [f32; 2], attention: [f32; 2]) -> String {
    let [near, far] = reader.map(|it| percent(it.into(), 0));
    let [attention_near, attention_far] = attention.map(|it| percent(it.into(), 0));
    t!(
        readers.memory_finding,
        word = word,
        near = near,
        far = far,
        attention_near = attention_near,
        attention_far = attention_far
    )
}

/// Returns an expected word; the marks before and after a sentence, and unknown words, have names.
pub fn word(word: &str) -> String {
    match word {
        "<S>" => t!(readers.begin).into(),
        "</S>" => t!(readers.end).into(),
        "<UNK>" => t!(readers.unknown).into(),
        word => word.into(),
    }
}

/// Returns a step's gates and the length of its state.
pub fn gates(step: &ReaderStep) -> String {
    t!(
        readers.gates,
        input = percent(step.input.into(), 0),
        forget = percent(step.forget.into(), 0),
        output = percent(step.output.into(), 0),
        norm = numbers::decimal(step.norm.into(), 1)
    )
}

/// Returns what the last layer's halves tell of a word in two sentences.
pub fn finding(word: &str, forward: Likeness, backward: Likeness) -> String {
    match forward {
        Likeness::Same if backward == Likeness::Same => t!(readers.finding_same, word = word),
        Likeness::Same => {
            t!(readers.finding_after, word = word, cosine = similarity(backward.value()))
        }
        Likeness::Cosine(value) => t!(
            readers.finding_both,
            word = word,
            forward = similarity(value),
            backward = similarity(backward.value())
        ),
    }
}

pub fn penalty(value: f64) -> String {
    numbers::format().trimmed(value, 3)
}

/// Returns the mixture's γ, and once it has learnt, how long that took and how many words it was tested with.
pub fn mixture_facts(step: &MixtureStep, learnt: Option<&MixtureLearnt>) -> String {
    let gamma = numbers::decimal(step.gamma, 2);
    match learnt {
        None => t!(readers.step_facts, step = step.step, total = step.total, gamma = gamma),
        Some(learnt) => t!(
            readers.learnt_facts,
            gamma = gamma,
            tests = learnt.tests,
            reading = numbers::duration(learnt.reading_seconds),
            learning = numbers::duration(learnt.seconds)
        ),
    }
}
