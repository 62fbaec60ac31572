//! The learning rate over the steps.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// A linear rise, then half a cosine down to a share of the peak (Loshchilov and Hutter 2017, without restarts).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// The highest rate.
    pub peak: f64,
    /// Number of steps of the rise.
    pub warmup: usize,
    /// Number of all steps.
    pub total: usize,
    /// The last step's share of the peak.
    pub floor: f64,
}

impl Schedule {
    /// The same rate at every step.
    pub fn constant(rate: f64) -> Self {
        Self { peak: rate, warmup: 0, total: 0, floor: 1.0 }
    }

    /// A rise over the first tenth of the steps, and a fall to zero at the last.
    pub fn warmed_up(peak: f64, total: usize) -> Self {
        Self { peak, warmup: (0.1 * total as f64).ceil() as usize, total, floor: 0.0 }
    }

    /// Returns the rate of a step, counted from 1.
    pub fn rate(&self, step: usize) -> f64 {
        if step <= self.warmup {
            return self.peak * step as f64 / self.warmup as f64;
        }
        let rest = self.total.saturating_sub(self.warmup).max(1);
        let share = ((step - self.warmup) as f64 / rest as f64).min(1.0);
        self.peak * (self.floor + (1.0 - self.floor) * (1.0 + (PI * share).cos()) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_and_falls_to_its_floor() {
        let schedule = Schedule { peak: 0.8, warmup: 4, total: 12, floor: 0.25 };
        assert_eq!([1, 2, 4].map(|step| schedule.rate(step)), [0.2, 0.4, 0.8]);
        assert!((schedule.rate(8) - 0.5).abs() < 1e-12);
        assert!((schedule.rate(12) - 0.2).abs() < 1e-12);
        assert_eq!(schedule.rate(100), schedule.rate(12));
        assert_eq!(Schedule::constant(0.01).rate(1), 0.01);
        assert_eq!(Schedule::constant(0.01).rate(7), 0.01);
    }
}
