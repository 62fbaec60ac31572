//! What the browser or the machine lacks, and what went wrong in Lectern itself.

use super::described::described;

described! {
    /// Why the browser keeps no files for the page.
    pub enum NoStorageReason in "noStorage" {
        /// The page did not come by `https:` or from this computer.
        NotSecure,
        /// The browser has such files, but no way to write them from a worker.
        NotWritable,
        /// It refuses.
        Refused {
            /// The name of its error.
            detail: String,
        },
    }
}

described! {
    /// Why there is no GPU.
    pub enum NoAdapterReason in "noAdapter" {
        /// The browser has no WebGPU, or the page is not a secure one.
        NoWebGpu,
        /// It has WebGPU, and gives no adapter.
        NoAdapter,
        /// The adapter cannot be set up.
        Refused {
            /// What it says.
            detail: String,
        },
    }
}

described! {
    /// What memory was for.
    pub enum MemoryUse in "memory" {
        /// A file.
        File {
            /// Which one.
            file: String,
        },
        /// A model.
        Model {
            /// Its name.
            model: String,
        },
        /// A tensor.
        Tensor {
            /// Its name.
            tensor: String,
        },
        /// The numbers that were asked for.
        Answer,
        /// The attention weights of a text.
        Attention,
    }
}

described! {
    /// What went wrong in Lectern itself.
    pub enum InternalReason in "internal" {
        /// The model's output is not a number.
        OutputNotANumber,
        /// A tensor came before the header that describes it.
        TensorBeforeHeader,
        /// What is kept of a model cannot be written down.
        RecordNotWritten {
            /// What serde_json says.
            detail: String,
        },
        /// The browser made no request to a server.
        NoServerRequest {
            /// What it says.
            detail: String,
        },
        /// The engine could not be started.
        EngineNotStarted {
            /// What the browser says, if anything.
            detail: String,
        },
        /// The engine stopped.
        EngineStopped {
            /// What the browser says, if anything.
            detail: String,
        },
        /// The engine's answer cannot be read.
        AnswerNotRead {
            /// What serde says.
            detail: String,
        },
        /// An answer of the engine's cannot be sent.
        AnswerNotSent {
            /// What the browser says.
            detail: String,
        },
        /// A request cannot be sent to the engine.
        RequestNotSent {
            /// What the browser says.
            detail: String,
        },
    }
}
