//! "Did you mean": the nearest of the known words.

/// The known word that differs least, if that is by a quarter of its letters at most.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.is_empty() || word.len() > 64 {
        return None;
    }
    let letters = word.chars().count();
    let allowed = (letters / 4).clamp(1, 3);
    let distances = known.into_iter().map(|k| (distance(word, k), k));
    let near =
        distances.filter(|(d, k)| *d <= allowed && (!is_short(letters, k) || is_same(word, k)));
    near.min().map(|(_, k)| k)
}

/// Of a name of one letter or two, another letter makes another name.
fn is_short(letters: usize, known: &str) -> bool {
    letters < 2 || letters == 2 && known.chars().count() == 2
}

/// The same letters in another case or order.
fn is_same(word: &str, known: &str) -> bool {
    let letters = |text: &str| {
        let mut all: Vec<char> = text.to_lowercase().chars().collect();
        all.sort_unstable();
        all
    };
    letters(word) == letters(known)
}

/// Levenshtein's distance, two neighbours that changed places counted as one slip.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    let at = |rows: &[Vec<usize>], i: usize, j: usize| {
        let row = rows.get(i).map(Vec::as_slice).unwrap_or_default();
        row.get(j).copied().unwrap_or(usize::MAX / 2)
    };
    for i in 1..=a.len() {
        rows.push(vec![i]);
        for j in 1..=b.len() {
            let (x, y) = (a.get(i - 1), b.get(j - 1));
            let mut best = (at(&rows, i - 1, j) + 1)
                .min(at(&rows, i, j - 1) + 1)
                .min(at(&rows, i - 1, j - 1) + usize::from(x != y));
            if i > 1 && j > 1 && x == b.get(j - 2) && a.get(i - 2) == y {
                best = best.min(at(&rows, i - 2, j - 2) + 1);
            }
            if let Some(row) = rows.get_mut(i) {
                row.push(best);
            }
        }
    }
    at(&rows, a.len(), b.len())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips() {
        let known = ["total-memory", "cores"];
        assert_eq!(nearest("total-memroy", known), Some("total-memory"));
        assert_eq!(nearest("uptime", known), None);
        assert_eq!(nearest("a", ["b", "c"]), None);
        assert_eq!(nearest("p", ["P", "q"]), Some("P"));
    }
}
