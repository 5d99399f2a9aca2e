//! Lattice to query trees: the parser, and the rules of the language, each file a family of methods of its `Parser`.
//!
//! `parser` is a beam search over `hypothesis`, each a partial query tree with a cost. `question_forms` begin (`last_times` among
//! them), `clauses` continue: noun phrases and their parts (`noun_phrases`, `head_nouns`, `select_items`, `projection`, `counts`),
//! restrictions (`connectives`, `column_tests`, `value_tests`, `value_lists`, `worth_tests`, `conditions`, `time_filters`,
//! `relative_clauses`, `events`, `superlatives`, `single_rows`, `own_comparisons`, `related_totals`, `named_rows`, `missing_values`,
//! `missing_pairs`, `paired_dates`), what adjectives measure (`qualities`), `grouping`, `empty_groups`, `ordering`; what joins repeat
//! is counted once (`repeated_rows`).

pub(crate) mod clauses;
pub(crate) mod column_tests;
pub(crate) mod conditions;
pub(crate) mod connectives;
pub(crate) mod counts;
pub(crate) mod empty_groups;
pub(crate) mod events;
pub(crate) mod grouping;
mod head_nouns;
pub(crate) mod hypothesis;
pub(crate) mod last_times;
pub(crate) mod missing_pairs;
pub(crate) mod missing_values;
pub(crate) mod named_rows;
pub(crate) mod noun_phrases;
pub(crate) mod ordering;
pub(crate) mod own_comparisons;
pub(crate) mod paired_dates;
pub(crate) mod parser;
pub(crate) mod projection;
mod qualities;
pub(crate) mod question_forms;
pub(crate) mod related_totals;
pub(crate) mod relative_clauses;
pub(crate) mod repeated_rows;
pub(crate) mod select_items;
pub(crate) mod single_rows;
pub(crate) mod superlatives;
pub(crate) mod time_filters;
pub(crate) mod value_lists;
mod value_tests;
pub(crate) mod worth_tests;
