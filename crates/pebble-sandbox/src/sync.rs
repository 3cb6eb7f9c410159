//! Locking without poison: a panic in one request must not take the daemon's state away from the others.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex whose data stays meaningful even if a holder panicked.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
