//! A text whose tokens are tinted by what each adds to its reward.

use leptos::prelude::*;

use crate::app::components::token_text;
use crate::worker::protocol::TokenText;

/// A share of so much has the whole tint: a sixteenth of a reward of 4.
const FULL: f32 = 0.25;

/// The opening, then the tokens.
#[component]
pub fn Tinted(
    #[prop(into)] opening: String,
    tokens: Vec<TokenText>,
    /// What each token adds; tokens without a share have no tint.
    shares: Vec<f32>,
) -> impl IntoView {
    let token = |(index, token): (usize, TokenText)| {
        let share = shares.get(index).copied().unwrap_or_default();
        let tint = (share / FULL).clamp(-1.0, 1.0);
        view! {
            <span class="tinted" class:tinted-down=tint.is_sign_negative() style:--tint=format!("{:.2}", tint.abs())>
                {token_text::running(&token.text)}
            </span>
        }
    };
    let tokens = tokens.into_iter().enumerate().map(token).collect_view();
    view! { <span class="tinted-opening">{opening}</span> {tokens} }
}
