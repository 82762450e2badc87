//! What is done to fc-local, its instances, its disk and its clients, in an order that the seed decides.

use std::thread::{self, Scope};

use super::clients;
use super::common::{Cause, Dice, Order, Run, Stage};
use super::disk::Disk;
use super::house::House;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Clients leave within their responses.
    GiveUps,
    /// Clients leave within their requests.
    Cuts,
    SlowReader,
    SlowWriter,
    KillInstance,
    StallInstance,
    Kill,
    Stop,
    FullDisk,
    /// fc-local is killed while the disk is full, and there is space again when it starts.
    KillOnFullDisk,
}

/// A round: what is quick comes more often.
const ROUND: [Trouble; 16] = [
    Trouble::GiveUps,
    Trouble::GiveUps,
    Trouble::Cuts,
    Trouble::Cuts,
    Trouble::SlowReader,
    Trouble::SlowReader,
    Trouble::SlowWriter,
    Trouble::SlowWriter,
    Trouble::KillInstance,
    Trouble::KillInstance,
    Trouble::KillInstance,
    Trouble::StallInstance,
    Trouble::Kill,
    Trouble::Stop,
    Trouble::FullDisk,
    Trouble::KillOnFullDisk,
];

/// How many clients leave at a time.
const LEAVERS: usize = 5;
/// How long a stall is and a disk is full, and the time between two troubles, in milliseconds, at most.
const STALLED_MS: usize = 300;
const FULL_MS: usize = 300;
const PAUSE_MS: usize = 150;

/// Who does it, and what it does next.
pub(super) struct Director<'a> {
    stage: &'a Stage,
    disk: &'a Disk,
    order: Order<Trouble>,
    dice: Dice,
    /// The most that an fc-local has taken, in KiB.
    peak_kib: usize,
    slow: u64,
    seed: u64,
}

impl<'a> Director<'a> {
    pub(super) fn new(stage: &'a Stage, disk: &'a Disk, seed: u64) -> Self {
        Self {
            stage,
            disk,
            order: Order::new(&ROUND, Dice::new(seed, 0)),
            dice: Dice::new(seed, 1),
            peak_kib: 0,
            slow: 0,
            seed,
        }
    }

    /// Goes through rounds until the time is over, and in the long form through a last one that fc-local survives.
    pub(super) fn direct<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, 'a>,
        mut house: House,
        run: &Run,
    ) -> House {
        while let Some(trouble) = self.order.next(run, Trouble::is_an_end) {
            house = self.make(scope, trouble, house);
        }
        self.look_at(&house);
        house
    }

    /// The most that an fc-local has taken.
    pub(super) fn peak_mib(&self) -> usize {
        self.peak_kib / 1024
    }

    fn make<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, 'a>,
        trouble: Trouble,
        house: House,
    ) -> House {
        thread::sleep(self.dice.milliseconds(PAUSE_MS));
        let stage = self.stage;
        stage.book.trouble(trouble.name());
        let mut is_done = true;
        match trouble {
            Trouble::GiveUps => (0..LEAVERS).for_each(|_| clients::give_up(stage, &mut self.dice)),
            Trouble::Cuts => (0..LEAVERS).for_each(|_| clients::cut(stage, &mut self.dice)),
            Trouble::SlowReader => {
                let dice = self.dice_of_slow();
                scope.spawn(move || clients::slow_reader(stage, dice));
            }
            Trouble::SlowWriter => {
                let dice = self.dice_of_slow();
                scope.spawn(move || clients::slow_writer(stage, dice));
            }
            Trouble::KillInstance => {
                is_done = house.kill_instance(stage, |count| self.dice.below(count));
            }
            Trouble::StallInstance => {
                let length = self.dice.milliseconds(STALLED_MS);
                is_done =
                    house.stall_instance(|count| self.dice.below(count), || thread::sleep(length));
            }
            Trouble::FullDisk => self.fill_for_a_while(),
            Trouble::Kill | Trouble::Stop | Trouble::KillOnFullDisk => {
                return self.end(trouble, house);
            }
        }
        if !is_done {
            stage.book.trouble("no instance was there to disturb");
        }
        house
    }

    fn end(&mut self, trouble: Trouble, house: House) -> House {
        self.look_at(&house);
        match trouble {
            Trouble::Stop => house.replace(self.stage),
            Trouble::Kill => house.kill(self.stage, || {}),
            _ => {
                self.stage.book.begin(Cause::DiskFull);
                self.disk.fill();
                thread::sleep(self.dice.milliseconds(FULL_MS));
                let next = house.kill(self.stage, || self.disk.free());
                self.stage.book.end(Cause::DiskFull);
                next
            }
        }
    }

    fn fill_for_a_while(&mut self) {
        self.stage.book.begin(Cause::DiskFull);
        self.disk.fill();
        thread::sleep(self.dice.milliseconds(FULL_MS));
        self.disk.free();
        self.stage.book.end(Cause::DiskFull);
    }

    fn look_at(&mut self, house: &House) {
        self.peak_kib = self.peak_kib.max(house.sample().peak_kib);
    }

    fn dice_of_slow(&mut self) -> Dice {
        self.slow += 1;
        // Apart from those of the clients.
        Dice::new(self.seed, (1 << 32) + self.slow)
    }
}

impl Trouble {
    /// Whether another one follows fc-local.
    fn is_an_end(self) -> bool {
        matches!(self, Self::Kill | Self::Stop | Self::KillOnFullDisk)
    }

    fn name(self) -> &'static str {
        match self {
            Self::GiveUps => "times that clients leave within their responses",
            Self::Cuts => "times that clients leave within their requests",
            Self::SlowReader => "slow readers",
            Self::SlowWriter => "slow writers",
            Self::KillInstance => "kills of an instance",
            Self::StallInstance => "stalls of an instance",
            Self::Kill => "kills of fc-local",
            Self::Stop => "stops of fc-local under load",
            Self::FullDisk => "times that the disk is full",
            Self::KillOnFullDisk => "kills of fc-local on a full disk",
        }
    }
}
