//! The trainer's binary, for a dedicated worker of its own: the engine on the CPU, and what learns. While a step of a
//! training holds this thread, the engine's answers beside it do not wait; and a training that dies takes no model with
//! it.

#[cfg(target_arch = "wasm32")]
unsafe extern "C" {
    /// Runs the global constructors, once.
    fn __wasm_call_ctors();
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    {
        // SAFETY: see src/bin/worker.rs.
        unsafe { __wasm_call_ctors() };
        console_error_panic_hook::set_once();
        lectern::worker::server::start();
    }
}
