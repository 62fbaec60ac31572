//! Reasons why a file cannot be read.

use super::{PytorchReason, described::described};

described! {
    /// The reason why a file is refused.
    pub enum BadFileReason in "badFile" {
        /// A web page instead of the file: servers send one for addresses that do not exist.
        WebPage,
        /// A Git LFS pointer instead of the file.
        LfsPointer,
        /// A zip archive instead of the file, such as a PyTorch checkpoint under another name.
        ZipArchive,
        /// A GGUF file instead of the expected format.
        GgufFile,
        /// JSON text instead of the expected format.
        JsonText,
        /// Other text instead of the expected format.
        PlainText,
        /// A file of 0 bytes.
        Empty,
        /// No lesson for the tiny students.
        NotLesson {
            /// What is wrong.
            detail: String,
        },
        /// Text that is not JSON.
        NotJson {
            /// The message of serde_json; empty where it was not called.
            detail: String,
        },
        /// JSON with other fields or values than expected.
        UnexpectedJson {
            /// The message of serde_json.
            detail: String,
        },
        /// Text that is not UTF-8.
        NotUtf8 {
            /// Offset of the first byte of that text.
            at: u64,
        },
        /// A file larger than the limit for such files.
        TooLarge {
            /// The largest allowed size in bytes.
            limit: u64,
        },
        /// A file that the operating system cannot read.
        Unreadable {
            /// The message of the operating system.
            detail: String,
        },
        /// A file that was changed or moved since the user picked it.
        ChangedSincePicked,
        /// A web page by its `Content-Type`.
        WebPageFromServer,
        /// A partial response with an invalid `Content-Range`.
        OddRange {
            /// The header's value.
            range: String,
        },
        /// A partial response with another range than requested.
        WrongRange,
        /// A file that was replaced on the server during the download.
        ChangedOnServer,
        /// A stored file that differs from what was stored.
        ChangedSinceKept,
        /// A file that ends too early, with a known length.
        Truncated {
            /// Bytes that are present.
            received: u64,
            /// Bytes that are missing.
            missing: u64,
        },
        /// A file that ends within its header, so that the length of the rest is unknown.
        TruncatedHeader {
            /// Bytes that are present.
            received: u64,
            /// The least number of missing bytes.
            missing: u64,
        },
        /// A file that ends too early, with an unknown length.
        Incomplete {
            /// Bytes that are present.
            received: u64,
        },
        /// A header longer than the limit or the file.
        HeaderTooLong {
            /// The length that the file gives, in bytes.
            length: u64,
        },
        /// A header that is not the JSON of a safetensors header.
        HeaderNotJson {
            /// The message of serde_json; empty where it was not called.
            detail: String,
        },
        /// Tensors whose sizes add up to more than 64 bits can count.
        TooManyBytes,
        /// Bytes after the last tensor.
        TrailingBytes {
            /// The number of those bytes.
            bytes: u64,
        },
        /// An unknown number of bytes after the end.
        TrailingData,
        /// A tensor that does not begin where the one before it ends.
        GapBeforeTensor {
            /// The tensor's name.
            tensor: String,
            /// The offset of its first byte, by the header.
            start: u64,
            /// The offset after its last byte, by the header.
            end: u64,
            /// The offset after the tensor before it.
            expected: u64,
        },
        /// A tensor whose byte count contradicts its dtype and shape.
        TensorBytes {
            /// The tensor's name.
            tensor: String,
            /// The dtype, as the format spells it.
            dtype: String,
            /// The shape.
            shape: Vec<usize>,
            /// The byte count that the header gives.
            bytes: u64,
        },
        /// Two tensors of one name.
        TensorTwice {
            /// The tensor's name.
            tensor: String,
        },
        /// A tensor with values too large for the requested quantization scheme.
        TensorOverflow {
            /// The tensor's name.
            tensor: String,
            /// The first such row, from 0.
            row: usize,
            /// The scheme's name.
            scheme: String,
        },
        /// A setting with an invalid value.
        WrongSetting {
            /// The setting's key.
            key: String,
            /// The value, as JSON.
            value: String,
        },
        /// A module for vectors of another size than the one before it outputs.
        VectorSize {
            /// The size that the module expects.
            found: usize,
            /// The size of its input.
            expected: usize,
        },
        /// A default prompt that is not one of the prompts.
        UnknownPrompt {
            /// The default prompt's name.
            prompt: String,
        },
        /// More modules than any model has.
        TooManyModules {
            /// The number of modules.
            modules: usize,
        },
        /// A module's folder that is not within the model's folder.
        BadFolderName {
            /// The folder's name.
            name: String,
        },
        /// An index with a shard that is not a file of the same folder.
        BadShardName {
            /// The shard's name.
            name: String,
        },
        /// An index without shards.
        NoShards,
        /// A quantized matrix without its scales or minimums.
        MissingFactors {
            /// The matrix's name.
            matrix: String,
            /// The matrix's scheme.
            scheme: String,
            /// The name of the missing tensor.
            factors: String,
        },
        /// Scales or minimums after the matrix that they belong to.
        FactorsAfterMatrix {
            /// The matrix's name.
            matrix: String,
            /// The name of the tensor that comes too late.
            factors: String,
        },
        /// Scales or minimums with a dtype or shape that does not fit their matrix.
        WrongFactors {
            /// The name of the tensor of factors.
            factors: String,
            /// Its dtype and shape.
            found: String,
            /// The expected dtype and shape.
            expected: String,
        },
        /// An integer tensor with factors that is not two-dimensional.
        NotMatrix {
            /// The tensor's name.
            tensor: String,
            /// The tensor's shape.
            shape: Vec<usize>,
        },
        /// A matrix of integers of another dtype than its scheme stores.
        WrongIntegers {
            /// The matrix's name.
            tensor: String,
            /// The dtype of its integers.
            dtype: String,
            /// The scheme's name.
            scheme: String,
            /// The dtype that the scheme stores.
            expected: String,
        },
        /// A matrix whose rows are not whole blocks of its scheme.
        PartialBlocks {
            /// The matrix's name.
            tensor: String,
            /// The scheme's name.
            scheme: String,
            /// Values in a row.
            columns: usize,
        },
        /// A matrix with more values in a row than can be counted.
        RowsTooLong {
            /// The matrix's name.
            tensor: String,
        },
        /// A file that `torch.save` did not write, or a damaged one.
        Pytorch {
            /// The reason why it is refused.
            reason: PytorchReason,
        },
        /// A file with the name of a GGUF shard, but without a shard's metadata.
        NotAPart,
        /// A GGUF shard whose metadata contradict its name.
        AnotherPart {
            /// The shard's index by its name, from 1.
            number: u64,
            /// The number of shards by its name.
            count: u64,
            /// The shard's index by its metadata, from 1.
            found_number: u64,
            /// The number of shards by its metadata.
            found_count: u64,
        },
        /// Shards whose tensors are more or fewer than the first shard says.
        PartsTensors {
            /// The number of tensors by the first shard.
            expected: u64,
            /// The number of tensors in all shards.
            found: u64,
        },
        /// A tensor in two shards of a model.
        TensorInTwoParts {
            /// The tensor's name.
            tensor: String,
        },
        /// A file that changed during reading.
        ChangedWhileRead,
        /// A tokenizer that adds a special token before or after every text, without the token's id.
        MissingEnd {
            /// The key that requests the token.
            flag: String,
            /// The key of the token's id.
            key: String,
        },
        /// A file without GGUF's magic bytes.
        NotGguf,
        /// A header with more tensors or metadata entries than any model has.
        TooManyEntries {
            /// The number of tensors, by the header.
            tensors: u64,
            /// The number of metadata entries, by the header.
            entries: u64,
        },
        /// An alignment that is not a power of two, or too large.
        BadAlignment {
            /// The largest supported alignment in bytes.
            most: u64,
        },
        /// A header with more values than the file can hold.
        TooManyValues {
            /// The number of values, by the header.
            count: u64,
            /// Their offset in the file, in bytes.
            at: u64,
        },
        /// Arrays nested too deeply.
        NestedArrays,
        /// A metadata value of a type that GGUF does not define.
        UnknownValueType {
            /// The type's code.
            number: u32,
            /// The offset of the value, in bytes.
            at: u64,
        },
        /// A boolean of the metadata that is neither 0 nor 1.
        BadFlag {
            /// The offset of the value, in bytes.
            at: u64,
        },
        /// A metadata key that occurs twice.
        KeyTwice {
            /// The key.
            key: String,
        },
        /// A missing metadata key.
        MissingKey {
            /// The key.
            key: String,
        },
        /// A metadata value of the wrong type.
        WrongValue {
            /// The key.
            key: String,
            /// The expected type.
            expected: ValueKind,
        },
        /// A tensor without dimensions, or with too many.
        BadRank {
            /// The tensor's name.
            tensor: String,
            /// The number of its dimensions.
            rank: u32,
        },
        /// A tensor with sizes that its dtype cannot have.
        BadSizes {
            /// The tensor's name.
            tensor: String,
            /// The tensor's dtype.
            dtype: String,
            /// The sizes by the header, innermost first.
            sizes: Vec<u64>,
        },
        /// A tensor whose offset is not a multiple of the alignment.
        Misaligned {
            /// The tensor's name.
            tensor: String,
            /// The tensor's offset in bytes.
            offset: u64,
            /// The alignment in bytes.
            alignment: u64,
        },
        /// A tensor that begins within the one before it.
        Overlap {
            /// The tensor's name.
            tensor: String,
            /// The tensor's offset in bytes.
            offset: u64,
        },
        /// A tensor that ends beyond any file's length.
        BeyondReach {
            /// The tensor's name.
            tensor: String,
        },
        /// A list of token types that is not an integer for each token.
        BadTokenKinds {
            /// The key of the list.
            key: String,
        },
        /// A line of merges.txt that is not a merge.
        BadMergeLine {
            /// The line's number, from 1.
            line: usize,
        },
        /// A merge that is not two tokens.
        BadMerge {
            /// The merge.
            merge: String,
        },
        /// A special token that is not in the vocabulary.
        MissingToken {
            /// The token's text.
            token: String,
        },
        /// A tokenizer whose template uses tokens that it does not define.
        UndefinedTokens,
        /// A tokenizer that the `tokenizers` crate refuses.
        TokenizerFailed {
            /// The message of the `tokenizers` crate.
            detail: String,
        },
        /// A token without a row in the model's embedding.
        TokenBeyondVocabulary {
            /// The largest token id.
            largest: u32,
            /// Rows of the embedding.
            vocabulary: usize,
        },
    }
}

described! {
    /// The expected type of a GGUF metadata value.
    pub enum ValueKind in "valueKind" {
        /// An integer that is not negative.
        Integer,
        /// A number.
        Number,
        /// A boolean.
        Flag,
        /// A string.
        Text,
        /// An array of strings.
        Texts,
        /// An array of token ids.
        Tokens,
    }
}
