//! Many sessions at once, while instances die: each request reaches the instance that its session is bound to.
//!
//! The short form runs with all tests. The long form and the cost of the routing are run by hand, on a quiet machine:
//! `make sessions`.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::BufReader;
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use super::{HEADER, add_trigger, by_header, deploy, server, sessions};
use crate::support::{Reply, Server, built, ticks, zip_of};

/// How many clients send at once; each has sessions that no other uses.
const CLIENTS: usize = 4;

struct Load {
    sessions: usize,
    instances: usize,
    requests: usize,
    kills: usize,
}

/// What was seen so far.
#[derive(Default)]
struct Seen {
    /// The process of each session, by its number.
    bound: Mutex<BTreeMap<usize, u64>>,
    killed: Mutex<HashSet<u64>>,
    done: AtomicUsize,
    moved: AtomicUsize,
    failed: AtomicUsize,
}

impl Seen {
    fn was_killed(&self, pid: u64) -> bool {
        let killed = self.killed.lock().unwrap_or_else(PoisonError::into_inner);
        killed.contains(&pid)
    }

    fn bound_to(&self, session: usize) -> Option<u64> {
        let bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        bound.get(&session).copied()
    }

    /// Sends one request of a session, and checks where it went.
    fn request(&self, server: &Server, session: usize) {
        let before = self.bound_to(session);
        let id = format!("s{session}");
        let reply = server.request("GET", "/2023-03-30/proxy/f/x", &[(HEADER, &id)], b"");
        let lost = before.is_none_or(|pid| self.was_killed(pid));
        match reply.status {
            201 => {
                let pid = reply.json()["pid"].as_u64().expect("a process");
                if before.is_some_and(|before| before != pid) {
                    assert!(lost, "session {id} left {before:?}, which runs, for {pid}");
                    self.moved.fetch_add(1, Ordering::Relaxed);
                }
                let mut bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
                bound.insert(session, pid);
            }
            // The request was on an instance that died, or the new one did.
            502 => {
                assert!(lost || self.any_killed(), "{before:?}: {reply:?}");
                self.failed.fetch_add(1, Ordering::Relaxed);
            }
            _ => panic!("{before:?}: {reply:?}"),
        }
        self.done.fetch_add(1, Ordering::Release);
    }

    fn any_killed(&self) -> bool {
        let killed = self.killed.lock().unwrap_or_else(PoisonError::into_inner);
        !killed.is_empty()
    }

    /// Kills the instance of a session.
    fn kill(&self, session: usize) {
        let Some(pid) = self.bound_to(session) else {
            return;
        };
        // First noted, so that no request can see the death before.
        let mut killed = self.killed.lock().unwrap_or_else(PoisonError::into_inner);
        if killed.insert(pid) {
            let status = Command::new("kill")
                .args(["-KILL", &pid.to_string()])
                .status();
            assert!(status.expect("kill runs").success());
        }
    }
}

impl Load {
    /// Runs it, and returns what was seen.
    fn run(&self) -> Seen {
        let most = self.sessions / self.instances;
        let server = server(&by_header(&json!({"sessionConcurrencyPerInstance": most})));
        let seen = Seen::default();
        (0..self.sessions).for_each(|session| seen.request(&server, session));
        let pids: HashSet<u64> = (0..self.sessions)
            .filter_map(|one| seen.bound_to(one))
            .collect();
        assert_eq!(pids.len(), self.instances, "the instances are full");
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (seen, server) = (&seen, &server);
                scope.spawn(move || self.client(seen, server, client));
            }
            self.kill(&seen);
        });
        self.check_places(&server, most);
        // A death takes with it what was in flight, which is one request of each client at most.
        let failed = seen.failed.load(Ordering::Relaxed);
        assert!(failed <= self.kills * CLIENTS, "{failed} requests failed");
        seen
    }

    fn client(&self, seen: &Seen, server: &Server, client: usize) {
        let own = self.sessions / CLIENTS;
        for number in 0..self.requests / CLIENTS {
            seen.request(server, client * own + number % own);
        }
    }

    /// Kills one instance after another, spread over the requests.
    fn kill(&self, seen: &Seen) {
        for number in 0..self.kills {
            let after = self.sessions + (number + 1) * self.requests / (self.kills + 1);
            while seen.done.load(Ordering::Acquire) < after {
                thread::sleep(std::time::Duration::from_millis(1));
            }
            seen.kill(number * 7 % self.sessions);
        }
    }

    /// No instance has more sessions than it may, and no session is lost.
    fn check_places(&self, server: &Server, most: usize) {
        let listed = sessions(server, &[]);
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for line in listed.lines() {
            let (_, rest) = line.split_once("instance ").expect("an instance");
            let (instance, _) = rest.split_once(' ').expect("more");
            *places.entry(instance).or_default() += 1;
        }
        assert_eq!(places.values().sum::<usize>(), self.sessions, "{listed}");
        assert!(
            places.values().all(|sessions| *sessions <= most),
            "{places:?}"
        );
    }
}

#[test]
fn requests_reach_the_instance_of_their_session_while_instances_die() {
    let load = Load {
        sessions: 40,
        instances: 4,
        requests: 800,
        kills: 3,
    };
    let seen = load.run();
    assert!(
        seen.moved.load(Ordering::Relaxed) > 0,
        "sessions of a dead instance go on"
    );
}

#[test]
#[ignore = "takes minutes: 1,000 sessions, 100,000 requests"]
fn a_thousand_sessions_reach_their_instances_while_fifty_instances_die() {
    let load = Load {
        sessions: 1000,
        instances: 10,
        requests: 100_000,
        kills: 50,
    };
    let seen = load.run();
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!(
        "requests {}, sessions that went on elsewhere {}, requests that failed with their instance {}",
        count(&seen.done),
        count(&seen.moved),
        count(&seen.failed)
    );
}

/// Sends requests to a function on one connection.
fn send_many(server: &Server, function: &str, requests: usize) {
    let mut stream: TcpStream = server.connect();
    let mut reader = BufReader::new(stream.try_clone().expect("the other half"));
    let request = format!(
        "GET /2023-03-30/proxy/{function}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{HEADER}: a-session\r\n\r\n"
    );
    for _ in 0..requests {
        std::io::Write::write_all(&mut stream, request.as_bytes()).expect("sent");
        assert_eq!(Reply::read(&mut reader, "GET").status, 200);
    }
}

#[test]
#[ignore = "measures processor time, which needs a machine without other load"]
fn the_routing_costs_at_most_a_twentieth_of_the_relays_processor_time() {
    const ROUNDS: usize = 10;
    const REQUESTS: usize = 2000;
    let server = Server::with(&["--no-freeze", "--no-logs"]);
    let program = fs::read(built("bootstrap")).expect("built");
    let code = json!({"zipFile": BASE64.encode(zip_of(&[("bootstrap", &program, 0o755)]))});
    for (name, mut fields) in [("plain", json!({})), ("bound", by_header(&json!({})))] {
        fields["functionName"] = name.into();
        fields["code"] = code.clone();
        let created = deploy(&server, &fields);
        assert!(matches!(created.status, 200 | 201), "{created:?}");
        add_trigger(&server, name);
        send_many(&server, name, 1);
    }
    let mut costs = [0, 0];
    for _ in 0..ROUNDS {
        for (name, cost) in ["plain", "bound"].into_iter().zip(&mut costs) {
            let before = ticks(server.id());
            send_many(&server, name, REQUESTS);
            *cost += ticks(server.id()) - before;
        }
    }
    let [plain, bound] = costs;
    println!(
        "ticks of fc-local for {} requests: without affinity {plain}, with {bound}",
        ROUNDS * REQUESTS
    );
    assert!(
        bound * 100 <= plain * 105,
        "with affinity {bound}, without {plain}"
    );
}
