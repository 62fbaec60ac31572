//! The same sentence through a decoder: its attention is a triangle where the encoder's is a square.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use crate::app::charts::Square;
use crate::app::components::Attention;
use crate::app::model::{Need, Question, Slot, Slots, when_rested};
use crate::app::strings::mask as strings;
use crate::app::token_text;
use crate::worker::protocol::{Ability, Event, Request};

const REST: Duration = Duration::from_millis(250);

/// The decoder's panel; making it loads the decoder.
#[component]
pub fn Triangle(#[prop(into)] text: Signal<String>) -> impl IntoView {
    let model = Slots::here().need(Need { slot: Slot::Decoder, ability: Ability::Generate });
    let info = model.info();
    let question = Question::new(model);
    let (layer, head) = (RwSignal::new(0), RwSignal::new(0));
    let inside = RwSignal::new(None::<(Vec<String>, Vec<Vec<f32>>)>);
    Effect::new(move |_| {
        inside.set(None);
        if let Some(info) = info.get() {
            layer.update(|layer| *layer = (*layer).min(info.layers.saturating_sub(1)));
            head.update(|head| *head = (*head).min(info.heads.saturating_sub(1)));
        }
    });
    when_rested(
        REST,
        move || {
            info.with(Option::is_some).then_some(())?;
            Some(text.get()).filter(|text| !text.trim().is_empty())
        },
        move |text| {
            question.ask(
                |model| Request::Inspect {
                    model,
                    text,
                    pair: None,
                    attentions: true,
                    hidden_states: false,
                    logits: false,
                },
                move |event| {
                    if let Event::Inspected { tokens, attentions, .. } = event {
                        let labels = tokens.iter().map(|token| token_text::label(&token.text));
                        inside.set(Some((labels.collect(), attentions)));
                    }
                },
            );
        },
    );
    let map = Memo::new(move |_| {
        inside.with(|inside| {
            let (labels, layers) = inside.as_ref()?;
            let size = labels.len() * labels.len();
            let weights = layers.get(layer.get())?.chunks(size.max(1)).nth(head.get())?;
            Some(Arc::new(Square::of_attention(labels.clone(), weights.to_vec(), true)))
        })
    });
    let focus = RwSignal::new(None::<usize>);
    let count = move |read: fn(&crate::worker::protocol::ModelInfo) -> usize| {
        Signal::derive(move || info.with(|info| info.as_ref().map_or(0, read)))
    };
    view! {
        <Attention
            id="triangle"
            title=strings::TRIANGLE
            empty=strings::TRIANGLE_EMPTY
            map=map
            layers=count(|info| info.layers)
            heads=count(|info| info.heads)
            layer
            head
            focus
            on_layer=Callback::new(move |chosen| layer.set(chosen))
            on_head=Callback::new(move |chosen| head.set(chosen))
            on_pick=Callback::new(move |row| focus.set(Some(row)))
        />
    }
}
