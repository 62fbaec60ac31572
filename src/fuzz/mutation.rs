//! Mutations: bits, bytes, lengths, cuts and splices.

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;

use super::corpus::Format;

/// Integers at the limits of sizes.
const LENGTHS: [u64; 20] = [
    0,
    1,
    2,
    3,
    4,
    31,
    32,
    33,
    64,
    255,
    1 << 12,
    1 << 16,
    1 << 31,
    (1 << 32) - 1,
    1 << 32,
    1 << 40,
    1 << 60,
    i64::MAX as u64,
    1 << 63,
    u64::MAX,
];
/// The largest number of mutations of a file.
const MOST: usize = 8;
/// Words of JSON headers to insert.
const WORDS: [&str; 22] = [
    "F32",
    "F16",
    "BF16",
    "I8",
    "U8",
    "I64",
    "BOOL",
    "F8_E4M3",
    "int8-channel",
    "int4-g32",
    "int4-g64-asymmetric",
    "int8-minmax",
    "q8_0",
    "q4_1",
    "f16",
    ".scale",
    ".minimum",
    "__metadata__",
    "lectern.quantization",
    "null",
    "[]",
    "-1",
];

/// Pickle opcodes that pop, combine or copy values, and short programs.
const OPCODES: [&[u8]; 25] = [
    b"(",
    b")",
    b"t",
    b"R",
    b"Q",
    b"b",
    b"e",
    b"u",
    b"s",
    b"0",
    b"1",
    b"2",
    b"]",
    b"}",
    b".",
    b"\x81",
    b"\x85",
    b"\x93",
    b"\x94",
    b"h\x00",
    b"h\x05",
    b"q\x03",
    b"K\x00",
    b"J\xff\xff\xff\xff",
    b"ctorch._tensor\n_rebuild_from_type_v2\n",
];

/// One of the files, mutated once or more.
pub(super) fn mutate(corpus: &[(Format, Vec<u8>)], random: &mut ChaCha8Rng) -> (Format, Vec<u8>) {
    let (format, file) = &corpus[random.random_range(0..corpus.len())];
    let mut file = file.clone();
    for _ in 0..MOST {
        if file.is_empty() {
            break;
        }
        mutate_once(&mut file, *format, corpus, random);
        // A reader gets further in a file with few mutations.
        if random.random_bool(0.6) {
            break;
        }
    }
    (*format, file)
}

fn mutate_once(
    file: &mut Vec<u8>,
    format: Format,
    corpus: &[(Format, Vec<u8>)],
    random: &mut ChaCha8Rng,
) {
    let position = random.random_range(0..file.len());
    let end = (position + random.random_range(1..64)).min(file.len());
    let overwrite = |file: &mut Vec<u8>, bytes: &[u8]| {
        for (old, new) in file[position..].iter_mut().zip(bytes) {
            *old = *new;
        }
    };
    match random.random_range(0..12) {
        0 | 1 => file[position] ^= 1 << random.random_range(0..8),
        2 => file[position] = [0, 1, 0x7f, 0x80, 0xff, b'9', b'"', b'{'][random.random_range(0..8)],
        3 | 4 => {
            let length = LENGTHS[random.random_range(0..LENGTHS.len())];
            overwrite(file, &length.to_le_bytes());
        }
        5 => overwrite(file, &random.random_range(0..40u32).to_le_bytes()),
        6 => file.truncate(position),
        7 => drop(file.drain(position..end)),
        8 => {
            let copied = file[position..end].to_vec();
            let target = random.random_range(0..=file.len());
            file.splice(target..target, copied);
        }
        9 => {
            let others: Vec<_> = corpus.iter().filter(|(other, _)| *other == format).collect();
            let (_, other) = others[random.random_range(0..others.len())];
            let from = random.random_range(0..other.len());
            let to = (from + random.random_range(1..128)).min(other.len());
            file.splice(position..end, other[from..to].iter().copied());
        }
        10 | 11 if format == Format::Pytorch => {
            let code = OPCODES[random.random_range(0..OPCODES.len())];
            // Replaces as many bytes, or is inserted.
            let replaced = if random.random_bool(0.7) { code.len() } else { 0 };
            file.splice(position..(position + replaced).min(file.len()), code.iter().copied());
        }
        10 if format == Format::Safetensors => change_number(file, position, random),
        11 if format == Format::Safetensors => {
            let word = WORDS[random.random_range(0..WORDS.len())];
            file.splice(position..(position + word.len()).min(end), word.bytes());
            fit_length(file);
        }
        _ => {
            let mut noise = [0; 8];
            random.fill_bytes(&mut noise);
            overwrite(file, &noise);
        }
    }
}

/// Replaces the next decimal integer by another one, and adjusts the header's length.
fn change_number(file: &mut Vec<u8>, position: usize, random: &mut ChaCha8Rng) {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let Some(start) = file[position..].iter().position(is_digit) else { return };
    let start = position + start;
    let length = file[start..].iter().take_while(|byte| is_digit(byte)).count();
    let number = match random.random_range(0..2) {
        0 => LENGTHS[random.random_range(0..LENGTHS.len())],
        _ => random.random_range(0..100),
    };
    file.splice(start..start + length, number.to_string().bytes());
    fit_length(file);
}

/// Sets the length before a JSON header to that of the header, so that the reader parses it.
fn fit_length(file: &mut [u8]) {
    let Some(end) = file.iter().rposition(|&byte| byte == b'}') else { return };
    if let (Some(length), Some(field)) = ((end + 1).checked_sub(8), file.first_chunk_mut()) {
        *field = (length as u64).to_le_bytes();
    }
}
