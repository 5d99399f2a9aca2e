//! What functions of contrib that can't be stopped may be given, as [`argument_limits`](super::argument_limits) says of the server's.

use super::argument_limits::{any, input, largest, path, product, together};
use crate::pg::running::arguments::argument_bounds::ArgumentLimit;

/// A limit on a function of a library.
const fn of(library: &'static str, limit: ArgumentLimit) -> ArgumentLimit {
    ArgumentLimit { library, ..limit }
}

/// By the names of the C functions, which are the same in all versions.
pub const LIMITS: &[ArgumentLimit] = &[
    // libxml, as for `xpath` of the server.
    of("pgxml", path("xpath_nodeset", 1, 0)),
    of("pgxml", path("xpath_list", 1, 0)),
    of("pgxml", path("xpath_string", 1, 0)),
    of("pgxml", path("xpath_number", 1, 0)),
    of("pgxml", path("xpath_bool", 1, 0)),
    // trgm_op.c: trigrams are made, sorted, and looked for at each place.
    of("pg_trgm", largest("show_trgm", &[0], 2e6)),
    of("pg_trgm", largest("similarity", &[0, 1], 2e6)),
    of("pg_trgm", largest("similarity_dist", &[0, 1], 2e6)),
    of("pg_trgm", largest("similarity_op", &[0, 1], 2e6)),
    of("pg_trgm", product("word_similarity", &[0, 1], 5e6)),
    of("pg_trgm", product("word_similarity_op", &[0, 1], 5e6)),
    of("pg_trgm", product("word_similarity_commutator_op", &[0, 1], 5e6)),
    of("pg_trgm", product("word_similarity_dist_op", &[0, 1], 5e6)),
    of("pg_trgm", product("word_similarity_dist_commutator_op", &[0, 1], 5e6)),
    of("pg_trgm", product("strict_word_similarity", &[0, 1], 5e6)),
    of("pg_trgm", product("strict_word_similarity_op", &[0, 1], 5e6)),
    of("pg_trgm", product("strict_word_similarity_commutator_op", &[0, 1], 5e6)),
    of("pg_trgm", product("strict_word_similarity_dist_op", &[0, 1], 5e6)),
    of("pg_trgm", product("strict_word_similarity_dist_commutator_op", &[0, 1], 5e6)),
    // _int_op.c and _int_tool.c: sorts.
    of("_int", largest("sort", &[0], 1.2e7)),
    of("_int", largest("sort_asc", &[0], 1.2e7)),
    of("_int", largest("sort_desc", &[0], 1.2e7)),
    of("_int", largest("boolop", &[0, 1], 3e6)),
    of("_int", largest("rboolop", &[0, 1], 3e6)),
    // unaccent.c: letter by letter.
    of("unaccent", any("unaccent_dict", 2e7)),
    of("_int", largest("uniq", &[0], 4e7)),
    of("_int", largest("_int_union", &[0, 1], 1.2e7)),
    of("_int", largest("_int_inter", &[0, 1], 1.2e7)),
    of("_int", largest("_int_contains", &[0, 1], 1.2e7)),
    of("_int", largest("_int_contained", &[0, 1], 1.2e7)),
    of("_int", largest("_int_overlap", &[0, 1], 1.2e7)),
    of("_int", largest("_int_same", &[0, 1], 1.2e7)),
    of("_int", largest("intset_subtract", &[0, 1], 1.2e7)),
    of("_int", largest("intset_union_elem", &[0], 1.2e7)),
    // ltree_op.c, ltxtquery_op.c: each label with each of the other, or with each word.
    of("ltree", product("ltree_index", &[0, 1], 5e9)),
    of("ltree", product("ltxtq_exec", &[0, 1], 1e9)),
    of("ltree", product("ltxtq_rexec", &[0, 1], 1e9)),
    of("ltree", product("_ltxtq_exec", &[0, 1], 1e9)),
    of("ltree", product("_ltxtq_rexec", &[0, 1], 1e9)),
    // pgcrypto: 3des takes 100 ns a byte; a packed message grows a thousandfold.
    of("pgcrypto", largest("pg_encrypt", &[0], 5e6)),
    of("pgcrypto", largest("pg_decrypt", &[0], 5e6)),
    of("pgcrypto", largest("pg_encrypt_iv", &[0], 5e6)),
    of("pgcrypto", largest("pg_decrypt_iv", &[0], 5e6)),
    of("pgcrypto", largest("pg_digest", &[0], 1e8)),
    of("pgcrypto", largest("pg_hmac", &[0, 1], 1e8)),
    of("pgcrypto", largest("pgp_sym_decrypt_text", &[0], 3e5)),
    of("pgcrypto", largest("pgp_sym_decrypt_bytea", &[0], 3e5)),
    // daitch_mokotoff.c: each letter lengthens up to a hundred codes.
    of("fuzzystrmatch", largest("daitch_mokotoff", &[0], 1e5)),
    // cubeparse.y appends each number to a text of those before it, whose end it looks for; at most 100 make a cube.
    of("cube", input("cube_in", 1e5)),
    of("hstore", input("hstore_in", 1.5e7)),
    of("hstore", largest("hstore_from_array", &[0], 3e7)),
    of("hstore", together("hstore_from_arrays", &[0, 1], 3e7)),
];
