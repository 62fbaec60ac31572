//! Models as they are published: folders and files in the formats of published models and of other projects' bug
//! reports, against the results of PyTorch, transformers, tokenizers and sentence-transformers.
//!
//! A fixture `cases-…` is a folder with a cases.json: a list of models, each with operations and expected results.
//! docs/models/make-field-cases.py writes the project's own, and describes each.

mod support;

use std::{path::Path, rc::Rc};

use lectern::{
    engine::Engine,
    error::{LecternError, Result},
    library::DiskFolder,
    protocol::{
        EmbedOptions, Event, GenerateOptions, ModelInfo, Quantization, Request, TokenText,
        TypedArray,
    },
};
use serde_json::{Value, json};
use support::{cases, files, ids};

/// An operation on a model in the engine.
struct Operation<'a> {
    engine: &'a Engine,
    info: &'a ModelInfo,
    operation: &'a Value,
}

#[test]
fn every_case_gives_what_its_reference_gives() {
    let (mut failures, mut checks) = (Vec::new(), 0);
    for folder in cases("cases") {
        let list = std::fs::read(folder.join("cases.json")).expect("cases.json");
        let list: Vec<Value> = serde_json::from_slice(&list).expect("a list of cases");
        assert!(!list.is_empty(), "{} has no cases", folder.display());
        for case in &list {
            checks += case["ops"].as_array().expect("ops").len();
            for failure in failures_of(&folder, case) {
                failures.push(format!("{}: {failure}", text(&case["id"])));
            }
        }
    }
    println!("{checks} operations");
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

fn failures_of(folder: &Path, case: &Value) -> Vec<String> {
    let engine = Engine::new();
    let model = Rc::new(DiskFolder::new(folder.join(text(&case["model"]))));
    let loaded = files::try_load(&engine, model, Quantization::AsStored);
    let operations = case["ops"].as_array().expect("ops").iter();
    let failed = operations.filter_map(|operation| {
        let what = format!("{} {:?}", text(&operation["op"]), operation["text"].as_str());
        match (&loaded, text(&operation["op"])) {
            (loaded, "refuse") => refused(loaded.as_ref().map(|_| ()), operation).err(),
            (Err(error), _) => Some(format!("not loaded: {error}")),
            (Ok(info), _) => Operation { engine: &engine, info, operation }.run().err(),
        }
        .map(|failure| format!("{what}: {failure}"))
    });
    failed.collect()
}

fn refused<T>(outcome: Result<T, &LecternError>, operation: &Value) -> Result<(), String> {
    let Err(error) = outcome else { return Err("not refused".into()) };
    let code = match serde_json::to_value(error).expect("an error") {
        Value::String(code) => code,
        error => error.as_object().expect("an object").keys().next().expect("a code").clone(),
    };
    let codes = operation["codes"].as_array().expect("codes");
    if codes.contains(&json!(code)) { Ok(()) } else { Err(format!("{code}: {error}")) }
}

impl Operation<'_> {
    fn run(&self) -> Result<(), String> {
        match text(&self.operation["op"]) {
            "tokens" => self.same_ids(&ids_of(&self.inspect(false, false)?.tokens)),
            "logits" => self.same_numbers(&self.inspect(false, true)?.logits),
            "hidden" => {
                let hidden = self.inspect(true, false)?.hidden_states;
                self.same_numbers(hidden.last().ok_or("no hidden states")?)
            }
            "prompt" => {
                let options = GenerateOptions { max_new_tokens: 0, ..Default::default() };
                match &self.events(self.generate(options))?.0[..] {
                    [Event::Prompt { tokens }] => self.same_ids(&ids_of(tokens)),
                    other => Err(format!("{other:?}")),
                }
            }
            "greedy" => self.greedy(),
            "embed" => self.embed(),
            "mask" => self.mask(),
            "next" => match self.last(Request::NextSentence {
                model: self.info.model,
                first: text(&self.operation["text"]).into(),
                second: text(&self.operation["pair"]).into(),
            })? {
                Event::NextSentence { logits, .. } => self.same_numbers(&logits),
                other => Err(format!("{other:?}")),
            },
            "info" => {
                let info = serde_json::to_value(self.info).expect("JSON");
                let found = &info[text(&self.operation["key"])];
                same(found, &self.operation["value"])
            }
            "throws" => {
                let request = match text(&self.operation["call"]) {
                    "inspect" => self.inspection(true, false),
                    "generate" => self.generate(self.options()),
                    other => panic!("unknown call {other}"),
                };
                match files::ask(self.engine, request, None).1 {
                    Event::Error { error, .. } => refused::<()>(Err(&error), self.operation),
                    other => Err(format!("not refused: {other:?}")),
                }
            }
            other => panic!("unknown operation {other}"),
        }
    }

    /// The events before the last one, and the last one; an error event is an `Err`.
    fn events(&self, request: Request) -> Result<(Vec<Event>, Event), String> {
        match files::ask(self.engine, request, None) {
            (_, Event::Error { error, .. }) => Err(error.to_string()),
            events => Ok(events),
        }
    }

    fn last(&self, request: Request) -> Result<Event, String> {
        self.events(request).map(|(_, last)| last)
    }

    fn inspection(&self, hidden_states: bool, logits: bool) -> Request {
        let operation = self.operation;
        let options = &operation["options"];
        let pair = operation["pair"].as_str().or(options["pair"].as_str()).map(str::to_owned);
        let (model, text) = (self.info.model, text(&operation["text"]).to_owned());
        Request::Inspect { model, text, pair, attentions: false, hidden_states, logits }
    }

    fn inspect(&self, hidden_states: bool, logits: bool) -> Result<Inspected, String> {
        match self.last(self.inspection(hidden_states, logits))? {
            Event::Inspected { tokens, hidden_states, logits, .. } => {
                Ok(Inspected { tokens, hidden_states, logits })
            }
            other => Err(format!("{other:?}")),
        }
    }

    fn options(&self) -> GenerateOptions {
        serde_json::from_value(self.operation["options"].clone()).expect("options")
    }

    fn generate(&self, options: GenerateOptions) -> Request {
        let prompt = text(&self.operation["text"]).into();
        Request::Generate { model: self.info.model, prompt, options }
    }

    fn greedy(&self) -> Result<(), String> {
        let (events, last) = self.events(self.generate(self.options()))?;
        let id = |event: &Event| match event {
            Event::Token { token, .. } => Some(token.id),
            _ => None,
        };
        self.same_ids(&events.iter().filter_map(id).collect::<Vec<_>>())?;
        let Event::Generated { reason, text, .. } = last else { return Err(format!("{last:?}")) };
        if let Some(expected) = self.operation.get("reason") {
            same(&json!(reason), expected)?;
        }
        match self.operation.get("reads") {
            Some(expected) => same(&json!(text), expected),
            None => Ok(()),
        }
    }

    fn embed(&self) -> Result<(), String> {
        let texts = self.operation["texts"].as_array().expect("texts");
        let texts = texts.iter().map(|it| text(it).to_owned()).collect();
        let options = json!({ "normalize": true });
        let options: EmbedOptions = serde_json::from_value(options).expect("options");
        match self.last(Request::Embed { model: self.info.model, texts, options })? {
            Event::Embedded { vectors, size, .. } => {
                same(&json!(size), &self.operation["size"])?;
                self.same_numbers(&vectors)
            }
            other => Err(format!("{other:?}")),
        }
    }

    fn mask(&self) -> Result<(), String> {
        let text = text(&self.operation["text"]).into();
        match self.last(Request::FillMask { model: self.info.model, text, top_k: 5 })? {
            Event::Filled { fillings, .. } => {
                let of = |it: &lectern::protocol::Filling| -> Vec<u32> {
                    it.candidates.iter().map(|candidate| candidate.id).collect()
                };
                let found: Vec<Vec<u32>> = fillings.iter().map(of).collect();
                same(&json!(found), &self.operation["ids"])
            }
            other => Err(format!("{other:?}")),
        }
    }

    fn same_ids(&self, found: &[u32]) -> Result<(), String> {
        same(&json!(found), &json!(ids(&self.operation["ids"])))
    }

    fn same_numbers(&self, found: &[f32]) -> Result<(), String> {
        let expected = self.operation["values"].as_array().expect("values");
        let tolerance = self.operation["tolerance"].as_f64().expect("a tolerance");
        // A case may store the last values only.
        let all = self.operation["of"].as_u64().map_or(expected.len(), |all| all as usize);
        if found.len() != all {
            return Err(format!("{} values instead of {all}", found.len()));
        }
        let found = &found[all - expected.len()..];
        let expected: Vec<f64> =
            expected.iter().map(|it| it.as_f64().unwrap_or(f64::NAN)).collect();
        // As in all tests: relative to the largest expected magnitude if that is above 1.
        let largest = expected.iter().fold(1.0f64, |largest, it| largest.max(it.abs()));
        let differences = found.iter().zip(&expected).map(|(a, b)| (f64::from(*a) - b).abs());
        let worst = differences.fold(0.0f64, |worst, it| {
            if worst.is_nan() || it.is_nan() { f64::NAN } else { worst.max(it) }
        });
        if worst <= tolerance * largest { Ok(()) } else { Err(format!("off by {worst:e}")) }
    }
}

struct Inspected {
    tokens: Vec<TokenText>,
    hidden_states: Vec<TypedArray<f32>>,
    logits: TypedArray<f32>,
}

fn ids_of(tokens: &[TokenText]) -> Vec<u32> {
    tokens.iter().map(|token| token.id).collect()
}

fn same(found: &Value, expected: &Value) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{found} instead of {expected}")) }
}
