//! The unit agent: one hook from its environment to its commit.
