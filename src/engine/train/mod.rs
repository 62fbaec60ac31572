//! Models that learn: the requests to [`crate::learning`], step by step, and their events.

mod align;
mod classifier;
mod curves;
mod distil;
mod examples;
mod floats;
mod instruct;
mod mixture;
mod reward;
mod students;
mod teach;
mod writing;

use std::rc::Rc;

use super::{Emit, Engine, kept, loaded::Loaded};
use crate::{
    checkpoint::Folder,
    error::{BadRequestReason, LecternError, Result},
    progress::CancelToken,
    protocol::{Event, Request, Tuned},
};

use align::Found;
use classifier::Reader;
use examples::{check, check_labels};

pub(super) use classifier::Classifier;
pub(super) use reward::{Continuations, Reward};

impl Engine {
    /// Answers a request of a training.
    pub(super) async fn train(
        &self,
        request: Request,
        folder: Option<Rc<dyn Folder>>,
        cancel: &CancelToken,
        emit: Emit,
    ) -> Result<Event> {
        match request {
            Request::Teach { model, examples, tests, classes, options } => {
                check(&examples, classes)?;
                check_labels(tests.iter().map(|it| it.label), classes)?;
                let loaded = model.map(|model| self.loaded(model)).transpose()?;
                let work =
                    teach::Teaching { examples, tests, classes, options, cancel, emit: &*emit };
                let mut found = work.run(loaded).await?;
                if let Some(student) = found.student {
                    found.taught.model = Some(self.keep(student));
                }
                found.taught.classifier =
                    self.keep_classifier(found.classifier, found.taught.model)?;
                Ok(Event::Taught { taught: found.taught })
            }
            Request::Classify { classifier, texts } => {
                self.classifier(classifier)?.classify(&texts, cancel).await
            }
            Request::LearningCurves { model, examples, tests, classes, sizes, draws, seed } => {
                check(&examples, classes)?;
                check(&tests, classes)?;
                let loaded = self.loaded(model)?;
                let work = curves::Curves { examples, tests, classes, sizes, draws, seed, cancel };
                work.run(&loaded).await
            }
            Request::Distil { model, texts, probe, options } => {
                let teacher = self.loaded(model)?;
                let work = distil::Distillation { texts, probe, options, cancel, emit: &*emit };
                let student = work.run(&teacher).await?;
                let handle = self.keep(student);
                Ok(Event::Loaded { info: self.loaded(handle)?.info.clone() })
            }
            Request::Students { lesson, options } => {
                let none = || LecternError::bad_request(BadRequestReason::NoFiles);
                let folder = folder.ok_or_else(none)?;
                students::train(&*folder, &lesson, &options, cancel, &emit).await
            }
            Request::LearnMixture { model, texts, examples, tests, classes, options } => {
                let (texts, examples, tests) = (&texts[..], &examples[..], &tests[..]);
                let emit = &emit;
                let work = mixture::MixtureLesson {
                    texts,
                    examples,
                    tests,
                    classes,
                    options,
                    cancel,
                    emit,
                };
                work.run(&*self.loaded(model)?).await
            }
            Request::Instruct { model, examples, tests, options } => {
                let loaded = self.loaded(model)?;
                let work = instruct::Instructing { examples, tests, options, cancel, emit: &*emit };
                self.tuned(work.run(&loaded).await?)
            }
            Request::Continue { model, texts, options } => {
                let loaded = self.loaded(model)?;
                let found = Continuations::write(&loaded, &texts, &options, cancel).await?;
                let (kept, written) = found;
                let continuations = self.next_handle();
                self.continuations.borrow_mut().insert(continuations, Rc::new(kept));
                Ok(Event::Continued { continuations, written })
            }
            Request::Reward { continuations, rankings, raters, l2 } => {
                let found = kept(&self.continuations, continuations)?;
                let (reward, mut rewarded) = found.rewarded(rankings, &raters, l2)?;
                rewarded.reward = self.next_handle();
                self.rewards.borrow_mut().insert(rewarded.reward, Rc::new(reward));
                Ok(Event::Rewarded { rewarded })
            }
            Request::Align { reward, texts, options } => {
                let reward = kept(&self.rewards, reward)?;
                let work = align::Aligning { texts, options, cancel, emit: &*emit };
                self.tuned(work.run(&reward).await?)
            }
            _ => Err(LecternError::bad_request(BadRequestReason::NoTrainer)),
        }
    }

    /// Keeps a language model that learned, and describes it.
    fn tuned(&self, Found { student, ending, seconds }: Found) -> Result<Event> {
        let handle = self.keep(student);
        let info = self.loaded(handle)?.info.clone();
        Ok(Event::Tuned { tuned: Tuned { info, ending, seconds } })
    }

    /// Forgets a classifier, continuations or a reward.
    pub(super) fn forget(&self, handle: u32) {
        self.classifiers.borrow_mut().remove(&handle);
        self.continuations.borrow_mut().remove(&handle);
        self.rewards.borrow_mut().remove(&handle);
    }

    /// Keeps a model that was trained. Returns its handle.
    fn keep(&self, mut loaded: Loaded) -> u32 {
        let handle = self.next_handle();
        loaded.info.model = handle;
        self.models.borrow_mut().insert(handle, Rc::new(loaded));
        handle
    }

    /// Keeps a classifier; one whose encoder learned with it reads with that one, which is kept already.
    fn keep_classifier(&self, mut classifier: Classifier, encoder: Option<u32>) -> Result<u32> {
        if let Some(encoder) = encoder {
            classifier.reader = Reader::Encoder(self.find(encoder)?);
        }
        let handle = self.next_handle();
        self.classifiers.borrow_mut().insert(handle, Rc::new(classifier));
        Ok(handle)
    }

    fn classifier(&self, handle: u32) -> Result<Rc<Classifier>> {
        kept(&self.classifiers, handle)
    }
}
