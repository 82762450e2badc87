//! The rules by which the route of a custom domain changes path and query before the function sees them
//! ([fc3 §8](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#8)).
//!
//! Which kind of rule goes first is not documented; here it is the most exact one.

use regex_lite::{Captures, Regex, escape};
use serde::{Deserialize, Serialize};

use super::fields::Fields;

/// The longest rule, in bytes.
const RULE_BYTES_MAX: usize = 256;

/// The rules of a route.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Rewrite {
    equal_rules: Option<Vec<Rule>>,
    wildcard_rules: Option<Vec<Rule>>,
    regex_rules: Option<Vec<Rule>>,
    #[serde(flatten)]
    rest: Fields,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Rule {
    #[serde(rename = "match")]
    pattern: String,
    replacement: String,
    #[serde(flatten)]
    rest: Fields,
}

impl Rewrite {
    /// What a path, and its query if it has one, become; as they are if no rule fits.
    pub(super) fn rewritten(&self, path: &str, query: Option<&str>) -> String {
        let target = match query {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        };
        let equal = rules(&self.equal_rules).find(|rule| rule.pattern == path);
        let equal = equal.map(|rule| target.replacen(path, &rule.replacement, 1));
        let wildcard = || rules(&self.wildcard_rules).find_map(|rule| rule.by_wildcard(&target));
        let regex = || rules(&self.regex_rules).find_map(|rule| rule.by_regex(&target));
        let changed = equal.or_else(wildcard).or_else(regex).unwrap_or(target);
        if changed.starts_with('/') {
            changed
        } else {
            format!("/{changed}")
        }
    }

    /// Refuses rules that could not be used.
    pub(super) fn check(&self) -> Result<(), String> {
        let mut all = rules(&self.equal_rules)
            .chain(rules(&self.wildcard_rules))
            .chain(rules(&self.regex_rules));
        if let Some(rule) = all.find(|rule| !rule.is_sized()) {
            return Err(format!(
                "the rewrite rule '{}' is not valid: match and replacement have 1 to {RULE_BYTES_MAX} bytes",
                rule.pattern
            ));
        }
        rules(&self.regex_rules).try_for_each(|rule| match Regex::new(&rule.pattern) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!(
                "the rewrite rule '{}' is not a regular expression: {error}",
                rule.pattern
            )),
        })
    }
}

impl Rule {
    fn is_sized(&self) -> bool {
        let sizes = [self.pattern.len(), self.replacement.len()];
        sizes.iter().all(|size| (1..=RULE_BYTES_MAX).contains(size))
    }

    /// `*` is any text, and the whole target is replaced; without `^` anything may stand before the pattern.
    fn by_wildcard(&self, target: &str) -> Option<String> {
        let (start, pattern) = match self.pattern.strip_prefix('^') {
            Some(pattern) => ("", pattern),
            None => (".*?", self.pattern.as_str()),
        };
        let parts: Vec<String> = pattern.split('*').map(escape).collect();
        let regex = Regex::new(&format!("^{start}{}$", parts.join("(.*)"))).ok()?;
        let found = regex.captures(target)?;
        Some(expanded(&self.replacement, &found))
    }

    /// What fits the pattern is replaced.
    fn by_regex(&self, target: &str) -> Option<String> {
        let regex = Regex::new(&self.pattern).ok()?;
        let found = regex.captures(target)?;
        let whole = found.get(0)?.range();
        let (before, after) = (&target[..whole.start], &target[whole.end..]);
        Some(format!(
            "{before}{}{after}",
            expanded(&self.replacement, &found)
        ))
    }
}

fn rules(list: &Option<Vec<Rule>>) -> impl Iterator<Item = &Rule> {
    list.iter().flatten()
}

/// A replacement with what was found instead of `$1` and the others.
fn expanded(replacement: &str, found: &Captures<'_>) -> String {
    let mut text = String::new();
    let mut parts = replacement.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        match number
            .parse()
            .ok()
            .and_then(|number: usize| found.get(number))
        {
            Some(group) => text.push_str(group.as_str()),
            None if digits == 0 => text.push('$'),
            None => {}
        }
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests;
