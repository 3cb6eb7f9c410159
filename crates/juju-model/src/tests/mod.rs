//! Tests of whole lives.
