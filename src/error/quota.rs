//! What is told of a quota that is used up.

use super::{Limit, OverQuota};

pub fn message(over: &OverQuota) -> String {
    let whose = if over.role.is_empty() { "everybody".to_owned() } else { format!("role \"{}\"", over.role) };
    match over.limit {
        Limit::Concurrent => format!("too many questions at the same time for the quota of {whose}"),
        Limit::Questions | Limit::Tokens | Limit::Cost => format!("the quota of {whose} is used up"),
    }
}

pub fn detail(over: &OverQuota) -> String {
    let OverQuota { used, most, period, .. } = over;
    let who = if over.together { "All its members together" } else { "You" };
    match over.limit {
        Limit::Concurrent => format!("{who} have {used} under way, and may have {most}."),
        Limit::Questions => format!("{who} have asked {used} of {most} questions in this {period}."),
        Limit::Tokens => format!("{who} have used {used} of {most} tokens in this {period}."),
        Limit::Cost => format!("{who} have spent {used} of {most} in this {period}."),
    }
}

pub fn hint(over: &OverQuota) -> String {
    match over.limit {
        Limit::Concurrent => "Ask again when one of them is answered.".to_owned(),
        Limit::Questions | Limit::Tokens | Limit::Cost => {
            format!(
                "It is free again at {} UTC. The model \"builtin\" and verified answers need none of it.",
                over.ends
            )
        }
    }
}
