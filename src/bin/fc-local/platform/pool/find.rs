//! The search for a place: on the instance of the call's session, on any that may serve it, or on a new one.

use std::sync::Arc;

use super::member::{Found, Member};
use super::{Deployed, NoInstance, Pool};
use crate::function::Isolation;
use crate::platform::agent::CallId;
use crate::platform::instance::Lease;
use crate::platform::sessions::Seat;

impl Pool {
    /// A place on the instance of a seat's session, or on any.
    pub(super) async fn seated(
        self: &Arc<Self>,
        deployed: &Deployed,
        call: &CallId,
        mut seat: Option<Seat>,
    ) -> Result<(Lease, Option<Seat>), NoInstance> {
        loop {
            let mut outcome = match self.find(deployed, call, &mut seat)? {
                Found::Lease(lease) => return Ok((lease, seat)),
                Found::Starting(outcome) => outcome,
            };
            let started = outcome
                .wait_for(Option::is_some)
                .await
                .map(|result| result.clone());
            let instance = match started.ok().flatten() {
                Some(result) => result.map_err(NoInstance::Cold)?,
                // The starting task is gone, which only happens while fc-local ends.
                None => continue,
            };
            // A call that came just now may have taken the place; then the search begins again.
            if let Some(lease) = instance.try_lease() {
                return Ok((lease, seat));
            }
        }
    }

    fn find(
        self: &Arc<Self>,
        deployed: &Deployed,
        call: &CallId,
        seat: &mut Option<Seat>,
    ) -> Result<Found, NoInstance> {
        let function = &deployed.function;
        let mut all = self.lock();
        let members = all.entry(function.name.clone()).or_default();
        members.retain(|member| {
            let bound = || self.sessions.on(&function.name, member.number) > 0;
            member.serves(deployed, bound)
        });
        if let Some(bound) = bound_place(members, seat, function.concurrency)? {
            return Ok(bound);
        }
        let (index, found) = match self.free_place(members, deployed, seat.as_ref()) {
            Some(found) => found,
            None => self.new_member(members, deployed, call)?,
        };
        if let Some(seat) = seat {
            let member = &mut members[index];
            seat.bind(Some(member.number));
            member.taken |= function.isolation == Isolation::Session;
        }
        Ok(found)
    }

    /// A place on a member that no session of another's has for itself, with the member's index.
    fn free_place(
        &self,
        members: &mut [Member],
        deployed: &Deployed,
        seat: Option<&Seat>,
    ) -> Option<(usize, Found)> {
        let function = &deployed.function;
        let sessions_on = |number| self.sessions.on(&function.name, number);
        let all = members.iter_mut().enumerate();
        let mut fitting = all.filter(|(_, member)| member.takes(deployed, seat, sessions_on));
        fitting.find_map(|(index, member)| {
            let place = member.take_place(function.concurrency);
            place.map(|place| (index, place))
        })
    }

    fn new_member(
        self: &Arc<Self>,
        members: &mut Vec<Member>,
        deployed: &Deployed,
        call: &CallId,
    ) -> Result<(usize, Found), NoInstance> {
        let instances_max = self.options.instances_max;
        // An instance that nobody has seen end takes no place of another.
        members.retain(|member| !member.is_gone());
        if members.len() >= instances_max && !self.make_room(members, deployed) {
            return Err(NoInstance::TooMany { instances_max });
        }
        let (member, outcome) = self.begin_start(deployed.clone(), call.clone());
        members.push(member);
        Ok((members.len() - 1, Found::Starting(outcome)))
    }

    /// Ends an idle instance of another version that the same alias leads to; says whether there was one.
    fn make_room(&self, members: &mut Vec<Member>, deployed: &Deployed) -> bool {
        let name = &deployed.function.name;
        let idle = members.iter().position(|member| {
            member.revision != deployed.revision
                && member.idle_for().is_some()
                && self.sessions.on(name, member.number) == 0
        });
        idle.map(|index| members.remove(index).retire()).is_some()
    }
}

/// A place on the member that a session is bound to, if that still runs. A session of the platform's gets another member where
/// it does not; one of the function's is over, and only the function knows what its id is worth.
fn bound_place(
    members: &mut [Member],
    seat: &mut Option<Seat>,
    concurrency: u32,
) -> Result<Option<Found>, NoInstance> {
    let Some(place) = seat.as_ref().and_then(Seat::place) else {
        return Ok(None);
    };
    let Some(number) = place.member else {
        return Ok(None);
    };
    let mut found = members.iter_mut();
    if let Some(member) = found.find(|member| member.number == number) {
        match member.take_place(concurrency) {
            Some(found) => return Ok(Some(found)),
            // It has ended, and nobody has seen that yet: the session goes on elsewhere, or is over with it.
            None if member.is_gone() => {}
            None => {
                return Err(NoInstance::SessionFull {
                    id: seat.as_ref().map(Seat::id).unwrap_or_default(),
                    calls_max: concurrency,
                });
            }
        }
    }
    if let Some(left) = seat.take_if(|_| place.is_the_functions) {
        left.handle().end();
    } else if let Some(seat) = seat {
        seat.bind(None);
    }
    Ok(None)
}
