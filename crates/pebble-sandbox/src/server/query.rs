//! The query of a request.

use crate::duration::{GoDuration, InvalidDuration};

/// Parameters in their order; the same name may come again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The first value of a parameter; empty if it is not given.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    pub(crate) fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// A list that may come as `a,b` and as several parameters.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let values = self.all(name).flat_map(|value| value.split(','));
        values
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// A duration; `None` if it is not given or zero.
    ///
    /// # Errors
    /// When the value is no duration.
    pub(crate) fn duration(&self, name: &str) -> Result<Option<GoDuration>, InvalidDuration> {
        match self.get(name) {
            "" => Ok(None),
            text => Ok(Some(text.parse::<GoDuration>()?).filter(|duration| !duration.0.is_zero())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters() {
        let query = Query::parse("names=a,b&names=c%20d,&path=%2Fx+y&timeout=4s");
        assert_eq!(query.list("names"), ["a", "b", "c d"]);
        assert_eq!(query.get("path"), "/x y");
        assert_eq!(query.get("nope"), "");
        assert_eq!(query.duration("timeout").unwrap().unwrap().to_string(), "4s");
        assert!(query.duration("path").is_err());
        assert_eq!(query.duration("nope"), Ok(None));
    }
}
