//! The trainer's binary, for a dedicated worker of its own: the engine on the CPU, and what learns. While a step of a
//! training holds this thread, the engine's answers beside it do not wait; and a training that dies takes no model with
//! it.

#[cfg(target_arch = "wasm32")]
mod program {
    use wasm_bindgen::prelude::*;

    unsafe extern "C" {
        /// Runs the global constructors, once.
        fn __wasm_call_ctors();
    }

    /// Runs before anything else.
    pub(super) fn begin() {
        // SAFETY: see src/bin/worker.rs.
        unsafe { __wasm_call_ctors() };
        console_error_panic_hook::set_once();
    }

    /// Answers the page's requests from now on. The tokenizer's program has been started by then.
    #[wasm_bindgen]
    pub fn serve() {
        lectern::worker::server::start();
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    program::begin();
}
