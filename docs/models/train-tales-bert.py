"""Trains tales-bert, the small BERT that the site brings, as a masked language model.

Usage: pip install jax optax tokenizers safetensors numpy
       python train-tales-bert.py TRAIN.txt VALID.txt OUT_DIR --minutes 45

A line of the texts is a passage of a tale. Sentences are paired with the one that follows them, or (half of
the time) with one from elsewhere; 15 % of the tokens are masked as in Devlin et al. 2019, section 3.1. The
checkpoint with the least masked loss on VALID is kept, in the Hugging Face format, half precision. The
next-sentence head only helps in training: with so few pairs it is right in six cases of ten, and is left out.
"""

import argparse
import json
import math
import re
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

PAD, UNK, CLS, SEP, MASK = range(5)
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LENGTH = 64
CONFIG = dict(
    architectures=["BertForMaskedLM"], model_type="bert", vocab_size=3000, hidden_size=192,
    num_hidden_layers=4, num_attention_heads=6, intermediate_size=768, hidden_act="gelu",
    max_position_embeddings=128, type_vocab_size=2, layer_norm_eps=1e-12, pad_token_id=PAD,
    hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1, initializer_range=0.02,
    position_embedding_type="absolute", tie_word_embeddings=True,
)
H, HEADS, LAYERS = CONFIG["hidden_size"], CONFIG["num_attention_heads"], CONFIG["num_hidden_layers"]
BATCH, PEAK_RATE, WARM_UP = 64, 1.5e-3, 300


def make_tokenizer(path):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=CONFIG["vocab_size"], special_tokens=SPECIAL, min_frequency=2)
    tokenizer.train([str(path)], trainer)
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)],
    )
    return tokenizer


def sentences(text, tokenizer):
    """For every passage its sentences' ids; short ones are joined to the next."""
    passages = []
    for line in text.splitlines():
        parts = re.split(r"(?<=[.!?])[\"”']?\s+", line.strip())
        ids = [e.ids for e in tokenizer.encode_batch([p for p in parts if p], add_special_tokens=False)]
        joined = []
        for sentence in ids:
            if joined and len(joined[-1]) < 6:
                joined[-1] = joined[-1] + sentence
            else:
                joined.append(list(sentence))
        if joined:
            passages.append(joined)
    return passages


class Pairs:
    """Random pairs of neighbouring sentences, and of strangers."""

    def __init__(self, passages, words, seed):
        self.pairs = [(a, b) for p in passages for a, b in zip(p, p[1:])]
        self.all = [s for p in passages for s in p]
        self.words, self.random = words, np.random.default_rng(seed)

    def batch(self, size=BATCH):
        r = self.random
        ids = np.zeros((size, LENGTH), np.int32)
        types, labels = np.zeros_like(ids), np.full_like(ids, -1)
        follows = np.zeros(size, np.int32)
        for row in range(size):
            a, b = self.pairs[r.integers(len(self.pairs))]
            if r.random() < 0.5:
                b, follows[row] = self.all[r.integers(len(self.all))], 1  # class 1: does not follow
            a, b = list(a), list(b)
            while len(a) + len(b) > LENGTH - 3:
                longer = a if len(a) > len(b) else b
                longer.pop(0 if longer is a else -1)  # what touches is kept
            tokens = [CLS] + a + [SEP] + b + [SEP]
            ids[row, : len(tokens)] = tokens
            types[row, len(a) + 2 : len(tokens)] = 1
            self.mask(ids[row], labels[row], len(tokens))
        return ids, types, labels, follows

    def mask(self, ids, labels, length):
        """Whole words: a piece that goes on with a word shares its fate."""
        r, word = self.random, []
        for i in range(1, length + 1):
            if i < length and ids[i] != SEP and word and self.words[ids[i]]:
                word.append(i)
                continue
            if word and r.random() < 0.15:
                for j in word:
                    labels[j] = ids[j]
                    kind = r.random()
                    if kind < 0.8:
                        ids[j] = MASK
                    elif kind < 0.9:
                        ids[j] = r.integers(5, len(self.words))
            word = [i] if i < length and ids[i] not in (SEP, CLS) else []


def init(seed, vocabulary):
    random = np.random.default_rng(seed)
    weights = {}

    def linear(name, rows, columns):
        weights[f"{name}.weight"] = random.normal(0, 0.02, (rows, columns)).astype(np.float32)
        weights[f"{name}.bias"] = np.zeros(rows, np.float32)

    def norm(name):
        weights[f"{name}.weight"], weights[f"{name}.bias"] = np.ones(H, np.float32), np.zeros(H, np.float32)

    for table, rows in [("word", vocabulary), ("position", CONFIG["max_position_embeddings"]), ("token_type", 2)]:
        weights[f"bert.embeddings.{table}_embeddings.weight"] = random.normal(0, 0.02, (rows, H)).astype(np.float32)
    norm("bert.embeddings.LayerNorm")
    for layer in range(LAYERS):
        at = f"bert.encoder.layer.{layer}"
        for part in ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]:
            linear(f"{at}.{part}", H, H)
        norm(f"{at}.attention.output.LayerNorm")
        linear(f"{at}.intermediate.dense", CONFIG["intermediate_size"], H)
        linear(f"{at}.output.dense", H, CONFIG["intermediate_size"])
        norm(f"{at}.output.LayerNorm")
    linear("bert.pooler.dense", H, H)
    linear("cls.predictions.transform.dense", H, H)
    norm("cls.predictions.transform.LayerNorm")
    weights["cls.predictions.bias"] = np.zeros(vocabulary, np.float32)
    linear("cls.seq_relationship", 2, H)
    return weights


def forward(w, ids, types, positions, key=None):
    """Masked logits at `positions` [batch, m], and next-sentence logits; dropout where there is a key."""
    keys = iter(jax.random.split(key, 2 * LAYERS + 1)) if key is not None else None

    def drop(x):
        return x if keys is None else jnp.where(jax.random.bernoulli(next(keys), 0.9, x.shape), x / 0.9, 0.0)

    def linear(name, x):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(name, x):
        x = x - x.mean(-1, keepdims=True)
        return x / jnp.sqrt((x * x).mean(-1, keepdims=True) + 1e-12) * w[f"{name}.weight"] + w[f"{name}.bias"]

    gelu = lambda x: jax.nn.gelu(x, approximate=False)
    batch, length = ids.shape
    words = w["bert.embeddings.word_embeddings.weight"]
    x = words[ids] + w["bert.embeddings.position_embeddings.weight"][:length]
    x = drop(norm("bert.embeddings.LayerNorm", x + w["bert.embeddings.token_type_embeddings.weight"][types]))
    hidden_from = jnp.where(ids == PAD, -1e9, 0.0)[:, None, None, :]
    for layer in range(LAYERS):
        at = f"bert.encoder.layer.{layer}"
        heads = lambda part: linear(f"{at}.attention.self.{part}", x).reshape(batch, length, HEADS, -1)
        scores = jnp.einsum("bqhd,bkhd->bhqk", heads("query"), heads("key")) / math.sqrt(H // HEADS)
        mixed = jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(scores + hidden_from), heads("value"))
        attended = linear(f"{at}.attention.output.dense", mixed.reshape(batch, length, H))
        x = norm(f"{at}.attention.output.LayerNorm", x + drop(attended))
        inner = linear(f"{at}.output.dense", gelu(linear(f"{at}.intermediate.dense", x)))
        x = norm(f"{at}.output.LayerNorm", x + drop(inner))
    chosen = jnp.take_along_axis(x, positions[..., None], 1)
    chosen = norm("cls.predictions.transform.LayerNorm", gelu(linear("cls.predictions.transform.dense", chosen)))
    pooled = jnp.tanh(linear("bert.pooler.dense", x[:, 0]))
    return chosen @ words.T + w["cls.predictions.bias"], linear("cls.seq_relationship", pooled)


MASKS = 14


def masked_positions(labels):
    """The first MASKS masked places of each row and what stood there; -1 fills up."""
    order = np.argsort(labels < 0, axis=1, kind="stable")[:, :MASKS]
    return order, np.take_along_axis(labels, order, 1)


def losses(w, batch, key=None):
    ids, types, positions, labels, follows = batch
    masked, following = forward(w, ids, types, positions, key)
    there = labels >= 0
    likelihood = jnp.take_along_axis(jax.nn.log_softmax(masked), jnp.maximum(labels, 0)[..., None], 2)[..., 0]
    count = jnp.maximum(there.sum(), 1)
    right = ((masked.argmax(-1) == labels) & there).sum() / count
    masked_loss = -(likelihood * there).sum() / count
    next_loss = optax.softmax_cross_entropy_with_integer_labels(following, follows).mean()
    return masked_loss + 0.5 * next_loss, (masked_loss, right, (following.argmax(-1) == follows).mean())


def prepared(batch):
    ids, types, labels, follows = batch
    positions, labels = masked_positions(labels)
    return ids, types, positions, labels, follows


def save(weights, tokenizer, out, report):
    out.mkdir(parents=True, exist_ok=True)
    kept = {name: t for name, t in weights.items() if not name.startswith(("bert.pooler", "cls.seq_relationship"))}
    tensors = {name: np.ascontiguousarray(np.asarray(t, np.float16)) for name, t in kept.items()}
    save_file(tensors, out / "model.safetensors", {"format": "pt"})
    config = {**CONFIG, "vocab_size": tokenizer.get_vocab_size()}
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    (out / "vocab.txt").write_text("".join(f"{token}\n" for token, _ in vocabulary))
    (out / "training.json").write_text(json.dumps(report, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("train", type=Path)
    parser.add_argument("valid", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=45)
    options = parser.parse_args()

    tokenizer = make_tokenizer(options.train)
    pieces = [tokenizer.id_to_token(i).startswith("##") for i in range(tokenizer.get_vocab_size())]
    train = Pairs(sentences(options.train.read_text(), tokenizer), pieces, 1)
    valid = Pairs(sentences(options.valid.read_text(), tokenizer), pieces, 2)
    checks = [prepared(valid.batch()) for _ in range(16)]
    print(len(train.pairs), "pairs,", len(pieces), "tokens", flush=True)

    weights = jax.tree.map(jnp.asarray, init(0, len(pieces)))
    print(sum(t.size for t in weights.values()), "weights", flush=True)
    # The rate follows the clock, so that training ends when the time does.
    optimizer = optax.inject_hyperparams(optax.adamw)(
        learning_rate=0.0, b2=0.98, weight_decay=0.01, mask=lambda w: jax.tree.map(lambda t: t.ndim > 1, w)
    )
    state = optimizer.init(weights)

    @jax.jit
    def step(w, state, batch, key, rate):
        state.hyperparams["learning_rate"] = rate
        (_, figures), slope = jax.value_and_grad(losses, has_aux=True)(w, batch, key)
        norm = optax.global_norm(slope)
        slope = jax.tree.map(lambda g: g * jnp.minimum(1.0, 1.0 / norm), slope)
        change, state = optimizer.update(slope, state, w)
        return optax.apply_updates(w, change), state, figures

    check = jax.jit(lambda w, batch: losses(w, batch)[1])
    start, number, best, curve = time.time(), 0, math.inf, []
    key = jax.random.key(0)
    while (done := (time.time() - start) / 60 / options.minutes) < 1:
        rate = PEAK_RATE * min(1.0, (number + 1) / WARM_UP) * (1 - done)
        key, now = jax.random.split(key)
        weights, state, _ = step(weights, state, prepared(train.batch()), now, jnp.float32(rate))
        number += 1
        if number % 250 == 0:
            loss, right, following = np.mean([check(weights, batch) for batch in checks], axis=0).round(4).tolist()
            curve.append(dict(step=number, masked_loss=loss, masked_accuracy=right, next_sentence_accuracy=following))
            print(f"{(time.time() - start) / 60:.1f} min", curve[-1], flush=True)
            if loss < best:
                best = loss
                figures = dict(steps=number, batch=BATCH, length=LENGTH, peak_rate=PEAK_RATE, minutes=options.minutes)
                save(weights, tokenizer, options.out, dict(**figures, curve=curve))


if __name__ == "__main__":
    main()
