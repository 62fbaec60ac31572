//! What of a sentence-transformers model cannot be run.

use super::described::described;

described! {
    /// Why a model of sentence-transformers cannot be run as its files say.
    pub enum SentenceReason in "sentences" {
        /// It is another kind of sentence-transformers' models.
        ModelKind {
            /// Which one.
            found: String,
            /// The one that runs.
            known: String,
        },
        /// Its pooling is not known.
        Pooling {
            /// What it is called; several are joined by a plus.
            found: String,
            /// Those that are known.
            known: Vec<String>,
        },
        /// Its GGUF file's number for the pooling is not known.
        GgufPooling {
            /// The key that holds it.
            key: String,
            /// The number.
            number: usize,
            /// Those that are known.
            known: Vec<String>,
        },
        /// Its transformer has a setting that is not known.
        TransformerSetting {
            /// The key.
            key: String,
            /// Its value.
            found: String,
            /// The one that runs.
            known: String,
        },
        /// Its modules.json names no transformer with a pooling after it.
        NoPooling,
        /// One of its modules is not known.
        UnknownModule {
            /// Its class.
            module: String,
            /// Those that are known.
            known: Vec<String>,
        },
        /// One of its modules stands where it cannot be run.
        MisplacedModule {
            /// Its class.
            module: String,
        },
        /// One of its modules works on something else than the pooled vector.
        ModuleInput {
            /// The file that says so.
            file: String,
            /// On what.
            found: String,
            /// What the pooled vector is called.
            known: String,
        },
        /// The activation of its Dense module is not known.
        DenseActivation {
            /// Its class.
            found: String,
            /// Those of torch.nn that are known.
            known: Vec<String>,
        },
        /// Its Dense module has sizes that make none.
        DenseSize {
            /// Numbers that it takes.
            inputs: usize,
            /// Numbers that it gives.
            outputs: usize,
        },
    }
}
