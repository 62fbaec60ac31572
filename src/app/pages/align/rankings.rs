//! The second stage: the reader ranks what the model wrote, or raters do by rule, and a reward is learnt from that.

use std::time::Duration;

use leptos::{ev, prelude::*};

use super::stages::{RANKINGS, Stages};
use super::tinted::Tinted;
use crate::app::components::{Recorded, Select, Slider};
use crate::app::language::{numbers, t};
use crate::app::model::when_rested;
use crate::app::strings::align as strings;
use crate::worker::protocol::Ranking;

/// Pause in changes after which the reward is fitted again.
const REST: Duration = Duration::from_millis(250);

/// The card.
#[component]
pub fn Rankings(stages: Stages) -> impl IntoView {
    let (training, continued) = (stages.rating, stages.continued);
    // The text that is being ranked, and its order so far.
    let text = Memo::new(move |_| {
        let count = continued.with(|it| it.as_ref().map_or(0, |it| it.written.len()));
        stages.people.with(Vec::len).min(count.saturating_sub(1))
    });
    let order = RwSignal::new(Vec::<usize>::new());
    Effect::new(move |_| {
        let text = text.get();
        let count = continued.with(|it| {
            it.as_ref().and_then(|it| Some(it.written.get(text)?.len())).unwrap_or_default()
        });
        order.set((0..count).collect());
    });
    let is_live = move || continued.with(Option::is_some) && !stages.writing.is_recorded.get();
    let dragged = StoredValue::new(None::<usize>);
    let put = move |from: usize, to: usize| {
        order.update(|order| {
            if from < order.len() && to < order.len() {
                let it = order.remove(from);
                order.insert(to, it);
            }
        });
    };
    let row = move |place: usize| {
        let content = move || {
            let index = order.with(|order| order.get(place).copied())?;
            let (opening, found) = (
                stages.lesson.with(|it| it.as_ref().map(|it| it.openings[text.get()].clone()))?,
                continued.with(|it| Some(it.as_ref()?.written.get(text.get())?[index].clone()))?,
            );
            let shares = stages.rewarded.with(|it| {
                it.as_ref().and_then(|it| Some(it.shares.get(text.get())?[index].clone()))
            });
            let shares = shares.unwrap_or_default();
            let reward: f32 = shares.iter().sum();
            let reward = (!shares.is_empty()).then(|| numbers::tenths(f64::from(reward)));
            Some(view! {
                <span class="ranked-text"><Tinted opening tokens=found.tokens shares/></span>
                <output class="ranked-reward">{reward}</output>
            })
        };
        let on_key = move |event: ev::KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowUp" => place.checked_sub(1),
                "ArrowDown" => Some(place + 1),
                key => key.parse::<usize>().ok().and_then(|digit| digit.checked_sub(1)),
            };
            if let Some(to) = to.filter(|_| !event.ctrl_key() && !event.alt_key()) {
                event.prevent_default();
                put(place, to);
            }
        };
        view! {
            <li class="ranked" draggable="true" tabindex="0"
                aria-label=move || t!(align.place, place = place + 1)
                on:dragstart=move |_| dragged.set_value(Some(place))
                on:dragover=move |event: ev::DragEvent| event.prevent_default()
                on:drop=move |event: ev::DragEvent| {
                    event.prevent_default();
                    dragged.get_value().into_iter().for_each(|from| put(from, place));
                }
                on:keydown=on_key>
                <b>{place + 1}</b>
                {content}
            </li>
        }
    };
    let places = move || order.with(Vec::len);
    let rank = move |_| {
        let ranking = Ranking { text: text.get_untracked(), order: order.get_untracked() };
        stages.people.update(|people| people.push(ranking));
    };
    // What is learnt changes with the rankings, at once.
    let settings =
        move || (stages.people.with(Vec::len), stages.rankings.get(), stages.noise.get());
    let fitted = StoredValue::new(None);
    when_rested(
        REST,
        move || is_live().then(settings),
        move |now| {
            let before = fitted.get_value();
            fitted.set_value(Some(now));
            if before.is_some_and(|before| before != now) {
                stages.reward();
            }
        },
    );
    let facts = move || {
        let rewarded = stages.rewarded.get()?;
        let tested = rewarded.tested.map_or_else(|| "—".to_owned(), |it| numbers::percent(it, 0));
        Some(t!(
            align.reward_facts,
            pairs = rewarded.pairs,
            right = numbers::percent(rewarded.right, 0),
            tested = tested
        ))
    };
    let runs = move || training.is_open();
    view! {
        <section class="panel align-stage align-rank" aria-labelledby="rank-title" aria-busy=move || runs().to_string()>
            <header>
                <h2 id="rank-title"><span class="stage-number" aria-hidden="true">"2"</span> {t!(align.rank)}</h2>
                <p class="hint">{t!(align.rank_hint)}</p>
            </header>
            <Recorded when=stages.writing.is_recorded/>
            <ol class="ranking" aria-label=t!(align.ranking)>
                <For each=move || 0..places() key=|place| *place children=row/>
            </ol>
            <div class="run-controls" role="group" aria-label=t!(align.rank)>
                <button type="button" class="primary" disabled=move || runs() || !stages.can_run().get()
                    on:click=move |_| stages.reward()>
                    {move || if is_live() { t!(align.fit) } else { t!(align.write) }}
                </button>
                <button type="button" disabled=move || !is_live() || runs() on:click=rank>{t!(align.rank_done)}</button>
                <button type="button" disabled=move || !runs() on:click=move |_| training.stop()>{t!(common.stop)}</button>
                <span class="note" role="status">
                    {move || runs().then_some(t!(align.writing))}
                </span>
            </div>
            <div class="options">
                <Select id="begin-with" label=t!(align.begin_with) options=strings::beginnings()
                    value=Signal::derive(move || usize::from(stages.is_instructed_first.get()))
                    on_change=Callback::new(move |index| stages.begin_with(index == 1))/>
                <Select id="rankings" label=t!(align.rankings)
                    options=RANKINGS.map(|it| it.to_string()).to_vec()
                    value=stages.rankings on_change=Callback::new(move |index| stages.rankings.set(index))/>
                <Slider id="noise" label=t!(align.noise) value=stages.noise
                    on_change=Callback::new(move |value| stages.noise.set(value))
                    min=0.0 max=Signal::stored(1.0) step=0.1 display=numbers::whole_percent/>
                <output id="own-rankings">{move || t!(align.own_rankings, count = stages.people.with(Vec::len))}</output>
            </div>
            <p class="note" id="reward-facts" role="status">{facts}</p>
        </section>
    }
}
