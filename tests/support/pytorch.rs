//! A writer of both formats of `torch.save`, from safetensors.

use std::collections::BTreeMap;

use safetensors::{Dtype, SafeTensors};

/// A state dict: names and shapes, each with the index of its storage, and the storages.
#[derive(Default)]
pub struct StateDict {
    tensors: Vec<(String, Vec<usize>, usize)>,
    storages: Vec<(&'static str, usize, Vec<u8>)>,
}

impl StateDict {
    /// The tensors of a safetensors file; `ties` are further names of its tensors.
    pub fn new(safetensors: &[u8], ties: &[(&str, &str)]) -> Self {
        let file = SafeTensors::deserialize(safetensors).expect("safetensors");
        let sorted: BTreeMap<_, _> = file.tensors().into_iter().collect();
        let mut state = Self::default();
        for (name, view) in sorted {
            let (class, width) = match view.dtype() {
                Dtype::F32 => ("FloatStorage", 4),
                Dtype::I64 => ("LongStorage", 8),
                Dtype::U8 | Dtype::BOOL => ("ByteStorage", 1),
                other => panic!("{name}: {other:?}"),
            };
            state.tensors.push((name, view.shape().to_vec(), state.storages.len()));
            state.storages.push((class, width, view.data().to_vec()));
        }
        for (name, of) in ties {
            let tied = state.tensors.iter().find(|(other, ..)| other == of);
            let (_, shape, storage) = tied.unwrap_or_else(|| panic!("no tensor {of}")).clone();
            state.tensors.push(((*name).to_owned(), shape, storage));
        }
        state
    }

    /// Two state dicts with every other storage each.
    pub fn halves(self) -> [Self; 2] {
        [0, 1].map(|half| {
            let of_half = |storage: &usize| storage % 2 == half;
            let tensors = self.tensors.iter().filter(|(.., storage)| of_half(storage));
            let tensors = tensors.map(|(name, shape, at)| (name.clone(), shape.clone(), at / 2));
            let storages = self.storages.iter().skip(half).step_by(2).cloned();
            Self { tensors: tensors.collect(), storages: storages.collect() }
        })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.iter().map(|(name, ..)| name.as_str())
    }

    fn pickle(&self, is_legacy: bool) -> Vec<u8> {
        let mut pickle = b"\x80\x02ccollections\nOrderedDict\n)R(".to_vec();
        for (name, shape, storage) in &self.tensors {
            let (class, width, bytes) = &self.storages[*storage];
            pickle.extend(text(name));
            pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
            pickle.extend(text("storage"));
            pickle.extend(format!("ctorch\n{class}\n").bytes());
            pickle.extend(text(&storage.to_string()));
            pickle.extend(text("cpu"));
            pickle.extend(int(bytes.len() / width));
            pickle.extend(if is_legacy { &b"NtQ"[..] } else { b"tQ" });
            pickle.extend(b"K\0(");
            shape.iter().for_each(|&size| pickle.extend(int(size)));
            pickle.extend(b"t(");
            for axis in 0..shape.len() {
                pickle.extend(int(shape[axis + 1..].iter().product()));
            }
            pickle.extend(b"t\x89ccollections\nOrderedDict\n)RtR");
        }
        pickle.extend(b"u}");
        pickle.extend(text("_metadata"));
        pickle.extend(b"ccollections\nOrderedDict\n)Rsb.");
        pickle
    }

    /// The format since PyTorch 1.6: lengths after the records, and storages aligned to 64 bytes.
    pub fn zip(&self) -> Vec<u8> {
        let (mut file, mut directory, mut entries) = (Vec::new(), Vec::new(), 0u16);
        let mut record = |name: &str, bytes: &[u8]| {
            let name = format!("pytorch_model/{name}");
            let offset = file.len() as u32;
            let length = (bytes.len() as u32).to_le_bytes();
            let end = file.len() + 30 + name.len() + 4;
            let padding = end.next_multiple_of(64) - end;
            let names = (name.len() as u16).to_le_bytes();
            file.extend(b"PK\x03\x04\0\0\x08\x08");
            file.extend([0; 18]);
            file.extend(names);
            file.extend((padding as u16 + 4).to_le_bytes());
            file.extend(name.bytes());
            file.extend(b"FB");
            file.extend((padding as u16).to_le_bytes());
            file.extend(std::iter::repeat_n(b'Z', padding));
            file.extend(bytes);
            file.extend(b"PK\x07\x08\0\0\0\0");
            file.extend([length, length].concat());
            directory.extend(b"PK\x01\x02\0\0\0\0\x08\x08\0\0\0\0\0\0\0\0\0\0");
            directory.extend([length, length].concat());
            directory.extend(names);
            directory.extend([0; 12]);
            directory.extend(offset.to_le_bytes());
            directory.extend(name.bytes());
            entries += 1;
        };
        record("data.pkl", &self.pickle(false));
        record("byteorder", b"little");
        for (index, (_, _, bytes)) in self.storages.iter().enumerate() {
            record(&format!("data/{index}"), bytes);
        }
        record("version", b"3\n");
        let start = file.len() as u32;
        file.extend(&directory);
        file.extend(b"PK\x05\x06\0\0\0\0");
        file.extend([entries.to_le_bytes(), entries.to_le_bytes()].concat());
        file.extend((directory.len() as u32).to_le_bytes());
        file.extend(start.to_le_bytes());
        file.extend([0; 2]);
        file
    }

    /// The format before PyTorch 1.6.
    pub fn legacy(&self) -> Vec<u8> {
        let mut file =
            b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.".to_vec();
        file.extend(self.pickle(true));
        file.extend(b"\x80\x02](");
        // Keys are sorted as strings, so that storages are not in the order of the state dict.
        let mut keys: Vec<_> = (0..self.storages.len()).map(|key| (key.to_string(), key)).collect();
        keys.sort();
        keys.iter().for_each(|(key, _)| file.extend(text(key)));
        file.extend(b"e.");
        for (_, key) in keys {
            let (_, width, bytes) = &self.storages[key];
            file.extend(((bytes.len() / width) as u64).to_le_bytes());
            file.extend(bytes);
        }
        file
    }
}

fn text(text: &str) -> Vec<u8> {
    [b"X".as_slice(), &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
}

fn int(number: usize) -> Vec<u8> {
    [b"J".as_slice(), &(number as u32).to_le_bytes()].concat()
}
