//! Owns what a server shows before anything of it is measured. Measures nothing.

use super::Bench;
use crate::launch::Launch;
use crate::mcp;
use crate::probe::{self, Manner};
use crate::question::{Question, Questions};
use crate::server::Trouble;

/// The bodies with which a server proves that it echoes, in bytes.
const PROOF_BYTES: [usize; 4] = [0, 10, 1_000, 100_000];
/// How often each tool is called for the same proof.
const PROOF_CALLS: usize = 5;

impl Bench {
    /// Starts the server once, so that its files are in memory, and checks that it echoes.
    ///
    /// # Errors
    /// When it does not start or does not echo.
    pub fn prove(&mut self, launch: &Launch) -> Result<(), Trouble> {
        let mut running = self.start(launch)?;
        for bytes in PROOF_BYTES {
            let question = Questions::echo(bytes).next(&mut self.rng);
            running.client.exchange(&question)?;
        }
        Ok(())
    }

    /// The same of a server of MCP: the handshake, its tools, and calls of each; then sees what else it does.
    ///
    /// # Errors
    /// When it does not start, or an answer is missing or wrong.
    pub fn prove_mcp(&mut self, launch: &Launch) -> Result<Vec<Manner>, Trouble> {
        let mut running = self.start(launch)?;
        let rng = &mut self.rng;
        let mut asked = vec![mcp::initialize(rng), mcp::list(rng)];
        for _ in 0..PROOF_CALLS {
            asked.extend([mcp::forecast(rng), mcp::compare(rng)]);
        }
        for one in asked {
            running.client.exchange(&Question::from(one))?;
        }
        probe::manners(&mut running.client, rng, || self.spawner.printed(launch))
    }
}
