//! The kernel checks as a module for a page: the list of the native tests, in a real browser; and ELMo's mixture of
//! layers, for its reference cases.

#[cfg(target_arch = "wasm32")]
mod page {
    use burn::tensor::Device;
    use js_sys::Function;
    use lectern::embeddings::{mix, mix_normalized};
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

    /// ELMo's mixture of the layers concatenated in `layers`; with a `mask`, a byte a row and 0 for padding, the layers
    /// are normalized first.
    #[wasm_bindgen]
    pub fn mixture(layers: &[f32], mask: Option<Vec<u8>>, scalars: &[f32], gamma: f32) -> Vec<f32> {
        let size = (layers.len() / scalars.len().max(1)).max(1);
        let layers: Vec<&[f32]> = layers.chunks_exact(size).collect();
        match mask {
            None => mix(&layers, scalars, gamma),
            Some(mask) => {
                let mask: Vec<bool> = mask.into_iter().map(|kept| kept != 0).collect();
                mix_normalized(&layers, &mask, scalars, gamma)
            }
        }
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    page::begin();
}
