//! What a misspelt word may have meant.

/// The known word that is written most like this one, in either case; `None` when none is near.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let distances = known.into_iter().map(|known| (strsim::damerau_levenshtein(&word, known), known));
    distances.filter(|(distance, known)| *distance <= 1.max(known.len() / 3)).min().map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_word_and_a_stranger_none() {
        let known = ["score", "scale", "source"];
        assert_eq!(nearest("scroe", known), Some("score"));
        assert_eq!(nearest("SCALE", known), Some("scale"));
        assert_eq!(nearest("favourite", known), None);
        assert_eq!(nearest("x", []), None);
    }
}
