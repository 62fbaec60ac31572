//! The perplexity of each scheme on a text: `cargo xtask perplexity [--model DIR] [--text FILE] [--out DIR]`. Prints
//! a table in Markdown, and draws it as quantization.svg in the folder.

#[cfg(not(target_arch = "wasm32"))]
mod requests;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::{fs, path::PathBuf, rc::Rc};

    use lectern::{
        checkpoint::Folder,
        engine::Engine,
        library::DiskFolder,
        protocol::{
            Comparison, DeviceChoice, Event, Keep, ModelInfo, Quantization, Request, Source,
        },
        quantization::{Fit, Scheme},
    };
    use svg::Document;
    use svg::node::element::{Circle, Line, Rectangle, Text};

    use crate::requests::{self, Outcome, answer};

    struct Options {
        model: PathBuf,
        text: PathBuf,
        out: PathBuf,
    }

    fn options() -> Outcome<Options> {
        let mut options = Options {
            model: "web/models/stories-en-gpt2".into(),
            text: "web/texts/stories-en-valid.txt".into(),
            out: "docs".into(),
        };
        requests::options(std::env::args().skip(1), |name, value| {
            match name {
                "--model" => options.model = value.into(),
                "--text" => options.text = value.into(),
                "--out" => options.out = value.into(),
                _ => return false,
            }
            true
        })?;
        Ok(options)
    }

    /// A way to quantize a model's weights.
    struct Choice {
        name: String,
        quantization: Quantization,
        fit: Fit,
        keep: Keep,
    }

    /// Every scheme for all matrices, the 4-bit ones also with searched scales, and the page's int4.
    fn choices() -> Vec<Choice> {
        let plain = |name: String, quantization, fit| Choice {
            name,
            quantization,
            fit,
            keep: Keep::default(),
        };
        let mut choices = Vec::new();
        for scheme in Scheme::ALL {
            let quantization = Quantization::Scheme(scheme);
            choices.push(plain(scheme.to_string(), quantization, Fit::Range));
            if scheme.bits() == 4 {
                let name = format!("{scheme}, least squares");
                choices.push(plain(name, quantization, Fit::LeastSquares));
            }
        }
        for (fit, suffix) in [(Fit::Range, ""), (Fit::LeastSquares, ", least squares")] {
            choices.push(plain(format!("int4 of the page{suffix}"), Quantization::Int4, fit));
        }
        choices
    }

    struct Row {
        name: String,
        fit: Fit,
        info: ModelInfo,
        comparison: Comparison,
    }

    impl Row {
        fn bits_per_weight(&self) -> f64 {
            8.0 * self.info.weight_bytes as f64 / self.info.parameters as f64
        }
    }

    fn load(engine: &Engine, options: &Options, choice: &Choice) -> Outcome<ModelInfo> {
        let folder: Rc<dyn Folder> = Rc::new(DiskFolder::new(&options.model));
        let Choice { quantization, fit, keep, .. } = choice;
        let (source, device, keep) = (Source::Files, DeviceChoice::Cpu, keep.clone());
        let (quantization, fit) = (*quantization, *fit);
        let request = Request::Load { source, quantization, fit, keep, device, store: true };
        match answer(engine, request, Some(folder))? {
            Event::Loaded { info } => Ok(info),
            other => Err(format!("{other:?}").into()),
        }
    }

    pub fn run() -> Outcome<()> {
        let options = options()?;
        let engine = Engine::new();
        let text = fs::read_to_string(&options.text)?;
        let (name, quantization) = ("f32".to_owned(), Quantization::AsStored);
        let exact = Choice { name, quantization, fit: Fit::Range, keep: Keep::default() };
        let exact = load(&engine, &options, &exact)?;
        println!(
            "| weights | bits a weight | perplexity | beside f32 | mean divergence | same choice |"
        );
        println!("| --- | --- | --- | --- | --- | --- |");
        let mut rows = Vec::new();
        for choice in choices() {
            let info = load(&engine, &options, &choice)?;
            let (model, reference) = (info.model, Some(exact.model));
            let request = Request::Perplexity { model, text: text.clone(), reference };
            let Event::Perplexity { perplexity, tokens, comparison: Some(comparison), .. } =
                answer(&engine, request, None)?
            else {
                return Err("no perplexity".into());
            };
            answer(&engine, Request::Dispose { model }, None)?;
            if rows.is_empty() {
                let perplexity = comparison.reference_perplexity;
                println!("| f32 | 32.0 | {perplexity:.3} | | | {tokens} tokens |");
            }
            let row = Row { name: choice.name, fit: choice.fit, info, comparison };
            let comparison = &row.comparison;
            println!(
                "| {} | {:.1} | {perplexity:.3} | {:+.2} % | {:.5} | {:.1} % |",
                row.name,
                row.bits_per_weight(),
                100.0 * (perplexity / comparison.reference_perplexity - 1.0),
                comparison.mean_divergence,
                100.0 * comparison.agreement,
            );
            rows.push(row);
        }
        draw(&options.out.join("quantization.svg"), &rows)
    }

    const WIDTH: f64 = 900.0;
    const HEIGHT: f64 = 560.0;
    const LEFT: f64 = 90.0;
    const BOTTOM: f64 = 60.0;
    const TOP: f64 = 20.0;
    /// Bits a weight, from left to right.
    const BITS: std::ops::RangeInclusive<u32> = 4..=18;

    /// Draws divergence over size: further down and to the left is better.
    fn draw(path: &std::path::Path, rows: &[Row]) -> Outcome<()> {
        let exponent = |row: &Row| row.comparison.mean_divergence.max(1e-12).log10();
        let lowest = rows.iter().map(exponent).fold(f64::INFINITY, f64::min).floor() as i32;
        let highest = rows.iter().map(exponent).fold(f64::NEG_INFINITY, f64::max).ceil() as i32;
        let x = |bits: f64| {
            let share = (bits - f64::from(*BITS.start())) / f64::from(BITS.end() - BITS.start());
            LEFT + share * (WIDTH - LEFT - 40.0)
        };
        let y = |exponent: f64| {
            let share = (exponent - f64::from(lowest)) / f64::from((highest - lowest).max(1));
            HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)
        };
        let line = |from: (f64, f64), to: (f64, f64)| {
            let line = Line::new().set("stroke", "#cbd2dd");
            line.set("x1", from.0).set("y1", from.1).set("x2", to.0).set("y2", to.1)
        };
        let text = |words: String, at: (f64, f64), anchor: &str, size: u32| {
            let text = Text::new(words).set("x", at.0).set("y", at.1).set("fill", "#10151f");
            text.set("text-anchor", anchor).set("font-size", size).set("font-family", "sans-serif")
        };
        let mut chart = Document::new()
            .set("viewBox", (0, 0, WIDTH, HEIGHT))
            .add(Rectangle::new().set("width", WIDTH).set("height", HEIGHT).set("fill", "#ffffff"));
        for exponent in lowest..=highest {
            let at = y(f64::from(exponent));
            chart = chart.add(line((LEFT, at), (WIDTH - 40.0, at)));
            chart = chart.add(text(format!("1e{exponent}"), (LEFT - 10.0, at + 5.0), "end", 15));
        }
        for bits in BITS.step_by(2) {
            let at = x(f64::from(bits));
            chart = chart.add(text(bits.to_string(), (at, HEIGHT - BOTTOM + 22.0), "middle", 15));
        }
        let x_title = "bits a weight, scales counted in".to_owned();
        chart = chart.add(text(x_title, (WIDTH / 2.0, HEIGHT - 12.0), "middle", 16));
        let y_title = "mean divergence from f32, nats a token".to_owned();
        let y_title = text(y_title, (0.0, 0.0), "middle", 16);
        chart = chart
            .add(y_title.set("transform", format!("translate(22 {}) rotate(-90)", HEIGHT / 2.0)));
        for (index, (fit, colour, name)) in [
            (Fit::Range, "#0b4fc4", "scales by range"),
            (Fit::LeastSquares, "#b36b00", "scales by least squares"),
        ]
        .into_iter()
        .enumerate()
        {
            let dot = |at: (f64, f64)| {
                Circle::new().set("cx", at.0).set("cy", at.1).set("r", 5).set("fill", colour)
            };
            let legend = (WIDTH - 240.0, TOP + 20.0 + 24.0 * index as f64);
            chart = chart.add(dot(legend));
            chart =
                chart.add(text(name.to_owned(), (legend.0 + 12.0, legend.1 + 5.0), "start", 15));
            for row in rows.iter().filter(|row| row.fit == fit) {
                let at = (x(row.bits_per_weight()), y(exponent(row)));
                let name = row.name.trim_end_matches(", least squares").to_owned();
                chart = chart.add(dot(at));
                // The point of a searched scale is just below its counterpart, which has the name.
                if fit == Fit::Range {
                    chart = chart.add(text(name, (at.0 + 9.0, at.1 - 5.0), "start", 13));
                }
            }
        }
        Ok(svg::save(path, &chart)?)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    native::run()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
