//! Signals in columns: the Delta table and the questions asked of it. The only crate that names DataFusion and Delta.
