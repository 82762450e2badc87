//! Owns a table of text: aligned for a terminal, or as Markdown. Knows nothing of what it shows.

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

    /// The grid for a terminal.
    pub fn text(&self) -> String {
        let width = |column: usize| {
            let cells = self
                .rows
                .iter()
                .chain([&self.head])
                .map(|row| row[column].chars().count());
            cells.max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let rule = widths
            .iter()
            .map(|width| "-".repeat(*width))
            .collect::<Vec<_>>();
        let rows = [&self.head, &rule].into_iter().chain(&self.rows);
        rows.map(|row| aligned(row, &widths) + "\n").collect()
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

fn aligned(row: &[String], widths: &[usize]) -> String {
    let cells = row
        .iter()
        .zip(widths)
        .enumerate()
        .map(|(column, (cell, width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
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
    fn markdown_has_a_rule_that_aligns_figures_to_the_right() {
        assert_eq!(
            grid().markdown(),
            "| peer | µs |\n| --- | ---: |\n| C | 174 |\n| hyper |  |\n"
        );
    }
}
