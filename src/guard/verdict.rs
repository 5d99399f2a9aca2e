//! What came of judging a statement, check by check: what `nl_check` tells.

use crate::error::Error;

/// The checks, in their order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Check {
    OneStatement,
    Query,
    NamedTypes,
    Analysis,
    ReadOnly,
    Relations,
    Labels,
    Functions,
    Plan,
    Cost,
}

impl Check {
    const ALL: [Self; 10] = [
        Self::OneStatement,
        Self::Query,
        Self::NamedTypes,
        Self::Analysis,
        Self::ReadOnly,
        Self::Relations,
        Self::Labels,
        Self::Functions,
        Self::Plan,
        Self::Cost,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::OneStatement => "one statement",
            Self::Query => "a query",
            Self::NamedTypes => "code behind the types it names",
            Self::Analysis => "names, types and privileges to look",
            Self::ReadOnly => "no writes, row locks or sequences",
            Self::Relations => "relations",
            Self::Labels => "security labels",
            Self::Functions => "functions",
            Self::Plan => "a plan that only reads, and privileges to read",
            Self::Cost => "estimated cost",
        }
    }
}

/// Who is to blame for a refusal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Culprit {
    /// For example `pg_catalog.pg_sleep`.
    pub name: String,
    /// What it stands behind: a view, a policy, a type, a function's default.
    pub behind: Option<String>,
    /// In the statement, counted in characters from 1.
    pub position: Option<usize>,
}

#[derive(Debug, Default)]
pub struct Verdict {
    /// Whether what only people want to know is looked up too.
    pub detailed: bool,
    pub error: Option<Error>,
    pub culprit: Option<Culprit>,
    /// Schema-qualified, of the statement itself and of the views it reads.
    pub relations: Vec<String>,
    pub columns: Vec<String>,
    pub functions: Vec<String>,
    pub estimated_rows: Option<f64>,
    pub estimated_cost: Option<f64>,
    passed: Vec<(Check, Option<String>)>,
}

impl Verdict {
    pub fn detailed() -> Self {
        Self { detailed: true, ..Self::default() }
    }

    /// Notes a check that the statement passed, with what it found.
    pub fn pass(&mut self, check: Check, found: Option<String>) {
        self.passed.push((check, found));
    }

    /// Who is to blame; of the server's own errors only the place is known.
    pub fn culprit(&self) -> Option<Culprit> {
        let place = || match &self.error {
            Some(Error::Server(failure)) => Some(Culprit { position: Some(failure.position?), ..Culprit::default() }),
            _ => None,
        };
        self.culprit.clone().or_else(place)
    }

    /// Every check and its outcome: `passed`, `refused`, or `not reached` after the first refusal.
    pub fn checks(&self) -> serde_json::Value {
        let mut refusal = self.error.as_ref();
        let lines = Check::ALL.iter().map(|check| {
            let (outcome, detail) = match self.passed.iter().find(|(passed, _)| passed == check) {
                Some((_, found)) => ("passed", found.clone()),
                None => refusal.take().map_or(("not reached", None), |error| ("refused", Some(error.to_string()))),
            };
            let mut line = serde_json::Map::new();
            line.insert("check".to_owned(), check.name().into());
            line.insert("outcome".to_owned(), outcome.into());
            if let Some(detail) = detail {
                line.insert("detail".to_owned(), detail.into());
            }
            serde_json::Value::Object(line)
        });
        lines.collect()
    }
}
