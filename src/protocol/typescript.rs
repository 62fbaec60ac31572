//! web/protocol.d.ts: the protocol's types in TypeScript, generated from the Rust types by ts-rs.
//!
//! Serde's attributes determine their form. Types with a serialization of their own are described here; fields that
//! serde only accepts (optional ones of a request) have an attribute `ts`.

use std::collections::BTreeMap;

use expect_test::expect_file;
use ts_rs::{Config, TS, TypeVisitor};

use super::{FromWorker, ToWorker, TypedArray};
use crate::quantization::Scheme;

const HEAD: &str = "\
// The protocol between the page and the engine's worker, made of the Rust types in src/protocol and src/error: change
// those, then `UPDATE_EXPECT=1 cargo test --lib typescript` writes this file again.
";

/// Helper types for unions whose members are `{ name: fields }`, or a name alone.
const TAIL: &str = "\
/** The names of a union's members: of events, or of errors. */
export type Name<Union> = Union extends string ? Union : keyof Union;

/** The fields of the member of that name. */
export type Fields<Union, Chosen extends Name<Union>> =
  Union extends Chosen ? {} : Union extends { [name in Chosen]: infer Found } ? Found : never;
";

/// Implements [`TS`] for a type that exists in TypeScript.
macro_rules! known_type {
    ($type:ty, $name:literal) => {
        impl TS for $type {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &Config) -> String {
                $name.to_owned()
            }

            fn inline(config: &Config) -> String {
                Self::name(config)
            }
        }
    };
}
known_type!(TypedArray<u8>, "Uint8Array");
known_type!(TypedArray<i32>, "Int32Array");
known_type!(TypedArray<f32>, "Float32Array");

/// A scheme is serialized as its name.
impl TS for Scheme {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn docs() -> Option<String> {
        Some(
            "/** A quantization scheme; docs/quantization.md has the cost of each. */\n".to_owned(),
        )
    }

    fn name(_: &Config) -> String {
        "Scheme".to_owned()
    }

    fn inline(_: &Config) -> String {
        let schemes = Scheme::ALL.into_iter().chain([Scheme::Q6_K]);
        schemes.map(|scheme| format!("\"{scheme}\"")).collect::<Vec<_>>().join(" | ")
    }

    fn decl(config: &Config) -> String {
        format!("type {} = {};", Self::name(config), Self::inline(config))
    }

    fn output_path() -> Option<std::path::PathBuf> {
        Some("Scheme.ts".into())
    }
}

/// A struct whose fields are all optional, since they have defaults.
pub(super) struct Partial<T>(std::marker::PhantomData<T>);

impl<T: TS + 'static> TS for Partial<T> {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(config: &Config) -> String {
        format!("Partial<{}>", T::name(config))
    }

    fn inline(config: &Config) -> String {
        Self::name(config)
    }

    fn visit_dependencies(visitor: &mut impl TypeVisitor) {
        visitor.visit::<T>();
    }

    fn visit_generics(visitor: &mut impl TypeVisitor) {
        visitor.visit::<T>();
    }
}

/// The declarations of types and of their fields' types, by their names.
struct Declarations {
    config: Config,
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        let name = T::name(&self.config);
        if T::output_path().is_some() && !self.found.contains_key(&name) {
            let declaration =
                format!("{}export {}", T::docs().unwrap_or_default(), T::decl(&self.config));
            self.found.insert(name, laid_out(&declaration));
            T::visit_dependencies(self);
        } else {
            T::visit_generics(self);
        }
    }
}

/// The declaration by ts-rs, with a line for each field and each object of a union, short comments on one line,
/// and no links to Rust's items.
fn laid_out(declaration: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in declaration.replace(" | { ", "\n| { ").lines() {
        let is_short = line == " */" && lines.iter().rev().nth(1).is_some_and(|it| it == "/**");
        if is_short {
            let text = lines.pop().unwrap_or_default();
            lines.pop();
            lines.push(format!("/** {} */", text.trim_start_matches(" * ")));
        } else {
            lines.push(line.trim_end().to_owned());
        }
    }
    lines.join("\n").replace("[`", "`").replace("`]", "`")
}

#[test]
fn protocol_d_ts_is_what_the_rust_types_say() {
    // They are numbers in JavaScript, too: serde_wasm_bindgen refuses those that are not exact.
    let config = Config::new().with_large_int("number");
    let mut declarations = Declarations { config, found: BTreeMap::new() };
    declarations.visit::<ToWorker>();
    declarations.visit::<FromWorker>();
    let all: Vec<String> = declarations.found.into_values().collect();
    expect_file!["../../web/protocol.d.ts"]
        .assert_eq(&format!("{HEAD}\n{}\n\n{TAIL}", all.join("\n\n")));
}
