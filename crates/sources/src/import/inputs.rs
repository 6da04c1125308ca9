//! What an import was given, a folder or files, matched with what the map names.

use base::{Error, Result};
use glob::Pattern;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// The files that may be imported, and those that the map has named so far.
pub(super) struct Inputs {
    paths: Vec<PathBuf>,
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
        Ok(Self { paths, named: BTreeSet::new() })
    }

    /// The files of this name or pattern, in the order of their names; packed ones too.
    pub(super) fn named(&mut self, pattern: &str) -> Result<Vec<PathBuf>> {
        let pattern = compiled(pattern)?;
        let found: Vec<PathBuf> = self.paths.iter().filter(|path| matches(&pattern, path)).cloned().collect();
        self.named.extend(found.iter().cloned());
        Ok(found)
    }

    /// The first file of this name or pattern: among the inputs, else beside the file that needs it.
    pub(super) fn beside(&mut self, path: &Path, pattern: &str) -> Result<PathBuf> {
        if let Some(found) = self.named(pattern)?.into_iter().next() {
            return Ok(found);
        }
        let missing = || {
            Error::invalid(format!(
                "'{pattern}', which the map looks up in, is neither given nor beside {}",
                path.display()
            ))
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let compiled = compiled(pattern)?;
        let entries = std::fs::read_dir(folder).map_err(|_| missing())?;
        entries.flatten().map(|entry| entry.path()).filter(|path| matches(&compiled, path)).min().ok_or_else(missing)
    }

    /// The files that the map never named.
    pub(super) fn unnamed(&self) -> Vec<PathBuf> {
        self.paths.iter().filter(|path| !self.named.contains(*path)).cloned().collect()
    }
}

fn compiled(pattern: &str) -> Result<Pattern> {
    Pattern::new(pattern).map_err(|error| Error::invalid(format!("'{pattern}': {error}")))
}

fn matches(pattern: &Pattern, path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    pattern.matches(&name) || name.strip_suffix(".gz").is_some_and(|name| pattern.matches(name))
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
        let names = |paths: Vec<PathBuf>| -> Vec<String> {
            paths.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        assert_eq!(names(inputs.named("b-*.csv").unwrap()), ["b-1.csv.gz", "b-2.csv"]);
        assert_eq!(names(inputs.unnamed()), ["a.csv", "notes.txt"]);
        let mut one = Inputs::gather(&[folder.path().join("b-2.csv")]).unwrap();
        assert_eq!(one.beside(&folder.path().join("b-2.csv"), "a.csv").unwrap(), folder.path().join("a.csv"));
        assert!(one.beside(&folder.path().join("b-2.csv"), "c.csv").is_err());
        assert!(Inputs::gather(&[folder.path().join("none")]).is_err());
    }
}
