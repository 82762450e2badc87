//! Owns the machine: its cores, its free ports, and what the result says about it.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cores::Cores;

/// The lowest port that is handed out; below it live well-known services.
const PORT_MIN: u16 = 10_240;
/// The share of all cores that others may use beside a run before its times are called noisy.
const OTHERS_MAX: f64 = 0.05;
/// How long this process holds still to see what others use.
const STILL: Duration = Duration::from_secs(1);

/// What the figures of a run hang on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor.
    pub cpu: String,
    /// How many cores this process may use.
    pub cores: usize,
    /// The memory in MiB.
    pub memory_mib: u64,
    /// The kernel release, up to its numbers.
    pub kernel: String,
    /// The distribution.
    pub system: String,
    /// The share of all cores that others used just before the measuring, the host included.
    pub others_before: f64,
    /// The same just after it.
    pub others_after: f64,
    /// Whether client and server had cores to themselves while the server had one.
    pub pinned: bool,
}

impl Machine {
    /// Reads what `/proc` and `/etc` say; what is missing stays empty.
    pub fn look(cores: &Cores) -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        Self {
            cpu: value(&read("/proc/cpuinfo"), "model name", ':'),
            cores: cores.count(),
            memory_mib: value(&read("/proc/meminfo"), "MemTotal", ':')
                .trim_end_matches(" kB")
                .parse::<u64>()
                .map_or(0, |kib| kib / 1024),
            kernel: numbers(&read("/proc/sys/kernel/osrelease")),
            system: value(&read("/etc/os-release"), "PRETTY_NAME", '='),
            others_before: 0.0,
            others_after: 0.0,
            pinned: cores.seats(1).apart(),
        }
    }

    /// Whether something else ran beside the measuring.
    pub fn was_busy(&self) -> bool {
        self.others_before.max(self.others_after) > OTHERS_MAX
    }
}

/// The share of all cores that is in use while this process holds still. The load average would
/// still count the builds of the peers.
pub fn others() -> f64 {
    let read = || parse_use(&fs::read_to_string("/proc/stat").unwrap_or_default());
    let before = read();
    std::thread::sleep(STILL);
    share(before, read())
}

/// The ticks of all cores since the boot.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Use {
    all: f64,
    idle: f64,
}

/// The first line of `/proc/stat`: user nice system idle iowait irq softirq steal guest.
fn parse_use(stat: &str) -> Use {
    let line = stat.lines().next().unwrap_or_default();
    // Guest time stands in user time already.
    let ticks = line.split_whitespace().skip(1).take(8);
    let ticks: Vec<f64> = ticks.filter_map(|n| n.parse().ok()).collect();
    let idle = ticks.iter().skip(3).take(2).sum();
    Use {
        all: ticks.iter().sum(),
        idle,
    }
}

fn share(before: Use, after: Use) -> f64 {
    let all = after.all - before.all;
    if all > 0.0 {
        1.0 - (after.idle - before.idle) / all
    } else {
        0.0
    }
}

/// Hands out ports that the kernel gives to no outgoing connection: a client that keeps
/// connecting to a free port out of that range may meet itself.
#[derive(Debug)]
pub struct Ports {
    next: u16,
    end: u16,
}

impl Ports {
    /// Starts at a place that differs from one run to the next.
    pub fn new() -> Self {
        let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range");
        let end = range
            .ok()
            .and_then(|text| text.split_whitespace().next()?.parse().ok());
        let end = end.filter(|end| *end > PORT_MIN).unwrap_or(32_768);
        let span = u32::from(end - PORT_MIN);
        let offset = u16::try_from(std::process::id().wrapping_mul(61) % span).unwrap_or(0);
        Self {
            next: PORT_MIN + offset,
            end,
        }
    }

    /// A port on which nothing listens.
    ///
    /// # Errors
    /// When all of them are taken.
    pub fn free(&mut self) -> io::Result<u16> {
        for _ in PORT_MIN..self.end {
            let port = self.next;
            self.next = if port + 1 < self.end {
                port + 1
            } else {
                PORT_MIN
            };
            if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(port);
            }
        }
        Err(io::Error::other(format!(
            "no port from {PORT_MIN} to {} is free",
            self.end
        )))
    }
}

/// Lets this thread's pauses end when they should, not up to 50 µs later.
///
/// # Errors
/// When the kernel refuses.
pub fn sharpen_timers() -> io::Result<()> {
    Ok(nix::sys::prctl::set_timerslack(1)?)
}

/// The value after the first line that starts with `name`.
fn value(text: &str, name: &str, separator: char) -> String {
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line
        .and_then(|line| line.split_once(separator))
        .map_or("", |(_, value)| value);
    value.trim().trim_matches('"').to_owned()
}

/// `6.18.44-build-7` without what a vendor put after the numbers.
fn numbers(release: &str) -> String {
    release
        .trim()
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_without_blanks_and_quotes() {
        let text = "processor\t: 0\nmodel name\t: Fast CPU @ 3 GHz\nmodel name\t: other\n";
        assert_eq!(value(text, "model name", ':'), "Fast CPU @ 3 GHz");
        assert_eq!(
            value("PRETTY_NAME=\"Debian 12\"\n", "PRETTY_NAME", '='),
            "Debian 12"
        );
        assert_eq!(value("", "model name", ':'), "");
    }

    #[test]
    fn a_kernel_release_keeps_its_numbers_only() {
        assert_eq!(numbers("6.18.44-vendor-7\n"), "6.18.44");
    }

    #[test]
    fn what_others_use_is_what_is_neither_idle_nor_waiting() {
        let before = parse_use("cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 2 3\n");
        let after = parse_use("cpu  110 0 60 860 60 0 0 10 0 0\n");
        assert_eq!(
            before,
            Use {
                all: 1000.0,
                idle: 850.0
            }
        );
        assert!((share(before, after) - 0.3).abs() < 1e-9);
        assert_eq!(share(before, before), 0.0);
    }

    #[test]
    fn two_ports_in_a_row_are_free_and_differ() {
        let mut ports = Ports::new();
        let (first, second) = (ports.free().unwrap(), ports.free().unwrap());
        assert_ne!(first, second);
        assert!(first >= PORT_MIN && second >= PORT_MIN);
    }

    #[test]
    fn a_taken_port_is_passed_over() {
        let mut ports = Ports::new();
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, ports.free().unwrap())).unwrap();
        ports.next = taken.local_addr().unwrap().port();
        assert_ne!(ports.free().unwrap(), taken.local_addr().unwrap().port());
    }
}
