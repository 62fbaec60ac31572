//! The steps of a command, and their durations.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;

/// Shortest duration with a line of its own.
const NOTICEABLE: Duration = Duration::from_secs(1);

/// The finished steps, in the order in which they ended, with their durations.
static DONE: Mutex<Vec<(String, Duration)>> = Mutex::new(Vec::new());

/// Runs a step that may take a while: prints its name at its start, and its duration after a success.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("{what} …");
    let begin = Instant::now();
    let result = work()?;
    let took = begin.elapsed();
    if took >= NOTICEABLE {
        println!("{what} … {}", Took(took));
    }
    DONE.lock().unwrap_or_else(PoisonError::into_inner).push((what.to_owned(), took));
    Ok(result)
}

/// A table of the steps so far, except very short ones.
pub fn split() -> String {
    let done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    let noticeable = done.iter().filter(|(_, took)| *took >= NOTICEABLE);
    noticeable.map(|(what, took)| format!("{:>12}  {what}\n", Took(*took).to_string())).collect()
}

/// A duration for people: `42 s`, `3 min 12 s`.
struct Took(Duration);

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64().round() as u64;
        match seconds / 60 {
            0 => write!(f, "{seconds} s"),
            minutes => write!(f, "{minutes} min {} s", seconds % 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_out_in_minutes_and_seconds() {
        let text = |milliseconds| Took(Duration::from_millis(milliseconds)).to_string();
        assert_eq!(text(400), "0 s");
        assert_eq!(text(59_400), "59 s");
        assert_eq!(text(59_600), "1 min 0 s");
        assert_eq!(text(192_000), "3 min 12 s");
    }

    #[test]
    fn a_step_gives_what_its_work_gives() {
        assert_eq!(step("Adding", || Ok(1 + 1)).unwrap(), 2);
        assert!(step("Failing", || -> Result<()> { anyhow::bail!("no") }).is_err());
        // Both are too short for the table.
        assert_eq!(split(), "");
    }
}
