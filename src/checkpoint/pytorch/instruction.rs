//! A parser of pickle instructions.

use super::PICKLE_LIMIT;
use crate::error::PytorchReason;

/// The longest line in bytes of the text opcodes: a module's or a function's name, or a number.
const LINE_LIMIT: usize = 1024;
/// The newest known protocol.
const NEWEST: u8 = 5;

/// An instruction of the stack machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Instruction<'a> {
    /// Protocol and frames, which have no effect.
    Nothing,
    Stop,
    Mark,
    Pop,
    PopMark,
    Duplicate,
    None,
    Bool(bool),
    Int(i64),
    /// An integer of more than 64 bits, little-endian.
    Long(&'a [u8]),
    Text(&'a str),
    /// A value that no tensor contains: a float, bytes.
    Other,
    /// Pushes `module.name`.
    Global(&'a str, &'a str),
    /// Pushes `module.name`, with both names from the stack.
    StackGlobal,
    Reduce,
    Build,
    NewObject,
    NewObjectWithKeywords,
    PersistentId,
    /// Packs the top values into a tuple.
    Tuple(usize),
    /// Packs the values above the mark into a tuple.
    MarkTuple,
    /// Packs the values above the mark into a list.
    MarkList,
    /// Packs the values above the mark into a dict.
    MarkDict,
    /// Packs the values above the mark into a frozenset.
    MarkSet,
    EmptyList,
    EmptyDict,
    EmptySet,
    Append,
    Appends,
    SetItem,
    SetItems,
    AddItems,
    Get(u64),
    Put(u64),
    Memoize,
}

/// Parses the first instruction of the bytes, with its length; `None` if it is not complete.
///
/// # Errors
/// A reason, if the bytes are not an instruction of a state dict.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Instruction<'_>, usize)>, PytorchReason> {
    let Some((&code, rest)) = bytes.split_first() else { return Ok(None) };
    let mut operands = Operands { rest };
    match operands.instruction(code) {
        Ok(instruction) => Ok(Some((instruction, bytes.len() - operands.rest.len()))),
        Err(Stop::More) => Ok(None),
        Err(Stop::Bad(reason)) => Err(reason),
    }
}

/// The reason why there is no instruction.
enum Stop {
    /// The instruction is not complete.
    More,
    Bad(PytorchReason),
}

/// The bytes after an opcode.
struct Operands<'a> {
    rest: &'a [u8],
}

impl<'a> Operands<'a> {
    fn instruction(&mut self, code: u8) -> Result<Instruction<'a>, Stop> {
        use Instruction as I;
        Ok(match code {
            0x80 => match self.array::<1>()?[0] {
                protocol if protocol > NEWEST => {
                    return Err(Stop::Bad(PytorchReason::PickleProtocol {
                        protocol: protocol.into(),
                    }));
                }
                _ => I::Nothing,
            },
            0x95 => self.array::<8>().map(|_| I::Nothing)?,
            b'.' => I::Stop,
            b'(' => I::Mark,
            b'0' => I::Pop,
            b'1' => I::PopMark,
            b'2' => I::Duplicate,
            b'N' => I::None,
            0x88 => I::Bool(true),
            0x89 => I::Bool(false),
            b'K' => I::Int(self.array::<1>()?[0].into()),
            b'M' => I::Int(u16::from_le_bytes(self.array()?).into()),
            b'J' => I::Int(i32::from_le_bytes(self.array()?).into()),
            b'I' => match self.line()? {
                "00" => I::Bool(false),
                "01" => I::Bool(true),
                line => I::Int(integer(line)?),
            },
            b'L' => {
                let line = self.line()?;
                I::Int(integer(line.strip_suffix('L').unwrap_or(line))?)
            }
            0x8a => {
                let length = self.array::<1>()?[0].into();
                long(self.take(length)?)
            }
            0x8b => {
                let length = u32::from_le_bytes(self.array()?).into();
                long(self.take(length)?)
            }
            b'G' => self.array::<8>().map(|_| I::Other)?,
            b'F' => self.line().map(|_| I::Other)?,
            b'X' => {
                let length = u32::from_le_bytes(self.array()?).into();
                I::Text(self.text(length)?)
            }
            0x8c => {
                let length = self.array::<1>()?[0].into();
                I::Text(self.text(length)?)
            }
            0x8d => {
                let length = u64::from_le_bytes(self.array()?);
                I::Text(self.text(length)?)
            }
            // Python 2's byte strings, which are text if they are names.
            b'U' => {
                let length = self.array::<1>()?[0].into();
                string(self.take(length)?)
            }
            b'T' => {
                let length = u32::from_le_bytes(self.array()?).into();
                string(self.take(length)?)
            }
            b'V' => unescaped(self.line()?),
            b'S' => unescaped(self.line()?.trim_matches(['\'', '"'])),
            b'C' => {
                let length = self.array::<1>()?[0].into();
                self.take(length).map(|_| I::Other)?
            }
            b'B' => {
                let length = u32::from_le_bytes(self.array()?).into();
                self.take(length).map(|_| I::Other)?
            }
            0x8e | 0x96 => {
                let length = u64::from_le_bytes(self.array()?);
                self.take(length).map(|_| I::Other)?
            }
            b'c' => I::Global(self.line()?, self.line()?),
            0x93 => I::StackGlobal,
            // An instance of a class: refused for the class's name, since state dicts have none.
            b'i' => I::Global(self.line()?, self.line()?),
            b'R' => I::Reduce,
            b'b' => I::Build,
            0x81 => I::NewObject,
            0x92 => I::NewObjectWithKeywords,
            b'Q' => I::PersistentId,
            b')' => I::Tuple(0),
            0x85 => I::Tuple(1),
            0x86 => I::Tuple(2),
            0x87 => I::Tuple(3),
            b't' => I::MarkTuple,
            b'l' => I::MarkList,
            b'd' => I::MarkDict,
            0x91 => I::MarkSet,
            b']' => I::EmptyList,
            b'}' => I::EmptyDict,
            0x8f => I::EmptySet,
            b'a' => I::Append,
            b'e' => I::Appends,
            b's' => I::SetItem,
            b'u' => I::SetItems,
            0x90 => I::AddItems,
            b'h' => I::Get(self.array::<1>()?[0].into()),
            b'j' => I::Get(u32::from_le_bytes(self.array()?).into()),
            b'g' => I::Get(index(self.line()?)?),
            b'q' => I::Put(self.array::<1>()?[0].into()),
            b'r' => I::Put(u32::from_le_bytes(self.array()?).into()),
            b'p' => I::Put(index(self.line()?)?),
            0x94 => I::Memoize,
            other => {
                let opcode = format!("{other:#04x}");
                return Err(Stop::Bad(PytorchReason::PickleOpcode { opcode }));
            }
        })
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let (array, rest) = self.rest.split_first_chunk().ok_or(Stop::More)?;
        self.rest = rest;
        Ok(*array)
    }

    /// Takes so many bytes. A length beyond the limit is refused at once.
    fn take(&mut self, length: u64) -> Result<&'a [u8], Stop> {
        let fitting = usize::try_from(length).ok().filter(|&length| length <= PICKLE_LIMIT);
        let length = fitting.ok_or(Stop::Bad(PytorchReason::PickleValue))?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Stop::More)?;
        self.rest = rest;
        Ok(taken)
    }

    fn text(&mut self, length: u64) -> Result<&'a str, Stop> {
        utf8(self.take(length)?)
    }

    /// Takes a line, without its end.
    fn line(&mut self) -> Result<&'a str, Stop> {
        let end = self.rest.iter().take(LINE_LIMIT).position(|&byte| byte == b'\n');
        match end {
            Some(end) => {
                let (line, rest) = (&self.rest[..end], &self.rest[end + 1..]);
                self.rest = rest;
                utf8(line.strip_suffix(b"\r").unwrap_or(line))
            }
            None if self.rest.len() >= LINE_LIMIT => Err(Stop::Bad(PytorchReason::PickleValue)),
            None => Err(Stop::More),
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Stop> {
    str::from_utf8(bytes).map_err(|_| Stop::Bad(PytorchReason::PickleValue))
}

/// Bytes as text if they are UTF-8.
fn string(bytes: &[u8]) -> Instruction<'_> {
    str::from_utf8(bytes).map_or(Instruction::Other, Instruction::Text)
}

/// A string of protocol 0. Names contain nothing to escape.
fn unescaped(line: &str) -> Instruction<'_> {
    if line.contains('\\') { Instruction::Other } else { Instruction::Text(line) }
}

fn integer(line: &str) -> Result<i64, Stop> {
    line.parse().map_err(|_| Stop::Bad(PytorchReason::PickleValue))
}

fn index(line: &str) -> Result<u64, Stop> {
    line.parse().map_err(|_| Stop::Bad(PytorchReason::PickleValue))
}

/// An integer in two's complement, of any length.
fn long(bytes: &[u8]) -> Instruction<'_> {
    let Some(sign) = bytes.last().map(|last| if last & 0x80 == 0 { 0 } else { 0xff }) else {
        return Instruction::Int(0);
    };
    let mut extended = [sign; 8];
    match extended.get_mut(..bytes.len()) {
        Some(low) => {
            low.copy_from_slice(bytes);
            Instruction::Int(i64::from_le_bytes(extended))
        }
        None => Instruction::Long(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(bytes: &[u8]) -> Instruction<'_> {
        let (instruction, length) = parse(bytes).unwrap().unwrap();
        assert_eq!(length, bytes.len());
        // Every prefix is incomplete.
        for kept in 0..length {
            assert_eq!(parse(&bytes[..kept]), Ok(None));
        }
        instruction
    }

    #[test]
    fn every_encoding_of_an_integer_or_a_string_is_read() {
        use Instruction as I;
        for (bytes, expected) in [
            (&b"K\xff"[..], I::Int(255)),
            (b"M\xff\xff", I::Int(65535)),
            (b"J\xff\xff\xff\xff", I::Int(-1)),
            (b"I-12\n", I::Int(-12)),
            (b"I01\n", I::Bool(true)),
            (b"L77L\n", I::Int(77)),
            (b"\x8a\0", I::Int(0)),
            (b"\x8a\x01\xfe", I::Int(-2)),
            (b"\x8a\x05\0\0\0\0\x01", I::Int(1 << 32)),
            (b"\x8a\x09\0\0\0\0\0\0\0\0\x01", I::Long(&[0, 0, 0, 0, 0, 0, 0, 0, 1])),
            (b"X\x02\0\0\0ab", I::Text("ab")),
            (b"\x8c\x02ab", I::Text("ab")),
            (b"\x8d\x02\0\0\0\0\0\0\0ab", I::Text("ab")),
            (b"U\x02ab", I::Text("ab")),
            (b"U\x02\xff\xff", I::Other),
            (b"S'ab'\n", I::Text("ab")),
            (b"Vab\n", I::Text("ab")),
            (b"cos\nsystem\n", I::Global("os", "system")),
            (b"cos\r\nsystem\r\n", I::Global("os", "system")),
            (b"\x80\x05", I::Nothing),
            (b"\x95\x10\0\0\0\0\0\0\0", I::Nothing),
        ] {
            assert_eq!(parsed(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn invalid_operands_are_refused_before_they_are_complete() {
        for bytes in [
            &b"X\xff\xff\xff\xff"[..],
            b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff",
            b"X\x01\0\0\0\xff",
            b"\x80\x06",
            b"Pid\n",
            b"\x82\x01",
            b"Iten\n",
        ] {
            assert!(parse(bytes).is_err(), "{bytes:?}");
        }
        assert!(parse(&[b'c'; 2000]).is_err());
        assert_eq!(parse(&[b'c'; 500]), Ok(None));
    }
}
