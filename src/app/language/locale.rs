//! The languages of locales/, and the keys of their sentences, made by build.rs.

pub use generated::Locale;

#[allow(unused_imports, dead_code, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));
    pub use i18n::Locale;
}
