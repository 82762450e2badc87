use super::Lots;

/// Whichever calls in a row one looks at, and whichever others come between them.
#[test]
fn each_part_of_the_lots_comes_as_often_as_it_is_wide() {
    let lots = Lots::default();
    let drawn: Vec<f64> = (0..2_000).map(|_| lots.next()).collect();
    assert!(drawn.iter().all(|lot| (0.0..1.0).contains(lot)));
    for step in [1, 2, 3] {
        let every: Vec<f64> = drawn.iter().copied().step_by(step).collect();
        for (width, expected) in [(0.05, 5), (0.25, 25), (0.5, 50), (0.9, 90)] {
            for row in every.chunks_exact(100) {
                let within = row.iter().filter(|lot| **lot < width).count();
                assert!(within.abs_diff(expected) <= 5, "{step}, {width}: {within}");
            }
        }
    }
    assert!(drawn[0] >= 0.5, "a small weight has not the first call");
}
