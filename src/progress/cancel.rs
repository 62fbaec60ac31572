//! Cancellation of long work.

use std::{cell::Cell, rc::Rc};

use event_listener::Event;
use futures_lite::future;

use crate::error::{LecternError, Result};

/// A cancellation signal that any holder of a copy may send: the work checks it between steps, or awaits it beside
/// its other futures.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Rc<State>);

#[derive(Debug, Default)]
struct State {
    is_cancelled: Cell<bool>,
    /// Wakers of the futures that await the signal.
    cancelled: Event,
    /// Number of steps that the work may still do; without one it goes on by itself.
    steps: Cell<Option<u32>>,
    /// Waker of work that waits for a step.
    steered: Event,
}

impl CancelToken {
    /// Cancels the work.
    pub fn cancel(&self) {
        self.0.is_cancelled.set(true);
        self.0.cancelled.notify(usize::MAX);
        self.0.steered.notify(usize::MAX);
    }

    /// Allows so many more steps of the work, after which it waits; `None`: it goes on by itself.
    pub fn allow_steps(&self, steps: Option<u32>) {
        self.0.steps.set(steps);
        self.0.steered.notify(usize::MAX);
    }

    /// Takes a step, as soon as one is allowed.
    ///
    /// # Errors
    /// [`LecternError::Cancelled`]
    pub async fn step(&self) -> Result<()> {
        loop {
            self.check()?;
            match self.0.steps.get() {
                None => return Ok(()),
                Some(0) => self.0.steered.listen().await,
                Some(steps) => {
                    self.0.steps.set(Some(steps - 1));
                    return Ok(());
                }
            }
        }
    }

    /// Whether the work was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.get()
    }

    /// [`LecternError::Cancelled`] if the work was cancelled.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(LecternError::Cancelled) } else { Ok(()) }
    }

    /// Completes as soon as the work is cancelled.
    pub async fn cancelled(&self) {
        // A token stays on its thread: nothing can happen between the check and the registration.
        if !self.is_cancelled() {
            self.0.cancelled.listen().await;
        }
    }

    /// The output of `work`, which is dropped on cancellation, and not started after it.
    ///
    /// # Errors
    /// [`LecternError::Cancelled`]
    pub async fn unless_cancelled<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        let cancelled = async {
            self.cancelled().await;
            Err(LecternError::Cancelled)
        };
        future::or(cancelled, async { Ok(work.await) }).await
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use futures_lite::future::{pending, ready, zip};
    use pollster::block_on;

    use super::*;

    fn poll<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn work_that_nobody_stops_ends_with_its_output() {
        let cancel = CancelToken::default();
        assert_eq!(block_on(cancel.unless_cancelled(async { 7 })), Ok(7));
        assert_eq!(cancel.check(), Ok(()));
    }

    #[test]
    fn work_that_was_stopped_before_does_not_begin() {
        let (cancel, begun) = (CancelToken::default(), Cell::new(false));
        cancel.clone().cancel();
        let work = async { begun.set(true) };
        assert_eq!(block_on(cancel.unless_cancelled(work)), Err(LecternError::Cancelled));
        assert!(!begun.get());
        block_on(cancel.cancelled());
    }

    #[test]
    fn whoever_waits_is_woken_and_the_work_dropped() {
        let cancel = CancelToken::default();
        let held = Rc::new(());
        let stalled = async {
            let _held = Rc::clone(&held);
            pending::<()>().await;
        };
        let waiting = cancel.unless_cancelled(stalled);
        // block_on sleeps until it is woken: without a signal this test would not end.
        let (result, ()) = block_on(zip(waiting, async { cancel.cancel() }));
        assert_eq!(result, Err(LecternError::Cancelled));
        assert_eq!(Rc::strong_count(&held), 1);
    }

    #[test]
    fn one_signal_wakes_many_and_a_second_changes_nothing() {
        let cancel = CancelToken::default();
        let mut waiting: Vec<_> = (0..100).map(|_| Box::pin(cancel.cancelled())).collect();
        assert!(waiting.iter_mut().all(|it| poll(it.as_mut()).is_pending()));
        cancel.cancel();
        cancel.cancel();
        assert!(waiting.iter_mut().all(|it| poll(it.as_mut()).is_ready()));
        assert_eq!(cancel.check(), Err(LecternError::Cancelled));
    }

    #[test]
    fn who_stopped_waiting_takes_no_signal_from_others() {
        let cancel = CancelToken::default();
        let mut stays = pin!(cancel.cancelled());
        {
            let mut leaves = pin!(cancel.cancelled());
            assert!(poll(leaves.as_mut()).is_pending());
        }
        assert!(poll(stays.as_mut()).is_pending());
        cancel.cancel();
        assert!(poll(stays).is_ready());
    }

    #[test]
    fn work_takes_the_steps_it_is_allowed_and_waits() {
        let cancel = CancelToken::default();
        assert_eq!(block_on(cancel.step()), Ok(()));
        cancel.allow_steps(Some(2));
        assert_eq!([block_on(cancel.step()), block_on(cancel.step())], [Ok(()), Ok(())]);
        let mut waiting = Box::pin(cancel.step());
        assert!(poll(waiting.as_mut()).is_pending());
        cancel.allow_steps(Some(1));
        assert!(poll(waiting.as_mut()).is_ready());
        let mut stopped = Box::pin(cancel.step());
        assert!(poll(stopped.as_mut()).is_pending());
        cancel.cancel();
        assert_eq!(block_on(stopped), Err(LecternError::Cancelled));
    }

    #[test]
    fn work_that_is_done_when_it_is_stopped_ends_as_stopped() {
        let cancel = CancelToken::default();
        cancel.cancel();
        assert_eq!(block_on(cancel.unless_cancelled(ready(7))), Err(LecternError::Cancelled));
    }
}
