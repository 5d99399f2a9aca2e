-- A shop worth asking about: 8 tables, a view and a partitioned table, some 120,000 rows, the same on every machine.
-- Load it into an empty database: psql -f sql/demo/shop.sql

BEGIN;

CREATE TYPE order_status AS ENUM ('new', 'paid', 'shipped', 'delivered', 'cancelled', 'returned');
CREATE TYPE payment_method AS ENUM ('card', 'paypal', 'invoice', 'bank transfer');
CREATE DOMAIN email_address AS text CHECK (VALUE LIKE '%@%');

CREATE TABLE customers (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL,
    email       email_address NOT NULL UNIQUE,
    city        text NOT NULL,
    country     text NOT NULL,
    signed_up   date NOT NULL,
    newsletter  boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE customers IS 'people and firms that have an account';
COMMENT ON COLUMN customers.signed_up IS 'day the account was opened';

CREATE TABLE categories (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    parent_id   integer REFERENCES categories
);
COMMENT ON TABLE categories IS 'product categories, a tree two levels deep';

CREATE TABLE products (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category_id integer NOT NULL REFERENCES categories,
    name        text NOT NULL,
    price       numeric(10,2) NOT NULL CHECK (price > 0),
    stock       integer NOT NULL DEFAULT 0 CHECK (stock >= 0),
    discontinued boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN products.price IS 'current list price in euros';
COMMENT ON COLUMN products.stock IS 'pieces in the warehouse';

CREATE TABLE orders (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers,
    ordered_at  timestamptz NOT NULL,
    status      order_status NOT NULL,
    shipping    numeric(8,2) NOT NULL CHECK (shipping >= 0),
    total       numeric(12,2) NOT NULL CHECK (total >= 0)
);
COMMENT ON COLUMN orders.shipping IS 'shipping fee in euros';
COMMENT ON COLUMN orders.total IS 'what the customer pays in euros, shipping included: the revenue of the order';

CREATE TABLE order_items (
    order_id    integer NOT NULL REFERENCES orders,
    line        integer NOT NULL,
    product_id  integer NOT NULL REFERENCES products,
    quantity    integer NOT NULL CHECK (quantity > 0),
    unit_price  numeric(10,2) NOT NULL,
    amount      numeric(12,2) GENERATED ALWAYS AS (quantity * unit_price) STORED,
    PRIMARY KEY (order_id, line)
);
COMMENT ON TABLE order_items IS 'the lines of an order';

CREATE TABLE payments (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id    integer NOT NULL REFERENCES orders,
    method      payment_method NOT NULL,
    paid_at     timestamptz NOT NULL,
    amount      numeric(12,2) NOT NULL
);

CREATE TABLE reviews (
    product_id  integer NOT NULL REFERENCES products,
    customer_id integer NOT NULL REFERENCES customers,
    rating      integer NOT NULL CHECK (rating BETWEEN 1 AND 5),
    written_on  date NOT NULL,
    body        text,
    PRIMARY KEY (product_id, customer_id)
);
COMMENT ON COLUMN reviews.rating IS 'stars, 1 to 5';

CREATE TABLE page_views (
    viewed_at   timestamptz NOT NULL,
    product_id  integer NOT NULL REFERENCES products,
    customer_id integer REFERENCES customers,
    seconds     integer NOT NULL
) PARTITION BY RANGE (viewed_at);
CREATE TABLE page_views_2024 PARTITION OF page_views FOR VALUES FROM ('2024-01-01Z') TO ('2025-01-01Z');
CREATE TABLE page_views_2025 PARTITION OF page_views FOR VALUES FROM ('2025-01-01Z') TO ('2026-01-01Z');
COMMENT ON TABLE page_views IS 'visits to product pages; customer_id is empty for visitors without an account';

CREATE VIEW product_ratings AS
SELECT p.id AS product_id, p.name AS product, count(r.rating) AS review_count, round(avg(r.rating), 2) AS average_rating
FROM products p LEFT JOIN reviews r ON r.product_id = p.id
GROUP BY p.id, p.name;
COMMENT ON VIEW product_ratings IS 'stars per product';

-- A number from 0 to n-1 that looks random and is the same every time.
CREATE FUNCTION pg_temp.pick(seed integer, salt integer, n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS
$$ SELECT abs(hashint4extended(seed, salt) % n)::integer $$;

INSERT INTO categories (name, parent_id) VALUES
    ('Electronics', NULL), ('Home', NULL), ('Sports', NULL), ('Books', NULL),
    ('Phones', 1), ('Laptops', 1), ('Headphones', 1), ('Kitchen', 2), ('Furniture', 2),
    ('Cycling', 3), ('Running', 3), ('Novels', 4);

INSERT INTO customers (name, email, city, country, signed_up, newsletter)
SELECT first || ' ' || last, lower(first || '.' || last || i || '@example.com'), place[1], place[2],
       date '2023-01-01' + pg_temp.pick(i, 4, 1000), pg_temp.pick(i, 5, 3) = 0
FROM generate_series(1, 5000) AS i,
     LATERAL (SELECT (ARRAY['Ada','Ben','Clara','David','Emma','Felix','Grace','Hugo','Ines','Jonas','Karla','Leo','Mia',
                            'Noah','Olga','Paul','Rosa','Simon','Tara','Victor'])[1 + pg_temp.pick(i, 1, 20)] AS first,
                     (ARRAY['Adler','Becker','Costa','Dubois','Eriksen','Fischer','Garcia','Haas','Ivanova','Jansen','Keller',
                            'Lopez','Moreau','Novak','Olsen','Peters','Rossi','Schmidt','Torres','Weber'])[1 + pg_temp.pick(i, 2, 20)] AS last,
                     (ARRAY[['Berlin','Germany'],['Hamburg','Germany'],['Munich','Germany'],['Paris','France'],['Lyon','France'],
                            ['Madrid','Spain'],['Rome','Italy'],['Vienna','Austria'],['Oslo','Norway'],['Lisbon','Portugal']]) AS places,
                     1 + pg_temp.pick(i, 3, 10) AS at) AS person,
     LATERAL (SELECT ARRAY[places[at][1], places[at][2]] AS place) AS home;

INSERT INTO products (category_id, name, price, stock, discontinued)
SELECT 5 + pg_temp.pick(i, 11, 8),
       (ARRAY['Alpine','Basic','Classic','Daily','Eco','Flex','Grand','Home','Ideal','Jet'])[1 + (i - 1) % 10] || ' '
           || (ARRAY['One','Plus','Pro','Mini','Max'])[1 + ((i - 1) / 10) % 5] || ' ' || 100 + (i - 1) / 50,
       round(5 + pg_temp.pick(i, 12, 99500) / 100.0, 2), pg_temp.pick(i, 13, 400), pg_temp.pick(i, 14, 12) = 0
FROM generate_series(1, 500) AS i;

INSERT INTO orders (customer_id, ordered_at, status, shipping, total)
SELECT 1 + (pg_temp.pick(i, 21, 5000)::bigint * pg_temp.pick(i, 22, 5000) / 5000)::integer,
       timestamptz '2024-01-01 00:00Z' + pg_temp.pick(i, 23, 731 * 1440 - 1440) * interval '1 minute',
       (ARRAY['new','paid','shipped','delivered','delivered','delivered','delivered','delivered','cancelled','returned']
           ::order_status[])[1 + pg_temp.pick(i, 24, 10)],
       (ARRAY[0, 4.90, 4.90, 9.90])[1 + pg_temp.pick(i, 25, 4)], 0
FROM generate_series(1, 20000) AS i;

INSERT INTO order_items (order_id, line, product_id, quantity, unit_price)
SELECT o.id, line, p.id, 1 + pg_temp.pick(o.id, 40 + line, 3), p.price
FROM orders o,
     LATERAL generate_series(1, 1 + pg_temp.pick(o.id, 30, 4)) AS line,
     products p
WHERE p.id = 1 + pg_temp.pick(o.id, 30 + line, 500);

UPDATE orders SET total = shipping + items.amount
FROM (SELECT order_id, sum(amount) AS amount FROM order_items GROUP BY order_id) AS items
WHERE items.order_id = orders.id;

INSERT INTO payments (order_id, method, paid_at, amount)
SELECT id, (ARRAY['card','card','paypal','invoice','bank transfer']::payment_method[])[1 + pg_temp.pick(id, 51, 5)],
       ordered_at + pg_temp.pick(id, 52, 5000) * interval '1 minute', total
FROM orders WHERE status <> 'new' AND status <> 'cancelled' ORDER BY id;

INSERT INTO reviews (product_id, customer_id, rating, written_on, body)
SELECT DISTINCT ON (oi.product_id, o.customer_id) oi.product_id, o.customer_id, 5 - pg_temp.pick(o.id, 61, 9) / 2,
       (o.ordered_at AT TIME ZONE 'UTC')::date + 7, CASE pg_temp.pick(o.id, 62, 3) WHEN 0 THEN 'Does what it should.' WHEN 1 THEN 'Would buy it again.' END
FROM orders o JOIN order_items oi ON oi.order_id = o.id
WHERE o.status = 'delivered' AND pg_temp.pick(o.id, 63, 3) = 0
ORDER BY oi.product_id, o.customer_id, o.id;

INSERT INTO page_views (viewed_at, product_id, customer_id, seconds)
SELECT timestamptz '2024-01-01 00:00Z' + pg_temp.pick(i, 71, 731 * 1440 - 1440) * interval '1 minute',
       1 + pg_temp.pick(i, 72, 500), nullif(pg_temp.pick(i, 73, 4999), 0), 1 + pg_temp.pick(i, 74, 300)
FROM generate_series(1, 20000) AS i;

CREATE INDEX ON orders (customer_id);
CREATE INDEX ON orders (ordered_at);
CREATE INDEX ON order_items (product_id);
CREATE INDEX ON payments (order_id);

COMMIT;
ANALYZE;
