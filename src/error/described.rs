//! Errors as names with fields, from which their sentences and their serialized form are made.
//!
//! A serialized error is `{ code: fields }`, or its code where it has no fields; a reason within it is
//! `{ kind, …fields }`. One description of each variant serves reading, writing and both languages; derived code
//! would add four functions a variant to the page's download.

use serde_json::{Map, Value};

/// An error, or a reason within one.
pub(super) trait Described {
    /// The section of locales/*/errors.json: the part of a key before the dot; empty for the errors themselves.
    fn section(&self) -> &'static str;

    /// The variant's name, as Rust spells it.
    fn variant(&self) -> &'static str;

    /// The variant's fields in their order, with their names as Rust spells them.
    fn fields(&self) -> Vec<(&'static str, Field<'_>)>;
}

/// The value of a field.
pub(super) enum Field<'a> {
    /// A string, a number, or a list of them.
    Plain(Value),
    /// A reason, which has its own sentence.
    Inner(&'a dyn Described),
}

/// The types that fields can have.
pub(super) trait FieldType: Sized {
    /// The value as a field.
    fn field(&self) -> Field<'_>;

    /// The value from its serialized form.
    fn read(value: &Value) -> Option<Self>;

    /// A value of each kind: every variant of an enum, some text.
    #[cfg(test)]
    fn samples() -> Vec<Self>;
}

/// The sample of a type at an index, modulo their number.
#[cfg(test)]
pub(super) fn sample<T: FieldType>(index: usize) -> T {
    let mut samples = T::samples();
    let index = index % samples.len();
    samples.swap_remove(index)
}

/// Declares an enum of errors or reasons whose sentences are in a section of locales/*/errors.json.
///
/// Its TypeScript type is that of its form on the wire (see `protocol/typescript.rs`).
macro_rules! described {
    ($(#[$about:meta])* $visibility:vis enum $name:ident in "" $variants:tt) => {
        $crate::error::described::described! { @ $(#[$about])* $visibility enum $name in "" as () $variants }
    };
    ($(#[$about:meta])* $visibility:vis enum $name:ident in $section:literal $variants:tt) => {
        $crate::error::described::described! {
            @ $(#[$about])* $visibility enum $name in $section as (tag = "kind",) $variants
        }
    };
    (
        @ $(#[$about:meta])*
        $visibility:vis enum $name:ident in $section:literal as ($($tag:tt)*) {
            $(
                $(#[$doc:meta])*
                $variant:ident $({ $( $(#[$field_doc:meta])* $field:ident: $field_type:ty ),+ $(,)? })?
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
            $( $(#[$doc])* $variant $({ $( $(#[$field_doc])* $field: $field_type ),+ })? ),+
        }

        impl $crate::error::described::Described for $name {
            fn section(&self) -> &'static str {
                $section
            }

            fn variant(&self) -> &'static str {
                match self {
                    $( Self::$variant { .. } => stringify!($variant) ),+
                }
            }

            fn fields(&self) -> Vec<(&'static str, $crate::error::described::Field<'_>)> {
                match self {
                    $( Self::$variant $({ $($field),+ })? => vec![
                        $($( (stringify!($field), $crate::error::described::FieldType::field($field)) ),+)?
                    ] ),+
                }
            }
        }

        impl $crate::error::described::FieldType for $name {
            fn field(&self) -> $crate::error::described::Field<'_> {
                $crate::error::described::Field::Inner(self)
            }

            fn read(value: &serde_json::Value) -> Option<Self> {
                let named = $crate::error::described::Named::of(value)?;
                $(
                    if named.variant == stringify!($variant) {
                        return Some(Self::$variant $({ $($field: named.field(stringify!($field))?),+ })?);
                    }
                )+
                None
            }

            #[cfg(test)]
            fn samples() -> Vec<Self> {
                let mut all = Vec::new();
                $({
                    let count = 1usize $($( .max(<$field_type as $crate::error::described::FieldType>::samples().len()) )+)?;
                    for _index in 0..count {
                        all.push(Self::$variant $({ $($field: $crate::error::described::sample(_index)),+ })?);
                    }
                })+
                all
            }
        }
    };
}
pub(super) use described;

/// A serialized variant.
pub(super) struct Named<'a> {
    /// The variant's name, as Rust spells it.
    pub(super) variant: String,
    fields: &'a Value,
}

impl<'a> Named<'a> {
    /// Reads `{ kind, …fields }`.
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        let kind = value.get(KIND)?.as_str()?;
        let first = kind.get(..1)?.to_ascii_uppercase();
        Some(Self { variant: first + &kind[1..], fields: value })
    }

    /// The field of that name.
    pub(super) fn field<T: FieldType>(&self, field: &str) -> Option<T> {
        T::read(self.fields.get(camel_case(field))?)
    }
}

/// The key of a reason's variant in the serialized form.
pub(super) const KIND: &str = "kind";

/// `looked_for` or `LookedFor` as JavaScript and locales/*/errors.json spell it: `lookedFor`.
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

/// `{ kind, …fields }`.
pub(super) fn to_value(it: &dyn Described) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert(KIND.into(), camel_case(it.variant()).into());
    for (name, field) in it.fields() {
        let value = match field {
            Field::Plain(value) => value,
            Field::Inner(inner) => Value::Object(to_value(inner)),
        };
        object.insert(camel_case(name), value);
    }
    object
}

impl FieldType for String {
    fn field(&self) -> Field<'_> {
        Field::Plain(self.as_str().into())
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        vec!["«…»".into()]
    }
}

impl<T: FieldType> FieldType for Vec<T> {
    fn field(&self) -> Field<'_> {
        let plain = |item: &T| match item.field() {
            Field::Plain(value) => value,
            Field::Inner(inner) => Value::Object(to_value(inner)),
        };
        Field::Plain(self.iter().map(plain).collect())
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::read).collect()
    }

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        vec![T::samples()]
    }
}

/// An integer. JavaScript sends those beyond 2^53 as floats.
fn integer(value: &Value) -> Option<i128> {
    let float = || value.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i128);
    value.as_u64().map(i128::from).or_else(|| value.as_i64().map(i128::from)).or_else(float)
}

/// Replaces integers that JavaScript cannot represent exactly by the nearest float: damaged files contain such lengths,
/// and an event with one could not be sent.
pub(super) fn for_javascript(value: &mut Value) {
    const LARGEST: i128 = (1 << 53) - 1;
    match value {
        Value::Array(values) => values.iter_mut().for_each(for_javascript),
        Value::Object(fields) => fields.values_mut().for_each(for_javascript),
        Value::Number(number) => {
            let too_large = |integer: &i128| integer.abs() > LARGEST;
            if let Some(integer) = integer(&Value::Number(number.clone())).filter(too_large) {
                *value = (integer as f64).into();
            }
        }
        _ => {}
    }
}

/// Implements [`FieldType`] for integers.
macro_rules! integer_fields {
    ($($type:ty),+) => {
        $(impl FieldType for $type {
            fn field(&self) -> Field<'_> {
                Field::Plain((*self).into())
            }

            fn read(value: &Value) -> Option<Self> {
                integer(value)?.try_into().ok()
            }

            #[cfg(test)]
            fn samples() -> Vec<Self> {
                vec![7]
            }
        })+
    };
}

integer_fields!(u16, u32, u64, usize, i32, i64);

impl FieldType for f64 {
    fn field(&self) -> Field<'_> {
        Field::Plain((*self).into())
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_f64()
    }

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        vec![0.5]
    }
}
