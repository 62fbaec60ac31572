//! Light or dark, and the projector's large type. They stand on `<html>`, where index.html's script puts them before
//! anything is painted: `?theme=` and `?projector=` say it, else the choice made before, else the system.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::{kept, query, root};

const DARK_SYSTEM: &str = "(prefers-color-scheme: dark)";
const THEME: &str = "theme";
const PROJECTOR: &str = "projector";
/// The same two on `<html>`.
const THEME_ATTRIBUTE: &str = "data-theme";
const PROJECTOR_ATTRIBUTE: &str = "data-projector";

/// The colours of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// The one that this is not.
    pub fn other(self) -> Self {
        if self == Self::Dark { Self::Light } else { Self::Dark }
    }

    fn name(self) -> &'static str {
        if self == Self::Dark { "dark" } else { "light" }
    }

    fn of_system() -> Self {
        let query = window().match_media(DARK_SYSTEM).ok().flatten();
        if query.is_some_and(|query| query.matches()) { Self::Dark } else { Self::Light }
    }
}

/// How the page looks, in the context of every page.
#[derive(Clone, Copy)]
pub struct Appearance {
    /// Changes after the colours have.
    pub theme: RwSignal<Theme>,
    /// Large type and no pale colours, for the back row.
    pub is_projected: RwSignal<bool>,
}

impl Appearance {
    /// As index.html began; follows the system until somebody chooses.
    pub fn new() -> Self {
        let is_dark =
            root::attribute(THEME_ATTRIBUTE).is_some_and(|theme| theme == Theme::Dark.name());
        let looks = Self {
            theme: RwSignal::new(if is_dark { Theme::Dark } else { Theme::Light }),
            is_projected: RwSignal::new(root::attribute(PROJECTOR_ATTRIBUTE).is_some()),
        };
        if let Ok(Some(query)) = window().match_media(DARK_SYSTEM) {
            let on_change = Closure::<dyn FnMut()>::new(move || {
                if kept::get(THEME).is_none() && query::get(THEME).is_none() {
                    looks.paint(Theme::of_system());
                }
            });
            query.set_onchange(Some(on_change.as_ref().unchecked_ref()));
            let listening = StoredValue::new_local((query, on_change));
            on_cleanup(move || listening.with_value(|(query, _)| query.set_onchange(None)));
        }
        looks
    }

    /// The app's, from any page or component.
    pub fn here() -> Self {
        expect_context()
    }

    /// Somebody chose: the browser remembers what differs from the system's theme.
    pub fn choose(self, theme: Theme) {
        kept::set(THEME, (theme != Theme::of_system()).then_some(theme.name()));
        query::forget(THEME);
        self.paint(theme);
    }

    /// Large type, or the usual one.
    pub fn project(self, is_projected: bool) {
        kept::set(PROJECTOR, is_projected.then_some("1"));
        query::forget(PROJECTOR);
        root::set_attribute(PROJECTOR_ATTRIBUTE, is_projected.then_some(""));
        self.is_projected.set(is_projected);
    }

    fn paint(self, theme: Theme) {
        root::set_attribute(THEME_ATTRIBUTE, Some(theme.name()));
        self.theme.set(theme);
    }
}
