//! The processor that computes: a real WebGPU adapter, else the CPU.

use async_lock::OnceCell;
use burn::tensor::Device;

use crate::{
    error::{LecternError, NoAdapterReason, Result},
    protocol::{DeviceChoice, DeviceInfo, DeviceKind, DeviceReason},
};

/// The name and type of an adapter.
#[derive(Debug, Clone, PartialEq)]
struct Adapter {
    name: String,
    software: bool,
}

/// The devices, each set up on its first use.
#[derive(Default)]
pub(super) struct Devices {
    /// Two loads that begin together wait for one device: a second one cannot be set up beside it.
    gpu: OnceCell<Device>,
}

const CPU_NAME: &str = "CPU, one thread, 128-bit SIMD";

impl Devices {
    /// The device for a choice, and its description.
    pub(super) async fn choose(&self, choice: DeviceChoice) -> Result<(Device, DeviceInfo)> {
        let (adapter, reason) = match choice {
            DeviceChoice::Cpu => return Ok(cpu(DeviceReason::CpuAsked)),
            DeviceChoice::Gpu | DeviceChoice::Auto => decide(choice, find_adapter().await)?,
        };
        let Some(adapter) = adapter else { return Ok(cpu(reason)) };
        match self.gpu().await {
            Ok(device) => {
                let kind = DeviceKind::Gpu;
                Ok((device, DeviceInfo { kind, name: adapter.name, reason }))
            }
            Err(error) if choice == DeviceChoice::Gpu => Err(error),
            Err(_) => Ok(cpu(DeviceReason::NoAdapter)),
        }
    }

    #[cfg(feature = "gpu")]
    async fn gpu(&self) -> Result<Device> {
        let set_up = async || Device::wgpu_options().init_async().await;
        let device = self.gpu.get_or_try_init(set_up).await;
        device.cloned().map_err(|error| {
            let detail = format!("{error:?}");
            LecternError::NoAdapter { reason: NoAdapterReason::Refused { detail } }
        })
    }

    #[cfg(not(feature = "gpu"))]
    async fn gpu(&self) -> Result<Device> {
        Err(LecternError::NoAdapter { reason: NoAdapterReason::NoWebGpu })
    }

    /// Releases GPU memory that no tensor uses any more.
    pub(super) fn clean_up(&self) {
        if let Some(device) = self.gpu.get() {
            device.memory_cleanup();
        }
    }
}

fn cpu(reason: DeviceReason) -> (Device, DeviceInfo) {
    (Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, name: CPU_NAME.into(), reason })
}

/// The adapter to compute on, `None` for the CPU, and why.
///
/// # Errors
/// [`LecternError::NoAdapter`] if the GPU was requested and there is none.
fn decide(
    choice: DeviceChoice,
    found: std::result::Result<Adapter, DeviceReason>,
) -> Result<(Option<Adapter>, DeviceReason)> {
    match (choice, found) {
        (DeviceChoice::Cpu, _) => Ok((None, DeviceReason::CpuAsked)),
        (DeviceChoice::Gpu, Ok(adapter)) => Ok((Some(adapter), DeviceReason::GpuAsked)),
        (DeviceChoice::Gpu, Err(reason)) => {
            let reason = match reason {
                DeviceReason::NoWebGpu => NoAdapterReason::NoWebGpu,
                _ => NoAdapterReason::NoAdapter,
            };
            Err(LecternError::NoAdapter { reason })
        }
        // Software adapters are slower than the CPU path, by far: see docs/benchmarks.md.
        (DeviceChoice::Auto, Ok(adapter)) if adapter.software => {
            Ok((None, DeviceReason::SoftwareAdapter))
        }
        (DeviceChoice::Auto, Ok(adapter)) => Ok((Some(adapter), DeviceReason::RealAdapter)),
        (DeviceChoice::Auto, Err(reason)) => Ok((None, reason)),
    }
}

/// Whether an adapter of this name computes on the CPU.
#[cfg(any(feature = "gpu", test))]
fn is_software(name: &str) -> bool {
    let name = name.to_lowercase();
    ["swiftshader", "llvmpipe", "lavapipe", "warp", "basic render", "software"]
        .iter()
        .any(|known| name.contains(known))
}

/// A program without the GPU's kernels has no use for an adapter.
#[cfg(not(feature = "gpu"))]
async fn find_adapter() -> std::result::Result<Adapter, DeviceReason> {
    Err(DeviceReason::NoWebGpu)
}

/// The browser's adapter, or the reason without one.
#[cfg(all(feature = "gpu", target_arch = "wasm32"))]
async fn find_adapter() -> std::result::Result<Adapter, DeviceReason> {
    use js_sys::{Function, Reflect};
    use wasm_bindgen::{JsCast, JsValue};

    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).ok();
    let there = |value: &JsValue| !value.is_undefined() && !value.is_null();
    let gpu = get(&js_sys::global(), "navigator").and_then(|navigator| get(&navigator, "gpu"));
    let gpu = gpu.filter(there).ok_or(DeviceReason::NoWebGpu)?;
    let ask = get(&gpu, "requestAdapter").and_then(|ask| ask.dyn_into::<Function>().ok());
    let promise = ask.and_then(|ask| ask.call0(&gpu).ok()).ok_or(DeviceReason::NoWebGpu)?;
    let promise = promise.dyn_into::<js_sys::Promise>().map_err(|_| DeviceReason::NoWebGpu)?;
    let adapter =
        wasm_bindgen_futures::JsFuture::from(promise).await.map_err(|_| DeviceReason::NoAdapter)?;
    if !there(&adapter) {
        return Err(DeviceReason::NoAdapter);
    }
    let info = get(&adapter, "info").unwrap_or(JsValue::UNDEFINED);
    let text = |name| get(&info, name).and_then(|value| value.as_string()).unwrap_or_default();
    let fields = ["vendor", "architecture", "device", "description"].map(text);
    let name = fields.into_iter().filter(|field| !field.is_empty()).collect::<Vec<_>>().join(" ");
    let fallback = [&adapter, &info]
        .into_iter()
        .any(|object| get(object, "isFallbackAdapter").is_some_and(|flag| flag.is_truthy()));
    Ok(Adapter { software: fallback || is_software(&name), name })
}

/// The first adapter, natively: who runs tests and benchmarks knows the machine.
#[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
async fn find_adapter() -> std::result::Result<Adapter, DeviceReason> {
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
    #[test]
    fn every_situation_has_a_device_and_a_reason() {
        use DeviceChoice::{Auto, Cpu, Gpu};
        let real = Adapter { name: "nvidia hopper".into(), software: false };
        let software = Adapter { name: "google swiftshader".into(), software: true };
        let on_gpu = |adapter: &Adapter, reason| Some((Some(adapter.clone()), reason));
        let on_cpu = |reason| Some((None, reason));
        let cases = [
            (Auto, Ok(&real), on_gpu(&real, DeviceReason::RealAdapter)),
            (Auto, Ok(&software), on_cpu(DeviceReason::SoftwareAdapter)),
            (Auto, Err(DeviceReason::NoWebGpu), on_cpu(DeviceReason::NoWebGpu)),
            (Auto, Err(DeviceReason::NoAdapter), on_cpu(DeviceReason::NoAdapter)),
            (Gpu, Ok(&real), on_gpu(&real, DeviceReason::GpuAsked)),
            (Gpu, Ok(&software), on_gpu(&software, DeviceReason::GpuAsked)),
            (Gpu, Err(DeviceReason::NoWebGpu), None),
            (Gpu, Err(DeviceReason::NoAdapter), None),
            (Cpu, Ok(&real), on_cpu(DeviceReason::CpuAsked)),
            (Cpu, Err(DeviceReason::NoWebGpu), on_cpu(DeviceReason::CpuAsked)),
        ];
        for (choice, found, expected) in cases {
            let decided = decide(choice, found.cloned());
            let case = format!("{choice:?} {found:?}");
            match expected {
                Some(expected) => assert_eq!(decided, Ok(expected), "{case}"),
                None => {
                    assert!(matches!(decided, Err(LecternError::NoAdapter { .. })), "{case}");
                }
            }
        }
    }
}
