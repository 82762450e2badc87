//! Which known word a misspelt one was meant to be.

/// The known word that needs the fewest changed letters, unless it needs too many to be the one that was meant.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let known = known.iter().map(|&one| (distance(word, one), one));
    let (distance, nearest) = known.min_by_key(|(distance, _)| *distance)?;
    (distance <= word.chars().count().max(2) / 2).then_some(nearest)
}

/// How many letters have to be put in, left out, replaced or exchanged with the next one, without regard to case.
fn distance(left: &str, right: &str) -> usize {
    let letters = |word: &str| -> Vec<char> { word.to_lowercase().chars().collect() };
    let (left, right) = (letters(left), letters(right));
    // The distances of the beginnings of the left word, so far, from all beginnings of the right one.
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for (i, letter) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in right.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(letter != other);
            let changed = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            let is_exchanged = i > 0 && j > 0 && *letter == right[j - 1] && left[i - 1] == *other;
            row.push(if is_exchanged {
                changed.min(rows[i - 1][j - 1] + 1)
            } else {
                changed
            });
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests;
