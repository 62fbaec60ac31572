//! The checks of what learns as a module for a page: the native tests' reference cases, and the gradients of the
//! operations, in a real browser.

#[cfg(target_arch = "wasm32")]
mod page {
    use js_sys::Function;
    use lectern::checks::{
        gradients,
        references::{Case, FILES, check},
    };
    use wasm_bindgen::prelude::*;

    unsafe extern "C" {
        /// Runs the global constructors, once.
        fn __wasm_call_ctors();
    }

    /// Runs before anything else: see src/bin/worker.rs.
    pub(super) fn begin() {
        // SAFETY: a module's constructors may run once, before anything else; this is the start function.
        unsafe { __wasm_call_ctors() };
        console_error_panic_hook::set_once();
    }

    /// The names of a case's files, of which it may lack some.
    #[wasm_bindgen]
    pub fn files() -> Vec<String> {
        FILES.map(str::to_owned).to_vec()
    }

    /// Checks a case by its files' names and bytes, in the same order. A number that is not the reference's ends the
    /// program with a message in the console.
    #[wasm_bindgen]
    pub async fn run(name: String, names: Vec<String>, bytes: Vec<js_sys::Uint8Array>) {
        let bytes = bytes.into_iter().map(|bytes| bytes.to_vec());
        check(&Case::new(&name, names.into_iter().zip(bytes))).await;
    }

    /// Compares every operation's gradient with its slope, and calls `report(name, error?)` for each.
    #[wasm_bindgen]
    pub fn slopes(report: Function) {
        gradients::run(|(name, result)| {
            let error = result.as_ref().err().map_or(JsValue::UNDEFINED, |error| error.into());
            // An exception in the page's callback does not end the checks.
            let _ = report.call2(&JsValue::NULL, &name.into(), &error);
        });
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    page::begin();
}
