//! What cannot be run.

use super::{SentenceReason, described::described};

described! {
    /// Why a model cannot be run.
    pub enum UnsupportedReason in "unsupportedModel" {
        /// It is of another architecture.
        Architecture {
            /// Which one.
            found: String,
            /// Those that can be run.
            known: Vec<String>,
        },
        /// Its config.json does not tell its architecture.
        NoModelType,
        /// Its layers attend to an encoder's states too.
        CrossAttention,
        /// It has an activation that is not known.
        Activation {
            /// Its name.
            name: String,
        },
        /// Its config.json gives sizes that make no model.
        Sizes {
            /// Them.
            sizes: Vec<usize>,
        },
        /// Its hidden states cannot be shared out evenly among its heads.
        UnevenHeads {
            /// Attention heads.
            heads: usize,
            /// Numbers in a hidden state.
            width: usize,
        },
        /// Its heads are wider than the kernels can hold.
        WideHeads {
            /// Numbers in a head.
            size: usize,
            /// The most.
            most: usize,
        },
        /// It knows positions in another way than by a table of them.
        Positions {
            /// In which.
            found: String,
        },
        /// It is a BERT that was made a decoder.
        DecoderBert,
        /// Its weights are of a dtype that cannot be read.
        Dtype {
            /// Which one.
            dtype: String,
            /// Those that can be read.
            known: Vec<String>,
        },
        /// Its weights are integers, and the scales that belong to them are not in the file.
        IntegersWithoutScales {
            /// The integers' type.
            dtype: String,
        },
        /// A tensor is of a GGUF type that cannot be read.
        GgufType {
            /// Which tensor.
            tensor: String,
            /// Its type.
            found: String,
            /// Those that can be read.
            known: Vec<String>,
        },
        /// It cannot be run as sentence-transformers would.
        Sentences {
            /// Why not.
            reason: SentenceReason,
        },
        /// It is quantized by a scheme that is not known.
        Scheme {
            /// Its name.
            name: String,
            /// Those that are known.
            known: Vec<String>,
        },
        /// It is a GGUF file of a version that cannot be read.
        GgufVersion {
            /// Which one.
            version: u32,
        },
        /// It is a later part of a model.
        LaterPart {
            /// The file.
            file: String,
            /// Which part, from 1.
            number: u64,
            /// Of how many.
            count: u64,
        },
        /// It is the first part of a model, under a name that does not tell where the others are.
        RenamedPart {
            /// The file.
            file: String,
            /// How many parts there are.
            count: u64,
            /// How its name should end.
            ending: String,
        },
        /// It is a GGUF file of an adapter (LoRA).
        GgufAdapter,
        /// It is a GGUF file of a projector of images or sound.
        GgufProjector,
        /// It is a GGUF file of an importance matrix.
        GgufImportanceMatrix,
        /// It is a GGUF file of a vocabulary alone.
        GgufVocabulary,
        /// It is a GGUF file of something else than a model.
        GgufKind {
            /// Of what.
            found: String,
        },
        /// Its file is for big-endian machines.
        BigEndian,
        /// Its file asks for a function or a class that no file of weights needs; nothing of it was run.
        ForeignCode {
            /// The file.
            file: String,
            /// The name that it asks for.
            name: String,
        },
        /// Its file is a program (TorchScript), not weights.
        TorchScript {
            /// The file.
            file: String,
        },
        /// Its file has a record that is compressed or encrypted, as torch.save writes none.
        PackedRecord {
            /// The file.
            file: String,
            /// The record.
            record: String,
        },
        /// A tensor's elements repeat those of its storage: an expanded view.
        RepeatedElements {
            /// Which tensor.
            tensor: String,
        },
        /// Its tokenizer's model is neither a BPE nor a WordPiece.
        TokenizerModel {
            /// What it is.
            found: String,
        },
        /// Its tokenizer names no model.
        TokenizerWithoutModel,
        /// Its tokenizer is a BPE that marks where words begin or end, as GPT-2's does not.
        TokenizerAffixes,
        /// Its tokenizer is a BPE, but not one of bytes.
        TokenizerDecoder {
            /// Its decoder.
            found: String,
        },
        /// Its tokenizer is a BPE without a decoder.
        TokenizerWithoutDecoder,
        /// Its tokenizer is one that a GGUF file can have and that is not known.
        GgufTokenizer {
            /// Its name.
            found: String,
            /// Those that are known.
            known: Vec<String>,
        },
        /// Its tokenizer cuts texts into words otherwise than GPT-2's.
        PreTokenizer {
            /// As which one.
            found: String,
        },
        /// Its tokenizer cuts words in a way of its own, and there is no tokenizer.json that would say how.
        WordTokenizer {
            /// Which one.
            found: String,
        },
    }
}

described! {
    /// A part of a model.
    pub enum Head in "head" {
        /// BERT's masked-language head: the one that fills masks.
        MaskedLanguage,
        /// BERT's next-sentence head.
        NextSentence,
        /// An encoder, which turns texts into vectors.
        Encoder,
        /// A decoder, which continues texts.
        Decoder,
    }
}
