//! A call in progress: its clock, what it costs, and its report at the end.

use std::sync::Arc;
use std::time::Instant;

use hyper::StatusCode;

use crate::facts::limit;
use crate::name::Generation;
use crate::platform::agent::CallId;
use crate::platform::body::{ReadError, with_sources};
use crate::platform::instance::{Instance, Lease};
use crate::platform::report::{self, Failure, Report, Usage};
use crate::platform::sessions::Seat;

/// A call in progress; dropped without a `finish`, it counts as canceled by the client.
pub(super) struct Running {
    lease: Lease,
    pub(super) call: CallId,
    started: Instant,
    /// A sample for the case that the process is gone at the end.
    memory_mb: f64,
    finished: bool,
    /// The status of an HTTP answer, once there is one.
    status: Option<StatusCode>,
}

impl Running {
    pub(super) async fn begin(lease: Lease, call: CallId) -> Self {
        let instance = lease.wake().await;
        // FC 2.0 shows what was logged at the start with the first call (contract §5.3).
        instance.log.begin(
            &call.request_id,
            instance.function.name.generation() == Generation::Fc2,
        );
        let memory_mb = instance.process.known_memory_mb();
        Self {
            lease,
            call,
            started: Instant::now(),
            memory_mb,
            finished: false,
            status: None,
        }
    }

    pub(super) fn instance(&self) -> &Arc<Instance> {
        self.lease.instance()
    }

    pub(super) fn seat(&self) -> Option<&Seat> {
        self.lease.seat()
    }

    /// Waits for a part of the call, at most until the function's Timeout.
    pub(super) async fn within_timeout<T>(
        &self,
        part: impl Future<Output = T>,
    ) -> Result<T, Failure> {
        let limit = self.instance().function.timeout;
        let deadline = tokio::time::Instant::from_std(self.started + limit);
        tokio::time::timeout_at(deadline, part)
            .await
            .map_err(|_| Failure::TimedOut(limit))
    }

    /// Why no response came: the process ended, or it runs and hung up, or what it sent is no response.
    pub(super) async fn broken(&self, error: &(dyn std::error::Error + Send + Sync)) -> Failure {
        let instance = self.instance();
        match instance.end_if_over().await {
            Some(how) => Failure::Exited(how),
            None => Failure::Broken(format!(
                "the instance runs, but its response is not complete: {}",
                with_sources(error)
            )),
        }
    }

    /// Why a response could not be read.
    pub(super) async fn unread(&self, error: &ReadError) -> Failure {
        match error {
            ReadError::TooLarge => Failure::BadResponse(format!(
                "the response is larger than {} bytes",
                limit::RESPONSE_BODY_BYTES
            )),
            ReadError::Broken(error) => self.broken(&**error).await,
        }
    }

    /// Notes the status of an HTTP answer.
    pub(super) fn answered(&mut self, status: StatusCode) {
        self.status = Some(status);
    }

    fn usage(&self) -> Usage {
        let now = self.instance().process.peak_memory_mb();
        Usage {
            duration: self.started.elapsed(),
            memory_mb: now.max(self.memory_mb),
        }
    }

    /// Ends a call that the platform has to explain.
    pub(super) fn fail(self, failure: &Failure) -> (String, Report) {
        let message = failure.message(&self.usage()).unwrap_or_default();
        (message, self.finish(Some(failure)))
    }

    pub(super) fn finish(mut self, failure: Option<&Failure>) -> Report {
        self.finished = true;
        self.conclude(failure)
    }

    fn conclude(&self, failure: Option<&Failure>) -> Report {
        let usage = self.usage();
        let instance = self.instance();
        match failure {
            Some(Failure::TimedOut(_)) => instance.abandon(),
            // The rest of a half-dead instance is not trusted with another call.
            Some(Failure::Exited(_)) => instance.retire(),
            _ => {}
        }
        instance.memory.look(&instance.function, &usage);
        let log = instance.log.end(&self.call.request_id);
        let message = failure.and_then(|failure| failure.message(&usage));
        let end_line = report::platform_end_line(&log, &self.call.request_id, message.as_deref());
        let end_of_instance = failure.and_then(Failure::end_of_instance);
        if let Some(end) = &end_of_instance {
            instance.log.note(&format!("fc-local: {end}"));
        }
        let refusal = report::refusal_line(&log, self.status, failure);
        if let Some(line) = &refusal {
            instance.log.note(line);
        }
        if let Some(line) = &end_line {
            instance.log.note(line);
        }
        Report {
            request_id: self.call.request_id.clone(),
            instance_id: instance.id.clone(),
            error_type: failure.map(Failure::error_type),
            end_of_instance,
            log,
            added: refusal.into_iter().chain(end_line).collect(),
            usage,
            memory_limit_mb: instance.function.memory_mb,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.finished {
            self.conclude(Some(&Failure::Canceled));
        }
    }
}
