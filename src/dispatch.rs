//! The plain `match` over the endpoints, and an arm for each ([contract §1](crate::guide::contract#1)).
//!
//! Owns which handler serves a call and what its failure looks like. It must not know the server.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::call::{Body, Call, Reply, StreamWriter};
use crate::context::{Context, Limit};
use crate::error::{Error, kind};
use crate::headers::{Headers, name};
use crate::http::{Request, Response};
use crate::http_params;
use crate::logger::{self, Phase};
use crate::panics::guard;
use crate::scope::{self, Scope};

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

/// The handlers behind the endpoints.
pub(crate) struct Dispatch {
    handlers: Handlers,
    /// Whether the pre-stop hook has run, so that a signal after it does not run it again.
    stopped: AtomicBool,
}

/// What exists, for a client that asked for something else.
const ENDPOINTS: &str = "POST /initialize, POST /invoke, GET /pre-freeze, GET /pre-stop, \
                         and any method and path with x-fc-control-path: /http-invoke";

impl Dispatch {
    pub(crate) fn new(handlers: Handlers) -> Self {
        Self {
            handlers,
            stopped: AtomicBool::new(false),
        }
    }

    /// Serves one call: by its control path where it has one, else by its path
    /// ([contract §1.2](crate::guide::contract#1.2)).
    pub(crate) fn answer(&self, call: Call) -> Reply {
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

    /// Runs the pre-stop hook for a process that was told to end by a signal, unless it has run already.
    pub(crate) fn stop(&self) {
        let Some(hook) = self.pre_stop_hook() else {
            return;
        };
        let _scope = Scope::enter("".into());
        if let Err(error) = guard(|| hook(&Context::default())) {
            logger::write_failure(&error);
        }
    }

    /// The pre-stop hook, for the first to ask: one that a call or a signal has run, or runs, does not run again.
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
            // A failure is told as it is, also to agents that carry calls in a header.
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

/// A call that is being served: its start line stands, its end line does not yet.
///
/// The end line is written when this is dropped, so that no way out of an arm can forget it.
struct Served {
    phase: Phase,
    request_id: Arc<str>,
    failed: bool,
    /// Whether a client is told the status of an error, so that the mistake may be the client's: an HTTP call has one.
    has_client: bool,
}

impl Served {
    fn start(phase: Phase, ctx: &Context) -> Self {
        let request_id = scope::request_id(ctx.request_id());
        logger::mark_start(phase, &request_id);
        Self {
            phase,
            request_id,
            failed: false,
            has_client: false,
        }
    }

    /// Writes the error, which stands before the end line ([contract §5.1](crate::guide::contract#5.1)).
    fn fail(&mut self, error: &Error) {
        logger::write_failure(error);
        self.failed = true;
    }

    /// Runs a handler under the request id of this call. A panic in it becomes an error, and the instance stays alive. A
    /// mistake of the client is no failure of the function, so it has a line for those who look closely only.
    fn run<T>(&mut self, handler: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let _scope = Scope::enter(Arc::clone(&self.request_id));
        let result = guard(handler);
        match &result {
            Err(error) if self.has_client && error.is_clients() => {
                logger::log_mistake(error);
            }
            Err(error) => self.fail(error),
            Ok(_) => {}
        }
        result
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        logger::mark_end(self.phase, &self.request_id, self.failed);
    }
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

/// Parts what Function Compute says from what the client says.
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
        Body::Stream(write) => Body::Stream(serve_stream(write, served)),
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

/// The end line of a streamed response stands before its last byte ([contract §4.1](crate::guide::contract#4.1)), so
/// the stream itself writes it: when it has run, or when it is dropped because nobody may see it.
fn serve_stream(write: StreamWriter, served: Served) -> StreamWriter {
    let mut stream = Stream {
        write: Some(write),
        served,
    };
    Box::new(move |out| stream.run(out))
}

/// A streamed response that is being served.
struct Stream {
    /// What the handler has given, until it runs.
    write: Option<StreamWriter>,
    served: Served,
}

impl Stream {
    fn run(&mut self, out: &mut dyn Write) -> Result<(), Error> {
        let Some(write) = self.write.take() else {
            return Ok(());
        };
        let _scope = Scope::enter(Arc::clone(&self.served.request_id));
        let mut client = Client { out, left: false };
        let result = guard(|| write(&mut client).and_then(|()| Ok(client.flush()?)));
        match &result {
            // That is no fault of the function; the platform calls it cancelled (contract §4.5).
            Err(error) if client.left => {
                log::warn!("the client left before the end of its stream: {error}");
            }
            Err(error) => self.served.fail(error),
            Ok(()) => {}
        }
        result
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let unseen = self.write.take();
        // What the handler has put into it may panic when it is dropped, and the answer is still to be sent.
        let _ = self.served.run(|| {
            drop(unseen);
            Ok(())
        });
    }
}

/// The way to the client, which knows whether the client is still there.
struct Client<'a> {
    out: &'a mut dyn Write,
    left: bool,
}

impl Write for Client<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).inspect_err(|_| self.left = true)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().inspect_err(|_| self.left = true)
    }
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
