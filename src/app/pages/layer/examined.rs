//! The examined matrix, and the engine's results for it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::address::sharing::choice;
use crate::app::model::{Model, Question, when_exchanged};
use crate::quantization::{Fit, Scheme};
use crate::worker::protocol::{Event, Request, SchemeError, TensorInfo, TensorStudy, Window};

/// Number of bars of the histograms.
pub const BARS: usize = 120;
/// Maximum number of cells of the error map, down and across.
const MAP: [usize; 2] = [96, 128];
/// Number of rows and columns shown value by value.
const ZOOM: usize = 8;

/// A matrix under a scheme.
#[derive(Clone, Copy)]
pub struct Examined {
    pub tensors: RwSignal<Vec<TensorInfo>>,
    /// Name of the tensor: models have the same matrices, and the choice stays.
    pub tensor: RwSignal<String>,
    pub scheme: RwSignal<Scheme>,
    pub fit: RwSignal<Fit>,
    /// First row and column of those shown value by value.
    pub corner: RwSignal<(usize, usize)>,
    pub study: RwSignal<Option<Arc<TensorStudy>>>,
    pub ranked: RwSignal<Option<Arc<Vec<SchemeError>>>>,
    /// Matrices done, and in all.
    pub progress: RwSignal<Option<(usize, usize)>>,
    pub studying: Question,
    pub ranking: Question,
    pub listing: Question,
}

fn is_offered(scheme: &Scheme) -> bool {
    Scheme::ALL.contains(scheme)
}

impl Examined {
    /// Follows the model and the choices.
    pub fn new(model: Model) -> Self {
        let examined = Self {
            tensors: RwSignal::new(Vec::new()),
            tensor: choice("tensor", "h.0.mlp.c_fc".into(), |_| true),
            scheme: choice("scheme", Scheme::Int4Symmetric { group: 32 }, is_offered),
            fit: choice("fit", Fit::Range, |_| true),
            corner: choice("corner", (0, 0), |_| true),
            study: RwSignal::new(None),
            ranked: RwSignal::new(None),
            progress: RwSignal::new(None),
            studying: Question::new(model),
            ranking: Question::new(model),
            listing: Question::new(model),
        };
        when_exchanged(model, move |is_same| {
            if !is_same {
                examined.study.set(None);
                examined.tensors.set(Vec::new());
            }
            examined.list();
        });
        let handle = model.answering();
        Effect::new(move |_| {
            let is_known = examined.info().is_some();
            let (scheme, fit, corner) =
                (examined.scheme.get(), examined.fit.get(), examined.corner.get());
            if is_known {
                examined.ask(examined.tensor.get_untracked(), scheme, fit, corner);
            }
        });
        // A ranking by another scheme, or of another model, is not valid for these.
        Effect::new(move |_| {
            handle.track();
            examined.scheme.track();
            examined.fit.track();
            examined.ranking.cancel();
            examined.progress.set(None);
            examined.ranked.set(None);
        });
        examined
    }

    /// Returns the chosen matrix, if the model has it.
    pub fn info(self) -> Option<TensorInfo> {
        let name = self.tensor.get();
        self.tensors.with(|all| all.iter().find(|tensor| tensor.name == name).cloned())
    }

    pub fn choose(self, name: String) {
        self.corner.set((0, 0));
        self.tensor.set(name);
    }

    /// Shows the values around a position.
    pub fn look_at(self, row: usize, column: usize) {
        let half = ZOOM / 2;
        self.corner.set((row.saturating_sub(half), column.saturating_sub(half)));
    }

    /// Measures every matrix.
    pub fn rank(self) {
        let (scheme, fit) = (self.scheme.get_untracked(), self.fit.get_untracked());
        let request = move |model| Request::CompareSchemes { model, scheme, fit };
        self.ranking.ask(request, move |event| match event {
            Event::TensorsDone { done, total } => self.progress.set(Some((done, total))),
            Event::SchemesCompared { mut tensors } => {
                let noise = |it: &SchemeError| it.figures.snr.unwrap_or(f64::INFINITY);
                tensors.sort_by(|a, b| noise(a).total_cmp(&noise(b)));
                self.progress.set(None);
                self.ranked.set(Some(Arc::new(tensors)));
            }
            _ => (),
        });
    }

    fn list(self) {
        self.listing.ask(
            |model| Request::Tensors { model },
            move |event| {
                if let Event::Tensors { tensors } = event {
                    let chosen = self.tensor.get_untracked();
                    if !tensors.iter().any(|tensor| tensor.name == chosen)
                        && let Some(second) = tensors.get(1).or(tensors.first())
                    {
                        self.choose(second.name.clone());
                    }
                    self.tensors.set(tensors);
                }
            },
        );
    }

    fn ask(self, tensor: String, scheme: Scheme, fit: Fit, corner: (usize, usize)) {
        let (row, column) = corner;
        let window = Some(Window { row, column, rows: ZOOM, columns: ZOOM });
        let request = move |model| Request::StudyTensor {
            model,
            tensor,
            scheme,
            fit,
            bars: BARS,
            map: MAP,
            window,
        };
        let is_asked = self.studying.ask(request, move |event| {
            if let Event::TensorStudied { study } = event {
                self.study.set(Some(Arc::new(study)));
            }
        });
        if !is_asked {
            self.study.set(None);
        }
    }
}
