//! The engine's binary, for a dedicated worker.

#[cfg(target_arch = "wasm32")]
mod program {
    use wasm_bindgen::prelude::*;

    unsafe extern "C" {
        /// Runs the global constructors, once.
        fn __wasm_call_ctors();
    }

    /// Runs before anything else.
    pub(super) fn begin() {
        // SAFETY: a module's constructors may run once, before anything else; this is the start function.
        // Without this call the linker makes every export run all constructors at every call, and a launch costs
        // a hundred times as much (Burn registers its compilers in constructors).
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
