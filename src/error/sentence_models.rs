//! Unsupported features of sentence-transformers models.

use super::described::described;

described! {
    /// The reason why a sentence-transformers model cannot be run.
    pub enum SentenceReason in "sentences" {
        /// Another type of sentence-transformers model than the supported one.
        ModelKind {
            /// The model's type.
            found: String,
            /// The supported type.
            known: String,
        },
        /// An unknown pooling mode.
        Pooling {
            /// Its name; several modes are joined by a plus.
            found: String,
            /// The known modes.
            known: Vec<String>,
        },
        /// An unknown pooling type in a GGUF file.
        GgufPooling {
            /// The key of the pooling type.
            key: String,
            /// The pooling type's code.
            number: usize,
            /// The known codes.
            known: Vec<String>,
        },
        /// An unsupported setting of the transformer.
        TransformerSetting {
            /// The setting's key.
            key: String,
            /// The setting's value.
            found: String,
            /// The supported value.
            known: String,
        },
        /// A modules.json without a transformer followed by a pooling.
        NoPooling,
        /// An unknown module.
        UnknownModule {
            /// The module's class.
            module: String,
            /// The known classes.
            known: Vec<String>,
        },
        /// A module at a position where it is not supported.
        MisplacedModule {
            /// The module's class.
            module: String,
        },
        /// A module that reads or writes something else than the pooled vector.
        ModuleInput {
            /// The module's configuration file.
            file: String,
            /// The name of its input or output.
            found: String,
            /// The name of the pooled vector.
            known: String,
        },
        /// An unknown activation of a Dense module.
        DenseActivation {
            /// The activation's class.
            found: String,
            /// The known classes of torch.nn.
            known: Vec<String>,
        },
        /// A Dense module of an impossible size.
        DenseSize {
            /// The size of its input.
            inputs: usize,
            /// The size of its output.
            outputs: usize,
        },
    }
}
