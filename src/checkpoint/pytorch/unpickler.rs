//! The stack machine that interprets pickles. It builds values, and runs no code.

use std::collections::HashMap;

use super::{
    PICKLE_LIMIT,
    globals::Global,
    instruction::{Instruction, parse},
    rebuild,
    value::{Heap, Value},
};
use crate::error::{LecternError, PytorchReason, Result, UnsupportedReason};

/// PyTorch's magic number, 0x1950a86a20f9469cfc6c, as a pickle encodes it.
const MAGIC: &[u8] = &[0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// The most characters of a refused name in an error.
const SHOWN: usize = 200;

/// An interpreter of one pickle that is fed in chunks.
#[derive(Debug)]
pub(super) struct Unpickler {
    file: String,
    heap: Heap,
    stack: Vec<Value>,
    /// The height of the stack at each mark.
    marks: Vec<usize>,
    memo: HashMap<u64, Value>,
    /// Bytes of the executed instructions.
    length: usize,
    result: Option<Value>,
}

impl Unpickler {
    /// An interpreter for a pickle in that file.
    pub fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            heap: Heap::default(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            length: 0,
            result: None,
        }
    }

    /// Executes the complete instructions, and returns their number of bytes; the rest must be fed again.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`] for an unknown name, [`LecternError::BadFile`] for an invalid pickle.
    pub fn run(&mut self, bytes: &[u8]) -> Result<usize> {
        let mut used = 0;
        while self.result.is_none() {
            let parsed = parse(&bytes[used..]).map_err(|reason| self.bad(reason))?;
            let Some((instruction, length)) = parsed else { break };
            used += length;
            self.length += length;
            if self.length > PICKLE_LIMIT {
                return Err(self.bad(PytorchReason::PickleTooLong { limit: PICKLE_LIMIT as u64 }));
            }
            self.execute(instruction)?;
        }
        Ok(used)
    }

    /// Bytes of the pickle so far.
    pub fn length(&self) -> u64 {
        self.length as u64
    }

    /// Whether the pickle has ended.
    pub fn is_finished(&self) -> bool {
        self.result.is_some()
    }

    /// The result, with the heap of its contents; `None` before the end.
    pub fn into_result(self) -> Option<(Value, Heap)> {
        self.result.map(|result| (result, self.heap))
    }

    fn bad(&self, reason: PytorchReason) -> LecternError {
        LecternError::bad_file(&self.file, reason)
    }

    fn execute(&mut self, instruction: Instruction<'_>) -> Result<()> {
        use Instruction as I;
        let value = match instruction {
            I::Nothing => return Ok(()),
            I::Stop => {
                self.result = Some(self.pop()?);
                return Ok(());
            }
            I::Mark => {
                self.marks.push(self.stack.len());
                return Ok(());
            }
            I::Pop if self.marks.last() == Some(&self.stack.len()) => {
                self.marks.pop();
                return Ok(());
            }
            I::Pop => return self.pop().map(drop),
            I::PopMark => return self.pop_to_mark().map(drop),
            I::Duplicate => self.top()?,
            I::None => Value::None,
            I::Bool(value) => Value::Bool(value),
            I::Int(value) => Value::Int(value),
            I::Long(MAGIC) => Value::Magic,
            I::Long(_) | I::Other | I::EmptySet => Value::Other,
            I::Text(text) => self.heap.text(text),
            I::Global(module, name) => self.global(module, name)?,
            I::StackGlobal => {
                let (name, module) = (self.pop()?, self.pop()?);
                let names = [module, name].map(|name| self.heap.as_text(name).cloned());
                let [Some(module), Some(name)] = names else {
                    return Err(self.bad(PytorchReason::PickleMisuse));
                };
                self.global(&module, &name)?
            }
            I::Reduce | I::NewObject => {
                let (arguments, callee) = (self.pop()?, self.pop()?);
                self.call(callee, arguments)?
            }
            I::NewObjectWithKeywords => {
                let (keywords, arguments, callee) = (self.pop()?, self.pop()?, self.pop()?);
                if self.heap.as_dict(keywords).is_none_or(|keywords| !keywords.is_empty()) {
                    return Err(self.bad(PytorchReason::PickleMisuse));
                }
                self.call(callee, arguments)?
            }
            I::Build => return self.build(),
            I::PersistentId => {
                let id = self.pop()?;
                rebuild::storage(&mut self.heap, id).map_err(|reason| self.bad(reason))?
            }
            I::Tuple(length) => {
                let start =
                    self.stack.len().checked_sub(length).filter(|start| *start >= self.bottom());
                let values = self.stack.split_off(start.ok_or_else(|| self.underflow())?);
                self.heap.tuple(values)
            }
            I::MarkTuple => {
                let values = self.pop_to_mark()?;
                self.heap.tuple(values)
            }
            I::MarkList => {
                let values = self.pop_to_mark()?;
                self.heap.list(values)
            }
            I::MarkDict => {
                let entries = self.pop_entries()?;
                self.heap.dict(entries)
            }
            I::MarkSet => self.pop_to_mark().map(|_| Value::Other)?,
            I::EmptyList => self.heap.list(Vec::new()),
            I::EmptyDict => self.heap.dict(Vec::new()),
            I::Append => {
                let value = self.pop()?;
                return self.append(&[value]);
            }
            I::Appends => {
                let values = self.pop_to_mark()?;
                return self.append(&values);
            }
            I::SetItem => {
                let (value, key) = (self.pop()?, self.pop()?);
                return self.set(&[(key, value)]);
            }
            I::SetItems => {
                let entries = self.pop_entries()?;
                return self.set(&entries);
            }
            I::AddItems => {
                self.pop_to_mark()?;
                return match self.top()? {
                    Value::Other => Ok(()),
                    _ => Err(self.bad(PytorchReason::PickleMisuse)),
                };
            }
            I::Get(index) => match self.memo.get(&index) {
                Some(&value) => value,
                None => return Err(self.bad(PytorchReason::PickleStack)),
            },
            I::Put(index) => {
                let value = self.top()?;
                self.memo.insert(index, value);
                return Ok(());
            }
            I::Memoize => {
                let value = self.top()?;
                self.memo.insert(self.memo.len() as u64, value);
                return Ok(());
            }
        };
        self.stack.push(value);
        Ok(())
    }

    /// The height of the last mark, below which nothing can be popped.
    fn bottom(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn underflow(&self) -> LecternError {
        self.bad(PytorchReason::PickleStack)
    }

    fn pop(&mut self) -> Result<Value> {
        if self.stack.len() <= self.bottom() {
            return Err(self.underflow());
        }
        self.stack.pop().ok_or_else(|| self.underflow())
    }

    fn top(&self) -> Result<Value> {
        self.stack
            .get(self.bottom()..)
            .and_then(<[Value]>::last)
            .copied()
            .ok_or_else(|| self.underflow())
    }

    /// Pops all values above the last mark.
    fn pop_to_mark(&mut self) -> Result<Vec<Value>> {
        match self.marks.pop() {
            Some(mark) => Ok(self.stack.split_off(mark)),
            None => Err(self.bad(PytorchReason::PickleStack)),
        }
    }

    /// Pops keys and values above the last mark.
    fn pop_entries(&mut self) -> Result<Vec<(Value, Value)>> {
        let values = self.pop_to_mark()?;
        match values.as_chunks() {
            (pairs, []) => Ok(pairs.iter().map(|&[key, value]| (key, value)).collect()),
            _ => Err(self.bad(PytorchReason::PickleStack)),
        }
    }

    fn append(&mut self, values: &[Value]) -> Result<()> {
        let list = self.top()?;
        match self.heap.as_list_mut(list) {
            Some(list) => list.extend_from_slice(values),
            None => return Err(self.bad(PytorchReason::PickleMisuse)),
        }
        Ok(())
    }

    fn set(&mut self, entries: &[(Value, Value)]) -> Result<()> {
        let dict = self.top()?;
        match self.heap.as_dict_mut(dict) {
            Some(dict) => dict.extend_from_slice(entries),
            None => return Err(self.bad(PytorchReason::PickleMisuse)),
        }
        Ok(())
    }

    /// Looks a name up. This list is the only access to anything outside of the pickle.
    fn global(&self, module: &str, name: &str) -> Result<Value> {
        Global::find(module, name).map(Value::Global).ok_or_else(|| {
            let name = format!("{module}.{name}").chars().take(SHOWN).collect();
            LecternError::unsupported(UnsupportedReason::ForeignCode {
                file: self.file.clone(),
                name,
            })
        })
    }

    fn call(&mut self, callee: Value, arguments: Value) -> Result<Value> {
        rebuild::call(&mut self.heap, callee, arguments).map_err(|reason| self.bad(reason))
    }

    /// Ignores attributes of a dict (`_metadata`, the modules' versions) or of a tensor: they are not weights.
    fn build(&mut self) -> Result<()> {
        let (state, object) = (self.pop()?, self.top()?);
        match (object, state) {
            (Value::Dict(_) | Value::Tensor(_) | Value::Other, Value::Dict(_) | Value::None) => {
                Ok(())
            }
            _ => Err(self.bad(PytorchReason::PickleMisuse)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(pickle: &[u8]) -> Result<(Value, Heap)> {
        let mut unpickler = Unpickler::new("x.bin");
        unpickler.run(pickle)?;
        unpickler
            .into_result()
            .ok_or_else(|| LecternError::bad_file("x.bin", PytorchReason::PickleCutOff))
    }

    #[test]
    fn a_list_that_contains_itself_is_harmless() {
        let (list, heap) = run(b"\x80\x02]q\0h\0a.").unwrap();
        assert_eq!(heap.as_sequence(list), Some(&[list][..]));
    }

    #[test]
    fn a_million_levels_are_no_recursion() {
        let deep = [b"\x80\x02".to_vec(), vec![b']'; 1], vec![0x85; 1_000_000], b".".to_vec()];
        assert!(matches!(run(&deep.concat()), Ok((Value::Tuple(_), _))));
        let wide = [vec![b'('; 1_000_000], vec![b't'; 1_000_000], b".".to_vec()].concat();
        assert!(matches!(run(&wide), Ok((Value::Tuple(_), _))));
    }

    #[test]
    fn a_pickle_longer_than_any_is_refused() {
        let mut unpickler = Unpickler::new("x.bin");
        let error = (0..5).find_map(|_| unpickler.run(&vec![b'('; 1 << 20]).err());
        assert!(matches!(error, Some(LecternError::BadFile { .. })));
    }

    #[test]
    fn what_is_not_on_the_stack_cannot_be_taken() {
        for pickle in [
            &b"."[..],
            b"0.",
            b"1.",
            b"t.",
            b"R.",
            b"K\x01(\x85.",
            b"K\x01(2.",
            b"h\0.",
            b"K\x01(q\0.",
            b"(K\x01d.",
        ] {
            assert!(matches!(run(pickle), Err(LecternError::BadFile { .. })), "{pickle:?}");
        }
    }

    #[test]
    fn a_memo_may_have_any_index() {
        let (value, _) = run(b"K\x07r\xff\xff\xff\xff0j\xff\xff\xff\xff.").unwrap();
        assert_eq!(value, Value::Int(7));
    }

    #[test]
    fn a_function_is_refused_by_its_name() {
        for (pickle, name) in [
            (&b"cos\nsystem\n(X\x02\0\0\0ls\x85R."[..], "os.system"),
            (b"(S'ls'\nios\nsystem\n.", "os.system"),
            (b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93.", "builtins.eval"),
            (b"c__builtin__\nexec\n.", "__builtin__.exec"),
            (b"ctorch.hub\nload\n.", "torch.hub.load"),
        ] {
            let (file, name) = ("x.bin".to_owned(), name.to_owned());
            let expected = UnsupportedReason::ForeignCode { file, name };
            assert_eq!(run(pickle).err(), Some(LecternError::unsupported(expected)));
        }
    }

    #[test]
    fn known_names_are_called_with_what_they_take_or_not_at_all() {
        for pickle in [
            &b"ctorch\nFloatStorage\n)R."[..],
            b"ctorch._utils\n_rebuild_tensor_v2\n)R.",
            b"ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._tensor\n_rebuild_from_type_v2\nNNNtR.",
            b"ctorch.nn.parameter\nParameter\n(K\x01tR.",
            b"K\x01)R.",
            b"ccollections\nOrderedDict\nNR.",
            b"ccollections\nOrderedDict\n)RK\x01b.",
        ] {
            assert!(matches!(run(pickle), Err(LecternError::BadFile { .. })), "{pickle:?}");
        }
    }
}
