//! The recent losses of the engine, and the remedy.

/// Number of losses in a row after which the GPU is given up.
const MOST_RELOADS: u32 = 2;
/// Milliseconds without a loss after which the earlier ones do not count.
const FORGIVEN_AFTER: f64 = 5.0 * 60.0 * 1000.0;

/// The remedy for a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Load the model again.
    Reload,
    /// Load it again, on the CPU.
    ReloadOnCpu,
    /// Leave it to the reader.
    GiveUp,
}

/// The losses that followed each other closely.
#[derive(Debug, Clone, Copy, Default)]
pub struct Losses {
    count: u32,
    /// The time of the last one, in milliseconds.
    last: f64,
}

impl Losses {
    /// Counts a loss at `now`, in milliseconds of any clock, and returns the remedy.
    pub fn add(&mut self, now: f64) -> Remedy {
        let is_forgiven = now - self.last > FORGIVEN_AFTER;
        self.count = if is_forgiven { 1 } else { self.count.saturating_add(1) };
        self.last = now;
        match self.count {
            ..MOST_RELOADS => Remedy::Reload,
            MOST_RELOADS => Remedy::ReloadOnCpu,
            _ => Remedy::GiveUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: f64 = 60_000.0;

    #[test]
    fn losses_in_a_row_lead_to_the_cpu_and_then_to_nothing() {
        let mut losses = Losses::default();
        let remedies = [0.0, 1.0, 2.0, 3.0].map(|minute| losses.add(1e6 + minute * MINUTE));
        let expected = [Remedy::Reload, Remedy::ReloadOnCpu, Remedy::GiveUp, Remedy::GiveUp];
        assert_eq!(remedies, expected);
    }

    #[test]
    fn two_losses_a_day_are_no_row() {
        let mut losses = Losses::default();
        for hour in 0..10 {
            assert_eq!(losses.add(f64::from(hour) * 60.0 * MINUTE), Remedy::Reload);
        }
    }

    #[test]
    fn the_first_loss_is_the_first_at_any_time() {
        assert_eq!(Losses::default().add(0.0), Remedy::Reload);
    }
}
