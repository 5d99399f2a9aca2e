CREATE FOREIGN DATA WRAPPER nl2sql VALIDATOR nl2sql_validator;
COMMENT ON FOREIGN DATA WRAPPER nl2sql IS
    'models that write SQL; each foreign server of this wrapper is one (options: provider, endpoint, model and more)';

COMMENT ON FUNCTION nl_sql(text, text) IS
    'the SQL that answers a question, judged safe to run; nothing is executed';
COMMENT ON FUNCTION nl_ask(text, text) IS
    'the rows that answer a question, one json object each; the SQL runs as the caller, read-only and bounded';
COMMENT ON FUNCTION nl_query(text, text) IS
    'the rows that answer a question, in the caller''s column definition list, which nl_columns tells; the SQL runs as the caller, read-only and bounded';
COMMENT ON FUNCTION nl_open(text, refcursor, text) IS
    'a cursor over the answer to a question, to be fetched in the same transaction; every FETCH is read-only and bounded';
COMMENT ON FUNCTION nl_columns(text, text) IS
    'names and types of the columns that answer a question; nothing is executed';
COMMENT ON FUNCTION nl_answer(text, text) IS
    'the answer to a question in one to four sentences, in which every number is of its rows or follows from them';
COMMENT ON FUNCTION nl_chat(text, text, boolean) IS
    'the reply to a message as one document: what it is, a text, the SQL, columns and rows, a chart, questions to go on with';
COMMENT ON FUNCTION nl_chart(text, text) IS
    'the answer to a question as a Vega-Lite v5 specification, its rows inside';
COMMENT ON FUNCTION nl_plot(text, text) IS
    'the answer to a question as a chart of characters, at most 80 columns wide';
COMMENT ON FUNCTION nl_examples(integer) IS
    'questions that the caller can ask of this schema, each of which is answered; at most 100';
COMMENT ON FUNCTION nl_help(text) IS
    'what can be asked, with examples of this schema; a topic is one of those it names, or the name of a table';
COMMENT ON FUNCTION nl_explain(text) IS
    'a statement in plain words, once the guard has allowed it; nothing is executed';
COMMENT ON FUNCTION nl_prompt(text, text) IS
    'exactly what a model would be told about a question; nothing is sent';
COMMENT ON FUNCTION nl2sql.define(text, text, text, text, text) IS
    'defines a term that questions may use: other words, a filter or a measure on a relation, or a note for models';
COMMENT ON FUNCTION nl2sql.undefine(text) IS
    'forgets a term of the caller, or a shared one where the caller may share';
COMMENT ON FUNCTION nl_forget(text) IS
    'forgets a thread of the caller, all where none is named, and tells how many questions were forgotten';
COMMENT ON FUNCTION nl_schema(text) IS
    'what of the schema a model would be told for a question, nearest first: how much of each relation, and why';
COMMENT ON FUNCTION nl_check(text) IS
    'the guard''s verdict on a statement: whether it may run, why not, what it reads and what the planner expects';
COMMENT ON FUNCTION nl_run(text) IS
    'the rows of a statement that somebody else wrote, one json object each; it is judged and bounded as a model''s would be';
COMMENT ON FUNCTION nl_run_query(text) IS
    'the rows of a statement that somebody else wrote, in the caller''s column definition list; judged and bounded likewise';
COMMENT ON FUNCTION nl_health() IS
    'each model of nl2sql.model: whether it can be reached, how fast it answers, its error, and whether it is left alone after failures';
COMMENT ON FUNCTION nl2sql_validator(text[], oid) IS
    'checks the options of the foreign-data wrapper nl2sql, its servers and user mappings';
COMMENT ON FUNCTION nl_labels() IS
    'the security labels of nl2sql in this database';
COMMENT ON FUNCTION nl_drop_labels() IS
    'takes all security labels of nl2sql away and tells which they were; to be called before DROP EXTENSION';
COMMENT ON FUNCTION nl2sql_warn_of_labels() IS
    'warns whoever drops the extension of security labels that stay behind; called by the event trigger nl2sql_drop';

CREATE EVENT TRIGGER nl2sql_drop ON ddl_command_start WHEN TAG IN ('DROP EXTENSION')
    EXECUTE FUNCTION nl2sql_warn_of_labels();
COMMENT ON EVENT TRIGGER nl2sql_drop IS
    'warns before DROP EXTENSION nl2sql of security labels that stay behind';

COMMENT ON FUNCTION nl2sql.import_descriptions(text, boolean) IS
    'copies comments, keys and labels of enums from the server that foreign tables of the caller''s stand on to their comments; with true in place of comments that are there';

COMMENT ON FUNCTION nl2sql.teach(text, text, text, text) IS
    'keeps a question with the SQL that answers it, which the caller may run, for the caller alone or an audience; gives its number';
COMMENT ON FUNCTION nl2sql.unteach(bigint) IS
    'forgets a verified pair of the caller''s, or one that is shared with them where they may teach others; superusers forget any';
COMMENT ON FUNCTION nl_feedback(text, boolean, text, text) IS
    'says of an answer whether it was right, for teachers to see; nothing is learnt from it by itself';
COMMENT ON FUNCTION nl2sql.review() IS
    'pairs and terms that no longer hold, and for teachers what askers say of answers: with the question, SQL and note that nl2sql.accept would keep';
COMMENT ON FUNCTION nl2sql.accept(bigint, text, text, text) IS
    'makes a verified pair of what an asker said, as the caller''s, who has to be allowed to run its SQL; for teachers';
COMMENT ON FUNCTION nl2sql.dismiss(bigint) IS
    'forgets what an asker said of an answer; for teachers';
COMMENT ON FUNCTION nl2sql.evaluate(text, text) IS
    'asks the questions of all verified pairs that the caller may run again, of these models, and compares the results; one row a pair';
COMMENT ON FUNCTION nl2sql.export(text) IS
    'the verified pairs that the caller may run, as a document for nl2sql.import';
COMMENT ON FUNCTION nl2sql.import(jsonb) IS
    'teaches the pairs of a document and defines its terms as the caller''s, but what they have no right to; gives the number of those that count for them now';

COMMENT ON FUNCTION nl2sql.erase(text, timestamptz) IS
    'erases the history of a role, of all where it is NULL, from before a time, whenever where that is NULL; for superusers; gives the number of questions';
COMMENT ON FUNCTION nl2sql.export_history(text) IS
    'what the history has of a role, of the caller where none is named: one document a question, oldest first';
COMMENT ON FUNCTION nl2sql.stat() IS
    'questions, outcomes, tokens, cost and time of this database, counted for all sessions: the caller''s, of all for members of pg_read_all_stats; needs preloading';
COMMENT ON FUNCTION nl2sql.stat_reset() IS
    'begins to count anew in this database; for superusers';
COMMENT ON FUNCTION nl2sql.stat_history() IS
    'the background process that writes the history of this database, what waits for it, and how many rows it wrote and lost; needs preloading';
COMMENT ON FUNCTION nl2sql.settings() IS
    'the settings of the extension as they are in force for the caller''s questions, and whence: a profile, the session, its role, the database or the configuration';

COMMENT ON FUNCTION nl_submit(text, text) IS
    'leaves a question to the background process of the database, which asks its models; gives its number; needs preloading';
COMMENT ON FUNCTION nl_result(bigint) IS
    'the rows that answer a question that was submitted, one json object each: its statement is judged anew and run in the caller''s session';
COMMENT ON FUNCTION nl_wait(bigint, interval) IS
    'waits until a question that was submitted has ended, or so long, tells what happens to it, and gives its state';
COMMENT ON FUNCTION nl_cancel(bigint) IS
    'cancels a question that was submitted; false where it has ended already';
