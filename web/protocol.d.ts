// The protocol between the page and the engine's worker, made of the Rust types in src/protocol and src/error: change
// those, then `UPDATE_EXPECT=1 cargo test --lib typescript` writes this file again.

/** What a model can do. */
export type Ability = "generate" | "embed" | "fillMask" | "nextSentence";

/** What an option may be. */
export type Allowed = { "kind": "whole" }
| { "kind": "wholeBetween",
/** The least. */
least: number,
/** The most. */
most: number, }
| { "kind": "number" }
| { "kind": "atLeast",
/** The least. */
least: number, }
| { "kind": "above",
/** What it must be larger than. */
limit: number, }
| { "kind": "between",
/** The least. */
least: number,
/** The most. */
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

/** The architectures that can be run, by the `model_type` of a config.json. */
export type Architecture = "gpt2" | "bert" | "distilbert";

/** Why a file is not what it claims to be. */
export type BadFileReason = { "kind": "webPage" }
| { "kind": "lfsPointer" }
| { "kind": "zipArchive" }
| { "kind": "ggufFile" }
| { "kind": "jsonText" }
| { "kind": "plainText" }
| { "kind": "empty" }
| { "kind": "notJson",
/** What serde_json says, if it was asked. */
detail: string, }
| { "kind": "unexpectedJson",
/** What serde_json says. */
detail: string, }
| { "kind": "notUtf8",
/** The first byte of that text. */
at: number, }
| { "kind": "tooLarge",
/** The most bytes that it may have. */
limit: number, }
| { "kind": "unreadable",
/** What the system says. */
detail: string, }
| { "kind": "changedSincePicked" }
| { "kind": "webPageFromServer" }
| { "kind": "oddRange",
/** That header. */
range: string, }
| { "kind": "wrongRange" }
| { "kind": "changedOnServer" }
| { "kind": "changedSinceKept" }
| { "kind": "truncated",
/** Bytes that are there. */
received: number,
/** Bytes that are not. */
missing: number, }
| { "kind": "truncatedHeader",
/** Bytes that are there. */
received: number,
/** Bytes that are not, at the least. */
missing: number, }
| { "kind": "incomplete",
/** Bytes that are there. */
received: number, }
| { "kind": "headerTooLong",
/** How long it would be. */
length: number, }
| { "kind": "headerNotJson",
/** What serde_json says, if it was asked. */
detail: string, }
| { "kind": "tooManyBytes" }
| { "kind": "trailingBytes",
/** How many. */
bytes: number, }
| { "kind": "trailingData" }
| { "kind": "gapBeforeTensor",
/** Which tensor. */
tensor: string,
/** Where it claims to begin. */
start: number,
/** Where it claims to end. */
end: number,
/** Where the one before it ends. */
expected: number, }
| { "kind": "tensorBytes",
/** Which tensor. */
tensor: string,
/** Its dtype, as the format spells it. */
dtype: string,
/** Its shape. */
shape: Array<number>,
/** The bytes that it claims. */
bytes: number, }
| { "kind": "tensorTwice",
/** Which tensor. */
tensor: string, }
| { "kind": "tensorOverflow",
/** Which tensor. */
tensor: string,
/** The first such row, from 0. */
row: number,
/** The scheme. */
scheme: string, }
| { "kind": "wrongSetting",
/** Its key. */
key: string,
/** The value, as JSON. */
value: string, }
| { "kind": "vectorSize",
/** Numbers in those that it is for. */
found: number,
/** Numbers in those that it gets. */
expected: number, }
| { "kind": "unknownPrompt",
/** The default's name. */
prompt: string, }
| { "kind": "tooManyModules",
/** How many. */
modules: number, }
| { "kind": "badFolderName",
/** That name. */
name: string, }
| { "kind": "badShardName",
/** That name. */
name: string, }
| { "kind": "noShards" }
| { "kind": "missingFactors",
/** The matrix. */
matrix: string,
/** Its scheme. */
scheme: string,
/** The tensor that is not there. */
factors: string, }
| { "kind": "factorsAfterMatrix",
/** The matrix. */
matrix: string,
/** The tensor that comes too late. */
factors: string, }
| { "kind": "wrongFactors",
/** The tensor that is wrong. */
factors: string,
/** Its dtype and shape. */
found: string,
/** Those that its matrix needs. */
expected: string, }
| { "kind": "notMatrix",
/** Which tensor. */
tensor: string,
/** Its shape. */
shape: Array<number>, }
| { "kind": "wrongIntegers",
/** The matrix. */
tensor: string,
/** Their type. */
dtype: string,
/** The scheme. */
scheme: string,
/** The type that the scheme stores. */
expected: string, }
| { "kind": "partialBlocks",
/** The matrix. */
tensor: string,
/** The scheme. */
scheme: string,
/** Numbers in a row. */
columns: number, }
| { "kind": "rowsTooLong",
/** The matrix. */
tensor: string, }
| { "kind": "pytorch",
/** What is wrong with it. */
reason: PytorchReason, }
| { "kind": "notAPart" }
| { "kind": "anotherPart",
/** Which part its name says, from 1. */
number: number,
/** Of how many. */
count: number,
/** Which part its header says. */
foundNumber: number,
/** Of how many. */
foundCount: number, }
| { "kind": "partsTensors",
/** As many as it says. */
expected: number,
/** As many as they have. */
found: number, }
| { "kind": "tensorInTwoParts",
/** Which tensor. */
tensor: string, }
| { "kind": "changedWhileRead" }
| { "kind": "missingEnd",
/** The key that says that one is. */
flag: string,
/** The key that should say which. */
key: string, }
| { "kind": "notGguf" }
| { "kind": "tooManyEntries",
/** Tensors that it claims. */
tensors: number,
/** Entries of metadata that it claims. */
entries: number, }
| { "kind": "badAlignment",
/** The most that can be read. */
most: number, }
| { "kind": "tooManyValues",
/** How many. */
count: number,
/** Where, in bytes from the file's beginning. */
at: number, }
| { "kind": "nestedArrays" }
| { "kind": "unknownValueType",
/** The type's number. */
number: number,
/** The byte of the header before which it stands. */
at: number, }
| { "kind": "badFlag",
/** Where, in bytes from the file's beginning. */
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
/** What it should be. */
expected: ValueKind, }
| { "kind": "badRank",
/** Which tensor. */
tensor: string,
/** Its number of dimensions. */
rank: number, }
| { "kind": "badSizes",
/** Which tensor. */
tensor: string,
/** Its dtype. */
dtype: string,
/** The sizes that it claims. */
sizes: Array<number>, }
| { "kind": "misaligned",
/** Which tensor. */
tensor: string,
/** Where it begins, in bytes. */
offset: number,
/** What that must be a multiple of. */
alignment: number, }
| { "kind": "overlap",
/** Which tensor. */
tensor: string,
/** Where it begins, in bytes. */
offset: number, }
| { "kind": "beyondReach",
/** Which tensor. */
tensor: string, }
| { "kind": "badTokenKinds",
/** The key that holds them. */
key: string, }
| { "kind": "badMergeLine",
/** Its number, from 1. */
line: number, }
| { "kind": "badMerge",
/** The merge. */
merge: string, }
| { "kind": "missingToken",
/** The token. */
token: string, }
| { "kind": "undefinedTokens" }
| { "kind": "tokenizerFailed",
/** What it says. */
detail: string, }
| { "kind": "tokenBeyondVocabulary",
/** The largest token. */
largest: number,
/** Rows of the embedding. */
vocabulary: number, };

/** Why a request makes no sense. */
export type BadRequestReason = { "kind": "unreadable",
/** What serde says. */
detail: string, }
| { "kind": "missingField",
/** Its name. */
field: string, }
| { "kind": "option",
/** Its name, as in lectern.d.ts. */
option: string,
/** The value, as JavaScript writes it. */
given: string,
/** What it may be. */
allowed: Allowed, }
| { "kind": "noSuchModel",
/** The number. */
model: number, }
| { "kind": "noFiles" }
| { "kind": "notModelName",
/** The name. */
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
/** The first one. */
first: string,
/** Another one. */
second: string,
/** What it would be called. */
expected: string, }
| { "kind": "severalModels",
/** Some of them. */
models: Array<string>, }
| { "kind": "noSuchPrompt",
/** The name. */
prompt: string,
/** Those that it has. */
known: Array<string>, }
| { "kind": "severalGguf",
/** The first one. */
first: string,
/** Another one. */
second: string, }
| { "kind": "nothingToKeep" }
| { "kind": "noBrowser" }
| { "kind": "emptyText" }
| { "kind": "emptyPrompt" }
| { "kind": "textTooShort" }
| { "kind": "oneTokenType" }
| { "kind": "tokenWithoutEmbedding",
/** Its text. */
token: string,
/** Its number. */
id: number,
/** Rows of the model's embedding. */
vocabulary: number, }
| { "kind": "differentVocabularies" }
| { "kind": "differentTexts" }
| { "kind": "noPredictedToken",
/** The position, from 0. */
position: number, }
| { "kind": "noSuchHead",
/** The layer, from 0. */
layer: number,
/** The head, from 0. */
head: number, }
| { "kind": "nothingGenerated" }
| { "kind": "nothingRead" }
| { "kind": "noWord",
/** Where the word should begin, in UTF-16 code units. */
start: number,
/** Where it should end. */
end: number, }
| { "kind": "wordCutOff",
/** Where it begins, in UTF-16 code units. */
start: number,
/** Where it ends. */
end: number, }
| { "kind": "noMask",
/** What the model calls a mask. */
mask: string, }
| { "kind": "noLayers" }
| { "kind": "noSuchLayer",
/** The layer that was asked for. */
layer: number,
/** The last one; the embeddings are layer 0. */
last: number, }
| { "kind": "mixtureLength",
/** Numbers that were given. */
found: number,
/** Layers, the embeddings included. */
expected: number, }
| { "kind": "mixtureNotFinite" }
| { "kind": "noSuchMatrix",
/** Its name. */
tensor: string, }
| { "kind": "windowTooLarge",
/** Numbers in it. */
numbers: number,
/** The most. */
most: number, }
| { "kind": "overflow",
/** The matrix. */
tensor: string,
/** The first such row, from 0. */
row: number,
/** The scheme. */
scheme: string, }
| { "kind": "onlyInFiles",
/** The scheme. */
scheme: string, }
| { "kind": "noBlocks",
/** The scheme. */
scheme: string, }
| { "kind": "schemeNotInGguf",
/** The scheme. */
scheme: string,
/** Those that it can hold. */
known: Array<string>, }
| { "kind": "tensorNotInFormat",
/** `GGUF` or `safetensors`. */
format: string,
/** The tensor. */
tensor: string,
/** Its dtype. */
dtype: string,
/** Its shape. */
shape: Array<number>, }
| { "kind": "moduleNotInGguf",
/** The module. */
module: string, }
| { "kind": "activationNotInGguf",
/** The activation. */
name: string, }
| { "kind": "scalingNotInGguf" }
| { "kind": "tokenizerNotInGguf",
/** A text that would become other tokens. */
text: string, };

/** A token that might have come, and how probable it was. */
export type Candidate = {
/** Its number in the vocabulary. */
id: number,
/** Its text. */
text: string,
/** Its probability under softmax at the asked temperature, over the whole vocabulary. */
probability: number,
/** Its raw logit. */
logit: number, };

/** A model's distributions beside those of a reference, over the tokens of a text. */
export type Comparison = {
/** Mean Kullback–Leibler divergence, Σ p·ln(p/q), p being the reference's, in nats. */
meanDivergence: number,
/** The largest one. */
largestDivergence: number,
/** The share of tokens for which both hold the same one to be the most probable. */
agreement: number,
/** The reference's own perplexity on the same tokens. */
referencePerplexity: number, };

/** What a scheme does to a matrix. */
export type Damage = {
/** Which matrix. */
tensor: TensorInfo,
/** The errors' figures. */
figures: ErrorFigures,
/** Bytes of it in a file. */
bytes: number, };

/** Which processor computes. */
export type DeviceChoice = "auto" | "gpu" | "cpu";

/** What computes, and why. */
export type DeviceInfo = {
/** Which kind of processor. */
kind: DeviceKind,
/** The adapter's name, or what the CPU path is. */
name: string,
/** Why this one was chosen. */
reason: DeviceReason, };

/** A kind of processor. */
export type DeviceKind = "gpu" | "cpu";

/** Why a device was chosen: one value a situation. */
export type DeviceReason = "gpuAsked" | "cpuAsked" | "realAdapter" | "softwareAdapter" | "noWebGpu" | "noAdapter" | "lostBefore";

/** How texts become vectors. */
export type EmbedOptions = {
/** Absent: as the model was trained, `ModelInfo::pooling`. */
pooling: Pooling | null,
/**
 * Divide each vector by its length, so that a dot product is a cosine; absent: as the model was trained,
 * `ModelInfo::normalized`.
 */
normalize: boolean | null,
/**
 * Of which layers. What a model was trained to do with the pooled vector (the Dense layers of
 * sentence-transformers) is done to the last layer's alone, and where the pooling gives as many numbers
 * as it was trained with.
 */
layers: Layers,
/** What is put before each text; absent: the prompt that `prompt_name` names. */
prompt: string | null,
/** One of `ModelInfo::prompts`; absent: `ModelInfo::default_prompt_name`. */
promptName: string | null,
/** The longest text, in tokens; absent: `ModelInfo::context`, which is the most. */
maxTokens: number | null, };

/** The errors of a tensor that went to integers and back. */
export type ErrorFigures = {
/** The largest |x − x'|. */
maximum: number,
/** The mean |x − x'|. */
mean: number,
/** The root of the mean of (x − x')². */
rms: number,
/**
 * Signal to quantization noise, `10 · log₁₀(Σ x² / Σ (x − x')²)`, in decibels; none where nothing was
 * lost, or nothing was there.
 */
snr: number | null, };

/** What the engine answers. */
export type Event = { "progress": {
/** What is going on. */
phase: Phase,
/** The file at hand. */
file: string,
/** Bytes of the model that have arrived. */
loaded: number,
/** Bytes in all; absent where the server does not say. */
total: number | null, } }
| { "device": {
/** Which one. */
device: DeviceInfo, } }
| { "loaded": {
/** What it is. */
info: ModelInfo, } }
| { "keptModels": {
/** By name. */
models: Array<KeptModel>,
/** What the browser has room for. */
space: Space, } }
| { "verified": {
/** Files that are not what they were; they were removed, and are fetched again another time. */
damaged: Array<string>, } }
| { "prompt": {
/** The prompt's tokens. */
tokens: Array<TokenText>, } }
| { "token": {
/** The token. */
token: TokenText,
/** Text that is complete now: append it to what is shown. */
delta: string,
/** Its probability at the temperature asked for. */
probability: number,
/** The most probable tokens there, as many as were asked for. */
candidates: Array<Candidate>, } }
| { "generated": {
/** Why. */
reason: StopReason,
/** Text held back until now (half of a possible stop text, the rest of a broken character). */
delta: string,
/** Everything that was generated. */
text: string,
/** How fast. */
stats: GenerationStats, } }
| { "candidates": {
/** Most probable first. */
candidates: Array<Candidate>,
/** Kullback–Leibler divergence from the reference's distribution, in nats, at temperature 1. */
divergence: number | null, } }
| { "attention": {
/** The tokens along both axes. */
tokens: Array<TokenText>,
/** Row-major `[tokens, tokens]`; row i says how much token i attends to each token. */
weights: Float32Array, } }
| { "inspected": {
/** The text's tokens. */
tokens: Array<TokenText>,
/** A layer each: row-major `[heads, tokens, tokens]`. */
attentions: Array<Float32Array>,
/** The embeddings, then a layer each: row-major `[tokens, hidden_size]`. */
hiddenStates: Array<Float32Array>,
/** Row-major `[tokens, vocabulary]`: of a masked-language model, what it would put in each place. */
logits: Float32Array,
/** The pooler's output, `[hidden_size]`; empty where the model has none. */
pooled: Float32Array,
/** Tokens that the text has beyond the model's limit, and that were cut off; only encoders cut. */
cut: number, } }
| { "textsDone": {
/** Texts done. */
done: number,
/** Texts in all. */
total: number, } }
| { "embedded": {
/** Row-major `[texts, size]`. */
vectors: Float32Array,
/** Numbers in a vector. */
size: number,
/** Each text's number of tokens, special ones included, as far as they were read. */
tokens: Array<number>,
/** How many tokens of each text were cut off at the model's limit. */
cut: Array<number>, } }
| { "filled": {
/** The text's tokens, special ones included. */
tokens: Array<TokenText>,
/** One for each mask, in the text's order. */
fillings: Array<Filling>,
/** Tokens cut off at the model's limit. */
cut: number, } }
| { "nextSentence": {
/** The pair's tokens, special ones included. */
tokens: Array<TokenText>,
/** The probability that it does. */
probability: number,
/** Of "follows" and of "does not follow". */
logits: [number, number],
/** Tokens cut off at the model's limit, of both texts together. */
cut: number, } }
| { "tokensScored": {
/** Tokens scored. */
done: number,
/** Tokens to score. */
total: number,
/** Perplexity of those that were. */
perplexity: number, } }
| { "perplexity": {
/** Tokens scored. */
tokens: number,
/** Was it read to its end? False where it was stopped. */
isComplete: boolean,
/** exp of the mean of −ln p(token). */
perplexity: number,
/** Beside the reference model. */
comparison: Comparison | null, } }
| { "tensors": {
/** One each. */
tensors: Array<TensorInfo>, } }
| { "tensorStudied": {
/** What was found. */
study: TensorStudy, } }
| { "tensorsDone": {
/** Matrices done. */
done: number,
/** Matrices in all. */
total: number, } }
| { "damaged": {
/** In the order of their use. */
tensors: Array<Damage>, } }
| { "filePiece": {
/** At most 4 MB of them. */
bytes: Uint8Array,
/** Bytes of the file so far. */
done: number,
/** Bytes in all. */
total: number, } }
| { "exported": {
/** A name for it. */
file: string,
/** Its length. */
bytes: number, } }
| { "memory": {
/** Bytes of the engine's WebAssembly memory (it never shrinks: this is its peak). */
wasmBytes: number,
/** Bytes of the weights of all loaded models. */
weightBytes: number,
/** Kernel launches since the engine started. */
launches: number,
/** Bytes that one model could have if no other was loaded; none where nothing is known of a limit. */
limit: number | null, } } | "done"
| { "error": {
/** How. */
error: LecternError,
/** The sentence for people, in English. */
message: string,
/** The sentence for people, in Russian. */
messageRu: string, } };

/** What a model would put in the place of a mask. */
export type Filling = {
/** Where the mask stands among the text's tokens. */
position: number,
/** Most probable first. */
candidates: Array<Candidate>, };

/** How the factors of a group are found. */
export type Fit = "range" | "leastSquares";

/** A kind of model file. */
export type Format = "gguf" | "safetensors";

/** `{ id, event, final }`: a message from the worker; an event is `{ name: fields }`, or its name where it has no fields. `id` 0 with `Event::Done` says that the worker is ready. */
export type FromWorker = {
/** The number of the request this answers. */
id: number,
/** The event. */
event: Event,
/** Does it end the request? */
final: boolean, };

/** How the next token is chosen. The names are transformers' (and transformers.js'). */
export type GenerateOptions = {
/** How many tokens to add at most; 64 where absent. */
maxNewTokens: number,
/** Softmax temperature; 0 takes the most probable token (greedy); 0.8 where absent. */
temperature: number,
/** Keep the k most probable tokens; 0 keeps all; 50 where absent. */
topK: number,
/**
 * Keep the smallest set of tokens whose probabilities sum to this (nucleus), from 0 to 1; 1, which stands for
 * it where absent, keeps all, 0 only the most probable.
 */
topP: number,
/** Drop tokens less probable than this times the most probable one, from 0 to 1; 0, as where absent, keeps all. */
minP: number,
/**
 * Divide (where negative: multiply) the logits of tokens already there by this; 1, as where absent, changes
 * nothing.
 */
repetitionPenalty: number,
/** The same seed gives the same text on the same device and quantization; absent: a random one. */
seed: number | null,
/** Texts that end the generation; they are not part of what is given out. */
stop: Array<string>,
/** How many candidates to report with every token; none where absent. */
candidates: number, };

/** How fast a generation was. */
export type GenerationStats = {
/** Tokens in the prompt. */
promptTokens: number,
/** Tokens made. */
newTokens: number,
/** Seconds from request to first token. */
timeToFirstToken: number,
/** Tokens a second after the first one. */
tokensPerSecond: number,
/** The seed that was used. */
seed: number,
/** Kernel launches a decoded token; 0 on the CPU. */
launchesPerToken: number,
/** Microseconds this thread needed to enqueue a launch while decoding; 0 on the CPU. */
microsecondsPerLaunch: number, };

/** A part of a model. */
export type Head = { "kind": "maskedLanguage" }
| { "kind": "nextSentence" }
| { "kind": "encoder" }
| { "kind": "decoder" };

/** How many numbers fall where: bars of equal width over a range. */
export type Histogram = {
/** Where the first bar begins. */
minimum: number,
/** Where the last one ends. */
maximum: number,
/** Numbers in each bar; those beyond the range are in the outermost ones. */
counts: Array<number>, };

/** What went wrong in Lectern itself. */
export type InternalReason = { "kind": "outputNotANumber" }
| { "kind": "tensorBeforeHeader" }
| { "kind": "recordNotWritten",
/** What serde_json says. */
detail: string, }
| { "kind": "noServerRequest",
/** What it says. */
detail: string, }
| { "kind": "engineNotStarted",
/** What the browser says, if anything. */
detail: string, }
| { "kind": "engineStopped",
/** What the browser says, if anything. */
detail: string, }
| { "kind": "answerNotRead",
/** What serde says. */
detail: string, }
| { "kind": "answerNotSent",
/** What the browser says. */
detail: string, }
| { "kind": "requestNotSent",
/** What the browser says. */
detail: string, };

/** What stays in more bits than the rest: eight where the rest has four, floats where it has eight. */
export type Keep = {
/** The token embedding, and the head that is tied to it. */
embedding: boolean,
/** The matrices that make queries, keys and values. */
queryKeyValue: boolean,
/** All matrices of these layers, from 0. */
layers: Array<number>, };

/** A file of such a model. */
export type KeptFile = {
/** Its name. */
name: string,
/** How many bytes of it are here. */
bytes: number,
/** How many there are, where that is known. */
total: number | null,
/** Of the whole file, once it is here; in hexadecimal digits. */
sha256: string | null, };

/** A model in the browser's private files. */
export type KeptModel = {
/** The name of its folder. */
key: string,
/** What to call it. */
name: string,
/** What asks for it again: its Hub id, with its revision after an `@`, or its address. */
source: string,
/** Where its files are from, with a slash at its end. */
origin: string,
/** When it was written to last, in milliseconds since 1970. */
date: number,
/** Is everything here that it needs? */
isComplete: boolean,
/** The `model_type` of its config.json, which need be none that can be run; none where that says nothing. */
architecture: string | null,
/** Its files. */
files: Array<KeptFile>, };

/**
 * Which hidden states a vector is made of. Layer 0 is the embeddings, layer k the k-th layer's output;
 * negative numbers count from the end, -1 being the last layer.
 */
export type Layers = { "type": "one",
/** Which one. */
layer: number, }
| { "type": "mixture",
/** A number for each layer, the embeddings included, before the softmax. */
scalars: Array<number>,
/** γ, the scale. */
gamma: number, }
| { "type": "sum",
/** Which ones. */
layers: Array<number>, }
| { "type": "concatenation",
/** Which ones. */
layers: Array<number>, };

/** An error, typed: match on it, or show `LecternError::message` to a person. */
export type LecternError = { "badFile": {
/** Which file; empty where that is not known yet, see `LecternError::in_file`. */
file: string,
/** What is wrong with it. */
reason: BadFileReason, } }
| { "missingTensor": {
/** The tensor's name in the model. */
name: string,
/** Every spelling that was tried. */
lookedFor: Array<string>, } }
| { "shapeMismatch": {
/** The tensor's name in the checkpoint. */
tensor: string,
/** What the configuration implies. */
expected: Array<number>,
/** What the file holds. */
found: Array<number>, } }
| { "notFinite": {
/** The tensor's name in the checkpoint. */
tensor: string,
/** Flat index of the first such number. */
index: number, } }
| { "unsupportedModel": {
/** What is not supported. */
reason: UnsupportedReason, } }
| { "missingHead": {
/** The model's name. */
model: string,
/** Which part. */
head: Head, } }
| { "notFound": {
/** Which file, or address. */
file: string, } }
| { "httpStatus": {
/** The address asked for. */
url: string,
/** The HTTP status. */
status: number, } }
| { "unreachable": {
/** The address asked for. */
url: string, } }
| { "offline": {
/** The address asked for. */
url: string, } }
| { "quota": {
/** How many bytes were to be stored. */
needed: number, } } | "inUse"
| { "noStorage": {
/** Why not. */
reason: NoStorageReason, } }
| { "outOfMemory": {
/** What the memory was for. */
what: MemoryUse,
/** How much of it. */
bytes: number, } }
| { "noAdapter": {
/** Why not. */
reason: NoAdapterReason, } }
| { "deviceLost": {
/** What the browser says. */
detail: string, } }
| { "contextFull": {
/** The text's length. */
tokens: number,
/** The model's number of positions. */
limit: number, } }
| { "badRequest": {
/** What is wrong with it. */
reason: BadRequestReason, } } | "cancelled"
| { "internal": {
/** What happened. */
reason: InternalReason, } };

/** What memory was for. */
export type MemoryUse = { "kind": "file",
/** Which one. */
file: string, }
| { "kind": "model",
/** Its name. */
model: string, }
| { "kind": "tensor",
/** Its name. */
tensor: string, }
| { "kind": "answer" }
| { "kind": "attention" };

/** What is known of a loaded model. */
export type ModelInfo = {
/** The engine's handle for it. */
model: number,
/** The name of the folder, Hub id or file it came from. */
name: string,
/** Which layers it has, and how they are wired. */
architecture: Architecture,
/** What it can do. */
abilities: Array<Ability>,
/** The head that it was published with and that is not run. */
unusedHead?: UnusedHead,
/** How it was trained to make one vector of a text. */
pooling: Pooling,
/** Was it trained to divide that vector by its length? */
normalized: boolean,
/** Numbers in that vector. */
embeddingSize: number,
/** What it was trained to have before texts of a kind, by the kind's name, such as `query`. */
prompts: { [key in string]: string },
/** Which of them comes before every text that is embedded, unless the request names another. */
defaultPromptName: string | null,
/** What stands for a masked word in a text, `[MASK]` as a rule; absent where it knows none. */
maskToken: string | null,
/** Number of weights. */
parameters: number,
/** Bytes the weights take as they are kept. */
weightBytes: number,
/** Bytes of key/value cache a token; 0 for an encoder. */
cacheBytesPerToken: number,
/**
 * What the weights are in memory: the format that was asked for, or, of weights that are kept as they were
 * stored, the one that most of them have.
 */
quantization: WeightFormat,
/** Decoder or encoder layers. */
layers: number,
/** Attention heads a layer. */
heads: number,
/** Numbers in a hidden state. */
hiddenSize: number,
/** The longest text, in tokens, special ones and the prompt included. */
context: number,
/** Tokens in the vocabulary. */
vocabulary: number,
/** What computes. */
device: DeviceInfo,
/** Seconds from request to ready. */
loadSeconds: number,
/** Why it is not kept in the browser's files, where it should have been. */
notKept?: LecternError, };

/** Why there is no GPU. */
export type NoAdapterReason = { "kind": "noWebGpu" }
| { "kind": "noAdapter" }
| { "kind": "refused",
/** What it says. */
detail: string, };

/** Why the browser keeps no files for the page. */
export type NoStorageReason = { "kind": "notSecure" }
| { "kind": "notWritable" }
| { "kind": "refused",
/** The name of its error. */
detail: string, };

/** A word where it stands. */
export type Occurrence = {
/** The text around it. */
text: string,
/** Where it begins in the text, in UTF-16 code units, as JavaScript counts. */
start: number,
/** Where it ends. */
end: number, };

/** What a request is doing while it loads. */
export type Phase = "fetching" | "retrying" | "preparing";

/** One way, or the vectors of several one after the other. In JSON a name, or a list of names. */
export type Pooling = PoolingMode | Array<PoolingMode>;

/** One way to make a vector of many. In JSON its name in camel case; sentence-transformers' names are taken too. */
export type PoolingMode = "cls" | "max" | "mean" | "meanSqrtLength" | "weightedMean" | "lastToken";

/** Why a `pytorch_model.bin` is none. */
export type PytorchReason = { "kind": "neitherZipNorPickle" }
| { "kind": "notFromTorch" }
| { "kind": "unknownFormat" }
| { "kind": "byteOrder" }
| { "kind": "noPickle" }
| { "kind": "pickleTwice" }
| { "kind": "noRecord" }
| { "kind": "recordLength",
/** The record. */
record: string,
/** Its bytes. */
length: number,
/** As many as the pickle says. */
expected: number, }
| { "kind": "recordEnd",
/** The record. */
record: string,
/** The bytes that it should have. */
length: number, }
| { "kind": "pickleCutOff" }
| { "kind": "pickleTooLong",
/** The most bytes that are read. */
limit: number, }
| { "kind": "pickleProtocol",
/** Its number. */
protocol: number, }
| { "kind": "pickleOpcode",
/** Its code, in hexadecimal digits. */
opcode: string, }
| { "kind": "pickleValue" }
| { "kind": "pickleStack" }
| { "kind": "pickleMisuse" }
| { "kind": "noStateDict" }
| { "kind": "noTensors",
/** Some of its keys. */
keys: Array<string>, }
| { "kind": "longName",
/** Bytes of it. */
length: number, }
| { "kind": "markedView" }
| { "kind": "notStorage" }
| { "kind": "storageList" }
| { "kind": "storagesFirst" }
| { "kind": "storageTooLarge",
/** The storage. */
key: string,
/** The elements that it claims. */
elements: number, }
| { "kind": "storageSizes",
/** The storage. */
key: string,
/** Its bytes in one place. */
one: number,
/** Its bytes in the other. */
other: number, }
| { "kind": "storageElements",
/** The storage. */
key: string,
/** Its elements. */
found: number,
/** As many as the pickle says. */
expected: number, }
| { "kind": "partOutside",
/** The storage. */
key: string, }
| { "kind": "tensorOutside",
/** The storage. */
key: string, }
| { "kind": "unknownStorage",
/** The storage. */
key: string, }
| { "kind": "storageTwice",
/** The storage. */
key: string, }
| { "kind": "missingStorage",
/** The storage. */
key: string,
/** A tensor that is in it. */
tensor: string, };

/** How weights are to be kept: see the quantization room for the formulas. */
export type Quantization = "native" | "f32" | "f16" | "int8" | "int4" | Scheme;

/** What the page asks of the engine. */
export type Request = { "type": "device",
/** What to prefer. */
device: DeviceChoice, }
| { "type": "load",
/** Where from. */
source: Source,
/** How to keep the weights. */
quantization?: Quantization,
/** How the scales are found. */
fit?: Fit,
/** What to keep in more bits than that. */
keep?: Partial<Keep>,
/** Where to run it. */
device?: DeviceChoice,
/** Keep what comes from the Hub or from an address in the browser's own files, and take it from there. */
store?: boolean, }
| { "type": "keepModel",
/** Where from: the site, the Hub, or an address. */
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
/** How. */
options?: Partial<GenerateOptions>, }
| { "type": "candidates",
/** Handle of the model. */
model: number,
/** Position of the token in the text, the prompt's first token being 0 (which has no distribution). */
position: number,
/** Softmax temperature. */
temperature: number,
/** How many of the most probable tokens. */
count: number,
/**
 * Another model whose last generation has the same tokens before that one: how far is the distribution
 * from its?
 */
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
/** Attention weights of all layers and heads? */
attentions?: boolean,
/** Hidden states of all layers? */
hiddenStates?: boolean,
/** Logits of all positions? */
logits?: boolean, }
| { "type": "embed",
/** Handle of the model. */
model: number,
/** The texts, in any number. */
texts: Array<string>,
/** How. */
options?: Partial<EmbedOptions>, }
| { "type": "embedWords",
/** Handle of the model. */
model: number,
/** The words. */
occurrences: Array<Occurrence>,
/** Of which layers. */
layers?: Layers, }
| { "type": "fillMask",
/** Handle of the model. */
model: number,
/** The text, with `ModelInfo::mask_token` in it once or more. */
text: string,
/** How many candidates a mask. */
topK: number, }
| { "type": "nextSentence",
/** Handle of the model. */
model: number,
/** The first text. */
first: string,
/** The one that may follow. */
second: string, }
| { "type": "perplexity",
/** Handle of the model. */
model: number,
/** The text. */
text: string,
/** Another model of the same vocabulary: how far is each of this one's distributions from its? */
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
/** How its scales are found. */
fit?: Fit,
/** How many bars the histograms have. */
bars: number,
/** How many cells the map of errors has at most, down and across. */
map: [number, number],
/** The part to give number by number. */
window?: Window | null, }
| { "type": "damage",
/** Handle of the model. */
model: number,
/** The scheme. */
scheme: Scheme,
/** How its scales are found. */
fit?: Fit, }
| { "type": "export",
/** Handle of the model. */
model: number,
/** What kind of file. */
format: Format,
/** How its matrices are to be written; none: as the model has them. */
scheme?: Scheme | null,
/** How the scales are found, where they are to be. */
fit?: Fit, }
| { "type": "cancel",
/** The `id` of the message to stop. */
target: number, }
| { "type": "dispose",
/** Handle of the model. */
model: number, }
| { "type": "memory" };

/** How numbers become integers; docs/quantization.md says what each costs. */
export type Scheme = "int8-minmax" | "int8-affine" | "int8-tensor" | "int8-channel" | "q8_0" | "int4-g32" | "int4-g64" | "int4-g128" | "int4-g32-asymmetric" | "int4-g64-asymmetric" | "int4-g128-asymmetric" | "q4_0" | "q4_1" | "f16" | "q6_k";

/** Why a model of sentence-transformers cannot be run as its files say. */
export type SentenceReason = { "kind": "modelKind",
/** Which one. */
found: string,
/** The one that runs. */
known: string, }
| { "kind": "pooling",
/** What it is called; several are joined by a plus. */
found: string,
/** Those that are known. */
known: Array<string>, }
| { "kind": "ggufPooling",
/** The key that holds it. */
key: string,
/** The number. */
number: number,
/** Those that are known. */
known: Array<string>, }
| { "kind": "transformerSetting",
/** The key. */
key: string,
/** Its value. */
found: string,
/** The one that runs. */
known: string, }
| { "kind": "noPooling" }
| { "kind": "unknownModule",
/** Its class. */
module: string,
/** Those that are known. */
known: Array<string>, }
| { "kind": "misplacedModule",
/** Its class. */
module: string, }
| { "kind": "moduleInput",
/** The file that says so. */
file: string,
/** On what. */
found: string,
/** What the pooled vector is called. */
known: string, }
| { "kind": "denseActivation",
/** Its class. */
found: string,
/** Those of torch.nn that are known. */
known: Array<string>, }
| { "kind": "denseSize",
/** Numbers that it takes. */
inputs: number,
/** Numbers that it gives. */
outputs: number, };

/** Where a model comes from. */
export type Source = { "type": "builtIn",
/** The folder's name, for example `tales-gpt2`. */
name: string, }
| { "type": "hub",
/** `owner/name`. */
id: string,
/** Branch, tag or commit; `main` where absent. */
revision?: string | null, }
| { "type": "url",
/** With or without a slash at its end. */
base: string, }
| { "type": "files" }
| { "type": "random",
/** The shape, as a config.json. */
config: object,
/** The seed of the weights. */
seed: number, };

/** What the browser has room for. */
export type Space = {
/** Bytes that this site uses, of all kinds. */
used: number,
/** Bytes that it may use. */
quota: number,
/** Has the browser promised not to clear them by itself? */
isPersistent: boolean, };

/** Why generation ended. */
export type StopReason = "maxNewTokens" | "endOfText" | "stopText" | "contextFull" | "cancelled";

/** A matrix of a loaded model. */
export type TensorInfo = {
/** Its name, as the model's modules spell it: `h.0.attn.c_attn`. */
name: string,
/** Outputs. */
rows: number,
/** Inputs. */
columns: number,
/** How it is kept; none: 32-bit floats. */
scheme: Scheme | null,
/** Bytes it takes. */
bytes: number, };

/** A matrix, before and after. */
export type TensorStudy = {
/** Outputs. */
rows: number,
/** Inputs. */
columns: number,
/** Where its numbers lie. */
before: Histogram,
/** Where they lie when they come back; the same bars. */
after: Histogram,
/** The errors, x − x′. */
errors: Histogram,
/** The errors' figures. */
figures: ErrorFigures,
/** Bytes of it in a file. */
bytes: number,
/** Cells of the map of errors, down and across; each stands for a rectangle of the matrix. */
mapShape: [number, number],
/** The largest |x − x′| of each cell, row-major. */
map: Float32Array,
/** The part that was asked for. */
window: WindowValues | null, };

/** `{ id, request }`: a message to the worker (its `files`, if any, are read beside it). */
export type ToWorker = {
/** The caller's number for this request; answers carry it. */
id: number,
/** The request. */
request: Request, };

/** One token of a text. */
export type TokenText = {
/** Its number in the vocabulary. */
id: number,
/** Its text; for a token that is part of a character, what is known of it, never half a character. */
text: string, };

/** Why a model cannot be run. */
export type UnsupportedReason = { "kind": "architecture",
/** Which one. */
found: string,
/** Those that can be run. */
known: Array<string>, }
| { "kind": "noModelType" }
| { "kind": "crossAttention" }
| { "kind": "activation",
/** Its name. */
name: string, }
| { "kind": "sizes",
/** Them. */
sizes: Array<number>, }
| { "kind": "unevenHeads",
/** Attention heads. */
heads: number,
/** Numbers in a hidden state. */
width: number, }
| { "kind": "wideHeads",
/** Numbers in a head. */
size: number,
/** The most. */
most: number, }
| { "kind": "positions",
/** In which. */
found: string, }
| { "kind": "decoderBert" }
| { "kind": "dtype",
/** Which one. */
dtype: string,
/** Those that can be read. */
known: Array<string>, }
| { "kind": "integersWithoutScales",
/** The integers' type. */
dtype: string, }
| { "kind": "ggufType",
/** Which tensor. */
tensor: string,
/** Its type. */
found: string,
/** Those that can be read. */
known: Array<string>, }
| { "kind": "sentences",
/** Why not. */
reason: SentenceReason, }
| { "kind": "scheme",
/** Its name. */
name: string,
/** Those that are known. */
known: Array<string>, }
| { "kind": "ggufVersion",
/** Which one. */
version: number, }
| { "kind": "laterPart",
/** The file. */
file: string,
/** Which part, from 1. */
number: number,
/** Of how many. */
count: number, }
| { "kind": "renamedPart",
/** The file. */
file: string,
/** How many parts there are. */
count: number,
/** How its name should end. */
ending: string, }
| { "kind": "ggufAdapter" }
| { "kind": "ggufProjector" }
| { "kind": "ggufImportanceMatrix" }
| { "kind": "ggufVocabulary" }
| { "kind": "ggufKind",
/** Of what. */
found: string, }
| { "kind": "bigEndian" }
| { "kind": "foreignCode",
/** The file. */
file: string,
/** The name that it asks for. */
name: string, }
| { "kind": "torchScript",
/** The file. */
file: string, }
| { "kind": "packedRecord",
/** The file. */
file: string,
/** The record. */
record: string, }
| { "kind": "repeatedElements",
/** Which tensor. */
tensor: string, }
| { "kind": "tokenizerModel",
/** What it is. */
found: string, }
| { "kind": "tokenizerWithoutModel" }
| { "kind": "tokenizerAffixes" }
| { "kind": "tokenizerDecoder",
/** Its decoder. */
found: string, }
| { "kind": "tokenizerWithoutDecoder" }
| { "kind": "ggufTokenizer",
/** Its name. */
found: string,
/** Those that are known. */
known: Array<string>, }
| { "kind": "preTokenizer",
/** As which one. */
found: string, }
| { "kind": "wordTokenizer",
/** Which one. */
found: string, };

/**
 * A head that a model was published with and that is not run here: the model works without it, as an encoder
 * or a decoder.
 */
export type UnusedHead = "sequenceClassification" | "tokenClassification" | "questionAnswering" | "multipleChoice";

/** What a value of a GGUF file's metadata should be. */
export type ValueKind = { "kind": "integer" }
| { "kind": "number" }
| { "kind": "flag" }
| { "kind": "text" }
| { "kind": "texts" }
| { "kind": "tokens" };

/** What the weights of a loaded model are. */
export type WeightFormat = "f32" | "f16" | "int8" | "int4" | Scheme;

/** A part of a matrix. */
export type Window = {
/** First row. */
row: number,
/** First column. */
column: number,
/** How many rows; fewer come back at the matrix's end. */
rows: number,
/** How many columns; fewer come back at the matrix's end. */
columns: number, };

/** The numbers of a part of a matrix. */
export type WindowValues = {
/** Which part. */
window: Window,
/** As they are, row-major. */
values: Float32Array,
/** The stored integers (of `f16`: the bits). */
stored: Int32Array,
/** As they come back. */
back: Float32Array, };

/** The names of a union's members: of events, or of errors. */
export type Name<Union> = Union extends string ? Union : keyof Union;

/** The fields of the member of that name. */
export type Fields<Union, Chosen extends Name<Union>> =
  Union extends Chosen ? {} : Union extends { [name in Chosen]: infer Found } ? Found : never;
