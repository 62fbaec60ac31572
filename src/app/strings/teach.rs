//! The page of classes.

use crate::app::language::{current, numbers, t};
use crate::view_model::NumberFormat;
use crate::worker::protocol::Lane;

/// Returns the names of the tasks, the reader's own last.
pub fn tasks() -> Vec<String> {
    [t!(teach.topics), t!(teach.sentiment), t!(teach.own)].map(str::to_owned).into()
}

/// Returns the name of a class of a built-in task.
pub fn class(name: &str) -> &'static str {
    match name {
        "animals" => t!(teach.animals),
        "food" => t!(teach.food),
        "travel" => t!(teach.travel),
        "science" => t!(teach.science),
        "positive" => t!(teach.positive),
        _ => t!(teach.negative),
    }
}

/// Returns the lines that a reader's own task begins with.
pub fn own_example() -> &'static str {
    t!(teach.own_example)
}

/// Returns the sentence to try first.
pub fn trial() -> &'static str {
    t!(teach.trial_example)
}

/// Returns a lane's name.
pub fn lane(lane: Lane) -> &'static str {
    match lane {
        Lane::Words => t!(teach.words),
        Lane::SmallEncoder => t!(teach.small),
        Lane::Features => t!(teach.features),
        Lane::FineTuning => t!(teach.tuning),
    }
}

/// Returns a lane's name in the page's markup.
pub fn lane_id(lane: Lane) -> &'static str {
    match lane {
        Lane::Words => "words",
        Lane::SmallEncoder => "small",
        Lane::Features => "features",
        Lane::FineTuning => "tuning",
    }
}

/// Returns what a lane knew before its first example.
pub fn before(lane: Lane) -> &'static str {
    match lane {
        Lane::Words => t!(teach.words_before),
        Lane::SmallEncoder => t!(teach.small_before),
        Lane::Features => t!(teach.features_before),
        Lane::FineTuning => t!(teach.tuning_before),
    }
}

/// Returns how much was learnt, in which time.
pub fn facts(parameters: u64, seconds: f64) -> String {
    let weights = NumberFormat(current()).count(parameters);
    t!(teach.facts, weights = weights, time = numbers::duration(seconds))
}

/// Formats a learning rate by its power of ten.
pub fn rate(power: f64) -> String {
    let rate = 10f64.powf(power);
    let decimals = (1.0 - power.floor()).clamp(1.0, 6.0) as usize;
    numbers::decimal(rate, decimals)
}
