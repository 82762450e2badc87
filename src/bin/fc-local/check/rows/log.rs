//! What everything that was logged shows ([contract §5](crate::check::sections::SECTIONS#5)).

use crate::check::bench::Bench;
use crate::check::row::Outcome;
use crate::check::specs::{INITED, LINE_START, SECRETS};

pub(super) fn judge(bench: &mut Bench<'_>) {
    let found = bench.lines.found();
    let inited = found.inited.map_or_else(
        || Outcome::not_applicable("optional, and not there"),
        Outcome::pass,
    );
    bench.record(&INITED, inited);
    let line_start = match found.misplaced {
        Some(line) => Outcome::fail(line),
        None if found.any_marker => Outcome::pass("all do"),
        None => Outcome::cannot_tell("there is no marker line"),
    };
    bench.record(&LINE_START, line_start);
    let leaked = found
        .any_secret
        .then(|| "a line has one of them".to_owned());
    bench.record(&SECRETS, Outcome::unless(leaked, "neither"));
}
