//! How far apart two names are spelled.

/// Damerau's distance, halved where one name contains the other, as `revenue` is near `total_revenue`.
pub fn distance(unknown: &str, name: &str) -> usize {
    let edits = strsim::osa_distance(unknown, name);
    if name.contains(unknown) || unknown.contains(name) { edits / 2 } else { edits }
}
