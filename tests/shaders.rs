//! The WGSL files: valid as they stand, and alike where they say the same.

use std::collections::BTreeMap;

use naga::{
    Module,
    front::wgsl,
    valid::{Capabilities, ValidationFlags, Validator},
};

/// A file under `shaders/`: its name, text and syntax tree.
struct Shader {
    name: String,
    source: String,
    module: Module,
}

/// All of them, by name.
fn shaders() -> Vec<Shader> {
    let mut shaders = Vec::new();
    for entry in std::fs::read_dir("shaders").expect("the folder of shaders") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let source = std::fs::read_to_string(&path).expect("text");
        let module = wgsl::parse_str(&source)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&source)));
        shaders.push(Shader { name, source, module });
    }
    assert!(shaders.len() >= 11, "only {} shaders were found", shaders.len());
    shaders.sort_by(|one, other| one.name.cmp(&other.name));
    shaders
}

#[test]
fn every_shader_passes_naga() {
    for Shader { name, source, module } in shaders() {
        assert!(source.starts_with("//"), "{name} begins with its description");
        // naga guards unpack2x16float, which is core WGSL, by a capability.
        Validator::new(ValidationFlags::all(), Capabilities::SHADER_FLOAT16_IN_FLOAT32)
            .validate(&module)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}

/// Every file is to be read by itself, so what several of them need stands in each of them. (The entry points, which
/// are `main` everywhere, are no functions to naga.)
#[test]
fn functions_of_one_name_have_one_text() {
    let shaders = shaders();
    let mut functions: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for Shader { name: file, source, module } in &shaders {
        for (handle, function) in module.functions.iter() {
            let name = function.name.as_deref().expect("a function of WGSL has a name");
            let text = &source[module.functions.get_span(handle).to_range().expect("a span")];
            assert!(text.starts_with("fn ") && text.ends_with('}'), "{file}: {text}");
            functions.entry(name).or_default().push((file, text));
        }
    }
    let copied: Vec<_> = functions.iter().filter(|(_, copies)| copies.len() > 1).collect();
    assert!(!copied.is_empty(), "no function stands in several files: this test compares nothing");
    for (name, copies) in copied {
        let (first, expected) = copies[0];
        for (file, text) in &copies[1..] {
            assert_eq!(*text, expected, "{name} in {file} is not that in {first}");
        }
    }
}
