//! What an import was given, a folder or files, matched with what the map names.

use base::{Error, Result};
use glob::Pattern;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// One file: what the map knows it by, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Input {
    path: PathBuf,
    name: String,
    uploaded: bool,
}

impl Input {
    /// A file on this machine, known by its own name.
    pub(crate) fn at(path: PathBuf) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { path, name, uploaded: false }
    }

    /// A file that somebody has sent, known by the name that they gave it, wherever it is kept.
    pub(crate) fn uploaded(name: String, path: PathBuf) -> Self {
        Self { path, name, uploaded: true }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The name without any folder.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What errors call it: never where it is kept, when it was sent.
    pub(super) fn shown(&self) -> String {
        if self.uploaded { self.name.clone() } else { self.path.display().to_string() }
    }
}

/// The most bytes of an uploaded file that is looked up in, and so held in memory.
const LARGEST_LOOKUP: u64 = 64 << 20;

/// The files that may be imported, and those that the map has named so far.
pub(super) struct Inputs {
    given: Vec<Input>,
    named: BTreeSet<PathBuf>,
}

impl Inputs {
    /// Files as they are given, and of a folder the files directly in it.
    pub(super) fn gather(inputs: &[PathBuf]) -> Result<Self> {
        let mut paths = Vec::new();
        for input in inputs {
            let cannot = |error: std::io::Error| Error::invalid(format!("{} cannot be read: {error}", input.display()));
            if !std::fs::metadata(input).map_err(cannot)?.is_dir() {
                paths.push(input.clone());
                continue;
            }
            for entry in std::fs::read_dir(input).map_err(cannot)? {
                let path = entry.map_err(cannot)?.path();
                if path.is_file() {
                    paths.push(path);
                }
            }
        }
        paths.sort();
        paths.dedup();
        Ok(Self::of(paths.into_iter().map(Input::at).collect()))
    }

    /// These files and no others.
    pub(super) fn of(given: Vec<Input>) -> Self {
        Self { given, named: BTreeSet::new() }
    }

    /// The files of this name or pattern, in the order of their names; packed ones too.
    pub(super) fn named(&mut self, pattern: &str) -> Result<Vec<Input>> {
        let pattern = compiled(pattern)?;
        let found: Vec<Input> = self.given.iter().filter(|input| matches(&pattern, &input.name)).cloned().collect();
        self.named.extend(found.iter().map(|input| input.path.clone()));
        Ok(found)
    }

    /// The first file of this name or pattern: among the inputs, else beside the file that needs it, unless that was sent:
    /// then what lies beside it is somebody else's.
    pub(super) fn beside(&mut self, input: &Input, pattern: &str) -> Result<Input> {
        if let Some(found) = self.named(pattern)?.into_iter().next() {
            return if found.uploaded { small_enough(found) } else { Ok(found) };
        }
        if input.uploaded {
            return Err(Error::invalid(format!("'{pattern}', which the map looks up in, is not among the files")));
        }
        let path = &input.path;
        let missing = || {
            Error::invalid(format!(
                "'{pattern}', which the map looks up in, is neither given nor beside {}",
                path.display()
            ))
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let compiled = compiled(pattern)?;
        let entries = std::fs::read_dir(folder).map_err(|_| missing())?;
        let inputs = entries.flatten().map(|entry| Input::at(entry.path()));
        inputs.filter(|input| matches(&compiled, &input.name)).min().ok_or_else(missing)
    }

    /// The files that the map never named.
    pub(super) fn unnamed(&self) -> impl Iterator<Item = &Input> {
        self.given.iter().filter(|input| !self.named.contains(&input.path))
    }
}

fn small_enough(input: Input) -> Result<Input> {
    match std::fs::metadata(&input.path) {
        Ok(file) if file.len() > LARGEST_LOOKUP => Err(Error::invalid(format!(
            "'{}' is looked up in and so held in memory: at most {} MB are",
            input.name,
            LARGEST_LOOKUP >> 20
        ))),
        _ => Ok(input),
    }
}

fn compiled(pattern: &str) -> Result<Pattern> {
    Pattern::new(pattern).map_err(|error| Error::invalid(format!("'{pattern}': {error}")))
}

fn matches(pattern: &Pattern, name: &str) -> bool {
    pattern.matches(name) || name.strip_suffix(".gz").is_some_and(|name| pattern.matches(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_the_files_that_the_map_names() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b-2.csv", "b-1.csv.gz", "a.csv", "notes.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let mut inputs = Inputs::gather(&[folder.path().to_owned(), folder.path().join("a.csv")]).unwrap();
        let names = |inputs: Vec<Input>| -> Vec<String> { inputs.into_iter().map(|input| input.name).collect() };
        assert_eq!(names(inputs.named("b-*.csv").unwrap()), ["b-1.csv.gz", "b-2.csv"]);
        assert_eq!(names(inputs.unnamed().cloned().collect()), ["a.csv", "notes.txt"]);
        let mut one = Inputs::gather(&[folder.path().join("b-2.csv")]).unwrap();
        let b = Input::at(folder.path().join("b-2.csv"));
        assert_eq!(one.beside(&b, "a.csv").unwrap(), Input::at(folder.path().join("a.csv")));
        assert!(one.beside(&b, "c.csv").is_err());
        let sent = Input::uploaded("b.csv".into(), folder.path().join("b-2.csv"));
        let error = Inputs::of(vec![sent.clone()]).beside(&sent, "a.csv").unwrap_err();
        assert!(error.message.contains("not among the files"), "what lies beside is somebody else's: {error}");
        assert!(Inputs::gather(&[folder.path().join("none")]).is_err());
    }
}
