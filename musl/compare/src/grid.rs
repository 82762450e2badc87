//! Owns a table of text: aligned for a terminal, or as Markdown. Knows nothing of what it shows.

/// The width of a terminal, in characters: what every one has at least.
pub const COLUMNS_MAX: usize = 79;
/// What stands between two columns.
const GAP: &str = "  ";

/// Rows under a head; the first column is text, the others are figures.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// A grid with these columns.
    pub fn new(head: &[&str]) -> Self {
        Self {
            head: head.iter().map(|cell| (*cell).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; one that is too short ends in empty cells.
    pub fn push(&mut self, mut row: Vec<String>) {
        row.resize(self.head.len(), String::new());
        self.rows.push(row);
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The grid for a terminal: one that is too wide goes on below, its first column repeated.
    pub fn text(&self) -> String {
        let widths: Vec<usize> = (0..self.head.len())
            .map(|column| self.width(column))
            .collect();
        let blocks = blocks(&widths, COLUMNS_MAX);
        let blocks = blocks.iter().map(|columns| self.block(columns, &widths));
        blocks.collect::<Vec<_>>().join("\n")
    }

    fn block(&self, columns: &[usize], widths: &[usize]) -> String {
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        let rows = [&self.head, &rule].into_iter().chain(&self.rows);
        let line = |row: &Vec<String>| {
            let cells = columns
                .iter()
                .map(|column| aligned(&row[*column], widths[*column], *column));
            cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned() + "\n"
        };
        rows.map(line).collect()
    }

    fn width(&self, column: usize) -> usize {
        let rows = self.rows.iter().chain([&self.head]);
        let cells = rows.map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    }

    /// The grid as Markdown.
    pub fn markdown(&self) -> String {
        let mut rule = vec!["---:".to_owned(); self.head.len()];
        if let Some(first) = rule.first_mut() {
            *first = "---".to_owned();
        }
        let rows = [&self.head, &rule].into_iter().chain(&self.rows);
        let line = |row: &Vec<String>| format!("| {} |\n", row.join(" | "));
        rows.map(line).collect()
    }
}

/// Which columns stand beside each other: the first one and as many as fit into `most` characters.
fn blocks(widths: &[usize], most: usize) -> Vec<Vec<usize>> {
    let first = widths.first().copied().unwrap_or(0);
    let mut blocks = vec![vec![0]];
    let mut used = first;
    for (column, width) in widths.iter().enumerate().skip(1) {
        let more = GAP.len() + width;
        let fits = used + more <= most;
        match blocks.last_mut() {
            Some(block) if fits || block.len() == 1 => block.push(column),
            _ => {
                blocks.push(vec![0, column]);
                used = first;
            }
        }
        used += more;
    }
    blocks
}

fn aligned(cell: &str, width: usize, column: usize) -> String {
    match column {
        0 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        let mut grid = Grid::new(&["peer", "µs"]);
        grid.push(vec!["C".to_owned(), "174".to_owned()]);
        grid.push(vec!["hyper".to_owned()]);
        grid
    }

    #[test]
    fn text_is_aligned_by_characters_not_bytes() {
        assert_eq!(grid().text(), "peer    µs\n-----  ---\nC      174\nhyper\n");
    }

    #[test]
    fn a_grid_that_is_too_wide_goes_on_below_with_its_first_column() {
        assert_eq!(blocks(&[10, 5, 5, 5], 24), [vec![0, 1, 2], vec![0, 3]]);
        assert_eq!(blocks(&[10, 90, 5], 24), [vec![0, 1], vec![0, 2]]);
        let heads: Vec<String> = (0..30).map(|n| format!("head {n}")).collect();
        let mut grid = Grid::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
        grid.push(heads.clone());
        let text = grid.text();
        assert!(
            text.lines().all(|line| line.chars().count() <= COLUMNS_MAX),
            "{text}"
        );
        assert!(heads.iter().all(|head| text.contains(head)));
    }

    #[test]
    fn markdown_has_a_rule_that_aligns_figures_to_the_right() {
        assert_eq!(
            grid().markdown(),
            "| peer | µs |\n| --- | ---: |\n| C | 174 |\n| hyper |  |\n"
        );
    }
}
