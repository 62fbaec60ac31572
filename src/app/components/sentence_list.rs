//! Sentences to type: a field each, lines pasted into one become fields of their own.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::app::address::{Drafts, sharing};
use crate::app::language::t;
use crate::view_model::pasting;

/// More are not looked at together.
pub const MOST: usize = 64;

/// In the address: the sentences, and their groups.
const LINES: &str = "sentences";
const GROUPS: &str = "groups";

/// A sentence of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Stays the same while the sentence moves or changes.
    pub id: u32,
    pub text: String,
    /// Which group it is in, on a page that has groups.
    pub group: usize,
}

/// The sentences: what the list shows and changes.
#[derive(Clone, Copy)]
pub struct Rows {
    rows: RwSignal<Vec<Row>>,
    last_id: StoredValue<u32>,
    /// The row whose field is to be focused as soon as it is there.
    wanted: RwSignal<Option<u32>>,
}

impl Rows {
    /// What was typed here before, under the draft's name, else what the address says, else the first texts. The
    /// address follows them.
    pub fn new(draft: &'static str, first: &[(&str, usize)]) -> Self {
        let rows = Self {
            rows: RwSignal::new(Vec::new()),
            last_id: StoredValue::new(0),
            wanted: RwSignal::new(None),
        };
        let read = move || {
            let rows = rows.rows.get_untracked().into_iter();
            rows.map(|row| (row.text, row.group)).collect()
        };
        match Drafts::keep(draft, read) {
            Some(kept) => rows.replace(kept),
            None => rows.replace(asked(first)),
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

    /// The rows as they stand.
    pub fn get(self) -> Vec<Row> {
        self.rows.get()
    }

    /// The place of a row.
    pub fn place(self, id: u32) -> Option<usize> {
        self.rows.with(|rows| rows.iter().position(|row| row.id == id))
    }

    /// What one row says.
    pub fn text(self, id: u32) -> String {
        self.find(id).map(|row| row.text).unwrap_or_default()
    }

    /// Which group one row is in.
    pub fn group(self, id: u32) -> usize {
        self.find(id).map(|row| row.group).unwrap_or_default()
    }

    /// Put these sentences, each with its group, in the place of all.
    pub fn replace<T: Into<String>>(self, texts: impl IntoIterator<Item = (T, usize)>) {
        let rows = texts.into_iter().map(|(text, group)| self.row(text.into(), group)).collect();
        self.rows.set(rows);
    }

    /// Change one row.
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

    /// Add sentences after a row, or at the end; the last of them is focused.
    fn insert(self, after: Option<u32>, texts: Vec<String>) {
        let place = after.and_then(|id| self.place(id)).map(|place| place + 1);
        let group = after.map_or(0, |id| self.group(id));
        let room = MOST.saturating_sub(self.rows.with_untracked(Vec::len));
        let new: Vec<Row> =
            texts.into_iter().take(room).map(|text| self.row(text, group)).collect();
        self.wanted.set(new.last().map(|row| row.id));
        self.rows.update(|rows| {
            let place = place.unwrap_or(rows.len());
            rows.splice(place..place, new);
        });
    }

    fn remove(self, id: u32) {
        let place = self.place(id).unwrap_or_default();
        self.rows.update(|rows| rows.retain(|row| row.id != id));
        let next =
            self.rows.with_untracked(|rows| rows.get(place.saturating_sub(1)).map(|row| row.id));
        self.wanted.set(next);
    }
}

/// What the address says in the place of the first texts.
fn asked(first: &[(&str, usize)]) -> Vec<(String, usize)> {
    let texts = sharing::asked::<Vec<String>>(LINES)
        .unwrap_or_else(|| first.iter().map(|(text, _)| text.to_string()).collect());
    let groups = sharing::asked::<Vec<usize>>(GROUPS)
        .unwrap_or_else(|| first.iter().map(|(_, group)| *group).collect());
    let group = |place: usize| groups.get(place).copied().unwrap_or_default();
    texts.into_iter().take(MOST).enumerate().map(|(place, text)| (text, group(place))).collect()
}

/// The list. Enter adds a field under the one that is typed in, Backspace removes an empty one.
#[component]
pub fn SentenceList(
    rows: Rows,
    /// Rows that stand out.
    #[prop(into)]
    marked: Signal<Vec<u32>>,
    /// The row under the pointer, or typed in.
    on_point: Callback<Option<u32>>,
    /// What stands before a row's field, in the place of nothing.
    #[prop(optional, into)]
    before: Option<Callback<u32, AnyView>>,
    /// What stands under it.
    #[prop(into)]
    under: Callback<u32, AnyView>,
) -> impl IntoView {
    let is_full = Memo::new(move |_| rows.rows.with(|rows| rows.len() >= MOST));
    let field = move |id: u32| {
        let input = NodeRef::<html::Input>::new();
        Effect::new(move |_| {
            if rows.wanted.get() == Some(id)
                && let Some(input) = input.get()
            {
                let _ = input.focus();
            }
        });
        let number = move || rows.place(id).map(|place| place + 1);
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
        rows.wanted.set(next);
    };
    let place = rows.place(id);
    match event.key().as_str() {
        // An input method's Enter takes its word, and is not ours.
        "Enter" if !event.is_composing() => rows.insert(Some(id), vec![String::new()]),
        "Backspace" if rows.text(id).is_empty() => rows.remove(id),
        "ArrowUp" => step(place.and_then(|place| place.checked_sub(1))),
        "ArrowDown" => step(place.map(|place| place + 1)),
        _ => return,
    }
    event.prevent_default();
}

/// One line is the field's own affair.
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

/// A field's text with something in the place of what is selected in it.
fn with_pasted(field: &HtmlInputElement, pasted: &str) -> String {
    let start = field.selection_start().ok().flatten().unwrap_or_default();
    let end = field.selection_end().ok().flatten().unwrap_or_default();
    pasting::in_place(&field.value(), start as usize, end as usize, pasted)
}
