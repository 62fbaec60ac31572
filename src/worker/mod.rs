//! The engine runs in a dedicated worker, so that the page never blocks. This room holds what the two
//! say to each other.

pub mod protocol;
