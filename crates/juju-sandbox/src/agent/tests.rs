//! Tests of the whole agent.
