//! Light or dark theme, and large type for projectors. Both are attributes of `<html>`, set by index.html's script
//! before the first paint: from `?theme=` and `?projector=`, else the stored choice, else the system's.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::{kept, query, root};

const DARK_SYSTEM: &str = "(prefers-color-scheme: dark)";
const THEME: &str = "theme";
const PROJECTOR: &str = "projector";
/// Attributes of `<html>` for both.
const THEME_ATTRIBUTE: &str = "data-theme";
const PROJECTOR_ATTRIBUTE: &str = "data-projector";

/// The colour theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// Returns the opposite theme.
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

/// The page's appearance, in the context of every page.
#[derive(Clone, Copy)]
pub struct Appearance {
    /// The theme; changes after the colours have.
    pub theme: RwSignal<Theme>,
    /// Whether large type and strong colours are used, for the back row.
    pub is_projected: RwSignal<bool>,
}

impl Appearance {
    /// Begins as index.html did; follows the system until the reader chooses.
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

    /// Returns the app's appearance, from any page or component.
    pub fn here() -> Self {
        expect_context()
    }

    /// Chooses a theme; the browser stores what differs from the system's theme.
    pub fn choose(self, theme: Theme) {
        kept::set(THEME, (theme != Theme::of_system()).then_some(theme.name()));
        query::forget(THEME);
        self.paint(theme);
    }

    /// Sets large or normal type.
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
