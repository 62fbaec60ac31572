//! The values of a GGUF file's metadata.

use std::fmt;

use crate::error::{BadFileReason, LecternError, Result, ValueKind};

/// A numeric type, with its code in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum NumberKind {
    /// 8 bits, unsigned.
    U8 = 0,
    /// 8 bits.
    I8 = 1,
    /// 16 bits, unsigned.
    U16 = 2,
    /// 16 bits.
    I16 = 3,
    /// 32 bits, unsigned.
    U32 = 4,
    /// 32 bits.
    I32 = 5,
    /// 32-bit float.
    F32 = 6,
    /// A byte, 0 or 1.
    Bool = 7,
    /// 64 bits, unsigned.
    U64 = 10,
    /// 64 bits.
    I64 = 11,
    /// 64-bit float.
    F64 = 12,
}

/// The codes of the other types.
pub(super) const STRING: u32 = 8;
pub(super) const ARRAY: u32 = 9;

impl NumberKind {
    const ALL: [Self; 11] = [
        Self::U8,
        Self::I8,
        Self::U16,
        Self::I16,
        Self::U32,
        Self::I32,
        Self::F32,
        Self::Bool,
        Self::U64,
        Self::I64,
        Self::F64,
    ];

    /// The type of a code.
    pub(super) fn of(code: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u32 == code)
    }

    /// Bytes of a number of this type.
    pub(super) fn width(self) -> usize {
        match self {
            Self::U8 | Self::I8 | Self::Bool => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }
}

/// Numbers of one type in the file's encoding, which takes no more memory than the file.
#[derive(Clone, PartialEq, Eq)]
pub struct Numbers {
    pub(super) kind: NumberKind,
    pub(super) bytes: Vec<u8>,
}

impl fmt::Debug for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {:?}", self.len(), self.kind)
    }
}

impl Numbers {
    /// The number of elements.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.kind.width()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The values as integers; `None` for floats and booleans.
    pub fn integers(&self) -> impl Iterator<Item = Option<i64>> + '_ {
        let word = |bytes: &[u8]| {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(word)
        };
        self.bytes.chunks_exact(self.kind.width()).map(move |bytes| {
            let word = word(bytes);
            match self.kind {
                NumberKind::I8 => Some(i64::from(word as i8)),
                NumberKind::I16 => Some(i64::from(word as i16)),
                NumberKind::I32 => Some(i64::from(word as i32)),
                NumberKind::I64 => Some(word as i64),
                NumberKind::F32 | NumberKind::F64 | NumberKind::Bool => None,
                NumberKind::U8 | NumberKind::U16 | NumberKind::U32 | NumberKind::U64 => {
                    i64::try_from(word).ok()
                }
            }
        })
    }

    fn single(&self) -> Option<&[u8]> {
        (self.len() == 1).then_some(&self.bytes)
    }
}

/// A metadata value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number or a boolean.
    Number(Numbers),
    /// A string.
    Text(String),
    /// An array of numbers.
    Numbers(Numbers),
    /// An array of strings.
    Texts(Vec<String>),
    /// An array of arrays.
    Arrays(Vec<Value>),
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(Numbers { kind: NumberKind::U32, bytes: number.to_le_bytes().into() })
    }
}

impl From<f32> for Value {
    fn from(number: f32) -> Self {
        Self::Number(Numbers { kind: NumberKind::F32, bytes: number.to_le_bytes().into() })
    }
}

impl From<bool> for Value {
    fn from(is_so: bool) -> Self {
        Self::Number(Numbers { kind: NumberKind::Bool, bytes: vec![u8::from(is_so)] })
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<String>> for Value {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl From<Vec<i32>> for Value {
    fn from(numbers: Vec<i32>) -> Self {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        Self::Numbers(Numbers { kind: NumberKind::I32, bytes })
    }
}

impl Value {
    /// The value as an integer that is not negative.
    pub fn as_integer(&self) -> Option<u64> {
        let Self::Number(numbers) = self else { return None };
        let integer = numbers.integers().next().flatten();
        integer.and_then(|integer| integer.try_into().ok())
    }

    /// The value as a number. A 32-bit float gives the shortest decimal number that rounds to it: 1e-5 stays 1e-5.
    pub fn as_number(&self) -> Option<f64> {
        let Self::Number(numbers) = self else { return None };
        let bytes = numbers.single()?;
        match numbers.kind {
            NumberKind::F32 => f32::from_le_bytes(bytes.try_into().ok()?).to_string().parse().ok(),
            NumberKind::F64 => Some(f64::from_le_bytes(bytes.try_into().ok()?)),
            _ => numbers.integers().next().flatten().map(|integer| integer as f64),
        }
    }

    /// The value as a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Number(Numbers { kind: NumberKind::Bool, bytes }) => {
                bytes.first().map(|byte| *byte != 0)
            }
            _ => None,
        }
    }

    /// The value as a string.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value as an array of strings.
    pub fn as_texts(&self) -> Option<&[String]> {
        match self {
            Self::Texts(texts) => Some(texts),
            // An array without values may be of any type.
            Self::Numbers(numbers) if numbers.is_empty() => Some(&[]),
            _ => None,
        }
    }
}

/// The metadata of a file, in its order. Errors name no file ([`LecternError::in_file`]).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata(pub(super) Vec<(String, Value)>);

impl Metadata {
    /// Appends an entry. An earlier entry of the same key takes precedence.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) {
        self.0.push((key.into(), value.into()));
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The integer of a key; `None` if the key is absent.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if the value is not an integer, or negative.
    pub fn integer(&self, key: &str) -> Result<Option<usize>> {
        let number = |value: &Value| value.as_integer().and_then(|number| number.try_into().ok());
        self.typed(key, ValueKind::Integer, number)
    }

    /// The number of a key; `None` if the key is absent.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if the value is of another type.
    pub fn number(&self, key: &str) -> Result<Option<f64>> {
        self.typed(key, ValueKind::Number, Value::as_number)
    }

    /// The boolean of a key; `None` if the key is absent.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if the value is of another type.
    pub fn flag(&self, key: &str) -> Result<Option<bool>> {
        self.typed(key, ValueKind::Flag, Value::as_bool)
    }

    /// The string of a key; `None` if the key is absent.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if the value is of another type.
    pub fn text(&self, key: &str) -> Result<Option<&str>> {
        self.typed(key, ValueKind::Text, Value::as_text)
    }

    /// The strings of a key; `None` if the key is absent.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if the value is of another type.
    pub fn texts(&self, key: &str) -> Result<Option<&[String]>> {
        self.typed(key, ValueKind::Texts, Value::as_texts)
    }

    fn typed<'a, T>(
        &'a self,
        key: &str,
        expected: ValueKind,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| {
            let key = key.to_owned();
            LecternError::bad_file("", BadFileReason::WrongValue { key, expected })
        })
    }
}
