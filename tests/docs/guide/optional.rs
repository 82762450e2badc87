//! The example of the guide that needs a feature, here because a page that is always compiled cannot have it compiled.

use anyhow::{Context as _, bail};
use fc_runtime::{Context, IntoError, Runtime};

fn double(event: &[u8], _: &Context) -> anyhow::Result<String> {
    let text = std::str::from_utf8(event)?;
    let number: i32 = text.parse().context("the event is not a number")?;
    if number > 1000 {
        bail!("{number} is too large");
    }
    Ok((number * 2).to_string())
}

#[test]
#[expect(clippy::unwrap_used, reason = "an example is short")]
fn the_example_with_anyhow_does_what_it_says() {
    let runtime = Runtime::new().invoke(double);

    let error = double(b"two", &Context::default())
        .unwrap_err()
        .into_error();
    assert_eq!(
        (error.error_type(), error.message()),
        ("Error", "the event is not a number")
    );
    assert_eq!(
        error.stack_trace(),
        ["caused by: invalid digit found in string"]
    );
    // Up to here it is the page's.
    drop(runtime);
}

/// Text without what only its width decides.
fn squeezed(text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    text.replace(",)", ")")
}

#[test]
fn the_page_has_this_code() {
    let page = squeezed(include_str!("../../../src/guide/error_types.md"));
    let code = include_str!("optional.rs");
    let (_, code) = code.split_once("use anyhow").expect("the code");
    let (function, rest) = code.split_once("#[test]").expect("a test");
    let (_, rest) = rest.split_once("{\n").expect("its body");
    let (body, _) = rest.split_once("// Up to here").expect("its end");
    assert!(
        page.contains(&squeezed(&format!("use anyhow{function}{body}"))),
        "the page has other code"
    );
}
