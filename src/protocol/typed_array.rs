//! Vectors of numbers that are typed arrays in JavaScript.

use std::ops::Deref;

/// Numbers that cross between page and worker as a JavaScript typed array (`f32` as a `Float32Array`): as one block,
/// not number by number. In JSON, and so in native programs, they are a plain array.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(
    not(target_arch = "wasm32"),
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct TypedArray<T>(pub Vec<T>);

impl<T> From<Vec<T>> for TypedArray<T> {
    fn from(numbers: Vec<T>) -> Self {
        Self(numbers)
    }
}

impl<T> FromIterator<T> for TypedArray<T> {
    fn from_iter<I: IntoIterator<Item = T>>(numbers: I) -> Self {
        Self(numbers.into_iter().collect())
    }
}

impl<T> Deref for TypedArray<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

/// The conversion to and from JavaScript's typed arrays. Their types must not be read within an untagged or internally
/// tagged enum: serde buffers the content of such an enum, and knows no typed arrays.
#[cfg(target_arch = "wasm32")]
mod javascript {
    use js_sys::{Float32Array, Int32Array, Uint8Array};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_wasm_bindgen::preserve;
    use wasm_bindgen::JsCast;

    use super::TypedArray;

    /// A number type with a typed array in JavaScript.
    pub trait Element: Sized {
        /// That typed array.
        type Array: JsCast;

        /// A copy of the numbers, outside of WebAssembly's memory.
        fn copied(numbers: &[Self]) -> Self::Array;

        /// A copy of the typed array.
        fn read(array: &Self::Array) -> Vec<Self>;
    }

    macro_rules! element {
        ($number:ty, $array:ty) => {
            impl Element for $number {
                type Array = $array;

                fn copied(numbers: &[Self]) -> $array {
                    numbers.into()
                }

                fn read(array: &$array) -> Vec<Self> {
                    array.to_vec()
                }
            }
        };
    }
    element!(u8, Uint8Array);
    element!(i32, Int32Array);
    element!(f32, Float32Array);

    impl<T: Element> Serialize for TypedArray<T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            preserve::serialize(&T::copied(&self.0), serializer)
        }
    }

    impl<'de, T: Element> Deserialize<'de> for TypedArray<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let array: T::Array = preserve::deserialize(deserializer)?;
            Ok(Self(T::read(&array)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_json_it_is_a_plain_array() {
        let numbers = TypedArray(vec![0.5_f32, -1.0]);
        let json = serde_json::to_value(&numbers).unwrap();
        assert_eq!(json, serde_json::json!([0.5, -1.0]));
        assert_eq!(serde_json::from_value::<TypedArray<f32>>(json).unwrap(), numbers);
    }
}
