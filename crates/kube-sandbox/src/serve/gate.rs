//! What stands before every request: is the server there, whose token is it, is the request to fail; and who is told.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rcgen::KeyPair;
use sha2::{Digest, Sha256};

use crate::auth::User;
use crate::calls::{ApiCall, Fault, FaultAnswer};
use crate::sandbox::Error;

const PREFIX: &str = "kube-sandbox";

type Listener = Arc<dyn Fn(&ApiCall) + Send + Sync>;

/// See the module.
pub(crate) struct Gate {
    closed: AtomicBool,
    faults: Mutex<Vec<Fault>>,
    listeners: Mutex<Vec<Listener>>,
    /// Makes tokens that nobody else on this machine can guess.
    secret: Vec<u8>,
}

impl Gate {
    pub(crate) fn new() -> Result<Gate, Error> {
        let secret = KeyPair::generate().map_err(Error::Certificate)?.serialize_der();
        Ok(Gate {
            closed: AtomicBool::new(false),
            faults: Mutex::default(),
            listeners: Mutex::default(),
            secret,
        })
    }

    pub(crate) fn is_available(&self) -> bool {
        !self.closed.load(Ordering::SeqCst)
    }

    pub(crate) fn set_available(&self, available: bool) {
        self.closed.store(!available, Ordering::SeqCst);
    }

    pub(crate) fn listen(&self, listener: Box<dyn Fn(&ApiCall) + Send + Sync>) {
        lock(&self.listeners).push(Arc::from(listener));
    }

    /// Calls every listener; one of them may add another.
    pub(crate) fn tell(&self, call: &ApiCall) {
        let listeners = lock(&self.listeners).clone();
        for listener in &listeners {
            listener(call);
        }
    }

    pub(crate) fn inject(&self, fault: Fault) {
        lock(&self.faults).push(fault);
    }

    /// The fault that this request meets, which is then used up once.
    pub(crate) fn fault(&self, call: &ApiCall) -> Option<FaultAnswer> {
        let mut faults = lock(&self.faults);
        let fault = faults
            .iter_mut()
            .find(|fault| fault.times > 0 && fault.matches(call))?;
        fault.times -= 1;
        let answer = fault.answer;
        faults.retain(|fault| fault.times > 0);
        Some(answer)
    }

    pub(crate) fn token(&self, namespace: &str, name: &str) -> String {
        format!("{PREFIX}.{namespace}.{name}.{}", self.proof(namespace, name))
    }

    /// The service account of a token that was made here.
    pub(crate) fn user_of(&self, token: &str) -> Option<User> {
        let rest = token.strip_prefix(PREFIX)?.strip_prefix('.')?;
        let (account, proof) = rest.rsplit_once('.')?;
        let (namespace, name) = account.split_once('.')?;
        (proof == self.proof(namespace, name)).then(|| User::service_account(namespace, name))
    }

    fn proof(&self, namespace: &str, name: &str) -> String {
        let mut digest = Sha256::new();
        digest.update(&self.secret);
        digest.update(format!("{namespace}/{name}"));
        crate::store::hex(&digest.finalize())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_name_one_account() {
        let gate = Gate::new().unwrap();
        let token = gate.token("media", "radarr.v2");
        assert_eq!(
            gate.user_of(&token).unwrap().name,
            "system:serviceaccount:media:radarr.v2"
        );
        for wrong in [
            token.replace("radarr", "sonarr"),
            format!("{token}0"),
            String::new(),
            "kube-sandbox".to_owned(),
        ] {
            assert_eq!(gate.user_of(&wrong), None, "{wrong}");
        }
        assert_eq!(Gate::new().unwrap().user_of(&token), None);
    }
}
