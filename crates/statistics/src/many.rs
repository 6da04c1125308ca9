//! Many tests at once: whoever looks at a hundred groups finds five by chance alone.

/// The p-values of Holm's step-down procedure (Holm 1979), in the order of `p`: where each is held against α, the
/// probability of even one false finding among all of them is at most α, whatever depends on what.
///
/// The k-th smallest of m becomes the largest of (m − i + 1)·p₍ᵢ₎ for i up to k, at most 1.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|one, other| p[*one].total_cmp(&p[*other]));
    let mut adjusted = vec![1.0; p.len()];
    let mut highest = 0.0_f64;
    for (place, index) in order.into_iter().enumerate() {
        highest = highest.max((p.len() - place) as f64 * p[index]).min(1.0);
        adjusted[index] = highest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_of_the_textbooks() {
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in adjusted.into_iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert!(holm(&[]).is_empty());
        assert_eq!(holm(&[0.2]), [0.2]);
    }

    proptest! {
        #[test]
        fn lies_between_the_p_value_and_bonferronis(p in prop::collection::vec(0.0..=1.0_f64, 1..40)) {
            for (adjusted, p) in holm(&p).iter().zip(&p).map(|(adjusted, one)| (*adjusted, *one)) {
                prop_assert!((p..=1.0).contains(&adjusted));
            }
            let smallest = p.iter().copied().fold(1.0, f64::min);
            let found = holm(&p).into_iter().fold(1.0, f64::min);
            prop_assert!((found - (smallest * p.len() as f64).min(1.0)).abs() < 1e-12);
        }
    }
}
