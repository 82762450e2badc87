//! Which known word a misspelt one was meant to be.

/// The known word that needs the fewest changed letters, unless it needs too many to be the one that was meant.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let known = known.iter().map(|&one| (distance(word, one), one));
    let (distance, nearest) = known.min_by_key(|(distance, _)| *distance)?;
    (distance <= word.chars().count().max(2) / 2).then_some(nearest)
}

/// How many letters have to be put in, left out or replaced, without regard to case.
fn distance(left: &str, right: &str) -> usize {
    let (left, right) = (left.to_lowercase(), right.to_lowercase());
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (number, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = number + 1;
        for (at, other) in right.chars().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
