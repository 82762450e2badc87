//! Owns a running server: started on its own cores, met by a polling client, ended with everything
//! it started. Knows no peer and no measurement.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::cgroup;
use crate::client::Client;
use crate::cores;
use crate::http::BadAnswer;
use crate::launch::Launch;
use crate::output::Output;
use crate::process::{self, Memory};

/// The pause between two attempts to connect: far below what is measured, and the client sleeps
/// in it, so that its core does not take power or memory bandwidth from the server's.
const CONNECT_PAUSE: Duration = Duration::from_micros(20);
/// How often the client looks whether the server ended instead of listening.
const LIFE_CHECK: Duration = Duration::from_millis(10);
/// The process group of the server that runs, or 0: what a signal to the harness ends first.
static GROUP: Mutex<i32> = Mutex::new(0);
/// How long a server may take to listen, and then to answer.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// The exit code after an interrupt, as shells count it.
const INTERRUPTED: i32 = 130;

/// Why a server could not be measured.
#[derive(Debug)]
pub enum Trouble {
    /// It could not be started, or a socket failed.
    Io(io::Error),
    /// It ended before it listened.
    Ended(ExitStatus),
    /// It did not listen in time.
    Silent,
    /// Its answer does not count.
    Bad(BadAnswer),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) if error.kind() == ErrorKind::WouldBlock => {
                write!(f, "no answer within {} s", PATIENCE.as_secs())
            }
            Self::Io(error) => error.fmt(f),
            Self::Ended(status) => write!(f, "it ended before it listened ({status})"),
            Self::Silent => write!(f, "it did not listen within {} s", PATIENCE.as_secs()),
            Self::Bad(bad) => bad.fmt(f),
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<BadAnswer> for Trouble {
    fn from(bad: BadAnswer) -> Self {
        Self::Bad(bad)
    }
}

type Started = io::Result<(Instant, Child)>;

/// A server to start, and the cores it may use.
struct Order {
    command: Command,
    cores: Vec<usize>,
}

/// A thread that does nothing but start servers: they inherit its cores without a wrapper program
/// whose start would be timed too.
#[derive(Debug)]
pub struct Spawner {
    orders: Sender<Order>,
    started: Receiver<Started>,
    /// Where every server prints.
    output: Output,
}

impl Spawner {
    /// Starts the thread, and the one that reads what servers print.
    ///
    /// # Errors
    /// When the pipe cannot be made.
    pub fn new() -> io::Result<Self> {
        let output = Output::new()?;
        let (orders, queue) = mpsc::channel::<Order>();
        let (done, started) = mpsc::channel();
        thread::spawn(move || {
            for order in queue {
                if done.send(spawn(order)).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            orders,
            started,
            output,
        })
    }

    /// How many lines the servers have printed, this one on stderr as well, once nothing more comes.
    ///
    /// # Errors
    /// When the pipe or the file of its stderr fails.
    pub fn printed(&self, launch: &Launch) -> io::Result<u64> {
        self.output.lines(&launch.errors)
    }

    /// Starts a server on `cores` and connects to it.
    ///
    /// # Errors
    /// When it cannot be started, ends, or does not listen.
    pub fn start(&self, launch: &Launch, cores: &[usize], port: u16) -> Result<Running, Trouble> {
        let gone = |_| io::Error::other("the thread that starts servers ended");
        let order = Order {
            command: launch.command(port, self.output.pipe()?)?,
            cores: cores.to_vec(),
        };
        self.orders.send(order).map_err(|_| gone(mpsc::RecvError))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut starting = Starting {
            spawner: self,
            spawned: None,
        };
        let met = starting.connect(address);
        let started = match starting.spawned {
            Some(started) => started,
            None => self.started.recv().map_err(gone)?,
        };
        // A server that could not be started was not met either; this error says why.
        let (began, child) = started?;
        let server = Server { child };
        let (stream, connected) = met?;
        let client = Client::over(stream, address)?;
        Ok(Running {
            server,
            client,
            began,
            listening: connected - began,
        })
    }
}

fn spawn(mut order: Order) -> Started {
    cores::pin(&order.cores)?;
    let mut running = running();
    let began = Instant::now();
    let child = order.command.spawn()?;
    *running = group(&child);
    Ok((began, child))
}

/// A start that is under way.
struct Starting<'a> {
    spawner: &'a Spawner,
    spawned: Option<Started>,
}

impl Starting<'_> {
    fn connect(&mut self, address: SocketAddr) -> Result<(TcpStream, Instant), Trouble> {
        let deadline = Instant::now() + PATIENCE;
        let mut check = Instant::now() + LIFE_CHECK;
        loop {
            match TcpStream::connect(address) {
                Ok(stream) => return Ok((stream, Instant::now())),
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(error.into()),
            }
            let now = Instant::now();
            if now > check {
                self.look()?;
                check = now + LIFE_CHECK;
            }
            if now > deadline {
                return Err(Trouble::Silent);
            }
            thread::sleep(CONNECT_PAUSE);
        }
    }

    /// Fails when the server could not be started or has ended.
    fn look(&mut self) -> Result<(), Trouble> {
        if self.spawned.is_none() {
            self.spawned = self.spawner.started.try_recv().ok();
        }
        match &mut self.spawned {
            Some(Ok((_, child))) => child.try_wait()?.map_or(Ok(()), |s| Err(Trouble::Ended(s))),
            Some(Err(_)) => Err(Trouble::Silent),
            None => Ok(()),
        }
    }
}

/// A server process with its workers; ended when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
}

impl Server {
    /// The processes of the server.
    ///
    /// # Errors
    /// When `/proc` cannot be listed.
    pub fn processes(&self) -> io::Result<Vec<u32>> {
        process::tree(self.child.id())
    }

    /// The user and system time of all its processes so far.
    ///
    /// # Errors
    /// When it ended.
    pub fn cpu_time(&self) -> io::Result<Duration> {
        process::cpu_time(&self.processes()?)
    }

    /// The memory and threads of the server now.
    ///
    /// # Errors
    /// When it ended.
    pub fn memory(&self) -> io::Result<Memory> {
        process::memory(&self.processes()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end_group(group(&self.child));
        // Only a child that was waited for before could fail here, and none is.
        let _ = self.child.wait();
        *running() = 0;
    }
}

/// Makes an interrupt or a termination end the server that runs, then this process: the server
/// has its own group, so a terminal's interrupt does not reach it.
///
/// # Errors
/// When the handler cannot be set.
pub fn end_with_this_process() -> Result<(), String> {
    let handler = || {
        let running = running();
        end_group(*running);
        cgroup::remove_for_good();
        eprintln!("\ninterrupted; the finished phases of a run are in its output folder");
        // The lock is still held: no other server is started before the end.
        std::process::exit(INTERRUPTED);
    };
    ctrlc::set_handler(handler).map_err(|e| format!("signal handler: {e}"))
}

fn running() -> MutexGuard<'static, i32> {
    // A panic while it was held leaves a number that is as good as any.
    GROUP.lock().unwrap_or_else(PoisonError::into_inner)
}

fn group(child: &Child) -> i32 {
    i32::try_from(child.id()).unwrap_or(0)
}

/// Ends every process of a group; group 0 would be this process's own.
fn end_group(group: i32) {
    if group > 0 {
        // They may have ended by themselves; then there is nothing to end.
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
}

/// A server with the connection on which it was met.
#[derive(Debug)]
pub struct Running {
    /// The process.
    pub server: Server,
    /// The connection that was accepted first.
    pub client: Client,
    /// The moment before the process was made.
    pub began: Instant,
    /// From there to the accepted connection.
    pub listening: Duration,
}

#[cfg(test)]
mod tests;
