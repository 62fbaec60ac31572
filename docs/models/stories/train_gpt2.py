"""Trains stories-gpt2, the small GPT-2 of the site, on one language's stories.

Usage: pip install -r requirements.txt
       python train_gpt2.py stories-ru-train.txt stories-ru-valid.txt OUT_DIR

It goes on where it was stopped (OUT_DIR/state.pt). The stories come in another order every epoch, as one sequence of
tokens with `<|endoftext|>` before each, cut into windows of the context's length. With so little text for so many weights
the strong weight decay and the dropout are what keeps it from learning the stories by heart.
"""

import math

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import GPT2Config, GPT2LMHeadModel

import corpus
import training


def tokenizer(path, texts, size):
    """A byte-level BPE as GPT-2's, trained on the texts."""
    if not path.exists():
        made = Tokenizer(models.BPE())
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
        made.post_processor = processors.ByteLevel(trim_offsets=False)
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        made.train_from_iterator(
            texts,
            trainers.BpeTrainer(vocab_size=size, special_tokens=[corpus.END], initial_alphabet=alphabet, show_progress=False),
        )
        made.save(str(path))
    return Tokenizer.from_file(str(path))


class Windows:
    """The stories as windows of tokens: `batch(step)` of those to train on, `valid` of the others."""

    def __init__(self, settings, tok):
        self.settings, self.context = settings, settings.context
        texts = {part: corpus.stories(path) for part, path in (("train", settings.train), ("valid", settings.valid))}
        end = tok.token_to_id(corpus.END)
        ids = {part: [torch.tensor([end, *e.ids]) for e in tok.encode_batch(texts[part])] for part in texts}
        self.stories, valid = ids["train"], torch.cat(ids["valid"])
        self.valid = valid[: len(valid) // self.context * self.context].view(-1, self.context)
        self.length = sum(map(len, self.stories))
        self.steps_an_epoch = self.length // (settings.batch * self.context)
        self.order = {}
        print(f"{self.length} tokens, {sum(map(len, texts['train'])) / self.length:.2f} characters a token")

    def batch(self, step):
        """Windows of the epoch's sequence; its ragged end is another one in every epoch."""
        epoch, within = divmod(step, self.steps_an_epoch)
        a_step = self.settings.batch * self.context
        if epoch not in self.order:
            self.order.clear()
            chance = torch.Generator().manual_seed(self.settings.seed + epoch)
            order = torch.randperm(len(self.stories), generator=chance)
            shuffled = torch.cat([self.stories[story] for story in order])
            room = self.length - self.steps_an_epoch * a_step
            self.order[epoch] = shuffled[torch.randint(room + 1, (), generator=chance) :]
        return self.order[epoch][within * a_step :][:a_step].view(-1, self.context)

    def evaluate(self, loss):
        total = sum(loss(part).item() * len(part) for part in self.valid.split(16))
        return {"loss": total / len(self.valid)}


def next_token_loss(logits, tokens):
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1).float(), tokens[:, 1:].flatten())


def main():
    settings = training.parser(__doc__, width=192, layers=6, heads=6, vocabulary=4096, context=256).parse_args()
    training.begin(settings)
    tok = tokenizer(settings.out / "tokenizer.json", corpus.stories(settings.train), settings.vocabulary)
    windows = Windows(settings, tok)
    end = tok.token_to_id(corpus.END)
    config = GPT2Config(
        vocab_size=settings.vocabulary, n_positions=settings.context, n_embd=settings.width, n_layer=settings.layers,
        n_head=settings.heads, resid_pdrop=settings.dropout, embd_pdrop=settings.dropout, attn_pdrop=0.0,
        bos_token_id=end, eos_token_id=end, activation_function="gelu_pytorch_tanh",
    )
    model = GPT2LMHeadModel(config)
    training.share_dropout(model)
    # The same function under the name that GPT-2's files have; PyTorch computes the other one in one pass.
    config.activation_function = "gelu_new"

    def loss(tokens):
        hidden = model.transformer(tokens).last_hidden_state
        return next_token_loss(model.lm_head(hidden[:, :-1]), tokens)

    steps = round(settings.epochs * windows.steps_an_epoch)
    run = training.Run(settings, model, steps, windows.batch, loss, lambda: windows.evaluate(loss))
    found = run.train()
    print(f"perplexity {math.exp(found['loss']):.2f}")


if __name__ == "__main__":
    main()
