//! A case while it is read: line by line, and then as a whole.
//!
//! Owns which lines a case must have and which fit together. It must not know files.

use super::bytes::expand;
use super::case::{
    Case, Delivery, Deviation, Expectation, Level, Program, ResponseRule, Server, Step, Then,
};
use super::words::{bootstrap, delivery, level, program, reference, rule, step, then};

/// An error and the number of its line.
pub(crate) type Misread = (usize, String);

/// A case while it is read.
#[derive(Default)]
pub(crate) struct Draft {
    name: Option<String>,
    reference: Option<String>,
    level: Option<Level>,
    program: Option<Program>,
    alone: bool,
    only: Option<Server>,
    delivery: Option<Delivery>,
    steps: Vec<Step>,
    expected: Expected,
    deviations: Vec<(Server, Vec<String>, Expected)>,
}

/// An expectation while it is read.
#[derive(Default)]
struct Expected {
    responses: Option<Vec<ResponseRule>>,
    then: Option<Then>,
    unanswered: Option<Vec<char>>,
    unsound: bool,
}

impl Draft {
    pub(crate) fn read(lines: &[(usize, String)], causes: &[&str]) -> Result<Self, Misread> {
        let mut draft = Self::default();
        for (number, line) in lines {
            draft.take(line, causes).map_err(|error| (*number, error))?;
        }
        Ok(draft)
    }

    fn take(&mut self, line: &str, causes: &[&str]) -> Result<(), String> {
        if let Some(step) = step(line)? {
            self.steps.push(step);
            return Ok(());
        }
        let (key, value) = line
            .split_once(": ")
            .ok_or_else(|| format!("{line:?} is no line of a case"))?;
        match key {
            "case" => set(&mut self.name, value.to_owned(), key),
            "ref" => set(&mut self.reference, reference(value)?, key),
            "level" => set(&mut self.level, level(value)?, key),
            "each" => Ok(()),
            "on" => set(&mut self.program, program(value)?, key),
            "alone" if value == "yes" => {
                self.alone = true;
                Ok(())
            }
            "only" if value == Server::Direct.name() => set(&mut self.only, Server::Direct, key),
            "send" => set(&mut self.delivery, delivery(value)?, key),
            "tiny" => self.deviate(Server::Tiny, value, causes),
            "direct" => self.deviate(Server::Direct, value, causes),
            "response" | "then" | "unanswered" => self.expectation().take(key, value),
            "unsound" if value == "yes" && !self.deviations.is_empty() => {
                self.expectation().unsound = true;
                Ok(())
            }
            _ => Err(format!("{line:?} is no line of a case")),
        }
    }

    fn expectation(&mut self) -> &mut Expected {
        match self.deviations.last_mut() {
            Some((_, _, expected)) => expected,
            None => &mut self.expected,
        }
    }

    fn deviate(&mut self, server: Server, value: &str, causes: &[&str]) -> Result<(), String> {
        let named: Vec<_> = value.split(' ').map(str::to_owned).collect();
        if let Some(unknown) = named.iter().find(|name| !causes.contains(&name.as_str())) {
            return Err(format!("{unknown:?} does not stand in deviations.txt"));
        }
        self.deviations.push((server, named, Expected::default()));
        Ok(())
    }

    pub(crate) fn finish(self, topic: &str, line: usize) -> Result<Case, Misread> {
        let missing = |what: &str| (line, format!("the case has no {what}"));
        let level = self.level.ok_or_else(|| missing("`level`"))?;
        let expected = Expectation {
            responses: self
                .expected
                .responses
                .ok_or_else(|| missing("`response`"))?,
            then: self.expected.then.ok_or_else(|| missing("`then`"))?,
            unanswered: self.expected.unanswered.unwrap_or_default(),
            unsound: false,
        };
        let deviations = self
            .deviations
            .into_iter()
            .map(|(server, causes, differs)| differs.deviation(server, causes, &expected))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| (line, error))?;
        let case = Case {
            name: self.name.ok_or_else(|| missing("`case`"))?,
            topic: topic.to_owned(),
            line,
            reference: self.reference.ok_or_else(|| missing("`ref`"))?,
            level,
            program: self.program.unwrap_or_else(bootstrap),
            alone: self.alone,
            only: self.only,
            delivery: self.delivery.unwrap_or(Delivery::Whole),
            steps: self.steps,
            expected,
            deviations,
        };
        check(&case).map_err(|error| (line, error))?;
        Ok(case)
    }
}

impl Expected {
    fn take(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "response" if value == "none" => set(&mut self.responses, Vec::new(), key),
            "response" => {
                self.responses.get_or_insert_default().push(rule(value)?);
                Ok(())
            }
            "then" => set(&mut self.then, then(value)?, key),
            _ => set(
                &mut self.unanswered,
                value.split(' ').flat_map(str::chars).collect(),
                key,
            ),
        }
    }

    /// What is not said again is as expected.
    fn deviation(
        self,
        server: Server,
        causes: Vec<String>,
        usual: &Expectation,
    ) -> Result<Deviation, String> {
        let expected = Expectation {
            responses: self.responses.unwrap_or_else(|| usual.responses.clone()),
            then: self.then.unwrap_or(usual.then),
            unanswered: self.unanswered.unwrap_or_else(|| usual.unanswered.clone()),
            unsound: self.unsound,
        };
        if expected == *usual {
            return Err(format!("the deviation of {} is none", server.name()));
        }
        Ok(Deviation {
            server,
            causes,
            expected,
        })
    }
}

fn set<T>(place: &mut Option<T>, value: T, key: &str) -> Result<(), String> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("`{key}` stands twice")),
    }
}

/// What no single line can show.
fn check(case: &Case) -> Result<(), String> {
    let sends = |step: &Step| matches!(step, Step::Send(_));
    if !case.steps.iter().any(sends) && case.delivery != Delivery::Whole {
        return Err("there is nothing to send".into());
    }
    if case.delivery != Delivery::Whole && !case.steps.iter().all(sends) {
        return Err("what is sent in parts can have no steps between".into());
    }
    for step in &case.steps {
        if let Step::Send(text) = step {
            expand(text, &|_| String::new())?;
        }
    }
    if case.only == Some(Server::Direct) && case.deviation(Server::Tiny).is_some() {
        return Err("a case of direct alone has no deviation of tiny".into());
    }
    if case.level == Level::Must && case.deviation(Server::Direct).is_some() {
        return Err("direct must hold what is a MUST".into());
    }
    let deviations = case.deviations.iter().map(|deviation| &deviation.expected);
    for expectation in deviations.chain([&case.expected]) {
        check_expectation(expectation)?;
    }
    Ok(())
}

fn check_expectation(expectation: &Expectation) -> Result<(), String> {
    let required = |rule: &ResponseRule| !rule.optional;
    let first_optional = expectation.responses.iter().position(|rule| rule.optional);
    if first_optional.is_some_and(|at| expectation.responses[at..].iter().any(required)) {
        return Err("a response that may be missing has one after it that may not".into());
    }
    let forms = expectation
        .responses
        .iter()
        .flat_map(|rule| &rule.alternatives);
    for body in forms.filter_map(|form| form.body.as_deref()) {
        expand(body, &|_| String::new())?;
    }
    Ok(())
}
