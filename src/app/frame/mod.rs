//! The demo elsewhere: a link to it, its place in a deck, and what it says to the slide that it stands in.

pub mod embed;
mod link;
mod slides;

pub use link::CopyLink;
pub use slides::ForSlides;
