//! Resources: what a client may read, by its URI.
//!
//! Owns the match of URIs and templates, and the form of contents. It must not know how a call reaches it.

use crate::call::Call;
use crate::entry::{Entry, Handler, Kind};
use crate::failure::Failure;
use crate::json::Part::{Raw, Text};
use crate::json::{Object, ToJson, joined};
use fc_runtime::base64;

/// Something that clients can read, or everything whose URI fits a template.
#[derive(Debug)]
pub struct Resource(pub(crate) Box<Entry>);

impl Resource {
    /// The resource with this URI, such as `weather://stations`.
    ///
    /// A URI that contains a `{name}` is a template: each `{name}` stands for a part without a `/`, which
    /// [`Call::variable`] returns as the client sent it.
    ///
    /// # Panics
    ///
    /// The template has other expressions of RFC 6570, such as `{+path}`, `{?query}` or `{a,b}`.
    pub fn new(
        uri: &str,
        name: &str,
        handler: impl Fn(&mut Call<'_>) -> Result<Contents, Failure> + Send + Sync + 'static,
    ) -> Self {
        let handler = move |call: &mut Call<'_>| Ok(handler(call)?.0);
        Self::with(uri, name, Box::new(handler))
    }

    fn with(uri: &str, name: &str, handler: Handler) -> Self {
        assert!(
            has_names_alone(uri),
            "a URI template has an expression that is not read: write its variables as {{name}}"
        );
        let (kind, key) = match place_of(uri, b'{') {
            Some(_) => (Kind::Template, "uriTemplate"),
            None => (Kind::Resource, "uri"),
        };
        let description = Object::with(&[(key, Text(uri)), ("name", Text(name))]);
        Self(Entry::new(kind, uri, description, handler))
    }

    /// What it is, for the model.
    #[must_use]
    pub fn description(self, text: &str) -> Self {
        self.field("description", text)
    }

    /// The media type of the contents.
    #[must_use]
    pub fn media_type(self, media_type: &str) -> Self {
        self.field("mimeType", media_type)
    }

    /// Another field of the description, such as `title` or `size`.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl ToJson) -> Self {
        self.0.description.set(name, value.to_json().as_json());
        self
    }
}

/// The result of a call.
pub(crate) fn read(resource: &Entry, call: &mut Call<'_>) -> Result<Object, Failure> {
    let mut contents = (resource.handler)(call)?;
    contents.set_text("uri", call.uri());
    if let Some(media_type) = resource.description.get("mimeType") {
        contents.set_if_missing("mimeType", media_type.as_json());
    }
    let contents = joined(&["[", contents.as_str(), "]"]);
    Ok(Object::with(&[("contents", Raw(&contents))]))
}

/// Whether a URI is that of a resource, or fits its template.
pub(crate) fn fits(template: &str, uri: &str) -> bool {
    variables(template, uri, &mut |_, _| {}).is_some()
}

/// Whether the expressions of a template are names, and none has an operator or a modifier.
fn has_names_alone(template: &str) -> bool {
    let (mut is_inside, mut before) = (false, 0);
    template.bytes().all(|byte| {
        is_inside = byte == b'{' || is_inside && byte != b'}';
        let is_sign = b"+#/;?&,*:".contains(&byte) || byte == b'.' && before == b'{';
        before = byte;
        !(is_inside && is_sign)
    })
}

/// Shows each variable of a template with what it is in a URI; nothing comes back if the URI does not fit.
pub(crate) fn variables<'a>(
    template: &str,
    uri: &'a str,
    show: &mut dyn FnMut(&str, &'a str),
) -> Option<()> {
    let Some(open) = place_of(template, b'{') else {
        return (template == uri).then_some(());
    };
    let (before, inside) = template.split_at(open);
    let close = place_of(inside, b'}')?;
    let (name, after) = (&inside[1..close], &inside[close + 1..]);
    let rest = uri.strip_prefix(before)?;
    // It ends where what follows it in the template begins, or with its segment.
    let next = &after[..place_of(after, b'{').unwrap_or(after.len())];
    let segment = place_of(rest, b'/').unwrap_or(rest.len());
    // Not `find`: the search for a text in a text is 1,200 bytes of code.
    let starts = |&at: &usize| rest.as_bytes()[at..].starts_with(next.as_bytes());
    let end = match next {
        "" => segment,
        _ => (0..=segment).find(starts)?,
    };
    if end == 0 {
        return None;
    }
    let (value, rest) = rest.split_at(end);
    show(name, value);
    variables(after, rest, show)
}

fn place_of(text: &str, wanted: u8) -> Option<usize> {
    text.bytes().position(|byte| byte == wanted)
}

/// What a resource contains.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents(Object);

impl Contents {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(Object::with(&[("text", Text(&text.into()))]))
    }

    /// Bytes.
    pub fn bytes(bytes: impl AsRef<[u8]>) -> Self {
        Self(Object::with(&[("blob", Text(&base64::encode(bytes)))]))
    }

    /// The same contents with their own media type, instead of the resource's.
    #[must_use]
    pub fn media_type(mut self, media_type: &str) -> Self {
        self.0.set_text("mimeType", media_type);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Contents, Resource, has_names_alone};

    fn variables(template: &str, uri: &str) -> Option<Vec<String>> {
        let resource = Resource::new(template, "n", |_| Ok(Contents::text("")));
        let mut found = Vec::new();
        let mut show = |name: &str, value: &str| found.push(format!("{name}={value}"));
        super::variables(&resource.0.name, uri, &mut show)?;
        Some(found)
    }

    #[test]
    fn a_variable_is_a_part_of_one_segment() {
        let no_variables: Vec<String> = Vec::new();
        assert_eq!(variables("a://b", "a://b"), Some(no_variables));
        assert_eq!(variables("a://b", "a://b/c"), None);
        assert_eq!(variables("a://{x}/y", "a://1/y"), Some(vec!["x=1".into()]));
        let both = Some(vec!["x=1".into(), "z=2.3".into()]);
        assert_eq!(variables("a://{x}-{z}", "a://1-2.3"), both);
        for other in ["a:///y", "a://1/2/y", "a://1", "b://1/y", "a://1/y/"] {
            assert_eq!(variables("a://{x}/y", other), None, "{other}");
        }
        assert_eq!(variables("a://{x", "a://1"), None);
    }

    #[test]
    #[should_panic(expected = "has an expression that is not read: write its variables as {name}")]
    fn an_expression_that_is_not_read_is_refused() {
        variables("a://{+path}", "a://1");
    }

    #[test]
    fn only_names_are_read() {
        assert!(has_names_alone("a://b?c,d/{id}/{a_b.c-2}.{x}?e"));
        for name in ["#x", "+x", ".x", "/x", ";x", "?x", "&x", "x*", "x:3", "x,y"] {
            let template = format!("a://{{x}}/{{{name}}}");
            assert!(!has_names_alone(&template), "{template}");
        }
    }
}
