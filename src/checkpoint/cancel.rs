//! Stopping long work.

use std::{cell::Cell, rc::Rc};

use crate::error::{LecternError, Result};

/// A flag that whoever works looks at between steps, and whoever waits may raise.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Rc<Cell<bool>>);

impl CancelToken {
    /// Ask for the work to stop.
    pub fn cancel(&self) {
        self.0.set(true);
    }

    /// Was it asked to stop?
    pub fn is_cancelled(&self) -> bool {
        self.0.get()
    }

    /// [`LecternError::Cancelled`] where it was asked to stop.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(LecternError::Cancelled) } else { Ok(()) }
    }
}
