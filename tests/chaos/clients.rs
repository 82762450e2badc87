//! Those who ask: agents that are to get every response, slow ones that are to get theirs too, and those that leave.
//!
//! They must not know what is done to the instance.

use std::io::{Read, Write};
use std::thread;

use crate::common::{
    Cause, Dice, End, Open, Place, Stage, TIMED_OUT, leave, read_slowly, write_slowly,
};
use crate::plan::{self, Planned};
use crate::support::{Connection, Response, request};

/// After how many requests an agent takes another connection, at most.
const REQUESTS_PER_CONNECTION: usize = 200;
/// How long an agent pauses between two requests, in milliseconds, at most: so that all of them together leave time to
/// those who disturb.
const PAUSE_MS: usize = 10;
/// One of so many requests takes up to so many milliseconds.
const LONG: usize = 4;
const LONG_MS: usize = 60;
/// The largest response that somebody reads slowly or leaves, in bytes: more than the buffers of a socket hold.
const LARGE: usize = 12_000_000;
/// Asks one thing after another, each on its place, until all is over.
pub(crate) fn agent(stage: &Stage, mut dice: Dice) {
    while !stage.is_over() {
        let place = stage.place();
        let Some(mut connection) = stage.connect(&place).map(Connection::over) else {
            continue;
        };
        for _ in 0..=dice.below(REQUESTS_PER_CONNECTION) {
            let pass = stage.pass();
            let is_kept = ask(stage, &place, &mut connection, &mut dice);
            drop(pass);
            if !is_kept || stage.is_over() {
                break;
            }
            thread::sleep(dice.milliseconds(PAUSE_MS));
        }
    }
}

/// Asks once, and returns whether the connection can be used again.
fn ask(stage: &Stage, place: &Place, connection: &mut Connection, dice: &mut Dice) -> bool {
    let open = stage.book.open();
    // Only after it has begun: what ends the place from now on is its cause.
    if place.has_ended() {
        stage.book.close(open, End::Unsent);
        return false;
    }
    let (request, expected) = wanted(open.number(), dice);
    let sent = connection.try_send(&request);
    // A refusal may be there although not all was taken.
    let got = connection.try_response(false);
    let got = got.map_err(|why| sent.err().unwrap_or(why));
    let is_kept = got
        .as_ref()
        .is_ok_and(|response| response.header("connection") != Some("close"));
    let by: &[Cause] = if connection.is_untouched() {
        // A stop closes connections on which nothing is under way; a request may come just then.
        &[Cause::ServerKilled, Cause::ServerStopped]
    } else {
        &[Cause::ServerKilled]
    };
    close(stage, place, open, got, &expected, by);
    is_kept
}

/// A request and the response to it: mostly one that is quick, and often one that others overtake.
fn wanted(number: usize, dice: &mut Dice) -> (Vec<u8>, Vec<u8>) {
    if dice.is_lucky(LONG) {
        let event = format!("pause {} {number}", dice.below(LONG_MS)).into_bytes();
        return (event_of(number, &event), event);
    }
    let planned = Planned::new(number);
    (planned.request(), planned.response())
}

fn event_of(number: usize, event: &[u8]) -> Vec<u8> {
    let id = plan::id_of(number);
    let headers = [("X-Fc-Control-Path", "/invoke"), ("X-Fc-Request-Id", &id)];
    request("POST", "/invoke", &headers, event)
}

/// Writes down what became of a request.
fn close(
    stage: &Stage,
    place: &Place,
    open: Open,
    got: Result<Response, String>,
    expected: &[u8],
    by: &'static [Cause],
) {
    let end = match got {
        Ok(response) if response.status == 200 && response.body == expected => {
            place.answer(open.number());
            End::Answered
        }
        Ok(response) if response.status == 503 && response.header("retry-after").is_some() => {
            End::Declined("503, the memory is taken")
        }
        Ok(response) => End::Wrong(format!(
            "{} with {} bytes: {:.200}",
            response.status,
            response.body.len(),
            response.text()
        )),
        Err(how) if how.contains(TIMED_OUT) => End::Wrong(format!("silence: {how}")),
        Err(how) => End::Broken { how, by },
    };
    stage.book.close(open, end);
}

/// Sends one request in pieces, and reads its response.
pub(crate) fn slow_writer(stage: &Stage, mut dice: Dice) {
    let place = stage.place();
    let _pass = stage.pass();
    let Some(mut connection) = stage.connect(&place).map(Connection::over) else {
        return;
    };
    let open = stage.book.open();
    let planned = Planned::new(open.number());
    let request = planned.request();
    let sent = write_slowly(&mut dice, &request, |piece| connection.try_send(piece));
    let got = connection.try_response(false);
    let got = got.map_err(|why| sent.err().unwrap_or(why));
    // Before its last piece it is nothing that a stop would wait for.
    let by = &[Cause::ServerKilled, Cause::ServerStopped];
    close(stage, &place, open, got, &planned.response(), by);
}

/// Reads one large response in pieces, up to its last byte.
pub(crate) fn slow_reader(stage: &Stage, mut dice: Dice) {
    let place = stage.place();
    let _pass = stage.pass();
    let Some(mut stream) = stage.connect(&place) else {
        return;
    };
    let length = dice.below(LARGE);
    let open = stage.book.open();
    let request = large(length, open.number());
    let got = read_slowly(&mut stream, &request, length, &mut dice);
    // A stop waits for a slow reader up to its grace.
    let by = &[Cause::ServerKilled, Cause::ServerStopped];
    close(stage, &place, open, got, &vec![b'x'; length], by);
}

/// An event whose response is so long.
fn large(length: usize, number: usize) -> Vec<u8> {
    event_of(number, format!("repeat {length}").as_bytes())
}

/// Asks for a large response and leaves within it.
pub(crate) fn give_up(stage: &Stage, dice: &mut Dice) {
    leave(stage, dice, |stream, number, dice| {
        stream.write_all(&large(LARGE, number))?;
        let mut piece = vec![0; dice.below(100_000) + 1];
        // What has come is of no interest: it leaves anyway.
        stream.read(&mut piece).map(drop)
    });
}

/// Leaves within its own request.
pub(crate) fn cut(stage: &Stage, dice: &mut Dice) {
    leave(stage, dice, |stream, number, dice| {
        let whole = Planned::new(number).request();
        stream.write_all(&whole[..dice.below(whole.len())])
    });
}
