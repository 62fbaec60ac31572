//! Two tiny students of one lesson, side by side.

use web_time::Instant;

use crate::{
    checkpoint::Folder,
    engine::{
        emit::{Emit, transfer},
        pause::pause,
    },
    error::{LecternError, Result},
    learning::{Batches, Blank, GapLesson, Lesson, Student},
    progress::CancelToken,
    protocol::{Ending, Event, Gap, StudentScore, StudentsOptions, StudentsStep},
};

/// Gaps of a step.
const BATCH: usize = 64;
/// Steps between two reports.
const EVERY: usize = 10;
/// Largest file of a lesson.
const LARGEST: u64 = 4 << 20;

/// Trains both.
pub(super) async fn train(
    folder: &dyn Folder,
    name: &str,
    options: &StudentsOptions,
    cancel: &CancelToken,
    emit: &Emit,
) -> Result<Event> {
    let file = format!("{name}.safetensors");
    let bytes = folder.read(&file, LARGEST, &transfer(cancel, emit)).await?;
    let bytes = bytes.ok_or_else(|| LecternError::NotFound { file: file.clone() })?;
    let lesson = GapLesson::read(&file, &bytes)?;
    let start = Instant::now();
    let shown = lesson.shown.iter().map(|shown| Gap {
        before: shown.before.clone(),
        after: shown.after.clone(),
        word: lesson.held_out[shown.gap].word,
        teacher: lesson.held_out[shown.gap].probabilities(),
    });
    emit(Event::Lesson {
        words: lesson.words.clone(),
        gaps: lesson.gaps.len(),
        shown: shown.collect(),
    });
    let gaps = lesson.chosen(options.hidden, options.gaps, options.spoiled, options.seed.into());
    let seed = options.seed.into();
    let first = Student::new(lesson.vocabulary, lesson.words.len(), seed);
    let mut students = [first.clone(), first];
    let StudentsOptions { temperature, alpha, squared, rate, steps, .. } = *options;
    let lessons = [0.0, alpha].map(|alpha| Lesson { temperature, alpha, squared });
    let mut batches = Batches::new(gaps.len(), seed);
    let mut ending = Ending::Complete;
    let report = |step: usize, students: &[Student; 2]| {
        let scores = students.iter().map(|student| score(&lesson, student, options.hidden));
        let step = StudentsStep { step, total: steps, students: scores.collect() };
        emit(Event::StudentsStep { step });
    };
    report(0, &students);
    for step in 1..=steps {
        if cancel.step().await.is_err() {
            ending = Ending::Stopped;
            break;
        }
        let batch: Vec<&Blank> = batches.next(BATCH).into_iter().map(|it| &gaps[it]).collect();
        let mut is_finite = true;
        for (student, lesson) in students.iter_mut().zip(&lessons) {
            is_finite &= student.step(&batch, lesson, rate).is_finite();
        }
        if !is_finite {
            ending = Ending::Diverged;
            break;
        }
        if step % EVERY == 0 || step == steps {
            report(step, &students);
            pause().await;
        }
    }
    Ok(Event::StudentsTaught { ending, seconds: start.elapsed().as_secs_f64() })
}

/// What a student can do on the gaps that it does not learn from.
fn score(lesson: &GapLesson, student: &Student, hidden: Option<usize>) -> StudentScore {
    let (mut right, mut agreed) = (0, 0);
    let (mut own, mut probability, mut first, mut among_three) = (0, 0.0, 0, 0);
    for gap in &lesson.held_out {
        let shares = student.probabilities(&gap.context, None);
        let choice = highest(&shares);
        right += usize::from(choice == gap.word);
        agreed += usize::from(choice == gap.choice());
        if hidden == Some(gap.word) {
            own += 1;
            probability += shares[gap.word];
            first += usize::from(choice == gap.word);
            let better = shares.iter().filter(|share| **share > shares[gap.word]).count();
            among_three += usize::from(better < 3);
        }
    }
    let share = |count: usize, all: usize| count as f64 / all.max(1) as f64;
    let all = lesson.held_out.len();
    let shown = lesson
        .shown
        .iter()
        .flat_map(|shown| student.probabilities(&lesson.held_out[shown.gap].context, None));
    StudentScore {
        accuracy: share(right, all),
        agreement: share(agreed, all),
        hidden: (own > 0).then(|| {
            [probability / f64::from(own as u32), share(first, own), share(among_three, own)]
        }),
        shown: shown.map(|share| share as f32).collect(),
    }
}

fn highest(shares: &[f64]) -> usize {
    let best = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    shares.iter().position(|share| *share >= best).unwrap_or_default()
}
