//! Makes the page's sentences of locales/.

#[cfg(feature = "page")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::{env, fs, path::PathBuf};

    use leptos_i18n_codegen::gen_code;
    use leptos_i18n_parser::parse_locales::{
        options::{Config, ParseOptions},
        parse_locales,
    };

    println!("cargo::rerun-if-changed=build.rs");
    // Every file is a room of sentences, but that of the errors: the library reads it itself, as it is.
    println!("cargo::rerun-if-changed=locales/en");
    let mut rooms = Vec::new();
    for file in fs::read_dir("locales/en")? {
        let name =
            file?.file_name().into_string().map_err(|name| format!("{name:?} is no name"))?;
        rooms
            .extend(name.strip_suffix(".json").filter(|room| *room != "errors").map(str::to_owned));
    }
    rooms.sort();
    // Sentences with numbers in them are wanted as strings.
    let options = ParseOptions::default().interpolate_display(true);
    let config = Config::new("en")?.add_locale("ru")?.add_namespaces(rooms)?.parse_options(options);
    let locales = parse_locales(None, config)?;
    for file in locales.tracked_files.iter().flatten() {
        println!("cargo::rerun-if-changed={file}");
    }
    // A sentence that one language lacks is more than a warning: the page would mix languages.
    for warning in locales.diag.warnings().iter() {
        println!("cargo::error={warning}");
    }
    for error in locales.diag.errors().iter() {
        println!("cargo::error={error}");
    }
    let folder = PathBuf::from(env::var("OUT_DIR")?).join("i18n");
    fs::create_dir_all(&folder)?;
    let code = gen_code(&locales, None, false, None, false)?;
    fs::write(folder.join("mod.rs"), code.to_string())?;
    Ok(())
}

#[cfg(not(feature = "page"))]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
