//! The page's binary. The engine has its own, in a worker, so that this one is small and renders early.

#[cfg(target_arch = "wasm32")]
fn main() {
    lectern::app::run();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!(
        "The page runs in a browser: build it with `cargo xtask build`, or open it with `cargo xtask serve`."
    );
}
