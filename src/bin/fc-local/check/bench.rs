//! Where a runtime stands while it is checked: its instance, started again whenever a row has ended it, and
//! the rows judged so far.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::args::CheckArgs;
use super::client::{Ask, Client, NoResponse, Response};
use super::lines::Lines;
use super::row::{Outcome, Row, Spec, Verdict};
use crate::facts::{control_path, limit};
use crate::function::{Function, Hook};
use crate::name::FunctionName;
use crate::platform::agent::Credentials;
use crate::platform::instance::{AGENT_TARGET, Code, Instance, InstanceOptions};
use crate::platform::spawn::StartError;

/// The name of a function that was never deployed.
const NAME: &str = "fc-local-check";

/// The runtime under check.
pub(super) struct Bench<'a> {
    pub(super) args: &'a CheckArgs,
    /// How many calls the instance gets at once.
    pub(super) concurrency: u32,
    pub(super) lines: Arc<Lines>,
    /// Where it can be reached; learnt at its first start.
    pub(super) target: Ipv4Addr,
    function: Arc<Function>,
    code: PathBuf,
    instance: Option<Arc<Instance>>,
    rows: Vec<Row>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(args: &'a CheckArgs, concurrency: u32) -> Result<Self, String> {
        let code = args.dir.canonicalize().map_err(|error| {
            format!(
                "no folder {} (name another with --dir): {error}",
                args.dir.display()
            )
        })?;
        let function = function(args, concurrency);
        let credentials = Credentials::of(&function);
        let secrets = vec![credentials.access_key_secret, credentials.security_token];
        Ok(Self {
            args,
            concurrency,
            lines: Lines::without(secrets),
            target: AGENT_TARGET,
            function: Arc::new(function),
            code,
            instance: None,
            rows: Vec::new(),
        })
    }

    /// Starts the instance that the next rows ask.
    pub(super) async fn start(&mut self) -> Result<(), StartError> {
        self.end().await;
        let function = Arc::clone(&self.function);
        self.instance = Some(self.start_as(function).await?);
        Ok(())
    }

    /// Starts a further instance, with a variable more if one is given.
    pub(super) async fn start_beside(
        &self,
        variable: Option<&(String, String)>,
    ) -> Result<Client, NoResponse> {
        let mut function = (*self.function).clone();
        function.environment.extend(variable.cloned());
        let started = self.start_as(Arc::new(function)).await;
        started
            .map(|instance| self.client_of(instance))
            .map_err(|error| NoResponse::NotStarted(error.to_string()))
    }

    async fn start_as(&self, function: Arc<Function>) -> Result<Arc<Instance>, StartError> {
        let options = InstanceOptions {
            debug: false,
            freeze: false,
            start_limit: Duration::from_secs(self.args.start_timeout),
            listen_port: self.args.listen_port,
            log_bytes: limit::TAIL_LOG_BYTES,
            target: self.target,
        };
        let code = Code::Folder(self.code.clone());
        Instance::start(function, code, &options, Some(self.lines.sink())).await
    }

    /// The instance to ask; if the last one has ended, a new one, initialized as the platform would.
    pub(super) async fn client(&mut self) -> Result<Client, NoResponse> {
        if let Some(instance) = self.instance.as_ref().filter(|one| !one.is_over()) {
            return Ok(self.client_of(Arc::clone(instance)));
        }
        let started = self.start().await;
        let failed = |error: StartError| NoResponse::NotStarted(error.to_string());
        started.map_err(failed)?;
        let instance = self.instance.clone();
        let gone = || NoResponse::NotStarted("it has ended already".to_owned());
        let client = self.client_of(instance.ok_or_else(gone)?);
        if self.args.initializer {
            // Its own row has judged it before.
            drop(client.ask(Ask::Hook(control_path::INITIALIZE)).await);
        }
        Ok(client)
    }

    fn client_of(&self, instance: Arc<Instance>) -> Client {
        Client {
            instance,
            lines: Arc::clone(&self.lines),
            deadline: Duration::from_secs(self.args.response_timeout),
        }
    }

    /// The call by which a row sees whether the runtime still serves.
    pub(super) fn sample(&self) -> Ask {
        match &self.args.http {
            Some(path) if self.args.web => Ask::get(path),
            _ => Ask::event(self.args.event.clone()),
        }
    }

    /// Asks on its own connection.
    pub(super) async fn ask(&mut self, ask: Ask) -> Result<Response, NoResponse> {
        let client = self.client().await?;
        let response = client.ask(ask).await;
        self.kill_if_stuck(response)
    }

    /// Gives an instance up that is stuck, so that the next row gets a sound one.
    pub(super) fn kill_if_stuck<T>(&self, result: Result<T, NoResponse>) -> Result<T, NoResponse> {
        if let (Err(NoResponse::TimedOut(_)), Some(instance)) = (&result, &self.instance) {
            instance.kill();
        }
        result
    }

    /// Records an outcome, or as a failure that there was no response.
    pub(super) fn record_result(
        &mut self,
        spec: &'static Spec,
        result: Result<Outcome, NoResponse>,
    ) {
        let outcome = self.kill_if_stuck(result);
        let outcome = outcome.unwrap_or_else(|none| Outcome::fail(none.to_string()));
        self.record(spec, outcome);
    }

    /// Kills the instance and waits for its end.
    pub(super) async fn end(&mut self) {
        if let Some(instance) = self.instance.take() {
            instance.kill();
            instance.process.wait().await;
        }
    }

    /// Records an outcome, in the place of an earlier one of the row.
    pub(super) fn record(&mut self, spec: &'static Spec, outcome: Outcome) {
        self.rows.retain(|row| row.spec.name != spec.name);
        self.rows.push(Row { spec, outcome });
    }

    /// Records the same for several rows.
    pub(super) fn record_all(&mut self, specs: &[&'static Spec], outcome: &Outcome) {
        specs
            .iter()
            .for_each(|spec| self.record(spec, outcome.clone()));
    }

    /// Whether a row was judged, and passed.
    pub(super) fn passed(&self, spec: &Spec) -> bool {
        let row = self.rows.iter().find(|row| row.spec.name == spec.name);
        row.is_some_and(|row| row.outcome.verdict == Verdict::Pass)
    }

    /// A row for each of these in their order; those without a record are unclear.
    pub(super) fn into_rows(mut self, specs: &[&'static Spec], why_not: &str) -> Vec<Row> {
        let rows = specs.iter().map(|&spec| {
            let judged = self.rows.iter().position(|row| row.spec.name == spec.name);
            judged.map_or_else(
                || Row {
                    spec,
                    outcome: Outcome::cannot_tell(why_not),
                },
                |index| self.rows.swap_remove(index),
            )
        });
        rows.collect()
    }
}

/// The function that the options describe; it has a role, so that its secrets can be looked for.
fn function(args: &CheckArgs, concurrency: u32) -> Function {
    let name = if args.fc3 {
        FunctionName::fc3(NAME)
    } else {
        FunctionName::fc2(NAME, NAME)
    };
    let timeout = Duration::from_secs(args.response_timeout);
    let hook = |on: bool, handler: &str| {
        on.then(|| Hook {
            handler: handler.to_owned(),
            timeout,
        })
    };
    let mut function = Function::with_defaults(name);
    function.timeout = timeout;
    function.concurrency = concurrency;
    function.initializer = hook(args.initializer, "index.initializer");
    function.pre_freeze = hook(args.pre_freeze, "index.preFreeze");
    function.pre_stop = hook(args.pre_stop, "index.preStop");
    function.command = args.command.clone();
    function.has_role = true;
    // A runtime on this machine is found as a shell finds it.
    if let Ok(path) = std::env::var("PATH") {
        function.environment.insert("PATH".to_owned(), path);
    }
    function.environment.extend(args.env.iter().cloned());
    function
}
