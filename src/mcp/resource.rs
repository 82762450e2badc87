//! Resources: what a client may read, by its URI.
//!
//! Owns the match of URIs and templates, and the form of contents. It must not know how a call reaches it.

use std::fmt;

use crate::call::Call;
use crate::failure::Failure;
use crate::json::Part::{Raw, Text};
use crate::json::{Object, ToJson, object};
use fc_runtime::base64;

type Handler = Box<dyn Fn(&mut Call<'_>) -> Result<Contents, Failure> + Send + Sync>;

/// Something that clients can read, or everything whose URI fits a template.
pub struct Resource {
    pub(crate) description: Object,
    pub(crate) is_template: bool,
    address: String,
    handler: Handler,
}

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
        Self::with(uri, name, Box::new(handler))
    }

    fn with(uri: &str, name: &str, handler: Handler) -> Self {
        let is_template = uri.contains('{');
        assert!(
            has_names_alone(uri),
            "a URI template has an expression that is not read: write its variables as {{name}}"
        );
        let key = if is_template { "uriTemplate" } else { "uri" };
        Self {
            description: Object::with(&[(key, Text(uri)), ("name", Text(name))]),
            is_template,
            address: uri.to_owned(),
            handler,
        }
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
        self.description.set(name, value.to_json().as_json());
        self
    }

    /// The variables of this URI, if it is this resource's.
    pub(crate) fn matches(&self, uri: &str) -> Option<Vec<(String, String)>> {
        let mut variables = Vec::new();
        fits(&self.address, uri, &mut variables).then_some(variables)
    }

    pub(crate) fn read(&self, call: &mut Call<'_>) -> Result<String, Failure> {
        let Contents(mut contents) = (self.handler)(call)?;
        contents.set_text("uri", call.uri());
        if let Some(media_type) = self.description.get("mimeType") {
            contents.set_if_missing("mimeType", media_type.as_json());
        }
        let contents = ["[", contents.as_str(), "]"].concat();
        Ok(object(&[("contents", Raw(&contents))]))
    }
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

/// Whether a URI fits a template, whose variables are then known.
fn fits(template: &str, uri: &str, variables: &mut Vec<(String, String)>) -> bool {
    let Some((before, rest)) = template.split_once('{') else {
        return template == uri;
    };
    let (Some((name, after)), Some(rest)) = (rest.split_once('}'), uri.strip_prefix(before)) else {
        return false;
    };
    // It ends where what follows it in the template begins, or with its segment.
    let next = after.split('{').next().unwrap_or_default();
    let segment = rest.find('/').unwrap_or(rest.len());
    let end = match next {
        "" => Some(segment),
        // Not `find`: the search for a text in a text is 1,200 bytes of code.
        next => (0..rest.len()).find(|&at| rest.as_bytes()[at..].starts_with(next.as_bytes())),
    };
    let Some(end) = end.filter(|&end| end > 0 && end <= segment) else {
        return false;
    };
    variables.push((name.to_owned(), rest[..end].to_owned()));
    fits(after, &rest[end..], variables)
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("description", &self.description)
            .finish_non_exhaustive()
    }
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
        let found = resource.matches(uri)?.into_iter();
        Some(
            found
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        )
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
