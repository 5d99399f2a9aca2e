//! The figures of the ranking, and what of it can be left out to see what it is worth.

use crate::postings::Weights;

/// All of them have flat optima: half or twice as much changes little.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    pub weights: Weights,
    /// What an edge of the graph leaves of a neighbour's evidence.
    pub decay: f32,
    /// How many edges evidence is carried over.
    pub steps: usize,
    /// What evidence anywhere in a schema is worth to its other relations, and the number of relations above which it
    /// is worth less.
    pub schema_edge: f32,
    pub schema_size: f32,
    /// What a relation's own words are worth besides the neighbourhood's.
    pub own: f32,
    /// What two neighbours that each have words of the question are worth to what joins them, times `own`.
    pub bridge: f32,
    /// What being visible under `search_path` is worth, as a share of the best score.
    pub visible: f32,
    /// How far later look-alikes of one group step back: 0, not at all.
    pub crowding: f32,
    pub rarity: bool,
    pub light_words: bool,
    pub short_forms: bool,
    pub synonyms: bool,
    pub glued: bool,
    pub beginnings: bool,
    pub skeletons: bool,
    pub typing_errors: bool,
    pub values: bool,
    pub comments: bool,
    pub schema_names: bool,
    pub shared_beginnings: bool,
    pub look_alikes: bool,
    pub priors: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            weights: Weights::default(),
            decay: 0.7,
            steps: 3,
            schema_edge: 0.35,
            schema_size: 16.0,
            own: 0.15,
            bridge: 0.3,
            visible: 0.6,
            crowding: 0.04,
            rarity: true,
            light_words: true,
            short_forms: true,
            synonyms: true,
            glued: true,
            beginnings: true,
            skeletons: true,
            typing_errors: true,
            values: true,
            comments: true,
            schema_names: true,
            shared_beginnings: true,
            look_alikes: true,
            priors: true,
        }
    }
}
