// What users of Node's pg do: parameters, types, named statements, pg-cursor, pg-query-stream, cancelling.
'use strict';

const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { Client, Pool, escapeLiteral, escapeIdentifier } = require('pg');
const Cursor = require('pg-cursor');
const QueryStream = require('pg-query-stream');

const MONTHS = 'revenue per month in 2025';
const VIEWS = 'SELECT * FROM nl_query($1) AS t(viewed_at timestamptz, product_id int, customer_id int, seconds int)';
const pool = new Pool();
let client;

before(async () => {
    client = await pool.connect();
});
after(async () => {
    client.release();
    await pool.end();
});

async function direct(question) {
    const { rows } = await client.query('SELECT nl_sql($1) AS sql', [question]);
    return (await client.query(rows[0].sql)).rows;
}

test('the question is a parameter, and values have the types of the column list', async () => {
    const { rows, fields } = await client.query('SELECT * FROM nl_query($1) AS t(month date, revenue numeric)', [MONTHS]);
    assert.deepEqual(rows, await direct(MONTHS));
    assert.equal(rows.length, 12);
    assert.ok(rows[0].month instanceof Date);
    assert.equal(typeof rows[0].revenue, 'string', 'pg keeps numeric exact');
    assert.deepEqual(fields.map((field) => [field.name, field.dataTypeID]), [['month', 1082], ['revenue', 1700]]);
});

test('double precision arrives as a number', async () => {
    const { rows } = await client.query('SELECT * FROM nl_query($1) AS t(month date, revenue float8)', [MONTHS]);
    assert.equal(typeof rows[0].revenue, 'number');
});

test('nl_ask arrives parsed', async () => {
    const { rows } = await client.query('SELECT nl_ask($1) AS answer', ['how many orders are there']);
    assert.deepEqual(rows, [{ answer: { orders: 20000 } }]);
});

test('a named statement, run again and again', async () => {
    const query = { name: 'months', text: 'SELECT * FROM nl_query($1) AS t(month date, revenue numeric)', values: [MONTHS] };
    const expected = await direct(MONTHS);
    for (let run = 0; run < 7; run++) assert.deepEqual((await client.query(query)).rows, expected);
});

test('the column list made from nl_columns', async () => {
    const { rows } = await client.query('SELECT name, data_type FROM nl_columns($1)', [MONTHS]);
    const list = rows.map((column) => `${escapeIdentifier(column.name)} ${column.data_type}`).join(', ');
    const answer = await client.query(`SELECT * FROM nl_query(${escapeLiteral(MONTHS)}) AS t(${list})`);
    assert.deepEqual(answer.rows, await direct(MONTHS));
});

test('pg-cursor reads nl_query in portions', async () => {
    const cursor = client.query(new Cursor(VIEWS, ['every page view']));
    let count = 0;
    for (let rows; (rows = await cursor.read(900)).length > 0; ) count += rows.length;
    await cursor.close();
    assert.equal(count, 10000, 'nl2sql.row_limit');
});

test('pg-query-stream', async () => {
    let count = 0;
    for await (const row of client.query(new QueryStream(VIEWS, ['every page view'], { batchSize: 500 }))) {
        assert.ok(row.viewed_at instanceof Date);
        count++;
    }
    assert.equal(count, 10000);
});

test('nl_open, fetched until there is no more', async () => {
    await client.query('BEGIN');
    const { rows } = await client.query('SELECT nl_open($1) AS name', ['every page view']);
    const fetch = `FETCH 3000 FROM ${escapeIdentifier(rows[0].name)}`;
    const all = [];
    for (let some; (some = (await client.query(fetch)).rows).length > 0; ) all.push(...some);
    await client.query('COMMIT');
    assert.deepEqual(all, await direct('every page view'));
});

test('an error has its code, detail and hint', async () => {
    await assert.rejects(client.query('SELECT * FROM nl_query($1) AS t(a int)', [MONTHS]), (error) => {
        assert.equal(error.code, '42804');
        assert.match(error.detail, /a integer[^]*month date, revenue numeric/);
        assert.match(error.hint, /nl_columns/);
        return true;
    });
});

test('a query is cancelled from another connection while the model thinks', async () => {
    const other = new Client();
    await other.connect();
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    const hanging = assert.rejects(client.query('SELECT nl_ask($1)', ['something the model ponders']), { code: '57014' });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await other.query('SELECT pg_cancel_backend($1)', [rows[0].pid]);
    await hanging;
    await other.end();
});
