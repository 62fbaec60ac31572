//! The listener to the events of a request, and the reports of a transfer as such events.

use std::rc::Rc;

use crate::{
    progress::{CancelToken, ProgressReport, Transfer, TransferPhase},
    protocol::{Event, Phase},
};

/// A listener to everything that happens during a request.
pub type Emit = Rc<dyn Fn(Event)>;

/// A transfer whose reports become events.
pub(super) fn transfer(cancel: &CancelToken, emit: &Emit) -> Transfer {
    let emit = Rc::clone(emit);
    let report = move |report: ProgressReport| {
        let ProgressReport { phase, file, loaded, total } = report;
        let phase = match phase {
            TransferPhase::Fetching => Phase::Fetching,
            TransferPhase::Retrying => Phase::Retrying,
        };
        emit(Event::Progress { phase, file, loaded, total });
    };
    Transfer::new(cancel.clone(), Rc::new(report))
}
