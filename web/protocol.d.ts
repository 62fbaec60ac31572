// The protocol between the page and the engine's worker, made of the Rust types in src/protocol and src/error: change
// those, then `UPDATE_EXPECT=1 cargo test --lib typescript` writes this file again.

/** An ability of a model. */
export type Ability = "generate" | "embed" | "fillMask" | "nextSentence" | "read";

/** The options of an alignment by reinforcement learning. */
export type AlignOptions = {
/** What a nat of distance from the reference costs. */
beta: number,
/** Number of iterations. */
iterations: number,
/** The learning rate. */
rate: number,
/** Number of layers that learn, from the last one down; with all of them the embeddings learn too. */
layers: number,
/** Texts that an iteration writes after each opening. */
rollouts: number,
/** Tokens of each of them. */
tokens: number,
/** How often an iteration learns from its texts. */
epochs: number,
/** How far a token's probability may move in an iteration, as a share of it. */
clip: number,
/** Words that the raters like, for the true worth of what is written; the policy is not told. */
taste: Array<string>,
/** Decides what is written. */
seed: number, };

/** An iteration of an alignment: what the policy writes before it learns from that. */
export type AlignStep = {
/** Iterations done before; 0 is the reference itself. */
step: number,
/** Iterations in all. */
total: number,
/** Mean reward. */
reward: number,
/** Mean worth by the raters' rule. */
worth: number,
/** Exact divergence of the policy from the reference, in nats, mean over the tokens. */
divergence: number,
/** The policy's entropy in nats, mean over the tokens. */
entropy: number,
/** The divergence at each place after the opening. */
byPosition: Array<number>,
/** Three of the texts. */
samples: Array<Sample>, };

/** The allowed values of an option. */
export type Allowed = { "kind": "whole" }
| { "kind": "wholeBetween",
/** The smallest value. */
least: number,
/** The largest value. */
most: number, }
| { "kind": "number" }
| { "kind": "atLeast",
/** The smallest value. */
least: number, }
| { "kind": "above",
/** The limit, which is not allowed itself. */
limit: number, }
| { "kind": "between",
/** The smallest value. */
least: number,
/** The largest value. */
most: number, }
| { "kind": "flag" }
| { "kind": "text" }
| { "kind": "texts" }
| { "kind": "wholeNumbers" }
| { "kind": "counts" }
| { "kind": "numbers" }
| { "kind": "oneOf",
/** The names. */
names: Array<string>, }
| { "kind": "someOf",
/** The names. */
names: Array<string>, };

/** An answer that the model wrote to an instruction. */
export type Answer = {
/** The text, without what was put into the model's mouth. */
text: string,
/** Whether it came to an end by itself. */
isEnded: boolean,
/** Whether it keeps to the subject: it has a longer word of the instruction, in any form. */
isOnSubject: boolean, };

/** The reason why a file is refused. */
export type BadFileReason = { "kind": "webPage" }
| { "kind": "lfsPointer" }
| { "kind": "zipArchive" }
| { "kind": "ggufFile" }
| { "kind": "jsonText" }
| { "kind": "plainText" }
| { "kind": "empty" }
| { "kind": "notLesson",
/** What is wrong. */
detail: string, }
| { "kind": "notJson",
/** The message of serde_json; empty where it was not called. */
detail: string, }
| { "kind": "unexpectedJson",
/** The message of serde_json. */
detail: string, }
| { "kind": "notUtf8",
/** Offset of the first byte of that text. */
at: number, }
| { "kind": "tooLarge",
/** The largest allowed size in bytes. */
limit: number, }
| { "kind": "unreadable",
/** The message of the operating system. */
detail: string, }
| { "kind": "changedSincePicked" }
| { "kind": "webPageFromServer" }
| { "kind": "oddRange",
/** The header's value. */
range: string, }
| { "kind": "wrongRange" }
| { "kind": "changedOnServer" }
| { "kind": "changedSinceKept" }
| { "kind": "truncated",
/** Bytes that are present. */
received: number,
/** Bytes that are missing. */
missing: number, }
| { "kind": "truncatedHeader",
/** Bytes that are present. */
received: number,
/** The least number of missing bytes. */
missing: number, }
| { "kind": "incomplete",
/** Bytes that are present. */
received: number, }
| { "kind": "headerTooLong",
/** The length that the file gives, in bytes. */
length: number, }
| { "kind": "headerNotJson",
/** The message of serde_json; empty where it was not called. */
detail: string, }
| { "kind": "tooManyBytes" }
| { "kind": "trailingBytes",
/** The number of those bytes. */
bytes: number, }
| { "kind": "trailingData" }
| { "kind": "gapBeforeTensor",
/** The tensor's name. */
tensor: string,
/** The offset of its first byte, by the header. */
start: number,
/** The offset after its last byte, by the header. */
end: number,
/** The offset after the tensor before it. */
expected: number, }
| { "kind": "tensorBytes",
/** The tensor's name. */
tensor: string,
/** The dtype, as the format spells it. */
dtype: string,
/** The shape. */
shape: Array<number>,
/** The byte count that the header gives. */
bytes: number, }
| { "kind": "tensorTwice",
/** The tensor's name. */
tensor: string, }
| { "kind": "tensorOverflow",
/** The tensor's name. */
tensor: string,
/** The first such row, from 0. */
row: number,
/** The scheme's name. */
scheme: string, }
| { "kind": "wrongSetting",
/** The setting's key. */
key: string,
/** The value, as JSON. */
value: string, }
| { "kind": "vectorSize",
/** The size that the module expects. */
found: number,
/** The size of its input. */
expected: number, }
| { "kind": "unknownPrompt",
/** The default prompt's name. */
prompt: string, }
| { "kind": "tooManyModules",
/** The number of modules. */
modules: number, }
| { "kind": "badFolderName",
/** The folder's name. */
name: string, }
| { "kind": "badShardName",
/** The shard's name. */
name: string, }
| { "kind": "noShards" }
| { "kind": "missingFactors",
/** The matrix's name. */
matrix: string,
/** The matrix's scheme. */
scheme: string,
/** The name of the missing tensor. */
factors: string, }
| { "kind": "factorsAfterMatrix",
/** The matrix's name. */
matrix: string,
/** The name of the tensor that comes too late. */
factors: string, }
| { "kind": "wrongFactors",
/** The name of the tensor of factors. */
factors: string,
/** Its dtype and shape. */
found: string,
/** The expected dtype and shape. */
expected: string, }
| { "kind": "notMatrix",
/** The tensor's name. */
tensor: string,
/** The tensor's shape. */
shape: Array<number>, }
| { "kind": "wrongIntegers",
/** The matrix's name. */
tensor: string,
/** The dtype of its integers. */
dtype: string,
/** The scheme's name. */
scheme: string,
/** The dtype that the scheme stores. */
expected: string, }
| { "kind": "partialBlocks",
/** The matrix's name. */
tensor: string,
/** The scheme's name. */
scheme: string,
/** Values in a row. */
columns: number, }
| { "kind": "rowsTooLong",
/** The matrix's name. */
tensor: string, }
| { "kind": "pytorch",
/** The reason why it is refused. */
reason: PytorchReason, }
| { "kind": "notAPart" }
| { "kind": "anotherPart",
/** The shard's index by its name, from 1. */
number: number,
/** The number of shards by its name. */
count: number,
/** The shard's index by its metadata, from 1. */
foundNumber: number,
/** The number of shards by its metadata. */
foundCount: number, }
| { "kind": "partsTensors",
/** The number of tensors by the first shard. */
expected: number,
/** The number of tensors in all shards. */
found: number, }
| { "kind": "tensorInTwoParts",
/** The tensor's name. */
tensor: string, }
| { "kind": "changedWhileRead" }
| { "kind": "missingEnd",
/** The key that requests the token. */
flag: string,
/** The key of the token's id. */
key: string, }
| { "kind": "notGguf" }
| { "kind": "tooManyEntries",
/** The number of tensors, by the header. */
tensors: number,
/** The number of metadata entries, by the header. */
entries: number, }
| { "kind": "badAlignment",
/** The largest supported alignment in bytes. */
most: number, }
| { "kind": "tooManyValues",
/** The number of values, by the header. */
count: number,
/** Their offset in the file, in bytes. */
at: number, }
| { "kind": "nestedArrays" }
| { "kind": "unknownValueType",
/** The type's code. */
number: number,
/** The offset of the value, in bytes. */
at: number, }
| { "kind": "badFlag",
/** The offset of the value, in bytes. */
at: number, }
| { "kind": "keyTwice",
/** The key. */
key: string, }
| { "kind": "missingKey",
/** The key. */
key: string, }
| { "kind": "wrongValue",
/** The key. */
key: string,
/** The expected type. */
expected: ValueKind, }
| { "kind": "badRank",
/** The tensor's name. */
tensor: string,
/** The number of its dimensions. */
rank: number, }
| { "kind": "badSizes",
/** The tensor's name. */
tensor: string,
/** The tensor's dtype. */
dtype: string,
/** The sizes by the header, innermost first. */
sizes: Array<number>, }
| { "kind": "misaligned",
/** The tensor's name. */
tensor: string,
/** The tensor's offset in bytes. */
offset: number,
/** The alignment in bytes. */
alignment: number, }
| { "kind": "overlap",
/** The tensor's name. */
tensor: string,
/** The tensor's offset in bytes. */
offset: number, }
| { "kind": "beyondReach",
/** The tensor's name. */
tensor: string, }
| { "kind": "badTokenKinds",
/** The key of the list. */
key: string, }
| { "kind": "badMergeLine",
/** The line's number, from 1. */
line: number, }
| { "kind": "badMerge",
/** The merge. */
merge: string, }
| { "kind": "missingToken",
/** The token's text. */
token: string, }
| { "kind": "undefinedTokens" }
| { "kind": "tokenizerFailed",
/** The message of the `tokenizers` crate. */
detail: string, }
| { "kind": "tokenBeyondVocabulary",
/** The largest token id. */
largest: number,
/** Rows of the embedding. */
vocabulary: number, };

/** The reason why a request is refused. */
export type BadRequestReason = { "kind": "unreadable",
/** The message of serde. */
detail: string, }
| { "kind": "missingField",
/** The field's name. */
field: string, }
| { "kind": "option",
/** The option's name, as in lectern.d.ts. */
option: string,
/** The value, as JavaScript writes it. */
given: string,
/** The allowed values. */
allowed: Allowed, }
| { "kind": "noSuchModel",
/** The handle. */
model: number, }
| { "kind": "noFiles" }
| { "kind": "notModelName",
/** The text. */
name: string, }
| { "kind": "emptyAddress" }
| { "kind": "addressCharacters",
/** The address. */
address: string, }
| { "kind": "addressWithQuery",
/** The address. */
address: string, }
| { "kind": "addressWithoutHost",
/** The address. */
address: string, }
| { "kind": "addressScheme",
/** The address. */
address: string, }
| { "kind": "notHubModel",
/** The text. */
id: string, }
| { "kind": "notRevision",
/** The text. */
revision: string, }
| { "kind": "severalWeights",
/** The first file. */
first: string,
/** Another file. */
second: string,
/** The expected name. */
expected: string, }
| { "kind": "severalModels",
/** Some of the models. */
models: Array<string>, }
| { "kind": "noSuchPrompt",
/** The name from the request. */
prompt: string,
/** The names of the model's prompts. */
known: Array<string>, }
| { "kind": "severalGguf",
/** The first file. */
first: string,
/** Another file. */
second: string, }
| { "kind": "nothingToKeep" }
| { "kind": "noBrowser" }
| { "kind": "noTrainer" }
| { "kind": "noExamples" }
| { "kind": "notARanking",
/** The index of the text. */
text: number, }
| { "kind": "emptyText" }
| { "kind": "emptyPrompt" }
| { "kind": "textTooShort" }
| { "kind": "oneTokenType" }
| { "kind": "tokenWithoutEmbedding",
/** The token's text. */
token: string,
/** The token's id. */
id: number,
/** Rows of the model's embedding. */
vocabulary: number, }
| { "kind": "differentVocabularies" }
| { "kind": "differentTexts" }
| { "kind": "noPredictedToken",
/** The position, from 0. */
position: number, }
| { "kind": "noSuchHead",
/** The layer's index. */
layer: number,
/** The head's index. */
head: number, }
| { "kind": "nothingGenerated" }
| { "kind": "nothingRead" }
| { "kind": "noWord",
/** Offset of the word's start, in UTF-16 code units. */
start: number,
/** Offset of the word's end. */
end: number, }
| { "kind": "wordCutOff",
/** Offset of the word's start, in UTF-16 code units. */
start: number,
/** Offset of the word's end. */
end: number, }
| { "kind": "noMask",
/** The text of the model's mask token. */
mask: string, }
| { "kind": "noLayers" }
| { "kind": "noSuchLayer",
/** The requested layer. */
layer: number,
/** The index of the last layer; the embeddings are layer 0. */
last: number, }
| { "kind": "mixtureLength",
/** Scalars of the mixture. */
found: number,
/** Layers, the embeddings included. */
expected: number, }
| { "kind": "mixtureNotFinite" }
| { "kind": "noSuchMatrix",
/** The matrix's name. */
tensor: string, }
| { "kind": "windowTooLarge",
/** Values in the window. */
numbers: number,
/** The largest allowed number of values. */
most: number, }
| { "kind": "overflow",
/** The matrix's name. */
tensor: string,
/** The first such row, from 0. */
row: number,
/** The scheme's name. */
scheme: string, }
| { "kind": "onlyInFiles",
/** The scheme's name. */
scheme: string, }
| { "kind": "noBlocks",
/** The scheme's name. */
scheme: string, }
| { "kind": "schemeNotInGguf",
/** The scheme's name. */
scheme: string,
/** The schemes that it can hold. */
known: Array<string>, }
| { "kind": "tensorNotInFormat",
/** `GGUF` or `safetensors`. */
format: string,
/** The tensor's name. */
tensor: string,
/** The tensor's dtype. */
dtype: string,
/** The tensor's shape. */
shape: Array<number>, }
| { "kind": "moduleNotInGguf",
/** The module's type. */
module: string, }
| { "kind": "activationNotInGguf",
/** The activation's name. */
name: string, }
| { "kind": "architectureNotInGguf",
/** The architecture's name. */
architecture: string, }
| { "kind": "scalingNotInGguf" }
| { "kind": "tokenizerNotInGguf",
/** A text that would be encoded as other tokens. */
text: string, };

/** A possible next token, with its probability. */
export type Candidate = {
/** Its id in the vocabulary. */
id: number,
/** Its text. */
text: string,
/** Its probability under softmax at the requested temperature, over the whole vocabulary. */
probability: number,
/** Its raw logit. */
logit: number, };

/** The divergence of a model's distributions from those of a reference, over the tokens of a text. */
export type Comparison = {
/** Mean Kullback–Leibler divergence, Σ p·ln(p/q), p being the reference's, in nats. */
meanDivergence: number,
/** The largest divergence of a token. */
largestDivergence: number,
/** The share of tokens for which both have the same most probable one. */
agreement: number,
/** The reference's own perplexity on the same tokens. */
referencePerplexity: number,
/** The divergence at each of the first 256 scored tokens, in nats. */
divergences: Array<number>, };

/** A continuation of a text. */
export type Continuation = {
/** Its tokens. */
tokens: Array<TokenText>,
/** Its text. */
text: string,
/**
 * What it is worth by the raters' rule: different words that they like, 3 at most, minus twice the share of longer
 * words that were there before.
 */
worth: number, };

/** The options of texts that a model continues. */
export type ContinueOptions = {
/** Continuations of each text. */
count: number,
/** Tokens of a continuation. */
tokens: number,
/** Words that the raters like, for the worth of a continuation. */
taste: Array<string>,
/** Decides the tokens. */
seed: number, };

/** The errors of a scheme in a matrix. */
export type Damage = {
/** The matrix. */
tensor: TensorInfo,
/** The figures of the errors. */
figures: ErrorFigures,
/** Its bytes in a file. */
bytes: number, };

/** The choice of a processor. */
export type DeviceChoice = "auto" | "gpu" | "cpu";

/** The processor that computes, and the reason of its choice. */
export type DeviceInfo = {
/** The type of the processor. */
kind: DeviceKind,
/** The adapter's name, or a description of the CPU version. */
name: string,
/** The reason of the choice. */
reason: DeviceReason, };

/** The type of a processor. */
export type DeviceKind = "gpu" | "cpu";

/** The reason of a device's choice. */
export type DeviceReason = "gpuAsked" | "cpuAsked" | "realAdapter" | "softwareAdapter" | "noWebGpu" | "noAdapter" | "lostBefore";

/** The options of a distillation to a smaller encoder. */
export type DistilOptions = {
/** Temperature of the two distributions. */
temperature: number,
/** Weight of the teacher's distribution. */
soft: number,
/** Weight of the hidden words themselves. */
hard: number,
/** Weight of the direction of the hidden states. */
cosine: number,
/** Whether the student begins with the teacher's layers; else with random ones. */
fromTeacher: boolean,
/** The highest learning rate. */
rate: number,
/** Number of steps. */
steps: number,
/** Tokens of a step. */
tokens: number,
/** Decides random weights, the order of the texts and the hidden words. */
seed: number, };

/** A step of a distillation. */
export type DistilStep = {
/** Counted from 1; 0 is the student before its first one. */
step: number,
/** Steps in all. */
total: number,
/** KL divergence of the two distributions at the temperature, without T². */
soft: number,
/** Cross-entropy of the hidden words. */
hard: number,
/** 1 − cosine of the hidden states. */
cosine: number,
/** The weighted sum. */
loss: number,
/** The student's candidates for the masks of the probe, of some steps. */
probe: Array<Array<Candidate>>,
/** Share of the hidden words of texts it does not learn from that the student names, of some steps. */
accuracy: number | null, };

/** The options of the vectors of texts. */
export type EmbedOptions = {
/** The pooling; absent: as the model was trained, `ModelInfo::pooling`. */
pooling: Pooling | null,
/**
 * Whether to divide each vector by its length, so that a dot product is a cosine; absent: as the model was
 * trained, `ModelInfo::normalized`.
 */
normalize: boolean | null,
/**
 * The layers of the vectors. The Dense layers of sentence-transformers are only applied to the last layer's pooled
 * vector, if it has the size that they were trained with.
 */
layers: Layers,
/** The prompt before each text; absent: the one that `prompt_name` names. */
prompt: string | null,
/** The name of one of `ModelInfo::prompts`; absent: `ModelInfo::default_prompt_name`. */
promptName: string | null,
/** The longest text, in tokens; absent: `ModelInfo::context`, which is the most. */
maxTokens: number | null, };

/** How a training ended. */
export type Ending = "complete" | "stopped" | "diverged";

/** The errors of a tensor's dequantized values x' against the original values x. */
export type ErrorFigures = {
/** The largest |x − x'|. */
maximum: number,
/** The mean |x − x'|. */
mean: number,
/** The root of the mean of (x − x')². */
rms: number,
/** Signal to quantization noise, `10 · log₁₀(Σ x² / Σ (x − x')²)`, in decibels; `None` if signal or noise is 0. */
snr: number | null, };

/** The engine's answers. */
export type Event = { "progress": {
/** The current phase. */
phase: Phase,
/** The current file. */
file: string,
/** Bytes of the model that have arrived. */
loaded: number,
/** Bytes in all, if known. */
total: number | null, } }
| { "device": {
/** The device. */
device: DeviceInfo, } }
| { "loaded": {
/** The model's description. */
info: ModelInfo, } }
| { "keptModels": {
/** The models, by name. */
models: Array<KeptModel>,
/** The browser's space. */
space: Space, } }
| { "verified": {
/** Files that changed; they were removed, and are fetched again another time. */
damaged: Array<string>, } }
| { "prompt": {
/** The prompt's tokens. */
tokens: Array<TokenText>, } }
| { "token": {
/** The token. */
token: TokenText,
/** Text that is complete now: append it to what is shown. */
delta: string,
/** Its probability at the requested temperature. */
probability: number,
/** The most probable tokens, as many as requested. */
candidates: Array<Candidate>, } }
| { "generated": {
/** The reason for the end. */
reason: StopReason,
/** Text held back until now (half of a possible stop text, the rest of a broken character). */
delta: string,
/** Everything that was generated. */
text: string,
/** The speed. */
stats: GenerationStats, } }
| { "candidates": {
/** The candidates, most probable first. */
candidates: Array<Candidate>,
/** Kullback–Leibler divergence from the reference's distribution, in nats, at temperature 1. */
divergence: number | null, } }
| { "attention": {
/** The tokens along both axes. */
tokens: Array<TokenText>,
/** Row-major `[tokens, tokens]`; row i has the weights of token i for each token. */
weights: Float32Array, } }
| { "inspected": {
/** The text's tokens. */
tokens: Array<TokenText>,
/** For each layer: row-major `[heads, tokens, tokens]`. */
attentions: Array<Float32Array>,
/** For the embeddings, then each layer: row-major `[tokens, hidden_size]`. */
hiddenStates: Array<Float32Array>,
/** Row-major `[tokens, vocabulary]`; of a masked-language model, for each position. */
logits: Float32Array,
/** The pooler's output, `[hidden_size]`; empty if the model has none. */
pooled: Float32Array,
/** Number of tokens that were cut off at the model's limit; only encoders cut. */
cut: number, } }
| { "textsDone": {
/** Texts done. */
done: number,
/** Texts in all. */
total: number, } }
| { "embedded": {
/** Row-major `[texts, size]`. */
vectors: Float32Array,
/** Size of a vector. */
size: number,
/** Number of each text's tokens that were read, special ones included. */
tokens: Array<number>,
/** Number of tokens of each text that were cut off at the model's limit. */
cut: Array<number>, } }
| { "filled": {
/** The text's tokens, special ones included. */
tokens: Array<TokenText>,
/** The candidates of each mask, in the text's order. */
fillings: Array<Filling>,
/** Number of tokens that were cut off at the model's limit. */
cut: number, } }
| { "nextSentence": {
/** The pair's tokens, special ones included. */
tokens: Array<TokenText>,
/** The probability that it follows. */
probability: number,
/** The logits of "follows" and of "does not follow". */
logits: [number, number],
/** Number of tokens of both texts that were cut off at the model's limit. */
cut: number, } }
| { "tokensScored": {
/** Number of scored tokens. */
done: number,
/** Number of tokens to score. */
total: number,
/** Perplexity of the scored tokens. */
perplexity: number, } }
| { "perplexity": {
/** Number of scored tokens. */
tokens: number,
/** Whether the text was read to its end. */
isComplete: boolean,
/** exp of the mean of −ln p(token). */
perplexity: number,
/** The comparison with the reference model. */
comparison: Comparison | null, } }
| { "tensors": {
/** The matrices. */
tensors: Array<TensorInfo>, } }
| { "tensorStudied": {
/** The results. */
study: TensorStudy, } }
| { "tensorsDone": {
/** Matrices done. */
done: number,
/** Matrices in all. */
total: number, } }
| { "damaged": {
/** The matrices, in the order of their use. */
tensors: Array<Damage>, } }
| { "filePiece": {
/** At most 4 MB. */
bytes: Uint8Array,
/** Bytes of the file so far. */
done: number,
/** Bytes of the whole file. */
total: number, } }
| { "exported": {
/** A name for the file. */
file: string,
/** Length of the file. */
bytes: number, } }
| { "modelFiles": {
/** Its config.json. */
config: string,
/** Its tokenizer.json. */
tokenizer: string, } }
| { "teachStep": {
/** The step. */
step: TeachStep, } }
| { "taught": {
/** The classifier. */
taught: Taught, } }
| { "classified": {
/** Row-major `[texts, classes]`. */
probabilities: Float32Array, } }
| { "learningCurves": {
/** A curve for each lane. */
curves: Array<LearningCurve>, } }
| { "distilStep": {
/** The step. */
step: DistilStep, } }
| { "lesson": {
/** The words that may stand in a gap. */
words: Array<string>,
/** Number of gaps to learn from. */
gaps: number,
/** Some of the held-out gaps. */
shown: Array<Gap>, } }
| { "studentsStep": {
/** The step. */
step: StudentsStep, } }
| { "studentsTaught": {
/** How it ended. */
ending: Ending,
/** Seconds that it took. */
seconds: number, } }
| { "influence": {
/**
 * By layer, from the vectors below the first one on: for each word the mean of ‖h − h′‖ / ‖h‖, h′ being its
 * vector after the replacement.
 */
layers: Array<Array<number>>, } }
| { "read": {
/** What the readers did. */
reading: Reading, } }
| { "mixtureStep": {
/** The step. */
step: MixtureStep, } }
| { "mixtureLearnt": {
/** What it has learnt. */
learnt: MixtureLearnt, } }
| { "instructStep": {
/** The step. */
step: InstructStep, } }
| { "alignStep": {
/** The iteration. */
step: AlignStep, } }
| { "tuned": {
/** The model. */
tuned: Tuned, } }
| { "continued": {
/** Their handle, for rankings. */
continuations: number,
/** The continuations of each text. */
written: Array<Array<Continuation>>, } }
| { "rewarded": {
/** The reward model. */
rewarded: Rewarded, } }
| { "memory": {
/** Bytes of the engine's WebAssembly memory (it never shrinks: this is its peak). */
wasmBytes: number,
/** Bytes of the weights of all loaded models. */
weightBytes: number,
/** Kernel launches since the engine started. */
launches: number,
/** Bytes for one model if no other was loaded; `None` without a known limit. */
limit: number | null, } } | "done"
| { "error": {
/** The error. */
error: LecternError,
/** The message for people, in English. */
message: string,
/** The message for people, in Russian. */
messageRu: string, } };

/** A text and the class it belongs to. */
export type Example = {
/** The text. */
text: string,
/** Its class, from 0. */
label: number, };

/** A model's candidates for a mask. */
export type Filling = {
/** Index of the mask among the text's tokens. */
position: number,
/** The candidates, most probable first. */
candidates: Array<Candidate>, };

/** The method that determines the factors of a group. */
export type Fit = "range" | "leastSquares";

/** The format of a model file. */
export type Format = "gguf" | "safetensors";

/** `{ id, event, final }`: a message from the worker; an event is `{ name: fields }`, or its name where it has no fields. `id` 0 with `Event::Done` means that the worker is ready. */
export type FromWorker = {
/** The id of the request. */
id: number,
/** The event. */
event: Event,
/** Whether it ends the request. */
final: boolean, };

/** A gap of a text that the students have not learnt from. */
export type Gap = {
/** Text before it. */
before: string,
/** Text after it. */
after: string,
/** Index of the word that stood there. */
word: number,
/** The teacher's probability of each word. */
teacher: Array<number>, };

/** The options of the choice of the next token, with the names of transformers (and transformers.js). */
export type GenerateOptions = {
/** Largest number of new tokens; 64 if absent. */
maxNewTokens: number,
/** Softmax temperature; 0 takes the most probable token (greedy); 0.8 if absent. */
temperature: number,
/** Keep the k most probable tokens; 0 keeps all; 50 if absent. */
topK: number,
/**
 * Keep the smallest set of tokens whose probabilities sum to this (nucleus), from 0 to 1; 1, the default,
 * keeps all, 0 only the most probable.
 */
topP: number,
/** Drop tokens less probable than this times the most probable one, from 0 to 1; 0, the default, keeps all. */
minP: number,
/** Divide (if negative: multiply) the logits of tokens in the text by this; 1, the default, changes nothing. */
repetitionPenalty: number,
/** The seed: the same one gives the same text on the same device and quantization; random if absent. */
seed: number | null,
/** Texts that end the generation; they are not in its output. */
stop: Array<string>,
/** Number of candidates to return with every token; 0 if absent. */
candidates: number, };

/** The speed of a generation. */
export type GenerationStats = {
/** Number of tokens in the prompt. */
promptTokens: number,
/** Number of generated tokens. */
newTokens: number,
/** Seconds from request to first token. */
timeToFirstToken: number,
/** Tokens per second after the first one. */
tokensPerSecond: number,
/** The seed that was used. */
seed: number,
/** Kernel launches per decoded token; 0 on the CPU. */
launchesPerToken: number,
/** Microseconds of this thread to enqueue a launch while decoding; 0 on the CPU. */
microsecondsPerLaunch: number, };

/** A head that a model may lack, or its whole encoder or decoder. */
export type Head = { "kind": "maskedLanguage" }
| { "kind": "nextSentence" }
| { "kind": "encoder" }
| { "kind": "decoder" }
| { "kind": "readers" };

/** A histogram with bars of equal width over a range. */
export type Histogram = {
/** The start of the first bar. */
minimum: number,
/** The end of the last bar. */
maximum: number,
/** Values in each bar; those beyond the range are in the outermost ones. */
counts: Array<number>, };

/** The options of fine-tuning on instructions. */
export type InstructOptions = {
/** The highest learning rate. */
rate: number,
/** Number of steps; with 0 the tests are measured, and nothing is learnt. */
steps: number,
/** Examples of a step. */
batch: number,
/** Text between an instruction and its answer. */
separator: string,
/** Whether an answer ends with the model's end-of-text token. */
ends: boolean,
/** Longest answer that is written to a test, in tokens. */
tokens: number,
/** A beginning that is put into the model's mouth: the answers to the tests go on from it. */
prefill: string,
/** Decides the order of the examples and the written answers. */
seed: number, };

/** A step of fine-tuning on instructions. */
export type InstructStep = {
/** Counted from 1; 0 is the model before its first one. */
step: number,
/** Steps in all. */
total: number,
/** Mean loss of the answers' tokens of the step's examples, before it; of the tests before the first one. */
loss: number,
/** Of some steps: mean loss of the answers to the tests. */
testLoss: number | null,
/** Of some steps: an answer to the instruction of each test. */
answers: Array<Answer>, };

/** An instruction and the answer to it. */
export type Instruction = {
/** The instruction. */
instruction: string,
/** The answer. */
response: string, };

/** The reason for an internal error. */
export type InternalReason = { "kind": "outputNotANumber" }
| { "kind": "tensorBeforeHeader" }
| { "kind": "recordNotWritten",
/** The message of serde_json. */
detail: string, }
| { "kind": "noServerRequest",
/** The message of the browser. */
detail: string, }
| { "kind": "engineNotStarted",
/** The message of the browser, or nothing. */
detail: string, }
| { "kind": "engineStopped",
/** The message of the browser, or nothing. */
detail: string, }
| { "kind": "answerNotRead",
/** The message of serde. */
detail: string, }
| { "kind": "answerNotSent",
/** The message of the browser. */
detail: string, }
| { "kind": "requestNotSent",
/** The message of the browser. */
detail: string, };

/** The matrices in more bits than the others: eight instead of four, floats instead of eight. */
export type Keep = {
/** The token embedding, and the head that is tied to it. */
embedding: boolean,
/** The matrices of queries, keys and values. */
queryKeyValue: boolean,
/** All matrices of these layers, from 0. */
layers: Array<number>, };

/** A file of a stored model. */
export type KeptFile = {
/** Its name. */
name: string,
/** Number of stored bytes. */
bytes: number,
/** Length of the whole file, if known. */
total: number | null,
/** SHA-256 of the whole file, once stored, in hexadecimal digits. */
sha256: string | null, };

/** A model in the browser's private files. */
export type KeptModel = {
/** The name of its folder. */
key: string,
/** The model's name. */
name: string,
/** The source to request it again: its Hub id, with its revision after an `@`, or its address. */
source: string,
/** The address of its files, with a slash at its end. */
origin: string,
/** The time of the last write, in milliseconds since 1970. */
date: number,
/** Whether all files that it needs are stored. */
isComplete: boolean,
/** The `model_type` of its config.json, which may be one that cannot be run; `None` if there is none. */
architecture: string | null,
/** Its files. */
files: Array<KeptFile>, };

/** A word in its text, with the class that it belongs to. */
export type LabelledWord = {
/** Index of the text. */
text: number,
/** The start of the word in the text, in UTF-16 code units. */
start: number,
/** The end of the word. */
end: number,
/** Its class, from 0. */
label: number, };

/** What a classifier knows before its first example. */
export type Lane = "words" | "smallEncoder" | "features" | "fineTuning";

/**
 * The hidden states that make a vector. Layer 0 is the embeddings, layer k the k-th layer's output; negative indices
 * count from the end, -1 being the last layer.
 */
export type Layers = { "type": "one",
/** Index of the layer. */
layer: number, }
| { "type": "mixture",
/** A weight for each layer, the embeddings included, before the softmax. */
scalars: Array<number>,
/** γ, the scale. */
gamma: number, }
| { "type": "sum",
/** Indices of the layers. */
layers: Array<number>, }
| { "type": "concatenation",
/** Indices of the layers. */
layers: Array<number>, };

/** The accuracy by the number of labels, of one lane. */
export type LearningCurve = {
/** The lane. */
lane: Lane,
/** For each number of labels a class: the accuracy on the held-out texts, of every draw. */
accuracies: Array<Array<number>>, };

/** An error: match on it, or show `LecternError::message` to the user. */
export type LecternError = { "badFile": {
/** The file's name; empty where the reader does not know it, see `LecternError::in_file`. */
file: string,
/** The reason why it is refused. */
reason: BadFileReason, } }
| { "missingTensor": {
/** The tensor's name in the model. */
name: string,
/** Every spelling that was tried. */
lookedFor: Array<string>, } }
| { "shapeMismatch": {
/** The tensor's name in the checkpoint. */
tensor: string,
/** The shape by the configuration. */
expected: Array<number>,
/** The shape in the checkpoint. */
found: Array<number>, } }
| { "notFinite": {
/** The tensor's name in the checkpoint. */
tensor: string,
/** Flat index of the first such weight. */
index: number, } }
| { "unsupportedModel": {
/** The reason why it cannot be run. */
reason: UnsupportedReason, } }
| { "missingHead": {
/** The model's name. */
model: string,
/** The missing head. */
head: Head, } }
| { "notFound": {
/** The file's name or address. */
file: string, } }
| { "httpStatus": {
/** The requested address. */
url: string,
/** The HTTP status. */
status: number, } }
| { "unreachable": {
/** The requested address. */
url: string, } }
| { "offline": {
/** The requested address. */
url: string, } }
| { "quota": {
/** Bytes that were to be stored. */
needed: number, } } | "inUse"
| { "noStorage": {
/** The reason why there is none. */
reason: NoStorageReason, } }
| { "outOfMemory": {
/** The purpose of the allocation. */
what: MemoryUse,
/** Its size in bytes. */
bytes: number, } }
| { "noAdapter": {
/** The reason why there is none. */
reason: NoAdapterReason, } }
| { "deviceLost": {
/** The message of the browser. */
detail: string, } }
| { "contextFull": {
/** Tokens of the prompt. */
tokens: number,
/** The model's number of positions. */
limit: number, } }
| { "badRequest": {
/** The reason why it is refused. */
reason: BadRequestReason, } } | "cancelled"
| { "internal": {
/** The reason for it. */
reason: InternalReason, } };

/** What is measured of a classifier between two steps. */
export type Measured = {
/** Share of the held-out texts that are classified rightly; absent without such texts. */
accuracy: number | null,
/** What is left of the encoder's notion of similarity: the correlation of all pairs' cosines before and now. */
kept: number,
/** The examples' vectors, row-major `[examples, size]`. */
vectors: Float32Array,
/** Size of a vector. */
size: number, };

/** The purpose of an allocation. */
export type MemoryUse = { "kind": "file",
/** The file's name. */
file: string, }
| { "kind": "model",
/** The model's name. */
model: string, }
| { "kind": "tensor",
/** The tensor's name. */
tensor: string, }
| { "kind": "answer" }
| { "kind": "attention" };

/** A mixture that has learnt. */
export type MixtureLearnt = {
/** How the training ended. */
ending: Ending,
/** The mixture after its last step. */
mixture: MixtureStep,
/** For each layer: the share of the held-out words that a probe of it alone tells rightly. */
alone: Array<number>,
/** Number of the held-out words. */
tests: number,
/** Seconds that reading the texts took. */
readingSeconds: number,
/** Seconds that learning took. */
seconds: number, };

/** The options of a mixture that learns with a probe (Peters et al. 2018, section 3.2). */
export type MixtureOptions = {
/** λ: the factor of Σ w² of the mixture's scalars; 1 keeps the layers' shares at a third each. */
l2: number,
/** The learning rate. */
rate: number,
/** Number of steps, each over all words. */
steps: number,
/** Decides the probe's first weights. */
seed: number, };

/** A step of a mixture that learns. */
export type MixtureStep = {
/** Number of steps done. */
step: number,
/** Steps in all. */
total: number,
/** Mean cross-entropy of the words that it learns from, with the penalty. */
loss: number,
/** The layers' shares, softmax(w). */
shares: Array<number>,
/** γ. */
gamma: number,
/** Share of the held-out words that are told rightly. */
accuracy: number, };

/** The description of a loaded model. */
export type ModelInfo = {
/** The engine's handle for it. */
model: number,
/** The name of its folder, Hub id or file. */
name: string,
/** The architecture by the `model_type` of a config.json: `gpt2`, `bert`, `distilbert`. */
architecture: string,
/** Its abilities. */
abilities: Array<Ability>,
/** The head that it was published with and that is not run. */
unusedHead?: UnusedHead,
/** The pooling that it was trained with for the vector of a text. */
pooling: Pooling,
/** Whether it was trained to divide that vector by its length. */
normalized: boolean,
/** Size of that vector. */
embeddingSize: number,
/** The prompts before texts that it was trained with, by names such as `query`. */
prompts: { [key in string]: string },
/** The name of the prompt before every embedded text, unless the request has another. */
defaultPromptName: string | null,
/** The token for a masked word in a text, usually `[MASK]`; absent if it has none. */
maskToken: string | null,
/** Number of weights. */
parameters: number,
/** Bytes of the weights in memory. */
weightBytes: number,
/** Bytes of key/value cache for a token; 0 for an encoder. */
cacheBytesPerToken: number,
/**
 * The format of the weights in memory: the requested one, or, for weights that are kept as stored, that of most
 * weights.
 */
quantization: WeightFormat,
/** Number of layers. */
layers: number,
/** Attention heads in a layer. */
heads: number,
/** Size of a hidden state. */
hiddenSize: number,
/** The longest text, in tokens, special ones and the prompt included. */
context: number,
/** Tokens in the vocabulary. */
vocabulary: number,
/** The processor that computes. */
device: DeviceInfo,
/** Seconds from request to ready. */
loadSeconds: number,
/** The reason if it could not be stored in the browser's files. */
notKept?: LecternError, };

/** The reason why there is no GPU. */
export type NoAdapterReason = { "kind": "noWebGpu" }
| { "kind": "noAdapter" }
| { "kind": "refused",
/** The message of the browser. */
detail: string, };

/** The reason why the browser stores no files for the page. */
export type NoStorageReason = { "kind": "notSecure" }
| { "kind": "notWritable" }
| { "kind": "refused",
/** The name of the browser's error. */
detail: string, };

/** A word in its text. */
export type Occurrence = {
/** The text. */
text: string,
/** The start of the word in the text, in UTF-16 code units, as in JavaScript. */
start: number,
/** The end of the word. */
end: number, };

/** The phase of a load. */
export type Phase = "fetching" | "retrying" | "preparing";

/** One pooling mode, or several, whose vectors are concatenated. In JSON a name, or a list of names. */
export type Pooling = PoolingMode | Array<PoolingMode>;

/** A pooling mode. In JSON its name in camel case; sentence-transformers' names are accepted too. */
export type PoolingMode = "cls" | "max" | "mean" | "meanSqrtLength" | "weightedMean" | "lastToken";

/** The reason why a file is not a PyTorch checkpoint. */
export type PytorchReason = { "kind": "neitherZipNorPickle" }
| { "kind": "notFromTorch" }
| { "kind": "unknownFormat" }
| { "kind": "byteOrder" }
| { "kind": "noPickle" }
| { "kind": "pickleTwice" }
| { "kind": "noRecord" }
| { "kind": "recordLength",
/** The record's name. */
record: string,
/** The record's length in bytes. */
length: number,
/** The length by the pickle. */
expected: number, }
| { "kind": "recordEnd",
/** The record's name. */
record: string,
/** The record's expected length in bytes. */
length: number, }
| { "kind": "pickleCutOff" }
| { "kind": "pickleTooLong",
/** The largest allowed length in bytes. */
limit: number, }
| { "kind": "pickleProtocol",
/** The protocol's version. */
protocol: number, }
| { "kind": "pickleOpcode",
/** The opcode, in hexadecimal digits. */
opcode: string, }
| { "kind": "pickleValue" }
| { "kind": "pickleStack" }
| { "kind": "pickleMisuse" }
| { "kind": "noStateDict" }
| { "kind": "noTensors",
/** Some of the dict's keys. */
keys: Array<string>, }
| { "kind": "longName",
/** The name's length in bytes. */
length: number, }
| { "kind": "markedView" }
| { "kind": "notStorage" }
| { "kind": "storageList" }
| { "kind": "storagesFirst" }
| { "kind": "storageTooLarge",
/** The storage's key. */
key: string,
/** The number of elements, by the pickle. */
elements: number, }
| { "kind": "storageSizes",
/** The storage's key. */
key: string,
/** One length in bytes. */
one: number,
/** The other length in bytes. */
other: number, }
| { "kind": "storageElements",
/** The storage's key. */
key: string,
/** The number of its elements. */
found: number,
/** The number by the pickle. */
expected: number, }
| { "kind": "partOutside",
/** The storage's key. */
key: string, }
| { "kind": "tensorOutside",
/** The storage's key. */
key: string, }
| { "kind": "unknownStorage",
/** The storage's key. */
key: string, }
| { "kind": "storageTwice",
/** The storage's key. */
key: string, }
| { "kind": "missingStorage",
/** The storage's key. */
key: string,
/** A tensor of that storage. */
tensor: string, };

/** The requested format of weights; the module `quantization` has the formulas. */
export type Quantization = "native" | "f32" | "f16" | "int8" | "int4" | Scheme;

/** A ranking of the continuations of one text. */
export type Ranking = {
/** The index of the text. */
text: number,
/** The indices of its continuations, from the best to the worst. */
order: Array<number>, };

/** Raters by rule. */
export type Raters = {
/** Words that they like. */
taste: Array<string>,
/** Number of rankings, together with those of people; the continuations of the other texts are for tests. */
rankings: number,
/** Share of their rankings that are by chance. */
noise: number,
/** Decides which ones, and the order of continuations that are worth the same. */
seed: number, };

/** A word of a text. */
export type ReadWord = {
/** The word. */
text: string,
/** Its start in the text, in UTF-16 code units, as in JavaScript. */
start: number,
/** Its end. */
end: number,
/** Whether the readers can name it; they read any word. */
isKnown: boolean, };

/** What a reader's layer does at a word: means over its cells. */
export type ReaderStep = {
/** The input gate: the share of the word that is let in. */
input: number,
/** The forget gate: the share of the state that is kept. */
forget: number,
/** The output gate: the share of the state that is shown. */
output: number,
/** Length of the state. */
norm: number, };

/**
 * One reader's way over a text. Everything is in the order of the text; the forward reader begins at the mark before the
 * first word, the backward reader at the mark after the last, so that both have one step more than there are words.
 */
export type ReaderTrace = {
/** Layer by layer, the steps. */
layers: Array<Array<ReaderStep>>,
/** After each step, the likeliest words to come; none for a model without its output layer. */
likely: Array<Array<Candidate>>, };

/** A text that was read from both ends. */
export type Reading = {
/** The words. */
words: Array<ReadWord>,
/**
 * The words' vectors by layer, each row-major `[words, size]`: the first half is the forward reader's, the second the
 * backward reader's. Layer 0 is made of the word's characters alone, the same in both halves.
 */
layers: Array<Float32Array>,
/** Size of a vector. */
size: number,
/** The reader from the first word on. */
forward: ReaderTrace,
/** The reader from the last word on. */
backward: ReaderTrace,
/** Number of words that were cut off at the model's limit. */
cut: number,
/** Seconds that the readers took. */
seconds: number, };

/** The page's requests to the engine. */
export type Request = { "type": "device",
/** The preferred device. */
device: DeviceChoice, }
| { "type": "load",
/** The source of the model. */
source: Source,
/** The format of the weights. */
quantization?: Quantization,
/** The method that determines the scales. */
fit?: Fit,
/** The matrices to keep in more bits than that. */
keep?: Partial<Keep>,
/** The device that runs it. */
device?: DeviceChoice,
/** Whether to store a model from the Hub or an address in the browser's own files, and read it from there. */
store?: boolean, }
| { "type": "keepModel",
/** The source: the site, the Hub, or an address. */
source: Source, }
| { "type": "keptModels" }
| { "type": "verifyModel",
/** The name of its folder. */
key: string, }
| { "type": "forgetModel",
/** The name of its folder. */
key: string, }
| { "type": "generate",
/** Handle of the model. */
model: number,
/** The text to continue. */
prompt: string,
/** The options. */
options?: Partial<GenerateOptions>, }
| { "type": "candidates",
/** Handle of the model. */
model: number,
/** Position of the token in the text, the prompt's first token being 0 (which has no distribution). */
position: number,
/** Softmax temperature. */
temperature: number,
/** Number of the most probable tokens to return. */
count: number,
/** A reference for the divergence: another model whose last generation has the same tokens before that one. */
reference?: number | null, }
| { "type": "attention",
/** Handle of the model. */
model: number,
/** Layer, from 0. */
layer: number,
/** Head, from 0. */
head: number, }
| { "type": "inspect",
/** Handle of the model. */
model: number,
/** The text. */
text: string,
/** A second text, after `[SEP]`; for encoders only. */
pair?: string | null,
/** Whether to return the attention weights of all layers and heads. */
attentions?: boolean,
/** Whether to return the hidden states of all layers. */
hiddenStates?: boolean,
/** Whether to return the logits of all positions. */
logits?: boolean, }
| { "type": "embed",
/** Handle of the model. */
model: number,
/** The texts. */
texts: Array<string>,
/** The options. */
options?: Partial<EmbedOptions>, }
| { "type": "embedWords",
/** Handle of the model. */
model: number,
/** The words in their texts. */
occurrences: Array<Occurrence>,
/** The layers of the vectors. */
layers?: Layers, }
| { "type": "influence",
/** Handle of an encoder or an ELMo. */
model: number,
/** The text. */
text: string,
/** Start and end of each word that is measured, in UTF-16 code units, as in JavaScript. */
words: Array<[number, number]>,
/** Index of the word that is replaced. */
word: number,
/** The words that stand in its place, one after the other. */
instead: Array<string>, }
| { "type": "read",
/** Handle of the model. */
model: number,
/** The text. */
text: string,
/** Number of the likeliest words to return after each step. */
count?: number, }
| { "type": "fillMask",
/** Handle of the model. */
model: number,
/** The text, with `ModelInfo::mask_token` in it once or more. */
text: string,
/** Number of candidates for each mask. */
topK: number, }
| { "type": "nextSentence",
/** Handle of the model. */
model: number,
/** The first text. */
first: string,
/** The text that may follow. */
second: string, }
| { "type": "perplexity",
/** Handle of the model. */
model: number,
/** The text. */
text: string,
/** A reference for the divergence: another model of the same vocabulary. */
reference?: number | null, }
| { "type": "tensors",
/** Handle of the model. */
model: number, }
| { "type": "studyTensor",
/** Handle of the model. */
model: number,
/** Its name, as in `TensorInfo::name`. */
tensor: string,
/** The scheme. */
scheme: Scheme,
/** The method that determines its scales. */
fit?: Fit,
/** Number of bars in the histograms. */
bars: number,
/** Largest number of cells in the map of errors, down and across. */
map: [number, number],
/** The section of the matrix to return value by value. */
window?: Window | null, }
| { "type": "damage",
/** Handle of the model. */
model: number,
/** The scheme. */
scheme: Scheme,
/** The method that determines its scales. */
fit?: Fit, }
| { "type": "export",
/** Handle of the model. */
model: number,
/** The format of the file. */
format: Format,
/** The scheme of its matrices; `None`: as in the model. */
scheme?: Scheme | null,
/** The method that determines the scales, if they are not the model's. */
fit?: Fit, }
| { "type": "modelFiles",
/** Handle of the model. */
model: number, }
| { "type": "teach",
/** Handle of the encoder; lanes that begin with nothing need its tokens only, or not even these. */
model?: number | null,
/** What is taught. */
examples: Array<Example>,
/** Texts to test it with. */
tests?: Array<Example>,
/** Number of classes. */
classes: number,
/** The options. */
options?: Partial<TeachOptions>, }
| { "type": "classify",
/** Handle of the classifier. */
classifier: number,
/** The texts. */
texts: Array<string>, }
| { "type": "learningCurves",
/** Handle of the encoder. */
model: number,
/** Examples to draw from. */
examples: Array<Example>,
/** Texts to test with. */
tests: Array<Example>,
/** Number of classes. */
classes: number,
/** Numbers of labels a class. */
sizes: Array<number>,
/** Number of draws for each of them. */
draws: number,
/** Decides the draws. */
seed: number, }
| { "type": "distil",
/** Handle of the teacher. */
model: number,
/** Texts to learn from. */
texts: Array<string>,
/** A text with masks, for which the student's candidates are reported. */
probe: string,
/** The options. */
options?: Partial<DistilOptions>, }
| { "type": "learnMixture",
/** Handle of an ELMo, or of an encoder, whose words are the means of their tokens. */
model: number,
/** The texts. */
texts: Array<string>,
/** Words to learn from. */
examples: Array<LabelledWord>,
/** Words to test with. */
tests: Array<LabelledWord>,
/** Number of classes. */
classes: number,
/** The options. */
options?: Partial<MixtureOptions>, }
| { "type": "students",
/** Name of the lesson, which is a file of the site: `gaps-en`, `gaps-ru`. */
lesson: string,
/** The options. */
options?: Partial<StudentsOptions>, }
| { "type": "instruct",
/** Handle of the decoder. */
model: number,
/** What is learnt. */
examples: Array<Instruction>,
/** Instructions to test it with. */
tests?: Array<Instruction>,
/** The options. */
options?: Partial<InstructOptions>, }
| { "type": "continue",
/** Handle of the decoder. */
model: number,
/** The texts. */
texts: Array<string>,
/** The options. */
options?: Partial<ContinueOptions>, }
| { "type": "reward",
/** Handle of the continuations. */
continuations: number,
/** Rankings by people. */
rankings?: Array<Ranking>,
/** Raters by rule, who rank the texts that people did not. */
raters?: Partial<Raters>,
/** The penalty of large weights. */
l2?: number, }
| { "type": "align",
/** Handle of the reward. */
reward: number,
/** The texts that it continues. */
texts: Array<string>,
/** The options. */
options?: Partial<AlignOptions>, }
| { "type": "steer",
/** The `id` of its request. */
target: number,
/** The steps; absent: it goes on by itself. */
steps?: number | null, }
| { "type": "cancel",
/** The `id` of the request to cancel. */
target: number, }
| { "type": "dispose",
/** Handle of the model. */
model: number, }
| { "type": "memory" };

/** A reward model that was fitted to rankings. */
export type Rewarded = {
/** Its handle. */
reward: number,
/** All rankings: those of people, then those by rule. */
rankings: Array<Ranking>,
/** Number of pairs that they make. */
pairs: number,
/** Share of these pairs that it puts in the right order. */
right: number,
/**
 * Share of the pairs of unranked continuations that it puts in the order of the raters' rule, of those that are
 * not worth the same; absent without such pairs.
 */
tested: number | null,
/** For each text and continuation: what each token adds to the reward. Rewards have mean 0 and variance 1. */
shares: Array<Array<Array<number>>>, };

/** A text of a policy. */
export type Sample = {
/** The text that it goes on from. */
opening: string,
/** Its tokens. */
tokens: Array<TokenText>,
/** What each of them adds to its reward. */
shares: Array<number>,
/** Its reward. */
reward: number,
/** What it is worth by the raters' rule. */
worth: number, };

/** A quantization scheme; docs/quantization.md has the cost of each. */
export type Scheme = "int8-minmax" | "int8-affine" | "int8-tensor" | "int8-channel" | "q8_0" | "int4-g32" | "int4-g64" | "int4-g128" | "int4-g32-asymmetric" | "int4-g64-asymmetric" | "int4-g128-asymmetric" | "q4_0" | "q4_1" | "f16" | "q6_k";

/** The reason why a sentence-transformers model cannot be run. */
export type SentenceReason = { "kind": "modelKind",
/** The model's type. */
found: string,
/** The supported type. */
known: string, }
| { "kind": "pooling",
/** Its name; several modes are joined by a plus. */
found: string,
/** The known modes. */
known: Array<string>, }
| { "kind": "ggufPooling",
/** The key of the pooling type. */
key: string,
/** The pooling type's code. */
number: number,
/** The known codes. */
known: Array<string>, }
| { "kind": "transformerSetting",
/** The setting's key. */
key: string,
/** The setting's value. */
found: string,
/** The supported value. */
known: string, }
| { "kind": "noPooling" }
| { "kind": "unknownModule",
/** The module's class. */
module: string,
/** The known classes. */
known: Array<string>, }
| { "kind": "misplacedModule",
/** The module's class. */
module: string, }
| { "kind": "moduleInput",
/** The module's configuration file. */
file: string,
/** The name of its input or output. */
found: string,
/** The name of the pooled vector. */
known: string, }
| { "kind": "denseActivation",
/** The activation's class. */
found: string,
/** The known classes of torch.nn. */
known: Array<string>, }
| { "kind": "denseSize",
/** The size of its input. */
inputs: number,
/** The size of its output. */
outputs: number, };

/** The source of a model. */
export type Source = { "type": "builtIn",
/** The folder's name, for example `stories-en-gpt2`. */
name: string, }
| { "type": "hub",
/** `owner/name`. */
id: string,
/** Branch, tag or commit; `main` if absent. */
revision?: string | null, }
| { "type": "url",
/** The address, with or without a slash at its end. */
base: string, }
| { "type": "files" }
| { "type": "random",
/** The configuration, as in a config.json. */
config: object,
/** The seed of the weights. */
seed: number, };

/** The browser's space for files. */
export type Space = {
/** Bytes that this site uses in all. */
used: number,
/** Bytes that it may use. */
quota: number,
/** Whether the browser has promised not to clear them by itself. */
isPersistent: boolean, };

/** The reason for the end of a generation. */
export type StopReason = "maxNewTokens" | "endOfText" | "stopText" | "contextFull" | "cancelled";

/** What a tiny student can do. */
export type StudentScore = {
/** Share of the held-out gaps whose word is its first choice. */
accuracy: number,
/** Share of the held-out gaps at which its first choice is the teacher's. */
agreement: number,
/**
 * Of the gaps of the hidden word: its mean probability, and the shares where it is the first choice, and among
 * the first three. Absent if no word is hidden.
 */
hidden: [number, number, number] | null,
/** Its probability of each word for each of the shown gaps, row-major `[gaps, words]`. */
shown: Array<number>, };

/** The options of two tiny students, one of which learns from the words, the other from its teacher. */
export type StudentsOptions = {
/** Index of the word whose gaps neither of them sees. */
hidden: number | null,
/** Temperature of the two distributions. */
temperature: number,
/** Weight of the teacher's distribution for the second student; 1 − α is the weight of the word. */
alpha: number,
/** Whether the teacher's term is multiplied by T². */
squared: boolean,
/** Share of the gaps at which the teacher's answers are those of the next word of the list. */
spoiled: number,
/** Gaps of each word; absent: all. */
gaps: number | null,
/** The learning rate. */
rate: number,
/** Number of steps. */
steps: number,
/** Decides the first weights and the order of the gaps. */
seed: number, };

/** A step of the two students. */
export type StudentsStep = {
/** Number of steps done. */
step: number,
/** Steps in all. */
total: number,
/** The student that learns from the words, then the one that learns from its teacher. */
students: Array<StudentScore>, };

/** A classifier that was taught. */
export type Taught = {
/** Its handle. */
classifier: number,
/** Handle of the encoder that learned with it, if one did. */
model: number | null,
/** How the training ended. */
ending: Ending,
/** Share of the examples that it classifies rightly. */
trained: number,
/** Share of the held-out texts that it classifies rightly; absent without such texts. */
accuracy: number | null,
/** Seconds that it took, without the encoder's own vectors. */
seconds: number,
/** Seconds that the encoder took for its vectors. */
readingSeconds: number,
/** Number of weights that were learnt. */
parameters: number, };

/** The options of a teaching. Those of the learning itself matter to the lanes that learn step by step. */
export type TeachOptions = {
/** What is taught. */
lane: Lane,
/** Number of the encoder's layers that learn, from the last one down. */
layers: number,
/** Whether the head is fitted to the encoder's vectors before both learn. */
headFirst: boolean,
/** The highest learning rate. */
rate: number,
/** Number of steps. */
steps: number,
/** Examples of a step. */
batch: number,
/** Decides random weights and the order of the examples. */
seed: number, };

/** A step of a teaching. */
export type TeachStep = {
/** Counted from 1. */
step: number,
/** Steps in all. */
total: number,
/** Mean loss of the step's examples, before it. */
loss: number,
/** Share of the step's examples that were classified rightly, before it. */
trained: number,
/** The measurements of some steps. */
measured: Measured | null, };

/** A matrix of a loaded model. */
export type TensorInfo = {
/** Its name by the model's modules: `h.0.attn.c_attn`. */
name: string,
/** Number of outputs. */
rows: number,
/** Number of inputs. */
columns: number,
/** Its scheme; `None`: 32-bit floats. */
scheme: Scheme | null,
/** Its bytes in memory. */
bytes: number, };

/** A matrix before and after quantization. */
export type TensorStudy = {
/** Number of outputs. */
rows: number,
/** Number of inputs. */
columns: number,
/** The histogram of the original values. */
before: Histogram,
/** The histogram of the dequantized values, with the same bars. */
after: Histogram,
/** The histogram of the errors, x − x′. */
errors: Histogram,
/** The figures of the errors. */
figures: ErrorFigures,
/** Its bytes in a file. */
bytes: number,
/** Cells of the map of errors, down and across; each stands for a rectangle of the matrix. */
mapShape: [number, number],
/** The largest |x − x′| of each cell, row-major. */
map: Float32Array,
/** The requested section. */
window: WindowValues | null, };

/** `{ id, request }`: a message to the worker (its `files`, if any, are read beside it). */
export type ToWorker = {
/** The caller's id of this request; answers carry it. */
id: number,
/** The request. */
request: Request, };

/** One token of a text. */
export type TokenText = {
/** Its id in the vocabulary. */
id: number,
/** Its text; incomplete characters become U+FFFD. */
text: string, };

/** A language model that learned. */
export type Tuned = {
/** The model's description. */
info: ModelInfo,
/** How the training ended. */
ending: Ending,
/** Seconds that it took. */
seconds: number, };

/** The reason why a model cannot be run. */
export type UnsupportedReason = { "kind": "architecture",
/** The architecture's name. */
found: string,
/** The known architectures. */
known: Array<string>, }
| { "kind": "noModelType" }
| { "kind": "crossAttention" }
| { "kind": "activation",
/** The activation's name. */
name: string, }
| { "kind": "sizes",
/** The sizes. */
sizes: Array<number>, }
| { "kind": "unevenHeads",
/** Attention heads. */
heads: number,
/** The hidden size. */
width: number, }
| { "kind": "wideHeads",
/** The head size. */
size: number,
/** The largest supported head size. */
most: number, }
| { "kind": "positions",
/** The name of the encoding. */
found: string, }
| { "kind": "decoderBert" }
| { "kind": "dtype",
/** The dtype's name. */
dtype: string,
/** The supported dtypes. */
known: Array<string>, }
| { "kind": "integersWithoutScales",
/** The integers' dtype. */
dtype: string, }
| { "kind": "ggufType",
/** The tensor's name. */
tensor: string,
/** The tensor's type. */
found: string,
/** The supported types. */
known: Array<string>, }
| { "kind": "sentences",
/** The reason why it cannot be run. */
reason: SentenceReason, }
| { "kind": "scheme",
/** The scheme's name. */
name: string,
/** The known schemes. */
known: Array<string>, }
| { "kind": "ggufVersion",
/** The version. */
version: number, }
| { "kind": "laterPart",
/** The file's name. */
file: string,
/** The shard's index, from 1. */
number: number,
/** The number of shards. */
count: number, }
| { "kind": "renamedPart",
/** The file's name. */
file: string,
/** The number of shards. */
count: number,
/** The ending that the name should have. */
ending: string, }
| { "kind": "ggufAdapter" }
| { "kind": "ggufProjector" }
| { "kind": "ggufImportanceMatrix" }
| { "kind": "ggufVocabulary" }
| { "kind": "ggufKind",
/** The `general.type` of the file. */
found: string, }
| { "kind": "bigEndian" }
| { "kind": "foreignCode",
/** The file's name. */
file: string,
/** The name of the function or class. */
name: string, }
| { "kind": "torchScript",
/** The file's name. */
file: string, }
| { "kind": "packedRecord",
/** The file's name. */
file: string,
/** The record's name. */
record: string, }
| { "kind": "repeatedElements",
/** The tensor's name. */
tensor: string, }
| { "kind": "tokenizerModel",
/** The type of its model. */
found: string, }
| { "kind": "tokenizerWithoutModel" }
| { "kind": "tokenizerAffixes" }
| { "kind": "tokenizerDecoder",
/** The type of its decoder. */
found: string, }
| { "kind": "tokenizerWithoutDecoder" }
| { "kind": "ggufTokenizer",
/** The tokenizer's type. */
found: string,
/** The known types. */
known: Array<string>, }
| { "kind": "preTokenizer",
/** The pre-tokenizer's name. */
found: string, }
| { "kind": "wordTokenizer",
/** The tokenizer's name. */
found: string, };

/**
 * A head that a model was published with and that is not run here: the model works without it, as an encoder
 * or a decoder.
 */
export type UnusedHead = "sequenceClassification" | "tokenClassification" | "questionAnswering" | "multipleChoice";

/** The expected type of a GGUF metadata value. */
export type ValueKind = { "kind": "integer" }
| { "kind": "number" }
| { "kind": "flag" }
| { "kind": "text" }
| { "kind": "texts" }
| { "kind": "tokens" };

/** The format of a loaded model's weights. */
export type WeightFormat = "f32" | "f16" | "int8" | "int4" | Scheme;

/** A section of a matrix. */
export type Window = {
/** Index of the first row. */
row: number,
/** Index of the first column. */
column: number,
/** Number of rows; fewer are returned at the matrix's end. */
rows: number,
/** Number of columns; fewer are returned at the matrix's end. */
columns: number, };

/** The values of a section of a matrix. */
export type WindowValues = {
/** The section. */
window: Window,
/** The original values, row-major. */
values: Float32Array,
/** The stored integers (for `f16`: the bits). */
stored: Int32Array,
/** The dequantized values. */
back: Float32Array, };

/** The names of a union's members: of events, or of errors. */
export type Name<Union> = Union extends string ? Union : keyof Union;

/** The fields of the member of that name. */
export type Fields<Union, Chosen extends Name<Union>> =
  Union extends Chosen ? {} : Union extends { [name in Chosen]: infer Found } ? Found : never;
