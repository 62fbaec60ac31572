use super::*;

/// llama.cpp's token types.
const NORMAL: i32 = 1;
const UNKNOWN: i32 = 2;
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;

/// Keys with booleans.
type Flags<'a> = &'a [(&'a str, bool)];

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

/// A WordPiece of these tokens, as llama.cpp's converter writes them.
fn wordpiece(tokens: &[(&str, i32)], set: impl FnOnce(&mut Metadata)) -> Result<Tokenizer> {
    let mut metadata = Metadata::default();
    metadata.insert("tokenizer.ggml.model", "bert");
    let names: Vec<&str> = tokens.iter().map(|(name, _)| *name).collect();
    metadata.insert("tokenizer.ggml.tokens", texts(&names));
    let token_types: Vec<i32> = tokens.iter().map(|(_, token_type)| *token_type).collect();
    metadata.insert("tokenizer.ggml.token_type", token_types);
    set(&mut metadata);
    Tokenizer::from_gguf(&metadata)
}

const WORDS: [(&str, i32); 11] = [
    ("[PAD]", CONTROL),
    ("[UNK]", CONTROL),
    ("[CLS]", CONTROL),
    ("[SEP]", CONTROL),
    ("[MASK]", CONTROL),
    ("▁king", NORMAL),
    ("▁King", NORMAL),
    ("▁йод", NORMAL),
    ("▁иод", NORMAL),
    ("▁Йод", NORMAL),
    ("s", NORMAL),
];

fn ids(tokenizer: &Tokenizer, text: &str) -> Vec<u32> {
    tokenizer.encode_texts(text, None, 64).unwrap().ids
}

#[test]
fn a_cased_wordpiece_keeps_case() {
    let lowercase = "tokenizer.ggml.normalizer.lowercase";
    let accents = "tokenizer.ggml.normalizer.strip_accents";
    let old = ["lectern.tokenizer.lowercase", "lectern.tokenizer.strip_accents"];
    let (lowered, kept) = (vec![2, 5, 8, 3], vec![2, 6, 9, 3]);
    let cases: [(Flags<'_>, &Vec<u32>); 7] = [
        (&[], &lowered),
        (&[(lowercase, true)], &lowered),
        (&[(lowercase, false)], &kept),
        (&[(old[0], false)], &kept),
        (&[(lowercase, true), (old[0], false)], &lowered),
        (&[(lowercase, true), (accents, false)], &vec![2, 5, 7, 3]),
        (&[(old[1], false)], &vec![2, 5, 7, 3]),
    ];
    for (flags, expected) in cases {
        let tokenizer =
            wordpiece(&WORDS, |it| flags.iter().for_each(|(key, value)| it.insert(*key, *value)));
        let tokenizer = tokenizer.unwrap();
        assert_eq!(ids(&tokenizer, "King Йод"), *expected, "{flags:?}");
        // The written metadata are the same.
        let mut metadata = Metadata::default();
        tokenizer.to_gguf(WORDS.len(), None, &mut metadata).unwrap();
        let is_lowered = expected[1] == 5;
        assert_eq!(metadata.flag(lowercase), Ok(Some(is_lowered)), "{flags:?}");
        assert_eq!(metadata.flag(accents), Ok(Some(expected[2] == 8)), "{flags:?}");
        assert_eq!(ids(&Tokenizer::from_gguf(&metadata).unwrap(), "King Йод"), *expected);
    }
}

#[test]
fn special_tokens_are_those_that_keys_name() {
    let tokens = [
        ("▁king", NORMAL),
        ("s", NORMAL),
        ("<s>", NORMAL),
        ("<e>", NORMAL),
        ("<u>", NORMAL),
        ("<m>", NORMAL),
    ];
    let keys = [("bos", 2), ("seperator", 3), ("unknown", 4), ("mask", 5)];
    let set = |metadata: &mut Metadata| {
        for (name, id) in keys {
            metadata.insert(format!("tokenizer.ggml.{name}_token_id"), id as u32);
        }
    };
    let tokenizer = wordpiece(&tokens, set).unwrap();
    assert_eq!(ids(&tokenizer, "kings <m> queen"), [2, 0, 1, 5, 4, 3]);
    assert_eq!(tokenizer.mask(), Some((5, "<m>".into())));
    let mut metadata = Metadata::default();
    tokenizer.to_gguf(tokens.len(), None, &mut metadata).unwrap();
    for (name, id) in keys {
        if name != "mask" {
            let key = format!("tokenizer.ggml.{name}_token_id");
            assert_eq!(metadata.integer(&key), Ok(Some(id)), "{key}");
        }
    }
    // Without keys BERT's own names are searched, and reported as missing.
    let error = wordpiece(&tokens, |_| ()).unwrap_err().to_string();
    assert!(error.contains("[UNK]"), "{error}");
    // An id out of range counts as absent.
    let far = |metadata: &mut Metadata| metadata.insert("tokenizer.ggml.bos_token_id", 999u32);
    assert_eq!(ids(&wordpiece(&WORDS, far).unwrap(), "king"), [2, 5, 3]);
}

#[test]
fn tokens_that_were_added_to_a_wordpiece_are_found() {
    let mut tokens = WORDS.to_vec();
    tokens.extend([("[E1]", CONTROL), ("▁kings", USER_DEFINED), ("▁the", UNKNOWN)]);
    let tokenizer = wordpiece(&tokens, |_| ()).unwrap();
    assert_eq!(ids(&tokenizer, "[E1]king[E1]kings"), [2, 11, 5, 11, 12, 3]);
}

/// A byte-level tokenizer of the letters, a space and some added tokens.
fn byte_level(added: &[(&str, i32)], set: impl FnOnce(&mut Metadata)) -> Result<Tokenizer> {
    let letters = ('a'..='z').map(|letter| (letter.to_string(), NORMAL));
    let others = added.iter().map(|(name, token_type)| ((*name).to_owned(), *token_type));
    let (tokens, token_types): (Vec<String>, Vec<i32>) =
        letters.chain([("Ġ".to_owned(), NORMAL)]).chain(others).unzip();
    let mut metadata = Metadata::default();
    metadata.insert("tokenizer.ggml.model", "gpt2");
    metadata.insert("tokenizer.ggml.tokens", tokens);
    metadata.insert("tokenizer.ggml.token_type", token_types);
    metadata.insert("tokenizer.ggml.merges", Vec::<String>::new());
    set(&mut metadata);
    Tokenizer::from_gguf(&metadata)
}

#[test]
fn tokens_before_and_after_a_text_are_added() {
    let special = [("<b>", CONTROL), ("<e>", CONTROL)];
    let set = |flags: Flags<'static>| {
        move |metadata: &mut Metadata| {
            metadata.insert("tokenizer.ggml.bos_token_id", 27u32);
            metadata.insert("tokenizer.ggml.eos_token_id", 28u32);
            flags.iter().for_each(|(key, is_so)| metadata.insert(*key, *is_so));
        }
    };
    let (first, last) = ("tokenizer.ggml.add_bos_token", "tokenizer.ggml.add_eos_token");
    let cases: [(Flags<'static>, &[u32]); 5] = [
        (&[], &[0]),
        (&[("tokenizer.ggml.add_bos_token", true)], &[27, 0]),
        (&[("tokenizer.ggml.add_bos_token", false)], &[0]),
        (&[("tokenizer.ggml.add_eos_token", true)], &[0, 28]),
        (
            &[("tokenizer.ggml.add_bos_token", true), ("tokenizer.ggml.add_eos_token", true)],
            &[27, 0, 28],
        ),
    ];
    for (flags, expected) in cases {
        let tokenizer = byte_level(&special, set(flags)).unwrap();
        assert_eq!(ids(&tokenizer, "a"), expected, "{flags:?}");
        // A prompt gets no closing token.
        let prompt: Vec<u32> = expected.iter().copied().filter(|id| *id != 28).collect();
        assert_eq!(tokenizer.encode("a").unwrap(), prompt, "{flags:?}");
        let mut metadata = Metadata::default();
        tokenizer.to_gguf(29, Some(28), &mut metadata).unwrap();
        assert_eq!(metadata.flag(first).unwrap().unwrap_or(false), expected[0] == 27);
        assert_eq!(metadata.flag(last).unwrap().unwrap_or(false), expected.ends_with(&[28]));
        assert_eq!(ids(&Tokenizer::from_gguf(&metadata).unwrap(), "a"), expected);
    }
    let error = byte_level(&[], |metadata| metadata.insert(first, true)).unwrap_err();
    assert!(matches!(error, LecternError::BadFile { .. }), "{error}");
}

#[test]
fn added_tokens_keep_what_they_do_with_spaces() {
    let added =
        [("<c>", CONTROL), ("user", USER_DEFINED), ("<left>", CONTROL), ("one", USER_DEFINED)];
    let tokenizer = byte_level(&added, |metadata| {
        metadata.insert("lectern.tokenizer.lstrip", vec![29]);
        metadata.insert("lectern.tokenizer.single_word", vec![30]);
    });
    let tokenizer = tokenizer.unwrap();
    let text = "a <c> user  <left> one ones";
    let expected = [0, 26, 27, 26, 28, 29, 26, 30, 26, 14, 13, 4, 18];
    assert_eq!(ids(&tokenizer, text), expected);
    let mut metadata = Metadata::default();
    tokenizer.to_gguf(31, None, &mut metadata).unwrap();
    assert_eq!(ids(&Tokenizer::from_gguf(&metadata).unwrap(), text), expected);
}

#[test]
fn gpt2s_pre_tokenizer_has_several_names() {
    let named = |name: &'static str| {
        byte_level(&[], move |metadata| metadata.insert("tokenizer.ggml.pre", name))
    };
    for name in ["gpt-2", "default", "phi-2", "mpt", "olmo", "jais", "exaone4", "modern-bert"] {
        assert_eq!(ids(&named(name).unwrap(), "a b"), [0, 26, 1], "{name}");
    }
    for name in ["llama-bpe", "qwen2", "starcoder", "falcon", "GPT-2", "something"] {
        let error = named(name).unwrap_err();
        assert!(matches!(error, LecternError::UnsupportedModel { .. }), "{error}");
    }
}
