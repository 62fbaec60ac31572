"""Trains stories-elmo, the small ELMo of the site, on one language's stories.

Usage: pip install -r requirements.txt
       python train_elmo.py stories-ru-train.txt stories-ru-valid.txt OUT_DIR

It goes on where it was stopped (OUT_DIR/state.pt). Two language models read every sentence, one from its beginning and one
from its end; they share the words' vectors, which are made of their characters, and the output layer (Peters et al. 2018,
"Deep contextualized word representations", section 3.1; the layers as in allennlp.modules.elmo). config.json is written in
the form of AllenNLP's options.json.
"""

import json
import random
import re
from collections import Counter

import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, models, pre_tokenizers
from torch import nn
from torch.nn.functional import cross_entropy, embedding

import corpus
import training

# A word with its apostrophes and hyphens, or one mark.
WORD = r"\w+(?:['’-]\w+)*|[^\w\s]"
UNKNOWN, BEGIN, END = range(3)
SPECIAL = ["<UNK>", "<S>", "</S>"]
NOT_NAMED = -100

# Rows of the table of characters: UTF-8 bytes, then these, and 0 for nothing at all (hence one more each).
BEGIN_SENTENCE, END_SENTENCE, BEGIN_WORD, END_WORD, PAD = range(256, 261)


def character_ids(word, longest):
    """A word's bytes between two marks, padded; every number plus one."""
    if word in SPECIAL[BEGIN:]:
        bytes = [BEGIN_SENTENCE if word == SPECIAL[BEGIN] else END_SENTENCE]
    else:
        bytes = list(word.encode()[: longest - 2])
    ids = [BEGIN_WORD, *bytes, END_WORD]
    return [id + 1 for id in ids + [PAD] * (longest - len(ids))]


def tokenizer(path, texts, size):
    """The words that the model can name: those met most often, with their case."""
    if not path.exists():
        counts = Counter(word for text in texts for word in re.findall(WORD, text))
        words = SPECIAL + [word for word, _ in counts.most_common(size - len(SPECIAL))]
        made = Tokenizer(models.WordLevel({word: id for id, word in enumerate(words)}, unk_token=SPECIAL[UNKNOWN]))
        made.pre_tokenizer = pre_tokenizers.Split(Regex(WORD), "removed", invert=True)
        made.save(str(path))
    return Tokenizer.from_file(str(path))


class Characters(nn.Module):
    """A word's vector from its characters: convolutions, their greatest answers, two highway layers, a projection."""

    def __init__(self, settings):
        super().__init__()
        self.embedding = nn.Parameter(torch.randn(262, settings.characters) * 0.5)
        self.conv = nn.ModuleDict({
            str(width): nn.Linear(width * settings.characters, count) for width, count in settings.filters
        })
        found = sum(count for _, count in settings.filters)
        self.highway = nn.ModuleList(nn.Linear(found, 2 * found) for _ in range(2))
        for layer in self.highway:
            # The gate begins by carrying (Srivastava et al. 2015, section 2.2).
            nn.init.constant_(layer.bias[found:], 1.0)
        self.projection = nn.Linear(found, settings.width)

    def forward(self, ids):
        letters = embedding(ids, self.embedding)
        found = []
        for width, layer in self.conv.items():
            windows = letters.unfold(1, int(width), 1).flatten(2)
            found.append(layer(windows).amax(1).relu())
        states = torch.cat(found, 1)
        for layer in self.highway:
            candidate, gate = layer(states).chunk(2, 1)
            gate = gate.sigmoid()
            states = gate * states + (1 - gate) * candidate.relu()
        return self.projection(states)


class Elmo(nn.Module):
    def __init__(self, settings):
        super().__init__()
        self.settings = settings
        self.chars = Characters(settings)
        stack = lambda: nn.ModuleList(
            nn.LSTM(settings.width, settings.cells, batch_first=True, proj_size=settings.width) for _ in range(settings.layers)
        )
        self.forwards, self.backwards = stack(), stack()
        for layer in [*self.forwards, *self.backwards]:
            nn.init.constant_(layer.bias_ih_l0[settings.cells : 2 * settings.cells], 1.0)
            nn.init.zeros_(layer.bias_hh_l0)
            layer.bias_hh_l0.requires_grad_(False)
        self.softmax = nn.Linear(settings.width, settings.vocabulary)
        self.dropout = nn.Dropout(settings.dropout)

    def read(self, stack, states):
        for number, layer in enumerate(stack):
            read, _ = layer(self.dropout(states))
            states = states + read if number else read
        return self.dropout(states)

    def forward(self, characters, words, turned):
        """States of both readers, each over the sentence in its own order: [batch, words, width]."""
        table = self.chars(characters)
        ahead = self.read(self.forwards, embedding(words, table))
        back = self.read(self.backwards, embedding(words.gather(1, turned), table))
        return ahead, back

    def named(self):
        """The tensors as the site reads them: AllenNLP's names for the layers; a convolution is a matrix."""
        out = {f"chars.{name}": value for name, value in self.chars.state_dict().items()}
        out["chars.embedding.weight"] = out.pop("chars.embedding")
        for width, count in self.settings.filters:
            # A window is the characters one after the other there; `unfold` puts their place last.
            weight = out[f"chars.conv.{width}.weight"].view(count, self.settings.characters, width)
            out[f"chars.conv.{width}.weight"] = weight.transpose(1, 2).reshape(count, -1)
        for direction, stack in (("forward", self.forwards), ("backward", self.backwards)):
            for number, layer in enumerate(stack):
                name = f"{direction}_layer_{number}"
                out[f"{name}.input_linearity.weight"] = layer.weight_ih_l0.detach()
                out[f"{name}.state_linearity.weight"] = layer.weight_hh_l0.detach()
                out[f"{name}.state_linearity.bias"] = (layer.bias_ih_l0 + layer.bias_hh_l0).detach()
                out[f"{name}.state_projection.weight"] = layer.weight_hr_l0.detach()
        return {**out, **{f"softmax.{name}": value for name, value in self.softmax.state_dict().items()}}

    def save_pretrained(self, out):
        it = self.settings
        config = dict(
            model_type="elmo",
            vocab_size=it.vocabulary,
            char_cnn=dict(
                activation="relu", embedding=dict(dim=it.characters), filters=it.filters,
                max_characters_per_token=it.longest, n_characters=262, n_highway=2,
            ),
            lstm=dict(
                cell_clip=None, dim=it.cells, n_layers=it.layers, proj_clip=None, projection_dim=it.width,
                use_skip_connections=True,
            ),
        )
        (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        save_file({name: value.contiguous() for name, value in self.named().items()}, out / "model.safetensors")


class Sentences:
    """Runs of whole sentences of the stories, at random."""

    def __init__(self, path, tok, settings):
        self.settings, self.known = settings, tok.get_vocab()
        self.stories = []
        for story in corpus.stories(path):
            found = [re.findall(WORD, sentence) for sentence in corpus.sentences(story)]
            self.stories.append([words for words in found if words])
        self.stories = [story for story in self.stories if story]

    def words(self):
        return sum(len(sentence) for story in self.stories for sentence in story)

    def draw(self, chance):
        """Sentences from one on, as many as there is room for; one alone in a fifth of the draws."""
        story = self.stories[chance.randrange(len(self.stories))]
        start = chance.randrange(len(story))
        words = list(story[start])
        if chance.random() > 0.2:
            for sentence in story[start + 1 :]:
                if len(words) + len(sentence) > self.settings.context:
                    break
                words += sentence
        return [SPECIAL[BEGIN], *words[: self.settings.context], SPECIAL[END]]

    def batch(self, chance, count):
        """Characters of the words that occur, the words as rows of that table, their numbers in the order of the backward
        reader, and the ids that either reader is to name."""
        drawn = [self.draw(chance) for _ in range(count)]
        length = max(map(len, drawn))
        rows = {}
        words = torch.zeros(count, length, dtype=torch.long)
        ids = torch.full((count, length), NOT_NAMED)
        turned = torch.arange(length).expand(count, length).clone()
        for row, text in enumerate(drawn):
            for place, word in enumerate(text):
                words[row, place] = rows.setdefault(word, len(rows))
                ids[row, place] = self.known.get(word, UNKNOWN)
            turned[row, : len(text)] = torch.arange(len(text) - 1, -1, -1)
        characters = torch.tensor([character_ids(word, self.settings.longest) for word in rows])
        nothing = torch.full((count, 1), NOT_NAMED)
        ahead = torch.cat([ids[:, 1:], nothing], 1)
        back = torch.cat([ids.gather(1, turned)[:, 1:], nothing], 1)
        return characters, words, turned, ahead, back


def losses(model, inputs):
    """Mean loss of the words that are to be named, of each reader."""
    characters, words, turned, *named = inputs
    for states, ids in zip(model(characters, words, turned), named):
        yield cross_entropy(model.softmax(states[ids != NOT_NAMED]).float(), ids[ids != NOT_NAMED])


def evaluate(model, batches):
    """Perplexity of the two readers on texts that were not trained on, words that have no name counted as <UNK>."""
    found = torch.tensor([[loss.item() for loss in losses(model, inputs)] for inputs in batches]).mean(0).exp()
    return dict(ahead=found[0].item(), back=found[1].item())


def main():
    settings = training.parser(
        __doc__, width=128, cells=256, layers=2, characters=16, longest=40, vocabulary=8000, context=40,
    ).parse_args()
    settings.filters = [[1, 16], [2, 32], [3, 64], [4, 64], [5, 40], [6, 40]]
    training.begin(settings)
    tok = tokenizer(settings.out / "tokenizer.json", corpus.stories(settings.train), settings.vocabulary)
    train, valid = Sentences(settings.train, tok, settings), Sentences(settings.valid, tok, settings)
    chance = random.Random(0)
    held_out = [valid.batch(chance, 64) for _ in range(16)]
    model = Elmo(settings)
    steps = round(settings.epochs * train.words() / (settings.batch * settings.context * 0.8))
    batch = lambda step: train.batch(random.Random(settings.seed * 1_000_003 + step), settings.batch)
    loss = lambda inputs: sum(losses(model, inputs)) / 2
    print(training.Run(settings, model, steps, batch, loss, lambda: evaluate(model, held_out)).train())


if __name__ == "__main__":
    main()
