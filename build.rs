//! Generates the page's texts from locales/.

#[cfg(feature = "page")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::{env, fs, path::PathBuf};

    use leptos_i18n_codegen::gen_code;
    use leptos_i18n_parser::parse_locales::{
        options::{Config, ParseOptions},
        parse_locales,
    };

    println!("cargo::rerun-if-changed=build.rs");
    // Every file is a namespace, except that of the errors, which the library reads itself.
    println!("cargo::rerun-if-changed=locales/en");
    let mut namespaces = Vec::new();
    for file in fs::read_dir("locales/en")? {
        let name =
            file?.file_name().into_string().map_err(|name| format!("{name:?} is no name"))?;
        namespaces
            .extend(name.strip_suffix(".json").filter(|name| *name != "errors").map(str::to_owned));
    }
    namespaces.sort();
    // Texts with values in them become strings.
    let options = ParseOptions::default().interpolate_display(true);
    let config =
        Config::new("en")?.add_locale("ru")?.add_namespaces(namespaces)?.parse_options(options);
    let locales = parse_locales(None, config)?;
    for file in locales.tracked_files.iter().flatten() {
        println!("cargo::rerun-if-changed={file}");
    }
    // A text that one language lacks is an error, since the page would mix languages.
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
