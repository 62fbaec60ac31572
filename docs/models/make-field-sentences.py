"""Tiny sentence encoders whose settings are those of published ones, with what sentence-transformers makes of them.

Usage: pip install torch sentence-transformers
       python make-field-sentences.py OUT_DIR [SEED]

Each folder `sentences-NAME` has the files of a published model, key for key (modules.json, pooling, lengths, prompts,
tokenizer_config.json), with sizes that fit random weights of two layers; expected.json (texts, their tokens, what the
model is) and expected.safetensors (`embeddings.N`: of the texts, with the N-th of `runs` as `model.embed` takes it).
Made with sentence-transformers 6.2, transformers 5.24, torch 2.15.
"""

import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel

OUT = Path(sys.argv[1])
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WHOLE = ["the", "The", "king", "King", "KING", "cat", "sat", "on", "mat", "query", "король", "Король", "кот", "йод", "иод", "café", "cafe", "##ing"]
LETTERS = "abcdefghiklmnoprstuy" + "абвгдеийклмнопрсту"
WORDS = SPECIAL + WHOLE + list(".,:!") + list(LETTERS) + ["##" + letter for letter in LETTERS]
TEXTS = ["The King sat on the mat.", "a cat!", "Король и кот: ЙОД, Café", "", "the cat sat on the mat and on the king " * 4]
HIDDEN, POSITIONS = 32, 40


def bert():
    config = BertConfig(vocab_size=len(WORDS), hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=2, intermediate_size=HIDDEN, max_position_embeddings=POSITIONS, initializer_range=0.2)
    return shaken(BertModel(config, add_pooling_layer=False))


def distilbert():
    config = DistilBertConfig(vocab_size=len(WORDS), dim=HIDDEN, n_layers=2, n_heads=2, hidden_dim=HIDDEN, max_position_embeddings=POSITIONS, initializer_range=0.2)
    return shaken(DistilBertModel(config))


def shaken(net):
    """Norms and biases that are not 1 and 0, so that none can be left out unseen."""
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn(parameter.shape) * 0.1)
    return net.eval()


def tokenizer_json(lowercase, truncation=None, padding=None):
    special = [{"id": i, "special": True, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False} for i, token in enumerate(SPECIAL)]
    cls, sep, a, b = ({"SpecialToken": {"id": "[CLS]", "type_id": 0}}, lambda n: {"SpecialToken": {"id": "[SEP]", "type_id": n}}, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}})
    template = {"type": "TemplateProcessing", "single": [cls, a, sep(0)], "pair": [cls, a, sep(0), b, sep(1)], "special_tokens": {name: {"id": name, "ids": [i], "tokens": [name]} for name, i in (("[CLS]", 2), ("[SEP]", 3))}}
    return {
        "version": "1.0", "truncation": truncation, "padding": padding, "added_tokens": special,
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": lowercase},
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": template, "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {word: i for i, word in enumerate(WORDS)}},
    }


TOKENS = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}
# As transformers 4.4x saves it: rubert-tiny2, all-MiniLM-L12-v2.
SAVED = {
    "added_tokens_decoder": {str(i): {"content": token, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True} for i, token in enumerate(SPECIAL)},
    "clean_up_tokenization_spaces": True, "do_basic_tokenize": True, "never_split": None, "pad_to_multiple_of": None, "pad_token_type_id": 0, "padding_side": "right", "stride": 0,
    "strip_accents": None, "tokenize_chinese_chars": True, "tokenizer_class": "BertTokenizer", "truncation_side": "right", "truncation_strategy": "longest_first", **TOKENS,
}
# As all-MiniLM-L6-v2 and others of 2021 were published.
PUBLISHED = {"do_lower_case": True, **TOKENS, "tokenize_chinese_chars": True, "strip_accents": None, "name_or_path": "nreimers/MiniLM-L6-H384-uncased", "do_basic_tokenize": True, "never_split": None, "tokenizer_class": "BertTokenizer"}
OLD_VERSION = {"__version__": {"sentence_transformers": "2.0.0", "transformers": "4.6.1", "pytorch": "1.8.1"}}
FLAGS = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"]


def flags(*modes, count=6, **more):
    return {"word_embedding_dimension": HIDDEN, **{f"pooling_mode_{flag}": flag in modes for flag in FLAGS[:count]}, **more}


def modules(*names, start=0, first="", new=False):
    path = {"Transformer": "base.modules.transformer.", "Pooling": "sentence_transformer.modules.pooling.", "Dense": "base.modules.dense.", "Normalize": "base.modules.normalize.", "LayerNorm": "sentence_transformer.modules.layer_norm."}
    kind = lambda name: "sentence_transformers." + (path[name] if new else "models.") + name
    return [{"idx": i, "name": str(i), "path": first if i == 0 else f"{i}_{name}", "type": kind(name)} for i, name in enumerate(names)]


class Case:
    def __init__(self, name, net, tokenizer, inner=""):
        self.folder = OUT / f"sentences-{name}"
        self.inner = inner
        config = json.loads(net.config.to_json_string(use_diff=False))
        self.write(f"{inner}config.json", config | {"architectures": [type(net).__name__]})
        self.weights(f"{inner}model.safetensors", net.state_dict())
        self.write(f"{inner}tokenizer.json", tokenizer)

    def write(self, name, value):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return self

    def weights(self, name, tensors):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({key: value.detach().float().contiguous() for key, value in tensors.items()}, str(path), metadata={"format": "pt"})
        return self

    def dense(self, path, inputs, outputs, activation="torch.nn.modules.activation.Tanh", old=False, **more):
        layer, residual = torch.nn.Linear(inputs, outputs), torch.nn.Linear(inputs, outputs, bias=False)
        self.write(f"{path}/config.json", {"in_features": inputs, "out_features": outputs, "bias": True, "activation_function": activation, **more})
        projection = {"residual.weight": residual.weight} if more.get("use_residual") else {}
        tensors = {"linear.weight": layer.weight.detach(), "linear.bias": layer.bias.detach(), **projection}
        if not old:
            return self.weights(f"{path}/model.safetensors", tensors)
        torch.save(tensors, self.folder / path / "pytorch_model.bin")
        return self

    def expect(self, pooling, normalized, *runs, texts=TEXTS, prompts=None, default=None):
        model = SentenceTransformer(str(self.folder), device="cpu").eval()
        tokens = model[0].tokenizer(texts, truncation=True)["input_ids"]
        tensors, runs = {}, [{}, *runs]
        for number, run in enumerate(runs):
            prompt = {"prompt": run.get("prompt"), "prompt_name": run.get("promptName")}
            vectors = model.encode(texts, normalize_embeddings=run.get("normalize", False), convert_to_tensor=True, **prompt)
            tensors[f"embeddings.{number}"] = vectors
        save_file({key: value.clone().contiguous() for key, value in tensors.items()}, str(self.folder / "expected.safetensors"))
        self.write("expected.json", {"texts": texts, "ids": tokens, "context": min(model.max_seq_length, POSITIONS), "pooling": pooling, "normalized": normalized, "size": vectors.shape[1], "prompts": prompts or {}, "default_prompt_name": default, "runs": runs})


def main():
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    encoder, distilled = bert(), distilbert()
    lower, cased = tokenizer_json(True), tokenizer_json(False)
    # Cut and padded by the training run's settings, which nobody heeds: as all-MiniLM-L6-v2's is.
    cut = tokenizer_json(True, {"max_length": 8, "strategy": "LongestFirst", "stride": 0}, {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"})
    three = modules("Transformer", "Pooling", "Normalize")

    case = Case("all-minilm-l6", encoder, cut).write("modules.json", three).write("1_Pooling/config.json", flags("mean_tokens", count=4))
    case.write("sentence_bert_config.json", {"max_seq_length": 16, "do_lower_case": False}).write("config_sentence_transformers.json", OLD_VERSION)
    case.write("tokenizer_config.json", PUBLISHED | {"model_max_length": 32}).expect("mean", True, {"normalize": True})

    case = Case("all-minilm-l12", encoder, lower).write("modules.json", three).write("1_Pooling/config.json", flags("mean_tokens", include_prompt=True))
    case.write("sentence_bert_config.json", {"max_seq_length": 12, "do_lower_case": False})
    case.write("config_sentence_transformers.json", {"__version__": {"sentence_transformers": "5.0.0", "transformers": "4.53.2", "pytorch": "2.7.1+cpu"}, "model_type": "SentenceTransformer", "prompts": {"query": "", "document": ""}, "default_prompt_name": None, "similarity_fn_name": "cosine"})
    case.write("tokenizer_config.json", SAVED | {"do_lower_case": True, "extra_special_tokens": {}, "max_length": 12, "model_max_length": 12}).expect("mean", True, prompts={"query": "", "document": ""})

    # paraphrase-multilingual-MiniLM-L12-v2, as it is published since sentence-transformers 5.4, with a WordPiece in the place of its tokenizer.
    case = Case("paraphrase", encoder, lower).write("modules.json", modules("Transformer", "Pooling", new=True)).write("1_Pooling/config.json", {"embedding_dimension": HIDDEN, "pooling_mode": "mean", "include_prompt": True})
    case.write("sentence_bert_config.json", {"transformer_task": "feature-extraction", "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}}, "module_output_name": "token_embeddings"})
    case.write("config_sentence_transformers.json", {"__version__": {"pytorch": "2.11.0+cpu", "sentence_transformers": "5.4.1", "transformers": "5.6.0"}, "default_prompt_name": None, "model_type": "SentenceTransformer", "prompts": {"document": "", "query": ""}, "similarity_fn_name": "cosine"})
    case.write("tokenizer_config.json", {"backend": "tokenizers", "do_lower_case": True, "is_local": False, "local_files_only": True, "max_length": 14, "model_max_length": 14, "pad_to_multiple_of": None, "pad_token_type_id": 0, "padding_side": "right", "stride": 0, "strip_accents": None, "tokenize_chinese_chars": True, "tokenizer_class": "TokenizersBackend", "truncation_side": "right", "truncation_strategy": "longest_first", **TOKENS})
    case.expect("mean", False, {"normalize": True}, prompts={"document": "", "query": ""})

    case = Case("rubert-tiny2", encoder, cased).write("modules.json", three).write("1_Pooling/config.json", flags("cls_token", include_prompt=True))
    case.write("sentence_bert_config.json", {"max_seq_length": 2048, "do_lower_case": False})
    case.write("config_sentence_transformers.json", {"__version__": {"sentence_transformers": "3.0.1", "transformers": "4.44.2", "pytorch": "2.4.1"}, "prompts": {}, "default_prompt_name": None, "similarity_fn_name": None})
    case.write("tokenizer_config.json", SAVED | {"do_lower_case": False, "max_length": 512, "model_max_length": 2048})
    # As many positions there; with a text of more than it has here, PyTorch fails.
    case.expect("cls", True, texts=TEXTS[:4])

    # bge-small: lowered by sentence-transformers; here its tokenizer would keep the case.
    case = Case("bge-small", encoder, cased).write("modules.json", three).write("1_Pooling/config.json", flags("cls_token", count=4))
    case.write("sentence_bert_config.json", {"max_seq_length": 20, "do_lower_case": True}).write("config_sentence_transformers.json", OLD_VERSION)
    case.write("tokenizer_config.json", SAVED | {"do_lower_case": False, "model_max_length": 32}).expect("cls", True)

    case = Case("labse", encoder, cased).write("modules.json", modules("Transformer", "Pooling", "Dense", "Normalize")).write("1_Pooling/config.json", flags("cls_token", count=4)).dense("2_Dense", HIDDEN, HIDDEN)
    case.write("sentence_bert_config.json", {"max_seq_length": 24, "do_lower_case": False}).write("config_sentence_transformers.json", OLD_VERSION)
    case.write("tokenizer_config.json", PUBLISHED | {"do_lower_case": False, "model_max_length": 32}).expect("cls", True)

    case = Case("distiluse", distilled, cased).write("modules.json", modules("Transformer", "Pooling", "Dense")).write("1_Pooling/config.json", flags("mean_tokens", count=4)).dense("2_Dense", HIDDEN, 20, old=True)
    case.write("sentence_bert_config.json", {"max_seq_length": 16, "do_lower_case": False}).write("config_sentence_transformers.json", OLD_VERSION)
    case.write("tokenizer_config.json", SAVED | {"do_lower_case": False, "model_max_length": 32, "tokenizer_class": "DistilBertTokenizer"}).expect("mean", False, {"normalize": True})

    # A prompt before every text that does not count in the pooling; several poolings, and what follows them.
    case = Case("prompted", encoder, lower).write("modules.json", modules("Transformer", "Pooling", "LayerNorm", "Dense", new=True)).write("1_Pooling/config.json", {"embedding_dimension": HIDDEN, "pooling_mode": ["weightedmean", "cls"], "include_prompt": False})
    prompts = {"query": "the query: ", "passage": "king! ", "document": ""}
    case.write("2_LayerNorm/config.json", {"dimension": 2 * HIDDEN}).weights("2_LayerNorm/model.safetensors", {"norm.weight": torch.rand(2 * HIDDEN), "norm.bias": torch.rand(2 * HIDDEN)})
    case.dense("3_Dense", 2 * HIDDEN, 24, "torch.nn.modules.activation.GELU", module_input_name="sentence_embedding", module_output_name="sentence_embedding", use_residual=True)
    case.write("sentence_bert_config.json", {"max_seq_length": 18, "do_lower_case": False})
    case.write("config_sentence_transformers.json", {"__version__": {"sentence_transformers": "6.2.0"}, "model_type": "SentenceTransformer", "prompts": prompts, "default_prompt_name": "query", "similarity_fn_name": "dot"})
    case.write("tokenizer_config.json", SAVED | {"do_lower_case": True, "model_max_length": 512})
    case.expect(["weightedMean", "cls"], False, {"promptName": "passage"}, {"promptName": "document"}, {"prompt": "cat, "}, prompts=prompts, default="query")

    # All ways of pooling at once, by the flags; the model in a folder of its own and a config.json that says nothing, as versions before 2 had them.
    case = Case("oldest", encoder, lower, "0_Transformer/").write("config.json", {"__version__": "1.2.0"}).write("modules.json", modules("Transformer", "Pooling", first="0_Transformer"))
    case.write("1_Pooling/config.json", flags(*FLAGS)).write("0_Transformer/sentence_bert_config.json", {"max_seq_length": 22, "do_lower_case": False})
    case.write("0_Transformer/tokenizer_config.json", PUBLISHED | {"model_max_length": 512}).expect(["cls", "max", "mean", "meanSqrtLength", "weightedMean", "lastToken"], False)


main()
