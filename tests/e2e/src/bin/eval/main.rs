//! Evaluation on the open suites, on a cluster of its own:
//!
//! ```text
//! cargo run --release -p nl2sql-e2e --bin eval guard | builtin DIRECTORY [SUITE ...] | linking DIRECTORY STEP
//! ```
//!
//! - `guard`: every gold statement passes the guard unchanged and gives the rows that direct execution gives;
//! - `builtin`: how many questions the builtin model answers, how many of them rightly, how fast, and what it misses.
//!   Its files go into the directory. With names of suites it asks those alone;
//! - `linking`: how often prompts show the relations and columns that a question needs, in one catalog of all databases, with
//!   and without thousands of further tables. Asks every STEPth question; the loaded server is kept in the directory.
//!
//! Where the suites are absent it says so and succeeds. The extension must be installed into the PostgreSQL of
//! `$PG_CONFIG`.

mod builtin;
mod guard;
mod linking;
mod misses;
mod shown;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let succeeded = match wanted.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["guard"] => guard::run(),
        ["builtin", directory, suites @ ..] => builtin::run(directory.as_ref(), suites),
        ["linking", directory, step] => linking::run(directory.as_ref(), step.parse().expect("STEP is a number")),
        _ => {
            eprintln!("usage: eval guard | builtin DIRECTORY [SUITE ...] | linking DIRECTORY STEP");
            std::process::exit(2);
        }
    };
    std::process::exit(i32::from(!succeeded));
}
