//! Trains natively as the page does: `cargo xtask train`. Its metrics are lines of JSON, the events of the JavaScript
//! API; what learned is written as a folder that every page opens.

#[cfg(not(target_arch = "wasm32"))]
mod requests;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::{cell::RefCell, collections::HashMap, fs, io::Write, path::Path, rc::Rc};

    use lectern::{
        checkpoint::Folder,
        engine::Engine,
        library::DiskFolder,
        protocol::{
            AlignOptions, ContinueOptions, DeviceChoice, Event, Example, Format, Instruction,
            Quantization, Raters, Request, Source,
        },
        quantization::Fit,
        view_model::Labelled,
    };
    use serde::de::DeserializeOwned;

    use crate::requests::{self, Outcome, answer, follow};

    const USAGE: &str = "\
teach --examples FILE [--model DIR] [--options JSON] [--out DIR]
students --lesson FILE [--options JSON]
distil --model DIR --texts FILE [--probe TEXT] [--options JSON] [--out DIR]
sft --model DIR --examples JSONL [--tests COUNT] [--options JSON] [--out DIR]
reward --model DIR --texts FILE [--taste WORDS] [--raters JSON] [--continue JSON]
ppo --model DIR --texts FILE [--taste WORDS] [--raters JSON] [--continue JSON] [--options JSON] [--out DIR]";

    const OPTIONS: [&str; 11] = [
        "--examples",
        "--model",
        "--lesson",
        "--texts",
        "--probe",
        "--tests",
        "--taste",
        "--raters",
        "--continue",
        "--options",
        "--out",
    ];

    /// Texts that a policy continues: the first ones of those whose continuations were ranked.
    const OPENINGS: usize = 8;

    /// The command line: a training, and its options.
    struct Arguments {
        training: String,
        options: HashMap<String, String>,
    }

    impl Arguments {
        fn read() -> Outcome<Self> {
            let mut arguments = std::env::args().skip(1);
            let training = arguments.next().ok_or(USAGE)?;
            let mut options = HashMap::new();
            requests::options(arguments, |name, value| {
                let is_known = OPTIONS.contains(&name);
                options.insert(name.to_owned(), value);
                is_known
            })?;
            Ok(Self { training, options })
        }

        fn get(&self, name: &str) -> Option<&str> {
            self.options.get(name).map(String::as_str)
        }

        fn required(&self, name: &str) -> Outcome<&str> {
            Ok(self.get(name).ok_or_else(|| format!("{name} is missing\n{USAGE}"))?)
        }

        /// The training's own options: those of the JavaScript API; what is not said is as it is there.
        fn settings<T: DeserializeOwned>(&self) -> Outcome<T> {
            self.json("--options")
        }

        fn json<T: DeserializeOwned>(&self, name: &str) -> Outcome<T> {
            Ok(serde_json::from_str(self.get(name).unwrap_or("{}"))?)
        }

        /// The lines of the file of texts that are not empty.
        fn texts(&self) -> Outcome<Vec<String>> {
            let text = fs::read_to_string(self.required("--texts")?)?;
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            Ok(lines.map(str::to_owned).collect())
        }

        /// The words that the raters like, which are separated by spaces.
        fn taste(&self) -> Vec<String> {
            let words = self.get("--taste").unwrap_or_default().split_whitespace();
            words.map(str::to_owned).collect()
        }
    }

    fn load(engine: &Engine, folder: &str) -> Outcome<u32> {
        let request = Request::load(Source::Files, Quantization::AsStored, DeviceChoice::Cpu);
        match answer(engine, request, Some(Rc::new(DiskFolder::new(folder))))? {
            Event::Loaded { info } => Ok(info.model),
            other => Err(format!("{other:?}").into()),
        }
    }

    /// Prints an event as a line of JSON.
    fn print(event: &Event) {
        println!("{}", serde_json::to_string(event).expect("events are JSON"));
    }

    /// The request of a training, and the folder that it reads from.
    fn request(
        arguments: &Arguments,
        engine: &Engine,
    ) -> Outcome<(Request, Option<Rc<dyn Folder>>)> {
        let model = arguments.get("--model").map(|folder| load(engine, folder)).transpose()?;
        let request = match &arguments.training[..] {
            "teach" => {
                let text = fs::read_to_string(arguments.required("--examples")?)?;
                let labelled = Labelled::read(&text);
                let [examples, tests] = labelled.split().map(|sentences| {
                    let example = |(text, label)| Example { text, label };
                    sentences.into_iter().map(example).collect()
                });
                let classes = labelled.classes.len();
                eprintln!("classes: {}", labelled.classes.join(", "));
                Request::Teach { model, examples, tests, classes, options: arguments.settings()? }
            }
            "students" => {
                let file = Path::new(arguments.required("--lesson")?);
                let lesson = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
                let folder = file.parent().unwrap_or(Path::new("."));
                let options = arguments.settings()?;
                let request = Request::Students { lesson: lesson.to_owned(), options };
                return Ok((request, Some(Rc::new(DiskFolder::new(folder)))));
            }
            "distil" => Request::Distil {
                model: model.ok_or("--model is missing")?,
                texts: arguments.texts()?,
                probe: arguments.get("--probe").unwrap_or_default().to_owned(),
                options: arguments.settings()?,
            },
            "sft" => {
                let text = fs::read_to_string(arguments.required("--examples")?)?;
                let lines = text.lines().map(serde_json::from_str);
                let mut examples = lines.collect::<Result<Vec<Instruction>, _>>()?;
                let tests = arguments.get("--tests").unwrap_or("0").parse()?;
                let tests = examples.split_off(examples.len().saturating_sub(tests));
                let model = model.ok_or("--model is missing")?;
                Request::Instruct { model, examples, tests, options: arguments.settings()? }
            }
            "reward" => rewarding(arguments, engine, model)?,
            "ppo" => {
                let rewarded = answer(engine, rewarding(arguments, engine, model)?, None)?;
                let Event::Rewarded { rewarded } = rewarded else {
                    return Err(format!("{rewarded:?}").into());
                };
                eprintln!("pairs right: {}, tested: {:?}", rewarded.right, rewarded.tested);
                let texts = arguments.texts()?.into_iter().take(OPENINGS).collect();
                let mut options: AlignOptions = arguments.settings()?;
                options.taste = arguments.taste();
                Request::Align { reward: rewarded.reward, texts, options }
            }
            other => return Err(format!("no training {other}\n{USAGE}").into()),
        };
        Ok((request, None))
    }

    /// Lets the model continue the texts; the request for a reward by rankings of that.
    fn rewarding(arguments: &Arguments, engine: &Engine, model: Option<u32>) -> Outcome<Request> {
        let mut options: ContinueOptions = arguments.json("--continue")?;
        options.taste = arguments.taste();
        let model = model.ok_or("--model is missing")?;
        let request = Request::Continue { model, texts: arguments.texts()?, options };
        let continued = answer(engine, request, None)?;
        print(&continued);
        let Event::Continued { continuations, .. } = continued else {
            return Err(format!("{continued:?}").into());
        };
        let mut raters: Raters = arguments.json("--raters")?;
        raters.taste = arguments.taste();
        Ok(Request::Reward { continuations, rankings: Vec::new(), raters, l2: 0.01 })
    }

    /// Writes a model that learned as a folder.
    fn write(engine: &Engine, model: u32, folder: &Path) -> Outcome<()> {
        let files = answer(engine, Request::ModelFiles { model }, None)?;
        let Event::ModelFiles { config, tokenizer } = files else {
            return Err(format!("{files:?}").into());
        };
        fs::create_dir_all(folder)?;
        fs::write(folder.join("config.json"), config)?;
        fs::write(folder.join("tokenizer.json"), tokenizer)?;
        let file = Rc::new(RefCell::new(fs::File::create(folder.join("model.safetensors"))?));
        let failed = Rc::new(RefCell::new(None));
        let (sink, failure) = (Rc::clone(&file), Rc::clone(&failed));
        let request = Request::Export {
            model,
            format: Format::Safetensors,
            scheme: None,
            fit: Fit::default(),
        };
        follow(engine, request, None, move |event| {
            if let Event::FilePiece { bytes, .. } = event
                && let Err(error) = sink.borrow_mut().write_all(&bytes)
            {
                *failure.borrow_mut() = Some(error);
            }
        })?;
        failed.take().map_or(Ok(()), |error| Err(error.into()))
    }

    pub fn run() -> Outcome<()> {
        let arguments = Arguments::read()?;
        let engine = Engine::new();
        let (request, folder) = request(&arguments, &engine)?;
        let last = follow(&engine, request, folder, |event| print(&event))?;
        print(&last);
        let learned = match &last {
            Event::Taught { taught } => taught.model,
            Event::Loaded { info } => Some(info.model),
            Event::Tuned { tuned } => Some(tuned.info.model),
            _ => None,
        };
        if let Some(folder) = arguments.get("--out") {
            let model = learned.ok_or("nothing learned that is a model of its own")?;
            write(&engine, model, Path::new(folder))?;
        }
        Ok(())
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    native::run()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
