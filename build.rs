//! Makes the page's sentences of locales/: a key that one language lacks stops the build.

#[cfg(feature = "page")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::{env, path::PathBuf};

    use leptos_i18n_build::{Config, ParseOptions, TranslationsInfos};

    println!("cargo::rerun-if-changed=build.rs");
    let output = PathBuf::from(env::var("OUT_DIR")?).join("i18n");
    // A file each in every language.
    let rooms = [
        "common",
        "compare",
        "generate",
        "layer",
        "mask",
        "model",
        "next",
        "number",
        "sentences",
        "shell",
        "size",
        "squeezed",
        "words",
    ];
    // Sentences with numbers in them are wanted as strings.
    let options = ParseOptions::default().interpolate_display(true);
    let config = Config::new("en")?.add_locale("ru")?.add_namespaces(rooms)?.parse_options(options);
    let translations = TranslationsInfos::parse(config)?;
    translations.emit_diagnostics();
    translations.rerun_if_locales_changed();
    translations.generate_i18n_module(output)?;
    Ok(())
}

#[cfg(not(feature = "page"))]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
