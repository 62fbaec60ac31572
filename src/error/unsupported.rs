//! Unsupported models, and parts that a model lacks.

use super::{SentenceReason, described::described};

described! {
    /// The reason why a model cannot be run.
    pub enum UnsupportedReason in "unsupportedModel" {
        /// An unknown architecture.
        Architecture {
            /// The architecture's name.
            found: String,
            /// The known architectures.
            known: Vec<String>,
        },
        /// A config.json without an architecture.
        NoModelType,
        /// Layers with cross-attention to an encoder.
        CrossAttention,
        /// An unknown activation.
        Activation {
            /// The activation's name.
            name: String,
        },
        /// Sizes in config.json that no model can have.
        Sizes {
            /// The sizes.
            sizes: Vec<usize>,
        },
        /// A hidden size that is not a multiple of the number of heads.
        UnevenHeads {
            /// Attention heads.
            heads: usize,
            /// The hidden size.
            width: usize,
        },
        /// A head size larger than the kernels support.
        WideHeads {
            /// The head size.
            size: usize,
            /// The largest supported head size.
            most: usize,
        },
        /// Positions encoded by something else than a learned table.
        Positions {
            /// The name of the encoding.
            found: String,
        },
        /// A BERT configured as a decoder.
        DecoderBert,
        /// An unsupported dtype of the weights.
        Dtype {
            /// The dtype's name.
            dtype: String,
            /// The supported dtypes.
            known: Vec<String>,
        },
        /// Integer weights without scales in the file.
        IntegersWithoutScales {
            /// The integers' dtype.
            dtype: String,
        },
        /// A tensor of an unsupported GGUF type.
        GgufType {
            /// The tensor's name.
            tensor: String,
            /// The tensor's type.
            found: String,
            /// The supported types.
            known: Vec<String>,
        },
        /// An unsupported feature of a sentence-transformers model.
        Sentences {
            /// The reason why it cannot be run.
            reason: SentenceReason,
        },
        /// An unknown quantization scheme.
        Scheme {
            /// The scheme's name.
            name: String,
            /// The known schemes.
            known: Vec<String>,
        },
        /// A GGUF file of an unsupported version.
        GgufVersion {
            /// The version.
            version: u32,
        },
        /// A shard that is not the first one of its model.
        LaterPart {
            /// The file's name.
            file: String,
            /// The shard's index, from 1.
            number: u64,
            /// The number of shards.
            count: u64,
        },
        /// The first shard of a model under a name that does not lead to the others.
        RenamedPart {
            /// The file's name.
            file: String,
            /// The number of shards.
            count: u64,
            /// The ending that the name should have.
            ending: String,
        },
        /// A GGUF file of an adapter (LoRA).
        GgufAdapter,
        /// A GGUF file of a projector for images or sound.
        GgufProjector,
        /// A GGUF file of an importance matrix.
        GgufImportanceMatrix,
        /// A GGUF file with only a vocabulary.
        GgufVocabulary,
        /// A GGUF file of something else than a model.
        GgufKind {
            /// The `general.type` of the file.
            found: String,
        },
        /// A file for big-endian machines.
        BigEndian,
        /// A pickle that names a function or a class that no file of weights needs; it is never called.
        ForeignCode {
            /// The file's name.
            file: String,
            /// The name of the function or class.
            name: String,
        },
        /// A program (TorchScript) instead of weights.
        TorchScript {
            /// The file's name.
            file: String,
        },
        /// A compressed or encrypted record, which torch.save never writes.
        PackedRecord {
            /// The file's name.
            file: String,
            /// The record's name.
            record: String,
        },
        /// A tensor that repeats elements of its storage: an expanded view.
        RepeatedElements {
            /// The tensor's name.
            tensor: String,
        },
        /// A tokenizer whose model is neither BPE nor WordPiece.
        TokenizerModel {
            /// The type of its model.
            found: String,
        },
        /// A tokenizer without a model.
        TokenizerWithoutModel,
        /// A BPE that marks starts or ends of words, unlike GPT-2's.
        TokenizerAffixes,
        /// A BPE that is not byte-level.
        TokenizerDecoder {
            /// The type of its decoder.
            found: String,
        },
        /// A BPE without a decoder.
        TokenizerWithoutDecoder,
        /// An unknown tokenizer type of a GGUF file.
        GgufTokenizer {
            /// The tokenizer's type.
            found: String,
            /// The known types.
            known: Vec<String>,
        },
        /// A pre-tokenizer other than GPT-2's.
        PreTokenizer {
            /// The pre-tokenizer's name.
            found: String,
        },
        /// A word tokenizer of its own, without a tokenizer.json that describes it.
        WordTokenizer {
            /// The tokenizer's name.
            found: String,
        },
    }
}

described! {
    /// A head that a model may lack, or its whole encoder or decoder.
    pub enum Head in "head" {
        /// BERT's masked-language head.
        MaskedLanguage,
        /// BERT's next-sentence head.
        NextSentence,
        /// An encoder, which turns texts into vectors.
        Encoder,
        /// A decoder, which continues texts.
        Decoder,
        /// Two readers, one from either end of a text: an ELMo.
        Readers,
    }
}
