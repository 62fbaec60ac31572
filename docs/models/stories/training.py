"""A training run that can be stopped at any step and goes on as if it had not been.

Every step draws its randomness from the seed and its own number, so that a resumed run sees the same batches and the
same dropout. Matrices inside the layers are updated by Muon (Jordan 2024; scaled to AdamW's update size as in Liu et
al. 2025, "Muon is scalable for LLM training", section 2.2), everything else by AdamW.
"""

import argparse
import json
import time
from pathlib import Path

import torch

EMBEDDINGS = ("wte", "wpe", "embedding", "decoder", "softmax")


def parser(description, *folders, **defaults):
    """Arguments of every training script; `folders` come first, `defaults` are the settings of one, with their types."""
    arguments = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in folders:
        arguments.add_argument(name, type=Path)
    arguments.add_argument("train")
    arguments.add_argument("valid")
    arguments.add_argument("out", type=Path)
    shared = dict(epochs=12.0, batch=16, rate=3e-3, decay=0.5, dropout=0.1, seed=1, threads=2, minutes=1e9)
    for name, value in {**shared, **defaults}.items():
        arguments.add_argument("--" + name, type=type(value), default=value)
    return arguments


class Run:
    """One model's training: `loss(batch)` for a step's batch, `evaluate()` for a dict with `loss`."""

    def __init__(self, settings, model, steps, batch, loss, evaluate):
        self.settings, self.model, self.steps = settings, model, steps
        self.batch, self.loss, self.evaluate = batch, loss, evaluate
        self.step, self.seconds, self.curve = 0, 0.0, []
        self.optimizers = optimizers(model, settings.rate, settings.decay)
        state = settings.out / "state.pt"
        if state.exists():
            saved = torch.load(state, weights_only=True)
            self.step, self.seconds, self.curve = saved["step"], saved["seconds"], saved["curve"]
            model.load_state_dict(saved["model"])
            for optimizer, values in zip(self.optimizers, saved["optimizers"]):
                optimizer.load_state_dict(values)

    def train(self, evaluate_every=250, save_every=250):
        """Trains until the last step, or for the minutes that the settings allow."""
        print(f"{sum(p.numel() for p in self.model.parameters())} weights, step {self.step} of {self.steps}", flush=True)
        begun = last = time.monotonic()
        found = None
        while self.step < self.steps and time.monotonic() - begun < self.settings.minutes * 60:
            torch.manual_seed(self.settings.seed * 1_000_003 + self.step)
            share = self.step / self.steps
            # A rise, a plateau, and a straight fall over the second half.
            factor = min(1, (self.step + 1) / 100, (1 - share) / 0.6)
            for optimizer in self.optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = group["base"] * factor
            self.model.train()
            with torch.autocast("cpu", torch.bfloat16):
                loss = self.loss(self.batch(self.step))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            for optimizer in self.optimizers:
                optimizer.step()
                optimizer.zero_grad()
            self.step += 1
            now = time.monotonic()
            self.seconds, last = self.seconds + now - last, now
            if self.step % 50 == 0:
                print(f"step {self.step} loss {loss.item():.3f}, {self.seconds / self.step:.2f} s a step", flush=True)
            if self.step % evaluate_every == 0 or self.step == self.steps:
                found = self.measure()
                self.curve.append([self.step, round(loss.item(), 4), *found.values()])
                print("valid", found, flush=True)
            if self.step % save_every == 0:
                self.save()
        self.save()
        # A run that was stopped by its minutes, or had nothing left to do, has not measured its last step.
        return found if self.step == self.steps and found else self.measure()

    def measure(self):
        self.model.eval()
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            return {name: round(value, 4) for name, value in self.evaluate().items()}

    def save(self):
        out = self.settings.out
        self.model.save_pretrained(out)
        settings = {name: value for name, value in vars(self.settings).items() if not isinstance(value, Path)}
        settings = {name: value for name, value in settings.items() if name not in ("train", "valid", "begin", "minutes")}
        about = dict(settings=settings, steps=self.step, hours=round(self.seconds / 3600, 2), curve=self.curve)
        (out / "training.json").write_text(json.dumps(about) + "\n")
        state = dict(
            model=self.model.state_dict(), optimizers=[it.state_dict() for it in self.optimizers],
            step=self.step, seconds=self.seconds, curve=self.curve,
        )
        torch.save(state, out / "state.new")
        (out / "state.new").replace(out / "state.pt")


def optimizers(model, rate, decay):
    """Muon for the layers' matrices; AdamW for embeddings (with a tenth of the decay) and vectors (without)."""
    matrices, tables, vectors = [], [], []
    for name, parameter in model.named_parameters():
        is_table = any(part in name for part in EMBEDDINGS)
        (vectors if parameter.ndim < 2 else tables if is_table else matrices).append(parameter)
    muon = torch.optim.Muon(matrices, lr=rate, weight_decay=decay, momentum=0.95, adjust_lr_fn="match_rms_adamw")
    groups = [{"params": tables, "weight_decay": decay / 10}, {"params": vectors, "weight_decay": 0.0}]
    adamw = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)
    for group in [*muon.param_groups, *adamw.param_groups]:
        group["base"] = rate
    return [muon, adamw]


class SharedDropout(torch.nn.Module):
    """Dropout with one mask for all positions of a sequence (Gal and Ghahramani 2016): a tenth of a step faster on a CPU."""

    def __init__(self, share):
        super().__init__()
        self.p = share

    def forward(self, states):
        if not self.training or self.p == 0:
            return states
        kept = torch.rand(states.shape[0], 1, states.shape[2]) >= self.p
        return states * (kept / (1 - self.p)).to(states.dtype)


def share_dropout(model):
    """Exchanges the dropouts of a model's hidden states."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, torch.nn.Dropout):
                setattr(module, name, SharedDropout(child.p))


def begin(settings):
    """The folder, the threads and the seed of a run."""
    settings.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
