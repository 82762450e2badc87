//! Owns what is done to one server: prove it, start it cold, on a core and on the smallest instance,
//! ask it warm, load it, ask it all at once, feed it. Knows nothing of the order in which peers take their turn.

mod proof;

use std::io;
use std::time::Duration;

use fastrand::Rng;

use crate::burst;
use crate::cgroup::Cgroups;
use crate::cores::{self, Seats};
use crate::events::Handler;
use crate::join;
use crate::launch::Launch;
use crate::load::{self, Order};
use crate::machine::Ports;
use crate::measure::{EVENT_BYTES, Measured, Turn, Used, ask, filled, loaded, micros, warm_up};
use crate::process::{self, Memory};
use crate::question::Questions;
use crate::raw::{Kind, RunSample, SmallSample, StartSample};
use crate::result::Plan;
use crate::server::{Running, Spawner, Trouble};

/// Starts servers for one run.
#[derive(Debug)]
pub struct Bench {
    spawner: Spawner,
    ports: Ports,
    rng: Rng,
    seats: Seats,
    /// The steps of a handler that burns its time.
    steps: u64,
}

/// A number of connections with a handler.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// How many.
    pub connections: usize,
    /// What the handler does.
    pub handler: Handler,
    /// How long answers count.
    pub time: Duration,
}

impl Bench {
    /// A bench whose event bytes come from the seed; `steps` burn the time of a handler that does.
    ///
    /// # Errors
    /// When the machine refuses what the harness needs.
    pub fn new(seats: &Seats, seed: u64, steps: u64) -> io::Result<Self> {
        let mut bench = Self {
            spawner: Spawner::new()?,
            ports: Ports::new(),
            rng: Rng::with_seed(seed),
            seats: seats.clone(),
            steps,
        };
        bench.sit(seats)?;
        Ok(bench)
    }

    /// Moves the client, and the servers that are started from now on, to other cores.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn sit(&mut self, seats: &Seats) -> io::Result<()> {
        self.seats = seats.clone();
        cores::pin(&seats.client)
    }

    /// One cold start: to the accepted connection, to the first complete answer on it, and the CPU
    /// and memory the server has used by then.
    ///
    /// # Errors
    /// When it does not start, or its answer is missing or wrong.
    pub fn cold(
        &mut self,
        launch: &Launch,
        at: Turn<'_>,
        questions: &Questions,
    ) -> Result<StartSample, Trouble> {
        let question = questions.next(&mut self.rng);
        let mut running = self.start(launch)?;
        running.client.exchange(&question)?;
        let first = running.began.elapsed();
        let cpu = running.server.cpu_time()?;
        let memory = running.server.memory()?;
        Ok(StartSample {
            peer: at.peer.to_owned(),
            round: at.turn,
            place: at.place,
            listening_us: micros(running.listening),
            first_us: micros(first),
            cpu_us: micros(cpu),
            peak_rss_kib: memory.peak_rss_kib,
            rss_kib: memory.rss_kib,
            pss_kib: memory.pss_kib,
            threads: memory.threads,
            processes: memory.processes,
        })
    }

    /// One cold start in a fresh group of `groups`, of whose first quota `used_us` are used.
    ///
    /// # Errors
    /// When the group cannot be made, or the server does not start or does not echo.
    pub fn small(
        &mut self,
        launch: &Launch,
        at: Turn<'_>,
        groups: &Cgroups,
        used_us: u32,
    ) -> Result<SmallSample, Trouble> {
        let question = Questions::echo(EVENT_BYTES).next(&mut self.rng);
        // It must be there longer than the server in it.
        let group = groups.fresh()?;
        let mut running = self.start(&launch.inside(&group, used_us)?)?;
        running.client.exchange(&question)?;
        let answered = join::now()?;
        let cpu = running.server.cpu_time()?;
        let held_back = group.held_back()?;
        let began = join::read(&launch.errors)?;
        drop(running);
        Ok(SmallSample {
            peer: at.peer.to_owned(),
            round: at.turn,
            place: at.place,
            cores: self.seats.server.len(),
            used_us,
            first_us: micros(answered.saturating_sub(began.at)),
            cpu_us: micros(cpu.saturating_sub(began.cpu)),
            held_back,
        })
    }

    /// One connection, one request after the other, with the server's CPU time.
    ///
    /// # Errors
    /// When an answer is missing or wrong.
    pub fn warm(
        &mut self,
        launch: &Launch,
        at: Turn<'_>,
        plan: &Plan,
        handler: Handler,
    ) -> Measured {
        let questions = Questions::of(handler, EVENT_BYTES, self.steps);
        let mut running = self.start(launch)?;
        warm_up(&mut running.client, &mut self.rng, &questions, plan)?;
        let pids = running.server.processes()?;
        let before = process::cpu_time(&pids)?;
        let asked = ask(
            &mut running.client,
            &mut self.rng,
            &questions,
            plan.warm,
            None,
        )?;
        let used = process::cpu_time(&pids)?.saturating_sub(before);
        let mut sample = self.sample(at, Kind::Warm, 1, EVENT_BYTES, running.server.memory()?);
        sample.handler = handler;
        sample.cpu_us = Some(micros(used) / f64::from(plan.warm));
        sample.reconnects = running.client.reconnects;
        Ok(filled(sample, asked))
    }

    /// Many connections at once, each asking again when it has its answer.
    ///
    /// # Errors
    /// When an answer is wrong; one that is missing is counted.
    pub fn load(&mut self, launch: &Launch, at: Turn<'_>, plan: &Plan, crowd: Crowd) -> Measured {
        let Running {
            server, mut client, ..
        } = self.start(launch)?;
        let questions = Questions::of(crowd.handler, EVENT_BYTES, self.steps);
        if matches!(crowd.handler, Handler::Echo | Handler::Tool) {
            warm_up(&mut client, &mut self.rng, &questions, plan)?;
        }
        let order = Order {
            address: client.address(),
            connections: crowd.connections,
            threads: self.seats.client_threads(),
            time: crowd.time,
            questions,
        };
        // A blocking server would go on waiting for this connection.
        drop(client);
        let pids = server.processes()?;
        let (outcome, before, after) = load::run(
            &order,
            &mut self.rng,
            || Used::of(&pids),
            || (Used::of(&pids), server.memory()),
        )?;
        let used = after.0?.since(before?);
        let mut sample = self.sample(at, Kind::Load, crowd.connections, EVENT_BYTES, after.1?);
        sample.handler = crowd.handler;
        Ok(loaded(sample, outcome, used))
    }

    /// Many events at once on a cold server, whose handlers wait: the time to the last answer.
    ///
    /// # Errors
    /// When it does not start, or an answer is missing or wrong.
    pub fn burst(&mut self, launch: &Launch) -> Result<Duration, Trouble> {
        // The server must be there until all answers are.
        let Running {
            server: _server,
            client,
            ..
        } = self.start(launch)?;
        burst::send(client)
    }

    /// One connection with events of `bytes`.
    ///
    /// # Errors
    /// When an answer is missing or wrong.
    pub fn body(&mut self, launch: &Launch, at: Turn<'_>, plan: &Plan, bytes: usize) -> Measured {
        let questions = Questions::echo(EVENT_BYTES);
        let mut running = self.start(launch)?;
        warm_up(&mut running.client, &mut self.rng, &questions, plan)?;
        let limit = Some(Duration::from_millis(plan.body_ms_max));
        let asked = ask(
            &mut running.client,
            &mut self.rng,
            &Questions::echo(bytes),
            plan.body_requests,
            limit,
        )?;
        let mut sample = self.sample(at, Kind::Body, 1, bytes, running.server.memory()?);
        sample.reconnects = running.client.reconnects;
        Ok(filled(sample, asked))
    }

    fn start(&mut self, launch: &Launch) -> Result<Running, Trouble> {
        let port = self.ports.free()?;
        self.spawner.start(launch, &self.seats.server, port)
    }

    fn sample(
        &self,
        at: Turn<'_>,
        kind: Kind,
        connections: usize,
        bytes: usize,
        memory: Memory,
    ) -> RunSample {
        RunSample {
            peer: at.peer.to_owned(),
            pass: at.turn,
            kind,
            handler: Handler::Echo,
            cores: self.seats.server.len(),
            connections,
            body_bytes: bytes,
            answers: 0,
            seconds: 0.0,
            served: connections,
            errors: 0,
            reconnects: 0,
            cpu_us: None,
            client_cpu_us: None,
            sleeps: None,
            peak_rss_kib: memory.peak_rss_kib,
            rss_kib: memory.rss_kib,
            pss_kib: memory.pss_kib,
            threads: memory.threads,
            processes: memory.processes,
            latencies_us: Vec::new(),
        }
    }
}
