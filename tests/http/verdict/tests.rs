//! What is seen is changed in one way after the other, and each must be judged as what it is.

use super::{Life, Observation, Outcome, judge};
use crate::http::conformance::case::{Case, Server};
use crate::http::conformance::exchange::{End, Seen};
use crate::http::conformance::parse::parse;
use crate::http::conformance::script::{Run, runs};
use crate::http::conformance::wire::Response;

/// A case that `tiny` is known to fail, and its only run.
fn case() -> (Case, Run) {
    let text = "case: A\nref: RFC 9112 §2\nlevel: SHOULD\n>> x\n\
        response: 200 by a connection=close no:x \"hi\"\nthen: closed\ntiny: W1\nresponse: 400\nthen: closed\n";
    let case = parse("topic", text, &["W1"])
        .expect("it is sound")
        .remove(0);
    let run = runs(&case, 7).remove(0);
    (case, run)
}

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Response {
        status,
        headers: headers.iter().map(owned).collect(),
        body: body.into(),
    }
}

/// What is seen when all is well.
fn sound(run: &Run) -> Observation {
    Observation {
        seen: Seen {
            responses: vec![response(200, &[("connection", "close")], "hi")],
            end: End::Closed,
            violations: Vec::new(),
        },
        ran: vec![run.id('a')],
        life: Life::Alive,
    }
}

fn judged(server: Server, change: impl FnOnce(&mut Observation, &Run)) -> Outcome {
    let (case, run) = case();
    let mut observation = sound(&run);
    change(&mut observation, &run);
    judge(&case, server, &[(run, observation)])
}

fn assert_fails(message: &str, change: impl FnOnce(&mut Observation, &Run)) {
    match judged(Server::Direct, change) {
        Outcome::Failed(how) => assert!(how.contains(message), "{how}"),
        other => panic!("{message}: {other:?}"),
    }
}

#[test]
fn what_is_as_expected_passes() {
    assert_eq!(judged(Server::Direct, |_, _| ()), Outcome::Passed);
}

#[test]
fn whatever_is_not_as_expected_fails() {
    assert_fails("404 is none of [200]", |is, _| {
        is.seen.responses[0].status = 404;
    });
    assert_fails("the body is not \"hi\"", |is, _| {
        is.seen.responses[0].body.clear();
    });
    assert_fails("has no connection: close", |is, _| {
        is.seen.responses[0].headers.clear();
    });
    assert_fails("the 200 has x", |is, _| {
        is.seen.responses[0].headers.push(("x".into(), "y".into()));
    });
    assert_fails("there is no response 1", |is, _| is.seen.responses.clear());
    assert_fails("after [200] more", |is, _| {
        is.seen.responses.push(response(200, &[], ""));
    });
    assert_fails("should be closed, its end was Silent", |is, _| {
        is.seen.end = End::Silent;
    });
    assert_fails("should be closed, its end was Probe", |is, run| {
        is.seen.end = End::Probe;
        is.ran.push(run.probe_id());
    });
    assert_fails("no date", |is, _| is.seen.violations.push("no date".into()));
    assert_fails("no longer answers", |is, _| is.life = Life::Hung);
    assert_fails("has ended", |is, _| is.life = Life::Ended);
}

#[test]
fn a_handler_that_nobody_asked_for_fails() {
    assert_fails("handlers ran for", |is, run| is.ran.push(run.id('s')));
    assert_fails("handlers ran for", |is, run| is.ran.push(run.id('a')));
    assert_fails("handlers ran for", |is, _| is.ran.push(String::new()));
    assert_fails("handlers ran for", |is, _| is.ran.push("006.0000-a".into()));
    assert_fails("handlers ran for", |is, _| is.ran.clear());
}

#[test]
fn a_known_deviation_is_one_only_while_it_shows() {
    let deviates = |is: &mut Observation, _: &Run| {
        is.seen.responses = vec![response(400, &[], "")];
        is.ran.clear();
    };
    assert_eq!(judged(Server::Tiny, deviates), Outcome::Deviated);
    let fixed = judged(Server::Tiny, |_, _| ());
    let message = "tiny no longer deviates here (W1): take its deviation out of the case";
    assert_eq!(fixed, Outcome::Failed(message.into()));
    let otherwise = judged(Server::Tiny, |is, _| is.seen.responses[0].status = 500);
    assert!(
        matches!(otherwise, Outcome::Failed(how) if how.contains("and of the known deviation"))
    );
}
