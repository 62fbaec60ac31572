//! Missing abilities of the browser or the machine, and internal errors.

use super::described::described;

described! {
    /// The reason why the browser stores no files for the page.
    pub enum NoStorageReason in "noStorage" {
        /// A page that is not a secure context.
        NotSecure,
        /// A browser without a way to write the page's files from a worker.
        NotWritable,
        /// A refusal of the browser.
        Refused {
            /// The name of the browser's error.
            detail: String,
        },
    }
}

described! {
    /// The reason why there is no GPU.
    pub enum NoAdapterReason in "noAdapter" {
        /// A browser without WebGPU, or a page that is not a secure context.
        NoWebGpu,
        /// A browser with WebGPU that offers no adapter.
        NoAdapter,
        /// An adapter that cannot be set up.
        Refused {
            /// The message of the browser.
            detail: String,
        },
    }
}

described! {
    /// The purpose of an allocation.
    pub enum MemoryUse in "memory" {
        /// A file.
        File {
            /// The file's name.
            file: String,
        },
        /// A model.
        Model {
            /// The model's name.
            model: String,
        },
        /// A tensor.
        Tensor {
            /// The tensor's name.
            tensor: String,
        },
        /// The values of an answer.
        Answer,
        /// The attention weights of a text.
        Attention,
    }
}

described! {
    /// The reason for an internal error.
    pub enum InternalReason in "internal" {
        /// NaN in the model's output.
        OutputNotANumber,
        /// A tensor before the header that describes it.
        TensorBeforeHeader,
        /// The record of a stored model that cannot be serialized.
        RecordNotWritten {
            /// The message of serde_json.
            detail: String,
        },
        /// A request to a server that the browser could not make.
        NoServerRequest {
            /// The message of the browser.
            detail: String,
        },
        /// An engine that did not start.
        EngineNotStarted {
            /// The message of the browser, or nothing.
            detail: String,
        },
        /// An engine that stopped.
        EngineStopped {
            /// The message of the browser, or nothing.
            detail: String,
        },
        /// An answer of the engine that cannot be deserialized.
        AnswerNotRead {
            /// The message of serde.
            detail: String,
        },
        /// An answer that the engine could not send.
        AnswerNotSent {
            /// The message of the browser.
            detail: String,
        },
        /// A request that could not be sent to the engine.
        RequestNotSent {
            /// The message of the browser.
            detail: String,
        },
    }
}
