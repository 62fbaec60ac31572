//! The page of distillation.

use crate::app::language::{numbers, t};
use crate::worker::protocol::ModelInfo;

pub fn temperature(power: f64) -> String {
    numbers::format().trimmed(2f64.powf(power), 2)
}

/// Returns a student's size beside its teacher's.
pub fn sizes(student: &ModelInfo, teacher: &ModelInfo) -> String {
    let count = |info: &ModelInfo| numbers::format().count(info.parameters);
    t!(
        distil.student_facts,
        weights = count(student),
        layers = student.layers,
        teacher_weights = count(teacher),
        teacher_layers = teacher.layers
    )
}
