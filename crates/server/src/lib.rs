//! Routes and projections, each on one page, behind our own accept loop.
