//! What a case sends, action by action: the runs that it has, and the bytes of each.
//!
//! Owns the order of what a client does. It must not know sockets.

use super::bytes::expand;
use super::case::{Case, Delivery, Step};

/// One run of a case: most have one, those that are split or cut everywhere have many.
#[derive(Debug)]
pub(crate) struct Run {
    /// What every request id of this run begins with.
    pub(crate) prefix: String,
    pub(crate) script: Vec<Action>,
}

impl Run {
    /// The request id of a letter.
    pub(crate) fn id(&self, letter: char) -> String {
        format!("{}-{letter}", self.prefix)
    }

    /// The request id of the request that tries the connection in the end.
    pub(crate) fn probe_id(&self) -> String {
        format!("{}-probe", self.prefix)
    }

    /// The bytes that it sends, for those who have to find out what went wrong.
    pub(crate) fn sent(&self) -> String {
        let mut sent = String::new();
        for action in &self.script {
            match action {
                Action::Send(bytes) => sent.push_str(&bytes.escape_ascii().to_string()),
                Action::AwaitRead => {}
                other => sent.push_str(&format!("<{other:?}>")),
            }
        }
        sent
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Send(Vec<u8>),
    AwaitRead,
    AwaitResponse,
    HalfClose,
    Reset,
}

/// The runs of a case; `number` keeps its request ids apart from all others.
pub(crate) fn runs(case: &Case, number: usize) -> Vec<Run> {
    let script = |run: usize| -> Vec<Action> {
        let id = |letter| format!("{number:03}.{run:04}-{letter}");
        case.steps
            .iter()
            .map(|step| match step {
                Step::Send(text) => {
                    Action::Send(expand(text, &id).expect("the case was checked when it was read"))
                }
                Step::AwaitResponse => Action::AwaitResponse,
                Step::HalfClose => Action::HalfClose,
                Step::Reset => Action::Reset,
            })
            .collect()
    };
    let length = all_bytes(&script(0)).len();
    let places = match case.delivery {
        Delivery::Whole | Delivery::ByteByByte => 0..1,
        Delivery::SplitAt(place) => place..place + 1,
        Delivery::SplitEverywhere => 1..length,
        Delivery::CutEverywhere => 0..length,
    };
    places
        .map(|place| Run {
            prefix: format!("{number:03}.{place:04}"),
            script: deliver(script(place), case.delivery, place),
        })
        .collect()
}

fn deliver(script: Vec<Action>, delivery: Delivery, place: usize) -> Vec<Action> {
    let bytes = all_bytes(&script);
    let send = |part: &[u8]| Action::Send(part.to_vec());
    match delivery {
        Delivery::Whole => joined(script),
        Delivery::ByteByByte => bytes.chunks(1).map(send).collect(),
        Delivery::SplitAt(_) | Delivery::SplitEverywhere => {
            let (first, second) = bytes.split_at(place);
            vec![send(first), Action::AwaitRead, send(second)]
        }
        Delivery::CutEverywhere => vec![send(&bytes[..place]), Action::HalfClose],
    }
}

/// Lines that follow each other are one write.
fn joined(script: Vec<Action>) -> Vec<Action> {
    let mut joined: Vec<Action> = Vec::new();
    for action in script {
        match (joined.last_mut(), action) {
            (Some(Action::Send(sent)), Action::Send(more)) => sent.extend(more),
            (_, action) => joined.push(action),
        }
    }
    joined
}

fn all_bytes(script: &[Action]) -> Vec<u8> {
    let sent = script.iter().filter_map(|action| match action {
        Action::Send(bytes) => Some(&bytes[..]),
        _ => None,
    });
    sent.collect::<Vec<_>>().concat()
}
