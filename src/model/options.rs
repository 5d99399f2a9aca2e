//! The options of models: which exist where, what values they take, and who may set them.
//!
//! Pure: the SQL edge says which catalog is being written and whether the caller may read the server's files.

use crate::error::Error;

/// The catalog that the options belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Catalog {
    Wrapper,
    Server,
    UserMapping,
}

const SERVER_OPTIONS: &str = "provider, endpoint, model, max_tokens, temperature, reasoning_effort, ca_file, proxy, price_in, price_out, max_in_flight";
const MAPPING_OPTIONS: &str = "api_key, api_key_file, api_key_env";

/// Checks the options of one object, `name=value` each, as they would stand after the command.
///
/// Options that name a file or a variable of the server machine are only for those who may read its files, whoever
/// owns the object: else a header would carry any file out.
pub fn validate(catalog: Catalog, options: &[String], may_read_files: bool) -> Result<(), Error> {
    let mut secrets = 0;
    for option in options {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match (catalog, name) {
            (Catalog::Server, "provider") => one_of(name, value, &["openai", "anthropic", "ollama"])?,
            (Catalog::Server, "endpoint") => url(name, value, &["http://", "https://"])?,
            (Catalog::Server, "proxy") => url(name, value, &["http://", "https://", "socks5://"])?,
            (Catalog::Server, "model") => not_empty(name, value)?,
            (Catalog::Server, "max_tokens" | "max_in_flight") => {
                number(name, value, value.parse::<u32>().is_ok_and(|n| n > 0))?
            }
            (Catalog::Server, "temperature") => {
                number(name, value, value.parse::<f64>().is_ok_and(|n| (0.0..=2.0).contains(&n)))?;
            }
            (Catalog::Server, "reasoning_effort") => {
                let is_word = !value.is_empty() && value.chars().all(|c| c.is_ascii_lowercase());
                if !is_word {
                    refuse(name, "It is one word, such as low, medium or high.".to_owned())?;
                }
            }
            (Catalog::Server, "price_in" | "price_out") => {
                number(name, value, value.parse::<f64>().is_ok_and(|n| n.is_finite() && n >= 0.0))?;
            }
            (Catalog::Server, "ca_file") | (Catalog::UserMapping, "api_key_file" | "api_key_env") => {
                not_empty(name, value)?;
                if !may_read_files {
                    return Err(Error::OptionDenied(name.to_owned()));
                }
            }
            (Catalog::UserMapping, "api_key") => printable(name, value)?,
            _ => return Err(unknown(catalog, name)),
        }
        secrets += usize::from(catalog == Catalog::UserMapping);
    }
    if secrets > 1 {
        return Err(Error::BadOptionValue {
            option: "api_key".to_owned(),
            why: format!("Give one of {MAPPING_OPTIONS}."),
        });
    }
    Ok(())
}

fn unknown(catalog: Catalog, name: &str) -> Error {
    let valid = match catalog {
        Catalog::Wrapper => "",
        Catalog::Server => SERVER_OPTIONS,
        Catalog::UserMapping => MAPPING_OPTIONS,
    };
    Error::UnknownOption { option: name.to_owned(), valid }
}

fn refuse(option: &str, why: String) -> Result<(), Error> {
    Err(Error::BadOptionValue { option: option.to_owned(), why })
}

fn one_of(option: &str, value: &str, valid: &[&str]) -> Result<(), Error> {
    if valid.contains(&value) { Ok(()) } else { refuse(option, format!("Valid values are: {}.", valid.join(", "))) }
}

fn url(option: &str, value: &str, schemes: &[&str]) -> Result<(), Error> {
    let rest = schemes.iter().find_map(|scheme| value.strip_prefix(scheme));
    match rest {
        Some(rest) if rest.split('/').next().is_some_and(|host| host.contains('@')) => refuse(
            option,
            "It must not hold a user name or password: everybody can read the options of servers.".to_owned(),
        ),
        Some(rest) if !rest.is_empty() && value.chars().all(|c| c.is_ascii_graphic()) => Ok(()),
        _ => refuse(option, format!("It must be a URL that begins with {}.", schemes.join(" or "))),
    }
}

fn not_empty(option: &str, value: &str) -> Result<(), Error> {
    if value.is_empty() { refuse(option, "It must not be empty.".to_owned()) } else { Ok(()) }
}

/// A key goes into a header line, where control characters would begin another. The value itself is never told.
fn printable(option: &str, value: &str) -> Result<(), Error> {
    let fine = !value.is_empty() && value.chars().all(|c| c.is_ascii_graphic());
    if fine { Ok(()) } else { refuse(option, "A key is printable ASCII without spaces.".to_owned()) }
}

fn number(option: &str, value: &str, fine: bool) -> Result<(), Error> {
    if fine { Ok(()) } else { refuse(option, format!("\"{value}\" is not a number it can be.")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(catalog: Catalog, option: &str) -> Result<(), Error> {
        validate(catalog, &[option.to_owned()], false)
    }

    #[test]
    fn unknown_options_name_the_valid_ones() {
        let error = check(Catalog::Server, "endpiont=http://x").unwrap_err();
        assert_eq!(error.sqlstate(), "HV00D");
        assert!(error.hint().unwrap().contains("endpoint"));
        assert!(check(Catalog::UserMapping, "user=x").unwrap_err().hint().unwrap().contains("api_key_file"));
        assert!(check(Catalog::Wrapper, "debug=true").is_err());
    }

    #[test]
    fn values_are_checked() {
        for good in [
            "provider=ollama",
            "endpoint=https://h/v1",
            "model=m",
            "max_tokens=100",
            "max_in_flight=20",
            "price_in=0.25",
            "temperature=0.2",
            "reasoning_effort=low",
        ] {
            assert_eq!(check(Catalog::Server, good), Ok(()), "{good}");
        }
        for bad in [
            "provider=oracle",
            "endpoint=ftp://h",
            "endpoint=http://u:p@h/",
            "proxy=socks5://u:p@h",
            "endpoint=http://",
            "max_tokens=0",
            "max_in_flight=0",
            "price_in=-1",
            "temperature=3",
            "reasoning_effort=Very much",
            "model=",
        ] {
            assert_eq!(check(Catalog::Server, bad).unwrap_err().sqlstate(), "HV024", "{bad}");
        }
        assert!(check(Catalog::UserMapping, "api_key=a\r\nb").is_err());
    }

    #[test]
    fn files_and_variables_are_for_those_who_may_read_them() {
        for option in ["api_key_file=/etc/passwd", "api_key_env=HOME"] {
            assert_eq!(check(Catalog::UserMapping, option).unwrap_err().sqlstate(), "42501");
            assert_eq!(validate(Catalog::UserMapping, &[option.to_owned()], true), Ok(()));
        }
        assert_eq!(check(Catalog::Server, "ca_file=/x").unwrap_err().sqlstate(), "42501");
    }

    #[test]
    fn one_secret_is_enough() {
        let both = ["api_key=a".to_owned(), "api_key_env=b".to_owned()];
        assert_eq!(validate(Catalog::UserMapping, &both, true).unwrap_err().sqlstate(), "HV024");
    }
}
