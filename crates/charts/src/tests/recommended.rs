//! Which chart is recommended.

use super::*;

#[test]
fn time_and_a_number_are_a_line() {
    let months = table(&[MONTH, REVENUE], &[&["2024-01-01", "10"], &["2024-02-01", "12"]]);
    assert_eq!(mark("revenue per month", &months), "line");
    assert_eq!(mark("a bar chart of revenue per month", &months), "bar");
    assert_eq!(mark("revenue per month in a table", &months), "table");
    let years = table(&[("year", ColumnType::Number), REVENUE], &[&["2023", "10"], &["2024", "12"]]);
    assert_eq!(mark("revenue per year", &years), "line");
}

#[test]
fn time_that_repeats_is_single_points() {
    let orders = table(&[MONTH, REVENUE], &[&["2024-01-05", "10"], &["2024-01-05", "12"]]);
    assert_eq!(mark("all orders", &orders), "point");
}

#[test]
fn time_category_and_number_are_coloured_lines() {
    let rows: &[&[&str]] = &[
        &["2024-01-01", "North", "1"],
        &["2024-01-01", "South", "2"],
        &["2024-02-01", "North", "3"],
        &["2024-02-01", "South", "4"],
    ];
    let specification = to_vega_lite("revenue by month and region", &table(&[MONTH, REGION, REVENUE], rows));
    assert_eq!(specification["mark"]["type"], "line");
    assert_eq!(specification["encoding"]["color"]["field"], "region");
}

#[test]
fn a_winner_for_each_month_is_bars_that_name_it() {
    let rows: &[&[&str]] = &[&["2024-01-01", "Ann", "1"], &["2024-02-01", "Bob", "2"]];
    let specification =
        to_vega_lite("best customer of each month", &table(&[MONTH, ("who", ColumnType::Text), REVENUE], rows));
    assert_eq!(specification["mark"]["type"], "bar");
    assert_eq!(specification["data"]["values"][1]["month, who"], "2024-02 Bob");
}

#[test]
fn categories_are_bars_or_slices() {
    let regions = table(&[REGION, REVENUE], &[&["North", "3"], &["South", "1"]]);
    assert_eq!(mark("revenue by region", &regions), "bar");
    assert_eq!(mark("share of revenue by region", &regions), "arc");
    // A loss is no slice, nor is what is missing.
    for odd in ["-1", "∅", "NaN"] {
        let with_odd = table(&[REGION, REVENUE], &[&["North", "3"], &["South", odd]]);
        assert_eq!(mark("share of revenue by region", &with_odd), "bar", "{odd}");
    }
    let crowd = many(&[REGION, REVENUE], 9, |at| vec![format!("r{at}"), "1".to_owned()]);
    assert_eq!(mark("share of revenue by region", &crowd), "bar");
    let repeated = table(&[REGION, REVENUE], &[&["North", "3"], &["North", "1"]]);
    assert_eq!(mark("orders by region", &repeated), "point");
}

#[test]
fn rates_are_no_slices() {
    let rates = |name, values: [&'static str; 2]| {
        table(&[REGION, (name, ColumnType::Number)], &[&["North", values[0]], &["South", values[1]]])
    };
    let question = "What percentage of the orders was returned, per region?";
    for name in ["fraction", "return_rate", "returned"] {
        assert_eq!(mark(question, &rates(name, ["0.118", "0.087"])), "bar", "{name}");
    }
    assert_eq!(mark(question, &rates("percent", ["11.8", "8.7"])), "bar");
    assert_eq!(mark("share of average price by region", &rates("average_price", ["11.8", "8.7"])), "bar");
    // Shares of one whole, rounded ones too, and numbers that have a whole.
    assert_eq!(mark("share of revenue by region", &rates("share", ["0.6", "0.4"])), "arc");
    assert_eq!(mark("share of revenue by region", &rates("percent", ["67", "34"])), "arc");
    assert_eq!(mark("share of orders by region", &rates("orders", ["1", "0"])), "arc");
    assert_eq!(mark("share of revenue by region", &rates("revenue", ["11.8", "8.7"])), "arc");
    let lines = recommend(question, &rates("fraction", ["0.118", "0.087"])).to_terminal_lines();
    assert!(lines.iter().all(|line| !line.contains('%')), "{lines:?}");
}

#[test]
fn numbers_alone_are_points_unless_one_is_counted_by() {
    let pairs = table(&[("rating", ColumnType::Number), ("reviews", ColumnType::Number)], &[&["1", "5"], &["2", "7"]]);
    assert_eq!(mark("rating and reviews", &pairs), "point");
    assert_eq!(mark("reviews per rating", &pairs), "bar");
    assert_eq!(mark("everything", &table(&[REVENUE], &[&["1"], &["2"]])), "table");
}

#[test]
fn one_row_is_shown_in_large_type() {
    assert_eq!(mark("how many", &table(&[("count", ColumnType::Number)], &[&["3"]])), "text");
    assert_eq!(mark("the best", &table(&[REGION, REVENUE], &[&["North", "3"]])), "text");
    assert_eq!(mark("the best", &table(&[REGION], &[&["North"]])), "table");
}

#[test]
fn two_categories_are_bars_or_a_heatmap() {
    let columns = [("product", ColumnType::Text), REGION, REVENUE];
    let grid = |products: usize, regions: usize| {
        many(&columns, products * regions, |at| {
            vec![format!("p{}", at / regions), format!("r{}", at % regions), (at + 1).to_string()]
        })
    };
    let bars = to_vega_lite("revenue by product and region", &grid(4, 3));
    assert_eq!(bars["mark"]["type"], "bar");
    assert_eq!(bars["encoding"]["yOffset"]["field"], "region");
    let stacked = to_vega_lite("revenue by product and region", &grid(20, 8));
    assert_eq!((&stacked["mark"]["type"], &stacked["encoding"]["x"]["stack"]), (&"bar".into(), &"zero".into()));
    let mut averages = grid(20, 8);
    averages.columns.0[2].name = "avg_rating".to_owned();
    // Averages don't stack.
    assert_eq!(mark("average rating by product and region", &averages), "rect");
    let mut merged = grid(4, 3);
    merged.rows[1] = merged.rows[0].clone();
    assert_eq!(mark("revenue by product and region", &merged), "table");
}

#[test]
fn several_measures_share_an_axis_only_where_they_are_alike() {
    let columns = [MONTH, REVENUE, ("cost", ColumnType::Number)];
    let alike = to_vega_lite("both", &table(&columns, &[&["2024-01-01", "10", "8"], &["2024-02-01", "12", "9"]]));
    assert_eq!(alike["encoding"]["color"]["field"], "measure");
    assert_eq!(alike["data"]["values"][2]["measure"], "cost");
    let apart = to_vega_lite("both", &table(&columns, &[&["2024-01-01", "10", "800"], &["2024-02-01", "12", "900"]]));
    assert_eq!(apart["vconcat"].as_array().unwrap().len(), 2);
    assert_eq!(apart["vconcat"][1]["encoding"]["y"]["title"], "cost");
}

#[test]
fn what_is_left_out_is_said() {
    let columns = [("id", ColumnType::Number), ("name", ColumnType::Text), ("city", ColumnType::Text), REVENUE];
    let customers = table(&columns, &[&["1", "Ann", "Rome", "3"], &["2", "Bob", "Rome", "4"]]);
    assert_eq!(mark("credit of customers", &customers), "bar");
    assert_eq!(notes("credit of customers", &customers), ["city: Rome"]);
    let elsewhere = table(&columns, &[&["1", "Ann", "Rome", "3"], &["2", "Bob", "Oslo", "4"]]);
    assert_eq!(notes("credit of customers", &elsewhere), ["not drawn: city"]);
}

#[test]
fn large_answers_are_summed_only_where_sums_mean_something() {
    let crowd = |measure| {
        many(&[("customer", ColumnType::Text), (measure, ColumnType::Number)], 1000, |at| {
            vec![format!("c{at}"), format!("{}.50", 1_000_000 - 1000 * at)]
        })
    };
    let averages = to_vega_lite("by customer", &crowd("avg_price"));
    assert_eq!(averages["data"]["values"].as_array().unwrap().len(), 40);
    assert_eq!(notes("by customer", &crowd("avg_price")), ["the first 40 of 1000 values of \"customer\" are drawn"]);
    // 961 customers have 481,000.5 on average.
    assert_eq!(
        notes("by customer", &crowd("revenue")),
        ["the 39 largest of 1000 values of \"customer\" are drawn; the rest sum to 462,241,480.50"]
    );
    let few =
        many(&[("customer", ColumnType::Text), REVENUE], 41, |at| vec![format!("c{at}"), format!("{}", 100 - at)]);
    let summed = to_vega_lite("by customer", &few);
    assert_eq!(summed["data"]["values"][39], serde_json::json!({ "customer": "(2 others)", "revenue": 121 }));
}

#[test]
fn a_sample_keeps_to_no_period_of_the_rows() {
    // Where one in two was taken, every second customer would be lost.
    let amounts = many(&[("customer", ColumnType::Text), ("amount", ColumnType::Number)], 2000, |at| {
        vec![format!("c{}", at % 20), (at % 97).to_string()]
    });
    let specification = to_vega_lite("amounts by customer", &amounts);
    let values = specification["data"]["values"].as_array().unwrap();
    let customers: std::collections::HashSet<_> = values.iter().map(|row| row["customer"].as_str()).collect();
    assert!((900..=1000).contains(&values.len()) && customers.len() == 20, "{} {}", values.len(), customers.len());
}

#[test]
fn long_lines_keep_what_stands_out() {
    let columns = [("at", ColumnType::Timestamp), ("requests", ColumnType::Number)];
    let long = many(&columns, 9000, |at| {
        let value = if at == 4321 { 99_999 } else { at % 7 };
        vec![format!("2024-01-{:02}T{:02}:{:02}:00", 1 + at / 1440, at / 60 % 24, at % 60), value.to_string()]
    });
    let values = to_vega_lite("requests", &long)["data"]["values"].as_array().unwrap().clone();
    assert!(values.len() <= 1000 && values.iter().any(|row| row["requests"] == 99_999), "{}", values.len());
    assert_eq!(notes("requests", &long).len(), 1);
}

#[test]
fn axes_of_lines_leave_out_zero_only_for_small_differences_and_with_a_note() {
    let years =
        |last: &'static str| table(&[("year", ColumnType::Number), REVENUE], &[&["2023", "100"], &["2024", last]]);
    let zero = |last| to_vega_lite("revenue per year", &years(last))["encoding"]["y"]["scale"]["zero"].clone();
    assert_eq!((zero("110"), notes("revenue per year", &years("110")).len()), (true.into(), 0));
    assert_eq!(zero("109"), false);
    assert_eq!(notes("revenue per year", &years("109")), ["the axis of \"revenue\" does not begin at 0"]);
    // Bars begin at zero, whatever they show.
    let bars = to_vega_lite("bar chart of revenue per year", &years("109"));
    assert_eq!(
        (&bars["encoding"]["y"]["scale"], notes("bar chart", &years("109")).len()),
        (&serde_json::Value::Null, 0)
    );
    let pairs =
        table(&[("weight", ColumnType::Number), ("price", ColumnType::Number)], &[&["100", "1"], &["101", "2"]]);
    assert_eq!(notes("weight vs price", &pairs), ["the axis of \"weight\" does not begin at 0"]);
}

#[test]
fn weekdays_and_months_have_names_and_an_order() {
    let labels = |name: &str, column_type, values: &[&str], counts: &[&str]| -> Vec<String> {
        let rows: Vec<_> = values.iter().zip(counts).map(|(value, count)| vec![*value, *count]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let specification =
            to_vega_lite("orders", &table(&[(name, column_type), ("orders", ColumnType::Number)], &rows));
        let axis = specification["encoding"]["x"].clone();
        let in_data = specification["data"]["values"].as_array().unwrap().iter().map(|row| row[name].clone()).collect();
        let order = axis["sort"].as_array().unwrap_or(&in_data);
        order.iter().map(|label| label.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        labels("month", ColumnType::Number, &["12", "2", "1"], &["5", "9", "7"]),
        ["January", "February", "December"]
    );
    assert_eq!(labels("day", ColumnType::Text, &["Fri", "Mon", "Sat"], &["5", "9", "7"]), ["Mon", "Fri", "Sat"]);
    // The query ranks them.
    assert_eq!(labels("dow", ColumnType::Number, &["5", "1", "0"], &["9", "7", "5"]), ["Friday", "Monday", "Sunday"]);
    let busiest = table(&[("weekday", ColumnType::Number), ("orders", ColumnType::Number)], &[&["6", "3"]]);
    assert_eq!(recommend("busiest weekday", &busiest).to_terminal_lines(), ["weekday  Saturday", "orders   3"]);
    let columns = [("year", ColumnType::Number), ("month", ColumnType::Text), REVENUE];
    let months = table(&columns, &[&["2023", "Dec", "1"], &["2024", "Jan", "2"], &["2024", "Feb", "3"]]);
    assert_eq!(to_vega_lite("revenue", &months)["data"]["values"][0]["year, month"], "2023-12-01");
}

#[test]
fn a_ranking_of_many_is_bars_of_what_it_ranks_by() {
    let columns =
        [("product", ColumnType::Text), ("reviews", ColumnType::Number), ("average_rating", ColumnType::Number)];
    let products = |step: usize| {
        many(&columns, 60, |at| {
            vec![
                format!("p{at}"),
                (at % 7).to_string(),
                if at == 59 { "NaN".to_owned() } else { format!("{}", at * step % 59) },
            ]
        })
    };
    let worst = to_vega_lite("worst rated products", &products(1));
    assert_eq!((&worst["mark"]["type"], &worst["encoding"]["x"]["title"]), (&"bar".into(), &"average_rating".into()));
    assert_eq!(worst["data"]["values"][0], serde_json::json!({ "product": "p0", "average_rating": 0 }));
    assert_eq!(mark("reviews against rating", &products(1)), "point");
    assert_eq!(mark("products", &products(7)), "point");
    // The least come first, and stay, although a total could be summed up.
    let revenues = many(&[("customer", ColumnType::Text), REVENUE], 100, |at| vec![format!("c{at}"), at.to_string()]);
    assert_eq!(notes("customers by revenue", &revenues), ["the first 40 of 100 values of \"customer\" are drawn"]);
}
