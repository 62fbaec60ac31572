//! Reasons why a PyTorch file cannot be read.

use super::described::described;

described! {
    /// The reason why a file is not a PyTorch checkpoint.
    pub enum PytorchReason in "pytorch" {
        /// A file that is neither a zip archive nor a pickle.
        NeitherZipNorPickle,
        /// A pickle that `torch.save` did not write.
        NotFromTorch,
        /// A format version that PyTorch never had.
        UnknownFormat,
        /// A byte order that is neither little-endian nor big-endian.
        ByteOrder,
        /// An archive without data.pkl.
        NoPickle,
        /// An archive with two data.pkl.
        PickleTwice,
        /// An archive with something else where a record or the directory is expected.
        NoRecord,
        /// A record whose length contradicts the pickle.
        RecordLength {
            /// The record's name.
            record: String,
            /// The record's length in bytes.
            length: u64,
            /// The length by the pickle.
            expected: u64,
        },
        /// A record that does not end at its expected end.
        RecordEnd {
            /// The record's name.
            record: String,
            /// The record's expected length in bytes.
            length: u64,
        },
        /// A pickle that ends before its last instruction.
        PickleCutOff,
        /// A pickle longer than any state dict's.
        PickleTooLong {
            /// The largest allowed length in bytes.
            limit: u64,
        },
        /// A pickle of a protocol newer than the known ones.
        PickleProtocol {
            /// The protocol's version.
            protocol: u32,
        },
        /// A pickle with an instruction that no state dict needs.
        PickleOpcode {
            /// The opcode, in hexadecimal digits.
            opcode: String,
        },
        /// A pickle with an integer or a string that cannot be read.
        PickleValue,
        /// A pickle that pops or gets a value that is not there.
        PickleStack,
        /// A pickle with an operation on a value of the wrong type.
        PickleMisuse,
        /// A pickle of something else than a state dict.
        NoStateDict,
        /// A pickle of a dict without tensors.
        NoTensors {
            /// Some of the dict's keys.
            keys: Vec<String>,
        },
        /// A tensor name that is too long.
        LongName {
            /// The name's length in bytes.
            length: usize,
        },
        /// A tensor that is a conjugated or negated view.
        MarkedView,
        /// A tensor over a value that is not a storage.
        NotStorage,
        /// A list of storages that cannot be read.
        StorageList,
        /// Storages before the pickle that describes them.
        StoragesFirst,
        /// A storage with more elements than can be counted.
        StorageTooLarge {
            /// The storage's key.
            key: String,
            /// The number of elements, by the pickle.
            elements: i64,
        },
        /// A storage with two different lengths in the pickle.
        StorageSizes {
            /// The storage's key.
            key: String,
            /// One length in bytes.
            one: u64,
            /// The other length in bytes.
            other: u64,
        },
        /// A storage whose number of elements contradicts the pickle.
        StorageElements {
            /// The storage's key.
            key: String,
            /// The number of its elements.
            found: i64,
            /// The number by the pickle.
            expected: u64,
        },
        /// A view beyond the end of its storage.
        PartOutside {
            /// The storage's key.
            key: String,
        },
        /// A tensor beyond the end of its storage.
        TensorOutside {
            /// The storage's key.
            key: String,
        },
        /// A storage that the pickle does not mention.
        UnknownStorage {
            /// The storage's key.
            key: String,
        },
        /// A storage that occurs twice.
        StorageTwice {
            /// The storage's key.
            key: String,
        },
        /// A missing storage.
        MissingStorage {
            /// The storage's key.
            key: String,
            /// A tensor of that storage.
            tensor: String,
        },
    }
}
