//! Letting the world in between two tokens: a worker hears of a cancellation only when its thread is free.

/// Return after everything that waits for this thread had its turn.
pub(super) async fn pause() {
    #[cfg(target_arch = "wasm32")]
    {
        // A message to oneself: timers are held back to 4 ms after a few rounds, messages are not.
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            if let Ok(channel) = web_sys::MessageChannel::new() {
                channel.port1().set_onmessage(Some(&resolve));
                if channel.port2().post_message(&wasm_bindgen::JsValue::NULL).is_ok() {
                    return;
                }
            }
            let _ = resolve.call0(&wasm_bindgen::JsValue::UNDEFINED);
        });
        // The promise is only ever resolved.
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    }
}
