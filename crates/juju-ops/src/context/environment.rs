//! Variables by name. Text enters, names and numbers leave; an empty variable counts as absent, as Juju means it.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::ContextError;
use crate::name::InvalidName;

pub(super) struct Environment(BTreeMap<String, String>);

impl Environment {
    pub(super) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(variables.into_iter().collect())
    }

    pub(super) fn get(&self, variable: &str) -> Option<&str> {
        self.0
            .get(variable)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    pub(super) fn text(&self, variable: &'static str) -> Result<&str, ContextError> {
        self.get(variable).ok_or(ContextError::Missing { variable })
    }

    pub(super) fn name<N: FromStr<Err = InvalidName>>(
        &self,
        variable: &'static str,
    ) -> Result<N, ContextError> {
        self.text(variable)?
            .parse()
            .map_err(|source| ContextError::Invalid { variable, source })
    }

    pub(super) fn name_if_set<N>(&self, variable: &'static str) -> Result<Option<N>, ContextError>
    where
        N: FromStr<Err = InvalidName>,
    {
        self.get(variable)
            .map(|text| {
                text.parse()
                    .map_err(|source| ContextError::Invalid { variable, source })
            })
            .transpose()
    }

    pub(super) fn number(&self, variable: &'static str) -> Result<u64, ContextError> {
        let text = self.text(variable)?;
        text.parse().map_err(|_| ContextError::NotANumber {
            variable,
            text: text.to_owned(),
        })
    }
}
