//! What pages are made of. Components get values and callbacks, and know no page.

mod attention;
mod candidates;
mod device_picker;
mod drop_zone;
mod load_status;
mod model_picker;
mod problem;
mod prompt;
mod sampling;
mod select;
mod sentence_list;
mod similarity;
mod slider;
mod source_panel;
mod stats;
mod text_view;

pub use attention::Attention;
pub use candidates::{Candidates, Shown};
pub use device_picker::DevicePicker;
pub use drop_zone::DropZone;
pub use load_status::{Facts, LoadStatus};
pub use model_picker::{ModelPicker, Pick};
pub use problem::Problem;
pub use prompt::Prompt;
pub use sampling::Sampling;
pub use select::Select;
pub use sentence_list::{Rows, SentenceList};
pub use similarity::Similarity;
pub use source_panel::{FilesPanel, HubPanel};
pub use stats::{Stat, Stats};
pub use text_view::{Marked, TextView};
