//! Containers made of processes.
