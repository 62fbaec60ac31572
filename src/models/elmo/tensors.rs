//! The table of ELMo's tensors. The LSTM layers have AllenNLP's names; a convolution is a matrix, so that it can be
//! quantized as any other: `[filters, width · size]`.

use super::{
    CharacterEncoder, Convolution, Elmo, ElmoConfig, LstmLayer,
    config::{MOST_HIGHWAYS, WIDEST},
};
use crate::{
    error::Result,
    models::{
        arrived::Arrived,
        table::{self, Dialect, Form, Table, Use},
    },
};

/// A row of an ELMo.
pub type Row = table::Row<Elmo, ElmoConfig>;

const CHARACTERS: Row = Row::new(
    "chars.embedding",
    |config| Some([config.char_cnn.n_characters, config.char_cnn.embedding.dim]),
    Form::Table(|model, _| Some(&model.characters.embedding)),
);

/// The row of the convolution of this width.
const fn convolution<const WIDTH: usize>(name: &'static str) -> Row {
    Row::new(
        name,
        |config| Some([config.filters(WIDTH)?, WIDTH * config.char_cnn.embedding.dim]),
        Form::Linear(|model, _| {
            let mut all = model.characters.convolutions.iter();
            all.find(|it| it.width == WIDTH).map(|it| &it.filters)
        }),
    )
}

static CONVOLUTIONS: [Row; WIDEST] = [
    convolution::<1>("chars.conv.1"),
    convolution::<2>("chars.conv.2"),
    convolution::<3>("chars.conv.3"),
    convolution::<4>("chars.conv.4"),
    convolution::<5>("chars.conv.5"),
    convolution::<6>("chars.conv.6"),
    convolution::<7>("chars.conv.7"),
    convolution::<8>("chars.conv.8"),
];

/// The row of the highway layer of this index.
const fn highway<const INDEX: usize>(name: &'static str) -> Row {
    Row::new(
        name,
        |config| {
            let features = config.features();
            (INDEX < config.char_cnn.n_highway).then_some([2 * features, features])
        },
        Form::Linear(|model, _| model.characters.highways.get(INDEX)),
    )
}

static HIGHWAYS: [Row; MOST_HIGHWAYS] =
    [highway::<0>("chars.highway.0"), highway::<1>("chars.highway.1")];

static PROJECTION: Row = Row::new(
    "chars.projection",
    |config| Some([config.lstm.projection_dim, config.features()]),
    Form::Linear(|model, _| Some(&model.characters.projection)),
);

/// Shape of the gates' weights: of the input, or of the outputs before.
fn gates(config: &ElmoConfig) -> Option<[usize; 2]> {
    Some([4 * config.lstm.dim, config.lstm.projection_dim])
}

fn bias(config: &ElmoConfig) -> Option<[usize; 2]> {
    Some([4 * config.lstm.dim, 1])
}

fn projected(config: &ElmoConfig) -> Option<[usize; 2]> {
    Some([config.lstm.projection_dim, config.lstm.dim])
}

/// The rows of a reader's layers.
struct Reader {
    input: Row,
    recurrent: Row,
    bias: Row,
    projection: Row,
}

static FORWARD: Reader = Reader {
    input: Row::new(
        "forward_layer_{}.input_linearity",
        gates,
        Form::Matrix(|model, layer| Some(&model.forward[layer].input)),
    ),
    recurrent: Row::new(
        "forward_layer_{}.state_linearity",
        gates,
        Form::Matrix(|model, layer| Some(&model.forward[layer].recurrent)),
    ),
    bias: Row::new(
        "forward_layer_{}.state_linearity",
        bias,
        Form::Bias(|model, layer| Some(&model.forward[layer].bias)),
    ),
    projection: Row::new(
        "forward_layer_{}.state_projection",
        projected,
        Form::Matrix(|model, layer| model.forward[layer].projection.as_ref()),
    ),
};

static BACKWARD: Reader = Reader {
    input: Row::new(
        "backward_layer_{}.input_linearity",
        gates,
        Form::Matrix(|model, layer| Some(&model.backward[layer].input)),
    ),
    recurrent: Row::new(
        "backward_layer_{}.state_linearity",
        gates,
        Form::Matrix(|model, layer| Some(&model.backward[layer].recurrent)),
    ),
    bias: Row::new(
        "backward_layer_{}.state_linearity",
        bias,
        Form::Bias(|model, layer| Some(&model.backward[layer].bias)),
    ),
    projection: Row::new(
        "backward_layer_{}.state_projection",
        projected,
        Form::Matrix(|model, layer| model.backward[layer].projection.as_ref()),
    ),
};

static SOFTMAX: Row = Row::new(
    "softmax",
    |config| (config.vocab_size > 0).then_some([config.vocab_size, config.lstm.projection_dim]),
    Form::Linear(|model, _| model.softmax.as_ref()),
)
.used_as(Use::Embedding)
.head();

/// ELMo's tensors.
pub static TABLE: Table<Elmo, ElmoConfig> = Table {
    rows: &[
        &CHARACTERS,
        &CONVOLUTIONS[0],
        &CONVOLUTIONS[1],
        &CONVOLUTIONS[2],
        &CONVOLUTIONS[3],
        &CONVOLUTIONS[4],
        &CONVOLUTIONS[5],
        &CONVOLUTIONS[6],
        &CONVOLUTIONS[7],
        &HIGHWAYS[0],
        &HIGHWAYS[1],
        &PROJECTION,
        &FORWARD.input,
        &FORWARD.recurrent,
        &FORWARD.bias,
        &FORWARD.projection,
        &BACKWARD.input,
        &BACKWARD.recurrent,
        &BACKWARD.bias,
        &BACKWARD.projection,
        &SOFTMAX,
    ],
    prefixes: &["elmo."],
    usual_prefixes: &["", "elmo."],
    norm_fields: None,
    layers: |config| config.lstm.n_layers,
    dialect: |_| Dialect { prefix: "", spelling: None },
};

/// Builds the model from its tensors.
pub(super) fn build(config: ElmoConfig, arrived: &mut Arrived<Elmo, ElmoConfig>) -> Result<Elmo> {
    let mut convolutions = Vec::new();
    for (index, row) in CONVOLUTIONS.iter().enumerate() {
        let width = index + 1;
        if config.filters(width).is_some() {
            convolutions.push(Convolution { filters: arrived.linear(row, 0)?, width });
        }
    }
    let highways = HIGHWAYS.iter().take(config.char_cnn.n_highway);
    Ok(Elmo {
        characters: CharacterEncoder {
            embedding: arrived.table(&CHARACTERS)?,
            convolutions,
            highways: highways.map(|row| arrived.linear(row, 0)).collect::<Result<_>>()?,
            projection: arrived.linear(&PROJECTION, 0)?,
        },
        forward: layers(&FORWARD, &config, arrived)?,
        backward: layers(&BACKWARD, &config, arrived)?,
        softmax: arrived.optional_linear(&SOFTMAX)?,
        config,
        table: arrived.table,
    })
}

fn layers(
    reader: &'static Reader,
    config: &ElmoConfig,
    arrived: &mut Arrived<Elmo, ElmoConfig>,
) -> Result<Vec<LstmLayer>> {
    let layer = |index: usize| {
        Ok(LstmLayer {
            input: arrived.matrix(&reader.input, index)?,
            recurrent: arrived.matrix(&reader.recurrent, index)?,
            bias: arrived.bias(&reader.bias, index)?,
            projection: Some(arrived.matrix(&reader.projection, index)?),
        })
    };
    (0..config.lstm.n_layers).map(layer).collect()
}
