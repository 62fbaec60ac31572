//! Links to the demo and its embedding in slides.

pub mod embed;
mod link;
mod slides;

pub use link::CopyLink;
pub use slides::ForSlides;
