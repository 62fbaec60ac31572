//! One load of a model at a time.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{Arc, Weak},
};

use async_lock::{Mutex, MutexGuardArc};

use crate::{error::Result, progress::CancelToken};

thread_local! {
    /// The models that this worker is reading, by their keys.
    static READING: RefCell<HashMap<String, Weak<Mutex<()>>>> = RefCell::default();
}

/// A model's turn: while this lives, another load of it in the same worker waits, to find it here in the end.
pub(super) type Turn = MutexGuardArc<()>;

/// The turn of the model with that key, once no other load has it.
///
/// # Errors
/// [`crate::error::LecternError::Cancelled`] if the load was cancelled meanwhile.
pub(super) async fn turn(key: &str, cancel: &CancelToken) -> Result<Turn> {
    let lock = READING.with_borrow_mut(|reading| {
        reading.retain(|_, lock| lock.strong_count() > 0);
        let known = reading.get(key).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let lock = Arc::default();
            reading.insert(key.to_owned(), Arc::downgrade(&lock));
            lock
        })
    });
    cancel.unless_cancelled(lock.lock_arc()).await
}

#[cfg(test)]
mod tests {
    use std::{
        pin::{Pin, pin},
        task::{Context, Poll, Waker},
    };

    use pollster::block_on;

    use super::*;
    use crate::error::LecternError;

    fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn loads_of_one_model_take_turns() {
        let cancel = CancelToken::default();
        let first = block_on(turn("a", &cancel)).unwrap();
        let mut second = pin!(turn("a", &cancel));
        let mut third = pin!(turn("a", &cancel));
        assert!(poll(second.as_mut()).is_pending());
        assert!(poll(third.as_mut()).is_pending());
        block_on(turn("b", &cancel)).unwrap();
        drop(first);
        let Poll::Ready(Ok(second)) = poll(second) else { panic!("it has the turn") };
        assert!(poll(third.as_mut()).is_pending());
        drop(second);
        assert!(matches!(poll(third), Poll::Ready(Ok(_))));
    }

    #[test]
    fn who_gives_up_waiting_ends_at_once_and_holds_nobody_up() {
        let (patient, impatient) = (CancelToken::default(), CancelToken::default());
        let first = block_on(turn("c", &patient)).unwrap();
        let mut second = pin!(turn("c", &impatient));
        let mut third = pin!(turn("c", &patient));
        assert!(poll(second.as_mut()).is_pending());
        assert!(poll(third.as_mut()).is_pending());
        impatient.cancel();
        assert!(matches!(poll(second), Poll::Ready(Err(LecternError::Cancelled))));
        drop(first);
        assert!(matches!(poll(third), Poll::Ready(Ok(_))));
    }

    #[test]
    fn models_that_nobody_reads_are_forgotten() {
        let cancel = CancelToken::default();
        for model in 0..100 {
            block_on(turn(&format!("d{model}"), &cancel)).unwrap();
        }
        assert!(READING.with_borrow(HashMap::len) <= 1);
    }
}
