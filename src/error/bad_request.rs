//! What can be wrong with a request.

use super::described::described;

described! {
    /// Why a request makes no sense.
    pub enum BadRequestReason in "badRequest" {
        /// It is none, or has a part of the wrong type.
        Unreadable {
            /// What serde says.
            detail: String,
        },
        /// Something is not there that it needs.
        MissingField {
            /// Its name.
            field: String,
        },
        /// An option has a value that it cannot have.
        Option {
            /// Its name, as in lectern.d.ts.
            option: String,
            /// The value, as JavaScript writes it.
            given: String,
            /// What it may be.
            allowed: Allowed,
        },
        /// No model of that number is loaded.
        NoSuchModel {
            /// The number.
            model: u32,
        },
        /// No files came with it.
        NoFiles,
        /// It cannot be the name of a model.
        NotModelName {
            /// The name.
            name: String,
        },
        /// An address without a letter.
        EmptyAddress,
        /// An address with characters that none has.
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
        /// An address that is not read by `http:` or `https:`.
        AddressScheme {
            /// The address.
            address: String,
        },
        /// It does not look like the id of a model of the Hugging Face Hub.
        NotHubModel {
            /// The text.
            id: String,
        },
        /// It cannot be the name of a branch, tag or commit.
        NotRevision {
            /// The text.
            revision: String,
        },
        /// There are several files of weights, and none that would be the model.
        SeveralWeights {
            /// The first one.
            first: String,
            /// Another one.
            second: String,
            /// What it would be called.
            expected: String,
        },
        /// There are several models among the files.
        SeveralModels {
            /// Some of them.
            models: Vec<String>,
        },
        /// The model has no prompt of that name.
        NoSuchPrompt {
            /// The name.
            prompt: String,
            /// Those that it has.
            known: Vec<String>,
        },
        /// There are several GGUF files.
        SeveralGguf {
            /// The first one.
            first: String,
            /// Another one.
            second: String,
        },
        /// Only what comes from a server is kept.
        NothingToKeep,
        /// Only a browser keeps models.
        NoBrowser,
        /// The text has no tokens.
        EmptyText,
        /// The prompt has no tokens, and the model no token that ends a text.
        EmptyPrompt,
        /// The text has fewer than two tokens, so that none is foretold.
        TextTooShort,
        /// The model has one token type, and so cannot tell the texts of a pair apart.
        OneTokenType,
        /// A token of the text was added to the tokenizer and never to the model.
        TokenWithoutEmbedding {
            /// Its text.
            token: String,
            /// Its number.
            id: u32,
            /// Rows of the model's embedding.
            vocabulary: usize,
        },
        /// The two models have different vocabularies.
        DifferentVocabularies,
        /// The two models' texts are not the same up to that token.
        DifferentTexts,
        /// No token there was foretold.
        NoPredictedToken {
            /// The position, from 0.
            position: usize,
        },
        /// There is no such layer, or no such head in it.
        NoSuchHead {
            /// The layer, from 0.
            layer: usize,
            /// The head, from 0.
            head: usize,
        },
        /// Nothing was generated that could be looked into.
        NothingGenerated,
        /// Nothing was read that could be looked into.
        NothingRead,
        /// No token of the text lies there.
        NoWord {
            /// Where the word should begin, in UTF-16 code units.
            start: usize,
            /// Where it should end.
            end: usize,
        },
        /// The word comes after what the model can read of the text.
        WordCutOff {
            /// Where it begins, in UTF-16 code units.
            start: usize,
            /// Where it ends.
            end: usize,
        },
        /// The text has no mask.
        NoMask {
            /// What the model calls a mask.
            mask: String,
        },
        /// No layers were chosen.
        NoLayers,
        /// There is no such layer.
        NoSuchLayer {
            /// The layer that was asked for.
            layer: i32,
            /// The last one; the embeddings are layer 0.
            last: usize,
        },
        /// A mixture of layers needs one number for each of them.
        MixtureLength {
            /// Numbers that were given.
            found: usize,
            /// Layers, the embeddings included.
            expected: usize,
        },
        /// A mixture's numbers are not finite.
        MixtureNotFinite,
        /// The model has no such matrix.
        NoSuchMatrix {
            /// Its name.
            tensor: String,
        },
        /// A part of a matrix has too many numbers to be shown.
        WindowTooLarge {
            /// Numbers in it.
            numbers: usize,
            /// The most.
            most: usize,
        },
        /// A matrix has numbers that are too large for the scheme.
        Overflow {
            /// The matrix.
            tensor: String,
            /// The first such row, from 0.
            row: usize,
            /// The scheme.
            scheme: String,
        },
        /// Nothing is quantized to that scheme: only files have it.
        OnlyInFiles {
            /// The scheme.
            scheme: String,
        },
        /// Numbers of a matrix fit into no block of its scheme.
        NoBlocks {
            /// The scheme.
            scheme: String,
        },
        /// A GGUF file cannot hold numbers of that scheme.
        SchemeNotInGguf {
            /// The scheme.
            scheme: String,
            /// Those that it can hold.
            known: Vec<String>,
        },
        /// A file of that format cannot hold such a tensor.
        TensorNotInFormat {
            /// `GGUF` or `safetensors`.
            format: String,
            /// The tensor.
            tensor: String,
            /// Its dtype.
            dtype: String,
            /// Its shape.
            shape: Vec<usize>,
        },
        /// GGUF has no words for what follows the model's pooling.
        ModuleNotInGguf {
            /// The module.
            module: String,
        },
        /// GGUF has no words for the model's activation.
        ActivationNotInGguf {
            /// The activation.
            name: String,
        },
        /// GGUF has no words for the way in which the model scales its attention.
        ScalingNotInGguf,
        /// GGUF has no words for what the tokenizer does.
        TokenizerNotInGguf {
            /// A text that would become other tokens.
            text: String,
        },
    }
}

described! {
    /// What an option may be.
    pub enum Allowed in "allowed" {
        /// Any whole number.
        Whole,
        /// A whole number within limits.
        WholeBetween {
            /// The least.
            least: u64,
            /// The most.
            most: u64,
        },
        /// Any number that is finite.
        Number,
        /// A finite number that is not less.
        AtLeast {
            /// The least.
            least: f64,
        },
        /// A finite number that is larger.
        Above {
            /// What it must be larger than.
            limit: f64,
        },
        /// A number within limits.
        Between {
            /// The least.
            least: f64,
            /// The most.
            most: f64,
        },
        /// `true` or `false`.
        Flag,
        /// A text.
        Text,
        /// A list of texts.
        Texts,
        /// A list of whole numbers.
        WholeNumbers,
        /// A list of whole numbers that are not negative.
        Counts,
        /// A list of finite numbers.
        Numbers,
        /// One of some names.
        OneOf {
            /// The names.
            names: Vec<String>,
        },
        /// One of some names, or a list of them.
        SomeOf {
            /// The names.
            names: Vec<String>,
        },
    }
}
