//! Which processor computes: a real WebGPU adapter, else the CPU.

use async_lock::OnceCell;
use burn::tensor::Device;

use crate::{
    error::{LecternError, Result},
    protocol::{DeviceChoice, DeviceInfo},
};

/// An adapter, as far as it must be known.
#[derive(Debug, Clone)]
struct Adapter {
    name: String,
    software: bool,
}

/// The devices, each set up when it is first asked for.
#[derive(Default)]
pub(super) struct Devices {
    /// Two loads that begin together wait for one device: a second one cannot be set up beside it.
    gpu: OnceCell<Device>,
}

const CPU_NAME: &str = "CPU, one thread, 128-bit SIMD";

impl Devices {
    /// The device for a choice, and what to tell people about it.
    pub(super) async fn choose(&self, choice: DeviceChoice) -> Result<(Device, DeviceInfo)> {
        if choice == DeviceChoice::Cpu {
            return Ok(cpu("asked"));
        }
        let adapter = match find_adapter().await {
            Ok(adapter) => adapter,
            Err(reason) if choice == DeviceChoice::Auto => return Ok(cpu(reason)),
            Err(reason) => return Err(LecternError::NoAdapter { reason: reason.into() }),
        };
        if choice == DeviceChoice::Auto && adapter.software {
            // Software adapters are slower than the CPU path, by far: see docs/benchmarks.md.
            return Ok(cpu("software-adapter"));
        }
        let asked = choice == DeviceChoice::Gpu;
        match self.gpu().await {
            Ok(device) => {
                let reason = if asked { "asked" } else { "real-adapter" }.into();
                let info = DeviceInfo { kind: DeviceChoice::Gpu, name: adapter.name, reason };
                Ok((device, info))
            }
            Err(error) if asked => Err(error),
            Err(_) => Ok(cpu("no-adapter")),
        }
    }

    async fn gpu(&self) -> Result<Device> {
        let set_up = async || Device::wgpu_options().init_async().await;
        let device = self.gpu.get_or_try_init(set_up).await;
        device.cloned().map_err(|error| LecternError::NoAdapter { reason: format!("{error:?}") })
    }

    /// Give memory that no tensor uses any more back to the GPU.
    pub(super) fn clean_up(&self) {
        if let Some(device) = self.gpu.get() {
            device.memory_cleanup();
        }
    }
}

fn cpu(reason: &str) -> (Device, DeviceInfo) {
    let (name, reason) = (CPU_NAME.into(), reason.into());
    (Device::flex(), DeviceInfo { kind: DeviceChoice::Cpu, name, reason })
}

/// Does an adapter that calls itself so compute on the CPU?
fn is_software(name: &str) -> bool {
    let name = name.to_lowercase();
    ["swiftshader", "llvmpipe", "lavapipe", "warp", "basic render", "software"]
        .iter()
        .any(|known| name.contains(known))
}

/// The adapter that the browser would give, or why there is none.
#[cfg(target_arch = "wasm32")]
async fn find_adapter() -> std::result::Result<Adapter, &'static str> {
    use js_sys::{Function, Reflect};
    use wasm_bindgen::{JsCast, JsValue};

    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).ok();
    let there = |value: &JsValue| !value.is_undefined() && !value.is_null();
    let gpu = get(&js_sys::global(), "navigator").and_then(|navigator| get(&navigator, "gpu"));
    let gpu = gpu.filter(there).ok_or("no-webgpu")?;
    let ask = get(&gpu, "requestAdapter").and_then(|ask| ask.dyn_into::<Function>().ok());
    let promise = ask.and_then(|ask| ask.call0(&gpu).ok()).ok_or("no-webgpu")?;
    let promise = promise.dyn_into::<js_sys::Promise>().map_err(|_| "no-webgpu")?;
    let adapter = wasm_bindgen_futures::JsFuture::from(promise).await.map_err(|_| "no-adapter")?;
    if !there(&adapter) {
        return Err("no-adapter");
    }
    let info = get(&adapter, "info").unwrap_or(JsValue::UNDEFINED);
    let text = |name| get(&info, name).and_then(|value| value.as_string()).unwrap_or_default();
    let parts = ["vendor", "architecture", "device", "description"].map(text);
    let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let fallback = [&adapter, &info]
        .into_iter()
        .any(|object| get(object, "isFallbackAdapter").is_some_and(|flag| flag.is_truthy()));
    Ok(Adapter { software: fallback || is_software(&name), name })
}

/// Natively the first adapter is taken: who runs tests and benchmarks knows the machine.
#[cfg(not(target_arch = "wasm32"))]
async fn find_adapter() -> std::result::Result<Adapter, &'static str> {
    let name = std::env::var("LECTERN_ADAPTER").unwrap_or_else(|_| "native adapter".into());
    Ok(Adapter { software: is_software(&name), name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_adapters_are_known_by_their_names() {
        assert!(is_software("google swiftshader"));
        assert!(is_software("llvmpipe (LLVM 15.0.6, 256 bits)"));
        assert!(is_software("Microsoft Basic Render Driver"));
        assert!(!is_software("nvidia hopper"));
        assert!(!is_software("intel gen-12lp"));
    }
}
