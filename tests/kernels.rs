//! Every kernel against its f64 reference, on the CPU and on the first WebGPU (Vulkan) adapter.

use burn::tensor::Device;
use lectern::checks;

fn run_all(device: &Device) {
    let mut failures = Vec::new();
    let mut count = 0;
    pollster::block_on(checks::run(device, |(name, result)| {
        count += 1;
        if let Err(reason) = result {
            failures.push(format!("{name}: {reason}"));
        }
    }));
    assert!(failures.is_empty(), "{} of {count} failed:\n{}", failures.len(), failures.join("\n"));
    assert!(count > 150, "only {count} checks ran");
}

#[test]
fn every_kernel_agrees_with_f64_on_the_cpu() {
    run_all(&Device::flex());
}

#[test]
fn every_gradient_is_the_slope_of_its_operation() {
    let mut failures = Vec::new();
    let mut count = 0;
    checks::gradients::run(|(name, result)| {
        count += 1;
        failures.extend(result.as_ref().err().map(|reason| format!("{name}: {reason}")));
    });
    assert!(failures.is_empty(), "{} of {count} failed:\n{}", failures.len(), failures.join("\n"));
    assert!(count > 30, "only {count} checks ran");
}

#[test]
fn every_kernel_agrees_with_f64_on_the_gpu() {
    let device =
        Device::wgpu_options().init().expect("a Vulkan adapter: install mesa-vulkan-drivers");
    run_all(&device);
}
