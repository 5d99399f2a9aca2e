//! Which of the hypotheses stands: what assumptions cost (`costs`), and what rules a reading out once all words are read:
//! a word that it leaves unused (`word_accounting`, by the `evidence` in its query tree), conditions that nothing can
//! fulfil (`contradictions`), or what it takes for granted (`doubts`, of joins `path_doubts`, of related rows
//! `related_row_doubts`, of what was not spoken of `unsaid_references`, of several values
//! `value_list_doubts`, of what happened `event_doubts`, of states `state_doubts`, of numbers that belong to rows `number_doubts`). `empty_dates` writes the states that
//! a missing date tells. `taken_columns` tells what the schema offers beside what was taken, `single_amounts` which amounts were not
//! added up, `left_rows` who was counted after leaving,
//! `verb_uses` which words are no verbs where they stand.

pub(crate) mod contradictions;
pub(crate) mod costs;
pub(crate) mod doubts;
pub(crate) mod empty_dates;
pub(crate) mod event_doubts;
pub(crate) mod evidence;
pub(crate) mod finished_hypothesis;
pub(crate) mod left_rows;
pub(crate) mod number_doubts;
pub(crate) mod path_doubts;
pub(crate) mod related_row_doubts;
pub(crate) mod single_amounts;
pub(crate) mod state_doubts;
pub(crate) mod taken_columns;
pub(crate) mod unsaid_references;
pub(crate) mod value_list_doubts;
pub(crate) mod verb_uses;
pub(crate) mod word_accounting;
