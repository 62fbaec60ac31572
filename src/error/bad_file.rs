//! What can be wrong with a file.

use super::{PytorchReason, described::described};

described! {
    /// Why a file is not what it claims to be.
    pub enum BadFileReason in "badFile" {
        /// A web page in its place, as servers give it for addresses that they do not know.
        WebPage,
        /// A Git LFS pointer in its place.
        LfsPointer,
        /// A zip archive in its place, such as a PyTorch checkpoint under another name.
        ZipArchive,
        /// A GGUF file in its place.
        GgufFile,
        /// JSON text in its place.
        JsonText,
        /// Some other text in its place.
        PlainText,
        /// It has no bytes.
        Empty,
        /// No JSON.
        NotJson {
            /// What serde_json says, if it was asked.
            detail: String,
        },
        /// JSON, but with other fields or values than belong there.
        UnexpectedJson {
            /// What serde_json says.
            detail: String,
        },
        /// Text that is not in UTF-8.
        NotUtf8 {
            /// The first byte of that text.
            at: u64,
        },
        /// Larger than any such file can be.
        TooLarge {
            /// The most bytes that it may have.
            limit: u64,
        },
        /// The system does not let it be read.
        Unreadable {
            /// What the system says.
            detail: String,
        },
        /// It was changed or moved since the reader picked it, and so cannot be read.
        ChangedSincePicked,
        /// The server sent a web page, and said so.
        WebPageFromServer,
        /// The server sent a part of the file with an odd `Content-Range`.
        OddRange {
            /// That header.
            range: String,
        },
        /// The server sent another part of the file than was asked for.
        WrongRange,
        /// Another version came on the server while it was downloaded.
        ChangedOnServer,
        /// It is not what was kept in the browser's own files.
        ChangedSinceKept,
        /// It ends too soon.
        Truncated {
            /// Bytes that are there.
            received: u64,
            /// Bytes that are not.
            missing: u64,
        },
        /// It ends within its header, which tells how long the rest is.
        TruncatedHeader {
            /// Bytes that are there.
            received: u64,
            /// Bytes that are not, at the least.
            missing: u64,
        },
        /// It ends before it is complete.
        Incomplete {
            /// Bytes that are there.
            received: u64,
        },
        /// Its header claims to be longer than any is.
        HeaderTooLong {
            /// How long it would be.
            length: u64,
        },
        /// Its header is no JSON, or not the JSON of a header.
        HeaderNotJson {
            /// What serde_json says, if it was asked.
            detail: String,
        },
        /// Its tensors' sizes add up to more than a 64-bit number.
        TooManyBytes,
        /// Bytes come after its last tensor.
        TrailingBytes {
            /// How many.
            bytes: u64,
        },
        /// Bytes come after its end, nobody knows how many.
        TrailingData,
        /// A tensor does not begin where the one before it ends.
        GapBeforeTensor {
            /// Which tensor.
            tensor: String,
            /// Where it claims to begin.
            start: u64,
            /// Where it claims to end.
            end: u64,
            /// Where the one before it ends.
            expected: u64,
        },
        /// A tensor's bytes are not as many as its dtype and shape make.
        TensorBytes {
            /// Which tensor.
            tensor: String,
            /// Its dtype, as the format spells it.
            dtype: String,
            /// Its shape.
            shape: Vec<usize>,
            /// The bytes that it claims.
            bytes: u64,
        },
        /// A tensor comes twice.
        TensorTwice {
            /// Which tensor.
            tensor: String,
        },
        /// A tensor's numbers are too large for the scheme that it is to be quantized with.
        TensorOverflow {
            /// Which tensor.
            tensor: String,
            /// The first such row, from 0.
            row: usize,
            /// The scheme.
            scheme: String,
        },
        /// A setting has a value that it cannot have.
        WrongSetting {
            /// Its key.
            key: String,
            /// The value, as JSON.
            value: String,
        },
        /// It is for vectors of another size than it gets.
        VectorSize {
            /// Numbers in those that it is for.
            found: usize,
            /// Numbers in those that it gets.
            expected: usize,
        },
        /// Its default prompt is none of its prompts.
        UnknownPrompt {
            /// The default's name.
            prompt: String,
        },
        /// It names more modules than any model has.
        TooManyModules {
            /// How many.
            modules: usize,
        },
        /// It names a folder by something that is none within the model's.
        BadFolderName {
            /// That name.
            name: String,
        },
        /// An index names a shard by something that is no file beside it.
        BadShardName {
            /// That name.
            name: String,
        },
        /// An index names no shard.
        NoShards,
        /// A quantized matrix lacks its scales or minimums.
        MissingFactors {
            /// The matrix.
            matrix: String,
            /// Its scheme.
            scheme: String,
            /// The tensor that is not there.
            factors: String,
        },
        /// Scales or minimums come after the matrix that they belong to.
        FactorsAfterMatrix {
            /// The matrix.
            matrix: String,
            /// The tensor that comes too late.
            factors: String,
        },
        /// Scales or minimums have another dtype or shape than their matrix needs.
        WrongFactors {
            /// The tensor that is wrong.
            factors: String,
            /// Its dtype and shape.
            found: String,
            /// Those that its matrix needs.
            expected: String,
        },
        /// A tensor of integers with factors is no matrix.
        NotMatrix {
            /// Which tensor.
            tensor: String,
            /// Its shape.
            shape: Vec<usize>,
        },
        /// The integers of a matrix are of another type than its scheme stores.
        WrongIntegers {
            /// The matrix.
            tensor: String,
            /// Their type.
            dtype: String,
            /// The scheme.
            scheme: String,
            /// The type that the scheme stores.
            expected: String,
        },
        /// A matrix's rows are no whole blocks of its scheme.
        PartialBlocks {
            /// The matrix.
            tensor: String,
            /// The scheme.
            scheme: String,
            /// Numbers in a row.
            columns: usize,
        },
        /// A matrix's rows have more numbers than can be counted.
        RowsTooLong {
            /// The matrix.
            tensor: String,
        },
        /// It is not as PyTorch writes files.
        Pytorch {
            /// What is wrong with it.
            reason: PytorchReason,
        },
        /// It is called like a part of a model, and its header does not say so.
        NotAPart,
        /// Its header says that it is another part of a model than its name says.
        AnotherPart {
            /// Which part its name says, from 1.
            number: u64,
            /// Of how many.
            count: u64,
            /// Which part its header says.
            found_number: u64,
            /// Of how many.
            found_count: u64,
        },
        /// The parts of a model have another number of tensors than the first one says.
        PartsTensors {
            /// As many as it says.
            expected: u64,
            /// As many as they have.
            found: u64,
        },
        /// A tensor is in two parts of a model.
        TensorInTwoParts {
            /// Which tensor.
            tensor: String,
        },
        /// It changed while it was read.
        ChangedWhileRead,
        /// A token is to be put before or after every text, and is none.
        MissingEnd {
            /// The key that says that one is.
            flag: String,
            /// The key that should say which.
            key: String,
        },
        /// It does not begin as a GGUF file does.
        NotGguf,
        /// It claims more tensors or entries than any model has.
        TooManyEntries {
            /// Tensors that it claims.
            tensors: u64,
            /// Entries of metadata that it claims.
            entries: u64,
        },
        /// Its alignment is no power of two, or too large.
        BadAlignment {
            /// The most that can be read.
            most: u64,
        },
        /// Its header claims more values than the file has room for.
        TooManyValues {
            /// How many.
            count: u64,
            /// Where, in bytes from the file's beginning.
            at: u64,
        },
        /// Arrays within arrays within arrays.
        NestedArrays,
        /// A value of its header is of a type that GGUF does not have.
        UnknownValueType {
            /// The type's number.
            number: u32,
            /// The byte of the header before which it stands.
            at: u64,
        },
        /// A truth value of its header is neither 0 nor 1.
        BadFlag {
            /// Where, in bytes from the file's beginning.
            at: u64,
        },
        /// A key of its metadata comes twice.
        KeyTwice {
            /// The key.
            key: String,
        },
        /// Its metadata lack a key.
        MissingKey {
            /// The key.
            key: String,
        },
        /// A key of its metadata has a value of the wrong kind.
        WrongValue {
            /// The key.
            key: String,
            /// What it should be.
            expected: ValueKind,
        },
        /// A tensor has no dimension, or too many.
        BadRank {
            /// Which tensor.
            tensor: String,
            /// Its number of dimensions.
            rank: u32,
        },
        /// A tensor's sizes are none that its dtype can have.
        BadSizes {
            /// Which tensor.
            tensor: String,
            /// Its dtype.
            dtype: String,
            /// The sizes that it claims.
            sizes: Vec<u64>,
        },
        /// A tensor begins where none can.
        Misaligned {
            /// Which tensor.
            tensor: String,
            /// Where it begins, in bytes.
            offset: u64,
            /// What that must be a multiple of.
            alignment: u64,
        },
        /// A tensor begins within the one before it.
        Overlap {
            /// Which tensor.
            tensor: String,
            /// Where it begins, in bytes.
            offset: u64,
        },
        /// A tensor ends where no file does.
        BeyondReach {
            /// Which tensor.
            tensor: String,
        },
        /// The kinds of its tokens are not a number for each.
        BadTokenKinds {
            /// The key that holds them.
            key: String,
        },
        /// A line of merges.txt is no merge.
        BadMergeLine {
            /// Its number, from 1.
            line: usize,
        },
        /// A merge has no two halves.
        BadMerge {
            /// The merge.
            merge: String,
        },
        /// A special token is not in the vocabulary.
        MissingToken {
            /// The token.
            token: String,
        },
        /// A tokenizer's template names tokens that it does not define.
        UndefinedTokens,
        /// The tokenizers library cannot use it.
        TokenizerFailed {
            /// What it says.
            detail: String,
        },
        /// A token has no row in the model's embedding.
        TokenBeyondVocabulary {
            /// The largest token.
            largest: u32,
            /// Rows of the embedding.
            vocabulary: usize,
        },
    }
}

described! {
    /// What a value of a GGUF file's metadata should be.
    pub enum ValueKind in "valueKind" {
        /// A whole number that is not negative.
        Integer,
        /// A number.
        Number,
        /// True or false.
        Flag,
        /// A text.
        Text,
        /// An array of texts.
        Texts,
        /// An array of tokens' numbers.
        Tokens,
    }
}
