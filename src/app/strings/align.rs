//! The page of alignment.

use crate::app::language::{numbers, t};
use crate::worker::protocol::{AlignStep, Ending};

/// Returns ten to a power, in few digits.
pub fn power(value: f64) -> String {
    numbers::format().trimmed(10f64.powf(value), 3)
}

/// The models that the second and third stage may begin with.
pub fn beginnings() -> Vec<String> {
    [t!(align.loaded), t!(align.by_demonstrations)].map(str::to_owned).into()
}

/// The models that may stand beside the base.
pub fn beside() -> Vec<String> {
    [t!(align.by_reward), t!(align.by_demonstrations), t!(align.other)].map(str::to_owned).into()
}

/// How a training ended.
pub fn ending(ending: Ending, seconds: f64) -> String {
    match ending {
        Ending::Complete => t!(align.complete, time = numbers::duration(seconds)),
        Ending::Stopped => t!(align.stopped).to_owned(),
        Ending::Diverged => t!(align.diverged).to_owned(),
    }
}

/// What became of the reward and of what it stood for.
pub fn verdict(steps: &[AlignStep], seconds: f64) -> String {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return String::new() };
    let best = steps.iter().map(|it| it.worth).fold(f64::NEG_INFINITY, f64::max);
    let sentence = if last.reward <= first.reward {
        t!(align.nothing_learnt).to_owned()
    } else if last.worth < first.worth {
        t!(
            align.hacked,
            best = numbers::hundredths(best),
            worth = numbers::hundredths(last.worth),
            first = numbers::hundredths(first.worth)
        )
    } else {
        t!(
            align.improved,
            worth = numbers::hundredths(last.worth),
            first = numbers::hundredths(first.worth)
        )
    };
    format!("{} {sentence}", ending(Ending::Complete, seconds))
}
