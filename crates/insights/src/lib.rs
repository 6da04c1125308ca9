//! What it means: the metric catalogue and the one query shape.
