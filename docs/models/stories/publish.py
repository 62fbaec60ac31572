"""Writes a trained model in half precision, as the site ships a GPT-2, with its tokenizer and the curve of its training.

Usage: python publish.py TRAINED_DIR OUT_DIR [HEAD...]

Tensors with one of the last names in theirs are left out: a head that is not good enough to be offered. The README.md
there, the model's card, is written by hand.
"""

import json
import shutil
import sys
from pathlib import Path

from safetensors.torch import load_file, save_file

# With the added tokens named, a reader looks for no further files.
TOKENIZERS = {
    "gpt2": {"added_tokens_decoder": {}, "tokenizer_class": "GPT2Tokenizer"},
    "bert": {"added_tokens_decoder": {}, "do_lower_case": True, "strip_accents": False, "tokenizer_class": "BertTokenizer"},
}
# Settings of the training, which a reader of the model has no use for.
LEFT_OUT = ("dropout", "pdrop", "transformers_version", "_from_model_config")


def main():
    source, out, *heads = sys.argv[1:]
    source, out = Path(source), Path(out)
    out.mkdir(parents=True, exist_ok=True)
    weights = load_file(source / "model.safetensors")
    kept = {name: tensor.half() for name, tensor in weights.items() if not any(head in name for head in heads)}
    save_file(kept, out / "model.safetensors", {"format": "pt"})
    config = json.loads((source / "config.json").read_text())
    config = {name: value for name, value in config.items() if not any(part in name for part in LEFT_OUT)}
    config["dtype"] = "float16"
    if heads and config["model_type"] == "bert":
        config["architectures"] = ["BertForMaskedLM"]
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    if config["model_type"] == "gpt2":
        ends = {name: config[name] for name in ("bos_token_id", "eos_token_id")}
        (out / "generation_config.json").write_text(json.dumps(ends, indent=2) + "\n")
    tokenizer = TOKENIZERS[config["model_type"]]
    (out / "tokenizer_config.json").write_text(json.dumps(tokenizer, indent=2) + "\n")
    for file in ("tokenizer.json", "training.json"):
        shutil.copy(source / file, out / file)
    for file in out.iterdir():
        file.chmod(0o644)


if __name__ == "__main__":
    main()
