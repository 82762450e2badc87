//! What is done to an instance and its clients, in an order that the seed decides.

use std::thread::{self, Scope};

use crate::clients;
use crate::common::{Dice, Order, Run, Stage};
use crate::generation::Generation;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Clients leave within their responses.
    GiveUps,
    /// Clients leave within their requests.
    Cuts,
    Freeze,
    Stall,
    SlowReader,
    SlowWriter,
    Kill,
    Stop,
}

/// A round: what is quick comes more often.
const ROUND: [Trouble; 14] = [
    Trouble::GiveUps,
    Trouble::GiveUps,
    Trouble::GiveUps,
    Trouble::Cuts,
    Trouble::Cuts,
    Trouble::Cuts,
    Trouble::Freeze,
    Trouble::Stall,
    Trouble::SlowReader,
    Trouble::SlowReader,
    Trouble::SlowWriter,
    Trouble::SlowWriter,
    Trouble::Kill,
    Trouble::Stop,
];

/// How many clients leave at a time.
const LEAVERS: usize = 10;
/// How long a freeze and a stall are, and the time between two troubles, in milliseconds, at most.
const FROZEN_MS: usize = 300;
const PAUSE_MS: usize = 100;
/// One of so many instances has no space for its log.
const UNLOGGED: usize = 3;

/// Who does it, and what it does next.
pub(crate) struct Director<'a> {
    stage: &'a Stage,
    order: Order<Trouble>,
    dice: Dice,
    /// The most that an instance has taken, in KiB.
    peak_kib: usize,
    slow: u64,
    seed: u64,
}

impl<'a> Director<'a> {
    pub(crate) fn new(stage: &'a Stage, seed: u64) -> Self {
        Self {
            stage,
            order: Order::new(&ROUND, Dice::new(seed, 0)),
            dice: Dice::new(seed, 1),
            peak_kib: 0,
            slow: 0,
            seed,
        }
    }

    /// Goes through rounds until the time is over, and in the long form through a last one that the instance survives; gives
    /// that instance.
    pub(crate) fn direct<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, 'a>,
        mut generation: Generation,
        run: &Run,
    ) -> Generation {
        while let Some(trouble) = self.order.next(run, Trouble::is_an_end) {
            generation = self.make(scope, trouble, generation);
        }
        self.look_at(&generation);
        generation
    }

    /// The most that an instance has taken.
    pub(crate) fn peak_mib(&self) -> usize {
        self.peak_kib / 1024
    }

    fn make<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, 'a>,
        trouble: Trouble,
        generation: Generation,
    ) -> Generation {
        thread::sleep(self.dice.milliseconds(PAUSE_MS));
        let stage = self.stage;
        stage.book.trouble(trouble.name());
        match trouble {
            Trouble::GiveUps => (0..LEAVERS).for_each(|_| clients::give_up(stage, &mut self.dice)),
            Trouble::Cuts => (0..LEAVERS).for_each(|_| clients::cut(stage, &mut self.dice)),
            Trouble::Freeze => generation.freeze(stage, self.dice.milliseconds(FROZEN_MS)),
            Trouble::Stall => generation.stall(self.dice.milliseconds(FROZEN_MS)),
            Trouble::SlowReader => {
                let dice = self.dice_of_slow();
                scope.spawn(move || clients::slow_reader(stage, dice));
            }
            Trouble::SlowWriter => {
                let dice = self.dice_of_slow();
                scope.spawn(move || clients::slow_writer(stage, dice));
            }
            Trouble::Kill | Trouble::Stop => return self.end(trouble, generation),
        }
        generation
    }

    fn end(&mut self, trouble: Trouble, generation: Generation) -> Generation {
        self.look_at(&generation);
        let is_logged = !self.dice.is_lucky(UNLOGGED);
        if !is_logged {
            self.stage.book.trouble("instances whose log has no space");
        }
        let next = || Generation::start(is_logged);
        match trouble {
            Trouble::Kill => generation.kill(self.stage, next),
            _ => generation.replace(self.stage, next),
        }
    }

    fn look_at(&mut self, generation: &Generation) {
        self.peak_kib = self.peak_kib.max(generation.sample().peak_kib);
    }

    fn dice_of_slow(&mut self) -> Dice {
        self.slow += 1;
        // Apart from those of the agents.
        Dice::new(self.seed, (1 << 32) + self.slow)
    }
}

impl Trouble {
    /// Whether another one follows the instance.
    fn is_an_end(self) -> bool {
        matches!(self, Self::Kill | Self::Stop)
    }

    fn name(self) -> &'static str {
        match self {
            Self::GiveUps => "times that clients leave within their responses",
            Self::Cuts => "times that clients leave within their requests",
            Self::Freeze => "freezes",
            Self::Stall => "stalls under load",
            Self::SlowReader => "slow readers",
            Self::SlowWriter => "slow writers",
            Self::Kill => "kills",
            Self::Stop => "stops under load",
        }
    }
}
