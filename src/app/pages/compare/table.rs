//! The table: live cells first, facts about both models below.

use leptos::prelude::*;

use super::cells::{Context, Fills, Follows};
use crate::app::components::{Pattern, Select};
use crate::app::language::t;
use crate::app::model::Model;
use crate::app::reading::{Decoder, Encoder, Head, Sentence};
use crate::app::strings::{common, compare as strings};
use crate::worker::protocol::ModelInfo;

/// The table, BERT left and GPT right.
#[component]
pub fn Table(
    sentence: Sentence,
    encoder: Encoder,
    decoder: Decoder,
    encoder_model: Model,
    decoder_model: Model,
    head: Head,
) -> impl IntoView {
    let infos = [encoder_model.info(), decoder_model.info()];
    let title = |name: &'static str, description: &'static str, model: usize| {
        let which = move || infos[model].get().map(|info| info.name);
        view! {
            <th scope="col">
                <span class="column-name">{name}</span>
                " "
                <span class="column-model">{which}</span>
                <span class="hint">{description}</span>
            </th>
        }
    };
    let size = move |model: usize| {
        move || {
            infos[model]
                .get()
                .map(|info| t!(compare.size, layers = info.layers, heads = info.heads))
        }
    };
    let list = |uses: [&'static str; 4]| {
        let items = uses.map(|name| view! { <li>{name}</li> });
        view! { <ul class="uses">{items}</ul> }
    };
    // If the models differ in size, the smaller one shows its last layer or head.
    let most = move |read: fn(&ModelInfo) -> usize| {
        Signal::derive(move || {
            let counts = infos.map(|info| info.with(|info| info.as_ref().map_or(0, read)));
            (0..counts[0].max(counts[1])).map(common::ordinal).collect::<Vec<_>>()
        })
    };
    let which = move |model: usize| {
        move || {
            let info = infos[model].get()?;
            let (layer, head) = head.within(&info);
            Some(common::model_head(&info.name, layer, head))
        }
    };
    let pattern = move |explained: &'static str, model: usize| {
        let map = [encoder.reader.map, decoder.reader.map][model];
        view! {
            <p>{explained}</p>
            <p class="subject">{which(model)}</p>
            <Pattern map empty=t!(compare.attention_empty)/>
        }
    };
    view! {
        <table class="panel comparison">
            <caption class="hidden">{t!(compare.table)}</caption>
            <thead>
                <tr>
                    <td></td>
                    {title(t!(compare.bert), t!(compare.bert_kind), 0)}
                    {title(t!(compare.gpt), t!(compare.gpt_kind), 1)}
                </tr>
            </thead>
            <tbody>
                <Row name=t!(compare.context)
                    bert=view! { <Context sentence sees_after=true/><p>{t!(compare.context_bert)}</p> }.into_any()
                    gpt=view! { <Context sentence sees_after=false/><p>{t!(compare.context_gpt)}</p> }.into_any()
                />
                <Row name=t!(compare.task)
                    bert=view! { <Fills encoder sentence model=encoder_model/><p>{t!(compare.task_bert)}</p> }.into_any()
                    gpt=view! { <Follows decoder/><p>{t!(compare.task_gpt)}</p> }.into_any()
                />
                <Row name=t!(compare.attention)
                    under=view! {
                        <div class="row-controls">
                            <Select id="layer" label=t!(common.layer_label) options=most(|info| info.layers) value=head.layer
                                on_change=Callback::new(move |layer| head.layer.set(layer))/>
                            <Select id="head" label=t!(common.head) options=most(|info| info.heads) value=head.head
                                on_change=Callback::new(move |index| head.head.set(index))/>
                        </div>
                    }.into_any()
                    bert=pattern(t!(compare.attention_bert), 0).into_any()
                    gpt=pattern(t!(compare.attention_gpt), 1).into_any()
                />
                <Row name=t!(compare.architecture)
                    bert=view! { <p>{t!(compare.architecture_bert)}" "{size(0)}</p> }.into_any()
                    gpt=view! { <p>{t!(compare.architecture_gpt)}" "{size(1)}</p> }.into_any()
                />
                <Row name=t!(compare.strength)
                    bert=view! { <p>{t!(compare.strength_bert)}</p> }.into_any()
                    gpt=view! { <p>{t!(compare.strength_gpt)}</p> }.into_any()
                />
                <Row name=t!(compare.uses)
                    bert=list(strings::uses_bert()).into_any()
                    gpt=list(strings::uses_gpt()).into_any()
                />
            </tbody>
        </table>
    }
}

/// A line of the table. On a phone its cells are stacked and labelled with their models.
#[component]
fn Row(
    name: &'static str,
    /// Text below the line's name.
    #[prop(optional)]
    under: Option<AnyView>,
    bert: AnyView,
    gpt: AnyView,
) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{name}{under}</th>
            <td data-model=t!(compare.bert)>{bert}</td>
            <td data-model=t!(compare.gpt)>{gpt}</td>
        </tr>
    }
}
