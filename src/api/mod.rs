//! Every function that SQL can call, and nothing else: each takes its arguments apart and hands them to a room.

mod arguments;
mod asking;
mod background;
mod descriptions;
mod drawing;
mod glossary;
mod help;
mod inspecting;
mod labels;
mod ledger;
mod models;
mod running;
mod teaching;
mod threads;

use pgrx::prelude::*;

extension_sql_file!("../../sql/cache.sql", name = "cache", bootstrap);
extension_sql_file!("../../sql/catalog.sql", name = "catalog", requires = ["cache"]);
extension_sql_file!("../../sql/threads.sql", name = "threads", requires = ["cache"]);
extension_sql_file!("../../sql/taught.sql", name = "taught", requires = ["catalog"]);
extension_sql_file!("../../sql/glossary.sql", name = "glossary", requires = ["catalog"]);
extension_sql_file!("../../sql/ledger.sql", name = "ledger", requires = ["cache"]);
extension_sql_file!("../../sql/jobs.sql", name = "jobs", requires = ["cache"]);
extension_sql_file!("../../sql/objects.sql", name = "objects", finalize);
