//! Narrations that are true, and narrations that lie.

use super::*;
use schema::ResultColumn;

fn shape(columns: &[(&str, char)]) -> ResultShape {
    let column = |(name, category): &(&str, char)| ResultColumn {
        name: (*name).into(),
        type_name: String::new(),
        type_oid: 0,
        modifier: -1,
        category: *category,
    };
    ResultShape(columns.iter().map(column).collect())
}

/// Numbers that look random and are the same in every run (the constants are those of Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

const CITIES: [&str; 8] = ["Berlin", "Paris", "Oslo", "Lisbon", "Vienna", "Rome", "Madrid", "Porto"];
const MONTHS: [&str; 8] = ["January", "February", "March", "April", "May", "June", "July", "August"];

/// A result, the parts of a narration between its numbers, and the numbers.
struct Narration {
    columns: ResultShape,
    rows: Vec<Vec<Option<String>>>,
    words: Vec<String>,
    numbers: Vec<String>,
}

impl Narration {
    fn text(&self, numbers: &[String]) -> String {
        let ends = numbers.iter().map(String::as_str).chain([""]);
        self.words.iter().zip(ends).map(|(words, number)| format!("{words}{number}")).collect()
    }

    fn check(&self, text: &str) -> Result<(), Unsupported> {
        check(text, &Source { columns: &self.columns, rows: &self.rows, said: &["revenue in 2025"] })
    }
}

fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A true narration of a ranking or of a series, in turn.
fn narration(seed: u64) -> Narration {
    let mut random = Numbers(seed * 7919 + 17);
    let count = 4 + random.next(5) as usize;
    let mut values: Vec<i64> = (0..count).map(|_| 1_000 + random.next(900_000) as i64).collect();
    let is_ranking = seed.is_multiple_of(2);
    if is_ranking {
        values.sort_unstable_by(|one, other| other.cmp(one));
    }
    let label = |at: usize| if is_ranking { CITIES[at].to_owned() } else { format!("2025-{:02}-01", at + 1) };
    let rows = values.iter().enumerate().map(|(at, value)| vec![Some(label(at)), Some(value.to_string())]).collect();
    let (sum, last) = (values.iter().sum::<i64>(), count - 1);
    let percent = |part: i64, whole: i64| format!("{:.1}", part as f64 * 100.0 / whole as f64);
    let words = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    if is_ranking {
        let [first, second] = [CITIES[0], CITIES[1]];
        return Narration {
            columns: shape(&[("city", 'S'), ("revenue", 'N')]),
            rows,
            words: words(&[
                &format!("{first} leads with "),
                &format!(", ahead of {second} with "),
                &format!(". {first} has "),
                " % of the total of ",
                &format!(". {first} is ahead of {second} by "),
                &format!(", and {} is last with ", CITIES[last]),
                ".",
            ]),
            numbers: vec![
                grouped(values[0]),
                grouped(values[1]),
                percent(values[0], sum),
                grouped(sum),
                grouped(values[0] - values[1]),
                grouped(values[last]),
            ],
        };
    }
    let change = percent((values[last] - values[0]).abs(), values[0]);
    let went = if values[last] >= values[0] { "grew" } else { "fell" };
    let best = (0..count).max_by_key(|at| values[*at]).unwrap_or(0);
    Narration {
        columns: shape(&[("month", 'D'), ("revenue", 'N')]),
        rows,
        words: words(&[
            &format!("From January to {} revenue {went} by ", MONTHS[last]),
            " %. It was ",
            " in January and ended at ",
            &format!(" in {}. The best month was {} with ", MONTHS[last], MONTHS[best]),
            ". On average a month had ",
            ".",
        ]),
        numbers: vec![
            change,
            grouped(values[0]),
            grouped(values[last]),
            grouped(values[best]),
            format!("{:.2}", sum as f64 / count as f64),
        ],
    }
}

/// Another number of the same form: a digit changed, two exchanged, ten times as much, or half of it.
fn lie(number: &str, random: &mut Numbers) -> String {
    let plain = number.replace(',', "");
    let value: f64 = plain.parse().unwrap();
    let places = plain.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let wrong = match random.next(4) {
        0 => value * 10.0,
        1 => value / 2.0 + 3.0,
        2 => value * (1.0 + (3.0 + random.next(40) as f64) / 100.0) + 1.0,
        _ => (value - 1.0 - random.next(50) as f64 * value / 100.0).abs() + 2.0,
    };
    let text = if places > 0 { format!("{wrong:.places$}") } else { grouped(wrong.round() as i64) };
    if text == number { format!("{text}7") } else { text }
}

#[test]
fn of_three_hundred_narrations_every_true_one_stands_and_no_lie_does() {
    let (mut stood, mut refused) = (0, 0);
    for seed in 0..300 {
        let narration = narration(seed / 2 * 2 + seed / 2 % 2);
        if seed.is_multiple_of(2) {
            let text = narration.text(&narration.numbers);
            assert_eq!(narration.check(&text), Ok(()), "{text}\n{:?}", narration.rows);
            stood += 1;
            continue;
        }
        // Every second number is a lie; which begins is as it comes.
        let mut random = Numbers(seed);
        let odd = random.next(2) as usize;
        let mut numbers = narration.numbers.clone();
        for (at, number) in numbers.iter_mut().enumerate().filter(|(at, _)| at % 2 == odd) {
            *number = lie(number, &mut random);
            assert_ne!(*number, narration.numbers[at]);
        }
        let text = narration.text(&numbers);
        assert!(narration.check(&text).is_err(), "a lie stands: {text}\n{:?}", narration.rows);
        refused += 1;
    }
    assert_eq!((stood, refused), (150, 150));
}

#[test]
fn one_lie_is_found_wherever_it_stands() {
    let (mut told, mut found) = (0, 0);
    for seed in 0..150 {
        let narration = narration(seed);
        let mut random = Numbers(seed + 1000);
        for at in 0..narration.numbers.len() {
            let mut numbers = narration.numbers.clone();
            numbers[at] = lie(&numbers[at], &mut random);
            told += 1;
            found += usize::from(narration.check(&narration.text(&numbers)).is_err());
        }
    }
    // A change in percent can come true of other values of the same sentence by chance.
    assert!(found * 1000 >= told * 995, "{found} of {told}");
}

fn cities() -> Narration {
    let row =
        |city: &str, revenue: &str, orders: &str| vec![Some(city.into()), Some(revenue.into()), Some(orders.into())];
    Narration {
        columns: shape(&[("city", 'S'), ("revenue", 'N'), ("orders", 'N')]),
        rows: vec![
            row("Berlin", "900.50", "11"),
            row("Paris", "700", "14"),
            row("Oslo", "400", "5"),
            row("Alpine 100", "100", "2"),
        ],
        words: Vec::new(),
        numbers: Vec::new(),
    }
}

#[test]
fn values_stand_beside_their_own_rows() {
    let cities = cities();
    for text in [
        "Berlin made 900.50 and Paris 700.",
        "Revenue was 901 in Berlin and 700 in Paris.",
        "Alpine 100 made 100 with two orders.",
        "Berlin is 28.6 % above Paris, and has 43 % of the revenue.",
        "Oslo's 400 are 300 more than those of Alpine 100.",
        "All 4 together made 2,100.50; the highest revenue was 900.50.",
        "An order in Berlin brought 81.86 on average.",
        "In 2025 Paris made 700.",
        "Nothing is said here in numbers.",
        "Berlin und Paris kommen zusammen auf 1.600,50.",
    ] {
        assert_eq!(cities.check(text), Ok(()), "{text}");
    }
    for text in [
        "Berlin made 700 and Paris 900.50.",
        "Revenue was 900.50 in Paris.",
        "Paris is 28.6 % above the rest.",
        "Oslo made 401.",
        "Somebody made 700.",
        "Berlin is 28.6 % below Paris.",
        "In 2024 Paris made 700.",
        "2025 orders came from Paris.",
        "Berlin made three times as much as Paris.",
        "Berlin made half of it all.",
        "Paris made ٧٠٠.",
        "Berlin had five orders.",
    ] {
        assert!(cities.check(text).is_err(), "{text}");
    }
}

/// A hostile model narrates too, and chooses how wide the result is.
#[test]
fn many_numbers_are_held_against_a_wide_result_in_bounded_time() {
    let columns: Vec<(String, char)> =
        (0..1600).map(|at| (format!("c{at}"), "NS".chars().nth(at % 2).unwrap())).collect();
    let columns: Vec<(&str, char)> = columns.iter().map(|(name, category)| (name.as_str(), *category)).collect();
    let row =
        |row: usize| (0..1600).map(|at| Some(format!("{}{row}.{at}", if at % 2 == 0 { "" } else { "x" }))).collect();
    let wide = |rows: usize| Narration {
        columns: shape(&columns),
        rows: (0..rows).map(row).collect(),
        words: Vec::new(),
        numbers: Vec::new(),
    };
    assert!(wide(1).check(&"7.77 ".repeat(240)).is_err());
    assert!(wide(100).check(&"Nothing. ".repeat(130)).is_ok());
    let names: String = (0..60).map(|row| format!("x{row}.1 ")).collect();
    assert!(wide(100).check(&format!("{names}{}", "7.77 ".repeat(150))).is_err());
}

/// A question may be long, and is one of the texts whose numbers may be said again.
#[test]
fn a_long_question_full_of_numbers_is_read_once() {
    let columns = shape(&[("city", 'S')]);
    let rows = [vec![Some("Berlin".to_owned())]];
    let said = "1 ".repeat(50_000);
    let source = Source { columns: &columns, rows: &rows, said: &[&said] };
    assert_eq!(check(&"1 ".repeat(600), &source), Ok(()));
    assert!(check("2 cities of 3", &source).is_err());
}
