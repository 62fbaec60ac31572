//! How a model stands, in words.

use leptos::prelude::*;

use super::{Loaded, Model, Progress};
use crate::app::components::Facts;
use crate::app::strings::model as strings;
use crate::worker::protocol::Phase;

/// What the line under the pickers says.
pub fn facts(model: Model) -> Facts {
    match (model.loading.get(), model.loaded.get()) {
        (Some(None), _) => Facts::Loading(strings::starting().into(), None),
        (Some(Some(Progress { phase, file, loaded, total })), _) => {
            // Bytes say nothing of the first run, and a total of none would divide by it.
            let total = total.filter(|total| *total > 0);
            let share = total
                .filter(|_| phase != Phase::Preparing)
                .map(|total| loaded as f64 / total as f64);
            Facts::Loading(
                strings::loading(phase, &file, loaded, total),
                share.map(|share| share.min(1.0)),
            )
        }
        (None, Some(Loaded { info, .. })) => {
            let quantization = &info.quantization.to_string();
            let mut model =
                strings::model_facts(info.parameters, quantization, info.layers, info.heads);
            if let Some(head) = info.unused_head {
                model = format!("{model} {}", strings::unused(head));
            }
            if let Some(error) = &info.not_kept {
                model = format!("{model} {}", strings::not_kept(error));
            }
            Facts::Ready(model, strings::device_reason(&info.device))
        }
        (None, None) => {
            Facts::Nothing { is_chosen: model.selection.with(|it| it.source.is_some()) }
        }
    }
}
