//! Pooling: the vectors of a text's tokens become one.

use serde::{Deserialize, Serialize};

/// A pooling mode. In JSON its name in camel case; sentence-transformers' names are accepted too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum PoolingMode {
    /// The first token's vector, which is `[CLS]`'s.
    Cls,
    /// The maximum of each column.
    Max,
    /// The mean of all vectors, special tokens included.
    Mean,
    /// Their sum, divided by the square root of their number.
    #[serde(alias = "mean_sqrt_len_tokens")]
    MeanSqrtLength,
    /// The mean weighted by position: the n-th token counts n times.
    #[serde(alias = "weightedmean")]
    WeightedMean,
    /// The last token's vector, which is `[SEP]`'s.
    #[serde(alias = "lasttoken", alias = "last_token")]
    LastToken,
}

impl PoolingMode {
    /// All modes, in the order in which sentence-transformers concatenates several.
    pub const ALL: [Self; 6] = [
        Self::Cls,
        Self::Max,
        Self::Mean,
        Self::MeanSqrtLength,
        Self::WeightedMean,
        Self::LastToken,
    ];
}

/// One pooling mode, or several, whose vectors are concatenated. In JSON a name, or a list of names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(as = "Spelled"))]
#[serde(try_from = "Spelled", into = "Spelled")]
pub struct Pooling(Vec<PoolingMode>);

#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    untagged,
    expecting = "pooling is one of cls, max, mean, meanSqrtLength, weightedMean and lastToken, or a list of them"
)]
enum Spelled {
    One(PoolingMode),
    Several(Vec<PoolingMode>),
}

impl Pooling {
    /// The pooling of these modes. `None` for no modes, or for more than there are.
    pub fn new(modes: Vec<PoolingMode>) -> Option<Self> {
        (1..=PoolingMode::ALL.len()).contains(&modes.len()).then_some(Self(modes))
    }

    /// The modes, in the order of their vectors; never empty.
    pub fn modes(&self) -> &[PoolingMode] {
        &self.0
    }
}

impl Default for Pooling {
    fn default() -> Self {
        PoolingMode::Mean.into()
    }
}

impl From<PoolingMode> for Pooling {
    fn from(mode: PoolingMode) -> Self {
        Self(vec![mode])
    }
}

impl TryFrom<Spelled> for Pooling {
    type Error = &'static str;

    fn try_from(spelled: Spelled) -> Result<Self, Self::Error> {
        match spelled {
            Spelled::One(mode) => Ok(mode.into()),
            Spelled::Several(modes) => {
                Self::new(modes).ok_or("a list of ways of pooling has one to six of them")
            }
        }
    }
}

impl From<Pooling> for Spelled {
    fn from(Pooling(modes): Pooling) -> Self {
        match modes[..] {
            [mode] => Self::One(mode),
            _ => Self::Several(modes),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn one_is_a_name_and_several_are_a_list() {
        let both = Pooling::new(vec![PoolingMode::Mean, PoolingMode::LastToken]).unwrap();
        for (pooling, spelled) in [
            (PoolingMode::MeanSqrtLength.into(), json!("meanSqrtLength")),
            (both, json!(["mean", "lastToken"])),
        ] {
            assert_eq!(to_value(&pooling).unwrap(), spelled);
            assert_eq!(from_value::<Pooling>(spelled).unwrap(), pooling);
        }
        let alone: Pooling = from_value(json!(["weightedmean"])).unwrap();
        assert_eq!(to_value(alone).unwrap(), json!("weightedMean"));
    }

    #[test]
    fn what_is_no_pooling_is_refused_in_words() {
        for nonsense in [json!("median"), json!([]), json!(3), json!(["cls", 1])] {
            assert!(from_value::<Pooling>(nonsense).is_err());
        }
        let many = json!(vec!["mean"; 7]);
        assert!(from_value::<Pooling>(many).unwrap_err().to_string().contains("one to six"));
        let error = from_value::<Pooling>(json!("median")).unwrap_err();
        assert!(error.to_string().contains("weightedMean"), "{error}");
    }
}
