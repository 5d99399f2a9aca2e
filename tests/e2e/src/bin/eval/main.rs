//! Evaluation on the open suites, on a cluster of its own:
//!
//! ```text
//! cargo run --release -p nl2sql-e2e --bin eval guard
//! ```
//!
//! - `guard`: every gold statement passes the guard unchanged and gives the rows that direct execution gives.
//!
//! Where the suites are absent it says so and succeeds. The extension must be installed into the PostgreSQL of
//! `$PG_CONFIG`.

mod guard;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let succeeded = match wanted.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["guard"] => guard::run(),
        _ => {
            eprintln!("usage: eval guard");
            std::process::exit(2);
        }
    };
    std::process::exit(i32::from(!succeeded));
}
