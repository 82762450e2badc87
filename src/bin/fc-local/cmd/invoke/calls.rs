//! The calls of `fc-local invoke`: how each is made, what is right about its response, and how they follow each other.

mod job;

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper::body::Bytes;
use hyper::http::request;
use tokio::task::JoinSet;

use self::job::Request;
pub(super) use self::job::{Job, jobs};
use super::args::InvokeArgs;
use super::error::InvokeError;
use super::remote::Remote;
use super::show::{Shown, View, whole};
use crate::ids;
use crate::platform::agent::{CallId, Payload};
use crate::platform::call;
use crate::platform::instance::{Instance, Lease};
use crate::platform::report::{Report, Usage};

/// A call that was made.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Log and answer, as they are shown.
    pub(super) shown: Shown,
    /// What is wrong with the answer.
    pub(super) wrong: Vec<String>,
    /// What it took, if it was made.
    pub(super) usage: Option<Usage>,
}

/// Who gets the calls.
#[derive(Debug)]
pub(super) enum Target {
    /// An instance of a package; the id is that of the call which it was started for.
    Package(Arc<Instance>, CallId),
    /// A function that a running fc-local has.
    Server(Arc<Remote>),
}

/// The right to make one call.
#[derive(Debug)]
enum Place {
    Package(Lease, CallId),
    Server(Arc<Remote>),
}

/// Makes all calls of all rounds, and reports each in its order.
///
/// The first call goes alone, because it is the one that the instance was started for.
pub(super) async fn make_all(
    args: &InvokeArgs,
    mut target: Target,
    view: View,
    jobs: &[Job],
    mut report: impl FnMut(usize, Outcome) -> Result<(), InvokeError>,
) -> Result<(), InvokeError> {
    let total = jobs.len() * args.repeat as usize;
    let job = |number: usize| jobs[number % jobs.len()].clone();
    report(0, make(job(0), view, target.place()?).await)?;
    let mut running = JoinSet::new();
    let mut waiting = BTreeMap::new();
    let (mut begun, mut reported) = (1, 1);
    while reported < total {
        while begun < total && running.len() < args.concurrency as usize {
            let (number, job, place) = (begun, job(begun), target.place()?);
            running.spawn(async move { (number, make(job, view, place).await) });
            begun += 1;
        }
        if let Some(joined) = running.join_next().await {
            let (number, outcome) =
                joined.map_err(|error| InvokeError::Io("a call".to_owned(), error.into()))?;
            waiting.insert(number, outcome);
        }
        while let Some(outcome) = waiting.remove(&reported) {
            report(reported, outcome)?;
            reported += 1;
        }
    }
    Ok(())
}

impl Target {
    fn place(&mut self) -> Result<Place, InvokeError> {
        match self {
            Self::Server(remote) => Ok(Place::Server(Arc::clone(remote))),
            Self::Package(instance, next) => {
                let gone = "the instance did not survive the call before";
                let lease = instance
                    .try_lease()
                    .ok_or_else(|| InvokeError::Answer(gone.to_owned()))?;
                let fresh = CallId::first(ids::request_id(instance.function.name.generation()));
                Ok(Place::Package(lease, std::mem::replace(next, fresh)))
            }
        }
    }
}

async fn make(job: Job, view: View, place: Place) -> Outcome {
    match (&job.request, place) {
        (Request::Event(event), Place::Package(lease, call)) => {
            make_event(&job, view, lease, call, event.clone()).await
        }
        (Request::Http(head, body), Place::Package(lease, call)) => {
            make_http(&job, view, lease, call, *head.clone(), body.clone()).await
        }
        (Request::Event(event), Place::Server(remote)) => {
            ask(&job, view, &remote, event.bytes.clone()).await
        }
        (Request::Http(head, body), Place::Server(remote)) => {
            ask_http(&job, view, &remote, *head.clone(), body.bytes.clone()).await
        }
    }
}

async fn ask(job: &Job, view: View, remote: &Remote, event: Bytes) -> Outcome {
    let name = &job.name;
    match remote.invoke(event).await {
        Ok(answer) => {
            let failed = answer.error_type.as_ref();
            let failed = failed.map(|kind| format!("{name} failed with {kind}"));
            Outcome {
                shown: view.event(&answer.log, &answer.body),
                wrong: failed
                    .into_iter()
                    .chain(job.wrong_text(&answer.body))
                    .collect(),
                usage: Some(answer.usage),
            }
        }
        Err(why) => not_made(name, &why),
    }
}

async fn ask_http(
    job: &Job,
    view: View,
    remote: &Remote,
    head: request::Parts,
    body: Bytes,
) -> Outcome {
    let name = &job.name;
    let (head, answer) = match remote.http(head, body).await {
        Ok(answered) => answered,
        Err(why) => return not_made(name, &why),
    };
    let failed = answer.error_type.as_ref();
    let failed = failed.map(|kind| format!("{name} failed with {kind}"));
    let wrong = failed.into_iter().chain(job.wrong_status(head.status));
    Outcome {
        shown: view.http(&answer.log, &head, &answer.body),
        wrong: wrong.chain(job.wrong_text(&answer.body)).collect(),
        usage: Some(answer.usage),
    }
}

fn not_made(name: &str, why: &str) -> Outcome {
    Outcome {
        shown: Shown::default(),
        wrong: vec![format!("{name} was not made: {why}")],
        usage: None,
    }
}

async fn make_event(job: &Job, view: View, lease: Lease, call: CallId, event: Payload) -> Outcome {
    let answer = call::event(lease, call, event).await;
    let mut wrong = wrong_report(&job.name, &answer.report);
    wrong.extend(job.wrong_text(&answer.body));
    Outcome {
        shown: view.event(&whole(answer.report.tail_log()), &answer.body),
        wrong,
        usage: Some(answer.report.usage),
    }
}

async fn make_http(
    job: &Job,
    view: View,
    lease: Lease,
    call: CallId,
    head: request::Parts,
    body: Payload,
) -> Outcome {
    let exchanged = match call::http(lease, call, head, body).await {
        Ok(exchange) => exchange.buffer().await,
        Err(failure) => Err(failure),
    };
    let name = &job.name;
    let (head, body, report) = match exchanged {
        Ok(answer) => answer,
        Err(failure) => {
            return Outcome {
                wrong: vec![why_http_failed(name, &failure)],
                usage: Some(failure.report.usage),
                shown: view.log(&whole(failure.report.tail_log())),
            };
        }
    };
    let mut wrong = wrong_report(name, &report);
    wrong.extend(job.wrong_status(head.status));
    wrong.extend(job.wrong_text(&body));
    Outcome {
        shown: view.http(&whole(report.tail_log()), &head, &body),
        wrong,
        usage: Some(report.usage),
    }
}

fn why_http_failed(name: &str, failure: &call::HttpFailure) -> String {
    let end = failure.report.end_of_instance.as_ref();
    let end = end.map_or(String::new(), |end| format!("; {end}"));
    format!("{name} failed: {}{end}", failure.message)
}

fn wrong_report(what: &str, report: &Report) -> Vec<String> {
    let end = report.end_of_instance.as_ref();
    let mut wrong: Vec<String> = report
        .error_type
        .map(|kind| {
            let end = end.map_or(String::new(), |end| format!(": {end}"));
            format!("{what} failed with {kind}{end}")
        })
        .into_iter()
        .collect();
    for (edge, seen) in [
        ("Start", report.log.start_marker),
        ("End", report.log.end_marker),
    ] {
        // What was ended in the middle could not write its end.
        let excused = end.is_some() && edge == "End";
        if !(seen || excused) {
            wrong.push(format!(
                "{what} logged no line `FC Invoke {edge} RequestId: {}`; without it FC keeps no log of the call",
                report.request_id
            ));
        }
    }
    wrong
}
