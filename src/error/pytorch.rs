//! What can be wrong with a file of PyTorch's.

use super::described::described;

described! {
    /// Why a `pytorch_model.bin` is none.
    pub enum PytorchReason in "pytorch" {
        /// It is neither a zip archive nor a pickle.
        NeitherZipNorPickle,
        /// It is a pickle that torch.save did not write.
        NotFromTorch,
        /// It says that it is of a format that PyTorch never had.
        UnknownFormat,
        /// It says that its numbers are neither little-endian nor big-endian.
        ByteOrder,
        /// Its archive has no data.pkl.
        NoPickle,
        /// Its archive has data.pkl twice.
        PickleTwice,
        /// Its archive has neither a record nor the directory where one should be.
        NoRecord,
        /// A record of its archive is not as long as it should be.
        RecordLength {
            /// The record.
            record: String,
            /// Its bytes.
            length: u64,
            /// As many as the pickle says.
            expected: u64,
        },
        /// A record of its archive does not end where it should.
        RecordEnd {
            /// The record.
            record: String,
            /// The bytes that it should have.
            length: u64,
        },
        /// Its pickle ends before its last instruction.
        PickleCutOff,
        /// Its pickle is longer than any state dict's.
        PickleTooLong {
            /// The most bytes that are read.
            limit: u64,
        },
        /// Its pickle is of a protocol that there is not yet.
        PickleProtocol {
            /// Its number.
            protocol: u32,
        },
        /// Its pickle has an instruction that no state dict needs.
        PickleOpcode {
            /// Its code, in hexadecimal digits.
            opcode: String,
        },
        /// Its pickle has a number or a text that cannot be read.
        PickleValue,
        /// Its pickle takes a value that it has not put there.
        PickleStack,
        /// Its pickle does with a value what cannot be done with it.
        PickleMisuse,
        /// Its pickle holds something else than a state dict.
        NoStateDict,
        /// Its pickle is a dict without tensors.
        NoTensors {
            /// Some of its keys.
            keys: Vec<String>,
        },
        /// A tensor's name is longer than any is.
        LongName {
            /// Bytes of it.
            length: usize,
        },
        /// A tensor is a view whose elements are conjugated or negated.
        MarkedView,
        /// Its pickle takes something for a storage that is none.
        NotStorage,
        /// The list of its storages cannot be read.
        StorageList,
        /// Its storages come before the pickle that says what they are.
        StoragesFirst,
        /// A storage claims more elements than can be counted.
        StorageTooLarge {
            /// The storage.
            key: String,
            /// The elements that it claims.
            elements: i64,
        },
        /// A storage has another length in one place of the pickle than in another.
        StorageSizes {
            /// The storage.
            key: String,
            /// Its bytes in one place.
            one: u64,
            /// Its bytes in the other.
            other: u64,
        },
        /// A storage has another number of elements than the pickle says.
        StorageElements {
            /// The storage.
            key: String,
            /// Its elements.
            found: i64,
            /// As many as the pickle says.
            expected: u64,
        },
        /// A part of a storage lies outside of it.
        PartOutside {
            /// The storage.
            key: String,
        },
        /// A tensor lies outside of its storage.
        TensorOutside {
            /// The storage.
            key: String,
        },
        /// Its pickle says nothing of a storage.
        UnknownStorage {
            /// The storage.
            key: String,
        },
        /// A storage comes twice.
        StorageTwice {
            /// The storage.
            key: String,
        },
        /// A storage does not come.
        MissingStorage {
            /// The storage.
            key: String,
            /// A tensor that is in it.
            tensor: String,
        },
    }
}
