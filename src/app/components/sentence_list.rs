//! Editable sentences: one field each; lines pasted into a field become fields of their own.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::app::address::{Drafts, sharing};
use crate::app::language::t;
use crate::view_model::pasting;

/// Maximum number of sentences.
pub const MAXIMUM_SENTENCES: usize = 64;

/// Address parameters: the sentences, and their groups.
const LINES: &str = "sentences";
const GROUPS: &str = "groups";

/// A sentence of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Id that stays the same while the sentence moves or changes.
    pub id: u32,
    pub text: String,
    /// Index of its group, on a page that has groups.
    pub group: usize,
}

/// The sentences that the list shows and changes.
#[derive(Clone, Copy)]
pub struct Rows {
    rows: RwSignal<Vec<Row>>,
    last_id: StoredValue<u32>,
    /// The row whose field is to be focused once it is rendered.
    to_focus: RwSignal<Option<u32>>,
}

impl Rows {
    /// Begins with the draft under this name, else with the sentences in the address, else with the first texts. The
    /// address follows them.
    pub fn new(draft: &'static str, first: &[(&str, usize)]) -> Self {
        let rows = Self {
            rows: RwSignal::new(Vec::new()),
            last_id: StoredValue::new(0),
            to_focus: RwSignal::new(None),
        };
        let read = move || {
            let rows = rows.rows.get_untracked().into_iter();
            rows.map(|row| (row.text, row.group)).collect()
        };
        let initial = first.iter().map(|(text, group)| (text.to_string(), *group)).collect();
        match Drafts::keep(draft, initial, read) {
            Some(kept) => rows.replace(kept),
            None => rows.replace(requested(first)),
        }
        let lines = move |rows: &Vec<Row>| rows.iter().map(|row| row.text.clone()).collect();
        let groups = move |rows: &Vec<Row>| rows.iter().map(|row| row.group).collect();
        let (first_lines, first_groups): (Vec<_>, Vec<_>) =
            first.iter().map(|(text, group)| (text.to_string(), *group)).unzip();
        let all = rows.rows;
        sharing::keep(LINES, move || all.with(lines), first_lines);
        sharing::keep(GROUPS, move || all.with(groups), first_groups);
        rows
    }

    /// Returns the rows.
    pub fn get(self) -> Vec<Row> {
        self.rows.get()
    }

    /// Returns the index of a row.
    pub fn index(self, id: u32) -> Option<usize> {
        self.rows.with(|rows| rows.iter().position(|row| row.id == id))
    }

    /// Returns the text of a row.
    pub fn text(self, id: u32) -> String {
        self.find(id).map(|row| row.text).unwrap_or_default()
    }

    /// Returns the group of a row.
    pub fn group(self, id: u32) -> usize {
        self.find(id).map(|row| row.group).unwrap_or_default()
    }

    /// Replaces all sentences, each with its group.
    pub fn replace<T: Into<String>>(self, texts: impl IntoIterator<Item = (T, usize)>) {
        let rows = texts.into_iter().map(|(text, group)| self.row(text.into(), group)).collect();
        self.rows.set(rows);
    }

    /// Changes one row.
    pub fn edit(self, id: u32, change: impl FnOnce(&mut Row)) {
        self.rows.update(|rows| {
            if let Some(row) = rows.iter_mut().find(|row| row.id == id) {
                change(row);
            }
        });
    }

    fn find(self, id: u32) -> Option<Row> {
        self.rows.with(|rows| rows.iter().find(|row| row.id == id).cloned())
    }

    fn row(self, text: String, group: usize) -> Row {
        self.last_id.update_value(|id| *id += 1);
        Row { id: self.last_id.get_value(), text, group }
    }

    /// Inserts sentences after a row, or at the end; the last of them is focused.
    fn insert(self, after: Option<u32>, texts: Vec<String>) {
        let index = after.and_then(|id| self.index(id)).map(|index| index + 1);
        let group = after.map_or(0, |id| self.group(id));
        let capacity = MAXIMUM_SENTENCES.saturating_sub(self.rows.with_untracked(Vec::len));
        let new: Vec<Row> =
            texts.into_iter().take(capacity).map(|text| self.row(text, group)).collect();
        self.to_focus.set(new.last().map(|row| row.id));
        self.rows.update(|rows| {
            let index = index.unwrap_or(rows.len());
            rows.splice(index..index, new);
        });
    }

    fn remove(self, id: u32) {
        let index = self.index(id).unwrap_or_default();
        self.rows.update(|rows| rows.retain(|row| row.id != id));
        let next =
            self.rows.with_untracked(|rows| rows.get(index.saturating_sub(1)).map(|row| row.id));
        self.to_focus.set(next);
    }
}

/// Returns the sentences in the address, or the first texts.
fn requested(first: &[(&str, usize)]) -> Vec<(String, usize)> {
    let texts = sharing::requested::<Vec<String>>(LINES)
        .unwrap_or_else(|| first.iter().map(|(text, _)| text.to_string()).collect());
    let groups = sharing::requested::<Vec<usize>>(GROUPS)
        .unwrap_or_else(|| first.iter().map(|(_, group)| *group).collect());
    let group = |index: usize| groups.get(index).copied().unwrap_or_default();
    texts
        .into_iter()
        .take(MAXIMUM_SENTENCES)
        .enumerate()
        .map(|(index, text)| (text, group(index)))
        .collect()
}

/// The list. Enter inserts a field below the current one, Backspace removes an empty one.
#[component]
pub fn SentenceList(
    rows: Rows,
    /// Highlighted rows.
    #[prop(into)]
    marked: Signal<Vec<u32>>,
    /// Called with the row under the pointer, or in focus.
    on_point: Callback<Option<u32>>,
    /// Content before a row's field.
    #[prop(optional, into)]
    before: Option<Callback<u32, AnyView>>,
    /// Content below a row's field.
    #[prop(into)]
    under: Callback<u32, AnyView>,
) -> impl IntoView {
    let is_full = Memo::new(move |_| rows.rows.with(|rows| rows.len() >= MAXIMUM_SENTENCES));
    let field = move |id: u32| {
        let input = NodeRef::<html::Input>::new();
        Effect::new(move |_| {
            if rows.to_focus.get() == Some(id)
                && let Some(input) = input.get()
            {
                let _ = input.focus();
            }
        });
        let number = move || rows.index(id).map(|index| index + 1);
        let name = move || t!(common.sentence, number = number().unwrap_or_default());
        view! {
            <li
                class="sentence"
                class:sentence-marked=move || marked.with(|marked| marked.contains(&id))
                on:mouseenter=move |_| on_point.run(Some(id))
                on:mouseleave=move |_| on_point.run(None)
                on:focusin=move |_| on_point.run(Some(id))
                on:focusout=move |_| on_point.run(None)
            >
                <span class="sentence-number" aria-hidden="true">{number}</span>
                {before.map(|before| before.run(id))}
                <input
                    node_ref=input
                    type="text"
                    aria-label=name
                    autocomplete="off"
                    prop:value=move || rows.text(id)
                    on:input:target=move |event| {
                        let text = event.target().value();
                        rows.edit(id, |row| row.text = text);
                    }
                    on:keydown=move |event| on_key(&event, rows, id)
                    on:paste=move |event| on_paste(&event, rows, id)
                />
                <button
                    type="button"
                    class="remove"
                    title=t!(common.remove)
                    aria-label=move || t!(common.remove_sentence, number = number().unwrap_or_default())
                    on:click=move |_| rows.remove(id)
                >
                    "×"
                </button>
                {under.run(id)}
            </li>
        }
    };
    view! {
        <ol class="sentences">
            <For
                each=move || rows.rows.with(|rows| rows.iter().map(|row| row.id).collect::<Vec<_>>())
                key=|id| *id
                children=field
            />
        </ol>
        <button
            type="button"
            class="add"
            disabled=is_full
            on:click=move |_| rows.insert(None, vec![String::new()])
        >
            {t!(common.add_sentence)}
        </button>
    }
}

fn on_key(event: &ev::KeyboardEvent, rows: Rows, id: u32) {
    let step = |to: Option<usize>| {
        let next = to.and_then(|to| rows.rows.with_untracked(|rows| rows.get(to).map(|it| it.id)));
        rows.to_focus.set(next);
    };
    let index = rows.index(id);
    match event.key().as_str() {
        // An input method's Enter confirms its word and is not handled here.
        "Enter" if !event.is_composing() => rows.insert(Some(id), vec![String::new()]),
        "Backspace" if rows.text(id).is_empty() => rows.remove(id),
        "ArrowUp" => step(index.and_then(|index| index.checked_sub(1))),
        "ArrowDown" => step(index.map(|index| index + 1)),
        _ => return,
    }
    event.prevent_default();
}

/// Splits pasted lines into rows; a single line is left to the field.
fn on_paste(event: &ev::ClipboardEvent, rows: Rows, id: u32) {
    let pasted = event.clipboard_data().and_then(|data| data.get_data("text").ok());
    let lines = pasting::lines(&pasted.unwrap_or_default());
    if lines.len() < 2 {
        return;
    }
    event.prevent_default();
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or_default();
    let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    let text = field.map(|field| with_pasted(&field, &first)).unwrap_or(first);
    rows.edit(id, |row| row.text = text);
    rows.insert(Some(id), lines.collect());
}

/// Returns a field's text with its selection replaced.
fn with_pasted(field: &HtmlInputElement, pasted: &str) -> String {
    let start = field.selection_start().ok().flatten().unwrap_or_default();
    let end = field.selection_end().ok().flatten().unwrap_or_default();
    pasting::replace_selection(&field.value(), start as usize, end as usize, pasted)
}
