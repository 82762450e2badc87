//! Owns who runs on which core: the client, and the server at each number of cores.

use std::io;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// The cores that this process may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cores {
    usable: Vec<usize>,
}

/// Who runs where during one measurement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seats {
    /// The cores of the server.
    pub server: Vec<usize>,
    /// The cores of the client.
    pub client: Vec<usize>,
}

impl Seats {
    /// Whether client and server share no core.
    pub fn apart(&self) -> bool {
        self.server.iter().all(|core| !self.client.contains(core))
    }

    /// How many threads the client asks with: one for each of its cores. Where it shares them,
    /// more threads would only take more of the server's time.
    pub fn client_threads(&self) -> usize {
        if self.apart() { self.client.len() } else { 1 }
    }
}

impl Cores {
    /// Asks the kernel.
    ///
    /// # Errors
    /// When it does not say which cores those are.
    pub fn pick() -> io::Result<Self> {
        let set = sched_getaffinity(Pid::from_raw(0))?;
        let usable: Vec<usize> = (0..CpuSet::count())
            .filter(|cpu| set.is_set(*cpu).unwrap_or(false))
            .collect();
        if usable.is_empty() {
            return Err(io::Error::other(
                "the kernel names no core for this process",
            ));
        }
        Ok(Self { usable })
    }

    /// At most `n` of them.
    pub fn first(mut self, n: usize) -> Self {
        self.usable.truncate(n);
        self
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.usable.len()
    }

    /// The numbers of cores that servers are measured on: 1, 2, 4 and so on, up to the half that is
    /// theirs. Of two cores the server gets both in the end, and the client shares them.
    pub fn levels(&self) -> Vec<usize> {
        let most = if self.count() == 2 { 2 } else { self.servers() };
        std::iter::successors(Some(1), |n| Some(n * 2))
            .take_while(|n| *n <= most)
            .collect()
    }

    /// The last of these.
    pub fn most(&self) -> usize {
        self.levels().last().copied().unwrap_or(1)
    }

    /// Who sits where when the server has `n` cores: it sits on the lower half and the client on
    /// the upper one, as long as there are two halves.
    pub fn seats(&self, n: usize) -> Seats {
        let servers = self.servers();
        let client = if n <= servers && servers < self.count() {
            &self.usable[servers..]
        } else {
            &self.usable
        };
        Seats {
            server: self.usable[..n.min(self.count())].to_vec(),
            client: client.to_vec(),
        }
    }

    /// How many cores are the server's alone.
    fn servers(&self) -> usize {
        self.count() - self.count() / 2
    }
}

/// Keeps the calling thread, and what it starts from now on, on these cores.
///
/// # Errors
/// When the kernel refuses.
pub fn pin(cores: &[usize]) -> io::Result<()> {
    let mut set = CpuSet::new();
    for core in cores {
        set.set(*core)?;
    }
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cores(n: usize) -> Cores {
        Cores {
            usable: (10..10 + n).collect(),
        }
    }

    #[test]
    fn a_check_that_needs_two_has_the_same_two_on_a_larger_machine() {
        assert_eq!(cores(16).first(2), cores(2));
        assert_eq!(cores(1).first(2), cores(1));
    }

    #[test]
    fn the_levels_double_up_to_the_half_of_the_server() {
        let levels = [1, 2, 3, 4, 8, 16, 24].map(|n| cores(n).levels());
        let wanted: [&[usize]; 7] = [
            &[1],
            &[1, 2],
            &[1, 2],
            &[1, 2],
            &[1, 2, 4],
            &[1, 2, 4, 8],
            &[1, 2, 4, 8],
        ];
        assert_eq!(levels, wanted);
    }

    #[test]
    fn client_and_server_share_a_core_only_where_there_is_no_other() {
        let seats = cores(8).seats(2);
        assert_eq!(
            (&seats.server[..], &seats.client[..]),
            (&[10, 11][..], &[14, 15, 16, 17][..])
        );
        assert_eq!((seats.apart(), seats.client_threads()), (true, 4));
        let seats = cores(2).seats(1);
        assert_eq!(
            (&seats.server[..], &seats.client[..]),
            (&[10][..], &[11][..])
        );
        for (all, n) in [(2, 2), (1, 1)] {
            let seats = cores(all).seats(n);
            assert_eq!(
                (seats.server.len(), seats.apart(), seats.client_threads()),
                (n, false, 1)
            );
        }
    }

    #[test]
    fn a_pinned_thread_has_the_cores_it_was_given() {
        let cores = Cores::pick().unwrap();
        let one = cores.seats(1).server;
        let left = std::thread::spawn(move || {
            pin(&one).unwrap();
            (Cores::pick().unwrap().usable, one)
        });
        let (left, one) = left.join().unwrap();
        assert_eq!(left, one);
    }
}
