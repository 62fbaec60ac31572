//! Letting the world in between two steps: a worker hears of a cancellation only when its thread is free.

#[cfg(not(target_arch = "wasm32"))]
use std::task::Poll;
use std::time::Duration;

use web_time::Instant;

use crate::{error::Result, progress::CancelToken};

/// Work that is done in a shorter time than this keeps nobody waiting.
const SHORTEST: Duration = Duration::from_millis(8);

/// Return after everything that waits for this thread had its turn.
pub(super) async fn pause() {
    #[cfg(target_arch = "wasm32")]
    messages::pause().await;
    #[cfg(not(target_arch = "wasm32"))]
    yield_now().await;
}

/// Natively whoever polls has a turn.
#[cfg(not(target_arch = "wasm32"))]
async fn yield_now() {
    let mut has_yielded = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Pauses between steps of which nobody knows how long they take.
#[derive(Debug)]
pub(super) struct Pacing<'a> {
    cancel: &'a CancelToken,
    paused: Instant,
}

impl<'a> Pacing<'a> {
    /// For work that begins now and that `cancel` stops.
    pub(super) fn new(cancel: &'a CancelToken) -> Self {
        Self { cancel, paused: Instant::now() }
    }

    /// Between two steps: a pause, if the last one is long enough ago.
    ///
    /// # Errors
    /// [`crate::error::LecternError::Cancelled`] where the work is no longer wanted.
    pub(super) async fn between(&mut self) -> Result<()> {
        if self.paused.elapsed() >= SHORTEST {
            pause().await;
            self.paused = Instant::now();
        }
        self.cancel.check()
    }
}

#[cfg(target_arch = "wasm32")]
mod messages {
    //! A message to oneself: timers are held back to 4 ms after a few rounds, messages are not.

    use std::{cell::RefCell, collections::VecDeque, rc::Rc};

    use js_sys::{Function, Promise};
    use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
    use web_sys::MessageChannel;

    /// Whoever waits for a message that is under way, in their order.
    type Waiting = Rc<RefCell<VecDeque<Function>>>;

    /// One for the worker's life: a channel that is listened to is never collected.
    struct Channel {
        channel: MessageChannel,
        waiting: Waiting,
    }

    thread_local! {
        static CHANNEL: Option<Channel> = Channel::open();
    }

    impl Channel {
        fn open() -> Option<Self> {
            let channel = MessageChannel::new().ok()?;
            let waiting = Waiting::default();
            let waking = Rc::clone(&waiting);
            let wake = Closure::<dyn FnMut()>::new(move || {
                let next = waking.borrow_mut().pop_front();
                if let Some(resolve) = next {
                    // A promise's own function: it does not throw.
                    let _ = resolve.call0(&JsValue::UNDEFINED);
                }
            });
            channel.port1().set_onmessage(Some(wake.as_ref().unchecked_ref()));
            // It listens for as long as the worker lives.
            wake.forget();
            Some(Self { channel, waiting })
        }

        /// Post a message. Gives back whether one is under way, which calls `resolve`.
        fn post(&self, resolve: &Function) -> bool {
            let is_posted = self.channel.port2().post_message(&JsValue::NULL).is_ok();
            if is_posted {
                self.waiting.borrow_mut().push_back(resolve.clone());
            }
            is_posted
        }
    }

    pub(super) async fn pause() {
        let promise = Promise::new(&mut |resolve, _| {
            let is_posted = CHANNEL.with(|it| it.as_ref().is_some_and(|it| it.post(&resolve)));
            if !is_posted {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        });
        // The promise is only ever resolved.
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    }
}
