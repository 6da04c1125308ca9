//! The normal distribution and Student's t, as far as intervals need them.

use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::erf::erfc;

/// The 97.5 % quantile of the standard normal distribution: half the width of a 95 % interval in standard errors.
pub const Z95: f64 = 1.959_963_984_540_054;

/// The probability that a standard normal variable lies at least this far from 0, on either side; good to ten digits.
pub(crate) fn two_sided_p(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// The 97.5 % quantile of Student's t with so many degrees of freedom; `None` for none.
pub(crate) fn t95(degrees_of_freedom: u64) -> Option<f64> {
    let v = degrees_of_freedom as f64;
    match degrees_of_freedom {
        0 => None,
        1..=10_000 => Some(StudentsT::new(0.0, 1.0, v).ok()?.inverse_cdf(0.975)),
        // Abramowitz & Stegun 26.7.5; from here on its error is below 1e-11, and a root finder only gets slower.
        _ => {
            let z = Z95;
            let first = (z.powi(3) + z) / 4.0;
            let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
            Some(z + first / v + second / (v * v))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t_quantiles_are_those_of_the_tables() {
        // Closed forms: t(1) is tan(π·0.475), t(2) is 0.95·sqrt(2 / (1 − 0.95²)).
        assert!((t95(1).unwrap() - (std::f64::consts::PI * 0.475).tan()).abs() < 1e-10);
        assert!((t95(2).unwrap() - 0.95 * (2.0 / (1.0 - 0.95_f64.powi(2))).sqrt()).abs() < 1e-12);
        for (degrees, table) in [(5, 2.570_582), (10, 2.228_139), (30, 2.042_272), (100, 1.983_972), (1_000, 1.962_339)]
        {
            assert!((t95(degrees).unwrap() - table).abs() < 1e-6, "{degrees}");
        }
        assert_eq!(t95(0), None);
    }

    #[test]
    fn t_quantiles_fall_towards_the_normal_one_without_a_step() {
        let quantiles: Vec<f64> = (1..=10_002).filter_map(t95).chain(t95(u64::MAX)).collect();
        assert_eq!(quantiles.len(), 10_003);
        assert!(quantiles.windows(2).all(|pair| pair[1] < pair[0] && pair[1] >= Z95));
    }

    #[test]
    fn two_sided_probabilities_are_those_of_the_normal_distribution() {
        assert!((two_sided_p(Z95) - 0.05).abs() < 1e-10);
        assert!((two_sided_p(-1.0) - 0.317_310_507_862_914_1).abs() < 1e-10);
        assert_eq!(two_sided_p(0.0), 1.0);
    }
}
