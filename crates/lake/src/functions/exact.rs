//! Sums of floating-point numbers that are exact until they are rounded once, so that no order of rows changes a figure.

/// An exact sum.
///
/// Numbers that fit are added as integers; the rest, rare in practice, as Shewchuk's non-overlapping partial sums
/// ("Adaptive Precision Floating-Point Arithmetic", 1997), the method behind Python's `math.fsum`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ExactSum {
    /// In units of 2⁻⁶⁴.
    units: i128,
    /// Growing in magnitude; their sum is what `units` does not hold.
    partials: Vec<f64>,
    counted: bool,
    overflowed: bool,
}

/// One unit is 2⁻⁶⁴: no number of at least 2⁻¹¹ has a bit below it.
const UNIT_BITS: i32 = 64;
/// Numbers have at most 2¹⁰⁰ units, so that 2²⁶ of them fit before `units` has to be emptied.
const NUMBER_BITS: i32 = 100;
/// 2⁻⁶⁴ exactly.
const UNIT: f64 = 1.0 / 18_446_744_073_709_551_616.0;
const FULL: u128 = 1 << 126;

/// A number as units, if it is a whole number of them and not too large. Bits are moved by hand, because rounding and
/// conversion to 128 bits are function calls on the oldest processors we run on.
fn units(number: f64) -> Option<i128> {
    const MANTISSA_BITS: i32 = 52;
    const EXPONENT_BIAS: i32 = 1_023;
    let bits = number.to_bits();
    let exponent = (bits >> MANTISSA_BITS & 0x7ff) as i32;
    if exponent == 0 {
        // Zero, or a number too small for its usual form.
        return (number == 0.0).then_some(0);
    }
    let mantissa = i128::from(bits & ((1 << MANTISSA_BITS) - 1) | 1 << MANTISSA_BITS);
    let shift = exponent - EXPONENT_BIAS - MANTISSA_BITS + UNIT_BITS;
    let units = match shift {
        0.. if shift < NUMBER_BITS - MANTISSA_BITS => mantissa << shift,
        ..0 if mantissa.trailing_zeros().cast_signed() >= -shift => mantissa >> -shift,
        _ => return None,
    };
    Some(if number.is_sign_negative() { -units } else { units })
}

impl ExactSum {
    /// Adds one number.
    pub(crate) fn add(&mut self, number: f64) {
        self.counted = true;
        match units(number) {
            Some(units) => {
                self.units += units;
                if self.units.unsigned_abs() > FULL {
                    self.empty_units();
                }
            }
            None => self.add_partial(number),
        }
    }

    /// Adds another sum.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.counted |= other.counted;
        self.overflowed |= other.overflowed;
        self.units += other.units;
        if self.units.unsigned_abs() > FULL {
            self.empty_units();
        }
        other.partials.iter().for_each(|partial| self.add_partial(*partial));
    }

    /// The sum, correctly rounded; `None` when nothing was added or the sum is beyond the range of floats.
    pub(crate) fn value(mut self) -> Option<f64> {
        self.empty_units();
        if !self.counted || self.overflowed {
            return None;
        }
        let Some(mut sum) = self.partials.pop() else { return Some(0.0) };
        while let Some(partial) = self.partials.pop() {
            let before = sum;
            sum = before + partial;
            let rest = partial - (sum - before);
            if rest != 0.0 {
                // Half-way cases round by what lies below: the next partial's sign decides.
                let doubled = rest * 2.0;
                let pushes = self.partials.last().is_some_and(|next| (*next < 0.0) == (rest < 0.0) && *next != 0.0);
                if pushes && (sum + doubled) - sum == doubled {
                    sum += doubled;
                }
                break;
            }
        }
        sum.is_finite().then_some(sum)
    }

    /// The sum as bytes, to be sent between stages of a plan.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.counted) | u8::from(self.overflowed) << 1];
        bytes.extend_from_slice(&self.units.to_le_bytes());
        self.partials.iter().for_each(|partial| bytes.extend_from_slice(&partial.to_le_bytes()));
        bytes
    }

    /// What `to_bytes` wrote.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (flags, rest) = bytes.split_first()?;
        let (units, rest) = rest.split_first_chunk::<16>()?;
        let partials =
            rest.chunks_exact(8).filter_map(|chunk| Some(f64::from_le_bytes(chunk.try_into().ok()?))).collect();
        Some(Self { units: i128::from_le_bytes(*units), partials, counted: flags & 1 != 0, overflowed: flags & 2 != 0 })
    }

    fn empty_units(&mut self) {
        let mut units = std::mem::take(&mut self.units);
        while units != 0 {
            // The nearest float is exact as an integer; what it misses is at most half as many bits and comes next.
            let part = units as f64;
            units -= part as i128;
            self.add_partial(part * UNIT);
        }
    }

    fn add_partial(&mut self, number: f64) {
        let mut sum = number;
        let mut kept = 0;
        for index in 0..self.partials.len() {
            let Some(partial) = self.partials.get(index).copied() else { break };
            let (large, small) = if sum.abs() < partial.abs() { (partial, sum) } else { (sum, partial) };
            sum = large + small;
            let rest = small - (sum - large);
            if rest != 0.0 {
                if let Some(slot) = self.partials.get_mut(kept) {
                    *slot = rest;
                }
                kept += 1;
            }
        }
        self.partials.truncate(kept);
        if !sum.is_finite() {
            self.overflowed = true;
        } else if sum != 0.0 {
            self.partials.push(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(numbers: &[f64]) -> ExactSum {
        let mut sum = ExactSum::default();
        numbers.iter().for_each(|number| sum.add(*number));
        sum
    }

    #[test]
    fn sums_are_rounded_once() {
        assert_eq!(sum(&[]).value(), None);
        assert_eq!(sum(&[0.0, -0.0]).value(), Some(0.0));
        assert_eq!(sum(&[0.1; 10]).value(), Some(1.0));
        assert_eq!(sum(&[1e100, 1.0, -1e100]).value(), Some(1.0));
        assert_eq!(sum(&[1e308, 1e308]).value(), None);
        assert_eq!(sum(&[f64::INFINITY]).value(), None);
        // 2⁵³ + 1 lies half-way between two floats; a little more must round up, and only a little less down.
        let half = 9_007_199_254_740_992.0;
        assert_eq!(sum(&[half, 1.0, 1e-300]).value(), Some(half + 2.0));
        assert_eq!(sum(&[half, 1.0, -1e-300]).value(), Some(half));
    }

    fn any_number() -> impl Strategy<Value = f64> {
        prop_oneof![
            (-100_i32..100).prop_map(f64::from),
            (-1.0..1.0),
            any::<f64>().prop_filter("finite", |number| number.is_finite() && number.abs() < 1e300),
            Just(1e-320),
        ]
    }

    proptest! {
        #[test]
        fn no_order_and_no_split_changes_a_sum(numbers in prop::collection::vec(any_number(), 0..60), cut in 0_usize..60) {
            let whole = sum(&numbers).value();
            let reversed: Vec<f64> = numbers.iter().rev().copied().collect();
            prop_assert_eq!(sum(&reversed).value(), whole);
            let (left, right) = numbers.split_at(cut.min(numbers.len()));
            let mut merged = sum(right);
            merged.merge(&ExactSum::from_bytes(&sum(left).to_bytes()).unwrap());
            prop_assert_eq!(merged.value(), whole);
        }

        #[test]
        fn integers_sum_as_integers_do(numbers in prop::collection::vec(any::<i32>(), 1..200)) {
            let exact: i64 = numbers.iter().map(|number| i64::from(*number)).sum();
            let numbers: Vec<f64> = numbers.into_iter().map(f64::from).collect();
            prop_assert_eq!(sum(&numbers).value(), Some(exact as f64));
        }
    }
}
