//! Secrets as a unit reads them: each once per dispatch, as a type, and what Juju does not show as a value.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Unit;
use crate::error::{Error, Refusal};
use crate::hookcmds::{self, SecretContent, SecretRead, SecretRef};
use crate::name::SecretId;
use crate::redacted::Redacted;
use crate::secret::Secret;
use crate::typed::from_value;

impl Unit {
    /// What a secret says: one of ours, or one that was granted to us, such as that of an option of type `secret`. It is
    /// the revision this application tracks (one `secret-get` for each secret); see [`Unit::refresh_secret`].
    ///
    /// # Errors
    /// The hook command failed. That Juju does not show the secret is a value.
    pub fn secret<T: DeserializeOwned>(&self, id: &SecretId) -> Result<Secret<Redacted<T>>, Error> {
        let known = self.secrets.borrow().get(id).cloned();
        match known {
            Some(read) => Ok(parsed(read)),
            None => self.read_secret(id, SecretRead::Tracked),
        }
    }

    /// The same of the latest revision, which is tracked from now on: what to do after `secret-changed` (one
    /// `secret-get`).
    ///
    /// # Errors
    /// As [`Unit::secret`].
    pub fn refresh_secret<T: DeserializeOwned>(&self, id: &SecretId) -> Result<Secret<Redacted<T>>, Error> {
        self.read_secret(id, SecretRead::Refresh)
    }

    fn read_secret<T: DeserializeOwned>(
        &self,
        id: &SecretId,
        read: SecretRead,
    ) -> Result<Secret<Redacted<T>>, Error> {
        let content = match hookcmds::secret_get(self.transport(), SecretRef::Id(id), read) {
            Ok(content) => Ok(content),
            Err(error) if error.is_no_secret() => match error.refusal_of("secret-") {
                Some(refusal) => Err(refusal.clone()),
                None => return Err(error),
            },
            Err(error) => return Err(error),
        };
        self.secrets.borrow_mut().insert(id.clone(), content.clone());
        Ok(parsed(content))
    }
}

/// The content of a secret as a type.
fn parsed<T: DeserializeOwned>(read: Result<SecretContent, Refusal>) -> Secret<Redacted<T>> {
    let content = match read {
        Ok(content) => content,
        Err(refusal) => return Secret::Refused(refusal),
    };
    let texts = content.expose().iter();
    let object = texts.map(|(key, text)| (key.clone(), Value::String(text.clone())));
    match from_value(Value::Object(object.collect()), "secret") {
        Ok(data) => Secret::Ready(data),
        Err(invalid) => Secret::Invalid(invalid),
    }
}
