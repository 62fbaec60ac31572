"""Tiny models with random weights in the forms that people have, and what transformers makes of them.

usage: make-field-cases.py FIELD OUT        (torch, transformers, tokenizers, safetensors)

FIELD is a folder with the small files of published models, a folder `owner__name` each; `config-2.json` is a second
form of `config.json`, saved again by a newer version. Two fixtures are written into OUT (tests/fixtures):

cases-field     each published form with its keys and value types as they are and the sizes shrunk
cases-reported  forms that people reported to this and to other projects as not loading or as giving other numbers

A fixture has a cases.json: for each model the operations and what must come out; tests/field.rs says how they are read.
Everything is seeded. Token ids are the tokenizer class's own; numbers come from float32 models.
"""
import json, os, pathlib, shutil, sys
os.environ["HF_HUB_OFFLINE"] = "1"
import torch, transformers
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

torch.set_num_threads(1)
FIELD, OUT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
HIDDEN, HEADS, LAYERS, POSITIONS = 16, 2, 2, 32
PROMPTS = ["Once upon a time", " Король  и кот\n"]
TEXTS = ["The King said: the CAT sat.", "Йод и ёж, café"]
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

# ---- vocabularies

def words():
    whole = "the The king King cat sat on mat he said король Король кот йод иод ёж еж café cafe 猫 ##s ##ing ##оль".split()
    letters = "abcdefghiklmnopqrstuvyABCEGHIKNTabcdef" + "абвгдежиклмнопрстуьйёЙК" + ".,:!"
    return list(dict.fromkeys(SPECIALS + whole + list(letters) + ["##" + c for c in letters if c.isalpha()]))

def merges(count=40):
    """The first merges of GPT-2's that can be made of bytes and each other."""
    lines = (FIELD / "openai-community__gpt2/merges.txt").read_text(encoding="utf-8").split("\n")[1:]
    return [tuple(line.split(" ")) for line in lines[:count]]

def byte_vocabulary(special="<|endoftext|>"):
    tokens = sorted(pre_tokenizers.ByteLevel.alphabet()) + ["".join(pair) for pair in merges()]
    return {token: i for i, token in enumerate(tokens + ([special] if special else []))}

def byte_tokenizer(special="<|endoftext|>"):
    t = Tokenizer(models.BPE(byte_vocabulary(special), merges()))
    t.pre_tokenizer, t.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    if special: t.add_special_tokens([special])
    return t

def piece_tokenizer(lowercase=True):
    t = Tokenizer(models.WordPiece({w: i for i, w in enumerate(words())}, unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer, t.pre_tokenizer, t.decoder = normalizers.BertNormalizer(lowercase=lowercase), pre_tokenizers.BertPreTokenizer(), decoders.WordPiece()
    t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    t.add_special_tokens(SPECIALS)
    return t

# ---- models

def shaken(net, seed):
    """Weights spread so that every part of the model matters to its output."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in net.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            p.copy_(noise * 0.25 if p.dim() > 1 else noise * 0.1 + (1 if "weight" in name else 0))
    net.tie_weights()
    return net.eval()

TIED = ("lm_head.weight", "cls.predictions.decoder.weight", "cls.predictions.decoder.bias", "vocab_projector.weight")

def tensors(net, keep=()):
    return {k: v.detach().clone().contiguous() for k, v in net.state_dict().items() if k in keep or k not in TIED}

def bare(net): return getattr(net, "bert", getattr(net, "distilbert", net))

class Case:
    def __init__(self, fixture, id, title):
        self.dir = OUT / fixture / id; self.dir.mkdir(parents=True)
        self.spec = {"id": id, "title": title, "model": id, "ops": []}; ALL[fixture].append(self.spec)
    def write(self, name, content):
        path = self.dir / name; path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8"); return self
    def config(self, net, **changes):
        c = {**json.loads(net.config.to_json_string(use_diff=False)), **changes}
        return self.write("config.json", {k: v for k, v in c.items() if v != "absent"})
    def tokenizer(self, t): return self.write("tokenizer.json", t.to_str())
    def weights(self, w): save_file(w, str(self.dir / "model.safetensors"), metadata={"format": "pt"}); return self
    def expect(self, op, **fields): self.spec["ops"].append({"op": op, **fields}); return self
    def numbers(self, op, values, last=None, tolerance=1e-4, **fields):
        values = [round(x, 6) for x in values.flatten().tolist()]
        size = {"of": len(values)} if last else {}
        return self.expect(op, values=values[-last:] if last else values, tolerance=tolerance, **size, **fields)
    def lm(self, net, encode, prompts=PROMPTS, new=8, **options):
        """Tokens, the last position's logits, and a greedy text."""
        for p in prompts:
            ids = encode(p); self.expect("tokens", text=p, ids=ids)
            with torch.no_grad(): logits = net(torch.tensor([ids])).logits[0]
            self.numbers("logits", logits, last=net.config.vocab_size, text=p, tolerance=1e-3)
        return self.greedy(net, encode(prompts[0]), prompts[0], new, **options)
    def greedy(self, net, ids, text, new=8, eos=None, **fields):
        eos = {} if eos is None else {"eos_token_id": eos}
        o = net.generate(torch.tensor([ids]), do_sample=False, max_new_tokens=new, pad_token_id=0, **eos)[0, len(ids):].tolist()
        return self.expect("greedy", text=text, options={"maxNewTokens": new, "temperature": 0}, ids=o, **fields)
    def encoder(self, net, encode, texts=TEXTS):
        for x in texts:
            ids = encode(x); self.expect("tokens", text=x, ids=ids)
            with torch.no_grad(): hidden = bare(net)(torch.tensor([ids])).last_hidden_state[0]
            self.numbers("hidden", hidden, last=2 * HIDDEN, text=x)
        return self
    def masks(self, net, encode, text="the [MASK] sat"):
        ids = encode(text)
        with torch.no_grad(): out = net(torch.tensor([ids]))
        logits = out.prediction_logits if "prediction_logits" in out else out.logits
        return self.expect("mask", text=text, ids=[logits[0, i].topk(5).indices.tolist() for i, id in enumerate(ids) if id == words().index("[MASK]")])

ALL = {"cases-field": [], "cases-reported": []}
for fixture in ALL: shutil.rmtree(OUT / fixture, ignore_errors=True)

# ---- the field: published files, shrunk

SIZES = {"n_embd": HIDDEN, "hidden_size": HIDDEN, "dim": HIDDEN, "emb_size": HIDDEN, "n_head": HEADS, "num_attention_heads": HEADS, "n_heads": HEADS,
         "n_layer": LAYERS, "num_hidden_layers": LAYERS, "n_layers": LAYERS, "intermediate_size": 24, "hidden_dim": 24, "n_positions": POSITIONS, "n_ctx": POSITIONS,
         "max_position_embeddings": POSITIONS, "pooler_fc_size": HIDDEN}

def shrunk(published, size, end):
    """The same keys and types of values; sizes and token ids are the tiny model's."""
    small = dict(published)
    for key, value in SIZES.items():
        if small.get(key) is not None: small[key] = value
    small["vocab_size"] = size
    for key in ("bos_token_id", "eos_token_id"):
        if isinstance(small.get(key), int): small[key] = end
    return small

def renumbered(settings, vocabulary):
    """tokenizer_config.json with its tokens under the tiny vocabulary's numbers."""
    settings = dict(settings)
    if "added_tokens_decoder" in settings:
        tokens = settings["added_tokens_decoder"].values()
        settings["added_tokens_decoder"] = {str(vocabulary[t["content"]]): t for t in tokens if t["content"] in vocabulary}
    if isinstance(settings.get("model_max_length"), int) and settings["model_max_length"] < 10**6: settings["model_max_length"] = POSITIONS
    return settings

def shrunk_tokenizer(path, vocabulary, pairs=None):
    """A published tokenizer.json with a small vocabulary."""
    t = json.loads(path.read_text(encoding="utf-8")); t["model"]["vocab"] = vocabulary
    if pairs: t["model"]["merges"] = [" ".join(p) if t["model"]["merges"] and isinstance(t["model"]["merges"][0], str) else list(p) for p in pairs]
    t["added_tokens"] = [{**a, "id": vocabulary[a["content"]]} for a in t["added_tokens"] if a["content"] in vocabulary]
    text = json.dumps(t.get("post_processor"))
    if t.get("post_processor"):
        for name in ("[CLS]", "[SEP]"):
            if name in vocabulary: t["post_processor"] = with_id(t["post_processor"], name, vocabulary[name])
    return t

def with_id(step, name, id):
    if step["type"] == "TemplateProcessing": step["special_tokens"][name]["ids"] = [id]
    if step["type"] == "BertProcessing": step[{"[CLS]": "cls", "[SEP]": "sep"}[name]] = [name, id]
    return step

CLASSES = {"gpt2": "GPT2LMHeadModel", "bert": "BertModel", "distilbert": "DistilBertModel"}

def field():
    for folder in sorted(p for p in FIELD.iterdir() if p.is_dir()):
        for path in sorted(folder.glob("config*.json")):
            if path.name.startswith("config_"): continue
            form = path.stem.removeprefix("config")
            config = json.loads(path.read_text(encoding="utf-8"))
            kind = config.get("model_type", "roberta")
            case = Case("cases-field", folder.name.replace("__", "-") + form, f"{folder.name.replace('__', '/')}: {path.name}")
            unigram = config.get("tokenizer_class") == "XLMRobertaTokenizer" or "multilingual-MiniLM" in folder.name or "multilingual-e5" in folder.name
            if kind == "roberta" or unigram:
                # Not run here: refused by name, whatever else is in the folder.
                case.write("config.json", shrunk(config, len(words()), 0))
                t = Tokenizer(models.Unigram([("<unk>", 0.0), ("a", -1.0)], unk_id=0)) if unigram else byte_tokenizer()
                case.tokenizer(t).expect("refuse", codes=["unsupportedModel"]); continue
            vocabulary = byte_vocabulary() if kind == "gpt2" else {w: i for i, w in enumerate(words())}
            end = vocabulary.get("<|endoftext|>", 0)
            case.write("config.json", shrunk(config, len(vocabulary), end))
            take = lambda name: next((p for p in (folder / f"{name}{form}.json", folder / f"{name}.json", *sorted(folder.glob(f"{name}-*.json"))) if p.exists()), None)
            for name in ("tokenizer_config", "special_tokens_map", "generation_config"):
                if source := take(name):
                    content = json.loads(source.read_text(encoding="utf-8"))
                    if name == "tokenizer_config": content = renumbered(content, vocabulary)
                    if name == "generation_config": content = shrunk(content, 0, end); content.pop("vocab_size")
                    case.write(name + ".json", content)
            source = take("tokenizer")
            if kind == "gpt2" and source: case.write("tokenizer.json", shrunk_tokenizer(source, vocabulary, merges()))
            elif kind == "gpt2":
                case.write("vocab.json", vocabulary).write("merges.txt", "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges()))
            elif source: case.write("tokenizer.json", shrunk_tokenizer(source, vocabulary))
            else: case.write("vocab.txt", "\n".join(words()) + "\n")
            name = (config.get("architectures") or [CLASSES[kind]])[0]
            net = shaken(getattr(transformers, name)(transformers.AutoConfig.from_pretrained(case.dir)), seed=len(ALL["cases-field"]))
            w = tensors(net)
            if not form and kind == "gpt2":  # the published files: bare names, and the mask in every layer
                w = {k.removeprefix("transformer."): v for k, v in w.items()}
                w.update({f"h.{i}.attn.bias": torch.ones(1, 1, POSITIONS, POSITIONS).tril() for i in range(LAYERS)})
            if not form and kind == "bert":  # converted from TensorFlow
                w = {k.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): v for k, v in w.items()}
            case.weights(w)
            tokenizer = transformers.AutoTokenizer.from_pretrained(case.dir)
            if kind == "gpt2": case.lm(net, lambda t: tokenizer(t)["input_ids"])
            else:
                case.encoder(net, lambda t: tokenizer(t)["input_ids"])
                if "MaskedLM" in name or "PreTraining" in name: case.masks(net, lambda t: tokenizer(t)["input_ids"])
                head = {"ForSequenceClassification": "sequenceClassification", "ForTokenClassification": "tokenClassification"}
                for suffix, value in head.items():
                    if name.endswith(suffix): case.expect("info", key="unusedHead", value=value)

# ---- what people reported

def gpt2(seed, vocabulary=297, **options):
    sizes = dict(n_embd=HIDDEN, n_head=HEADS, n_layer=LAYERS, n_positions=POSITIONS, vocab_size=vocabulary, bos_token_id=296, eos_token_id=296)
    return shaken(transformers.GPT2LMHeadModel(transformers.GPT2Config(**{**sizes, **options})), seed)

def bert(seed, cls=transformers.BertForPreTraining, **options):
    sizes = dict(hidden_size=HIDDEN, num_attention_heads=HEADS, num_hidden_layers=LAYERS, intermediate_size=24, max_position_embeddings=POSITIONS, vocab_size=len(words()))
    return shaken(cls(transformers.BertConfig(**{**sizes, **options})), seed)

def auto(case, special=True):
    t = transformers.AutoTokenizer.from_pretrained(case.dir)
    return lambda text: t(text, add_special_tokens=special)["input_ids"]

def reported(id, title): return Case("cases-reported", id, title)

def reports():
    base = byte_tokenizer(); encode = lambda t: base.encode(t).ids
    # config.json and generation_config.json
    net = gpt2(101); stop = net.generate(torch.tensor([encode(PROMPTS[0])]), do_sample=False, max_new_tokens=6, pad_token_id=0)[0, -4:].tolist()[1]
    def ends(id, title, eos, **config):
        c = reported(id, title).config(net, **config).tokenizer(base).weights(tensors(net))
        return c.greedy(net, encode(PROMPTS[0]), PROMPTS[0], 20, eos=eos, reason="endOfText")
    ends("eos-list", "eos_token_id is a list in config.json (zml #119)", [295, stop], eos_token_id=[295, stop])
    ends("eos-generation-list", "generation_config.json names other ends (transformers #27880)", [295, stop]).write("generation_config.json", {"eos_token_id": [295, stop], "_from_model_config": True})
    ends("eos-generation-one", "generation_config.json names one other end", stop).write("generation_config.json", {"bos_token_id": 296, "eos_token_id": stop, "transformers_version": "4.57.3"})
    ends("eos-generation-null", "generation_config.json says null, and config.json counts", stop, eos_token_id=stop).write("generation_config.json", {"eos_token_id": None})
    c = reported("no-model-type-gpt2", "a config.json of 2019, without model_type").config(net, model_type="absent", architectures=None, n_ctx=POSITIONS).tokenizer(base).weights(tensors(net)); c.lm(net, encode)
    c = reported("general-names", "sizes under the names that transformers takes for every architecture").config(net, n_embd="absent", n_head="absent", n_layer="absent", n_positions="absent", hidden_size=HIDDEN, num_attention_heads=HEADS, num_hidden_layers=LAYERS, max_position_embeddings=POSITIONS).tokenizer(base).weights(tensors(net)); c.lm(net, encode)
    c = reported("byte-order-mark", "a config.json with a byte order mark and Windows' line ends").tokenizer(base).weights(tensors(net)); c.write("config.json", "\ufeff" + json.dumps(json.loads(net.config.to_json_string(use_diff=False)), indent=1).replace("\n", "\r\n")).lm(net, encode)
    reported("cross-attention", "layers that attend to an encoder too cannot be run").config(net, add_cross_attention=True).tokenizer(base).weights(tensors(net)).expect("refuse", codes=["unsupportedModel"])
    c = reported("gpt2-classifier", "a GPT-2 that was made a classifier is one without a head here, and is said to be").config(net, architectures=["GPT2ForSequenceClassification"]).tokenizer(base).weights({**tensors(net), "score.weight": torch.ones(2, HIDDEN)}); c.expect("info", key="unusedHead", value="sequenceClassification").lm(net, encode, PROMPTS[:1])
    # tokenizers of GPT-2
    padded = byte_tokenizer(); padded.add_special_tokens(["[PAD]"])
    c = reported("pad-beyond-the-rows", "[PAD] was added to the tokenizer, and the model not resized (transformers #29899)").config(net).tokenizer(padded).weights(tensors(net)); c.lm(net, encode)
    c.expect("throws", call="generate", text="a [PAD] b", options={"maxNewTokens": 1}, codes=["badRequest"])
    c = reported("prefix-space", "add_prefix_space in tokenizer_config.json only (transformers #25563)").config(net).tokenizer(base).weights(tensors(net)).write("tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True}); c.lm(net, auto(c))
    wide = gpt2(102, 301, bos_token_id=298, eos_token_id=299)
    def own_files(c, special="<|endoftext|>"): return c.write("vocab.json", byte_vocabulary(special)).write("merges.txt", "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges()))
    c = own_files(reported("added-tokens", "vocab.json, merges.txt, added_tokens.json, special_tokens_map.json (ru-gpts #24)")).config(wide).weights(tensors(wide))
    c.write("added_tokens.json", {"<pad>": 297, "<s>": 298, "</s>": 299, "кот": 300}).write("special_tokens_map.json", {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<|endoftext|>"}).write("tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer"})
    c.lm(wide, auto(c), ["<s>Once upon a time</s>", "кот и  коты<pad>"])
    c = reported("added-tokens-decoder", "tokens with options in tokenizer_config.json that tokenizer.json does not have").config(wide).tokenizer(base).weights(tensors(wide))
    flags = dict(lstrip=False, rstrip=False, single_word=False, normalized=False, special=True)
    c.write("tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer", "added_tokens_decoder": {"296": {"content": "<|endoftext|>", **flags}, "297": {"content": "<l>", **flags, "lstrip": True}, "298": {"content": "<r>", **flags, "rstrip": True}, "299": {"content": "on", **flags, "single_word": True, "special": False}}, "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"})
    c.lm(wide, auto(c), ["a  <l> b <r>  c", "on once on"])
    c = own_files(reported("add-bos", "add_bos_token without a tokenizer.json")).config(net).weights(tensors(net)).write("tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True, "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}); c.lm(net, auto(c))
    closed = Tokenizer.from_str(base.to_str()); closed.post_processor = processors.TemplateProcessing(single="<|endoftext|> $A <|endoftext|>", pair=None, special_tokens=[("<|endoftext|>", 296)])
    c = reported("template-closes", "a template that puts an end behind every text: a prompt is not finished").config(net).tokenizer(closed).weights(tensors(net)); c.lm(net, lambda t: [296] + encode(t))
    net = gpt2(103, len(words()), bos_token_id=2, eos_token_id=3); cased = piece_tokenizer(False); plain = lambda t: cased.encode(t, add_special_tokens=False).ids
    c = reported("gpt2-with-wordpiece", "GPT-2 with BERT's vocab.txt, as the Chinese ones have it (GPT2-Chinese #89)").config(net).weights(tensors(net)).write("vocab.txt", "\n".join(words()) + "\n").write("tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "do_lower_case": False})
    c.lm(net, plain, ["the king said 猫"])
    last = c.spec["ops"][-1]; text = "".join(w[2:] if w.startswith("##") else " " + w for w in (words()[i] for i in last["ids"])); last["reads"] = text
    c = own_files(reported("other-class", "a tokenizer class that cuts words in its own way, without a tokenizer.json")).config(gpt2(104)).weights(tensors(gpt2(104))).write("tokenizer_config.json", {"tokenizer_class": "CTRLTokenizer"}); c.expect("refuse", codes=["unsupportedModel"])
    # BERT
    net = bert(111)
    lower = piece_tokenizer(); encode_lower = lambda t: lower.encode(t).ids
    c = reported("config-lowers", "tokenizer.json keeps case, tokenizer_config.json says do_lower_case (transformers #10650)").config(net).tokenizer(piece_tokenizer(False)).weights(tensors(net)).write("tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "do_lower_case": True}); c.encoder(net, auto(c))
    c = reported("config-keeps-accents", "strip_accents false beside a tokenizer.json that says nothing").config(net).tokenizer(lower).weights(tensors(net)).write("tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "strip_accents": False}); c.encoder(net, auto(c))
    c = reported("generic-class", "PreTrainedTokenizerFast takes tokenizer.json as it is").config(net).tokenizer(piece_tokenizer(False)).weights(tensors(net)).write("tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": True}); c.encoder(net, lambda t: piece_tokenizer(False).encode(t).ids)
    renamed = [{"[CLS]": "<cls>", "[SEP]": "<sep>", "[UNK]": "<unk>", "[PAD]": "<pad>", "[MASK]": "<gap>"}.get(w, w) for w in words()]
    c = reported("own-special-names", "a vocab.txt whose special tokens have other names").config(net).weights(tensors(net)).write("vocab.txt", "\n".join(renamed) + "\n").write("special_tokens_map.json", {"cls_token": "<cls>", "sep_token": "<sep>", "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": {"content": "<gap>", "lstrip": True, "normalized": False, "rstrip": False, "single_word": False}}).write("tokenizer_config.json", {"do_lower_case": True, "tokenizer_class": "BertTokenizer"})
    c.encoder(net, encode_lower); ids = encode_lower("the [MASK] sat")
    with torch.no_grad(): c.expect("mask", text="the <gap> sat", ids=[net(torch.tensor([ids])).prediction_logits[0, 2].topk(5).indices.tolist()])
    c.expect("info", key="maskToken", value="<gap>")
    c = reported("mecab", "a BERT whose words are cut by MeCab (bert-japanese #14)").config(net).weights(tensors(net)).write("vocab.txt", "\n".join(words()) + "\n").write("tokenizer_config.json", {"tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab", "subword_tokenizer_type": "wordpiece"}); c.expect("refuse", codes=["unsupportedModel"])
    one = bert(112, transformers.BertModel, type_vocab_size=1)
    c = reported("one-token-type", "one token type, and a pair of texts (AlephBERT #5)").config(one).tokenizer(lower).weights(tensors(one)).encoder(one, encode_lower); c.expect("throws", call="inspect", text="the king", options={"pair": "the cat"}, codes=["badRequest"])
    untied = bert(113, tie_word_embeddings=False)
    c = reported("untied-biases", "an untied masked head with two biases: the decoder's own is added").config(untied).tokenizer(lower).weights({k: v.detach().clone().contiguous() for k, v in untied.state_dict().items()}); c.masks(untied, encode_lower)
    tiny = {"hidden_size": HIDDEN, "hidden_act": "gelu", "initializer_range": 0.02, "vocab_size": len(words()), "hidden_dropout_prob": 0.1, "num_attention_heads": HEADS, "type_vocab_size": 2, "max_position_embeddings": POSITIONS, "num_hidden_layers": LAYERS, "intermediate_size": 24, "attention_probs_dropout_prob": 0.1}
    c = reported("no-model-type-bert", "a config.json with sizes alone, as bert-tiny's").write("config.json", tiny).write("vocab.txt", "\n".join(words()) + "\n").weights(tensors(net)); c.encoder(net, encode_lower)
    c = reported("no-model-type-roberta", "RoBERTa's config.json of 2019 names no model_type; run as BERT it would give wrong vectors").write("config.json", {**tiny, "type_vocab_size": 1}).tokenizer(base).weights(tensors(net)); c.expect("refuse", codes=["unsupportedModel"])
    c = reported("decoder-bert", "a BERT that was made a decoder").config(net, is_decoder=True, add_cross_attention=True).tokenizer(lower).weights(tensors(net)); c.expect("refuse", codes=["unsupportedModel"])

    # models of which there are only PyTorch's files
    def only_bin(c, net, zip):
        # Tied tensors share their storage, as in the published files.
        torch.save(dict(net.state_dict()), str(c.dir / "pytorch_model.bin"), _use_new_zipfile_serialization=zip); return c
    small = gpt2(105, 302, n_inner=None, bos_token_id=298, eos_token_id=299)
    c = own_files(reported("rugpt3small-form", "a GPT-2 as ruGPT-3 was published: PyTorch's file, vocab.json, merges.txt, added tokens")).config(small, n_ctx=POSITIONS)
    c.write("added_tokens.json", {"<pad>": 297, "<s>": 298, "</s>": 299, "<mask>": 300}).write("special_tokens_map.json", {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<|endoftext|>", "pad_token": "<pad>", "mask_token": "<mask>"}).write("tokenizer_config.json", {"errors": "replace", "tokenizer_class": "GPT2Tokenizer", "model_max_length": POSITIONS})
    only_bin(c, small, True).lm(small, auto(c))
    ru = bert(114)
    c = reported("rubert-form", "a BERT as ruBERT was published: PyTorch's file of before 1.6, vocab.txt, cased").config(ru, directionality="bidi", pooler_fc_size=HIDDEN, pooler_num_attention_heads=HEADS, pooler_num_fc_layers=3, pooler_size_per_head=8, pooler_type="first_token_transform", output_past=True).write("vocab.txt", "\n".join(words()) + "\n").write("tokenizer_config.json", {"do_lower_case": False, "max_len": POSITIONS}).write("special_tokens_map.json", {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"})
    only_bin(c, ru, False).encoder(ru, auto(c)); c.masks(ru, auto(c))
    e = transformers.AutoTokenizer.from_pretrained(c.dir)("the king", "The cat", return_tensors="pt")
    with torch.no_grad(): c.numbers("next", ru(**e).seq_relationship_logits[0], text="the king", pair="The cat")

field(); reports()
for fixture, cases in ALL.items():
    (OUT / fixture / "cases.json").write_text(json.dumps(cases, ensure_ascii=False, indent=0), encoding="utf-8")
    print(fixture, len(cases), "models,", sum(len(c["ops"]) for c in cases), "operations")
