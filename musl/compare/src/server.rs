//! Owns a running server: started on its own core, met by a polling client, ended with everything
//! it started. Knows no peer and no measurement.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::http::{Answer, BadAnswer, Reader, invoke_request};
use crate::machine;
use crate::package::SYSTEM_PATH;
use crate::process::{self, Memory};

/// The pause between two attempts to connect: far below what is measured, and the client sleeps
/// in it, so that its core does not take power or memory bandwidth from the server's.
const CONNECT_PAUSE: Duration = Duration::from_micros(20);
/// How often the client looks whether the server ended instead of listening.
const LIFE_CHECK: Duration = Duration::from_millis(10);
/// The process group of the server that runs, or 0: what a signal to the harness ends first.
static GROUP: AtomicI32 = AtomicI32::new(0);
/// How long a server may take to listen, and then to answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// The exit code after an interrupt, as shells count it.
const INTERRUPTED: i32 = 130;
/// What one read of an answer takes at most, in bytes.
const READ_BYTES: usize = 64 * 1024;

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

/// How a server is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// The folder it runs in.
    pub folder: PathBuf,
    /// Where its stderr goes.
    pub errors: PathBuf,
}

impl Launch {
    fn command(&self, port: u16) -> io::Result<Command> {
        let mut command = Command::new(&self.argv[0]);
        command.args(&self.argv[1..]).current_dir(&self.folder);
        command
            .env_clear()
            .env("PATH", SYSTEM_PATH)
            .env("LANG", "C.UTF-8");
        command.env("FC_SERVER_PORT", port.to_string());
        command.env("FC_CUSTOM_LISTEN_PORT", port.to_string());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&self.errors)?);
        // Its own group, so that its workers end with it.
        command.process_group(0);
        Ok(command)
    }
}

type Started = io::Result<(Instant, Child)>;

/// A thread that stays on the server's core and does nothing but start servers: they inherit its
/// core without a wrapper program whose start would be timed too.
#[derive(Debug)]
pub struct Spawner {
    orders: Sender<Command>,
    started: Receiver<Started>,
}

impl Spawner {
    /// Starts the thread on `cpu`, or anywhere when there is none to spare.
    pub fn new(cpu: Option<usize>) -> Self {
        let (orders, queue) = mpsc::channel::<Command>();
        let (done, started) = mpsc::channel();
        thread::spawn(move || {
            let pinned = cpu.map_or(Ok(()), machine::pin);
            for mut command in queue {
                let result = match &pinned {
                    Ok(()) => spawn(&mut command),
                    Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
                };
                if done.send(result).is_err() {
                    break;
                }
            }
        });
        Self { orders, started }
    }

    /// Starts a server and connects to it.
    ///
    /// # Errors
    /// When it cannot be started, ends, or does not listen.
    pub fn start(&self, launch: &Launch, port: u16) -> Result<Running, Trouble> {
        let gone = |_| io::Error::other("the thread that starts servers ended");
        self.orders
            .send(launch.command(port)?)
            .map_err(|_| gone(mpsc::RecvError))?;
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

fn spawn(command: &mut Command) -> Started {
    let began = Instant::now();
    let child = command.spawn()?;
    GROUP.store(group(&child), Ordering::SeqCst);
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
        GROUP.store(0, Ordering::SeqCst);
    }
}

/// Makes an interrupt or a termination end the server that runs, then this process: the server
/// has a group of its own, so a terminal's interrupt does not reach it.
///
/// # Errors
/// When the handler cannot be set.
pub fn end_with_this_process() -> Result<(), String> {
    let handler = || {
        end_group(GROUP.load(Ordering::SeqCst));
        eprintln!("\ninterrupted; nothing was written");
        std::process::exit(INTERRUPTED);
    };
    ctrlc::set_handler(handler).map_err(|e| format!("signal handler: {e}"))
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

/// One connection that asks, waits and checks; it connects again when the server closes.
#[derive(Debug)]
pub struct Client {
    stream: Option<TcpStream>,
    address: SocketAddr,
    reader: Reader,
    buffer: Vec<u8>,
    /// How often the server made it connect again.
    pub reconnects: u64,
}

impl Client {
    fn over(stream: TcpStream, address: SocketAddr) -> io::Result<Self> {
        prepare(&stream)?;
        let buffer = vec![0; READ_BYTES];
        Ok(Self {
            stream: Some(stream),
            address,
            reader: Reader::default(),
            buffer,
            reconnects: 0,
        })
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends `body` as an event, checks that it comes back, and says how long that took; the
    /// time to connect counts when the server closed the connection before.
    ///
    /// # Errors
    /// When the connection fails or the answer is not the event.
    pub fn exchange(&mut self, body: &[u8]) -> Result<Duration, Trouble> {
        let request = invoke_request(body);
        let began = Instant::now();
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                self.reconnects += 1;
                let stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
                prepare(&stream)?;
                stream
            }
        };
        stream.write_all(&request)?;
        let answer = self.receive(&mut stream)?;
        let took = began.elapsed();
        if answer.keep_alive {
            self.stream = Some(stream);
        }
        answer.verify(body)?;
        Ok(took)
    }

    fn receive(&mut self, stream: &mut TcpStream) -> Result<Answer, Trouble> {
        loop {
            let n = stream.read(&mut self.buffer)?;
            if n == 0 {
                return Ok(self.reader.end()?);
            }
            if let Some(answer) = self.reader.feed(&self.buffer[..n])? {
                return Ok(answer);
            }
        }
    }
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))
}

#[cfg(test)]
mod tests;
