//! Reasons why a request is refused.

use super::described::described;

described! {
    /// The reason why a request is refused.
    pub enum BadRequestReason in "badRequest" {
        /// A value that is not a request, or has a field of the wrong type.
        Unreadable {
            /// The message of serde.
            detail: String,
        },
        /// A missing field.
        MissingField {
            /// The field's name.
            field: String,
        },
        /// An option with an invalid value.
        Option {
            /// The option's name, as in lectern.d.ts.
            option: String,
            /// The value, as JavaScript writes it.
            given: String,
            /// The allowed values.
            allowed: Allowed,
        },
        /// A model handle that is not in use.
        NoSuchModel {
            /// The handle.
            model: u32,
        },
        /// A request to load files without files.
        NoFiles,
        /// Text that cannot be the name of a model.
        NotModelName {
            /// The text.
            name: String,
        },
        /// An empty address.
        EmptyAddress,
        /// An address with characters that no address has.
        AddressCharacters {
            /// The address.
            address: String,
        },
        /// A folder's address with `?` or `#`.
        AddressWithQuery {
            /// The address.
            address: String,
        },
        /// An address without a host.
        AddressWithoutHost {
            /// The address.
            address: String,
        },
        /// An address with another scheme than `http:` or `https:`.
        AddressScheme {
            /// The address.
            address: String,
        },
        /// Text that cannot be the id of a model on the Hugging Face Hub.
        NotHubModel {
            /// The text.
            id: String,
        },
        /// Text that cannot be the name of a branch, tag or commit.
        NotRevision {
            /// The text.
            revision: String,
        },
        /// Several weight files, none of which has the expected name.
        SeveralWeights {
            /// The first file.
            first: String,
            /// Another file.
            second: String,
            /// The expected name.
            expected: String,
        },
        /// Files of several models.
        SeveralModels {
            /// Some of the models.
            models: Vec<String>,
        },
        /// A prompt that the model does not have.
        NoSuchPrompt {
            /// The name from the request.
            prompt: String,
            /// The names of the model's prompts.
            known: Vec<String>,
        },
        /// Several GGUF files.
        SeveralGguf {
            /// The first file.
            first: String,
            /// Another file.
            second: String,
        },
        /// A request to store a model that does not come from a server.
        NothingToKeep,
        /// A request to store a model outside of a browser.
        NoBrowser,
        /// A request to train to a worker that does not.
        NoTrainer,
        /// A request to teach without examples, or fewer than two classes.
        NoExamples,
        /// A ranking that does not name each continuation of a text once.
        NotARanking {
            /// The index of the text.
            text: usize,
        },
        /// A text without tokens.
        EmptyText,
        /// A prompt without tokens, for a model without an end-of-text token.
        EmptyPrompt,
        /// A text of fewer than two tokens, so that no token is predicted.
        TextTooShort,
        /// A pair of texts for a model with a single token type, which cannot tell them apart.
        OneTokenType,
        /// A token that was added to the tokenizer, but has no row in the model's embedding.
        TokenWithoutEmbedding {
            /// The token's text.
            token: String,
            /// The token's id.
            id: u32,
            /// Rows of the model's embedding.
            vocabulary: usize,
        },
        /// A comparison of models with different vocabularies.
        DifferentVocabularies,
        /// A comparison of models whose texts differ before the given token.
        DifferentTexts,
        /// A position without a predicted token.
        NoPredictedToken {
            /// The position, from 0.
            position: usize,
        },
        /// A layer that the model does not have, or a head that the layer does not have.
        NoSuchHead {
            /// The layer's index.
            layer: usize,
            /// The head's index.
            head: usize,
        },
        /// A request about the last generated text, before there is one.
        NothingGenerated,
        /// A request about the last encoded text, before there is one.
        NothingRead,
        /// A word of the text without tokens.
        NoWord {
            /// Offset of the word's start, in UTF-16 code units.
            start: usize,
            /// Offset of the word's end.
            end: usize,
        },
        /// A word beyond the part of the text that the model reads.
        WordCutOff {
            /// Offset of the word's start, in UTF-16 code units.
            start: usize,
            /// Offset of the word's end.
            end: usize,
        },
        /// A text without a mask token.
        NoMask {
            /// The text of the model's mask token.
            mask: String,
        },
        /// An empty list of layers.
        NoLayers,
        /// A layer that the model does not have.
        NoSuchLayer {
            /// The requested layer.
            layer: i32,
            /// The index of the last layer; the embeddings are layer 0.
            last: usize,
        },
        /// A mixture with another number of scalars than the model has layers.
        MixtureLength {
            /// Scalars of the mixture.
            found: usize,
            /// Layers, the embeddings included.
            expected: usize,
        },
        /// A mixture with a scalar that is not finite.
        MixtureNotFinite,
        /// A matrix that the model does not have.
        NoSuchMatrix {
            /// The matrix's name.
            tensor: String,
        },
        /// A window of a matrix with too many values.
        WindowTooLarge {
            /// Values in the window.
            numbers: usize,
            /// The largest allowed number of values.
            most: usize,
        },
        /// A matrix with values too large for the scheme.
        Overflow {
            /// The matrix's name.
            tensor: String,
            /// The first such row, from 0.
            row: usize,
            /// The scheme's name.
            scheme: String,
        },
        /// A scheme that is read from files, but that no weights are quantized to.
        OnlyInFiles {
            /// The scheme's name.
            scheme: String,
        },
        /// A matrix whose values cannot be written as blocks of its scheme.
        NoBlocks {
            /// The scheme's name.
            scheme: String,
        },
        /// A scheme that a GGUF file cannot hold.
        SchemeNotInGguf {
            /// The scheme's name.
            scheme: String,
            /// The schemes that it can hold.
            known: Vec<String>,
        },
        /// A tensor that the file format cannot hold.
        TensorNotInFormat {
            /// `GGUF` or `safetensors`.
            format: String,
            /// The tensor's name.
            tensor: String,
            /// The tensor's dtype.
            dtype: String,
            /// The tensor's shape.
            shape: Vec<usize>,
        },
        /// A module after the pooling, which GGUF has no metadata for.
        ModuleNotInGguf {
            /// The module's type.
            module: String,
        },
        /// An activation that GGUF has no metadata for.
        ActivationNotInGguf {
            /// The activation's name.
            name: String,
        },
        /// An architecture that GGUF has no names for.
        ArchitectureNotInGguf {
            /// The architecture's name.
            architecture: String,
        },
        /// A scaling of attention that GGUF has no metadata for.
        ScalingNotInGguf,
        /// A tokenizer that GGUF's metadata cannot describe.
        TokenizerNotInGguf {
            /// A text that would be encoded as other tokens.
            text: String,
        },
    }
}

described! {
    /// The allowed values of an option.
    pub enum Allowed in "allowed" {
        /// Any integer.
        Whole,
        /// An integer within limits.
        WholeBetween {
            /// The smallest value.
            least: u64,
            /// The largest value.
            most: u64,
        },
        /// Any finite number.
        Number,
        /// A finite number with a lower limit.
        AtLeast {
            /// The smallest value.
            least: f64,
        },
        /// A finite number above a limit.
        Above {
            /// The limit, which is not allowed itself.
            limit: f64,
        },
        /// A number within limits.
        Between {
            /// The smallest value.
            least: f64,
            /// The largest value.
            most: f64,
        },
        /// `true` or `false`.
        Flag,
        /// A string.
        Text,
        /// A list of strings.
        Texts,
        /// A list of integers.
        WholeNumbers,
        /// A list of integers that are not negative.
        Counts,
        /// A list of finite numbers.
        Numbers,
        /// One of several names.
        OneOf {
            /// The names.
            names: Vec<String>,
        },
        /// One of several names, or a list of them.
        SomeOf {
            /// The names.
            names: Vec<String>,
        },
    }
}
