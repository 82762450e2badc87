//! Those who ask fc-local: for results, for pages, for events to be made later; slowly, or only to leave.
//!
//! They must not know what is done to the server.

use std::io::{Read, Write};
use std::thread;

use super::agent::{Connection, Response};
use super::common::{
    Cause, Dice, End, Events, Open, Stage, TIMED_OUT, leave, read_slowly, write_slowly,
};
use super::wire::{invocation, visit};

/// After how many requests a client takes another connection, at most.
const REQUESTS_PER_CONNECTION: usize = 100;
/// How long a client pauses between two requests, in milliseconds, at most.
const PAUSE_MS: usize = 30;
/// One of so many calls takes up to so many milliseconds.
const LONG: usize = 4;
const LONG_MS: usize = 80;
/// How long a body is, in bytes, at most: mostly, and where it is read slowly or left.
const SMALL: usize = 20_000;
const LARGE: usize = 4_000_000;

/// The header of an event that is accepted now and made later.
const ASYNC: [(&str, &str); 1] = [("x-fc-invocation-type", "Async")];
/// What the body of an event has before its number.
pub(super) const EVENT: &str = "event-";

/// What may cost a request its connection.
const NO_SERVER: &[Cause] = &[Cause::ServerKilled, Cause::ServerStopped];
/// A stop lets a call finish that has begun.
const KILLED: &[Cause] = &[Cause::ServerKilled];

/// Calls a function and waits for its result.
pub(super) fn caller(stage: &Stage, dice: Dice) {
    ask_on(stage, dice, |stage, open, connection, dice| {
        let body = body_of(open.number(), dice);
        let got = exchange(connection, &invocation("f", &[], &body));
        finish(stage, open, connection, (got, KILLED), |response| {
            is_result(response, &body)
        })
    });
}

/// Asks for pages of the custom domain.
pub(super) fn visitor(stage: &Stage, dice: Dice) {
    ask_on(stage, dice, |stage, open, connection, dice| {
        let body = body_of(open.number(), dice);
        let got = exchange(connection, &visit("/echo", &body));
        // The end of its instance cuts a page that has begun.
        let by = &[Cause::ServerKilled, Cause::InstanceKilled];
        finish(stage, open, connection, (got, by), |response| {
            is_page(response, &body)
        })
    });
}

/// Sends events that nobody waits for.
pub(super) fn sender(stage: &Stage, events: &Events, dice: Dice) {
    ask_on(stage, dice, |stage, open, connection, dice| {
        let number = open.number();
        let mut event = format!("{EVENT}{number}");
        if dice.is_lucky(LONG) {
            event = format!("sleep 0.{:03} {event}", dice.below(LONG_MS));
        }
        let got = exchange(connection, &invocation("g", &ASYNC, event.as_bytes()));
        finish(stage, open, connection, (got, KILLED), |response| {
            (response.status == 202 && response.body.is_empty()).then(|| {
                events.accept(number);
                End::Answered
            })
        })
    });
}

/// One thing after another, until all is over, each with what `ask` returns: whether its connection can be used again.
fn ask_on(
    stage: &Stage,
    mut dice: Dice,
    ask: impl Fn(&Stage, Open, &mut Connection, &mut Dice) -> bool,
) {
    while !stage.is_over() {
        let place = stage.place();
        let Some(mut connection) = stage.connect(&place).map(Connection::over) else {
            continue;
        };
        for _ in 0..=dice.below(REQUESTS_PER_CONNECTION) {
            let open = stage.book.open();
            // Only after it has begun: what ends the place from now on is its cause.
            if place.has_ended() {
                stage.book.close(open, End::Unsent);
                break;
            }
            if !ask(stage, open, &mut connection, &mut dice) || stage.is_over() {
                break;
            }
            thread::sleep(dice.milliseconds(PAUSE_MS));
        }
    }
}

fn exchange(connection: &mut Connection, request: &[u8]) -> Result<Response, String> {
    let sent = connection.try_send(request);
    // A refusal may be there although not all was taken.
    let got = connection.try_response(false);
    got.map_err(|why| sent.err().unwrap_or(why))
}

/// Writes down what became of a request: a whole response by what it means, another by what may have cut it, once it has begun.
/// Returns whether its connection can be used again.
fn finish(
    stage: &Stage,
    open: Open,
    connection: &Connection,
    (got, cut_by): (Result<Response, String>, &'static [Cause]),
    means: impl FnOnce(&Response) -> Option<End>,
) -> bool {
    let is_kept = matches!(&got, Ok(response) if response.header("connection") != Some("close"));
    let by = if connection.is_untouched() {
        NO_SERVER
    } else {
        cut_by
    };
    stage.book.close(open, end_of(got, by, means));
    is_kept
}

fn end_of(
    got: Result<Response, String>,
    by: &'static [Cause],
    means: impl FnOnce(&Response) -> Option<End>,
) -> End {
    match got {
        Ok(response) => means(&response).unwrap_or_else(|| refusal(&response)),
        Err(how) if how.contains(TIMED_OUT) => End::Wrong(format!("silence: {how}")),
        Err(how) => End::Broken { how, by },
    }
}

/// What a response means that is not the one that was asked for.
fn refusal(response: &Response) -> End {
    let error = response.header("x-fc-error-type").unwrap_or_default();
    let text = response.text();
    let how = format!("{} {error} {text:.300}", response.status);
    let (kind, by): (_, &[Cause]) = match response.status {
        429 => return End::Declined("429, all places are taken"),
        500 if text.contains("InternalServerError") => {
            ("500, the disk is full", &[Cause::DiskFull])
        }
        412 if text.contains("CAExited") => (
            "412, the instance ended at its start",
            &[Cause::InstanceKilled],
        ),
        _ if error == "UnhandledInvocationError" => (
            "the instance ended within the call",
            &[Cause::InstanceKilled],
        ),
        _ => return End::Wrong(how),
    };
    End::Refused { kind, how, by }
}

fn is_result(response: &Response, body: &[u8]) -> Option<End> {
    let is_it = response.status == 200
        && response.body == body
        && response.header("x-fc-error-type").is_none();
    is_it.then_some(End::Answered)
}

fn is_page(response: &Response, body: &[u8]) -> Option<End> {
    (response.status == 201 && response.body == body).then_some(End::Answered)
}

/// A body that is like no other: it has its number, and mostly little else.
fn body_of(number: usize, dice: &mut Dice) -> Vec<u8> {
    if dice.is_lucky(LONG) {
        return format!("sleep 0.{:03} call-{number}", dice.below(LONG_MS)).into_bytes();
    }
    let length = dice.below(SMALL);
    numbered(number, length)
}

fn numbered(number: usize, length: usize) -> Vec<u8> {
    let word = format!("call-{number} ").into_bytes();
    word.iter()
        .copied()
        .cycle()
        .take(word.len() + length)
        .collect()
}

/// Sends one call in pieces.
pub(super) fn slow_writer(stage: &Stage, mut dice: Dice) {
    let place = stage.place();
    let Some(mut connection) = stage.connect(&place).map(Connection::over) else {
        return;
    };
    let open = stage.book.open();
    let body = numbered(open.number(), SMALL);
    let request = invocation("f", &[], &body);
    let sent = write_slowly(&mut dice, &request, |piece| connection.try_send(piece));
    let got = connection.try_response(false);
    let got = got.map_err(|why| sent.err().unwrap_or(why));
    // A stop waits for it up to its grace.
    stage.book.close(
        open,
        end_of(got, NO_SERVER, |response| is_result(response, &body)),
    );
}

/// Reads one large page in pieces, up to its last byte.
pub(super) fn slow_reader(stage: &Stage, mut dice: Dice) {
    let place = stage.place();
    let Some(mut stream) = stage.connect(&place) else {
        return;
    };
    let open = stage.book.open();
    let body = numbered(open.number(), dice.below(LARGE));
    let got = read_slowly(&mut stream, &visit("/echo", &body), body.len(), &mut dice);
    // The end of the instance cuts a page that has begun.
    let by = &[
        Cause::ServerKilled,
        Cause::ServerStopped,
        Cause::InstanceKilled,
    ];
    stage
        .book
        .close(open, end_of(got, by, |response| is_page(response, &body)));
}

/// Asks for a large page and leaves within it.
pub(super) fn give_up(stage: &Stage, dice: &mut Dice) {
    leave(stage, dice, |stream, number, dice| {
        stream.write_all(&visit("/echo", &numbered(number, LARGE)))?;
        let mut piece = vec![0; dice.below(100_000) + 1];
        // What has come is of no interest: it leaves anyway.
        stream.read(&mut piece).map(drop)
    });
}

/// Leaves within its own request.
pub(super) fn cut(stage: &Stage, dice: &mut Dice) {
    leave(stage, dice, |stream, number, dice| {
        let whole = invocation("f", &[], &numbered(number, SMALL));
        stream.write_all(&whole[..dice.below(whole.len())])
    });
}
