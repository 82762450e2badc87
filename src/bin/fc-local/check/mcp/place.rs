//! What is checked: a URL, or a command and the path of its endpoint.
//!
//! It must not know how either is asked.

use hyper::Uri;

use crate::check::args::CheckArgs;

/// A place to ask.
#[derive(Debug, Clone)]
pub(in crate::check) enum Place {
    Url(Url),
    Command { path: String },
}

/// A URL of a server without TLS.
#[derive(Debug, Clone)]
pub(in crate::check) struct Url {
    /// Host and port, as they are connected to.
    pub(super) address: String,
    /// Host and port as the header `Host` has them.
    pub(super) host: String,
    /// Path and query.
    pub(super) path: String,
}

/// The port of a URL that names none.
const HTTP_PORT: u16 = 80;

impl Place {
    /// Reads what the command line names.
    ///
    /// # Errors
    ///
    /// It names a URL that cannot be asked; one sentence says what to write.
    pub(in crate::check) fn of(args: &CheckArgs) -> Result<Self, String> {
        match &args.command[..] {
            [url] if is_url(url) => match args.of_a_command()[..] {
                [] => Url::parse(url).map(Self::Url),
                ref options => Err(format!(
                    "leave {} out: a URL is asked as it is, and nothing is started",
                    options.join(", ")
                )),
            },
            [url, next, ..] if is_url(url) => Err(format!(
                "{next} stands after the URL: name options before it, and nothing else"
            )),
            [address] if is_address(address) && !args.dir.join(address).exists() => Err(format!(
                "{address} is not a command; for a URL write http://{address}"
            )),
            _ => Ok(Self::Command {
                path: args.mcp_path.clone(),
            }),
        }
    }

    pub(super) fn set_path(&mut self, to: String) {
        match self {
            Self::Url(Url { path, .. }) | Self::Command { path } => *path = to,
        }
    }

    /// The place for people.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Url(url) => format!("http://{}{}", url.host, url.path),
            Self::Command { path } => format!("the path {path} of the command"),
        }
    }
}

impl Url {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("{text} {what}");
        let uri: Uri = text
            .parse()
            .map_err(|error| wrong(&format!("is not a URL: {error}")))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => {
                return Err(wrong(
                    "is asked by TLS, which the check does not speak: check the command, a trigger of fc-local, or a URL that begins with http://",
                ));
            }
            _ => return Err(wrong("must begin with http://")),
        }
        let authority = uri
            .authority()
            .ok_or_else(|| wrong("names no host: write http://HOST:PORT/PATH"))?;
        if authority.as_str().contains('@') {
            return Err(
                "a URL must not contain a password: give it with --header 'Authorization: …'"
                    .to_owned(),
            );
        }
        let port = match authority.as_str()[authority.host().len()..].trim_start_matches(':') {
            "" => HTTP_PORT,
            port => port
                .parse()
                .map_err(|_| wrong("names a port that cannot be: write one from 1 to 65535"))?,
        };
        let query = uri.query().map(|query| format!("?{query}"));
        let path = [uri.path(), query.as_deref().unwrap_or_default()].concat();
        Ok(Self {
            address: format!("{}:{port}", authority.host()),
            host: authority.to_string(),
            path,
        })
    }

    /// Whether it is on this machine, so that no router needs the name of its host.
    pub(super) fn is_local(&self) -> bool {
        let host = self.address.rsplit_once(':').map_or("", |(host, _)| host);
        host == "localhost" || host == "[::1]" || host.starts_with("127.")
    }
}

/// Whether a word is a URL, and no path of a command.
pub(in crate::check) fn is_url(word: &str) -> bool {
    let scheme = word.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Whether a word is a host with a port, such as `localhost:8000/mcp`.
fn is_address(word: &str) -> bool {
    let authority = word.split('/').next().unwrap_or_default();
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    port.is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests;
