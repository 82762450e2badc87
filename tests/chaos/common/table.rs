//! The figures of a run, in rows.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::sync::Mutex;

#[derive(Debug, Default)]
pub(crate) struct Table(Vec<(String, String)>);

impl Table {
    pub(crate) fn row(&mut self, name: &str, figure: impl Display) {
        self.0.push((name.to_owned(), figure.to_string()));
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let widest = |part: fn(&(String, String)) -> &String| {
            let lengths = self.0.iter().map(|row| part(row).chars().count());
            lengths.max().unwrap_or_default()
        };
        let (names, figures) = (widest(|row| &row.0), widest(|row| &row.1));
        for (name, figure) in &self.0 {
            writeln!(f, "  {name:<names$}  {figure:>figures$}")?;
        }
        Ok(())
    }
}

/// How often each thing was done.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<BTreeMap<String, u64>>);

impl Tally {
    pub(crate) fn count(&self, what: &str) {
        let mut counts = self.0.lock().expect("no panic while it is held");
        *counts.entry(what.to_owned()).or_default() += 1;
    }

    /// How often this was done.
    pub(crate) fn of(&self, what: &str) -> u64 {
        let counts = self.0.lock().expect("no panic while it is held");
        counts.get(what).copied().unwrap_or_default()
    }

    pub(crate) fn total(&self) -> u64 {
        self.0
            .lock()
            .expect("no panic while it is held")
            .values()
            .sum()
    }

    pub(crate) fn show(&self, table: &mut Table) {
        for (what, count) in self.0.lock().expect("no panic while it was held").iter() {
            table.row(what, count);
        }
    }
}
