//! What examples must be before anything learns from them.

use crate::{
    error::{Allowed, BadRequestReason, LecternError, Result},
    protocol::Example,
};

/// Some examples, and labels of at least two classes.
pub(super) fn check(examples: &[Example], classes: usize) -> Result<()> {
    if examples.is_empty() || classes < 2 {
        return Err(LecternError::bad_request(BadRequestReason::NoExamples));
    }
    check_labels(examples.iter().map(|it| it.label), classes)
}

/// Labels of classes that there are.
pub(super) fn check_labels(mut labels: impl Iterator<Item = usize>, classes: usize) -> Result<()> {
    match labels.find(|label| *label >= classes) {
        None => Ok(()),
        Some(label) => {
            let allowed = Allowed::WholeBetween { least: 0, most: classes as u64 - 1 };
            Err(LecternError::bad_option("label", label, allowed))
        }
    }
}
