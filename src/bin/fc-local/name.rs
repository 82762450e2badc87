//! Names: what services and functions may be called, and the one function that a request, a file or a person means.
//!
//! It must not know what is deployed.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest name of a service or a function, in letters: FC's own rule.
const LENGTH_MAX: usize = 128;

/// The longest name of a host and of a part of it, in letters (RFC 1035, section 2.3.4).
const DOMAIN_MAX: usize = 253;
const DOMAIN_PART_MAX: usize = 63;

/// The qualifier of what of a function can be changed.
pub(crate) const LATEST: &str = "LATEST";

/// Parts the service from the function.
const SEPARATOR: char = '/';

/// Parts the function of FC 3.0 from the version or alias; no function has it in its name.
const QUALIFIED: char = '.';

/// The generation of FC whose habits an instance sees ([contract §1.3](crate::check::sections::SECTIONS#1.3)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generation {
    Fc2,
    Fc3,
}

/// A function and where it belongs: to a service in FC 2.0, to none in FC 3.0.
///
/// As text it is `service/function`, `function` or `function.qualifier`; as a key in files it always has the separator, so that
/// names sort by service first, and no qualifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct FunctionName {
    service: Option<String>,
    function: String,
    qualifier: String,
}

impl FunctionName {
    /// A function of a service, in FC 2.0.
    pub(crate) fn fc2(service: &str, function: &str) -> Self {
        Self::of(Some(service), function)
    }

    /// A function of FC 3.0.
    pub(crate) fn fc3(function: &str) -> Self {
        Self::of(None, function)
    }

    /// A function of this service, or of FC 3.0 if there is none.
    pub(crate) fn of(service: Option<&str>, function: &str) -> Self {
        Self {
            service: service
                .filter(|service| !service.is_empty())
                .map(str::to_owned),
            function: function.to_owned(),
            qualifier: LATEST.to_owned(),
        }
    }

    /// The name that a person or a file has written: `service/function`, `/function` or `function`, in FC 3.0 also with a
    /// qualifier.
    pub(crate) fn parse(text: &str) -> Self {
        let (service, function) = text.split_once(SEPARATOR).unwrap_or(("", text));
        Self::of(Some(service), function).divided()
    }

    /// The same name with what follows the dot in it, where it is one of FC 3.0, as its qualifier.
    pub(crate) fn divided(self) -> Self {
        match self.function.split_once(QUALIFIED) {
            Some((function, qualifier)) if self.service.is_none() => {
                Self::fc3(function).at(qualifier)
            }
            _ => self,
        }
    }

    /// The same function by a qualifier; an empty one is `LATEST`.
    pub(crate) fn at(mut self, qualifier: &str) -> Self {
        let given = Some(qualifier).filter(|qualifier| !qualifier.is_empty());
        given.unwrap_or(LATEST).clone_into(&mut self.qualifier);
        self
    }

    /// The same function by no qualifier but `LATEST`.
    pub(crate) fn latest(&self) -> Cow<'_, Self> {
        if self.qualifier == LATEST {
            Cow::Borrowed(self)
        } else {
            Cow::Owned(self.clone().at(LATEST))
        }
    }

    pub(crate) fn generation(&self) -> Generation {
        match self.service {
            Some(_) => Generation::Fc2,
            None => Generation::Fc3,
        }
    }

    pub(crate) fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    pub(crate) fn function(&self) -> &str {
        &self.function
    }

    pub(crate) fn qualifier(&self) -> &str {
        &self.qualifier
    }

    /// What the platform calls the function of an account in a region.
    pub(crate) fn arn(&self, account_id: &str, region: &str) -> String {
        let owner = format!("acs:fc:{region}:{account_id}");
        match self.service() {
            Some(service) => {
                let qualifier = self.qualifier();
                format!(
                    "{owner}:services/{service}.{qualifier}/functions/{}",
                    self.function
                )
            }
            None if self.qualifier == LATEST => format!("{owner}:functions/{}", self.function),
            None => format!("{owner}:functions/{}/{}", self.function, self.qualifier),
        }
    }

    /// The function that an ARN names, of whatever account and region; none if it names something else.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let resource = arn.strip_prefix("acs:fc:")?.splitn(3, ':').nth(2)?;
        let parts: Vec<&str> = resource.split('/').collect();
        match parts.as_slice() {
            ["functions", function] => Some(Self::fc3(function)),
            ["functions", function, qualifier] => Some(Self::fc3(function).at(qualifier)),
            ["services", service, "functions", function] => {
                let service = service.strip_suffix(".LATEST").unwrap_or(service);
                Some(Self::fc2(service, function))
            }
            _ => None,
        }
    }

    /// The name as a key of files.
    fn key(&self) -> String {
        let service = self.service().unwrap_or_default();
        format!("{service}{SEPARATOR}{}", self.function)
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key().trim_start_matches(SEPARATOR))?;
        if self.qualifier == LATEST {
            return Ok(());
        }
        write!(f, "{QUALIFIED}{}", self.qualifier)
    }
}

impl From<String> for FunctionName {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<FunctionName> for String {
    fn from(name: FunctionName) -> Self {
        name.key()
    }
}

/// Checks the name of a new service or function; `what` says whose name it is.
///
/// # Errors
///
/// FC would refuse the name; the text says what a name may be.
pub(crate) fn check(what: &str, name: &str) -> Result<(), String> {
    let is_first = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    let is_next = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if name.starts_with(is_first) && name.chars().all(is_next) && name.len() <= LENGTH_MAX {
        return Ok(());
    }
    Err(format!(
        "{what} '{name}' is not valid: it has 1 to {LENGTH_MAX} letters, digits, '_' or '-', and begins with a letter \
         or '_'"
    ))
}

/// Checks the name of a new custom domain, in small letters.
///
/// # Errors
///
/// No host can have the name; the text says what a name may be.
pub(crate) fn check_domain(name: &str) -> Result<(), String> {
    let is_inner = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let is_part = |part: &str| {
        (1..=DOMAIN_PART_MAX).contains(&part.len())
            && part.chars().all(is_inner)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    if name.len() <= DOMAIN_MAX && name.contains('.') && name.split('.').all(is_part) {
        return Ok(());
    }
    Err(format!(
        "domainName '{name}' is not valid: it has two or more parts with dots between, each of 1 to {DOMAIN_PART_MAX} \
         letters, digits or '-', and {DOMAIN_MAX} characters at most"
    ))
}

#[cfg(test)]
mod tests;
