//! Which of the hypotheses stands: what assumptions cost (`costs`), and what rules a reading out once all words are read:
//! a word that it leaves unused (`word_accounting`, by the `evidence` in its query tree), conditions that nothing can
//! fulfil (`contradictions`), or what it takes for granted (`doubts`).

pub(crate) mod contradictions;
pub(crate) mod costs;
pub(crate) mod doubts;
pub(crate) mod evidence;
pub(crate) mod finished_hypothesis;
pub(crate) mod word_accounting;
