//! Pure maths: intervals, tests and quantiles; no I/O.
