//! One page a demo.

mod generate;

pub use generate::Generate;
