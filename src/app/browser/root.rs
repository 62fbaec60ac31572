//! Attributes of `<html>`: set by index.html's script, used by styles and the map.

use leptos::prelude::document;

/// Returns an attribute; `None` if it is missing.
pub fn attribute(name: &str) -> Option<String> {
    document().document_element()?.get_attribute(name)
}

/// Sets an attribute, or removes it.
pub fn set_attribute(name: &str, value: Option<&str>) {
    if let Some(root) = document().document_element() {
        let _ = match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        };
    }
}
