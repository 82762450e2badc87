//! Holds what was seen against what was expected.
//!
//! Owns the judgement. It must not know sockets or processes.

use super::bytes::expand;
use super::case::{Case, Expectation, ResponseForm, ResponseRule, Server, Then};
use super::exchange::{End, Seen};
use super::script::Run;
use super::wire::Response;

/// What became of one run.
#[derive(Debug)]
pub(crate) struct Observation {
    pub(crate) seen: Seen,
    /// The request ids of all handlers that ran meanwhile.
    pub(crate) ran: Vec<String>,
    pub(crate) life: Life,
}

/// What the process is like after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// It answers.
    Alive,
    /// It lives and does not answer.
    Hung,
    /// It has ended.
    Ended,
}

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// It ended as its server is known to deviate.
    Deviated,
    /// It ended otherwise: how.
    Failed(String),
}

/// Judges all runs of a case: each must end as expected, or as its server deviates, and a deviation must show.
pub(crate) fn judge(case: &Case, server: Server, runs: &[(Run, Observation)]) -> Outcome {
    let deviation = case.deviation(server);
    let mut deviated = false;
    for (run, observation) in runs {
        let Err(mismatch) = compare(&case.expected, run, observation) else {
            continue;
        };
        let Some(deviation) = deviation else {
            return Outcome::Failed(report(run, observation, &mismatch));
        };
        if let Err(other) = compare(&deviation.expected, run, observation) {
            let both = format!("{mismatch}; and of the known deviation: {other}");
            return Outcome::Failed(report(run, observation, &both));
        }
        deviated = true;
    }
    match deviation {
        Some(deviation) if !deviated => Outcome::Failed(format!(
            "{} no longer deviates here ({}): take its deviation out of the case",
            server.name(),
            deviation.causes.join(" ")
        )),
        Some(_) => Outcome::Deviated,
        None => Outcome::Passed,
    }
}

fn report(run: &Run, observation: &Observation, mismatch: &str) -> String {
    let mut text = format!("{mismatch}\n    sent: {}\n    seen:", run.sent());
    for Response {
        status,
        headers,
        body,
    } in &observation.seen.responses
    {
        let body = body.escape_ascii().to_string();
        text.push_str(&format!(" {status} {headers:?} \"{body}\";"));
    }
    let Observation { seen, ran, life } = observation;
    text.push_str(&format!(
        " the end: {:?}; ran: {ran:?}; the process: {life:?}",
        seen.end
    ));
    text
}

fn compare(expected: &Expectation, run: &Run, observation: &Observation) -> Result<(), String> {
    let crashed = expected.then == Then::Crashed;
    match observation.life {
        Life::Alive if crashed => return Err("the process should have ended".into()),
        Life::Ended if crashed => return Ok(()),
        Life::Alive => {}
        Life::Hung => return Err("the process no longer answers".into()),
        Life::Ended => return Err("the process has ended".into()),
    }
    match observation.seen.violations.first() {
        Some(violation) if !expected.unsound => return Err(violation.clone()),
        None if expected.unsound => return Err("the responses break no rule".into()),
        _ => {}
    }
    let responses = &observation.seen.responses;
    let mut by = Vec::new();
    for (at, rule) in expected.responses.iter().enumerate() {
        match responses.get(at) {
            Some(response) => by.extend(matching(rule, response, run)?.by),
            None if rule.optional => {}
            None => return Err(format!("there is no response {}", at + 1)),
        }
    }
    let more = responses.len().saturating_sub(expected.responses.len());
    compare_end(
        expected.then,
        observation.seen.end,
        &responses[responses.len() - more..],
    )?;
    compare_runs(expected, run, observation, by)
}

fn matching<'a>(
    rule: &'a ResponseRule,
    response: &Response,
    run: &Run,
) -> Result<&'a ResponseForm, String> {
    let mut mismatches = Vec::new();
    for form in &rule.alternatives {
        match compare_response(form, response, run) {
            Ok(()) => return Ok(form),
            Err(mismatch) => mismatches.push(mismatch),
        }
    }
    Err(mismatches.join(", "))
}

fn compare_response(form: &ResponseForm, response: &Response, run: &Run) -> Result<(), String> {
    if !form.statuses.contains(&response.status) {
        return Err(format!(
            "{} is none of {:?}",
            response.status, form.statuses
        ));
    }
    if let Some(body) = &form.body {
        let body = expand(body, &|letter| run.id(letter)).expect("it was checked");
        if body != response.body {
            return Err(format!(
                "the body is not {:?}",
                body.escape_ascii().to_string()
            ));
        }
    }
    for (name, wanted) in &form.with {
        let is_it = |value: &str| wanted == "*" || value.eq_ignore_ascii_case(wanted);
        if !response.values(name).any(is_it) {
            return Err(format!("the {} has no {name}: {wanted}", response.status));
        }
    }
    for name in &form.without {
        if response.values(name).next().is_some() {
            return Err(format!("the {} has {name}", response.status));
        }
    }
    Ok(())
}

/// `more` are the responses after those that the case expects.
fn compare_end(then: Then, end: End, more: &[Response]) -> Result<(), String> {
    let is_closed = matches!(end, End::Closed | End::Reset);
    let fits = match then {
        Then::Open => end == End::Probe && more.is_empty(),
        Then::Closed => is_closed && more.is_empty(),
        Then::Lingering => end == End::Closed && more.is_empty(),
        Then::Either => (is_closed || end == End::Probe) && more.is_empty(),
        Then::Silent => end == End::Silent && more.is_empty(),
        Then::Gone => end == End::Gone,
        Then::Crashed => true,
    };
    if fits {
        return Ok(());
    }
    let statuses: Vec<_> = more.iter().map(|response| response.status).collect();
    Err(format!(
        "the connection should be {then}, its end was {end:?} after {statuses:?} more"
    ))
}

/// Every handler that ran must have been asked for: this is what finds a smuggled request.
fn compare_runs(
    expected: &Expectation,
    run: &Run,
    observation: &Observation,
    by: Vec<char>,
) -> Result<(), String> {
    let id_of = |letter| match letter {
        '-' => String::new(),
        letter => run.id(letter),
    };
    let mut ran = observation.ran.clone();
    let mut wanted: Vec<_> = by.into_iter().map(id_of).collect();
    if observation.seen.end == End::Probe {
        wanted.push(run.probe_id());
    }
    for id in expected.unanswered.iter().map(|letter| id_of(*letter)) {
        if let Some(at) = ran.iter().position(|found| *found == id) {
            ran.remove(at);
        }
    }
    ran.sort();
    wanted.sort();
    if ran == wanted {
        Ok(())
    } else {
        Err(format!("handlers ran for {ran:?}, expected was {wanted:?}"))
    }
}

#[cfg(test)]
mod tests;
