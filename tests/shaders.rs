//! Validation of every WGSL file as it is.

use naga::{
    front::wgsl,
    valid::{Capabilities, ValidationFlags, Validator},
};

#[test]
fn every_shader_passes_naga() {
    let mut count = 0;
    for entry in std::fs::read_dir("shaders").expect("the folder of shaders") {
        let path = entry.expect("a file").path();
        let source = std::fs::read_to_string(&path).expect("text");
        let name = path.display();
        assert!(source.starts_with("//"), "{name} begins with its description");
        let module = wgsl::parse_str(&source)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&source)));
        // naga requires a capability for unpack2x16float, which is core WGSL.
        Validator::new(ValidationFlags::all(), Capabilities::SHADER_FLOAT16_IN_FLOAT32)
            .validate(&module)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        count += 1;
    }
    assert!(count >= 11, "only {count} shaders were found");
}
