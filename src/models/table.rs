//! The table of an architecture's tensors, from which everything is derived that has to know them one by one: what a
//! checkpoint may hold, under which names it is found, how much memory it takes, what a missing tensor is called, and
//! what is listed, counted and written to files.

use std::mem::discriminant;

use burn::{module::Param, tensor::Tensor};

use super::{
    Precision,
    assembly::{Role, Slot},
    layers::{LayerNorm, Linear},
};
use crate::kernels::Weight;

/// The form of a row, with the function that finds it in a model `M` (`None` where that model lacks it).
pub enum Form<M> {
    /// A matrix `[outputs, inputs]` and a bias.
    Linear(fn(&M, usize) -> Option<&Linear>),
    /// The same, in Hugging Face's files with a column for each output (OpenAI's `Conv1D`).
    Conv1d(fn(&M, usize) -> Option<&Linear>),
    /// Gamma and beta of a layer normalization.
    Norm(fn(&M, usize) -> Option<&LayerNorm>),
    /// A matrix without a bias.
    Matrix(fn(&M, usize) -> Option<&Weight>),
    /// A small table of rows, kept in floats.
    Table(fn(&M, usize) -> Option<&Param<Tensor<2>>>),
    /// A bias that belongs to a matrix described elsewhere.
    Bias(fn(&M, usize) -> Option<&Param<Tensor<1>>>),
}

impl<M> Form<M> {
    /// The tensors of a row.
    pub fn fields(&self) -> &'static [Field] {
        match self {
            Self::Linear(_) | Self::Conv1d(_) | Self::Norm(_) => &[Field::Weight, Field::Bias],
            Self::Matrix(_) | Self::Table(_) => &[Field::Weight],
            Self::Bias(_) => &[Field::Bias],
        }
    }
}

/// One of the two tensors of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The matrix, table or gamma.
    Weight,
    /// The bias or beta.
    Bias,
}

impl Field {
    /// The end of a tensor's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weight => "weight",
            Self::Bias => "bias",
        }
    }
}

/// The use of a matrix, by which [`Precision`] chooses its scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// The token embedding, or a head that may be tied to it.
    Embedding,
    /// The matrices of queries, keys and values.
    QueryKeyValue,
    /// Any other matrix.
    Layer,
}

/// The position of a row among several that the model keeps in one matrix, one below the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fused {
    /// Name of the whole, with `{}` for the layer's index.
    pub name: &'static str,
    /// Index of this row.
    pub index: usize,
    /// Number of rows.
    pub count: usize,
}

/// A row: a tensor, or a weight with its bias. `M` is the model, `C` its configuration. Names have `{}` for the index
/// of a layer.
pub struct Row<M, C> {
    /// The model's own name for it, without `.weight` and `.bias`.
    pub name: &'static str,
    /// Its form.
    pub form: Form<M>,
    /// `[outputs, inputs]` of a matrix, `[rows, columns]` of a table, `[size, 1]` of a norm or bias; `None` where a
    /// model of this configuration has no such tensor.
    shape: fn(&C) -> Option<[usize; 2]>,
    /// The name in GGUF files, where llama.cpp has one.
    gguf: Option<&'static str>,
    /// Names in the files of other libraries, by [`Dialect::spelling`].
    spellings: &'static [&'static str],
    used_as: Use,
    /// The matrix that it is a component of in the model.
    pub fused: Option<Fused>,
    /// A head: saved without the prefix of the model that it stands on.
    pub is_head: bool,
    /// Only heads read it: a GGUF file of a model without heads lacks it, as llama.cpp's converter has it.
    pub is_for_heads: bool,
    /// Another name for a tensor that has a row of its own: read where a checkpoint has it, never expected.
    is_alternative: bool,
}

impl<M, C> Row<M, C> {
    /// A row of this name, form and shape, the same in all files.
    pub const fn new(
        name: &'static str,
        shape: fn(&C) -> Option<[usize; 2]>,
        form: Form<M>,
    ) -> Self {
        Self {
            name,
            form,
            shape,
            gguf: None,
            spellings: &[],
            used_as: Use::Layer,
            fused: None,
            is_head: false,
            is_for_heads: false,
            is_alternative: false,
        }
    }

    /// llama.cpp's name for it.
    pub const fn gguf(mut self, name: &'static str) -> Self {
        self.gguf = Some(name);
        self
    }

    /// Its names in other libraries' files.
    pub const fn spelled(mut self, spellings: &'static [&'static str]) -> Self {
        self.spellings = spellings;
        self
    }

    /// Sets its use.
    pub const fn used_as(mut self, used_as: Use) -> Self {
        self.used_as = used_as;
        self
    }

    /// Marks it as one of several that are one matrix in the model.
    pub const fn fused(mut self, name: &'static str, index: usize, count: usize) -> Self {
        self.fused = Some(Fused { name, index, count });
        self
    }

    /// Marks it as a head, or a component of one.
    pub const fn head(mut self) -> Self {
        self.is_head = true;
        self
    }

    /// Marks it as used only by heads.
    pub const fn for_heads(mut self) -> Self {
        self.is_for_heads = true;
        self
    }

    /// Marks it as a second name of another row.
    pub const fn alternative(mut self) -> Self {
        self.is_alternative = true;
        self
    }

    fn is_in_layer(&self) -> bool {
        self.name.contains("{}")
    }

    fn layers(&self, layers: usize) -> usize {
        if self.is_in_layer() { layers } else { 1 }
    }
}

/// A library's way to name the tensors of its files.
pub struct Dialect {
    /// The prefix of every name but those of heads in the files that the library saves.
    pub prefix: &'static str,
    /// Index into the rows' spellings; `None`: canonical names.
    pub spelling: Option<usize>,
}

/// An architecture's tensors.
pub struct Table<M: 'static, C: 'static> {
    /// All rows, in the order of their use.
    pub rows: &'static [&'static Row<M, C>],
    /// Prefixes under which files keep the whole model, one or several after the other.
    pub prefixes: &'static [&'static str],
    /// Prefixes that an error about a missing tensor lists.
    pub usual_prefixes: &'static [&'static str],
    /// Other names for a norm's weight and bias.
    pub norm_fields: Option<[&'static str; 2]>,
    /// Number of layers.
    pub layers: fn(&C) -> usize,
    /// The dialect in which a model of this configuration is saved.
    pub dialect: fn(&C) -> Dialect,
}

/// A tensor of a table: a row, in a layer.
pub struct Entry<M: 'static, C: 'static> {
    /// The row.
    pub row: &'static Row<M, C>,
    /// Index of the layer; 0 outside of layers.
    pub layer: usize,
    /// The tensor of the row.
    pub field: Field,
}

impl<M, C> Entry<M, C> {
    /// The model's own name.
    pub fn name(&self) -> String {
        self.spelled(self.row.name)
    }

    /// llama.cpp's name for it, where it has one.
    pub fn gguf_name(&self) -> Option<String> {
        self.row.gguf.map(|name| self.spelled(name))
    }

    fn spelled(&self, name: &str) -> String {
        format!("{}.{}", in_layer(name, self.layer), self.field.name())
    }

    /// The name of the model's own tensor: of the whole, if the row is a component.
    pub fn name_in_model(&self) -> String {
        format!("{}.{}", self.stem_in_model(), self.field.name())
    }

    /// The same without `.weight` and `.bias`.
    pub fn stem_in_model(&self) -> String {
        in_layer(self.row.fused.map_or(self.row.name, |fused| fused.name), self.layer)
    }

    /// The destination of the tensor; `None` where a model of this configuration has no such tensor.
    pub fn slot(&self, config: &C, precision: &Precision) -> Option<Slot> {
        let [rows, columns] = (self.row.shape)(config)?;
        let scheme = || {
            let layer = self.row.is_in_layer().then_some(self.layer);
            match self.row.used_as {
                Use::Embedding => precision.embedding,
                Use::QueryKeyValue => precision.query_key_value_in(layer),
                Use::Layer => precision.in_layer(layer),
            }
        };
        let (role, shape) = match (&self.row.form, self.field) {
            (Form::Conv1d(_), Field::Weight) => (Role::Conv1d(scheme()), vec![columns, rows]),
            (Form::Linear(_) | Form::Matrix(_), Field::Weight) => {
                (Role::Matrix(scheme()), vec![rows, columns])
            }
            (Form::Table(_), _) => (Role::Plain, vec![rows, columns]),
            (Form::Norm(_) | Form::Bias(_), _) | (_, Field::Bias) => (Role::Plain, vec![rows]),
        };
        let component = self.row.fused.map_or((0, 1), |fused| (fused.index, fused.count));
        Some(Slot { name: self.name_in_model(), role, shape, component })
    }
}

/// A name with the index of its layer.
pub fn in_layer(name: &str, layer: usize) -> String {
    name.replace("{}", &layer.to_string())
}

/// The index of the layer in a name of this pattern; 0 where the pattern has none, `None` where it does not fit.
fn layer_of(pattern: &str, name: &str) -> Option<usize> {
    let Some((before, after)) = pattern.split_once("{}") else {
        return (pattern == name).then_some(0);
    };
    let index = name.strip_prefix(before)?.strip_suffix(after)?;
    let is_number = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| index.parse().ok()).flatten()
}

impl<M, C> std::fmt::Debug for Table<M, C> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.rows.iter().map(|row| row.name);
        formatter.debug_list().entries(names).finish()
    }
}

impl<M, C> Table<M, C> {
    /// The tensor of this name in a checkpoint, by any of its spellings and behind any prefix. `None` for what no row
    /// describes: buffers that hold no weights, and heads that are not run.
    pub fn find(&self, name: &str) -> Option<Entry<M, C>> {
        let mut bare = name;
        while let Some(rest) = self.prefixes.iter().find_map(|prefix| bare.strip_prefix(prefix)) {
            bare = rest;
        }
        let (stem, end) = bare.rsplit_once('.')?;
        self.rows.iter().find_map(|row| {
            let field = *row.form.fields().iter().find(|field| self.is_field(row, **field, end))?;
            let others = row.spellings.iter().copied();
            let mut names = std::iter::once(row.name).chain(others).chain(row.gguf);
            let layer = names.find_map(|pattern| layer_of(pattern, stem))?;
            Some(Entry { row, layer, field })
        })
    }

    fn is_field(&self, row: &Row<M, C>, field: Field, end: &str) -> bool {
        end == field.name() || self.norm_field(row, field) == Some(end)
    }

    fn norm_field(&self, row: &Row<M, C>, field: Field) -> Option<&'static str> {
        let [weight, bias] = self.norm_fields.filter(|_| matches!(row.form, Form::Norm(_)))?;
        Some(if field == Field::Weight { weight } else { bias })
    }

    /// Every tensor that a checkpoint of this configuration may hold, heads included, in the order of the rows and
    /// layer after layer.
    pub fn entries(&self, config: &C) -> Vec<Entry<M, C>> {
        let is_there = |row: &Row<M, C>| !row.is_alternative && (row.shape)(config).is_some();
        self.in_order((self.layers)(config)).filter(|entry| is_there(entry.row)).collect()
    }

    /// All rows, those of a layer next to each other.
    fn in_order(&self, layers: usize) -> impl Iterator<Item = Entry<M, C>> {
        let blocks = self.rows.chunk_by(|a, b| a.is_in_layer() && b.is_in_layer());
        blocks.flat_map(move |block| {
            (0..block[0].layers(layers)).flat_map(move |layer| {
                block.iter().flat_map(move |row| {
                    let fields = row.form.fields().iter();
                    fields.map(move |&field| Entry { row, layer, field })
                })
            })
        })
    }

    /// The entry by the table's own row of that name and form, where it has one.
    pub fn own(&self, entry: &Entry<M, C>) -> Entry<M, C> {
        let is_own = |row: &&&'static Row<M, C>| {
            row.name == entry.row.name && discriminant(&row.form) == discriminant(&entry.row.form)
        };
        let row = self.rows.iter().find(is_own).map_or(entry.row, |row| *row);
        Entry { row, layer: entry.layer, field: entry.field }
    }

    /// Every name under which a tensor is looked for: what an error about a missing one lists.
    pub fn spellings(&self, entry: &Entry<M, C>) -> Vec<String> {
        let greek = self
            .norm_field(entry.row, entry.field)
            .map(|field| format!("{}.{field}", in_layer(entry.row.name, entry.layer)));
        let others = entry.row.spellings.iter().map(|name| entry.spelled(name));
        let names = std::iter::once(entry.name()).chain(greek).chain(others);
        let prefixed =
            |name: String| self.usual_prefixes.iter().map(move |prefix| format!("{prefix}{name}"));
        names.flat_map(prefixed).chain(entry.gguf_name()).collect()
    }

    /// The name of a tensor in the files that transformers saves of a whole model of this configuration.
    pub fn saved_name(&self, entry: &Entry<M, C>, config: &C) -> String {
        let Dialect { prefix, spelling } = (self.dialect)(config);
        let spelling = spelling.and_then(|index| entry.row.spellings.get(index));
        let name = spelling.unwrap_or(&entry.row.name);
        let prefix = if entry.row.is_head { "" } else { prefix };
        format!("{prefix}{}", entry.spelled(name))
    }
}
