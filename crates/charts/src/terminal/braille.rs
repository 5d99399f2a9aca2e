//! A canvas of dots, drawn with braille characters, each of which holds two columns and four rows of dots.

/// Dots, whose coordinates count from the lower left.
pub struct Canvas {
    columns: usize,
    rows: usize,
    /// The dots of each character as in Unicode's braille patterns, the top row first.
    cells: Vec<u8>,
}

impl Canvas {
    /// A blank canvas of so many columns and rows of characters.
    pub fn new(columns: usize, rows: usize) -> Self {
        Self { columns, rows, cells: vec![0; columns * rows] }
    }

    /// The coordinates of the dot in the upper right corner.
    pub fn last_dot(&self) -> (i64, i64) {
        ((self.columns * 2) as i64 - 1, (self.rows * 4) as i64 - 1)
    }

    /// Sets a dot. A dot outside the canvas is ignored.
    pub fn dot(&mut self, x: i64, y: i64) {
        let (last_x, last_y) = self.last_dot();
        if !(0..=last_x).contains(&x) || !(0..=last_y).contains(&y) {
            return;
        }
        let down = (last_y - y) as usize;
        let at = down / 4 * self.columns + x as usize / 2;
        // Unicode numbers the dots of the upper three rows column by column, and the fourth row last.
        let bit = match (x % 2, down % 4) {
            (0, 3) => 6,
            (_, 3) => 7,
            (0, row) => row,
            (_, row) => row + 3,
        };
        if let Some(cell) = self.cells.get_mut(at) {
            *cell |= 1 << bit;
        }
    }

    /// Sets the dots of a straight line.
    pub fn line(&mut self, (x, y): (i64, i64), (to_x, to_y): (i64, i64)) {
        let steps = (to_x - x).abs().max((to_y - y).abs()).max(1);
        for step in 0..=steps {
            let between = |from: i64, to: i64| from + ((to - from) as f64 * step as f64 / steps as f64).round() as i64;
            self.dot(between(x, to_x), between(y, to_y));
        }
    }

    /// The canvas as text, from the top.
    pub fn lines(&self) -> Vec<String> {
        let braille = |cell: &u8| match cell {
            0 => ' ',
            _ => char::from_u32(0x2800 + u32::from(*cell)).unwrap_or(' '),
        };
        self.cells.chunks(self.columns.max(1)).map(|row| row.iter().map(braille).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Canvas;

    #[test]
    fn dots_are_where_they_belong() {
        let mut canvas = Canvas::new(2, 1);
        canvas.dot(0, 0);
        canvas.dot(3, 3);
        canvas.dot(4, 0);
        canvas.dot(-1, 9);
        assert_eq!(canvas.lines(), ["⡀⠈"]);
        canvas.line((0, 0), (3, 3));
        assert_eq!(canvas.lines(), ["⡠⠊"]);
    }
}
