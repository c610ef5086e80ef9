//! Rows as a workbook for spreadsheets.
//!
//! Text is written as text, so that no formula can come of it. A workbook holds numbers in binary with 15 decimal digits: a
//! decimal with no more than those comes back exactly; a longer one is written as text.

use std::collections::HashMap;

use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::cell::Cell;
use crate::error::{Error, Result};

/// Rows of a sheet, its first included.
const ROWS: u32 = 1_048_576;
/// Characters in a cell.
const LONGEST_TEXT: usize = 32_767;
/// Decimal digits that survive.
const DIGITS: usize = 15;

/// A workbook with one sheet that is written from top to bottom; its rows lie in a temporary file, not in memory.
pub(super) struct Book {
    workbook: Workbook,
    row: u32,
    day: Format,
    /// A format that shows so many decimals.
    decimals: HashMap<u32, Format>,
}

impl Book {
    /// An empty one.
    pub(super) fn new(sheet: &str, columns: &[&str]) -> Result<Self> {
        let mut workbook = Workbook::new();
        begin(&mut workbook, sheet, columns).map_err(Error::internal)?;
        Ok(Self {
            workbook,
            row: 1,
            day: Format::new().set_num_format("yyyy-mm-dd"),
            decimals: HashMap::new(),
        })
    }

    /// Writes rows below those before.
    pub(super) fn write(&mut self, rows: &[Vec<Cell>]) -> Result<()> {
        for row in rows {
            if self.row >= ROWS {
                return Err(Error::refused(
                    "too_many_rows",
                    "A sheet holds at most 1,048,576 rows. Narrow the list, or export it as CSV.",
                ));
            }
            self.write_row(row).map_err(Error::internal)?;
            self.row += 1;
        }
        Ok(())
    }

    /// The file.
    pub(super) fn finish(mut self) -> Result<Vec<u8>> {
        self.workbook.save_to_buffer().map_err(Error::internal)
    }

    fn write_row(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        let worksheet = self.workbook.worksheet_from_index(0)?;
        for (column, cell) in (0..).zip(cells) {
            let row = self.row;
            match cell {
                Cell::Nothing => {}
                Cell::Text(text) => write_text(worksheet, row, column, text)?,
                Cell::Flag(flag) => {
                    worksheet.write_boolean(row, column, *flag)?;
                }
                Cell::Number(number) => match exact(*number) {
                    Some(value) => {
                        let format = self
                            .decimals
                            .entry(number.scale())
                            .or_insert_with(|| showing(number.scale()));
                        worksheet.write_number_with_format(row, column, value, format)?;
                    }
                    None => write_text(worksheet, row, column, &number.to_string())?,
                },
                Cell::Day(day) => match excel_day(day) {
                    Some(at) => {
                        worksheet.write_datetime_with_format(row, column, &at, &self.day)?;
                    }
                    None => write_text(worksheet, row, column, &day.to_string())?,
                },
            }
        }
        Ok(())
    }
}

/// The sheet with the names of its columns, which stay in sight.
fn begin(workbook: &mut Workbook, sheet: &str, columns: &[&str]) -> Result<(), XlsxError> {
    let worksheet = workbook.add_worksheet_with_constant_memory()?;
    worksheet.set_name(sheet)?;
    worksheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (column, name) in (0..).zip(columns) {
        worksheet.set_column_width(column, 18)?;
        worksheet.write_string_with_format(0, column, *name, &bold)?;
    }
    Ok(())
}

fn write_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<(), XlsxError> {
    let fits = text.chars().take(LONGEST_TEXT).collect::<String>();
    sheet.write_string(row, column, fits)?;
    Ok(())
}

/// The number as a spreadsheet holds it, where that is the same number.
fn exact(number: Decimal) -> Option<f64> {
    let digits = number.normalize().mantissa().unsigned_abs().to_string();
    (digits.len() <= DIGITS).then(|| number.to_f64()).flatten()
}

fn showing(decimals: u32) -> Format {
    let places = usize::try_from(decimals).unwrap_or_default();
    let format = match places {
        0 => "0".to_owned(),
        places => format!("0.{}", "0".repeat(places)),
    };
    Format::new().set_num_format(format)
}

/// Spreadsheets count days from 1900.
fn excel_day(day: &jiff::civil::Date) -> Option<ExcelDateTime> {
    let year = u16::try_from(day.year()).ok()?;
    let (month, day) = (
        u8::try_from(day.month()).ok()?,
        u8::try_from(day.day()).ok()?,
    );
    ExcelDateTime::from_ymd(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_decimals_are_not_squeezed_into_a_number() {
        assert!(exact("123456789.012345".parse().unwrap()).is_some());
        assert!(exact("1234567890.0123456".parse().unwrap()).is_none());
        assert!(exact("100000000000000000000.00".parse().unwrap()).is_none());
    }

    proptest! {
        #[test]
        fn a_number_that_is_written_as_one_comes_back_the_same(mantissa in -999_999_999_999_999_i64..=999_999_999_999_999, scale in 0_u32..=9) {
            let number = Decimal::new(mantissa, scale);
            let value = exact(number).unwrap();
            prop_assert_eq!(value.to_string().parse::<Decimal>().unwrap().normalize(), number.normalize());
        }
    }
}
