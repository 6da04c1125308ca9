//! Scores on their scales: an answer that its scale does not know is refused, never averaged.

/// The scales whose bounds are known: name, least, greatest, and whether only whole numbers are answers.
const KNOWN: [(&str, f64, f64, bool); 8] = [
    ("nps", 0.0, 10.0, true),
    ("csat", 1.0, 5.0, false),
    ("csat7", 1.0, 7.0, false),
    ("csat10", 0.0, 10.0, false),
    ("ces", 1.0, 7.0, false),
    ("ces2", 1.0, 7.0, false),
    ("stars", 0.0, 5.0, false),
    ("emotion", -2.0, 2.0, false),
];

/// The longest name of a scale, in bytes.
pub(crate) const LONGEST_NAME: usize = 50;

/// Checks a score against its scale; a scale that is not known takes any finite number.
///
/// The error is a sentence for the person who sent it.
pub(crate) fn check(scale: &str, score: f64) -> Result<f64, String> {
    if !score.is_finite() {
        return Err("a score must be a finite number".to_owned());
    }
    let Some((_, least, greatest, whole)) = KNOWN.iter().find(|(name, ..)| *name == scale) else { return Ok(score) };
    if !(*least..=*greatest).contains(&score) {
        return Err(format!("{score} is outside of the {scale} scale, which goes from {least} to {greatest}"));
    }
    if *whole && score.fract() != 0.0 {
        return Err(format!("{score} is no answer on the {scale} scale, which has whole numbers only"));
    }
    Ok(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_outside_of_its_scale_is_refused() {
        assert_eq!(check("nps", 10.0), Ok(10.0));
        for (scale, score) in [("nps", 11.0), ("nps", 8.5), ("csat", 0.0), ("ces", 8.0), ("mood", f64::NAN)] {
            assert!(check(scale, score).is_err(), "{scale} {score}");
        }
        assert_eq!(check("mood", 87.0), Ok(87.0));
    }
}
