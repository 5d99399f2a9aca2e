//! Which reply is next for which question.

use super::reply::Reply;

struct Answer {
    question: String,
    replies: Vec<Reply>,
    turn: usize,
}

#[derive(Default)]
pub(super) struct Answers {
    by_question: Vec<Answer>,
    health: Option<Reply>,
}

impl Answers {
    /// The question `*` is the one that fits when no other does.
    pub fn set(&mut self, question: &str, replies: Vec<Reply>) {
        assert!(!replies.is_empty(), "no reply for the question {question:?}");
        self.by_question.retain(|answer| answer.question != question);
        self.by_question.push(Answer { question: question.into(), replies, turn: 0 });
        // The longest fits best: "orders per day" must not be answered as "orders".
        self.by_question.sort_by_key(|answer| std::cmp::Reverse(answer.question.len()));
    }

    pub fn set_health(&mut self, reply: Reply) {
        self.health = Some(reply);
    }

    pub fn health(&self) -> Option<Reply> {
        self.health.clone()
    }

    /// The last user message decides; a repair conversation ends with an error report, so older ones count after it.
    pub fn next(&mut self, messages: &[(String, String)]) -> Reply {
        let last = messages.iter().rev().find(|(role, _)| role == "user").map(|(_, text)| text.as_str());
        let in_last = self.find(|question| last.is_some_and(|text| text.contains(question)));
        let found = in_last.or_else(|| self.find(|question| messages.iter().any(|(_, text)| text.contains(question))));
        match found.or_else(|| self.find(|question| question == "*")) {
            Some(index) => self.by_question[index].take_turn(),
            None => Reply::refuse("the double has no answer to this question"),
        }
    }

    fn find(&self, fits: impl Fn(&str) -> bool) -> Option<usize> {
        self.by_question.iter().position(|answer| fits(&answer.question))
    }
}

impl Answer {
    fn take_turn(&mut self) -> Reply {
        let reply = self.replies[self.turn.min(self.replies.len() - 1)].clone();
        self.turn += 1;
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::super::reply::Kind;
    use super::*;

    fn user(text: &str) -> Vec<(String, String)> {
        vec![("system".into(), "You write SQL.".into()), ("user".into(), text.into())]
    }

    fn sql(reply: Reply) -> String {
        match reply.kind {
            Kind::Answer { action, sql, .. } => format!("{action}:{sql}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn replies_come_in_turn_and_the_last_repeats() {
        let mut answers = Answers::default();
        answers.set("how many", vec![Reply::sql("SELECT 1"), Reply::sql("SELECT 2")]);
        let chat = user("Question: how many orders?");
        let taken: Vec<String> = (0..3).map(|_| sql(answers.next(&chat))).collect();
        assert_eq!(taken, ["query:SELECT 1", "query:SELECT 2", "query:SELECT 2"]);
    }

    #[test]
    fn a_repair_conversation_is_still_about_the_first_question() {
        let mut answers = Answers::default();
        answers.set("orders", vec![Reply::sql("SELECT 1")]);
        let mut chat = user("orders per day");
        chat.push(("assistant".into(), "SELECT nope".into()));
        chat.push(("user".into(), "ERROR 42703: try again".into()));
        assert_eq!(sql(answers.next(&chat)), "query:SELECT 1");
    }

    #[test]
    fn the_longest_question_wins_and_an_unknown_one_is_refused() {
        let mut answers = Answers::default();
        answers.set("orders", vec![Reply::sql("SELECT 1")]);
        answers.set("orders per day", vec![Reply::sql("SELECT 2")]);
        assert_eq!(sql(answers.next(&user("orders per day"))), "query:SELECT 2");
        assert_eq!(sql(answers.next(&user("weather"))), "refuse:");
        answers.set("*", vec![Reply::sql("SELECT 3")]);
        assert_eq!(sql(answers.next(&user("weather"))), "query:SELECT 3");
    }
}
