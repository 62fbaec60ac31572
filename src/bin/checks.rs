//! The kernel checks as a module for a page: the list of the native tests, in a real browser.

#[cfg(target_arch = "wasm32")]
mod page {
    use burn::tensor::Device;
    use js_sys::Function;
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

    /// Runs every check on `gpu` or `cpu`, and calls `report(name, error?)` for each.
    #[wasm_bindgen]
    pub async fn run(device: String, report: Function) -> Result<(), JsValue> {
        let device = if device == "gpu" {
            let options = Device::wgpu_options().init_async().await;
            options.map_err(|error| JsValue::from_str(&format!("{error:?}")))?
        } else {
            Device::flex()
        };
        lectern::checks::run(&device, |(name, result)| {
            let error = result.as_ref().err().map_or(JsValue::UNDEFINED, |error| error.into());
            // An exception in the page's callback does not end the checks.
            let _ = report.call2(&JsValue::NULL, &name.into(), &error);
        })
        .await;
        Ok(())
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    page::begin();
}
