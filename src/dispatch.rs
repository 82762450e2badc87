//! The plain `match` over the endpoints, and an arm for each ([contract §1](crate::guide::contract#1)).
//!
//! Owns which handler serves a call and what its failure looks like. It must not know the server.

mod served;
mod stream;

use std::sync::atomic::{AtomicBool, Ordering};

use crate::call::{Body, Call, Reply};
use crate::context::{Context, Limit};
use crate::error::{Error, kind};
use crate::headers::{Headers, name};
use crate::http::{Request, Response};
use crate::http_params;
use crate::logger::{self, Phase};
use crate::panics::guard;
use crate::scope::Scope;
use served::Served;

/// Serves an event.
pub(crate) type EventHandler = Box<dyn Fn(&[u8], &Context) -> Result<Vec<u8>, Error> + Send + Sync>;
/// Serves an HTTP call.
pub(crate) type HttpHandler =
    Box<dyn Fn(Request, &Context) -> Result<Response, Error> + Send + Sync>;
/// Serves a hook of the instance's life.
pub(crate) type Hook = Box<dyn Fn(&Context) -> Result<(), Error> + Send + Sync>;

/// What the program wants to be called for.
#[derive(Default)]
pub(crate) struct Handlers {
    pub(crate) invoke: Option<EventHandler>,
    pub(crate) http: Option<HttpHandler>,
    pub(crate) initialize: Option<Hook>,
    pub(crate) pre_freeze: Option<Hook>,
    pub(crate) pre_stop: Option<Hook>,
}

/// The handlers of the endpoints.
pub(crate) struct Dispatch {
    handlers: Handlers,
    /// Whether the pre-stop hook has run, so that a signal after it does not run it again.
    stopped: AtomicBool,
}

/// The endpoints that exist, for a client that asked for another one.
const ENDPOINTS: &str = "POST /initialize, POST /invoke, GET /pre-freeze, GET /pre-stop, \
                         and any method and path with x-fc-control-path: /http-invoke";

impl Dispatch {
    pub(crate) fn new(handlers: Handlers) -> Self {
        Self {
            handlers,
            stopped: AtomicBool::new(false),
        }
    }

    /// Serves one call, by its control path if it has one, otherwise by its path
    /// ([contract §1.2](crate::guide::contract#1.2)).
    pub(crate) fn serve(&self, call: Call) -> Reply {
        let control_path = call.headers.get(name::CONTROL_PATH).unwrap_or_default();
        let named = !control_path.is_empty();
        let endpoint = if named { control_path } else { call.path() };
        let serves_http = self.handlers.http.is_some();
        let form = if serves_http && http_params::is_used(&call) {
            Form::Carried
        } else {
            Form::Plain
        };
        match (endpoint, call.method.as_str()) {
            // The mock agent sends the initialize call with the method and path of the user's own request
            // (contract §2.1), so that a hook that the header names is never refused for its method.
            ("/initialize", method) if named || method == "POST" => self.initialize(call),
            // Agents that carry an HTTP call in a header send it as an event (contract §2.2).
            ("/invoke", "POST") if form == Form::Carried => self.http_invoke(call, form),
            ("/invoke", "POST") => self.invoke(call),
            ("/pre-freeze", method) if named || method == "GET" => self.pre_freeze(call),
            ("/pre-stop", method) if named || method == "GET" => self.pre_stop(call),
            ("/http-invoke", _) => self.http_invoke(call, form),
            ("/initialize" | "/invoke", _) => wrong_method(&call, endpoint, "POST"),
            ("/pre-freeze" | "/pre-stop", _) => wrong_method(&call, endpoint, "GET"),
            // Local tools send HTTP calls without a control path (contract §1.2).
            _ if !named && serves_http => self.http_invoke(call, form),
            _ => unknown(&call, endpoint),
        }
    }

    /// Runs the pre-stop hook for a process that a signal asks to end, unless it has run already.
    pub(crate) fn stop(&self) {
        let Some(hook) = self.pre_stop_hook() else {
            return;
        };
        let _scope = Scope::enter("".into());
        if let Err(error) = guard(|| hook(&Context::default())) {
            logger::write_failure(&error);
        }
    }

    /// The pre-stop hook, for the first caller only: it must not run again after, or while, a call or a signal runs it.
    fn pre_stop_hook(&self) -> Option<&Hook> {
        let hook = self.handlers.pre_stop.as_ref();
        hook.filter(|_| !self.stopped.swap(true, Ordering::SeqCst))
    }

    fn initialize(&self, call: Call) -> Reply {
        let missing = "no initializer is registered: pass one to Runtime::initialize, or remove it from the function";
        let hook = self.handlers.initialize.as_ref();
        serve_hook(
            call,
            Phase::Initialize,
            Limit::Initializer,
            |ctx| match hook {
                Some(hook) => hook(ctx),
                None => Err(Error::new(kind::NO_INITIALIZER, missing)),
            },
        )
    }

    fn pre_freeze(&self, call: Call) -> Reply {
        let hook = self.handlers.pre_freeze.as_ref();
        serve_hook(call, Phase::PreFreeze, Limit::Unknown, |ctx| {
            hook.map_or(Ok(()), |hook| hook(ctx))
        })
    }

    fn pre_stop(&self, call: Call) -> Reply {
        let hook = self.pre_stop_hook();
        serve_hook(call, Phase::PreStop, Limit::Unknown, |ctx| {
            hook.map_or(Ok(()), |hook| hook(ctx))
        })
    }

    fn invoke(&self, call: Call) -> Reply {
        let missing = "no event handler is registered: pass one to Runtime::invoke, or call the function with HTTP";
        let handler = self.handlers.invoke.as_ref();
        let (ctx, _, body) = open(call, Limit::Function);
        let result = Served::start(Phase::Invoke, &ctx).run(|| match handler {
            Some(handler) => handler(&body, &ctx),
            None => Err(Error::new(kind::NO_EVENT_HANDLER, missing)),
        });
        match result {
            Ok(bytes) => Reply::bytes(200, "application/octet-stream", bytes),
            Err(error) => Reply::failure(&error),
        }
    }

    fn http_invoke(&self, mut call: Call, form: Form) -> Reply {
        let missing = "no HTTP handler is registered: pass one to Runtime::http, or invoke the function with an event";
        let handler = self.handlers.http.as_ref();
        let decoded = match form {
            Form::Plain => Ok(()),
            Form::Carried => http_params::decode(&mut call),
        };
        let (method, target) = (
            std::mem::take(&mut call.method),
            std::mem::take(&mut call.target),
        );
        let head_only = method == "HEAD";
        let (ctx, headers, body) = open(call, Limit::Function);
        let request = Request::from_parts(method, target, headers, body);
        let mut served = Served::start(Phase::Invoke, &ctx);
        served.has_client = true;
        let result = served.run(|| match handler {
            Some(handler) => {
                decoded?;
                handler(request, &ctx)
            }
            None => Err(Error::new(kind::NO_HTTP_HANDLER, missing)),
        });
        let reply = match result {
            Ok(response) => http_reply(response, served),
            // A failure is reported as it is, also to agents that carry calls in a header.
            Err(error) if served.failed => return Reply::http_error(&error).failed(),
            Err(error) => Reply::http_error(&error),
        };
        match form {
            Form::Plain => reply,
            Form::Carried => {
                http_params::encode(reply, head_only).unwrap_or_else(|error| Reply::failure(&error))
            }
        }
    }
}

/// How an HTTP call comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As itself.
    Plain,
    /// In a header of another call.
    Carried,
}

fn serve_hook(
    call: Call,
    phase: Phase,
    limit: Limit,
    hook: impl FnOnce(&Context) -> Result<(), Error>,
) -> Reply {
    let (ctx, ..) = open(call, limit);
    match Served::start(phase, &ctx).run(|| hook(&ctx)) {
        Ok(()) => Reply::bytes(200, "text/plain", Vec::new()),
        Err(error) => Reply::failure(&error),
    }
}

/// Separates the headers of Function Compute from those of the client.
fn open(mut call: Call, limit: Limit) -> (Context, Headers, Vec<u8>) {
    let fields = call.headers.split_off(name::FC_PREFIX);
    (
        Context::new(fields, call.arrived, limit),
        call.headers,
        call.body,
    )
}

fn http_reply(response: Response, mut served: Served) -> Reply {
    served.failed = response.is_failed();
    let failed = served.failed;
    let (status, headers, body) = response.into_parts();
    let body = match body {
        Body::Stream(write) => Body::Stream(stream::serve(write, served)),
        bytes @ Body::Bytes(_) => bytes,
    };
    let reply = Reply {
        status,
        content_type: None,
        headers,
        body,
    };
    if failed { reply.failed() } else { reply }
}

fn wrong_method(call: &Call, endpoint: &str, allowed: &str) -> Reply {
    let message = format!(
        "{} {endpoint} is not served: use {allowed} {endpoint}",
        call.method
    );
    Reply::error(405, &Error::new(kind::METHOD_NOT_ALLOWED, message)).with_header("allow", allowed)
}

fn unknown(call: &Call, endpoint: &str) -> Reply {
    let message = format!(
        "{} {endpoint} is not served: there are {ENDPOINTS}",
        call.method
    );
    Reply::error(404, &Error::new(kind::NOT_FOUND, message))
}
