//! The figures of a decoder.

use std::f64::consts::LN_2;

use lectern::{
    engine::Engine,
    protocol::{Event, GenerateOptions, Request, StopReason},
};

use crate::corpus::{END, Index};
use crate::requests::{Outcome, answer};

/// Number of samples.
const SAMPLES: u32 = 10;
/// Largest number of tokens of a sample.
const LONGEST: usize = 200;

/// Prints the perplexity of the stories, each with the token of its end before it.
pub fn score(engine: &Engine, model: u32, stories: &[String]) -> Outcome<()> {
    let text: String = stories.iter().map(|story| format!("{END}{story}")).collect();
    let characters: usize = stories.iter().map(|story| story.chars().count()).sum();
    let request = Request::Perplexity { model, text, reference: None };
    let Event::Perplexity { tokens, perplexity, .. } = answer(engine, request, None)? else {
        return Err("no perplexity".into());
    };
    let bits = tokens as f64 * perplexity.ln() / LN_2 / characters as f64;
    println!(
        "perplexity {perplexity:.3} a token ({tokens} tokens, {:.2} characters each), {bits:.4} bits a character",
        characters as f64 / tokens as f64
    );
    Ok(())
}

/// Prints texts that continue the prompt, with the settings of the page and the seeds from 1 on.
pub fn samples(engine: &Engine, model: u32, prompt: &str, train: Option<&Index>) -> Outcome<()> {
    for seed in 1..=SAMPLES {
        let options = GenerateOptions {
            max_new_tokens: LONGEST,
            seed: Some(seed),
            ..GenerateOptions::default()
        };
        let request = Request::Generate { model, prompt: prompt.to_owned(), options };
        let Event::Generated { reason, text, .. } = answer(engine, request, None)? else {
            return Err("no text".into());
        };
        let text = format!("{prompt}{text}");
        let end = if reason == StopReason::EndOfText { "ends" } else { "goes on" };
        println!("\n{seed}. ({end}) {}", text.replace("\n\n", " ¶ ").replace('\n', " "));
        if let Some(train) = train {
            let shared = train.longest_shared(&text);
            println!("   {} words as in a training story: {shared}", shared.split(' ').count());
        }
    }
    Ok(())
}
