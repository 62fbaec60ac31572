//! Properties of every scheme for random matrices (arbtest), of all sizes up to 300 columns, with groups of very
//! different magnitudes, and with zeros and equal values.

use arbtest::{
    arbitrary::{Result, Unstructured},
    arbtest,
};
use lectern::quantization::{Fit, PackedMatrix, Scheme};

/// The time for each property in milliseconds.
const BUDGET: u64 = 1500;

/// A scheme of integers.
fn scheme(u: &mut Unstructured<'_>) -> Result<Scheme> {
    let schemes = Scheme::ALL.map(|scheme| (scheme != Scheme::Half).then_some(scheme));
    let schemes: Vec<Scheme> = schemes.into_iter().flatten().collect();
    Ok(*u.choose(&schemes)?)
}

/// A matrix, row-major, and its number of columns.
fn matrix(u: &mut Unstructured<'_>) -> Result<(Vec<f32>, usize)> {
    let columns = u.int_in_range(0..=300)?;
    let rows = u.int_in_range(1..=3)?;
    let mut values = Vec::with_capacity(rows * columns);
    let mut last = 0.0;
    while values.len() < rows * columns {
        // The magnitude changes now and then.
        let largest = 2.0f32.powi(u.int_in_range(-8..=12)?);
        for _ in 0..u.int_in_range(1..=64)? {
            last = match u.int_in_range(0..=9)? {
                0 => 0.0,
                1 => last,
                _ => f32::from(u.arbitrary::<i16>()?) / 32768.0 * largest,
            };
            values.push(last);
        }
    }
    values.truncate(rows * columns);
    Ok((values, columns))
}

/// The allowed error: half a step, plus the rounding of the factors. A block of `q4_0` reaches its furthest value on
/// one side only: on the other side it ends a step earlier.
fn allowed(packed: &PackedMatrix, row: usize, column: usize) -> f32 {
    let scheme = packed.scheme;
    let group = row * scheme.groups(packed.columns) + column / scheme.group_size(packed.columns);
    let scale = packed.scales[group].abs();
    let minimum = packed.minimums.get(group).map_or(0.0, |minimum| minimum.abs());
    let steps = if scheme == Scheme::Q4_0 { 1.0 } else { 0.5 };
    let (lowest, highest) = scheme.range();
    let range = (highest - lowest) as f32;
    // Half precision has 11 bits, and steps of 2^-24 for the smallest values.
    let (relative, absolute) =
        if scheme.has_half_factors() { (2.0f32.powi(-11), 2.0f32.powi(-24)) } else { (1e-6, 0.0) };
    steps * scale + relative * (range * scale + minimum) + absolute * (range + 1.0)
}

#[test]
fn dequantized_values_are_within_half_a_step() {
    arbtest(|u| {
        let (scheme, (values, columns)) = (scheme(u)?, matrix(u)?);
        let packed =
            PackedMatrix::quantize(&values, values.len() / columns.max(1), columns, scheme);
        for (index, (x, dequantized)) in values.iter().zip(packed.dequantize()).enumerate() {
            let allowed = allowed(&packed, index / columns, index % columns);
            assert!(
                (x - dequantized).abs() <= allowed,
                "{scheme}, {columns} columns: {x} became {dequantized}"
            );
        }
        Ok(())
    })
    .budget_ms(BUDGET);
}

#[test]
fn stored_integers_are_in_the_schemes_range_and_give_the_dequantized_values() {
    arbtest(|u| {
        let (scheme, (values, columns)) = (scheme(u)?, matrix(u)?);
        let packed =
            PackedMatrix::quantize(&values, values.len() / columns.max(1), columns, scheme);
        let (lowest, highest) = scheme.range();
        for (index, dequantized) in packed.dequantize().into_iter().enumerate() {
            let (row, column) = (index / columns, index % columns);
            let group = row * scheme.groups(columns) + column / scheme.group_size(columns);
            let stored = packed.stored(row, column);
            assert!(
                (lowest..=highest).contains(&stored) || stored == scheme.zero_point(),
                "{scheme}: {stored}"
            );
            let minimum = packed.minimums.get(group).copied().unwrap_or(0.0);
            assert_eq!(
                scheme.dequantize(stored, packed.scales[group], minimum),
                dequantized,
                "{scheme}"
            );
        }
        Ok(())
    })
    .budget_ms(BUDGET);
}

#[test]
fn files_hold_every_integer_and_factor() {
    arbtest(|u| {
        let (scheme, (values, columns)) = (scheme(u)?, matrix(u)?);
        let rows = values.len() / columns.max(1);
        let packed = PackedMatrix::quantize(&values, rows, columns, scheme);
        // Slices of rows have the same integers.
        for row in 0..rows {
            let slice = packed.slice(row..row + 1);
            for column in 0..columns {
                assert_eq!(slice.stored(0, column), packed.stored(row, column), "{scheme}");
            }
        }
        Ok(())
    })
    .budget_ms(BUDGET);
}

#[test]
fn searched_scales_are_never_worse() {
    arbtest(|u| {
        let (scheme, (values, columns)) = (scheme(u)?, matrix(u)?);
        let rows = values.len() / columns.max(1);
        let squares = |fit| {
            let packed = PackedMatrix::quantize_by(&values, rows, columns, scheme, fit);
            let errors = values.iter().zip(packed.dequantize());
            errors
                .map(|(x, dequantized)| (f64::from(*x) - f64::from(dequantized)).powi(2))
                .sum::<f64>()
        };
        let (plain, searched) = (squares(Fit::Range), squares(Fit::LeastSquares));
        assert!(searched <= plain * (1.0 + 1e-6) + 1e-30, "{scheme}: {searched}, plain {plain}");
        Ok(())
    })
    .budget_ms(BUDGET);
}
