"""Distils a student with half the layers from stories-gpt2 or stories-bert.

Usage: python distil.py TEACHER_DIR stories-ru-train.txt stories-ru-valid.txt OUT_DIR

The recipe is DistilBERT's (Sanh et al. 2019, section 2 and 3): the student begins with every other layer of its teacher
and its embeddings, and learns from three losses: the teacher's distribution at temperature 2 (weight 5), the words
themselves (2), and the direction of the last hidden states (1). It goes on where it was stopped (OUT_DIR/state.pt).
"""

import shutil
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn.functional import cosine_embedding_loss, cross_entropy, kl_div, log_softmax, softmax
from transformers import BertForPreTraining, GPT2LMHeadModel

import train_bert
import train_gpt2
import training

TEMPERATURE = 2.0
# Weights of the losses: the teacher's distribution, the words, the hidden states.
SOFT, HARD, DIRECTION = 5.0, 2.0, 1.0


def halved(teacher):
    """A model of every other layer."""
    config = teacher.config.from_dict(teacher.config.to_dict())
    name = {"gpt2": "n_layer", "bert": "num_hidden_layers"}[config.model_type]
    setattr(config, name, getattr(config, name) // 2)
    student = type(teacher)(config)
    kept = {}
    for key, value in teacher.state_dict().items():
        parts = key.split(".")
        layer = next((index for index, part in enumerate(parts) if part.isdigit()), None)
        if layer is None:
            kept[key] = value
        elif int(parts[layer]) % 2 == 0:
            parts[layer] = str(int(parts[layer]) // 2)
            kept[".".join(parts)] = value
    student.load_state_dict(kept)
    return student


def distilled(named, taught, states, taught_states):
    """The losses that the teacher gives: its distribution, and the direction of its hidden states."""
    log_shares = log_softmax(named / TEMPERATURE, -1)
    soft = kl_div(log_shares, softmax(taught / TEMPERATURE, -1), reduction="batchmean") * TEMPERATURE**2
    same = torch.ones(len(states))
    return SOFT * soft + DIRECTION * cosine_embedding_loss(states.float(), taught_states.float(), same)


def main():
    settings = training.parser(__doc__, "teacher", epochs=2.0, rate=1e-3, decay=0.1, context=128).parse_args()
    training.begin(settings)
    tok = Tokenizer.from_file(str(settings.teacher / "tokenizer.json"))
    shutil.copy(settings.teacher / "tokenizer.json", settings.out)
    is_decoder = '"gpt2"' in (settings.teacher / "config.json").read_text()
    teacher = (GPT2LMHeadModel if is_decoder else BertForPreTraining).from_pretrained(settings.teacher, dtype=torch.float32)
    teacher.eval()
    student = halved(teacher)

    if is_decoder:
        settings.context = teacher.config.n_positions
        windows = train_gpt2.Windows(settings, tok)
        read = lambda model, tokens: model.transformer(tokens).last_hidden_state[:, :-1]
        steps, batch = windows.steps_an_epoch, windows.batch

        def loss(tokens):
            states = read(student, tokens)
            named = student.lm_head(states)
            with torch.no_grad():
                taught_states = read(teacher, tokens)
                taught = teacher.lm_head(taught_states)
            flat = [it.flatten(0, 1) for it in (named.float(), taught.float(), states, taught_states)]
            return HARD * train_gpt2.next_token_loss(named, tokens) + distilled(*flat)

        def measure(tokens):
            return train_gpt2.next_token_loss(student.lm_head(read(student, tokens)), tokens)

        evaluate = lambda: windows.evaluate(measure)
    else:
        train, valid = (train_bert.Pairs(path, tok) for path in (settings.train, settings.valid))
        steps = train.tokens() // (settings.batch * settings.context)
        batch = lambda step: train.step(settings, step, settings.epochs * steps, is_last=True)

        def loss(inputs):
            hidden, chosen, ids, types, labels = inputs
            named, follows, states = train_bert.outputs(student, hidden, chosen, ids, types)
            with torch.no_grad():
                taught, _, taught_states = train_bert.outputs(teacher, hidden, chosen, ids, types)
            hard = cross_entropy(named, ids[chosen]) + train_bert.pairs_loss(follows, types, labels)
            is_text = ids != train_bert.PAD
            return HARD * hard + distilled(named, taught, states[is_text], taught_states[is_text])

        evaluate = lambda: train_bert.evaluate(student, valid)

    run = training.Run(settings, student, round(settings.epochs * steps), batch, loss, evaluate)
    print(run.train())


if __name__ == "__main__":
    main()
