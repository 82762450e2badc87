//! The context of a call: its numbers are those of its first field of the name, and its secrets show nowhere.

use std::time::{Duration, Instant};

use fc_runtime::fuzzing;

const SECRETS: [&str; 3] = [
    "x-fc-access-key-id",
    "x-fc-access-key-secret",
    "x-fc-security-token",
];
/// The names that the first byte of a line stands for: a fuzzer seldom finds one.
const NAMES: [&str; 9] = [
    "x-fc-access-key-id",
    "X-Fc-Access-Key-Secret",
    "x-fc-security-token",
    "X-Fc-Function-Timeout",
    "x-fc-function-memory",
    "x-fc-retry-count",
    "x-fc-initialization-timeout",
    "X-Fc-Request-Id",
    "x-fc-region",
];
/// How short a secret is so unlikely to be part of nothing else.
const SECRET_BYTES: usize = 12;

/// Takes each line of the input for a field: its name, a colon and its value; a digit stands for a name of the platform.
pub fn check(input: &[u8]) {
    let fields: Vec<(&str, &[u8])> = input
        .split(|&byte| byte == b'\n')
        .filter_map(field)
        .collect();
    let arrived = Instant::now();
    let ctx = fuzzing::context(fuzzing::headers(fields.iter().copied()), arrived);
    let first = |wanted: &str| {
        let (_, value) = fields
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        std::str::from_utf8(value)
            .ok()
            .filter(|text| !text.is_empty())
    };
    let number = |wanted| first(wanted)?.parse::<u32>().ok();
    let seconds = |wanted| Some(Duration::from_secs(number(wanted)?.into()));
    assert_eq!(
        ctx.request_id(),
        first("x-fc-request-id").unwrap_or_default()
    );
    assert_eq!(ctx.region(), first("x-fc-region"));
    assert_eq!(ctx.memory_mb(), number("x-fc-function-memory"));
    assert_eq!(ctx.retry_count(), number("x-fc-retry-count"));
    assert_eq!(ctx.timeout(), seconds("x-fc-function-timeout"));
    assert_eq!(
        ctx.initialization_timeout(),
        seconds("x-fc-initialization-timeout")
    );
    assert_eq!(ctx.deadline(), ctx.timeout().map(|time| arrived + time));
    assert!(ctx.remaining() <= ctx.timeout());
    let credentials = ctx.credentials();
    assert_eq!(
        credentials.map(|them| them.access_key_id()),
        first(SECRETS[1]).and(first(SECRETS[0]))
    );
    let token = credentials.and_then(|them| them.security_token());
    assert!(token.is_none() || token == first(SECRETS[2]));
    let shown = format!("{ctx:?} {credentials:?}");
    for (name, value) in &fields {
        let is_secret = SECRETS
            .iter()
            .any(|secret| name.eq_ignore_ascii_case(secret));
        let Some(secret) = std::str::from_utf8(value).ok().filter(|_| is_secret) else {
            continue;
        };
        let is_elsewhere = fields.iter().any(|(other, text)| {
            other != name && String::from_utf8_lossy(text).contains(secret)
                || other.contains(secret)
        });
        let is_plain = secret.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_plain && secret.len() >= SECRET_BYTES && !is_elsewhere {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

fn field(line: &[u8]) -> Option<(&str, &[u8])> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let (name, value) = line.split_at(colon);
    let name = match name {
        [digit @ b'1'..=b'9'] => NAMES[usize::from(digit - b'1')],
        name => std::str::from_utf8(name).ok()?,
    };
    Some((name, &value[1..]))
}
