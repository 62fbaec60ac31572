//! What is being done, what is waited for, and how long it took.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;

/// What took less is not worth a line of its own.
const NOTICEABLE: Duration = Duration::from_secs(1);

/// The steps that are over, in the order in which they ended, with what they took.
static DONE: Mutex<Vec<(String, Duration)>> = Mutex::new(Vec::new());

/// Does a step that may take a while: says so when it begins, and how long it took when it has ended well.
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

/// A table of the steps so far, but for those that took no time to speak of.
pub fn split() -> String {
    let done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    let noticeable = done.iter().filter(|(_, took)| *took >= NOTICEABLE);
    noticeable.map(|(what, took)| format!("{:>12}  {what}\n", Took(*took).to_string())).collect()
}

/// A time as it is read out: `42 s`, `3 min 12 s`.
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
        // Neither took long enough for the table.
        assert_eq!(split(), "");
    }
}
