//! Whose turn it is: roles take turns, and each role's questions come in the order in which they were submitted.

use std::collections::{HashMap, VecDeque};

use super::store::Open;

/// How many places are taken. A question takes one, a large one more ([`Open::places`]).
#[derive(Debug, Default)]
pub struct InFlight {
    pub all: usize,
    pub of_role: HashMap<u32, usize>,
    pub of_model: HashMap<String, usize>,
    /// Those of questions whose drafts wait for somebody's lock: they keep a role from having ever more of them, and nobody else.
    pub locked: HashMap<u32, usize>,
}

/// How many there are.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    pub all: usize,
    /// `None`: all but a thirty-second of what other roles leave, so that the first to come leaves some to the next.
    pub of_role: Option<usize>,
}

impl InFlight {
    fn has(&self, role: u32) -> usize {
        self.of_role.get(&role).copied().unwrap_or_default()
    }

    /// Whether a role may take another place.
    fn may_take(&self, role: u32, most: Most) -> bool {
        let has = self.has(role);
        let others = self.all.saturating_sub(has);
        let left = most.all.saturating_sub(others);
        let share = most.of_role.unwrap_or_else(|| (left - left.div_ceil(32)).max(1));
        let locked = self.locked.get(&role).copied().unwrap_or_default();
        has < share && has + locked < 2 * share
    }

    /// Takes the places of a question.
    pub fn take(&mut self, role: u32, model: &str, places: usize) {
        self.all += places;
        *self.of_role.entry(role).or_default() += places;
        *self.of_model.entry(model.to_owned()).or_default() += 1;
    }
}

/// The questions of `open`, oldest first, that may be taken now, in their order. The role with the fewest in flight is next, the one
/// that has waited longest among equals; a question whose model is busy lets the role's others pass. `of_model`: how many
/// may be in flight with a model.
pub fn choose(open: &[Open], mut in_flight: InFlight, most: Most, of_model: &dyn Fn(&str) -> usize) -> Vec<i64> {
    let mut roles: Vec<(u32, VecDeque<&Open>)> = Vec::new();
    for question in open {
        match roles.iter_mut().find(|(role, _)| *role == question.role) {
            Some((_, queue)) => queue.push_back(question),
            None => roles.push((question.role, VecDeque::from([question]))),
        }
    }
    let mut chosen = Vec::new();
    while in_flight.all < most.all {
        let Some((role, queue)) = roles
            .iter_mut()
            .filter(|(role, queue)| !queue.is_empty() && in_flight.may_take(*role, most))
            .min_by_key(|(role, _)| in_flight.has(*role))
        else {
            break;
        };
        let Some(question) = queue.pop_front() else { break };
        if in_flight.of_model.get(&question.model).copied().unwrap_or_default() < of_model(&question.model) {
            in_flight.take(*role, &question.model, question.places);
            chosen.push(question.id);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(questions: &[(i64, u32, &str)]) -> Vec<Open> {
        questions
            .iter()
            .map(|(id, role, model)| Open { id: *id, role: *role, model: (*model).to_owned(), places: 1 })
            .collect()
    }

    fn any(_: &str) -> usize {
        usize::MAX
    }

    const MOST: Most = Most { all: 4, of_role: Some(4) };

    #[test]
    fn roles_take_turns() {
        let waiting = open(&[(1, 7, "m"), (2, 7, "m"), (3, 7, "m"), (4, 7, "m"), (5, 8, "m"), (6, 9, "m")]);
        assert_eq!(choose(&waiting, InFlight::default(), MOST, &any), [1, 5, 6, 2]);
        let busy = InFlight { all: 2, of_role: HashMap::from([(8, 2)]), ..InFlight::default() };
        assert_eq!(choose(&waiting, busy, MOST, &any), [1, 6]);
    }

    #[test]
    fn limits_hold() {
        let waiting = open(&[(1, 7, "slow"), (2, 7, "slow"), (3, 7, "fast"), (4, 8, "slow"), (5, 8, "slow")]);
        let one = |model: &str| if model == "slow" { 1 } else { 10 };
        assert_eq!(choose(&waiting, InFlight::default(), MOST, &one), [1, 3]);
        let each = Most { all: 10, of_role: Some(1) };
        assert_eq!(choose(&waiting, InFlight::default(), each, &any), [1, 4]);
        let full = InFlight { all: 4, ..InFlight::default() };
        assert_eq!(choose(&waiting, full, MOST, &any), [0i64; 0]);
    }

    #[test]
    fn no_role_has_all_places() {
        let of_one: Vec<Open> = (0..1000).map(|id| Open { id, role: 7, model: "m".to_owned(), places: 1 }).collect();
        let most = Most { all: 100, of_role: None };
        assert_eq!(choose(&of_one, InFlight::default(), most, &any).len(), 96);
        let busy = || InFlight { all: 75, of_role: HashMap::from([(8, 75)]), ..InFlight::default() };
        assert_eq!(choose(&of_one, busy(), most, &any).len(), 24);
        let alone = Most { all: 1, of_role: None };
        assert_eq!(choose(&of_one, InFlight::default(), alone, &any).len(), 1);
        let locked = |count| InFlight { locked: HashMap::from([(7, count)]), ..InFlight::default() };
        assert_eq!(choose(&of_one, locked(1), alone, &any).len(), 1);
        assert_eq!(choose(&of_one, locked(2), alone, &any).len(), 0);
        let large: Vec<Open> = of_one.into_iter().map(|open| Open { places: 10, ..open }).collect();
        assert_eq!(choose(&large, InFlight::default(), most, &any).len(), 10);
    }
}
