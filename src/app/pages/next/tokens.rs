//! The pair as the model reads it: its tokens, special ones included, with their token types.

use leptos::prelude::*;

use crate::app::components::token_text;
use crate::app::language::t;
use crate::view_model::token_label;
use crate::worker::protocol::TokenText;

const START: &str = "[CLS]";
const END: &str = "[SEP]";

/// The tokens in the colours of their types.
#[component]
pub fn PairTokens(#[prop(into)] tokens: Signal<Vec<TokenText>>) -> impl IntoView {
    // The first [SEP] ends A.
    let first_length = Memo::new(move |_| {
        tokens.with(|tokens| tokens.iter().position(|it| it.text == END).map_or(0, |at| at + 1))
    });
    let chips = move || {
        let first_length = first_length.get();
        let chip = |(index, token): (usize, TokenText)| {
            let is_special = [START, END].contains(&token.text.as_str());
            view! {
                <li
                    class="pair-token"
                    class:pair-special=is_special
                    data-type=usize::from(index >= first_length)
                    aria-label=token_text::spoken(&token.text)
                >
                    {token_label::label(&token.text)}
                </li>
            }
        };
        tokens.get().into_iter().enumerate().map(chip).collect_view()
    };
    view! {
        <section class="panel pair-tokens" aria-labelledby="tokens-title">
            <header>
                <h2 id="tokens-title">{t!(next.read_as)}</h2>
                <p class="legend">
                    <span class="pair-token" data-type="0">{t!(next.type_a)}</span>
                    " "
                    <span class="pair-token" data-type="1">{t!(next.type_b)}</span>
                </p>
            </header>
            <Show when=move || tokens.with(Vec::is_empty)>
                <p class="empty">{t!(next.read_as_empty)}</p>
            </Show>
            <ol class="pair-token-list">{chips}</ol>
        </section>
    }
}
