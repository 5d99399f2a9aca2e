//! What the PostgreSQL under test was built with, as builds differ.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

/// What a test may need of a server. The names are those of extensions or loadable libraries; `libxml` and
/// `icu` are build options, and `PostgreSQL 18` is that major version or a later one.
///
/// A test that needs what the server lacks returns, and this says so on the terminal, where the test's own output would not
/// appear.
pub fn lacks(needed: &[&str]) -> bool {
    let missing: Vec<&str> = needed.iter().copied().filter(|name| !has(name)).collect();
    if missing.is_empty() {
        return false;
    }
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "left out: {test}, as this server has no {}", missing.join(", "));
    true
}

pub fn has(name: &str) -> bool {
    if let Some(wanted) = name.strip_prefix("PostgreSQL ") {
        return major() >= wanted.parse().expect("a major version");
    }
    match name {
        "libxml" => return config("--configure").contains("--with-libxml"),
        // From 16 on, a build without it says so; before, one with it.
        "icu" if major() < 16 => return config("--configure").contains("--with-icu"),
        "icu" => return !config("--configure").contains("--without-icu"),
        _ => {}
    }
    let control = PathBuf::from(config("--sharedir")).join(format!("extension/{name}.control"));
    let library = PathBuf::from(config("--pkglibdir")).join(format!("{name}.so"));
    control.exists() || library.exists()
}

/// The major version of the PostgreSQL under test.
pub fn major() -> u32 {
    let version = config("--version");
    let number = version.split(|character: char| !character.is_ascii_digit()).find(|part| !part.is_empty());
    number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{version} names no major version"))
}

/// What the `pg_config` of the PostgreSQL under test says.
pub fn config(option: &str) -> String {
    let config = std::env::var("PG_CONFIG").unwrap_or_else(|_| "/usr/lib/postgresql/15/bin/pg_config".into());
    let output = Command::new(&config).arg(option).output();
    let output = output.unwrap_or_else(|error| panic!("PG_CONFIG {config} cannot be run: {error}"));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
