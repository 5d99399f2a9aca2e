//! What of an attempt is no plain json by itself.

/// A prompt that others hold too.
pub mod prompt {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use wire::Prompt;

    pub fn serialize<S: Serializer>(prompt: &Option<Arc<Prompt>>, to: S) -> Result<S::Ok, S::Error> {
        prompt.as_deref().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Arc<Prompt>>, D::Error> {
        Ok(Option::<Prompt>::deserialize(from)?.map(Arc::new))
    }
}

/// What a model asked back, which is always an [`Error::Clarify`].
pub mod question_back {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::error::Error;

    pub fn serialize<S: Serializer>(error: &Option<Error>, to: S) -> Result<S::Ok, S::Error> {
        let said = match error {
            Some(Error::Clarify { model, question }) => Some((model, question)),
            _ => None,
        };
        said.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Error>, D::Error> {
        let said = Option::<(String, String)>::deserialize(from)?;
        Ok(said.map(|(model, question)| Error::Clarify { model, question }))
    }
}
