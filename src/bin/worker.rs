//! The engine's binary, for a dedicated worker.

#[cfg(target_arch = "wasm32")]
unsafe extern "C" {
    /// Runs the global constructors, once.
    fn __wasm_call_ctors();
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    {
        // SAFETY: a module's constructors may run once, before anything else; this is the start function.
        // Without this call the linker makes every export run all constructors at every call, and a launch costs
        // a hundred times as much (Burn registers its compilers in constructors).
        unsafe { __wasm_call_ctors() };
        console_error_panic_hook::set_once();
        lectern::worker::server::start();
    }
}
