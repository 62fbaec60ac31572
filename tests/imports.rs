//! No two files of `src` import each other, directly or around a corner: who reads one need not have read the other.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Item, ItemUse, UseTree,
    visit::{self, Visit},
};

/// A path from the crate's root, or as it is written.
type Names = Vec<String>;

/// A module, in a file of its own or inside of another's.
struct Module {
    file: PathBuf,
    /// Whatever it declares but modules and imports.
    items: Vec<Item>,
    imports: Vec<Import>,
    /// Paths of the modules whose names are all imported.
    globs: Vec<Names>,
}

struct Import {
    name: String,
    /// As it is written.
    path: Names,
    /// A re-export is no import of the file's own.
    is_private: bool,
}

#[derive(Default)]
struct Crate(BTreeMap<Names, Module>);

impl Crate {
    /// Reads a file and those of the modules it declares, but tests.
    fn read(&mut self, file: &Path, path: Names) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        let is_folder = ["mod.rs", "lib.rs"].iter().any(|name| file.ends_with(name));
        let folder = if is_folder { file.with_file_name("") } else { file.with_extension("") };
        self.add(file, &folder, path, parsed.items);
    }

    fn add(&mut self, file: &Path, folder: &Path, path: Names, items: Vec<Item>) {
        let mut module =
            Module { file: file.into(), items: vec![], imports: vec![], globs: vec![] };
        for item in items {
            match item {
                Item::Mod(item) if is_test(&item.attrs) => (),
                Item::Mod(item) => {
                    let name = item.ident.to_string();
                    let child = [path.as_slice(), std::slice::from_ref(&name)].concat();
                    let own = folder.join(&name);
                    match item.content {
                        Some((_, items)) => self.add(file, &own, child, items),
                        None => {
                            let files = [own.with_extension("rs"), own.join("mod.rs")];
                            let file = files.iter().find(|file| file.exists());
                            self.read(file.unwrap_or_else(|| panic!("no file of {own:?}")), child);
                        }
                    }
                }
                Item::Use(item) if is_test(&item.attrs) => (),
                Item::Use(item) => {
                    let is_private = matches!(item.vis, syn::Visibility::Inherited);
                    for (path, name) in leaves(&item.tree) {
                        match name {
                            Some(name) => module.imports.push(Import { name, path, is_private }),
                            None => module.globs.push(path),
                        }
                    }
                }
                item => module.items.push(item),
            }
        }
        self.0.insert(path, module);
    }

    /// A path as it is written in a module, from the crate's root; none for what is of another crate.
    fn absolute(&self, module: &[String], written: &[String]) -> Option<Names> {
        let (first, rest) = written.split_first()?;
        let start = match first.as_str() {
            "crate" => vec![],
            "self" => module.to_vec(),
            "super" => {
                let parent = module[..module.len().checked_sub(1)?].to_vec();
                let supers = rest.iter().take_while(|name| *name == "super").count();
                let (start, rest) = (parent[..parent.len() - supers].to_vec(), &rest[supers..]);
                return Some([start.as_slice(), rest].concat());
            }
            name => {
                let start = [module, std::slice::from_ref(first)].concat();
                let own = &self.0[module];
                let is_import = own.imports.iter().any(|import| {
                    // `use async_trait::async_trait;` is another crate's, `pub(crate) use a_macro;` no import.
                    import.name == name && import.path[0] != name
                });
                let is_own = self.0.contains_key(&start) || is_import || own.declares(name);
                is_own.then_some(start)?
            }
        };
        Some([start.as_slice(), rest].concat())
    }

    /// The file that declares what a path from the root leads to; none for a module, whose names say more.
    fn declaring(&self, path: &[String]) -> Option<&Path> {
        let mut module: &[String] = &[];
        for (at, name) in path.iter().enumerate() {
            if self.0.contains_key(&path[..=at]) {
                module = &path[..=at];
                continue;
            }
            let own = &self.0[module];
            let rest = &path[at + 1..];
            let through = |written: &[String]| {
                let target = self.absolute(module, written)?;
                self.declaring(&[target.as_slice(), rest].concat())
            };
            let import = own.imports.iter().find(|import| import.name == *name);
            if let Some(import) = import.filter(|import| import.path != [name.as_str()]) {
                return through(&import.path);
            }
            let is_of = |glob: &&Names| {
                let target = self.absolute(module, glob);
                let target = target.and_then(|target| self.0.get(&target));
                target.is_some_and(|target| target.declares(name) || target.imports(name))
            };
            if !own.declares(name)
                && let Some(glob) = own.globs.iter().find(is_of)
            {
                return through(&[glob.as_slice(), std::slice::from_ref(name)].concat());
            }
            return Some(&own.file);
        }
        None
    }

    /// Which files each file imports, and by what path.
    fn imports(&self) -> BTreeMap<&Path, BTreeMap<&Path, String>> {
        let mut imports = BTreeMap::<&Path, BTreeMap<&Path, String>>::new();
        for (path, module) in &self.0 {
            let private = module.imports.iter().filter(|import| import.is_private);
            let mut written = Written(private.map(|import| import.path.clone()).collect());
            module.items.iter().for_each(|item| written.visit_item(item));
            let of_file = imports.entry(&module.file).or_default();
            for written in &written.0 {
                let target = self.absolute(path, written);
                let file = target.and_then(|target| self.declaring(&target));
                if let Some(file) = file.filter(|file| *file != module.file) {
                    of_file.entry(file).or_insert_with(|| written.join("::"));
                }
            }
        }
        imports
    }
}

impl Module {
    fn declares(&self, name: &str) -> bool {
        self.items.iter().any(|item| {
            let ident = match item {
                Item::Const(item) => Some(&item.ident),
                Item::Enum(item) => Some(&item.ident),
                Item::Fn(item) => Some(&item.sig.ident),
                Item::Macro(item) => item.ident.as_ref(),
                Item::Static(item) => Some(&item.ident),
                Item::Struct(item) => Some(&item.ident),
                Item::Trait(item) => Some(&item.ident),
                Item::Type(item) => Some(&item.ident),
                Item::Union(item) => Some(&item.ident),
                _ => None,
            };
            ident.is_some_and(|ident| ident == name)
        })
    }

    fn imports(&self, name: &str) -> bool {
        self.imports.iter().any(|import| import.name == name)
    }
}

/// The paths that are written in some code, its macros' arguments too.
struct Written(BTreeSet<Names>);

impl Visit<'_> for Written {
    fn visit_item_use(&mut self, item: &ItemUse) {
        self.0.extend(leaves(&item.tree).into_iter().map(|(path, _)| path));
    }

    fn visit_path(&mut self, path: &syn::Path) {
        if path.leading_colon.is_none() {
            self.0.insert(path.segments.iter().map(|it| it.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &syn::Macro) {
        self.visit_path(&item.path);
        self.visit_tokens(item.tokens.clone());
    }
}

impl Written {
    fn visit_tokens(&mut self, tokens: TokenStream) {
        let mut path = Names::new();
        // How many colons follow the path.
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.0.insert(std::mem::take(&mut path));
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(sign) if sign.as_char() == ':' => colons += 1,
                token => {
                    self.0.insert(std::mem::take(&mut path));
                    if let TokenTree::Group(group) = token {
                        self.visit_tokens(group.stream());
                    }
                }
            }
        }
        self.0.insert(path);
    }
}

/// What a `use` names: paths, each with its name here; all the names of a path have none.
fn leaves(tree: &UseTree) -> Vec<(Names, Option<String>)> {
    let below = |first: &syn::Ident, rest: Vec<(Names, Option<String>)>| {
        let first = first.to_string();
        let longer = |(path, name): (Names, Option<String>)| match path.as_slice() {
            // `a::{self}`
            [only] if only == "self" => {
                let name = name.map(|name| if name == "self" { first.clone() } else { name });
                (vec![first.clone()], name)
            }
            path => ([std::slice::from_ref(&first), path].concat(), name),
        };
        rest.into_iter().map(longer).collect()
    };
    match tree {
        UseTree::Path(path) => below(&path.ident, leaves(&path.tree)),
        UseTree::Name(name) => vec![(vec![name.ident.to_string()], Some(name.ident.to_string()))],
        UseTree::Rename(it) => vec![(vec![it.ident.to_string()], Some(it.rename.to_string()))],
        UseTree::Glob(_) => vec![(vec![], None)],
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

/// The shortest way from a file back to itself.
fn circle<'a>(
    start: &'a Path,
    imports: &BTreeMap<&'a Path, BTreeMap<&'a Path, String>>,
) -> Option<Vec<&'a Path>> {
    let mut ways = VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for &file in imports.get(way.last()?).into_iter().flat_map(BTreeMap::keys) {
            if file == start {
                return Some(way);
            }
            if seen.insert(file) {
                ways.push_back([way.as_slice(), &[file]].concat());
            }
        }
    }
    None
}

/// The circles of a crate, each as text, a file told of once.
fn circles(root: &Path) -> Vec<String> {
    let mut all = Crate::default();
    all.read(root, vec![]);
    let imports = all.imports();
    let (mut circles, mut told) = (Vec::new(), BTreeSet::new());
    for &start in imports.keys() {
        if told.contains(start) {
            continue;
        }
        let Some(circle) = circle(start, &imports) else { continue };
        let next = circle.iter().cycle().skip(1);
        let step = |(from, to): (&&Path, &&Path)| {
            format!("  {} imports {} of {}\n", from.display(), imports[from][to], to.display())
        };
        circles.push(circle.iter().zip(next).map(step).collect());
        told.extend(circle);
    }
    circles
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let circles = circles(Path::new("src/lib.rs"));
    assert!(circles.is_empty(), "{} circles:\n\n{}", circles.len(), circles.join("\n"));
}

/// Such files, in a folder of that name.
fn written(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    for (file, text) in files {
        let file = folder.join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }
    folder.join("lib.rs")
}

#[test]
fn a_circle_is_found_through_names_and_macros_and_re_exports() {
    let root = written(
        "circle",
        &[
            ("lib.rs", "mod a; mod room; macro_rules! show { ($it:expr) => { $it } }"),
            ("a.rs", "use crate::room::{self}; fn f() { show!(room::made()) } pub struct A;"),
            ("room/mod.rs", "mod b; mod c; pub use b::*; pub use c::C;"),
            ("room/b.rs", "pub fn made() -> super::C { super::C }"),
            ("room/c.rs", "pub struct C; impl C { fn a(&self) -> crate::a::A { crate::a::A } }"),
        ],
    );
    let circles = circles(&root);
    assert_eq!(circles.len(), 1, "{circles:?}");
    let imports: Vec<_> =
        circles[0].lines().filter_map(|line| line.split(" imports ").nth(1)).collect();
    let expected = ["room::made of ", "super::C of ", "crate::a::A of "];
    assert!(
        imports.iter().zip(expected).all(|(found, name)| found.starts_with(name)),
        "{imports:?}"
    );
    assert_eq!(imports.len(), expected.len());
}

#[test]
fn what_only_hands_names_on_and_what_only_tests_import_is_no_circle() {
    let root = written(
        "line",
        &[
            ("lib.rs", "mod a; mod room;"),
            ("a.rs", "pub struct A; #[cfg(test)] mod tests { use crate::room::B; }"),
            ("room/mod.rs", "mod b; pub use b::B; pub const LIMIT: usize = 1;"),
            ("room/b.rs", "use super::LIMIT; use crate::a::A; pub struct B(A);"),
        ],
    );
    assert_eq!(circles(&root), Vec::<String>::new());
}
