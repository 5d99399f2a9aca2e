//! A directory as plain data, so that another process need not make it anew. Only the build that wrote it reads it.

use crate::directory::Directory;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

impl Serialize for Directory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Directory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut directory = Self::deserialize(deserializer)?;
        directory.restore();
        if directory.is_sound() { Ok(directory) } else { Err(D::Error::custom("this is no directory")) }
    }
}
