//! Customer satisfaction: the share of positive answers. The share itself is a `Proportion`, its interval Wilson's.

/// The lowest positive answer of a scale that ends at `highest`, unless a question says otherwise: its two top boxes
/// (4 of 5, 6 of 7, 9 of 10), and the upper of two (yes of yes and no). A neutral 3 of 5 is not positive.
pub fn top_two_from(highest: u8) -> u8 {
    if highest <= 2 { highest } else { highest - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positive_are_the_two_top_boxes_and_yes() {
        assert_eq!([1, 2, 5, 7, 10].map(top_two_from), [1, 2, 4, 6, 9]);
    }
}
