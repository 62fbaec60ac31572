//! Pauses between two steps of work: a worker receives a cancellation only when its thread is free.

#[cfg(not(target_arch = "wasm32"))]
use std::task::Poll;
use std::time::Duration;

use web_time::Instant;

use crate::{error::Result, progress::CancelToken};

/// Time between two pauses.
const SHORTEST: Duration = Duration::from_millis(8);

/// Returns after everything that waits for this thread had its turn.
pub(super) async fn pause() {
    #[cfg(target_arch = "wasm32")]
    messages::pause().await;
    #[cfg(not(target_arch = "wasm32"))]
    yield_now().await;
}

/// Natively the executor's other futures have their turn.
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

/// Pauses between steps of unknown duration.
#[derive(Debug)]
pub(super) struct Pacing<'a> {
    cancel: &'a CancelToken,
    paused: Instant,
}

impl<'a> Pacing<'a> {
    /// Pauses of work that begins now and that `cancel` stops.
    pub(super) fn new(cancel: &'a CancelToken) -> Self {
        Self { cancel, paused: Instant::now() }
    }

    /// Pauses between two steps, if the last pause is long enough ago.
    ///
    /// # Errors
    /// [`crate::error::LecternError::Cancelled`]
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

    /// The pauses that wait for a message, in their order.
    type Waiting = Rc<RefCell<VecDeque<Function>>>;

    /// The channel, one for the worker's life: a channel with a listener is never collected.
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

        /// Posts a message, which calls `resolve`. Returns whether that succeeded.
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
