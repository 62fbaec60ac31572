"""Trains stories-bert, the small BERT of the site, on one language's stories.

Usage: pip install -r requirements.txt
       python train_bert.py stories-ru-train.txt stories-ru-valid.txt OUT_DIR [--begin TRAINED_DIR]

It goes on where it was stopped (OUT_DIR/state.pt). The site's models were trained twice: from nothing, and once more from
there (--begin TRAINED_DIR --rate 2e-3 --epochs 4), with more pairs and fewer hidden words. Two tasks at once, as in Devlin et al. 2019, section 3.1: whole words
are hidden and named again; and of a pair of passages it is told whether the second one follows. In half of the pairs it
does; otherwise it is from another story. Two inputs of ten are one passage alone, as people type them.

The one answer for a pair teaches little. So the head is asked at every token of the second passage as well, with half the
weight; from the tokens that tell the passage's story the first token learns where to look.
"""

import random
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch.nn.functional import cross_entropy
from transformers import BertConfig, BertForPreTraining

import corpus
import training

PAD, UNK, CLS, SEP, MASK = range(5)
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
# Of the words, the shares to name at first and at last: pairs are easier to tell when fewer are hidden. Of these words
# nine in ten are hidden, the others stay or become another (half each).
NAMED = (0.2, 0.1)
# Shares of the inputs: one passage, a pair in order, a pair of two stories.
KINDS = dict(alone=0.2, next=0.4, foreign=0.4)
# The same when a trained model learns on: pairs are learnt last.
LAST_NAMED = (0.15, 0.1)
LAST_KINDS = dict(alone=0.1, next=0.45, foreign=0.45)
# Lengths in tokens of the batches, in turn.
LENGTHS = [32, 64, 128]


def tokenizer(path, texts, size):
    """WordPiece on lower-case words; accents stay, since Russian's й would lose its own."""
    if not path.exists():
        made = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
        made.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=False)
        made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        made.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=size, special_tokens=SPECIAL, show_progress=False))
        made.decoder = decoders.WordPiece()
        made.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
            special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)],
        )
        made.save(str(path))
    return Tokenizer.from_file(str(path))


def tokenized(path, tok):
    """For every story its sentences, each as (ids, number of the word that an id belongs to)."""
    stories = [corpus.sentences(story) for story in corpus.stories(path)]
    encoded = iter(tok.encode_batch([it for story in stories for it in story], add_special_tokens=False))
    stories = [[(e.ids, e.word_ids) for e in (next(encoded) for _ in story)] for story in stories]
    return [story for story in stories if len(story) > 3]


class Pairs:
    """Inputs made of stories, at random."""

    def __init__(self, path, tok):
        self.stories, self.vocabulary = tokenized(path, tok), tok.get_vocab_size()

    def tokens(self):
        return sum(len(ids) for story in self.stories for ids, _ in story)

    def step(self, settings, step, steps, is_last=False):
        """A step's inputs: with hidden words, which those are, as they were, types, the pairs' labels."""
        (first, last), kinds = (LAST_NAMED, LAST_KINDS) if is_last else (NAMED, KINDS)
        chance = random.Random(settings.seed * 1_000_003 + step)
        length = LENGTHS[step % len(LENGTHS)]
        ids, types, words, labels = self.batch(chance, settings.batch * settings.context // length, length, kinds)
        named = first + (last - first) * step / steps
        return *self.hide(ids, words, named), ids, types, labels

    @staticmethod
    def passage(story, start, room):
        """Sentences of a story from one on, at least one, as many as there is room for; and where they end."""
        ids, words = [], []
        while start < len(story) and (not ids or len(ids) + len(story[start][0]) <= room):
            first = words[-1] + 1 if words else 0
            ids += story[start][0]
            words += [first + word for word in story[start][1]]
            start += 1
        return ids[:room], words[:room], start

    def draw(self, chance, kind, length):
        """Two passages (the second may be empty), each with its words' numbers, and whether the second follows. Of the
        kind `swapped`, which is measured only, they have changed places."""
        story = self.stories[chance.randrange(len(self.stories))]
        if kind == "alone":
            room = chance.randint(6, length - 2)
            return self.passage(story, chance.randrange(len(story)), room)[:2], ([], []), None
        room = length - 3
        first_room = chance.randint(room // 4, room * 3 // 4)
        start = chance.randrange(len(story) - 1)
        # The last sentence is left for the second passage.
        *first, end = self.passage(story[:-1], start, first_room)
        rest = room - len(first[0])
        if kind == "foreign":
            other = self.stories[chance.randrange(len(self.stories))]
            # Half of them from the same place, which is harder to tell. Never its first sentence, which none follows:
            # that would be too easy.
            place = min(end, len(other) - 1) if chance.random() < 0.5 else chance.randrange(1, len(other))
            return first, self.passage(other, place, rest)[:2], False
        second = self.passage(story, end, rest)[:2]
        return (first, second, True) if kind == "next" else (second, first, False)

    def batch(self, chance, count, length, kinds=KINDS):
        """`count` inputs: ids, types, the words' numbers (-1 for none), and the pairs' labels (-100 for none)."""
        ids = torch.full((count, length), PAD)
        types, words = torch.zeros_like(ids), torch.full_like(ids, -1)
        labels = torch.full((count,), -100)
        for row, kind in enumerate(chance.choices([*kinds], [*kinds.values()], k=count)):
            (a, a_words), (b, b_words), follows = self.draw(chance, kind, length)
            input = [CLS, *a, SEP, *b, SEP] if b else [CLS, *a, SEP]
            ids[row, : len(input)] = torch.tensor(input)
            words[row, 1 : len(a) + 1] = torch.tensor(a_words)
            if b:
                begin = len(a) + 2
                types[row, begin : len(input)] = 1
                words[row, begin : begin + len(b)] = torch.tensor(b_words) + a_words[-1] + 1
                labels[row] = 0 if follows else 1
        return ids, types, words, labels

    def hide(self, ids, words, share, always=False):
        """Hides words whole: the ids that are left, and which of them are to be named."""
        chosen = torch.rand(len(ids), ids.shape[1]).lt(share).gather(1, words.clamp(min=0)) & (words >= 0)
        chance = torch.rand(ids.shape)
        hidden = torch.where(chosen & (chance < (1 if always else 0.9)), MASK, ids)
        other = torch.randint(len(SPECIAL), self.vocabulary, ids.shape)
        return torch.where(chosen & (chance >= (1 if always else 0.95)), other, hidden), chosen


def outputs(model, hidden, chosen, ids, types):
    """Logits of the chosen tokens, and of the answer about the pairs at every token; the last hidden states."""
    states = model.bert(hidden, attention_mask=(ids != PAD).long(), token_type_ids=types).last_hidden_state
    pooled = torch.tanh(model.bert.pooler.dense(states))
    named, follows = model.cls.predictions(states[chosen]), model.cls.seq_relationship(pooled)
    return named.float(), follows.float(), states


def pairs_loss(follows, types, labels):
    """The loss of the answers at the first token, and with half the weight of those at the second passage's."""
    of_second = types == 1
    told = cross_entropy(follows[:, 0], labels)
    return told + 0.5 * cross_entropy(follows[of_second], labels[:, None].expand_as(types)[of_second])


def evaluate(model, valid):
    """Shares of the words that are named, and of the pairs of each kind that are told."""
    found = {}
    torch.manual_seed(0)
    chance = random.Random(0)
    ids, types, words, _ = valid.batch(chance, 256, 128, {"alone": 1.0})
    hidden, chosen = valid.hide(ids, words, 0.15, always=True)
    named, _, _ = outputs(model, hidden, chosen, ids, types)
    found["masked_loss"] = cross_entropy(named, ids[chosen]).item()
    right = torch.ones_like(ids).masked_scatter(chosen, (named.argmax(-1) == ids[chosen]).long())
    word = torch.ones_like(ids).scatter_reduce(1, words.clamp(min=0), right, "amin")
    is_hidden = torch.zeros_like(ids).scatter_reduce(1, words.clamp(min=0), chosen.long(), "amax").bool()
    found["words_right"] = word[is_hidden].float().mean().item()
    for kind in ("next", "foreign", "swapped"):
        ids, types, _, labels = valid.batch(chance, 256, 64, {kind: 1.0})
        _, follows, _ = outputs(model, ids, torch.zeros_like(ids).bool(), ids, types)
        found[kind] = (follows[:, 0].argmax(-1) == labels).float().mean().item()
    return found


def sines(positions, width):
    """Sines and cosines of the positions, of variance 1."""
    angles = torch.arange(positions)[:, None] / 10_000 ** (torch.arange(0, width, 2) / width)
    return 2**0.5 * torch.cat([angles.sin(), angles.cos()], 1)


def main():
    settings = training.parser(__doc__, width=192, layers=6, heads=6, vocabulary=8192, context=128, begin="").parse_args()
    training.begin(settings)
    tok = tokenizer(settings.out / "tokenizer.json", corpus.stories(settings.train), settings.vocabulary)
    train, valid = Pairs(settings.train, tok), Pairs(settings.valid, tok)
    config = BertConfig(
        vocab_size=settings.vocabulary, hidden_size=settings.width, num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads, intermediate_size=4 * settings.width, max_position_embeddings=settings.context,
        hidden_dropout_prob=settings.dropout, attention_probs_dropout_prob=0.0, pad_token_id=PAD,
    )
    model = BertForPreTraining(config)
    training.share_dropout(model)
    with torch.no_grad():
        # Attention to a neighbour is easier to find from sines (Vaswani et al. 2017, section 3.5) than from noise.
        model.bert.embeddings.position_embeddings.weight.copy_(config.initializer_range * sines(settings.context, settings.width))
    if settings.begin:
        # A head that the trained model lacks begins anew.
        model.load_state_dict(load_file(Path(settings.begin) / "model.safetensors"), strict=False)

    def loss(inputs):
        hidden, chosen, ids, types, labels = inputs
        named, follows, _ = outputs(model, hidden, chosen, ids, types)
        return cross_entropy(named, ids[chosen]) + pairs_loss(follows, types, labels)

    steps = round(settings.epochs * train.tokens() / (settings.batch * settings.context))
    batch = lambda step: train.step(settings, step, steps, is_last=bool(settings.begin))
    print(training.Run(settings, model, steps, batch, loss, lambda: evaluate(model, valid)).train())


if __name__ == "__main__":
    main()
