//! Attributes of `<html>`: what index.html's script found out, and what styles and the map go by.

use leptos::prelude::document;

/// One attribute, if it is there.
pub fn attribute(name: &str) -> Option<String> {
    document().document_element()?.get_attribute(name)
}

/// Set it, or take it away.
pub fn set_attribute(name: &str, value: Option<&str>) {
    if let Some(root) = document().document_element() {
        let _ = match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        };
    }
}
