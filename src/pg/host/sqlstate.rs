//! SQLSTATEs as the server keeps them: five characters packed into a number.

use std::ffi::c_int;

/// The five characters of a packed SQLSTATE (MAKE_SQLSTATE in elog.h).
pub fn unpack(code: c_int) -> String {
    (0..5).map(|at| char::from((((code >> (6 * at)) & 0x3F) as u8).wrapping_add(b'0'))).collect()
}

/// The reverse of [`unpack`].
pub fn pack(sqlstate: &str) -> c_int {
    sqlstate
        .bytes()
        .take(5)
        .enumerate()
        .fold(0, |code, (at, byte)| code | ((c_int::from(byte) - 48) & 0x3F) << (6 * at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlstates_survive_packing() {
        for sqlstate in ["42703", "HV00N", "P0001", "25006"] {
            assert_eq!(unpack(pack(sqlstate)), sqlstate);
        }
    }
}
