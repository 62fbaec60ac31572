//! Errors as names with parts, out of which their sentences and their form on the wire are made.
//!
//! On the wire an error is `{ code: parts }`, or its code where it has no parts; a reason within it is
//! `{ kind, …parts }`. One description of each serves reading, writing and both languages, where derived code
//! would make four programs of every variant, for the page to download.

use serde_json::{Map, Value};

/// Something that went wrong, or a detail of it.
pub(super) trait Described {
    /// What the keys of its sentences begin with, before a dot; nothing for the errors themselves.
    fn room(&self) -> &'static str;

    /// The variant, as Rust spells it.
    fn variant(&self) -> &'static str;

    /// The variant's fields, in their order, as Rust spells their names.
    fn parts(&self) -> Vec<(&'static str, Part<'_>)>;
}

/// What a part says.
pub(super) enum Part<'a> {
    /// A text, a number, or several of them.
    Plain(Value),
    /// A detail that has a sentence of its own.
    Inner(&'a dyn Described),
}

/// The types of parts.
pub(super) trait PartType: Sized {
    /// As a part.
    fn part(&self) -> Part<'_>;

    /// From what came over the wire.
    fn read(value: &Value) -> Option<Self>;

    /// One of each kind there is: an enum's variants, some text.
    #[cfg(test)]
    fn samples() -> Vec<Self>;
}

/// The `place`-th sample of a type, counted round.
#[cfg(test)]
pub(super) fn sample<T: PartType>(place: usize) -> T {
    let mut samples = T::samples();
    let place = place % samples.len();
    samples.swap_remove(place)
}

/// Declares an enum of errors or reasons whose sentences are in a room of locales/*/errors.json.
///
/// Its TypeScript type is that of its form on the wire (see `protocol/typescript.rs`).
macro_rules! described {
    ($(#[$about:meta])* $visibility:vis enum $name:ident in "" $variants:tt) => {
        $crate::error::described::described! { @ $(#[$about])* $visibility enum $name in "" as () $variants }
    };
    ($(#[$about:meta])* $visibility:vis enum $name:ident in $room:literal $variants:tt) => {
        $crate::error::described::described! {
            @ $(#[$about])* $visibility enum $name in $room as (tag = "kind",) $variants
        }
    };
    (
        @ $(#[$about:meta])*
        $visibility:vis enum $name:ident in $room:literal as ($($tag:tt)*) {
            $(
                $(#[$doc:meta])*
                $variant:ident $({ $( $(#[$part_doc:meta])* $part:ident: $kind:ty ),+ $(,)? })?
            ),+ $(,)?
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq)]
        #[cfg_attr(
            test,
            derive(ts_rs::TS),
            ts($($tag)* rename_all = "camelCase", rename_all_fields = "camelCase")
        )]
        $visibility enum $name {
            $( $(#[$doc])* $variant $({ $( $(#[$part_doc])* $part: $kind ),+ })? ),+
        }

        impl $crate::error::described::Described for $name {
            fn room(&self) -> &'static str {
                $room
            }

            fn variant(&self) -> &'static str {
                match self {
                    $( Self::$variant { .. } => stringify!($variant) ),+
                }
            }

            fn parts(&self) -> Vec<(&'static str, $crate::error::described::Part<'_>)> {
                match self {
                    $( Self::$variant $({ $($part),+ })? => vec![
                        $($( (stringify!($part), $crate::error::described::PartType::part($part)) ),+)?
                    ] ),+
                }
            }
        }

        impl $crate::error::described::PartType for $name {
            fn part(&self) -> $crate::error::described::Part<'_> {
                $crate::error::described::Part::Inner(self)
            }

            fn read(value: &serde_json::Value) -> Option<Self> {
                let named = $crate::error::described::Named::of(value)?;
                $(
                    if named.variant == stringify!($variant) {
                        return Some(Self::$variant $({ $($part: named.part(stringify!($part))?),+ })?);
                    }
                )+
                None
            }

            #[cfg(test)]
            fn samples() -> Vec<Self> {
                let mut all = Vec::new();
                $({
                    let count = 1usize $($( .max(<$kind as $crate::error::described::PartType>::samples().len()) )+)?;
                    for _place in 0..count {
                        all.push(Self::$variant $({ $($part: $crate::error::described::sample(_place)),+ })?);
                    }
                })+
                all
            }
        }
    };
}
pub(super) use described;

/// A variant that came over the wire.
pub(super) struct Named<'a> {
    /// Its name, as Rust spells it.
    pub(super) variant: String,
    parts: &'a Value,
}

impl<'a> Named<'a> {
    /// Reads `{ kind, …parts }`.
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        let kind = value.get(KIND)?.as_str()?;
        let first = kind.get(..1)?.to_ascii_uppercase();
        Some(Self { variant: first + &kind[1..], parts: value })
    }

    /// A part, by the field's name.
    pub(super) fn part<T: PartType>(&self, field: &str) -> Option<T> {
        T::read(self.parts.get(camel_case(field))?)
    }
}

/// Where a reason's variant stands on the wire.
pub(super) const KIND: &str = "kind";

/// `looked_for` and `LookedFor` as JavaScript and the files of sentences spell it: `lookedFor`.
pub(super) fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default();
    let mut camel: String = first.get(..1).unwrap_or_default().to_ascii_lowercase();
    camel.push_str(first.get(1..).unwrap_or_default());
    for word in words {
        camel.push_str(&word.get(..1).unwrap_or_default().to_ascii_uppercase());
        camel.push_str(word.get(1..).unwrap_or_default());
    }
    camel
}

/// `{ kind, …parts }`.
pub(super) fn to_value(it: &dyn Described) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert(KIND.into(), camel_case(it.variant()).into());
    for (name, part) in it.parts() {
        let value = match part {
            Part::Plain(value) => value,
            Part::Inner(inner) => Value::Object(to_value(inner)),
        };
        object.insert(camel_case(name), value);
    }
    object
}

impl PartType for String {
    fn part(&self) -> Part<'_> {
        Part::Plain(self.as_str().into())
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        vec!["«…»".into()]
    }
}

impl<T: PartType> PartType for Vec<T> {
    fn part(&self) -> Part<'_> {
        let plain = |item: &T| match item.part() {
            Part::Plain(value) => value,
            Part::Inner(inner) => Value::Object(to_value(inner)),
        };
        Part::Plain(self.iter().map(plain).collect())
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::read).collect()
    }

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        vec![T::samples()]
    }
}

/// A whole number. JavaScript knows those beyond 2^53 as floats.
fn whole(value: &Value) -> Option<i128> {
    let float = || value.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i128);
    value.as_u64().map(i128::from).or_else(|| value.as_i64().map(i128::from)).or_else(float)
}

/// Whole numbers that JavaScript has no exact number for become the nearest float: damaged files claim such lengths, and
/// an event with one could not be sent.
pub(super) fn for_javascript(value: &mut Value) {
    const LARGEST: i128 = (1 << 53) - 1;
    match value {
        Value::Array(values) => values.iter_mut().for_each(for_javascript),
        Value::Object(parts) => parts.values_mut().for_each(for_javascript),
        Value::Number(number) => {
            let too_large = |whole: &i128| whole.abs() > LARGEST;
            if let Some(whole) = whole(&Value::Number(number.clone())).filter(too_large) {
                *value = (whole as f64).into();
            }
        }
        _ => {}
    }
}

/// Whole numbers as parts.
macro_rules! whole_parts {
    ($($type:ty),+) => {
        $(impl PartType for $type {
            fn part(&self) -> Part<'_> {
                Part::Plain((*self).into())
            }

            fn read(value: &Value) -> Option<Self> {
                whole(value)?.try_into().ok()
            }

            #[cfg(test)]
            fn samples() -> Vec<Self> {
                vec![7]
            }
        })+
    };
}

whole_parts!(u16, u32, u64, usize, i32, i64);

impl PartType for f64 {
    fn part(&self) -> Part<'_> {
        Part::Plain((*self).into())
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_f64()
    }

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        vec![0.5]
    }
}
