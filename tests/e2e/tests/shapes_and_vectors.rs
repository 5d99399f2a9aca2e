//! PostGIS and pgvector: their types read in prompts, what computes is answered and told in words, and what reads tables by name,
//! files or expressions is refused. Each test runs where the server has the extension.

use std::time::{Duration, Instant};

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::limited;
use nl2sql_e2e::server::lacks;
use nl2sql_e2e::session::quote;

/// Two shops in Vienna, one in Graz; the districts of both towns as squares of a fifth of a degree.
const SHOPS: &str = "
    CREATE EXTENSION postgis;
    CREATE TABLE shops (id integer PRIMARY KEY, name text, town text, place geometry(Point,4326), reach geography(Point,4326));
    CREATE TABLE districts (id integer PRIMARY KEY, name text, outline geometry(Polygon,4326));
    INSERT INTO shops SELECT id, name, town, ST_SetSRID(ST_MakePoint(x, y), 4326), ST_SetSRID(ST_MakePoint(x, y), 4326)
    FROM (VALUES (1, 'Graben', 'Vienna', 16.37, 48.21), (2, 'Prater', 'Vienna', 16.40, 48.22), (3, 'Murgasse', 'Graz', 15.44, 47.07))
        AS v(id, name, town, x, y);
    INSERT INTO districts VALUES (1, 'around Vienna', ST_MakeEnvelope(16.3, 48.1, 16.5, 48.3, 4326)),
        (2, 'around Graz', ST_MakeEnvelope(15.3, 47.0, 15.5, 47.2, 4326));
    CREATE INDEX ON shops USING gist (place);
    ANALYZE";

fn shops(name: &str) -> Fixture {
    let mut fixture = Fixture::empty(name);
    fixture.session.run(SHOPS);
    fixture.session.run("SET nl2sql.model = 'builtin'");
    fixture
}

fn run(sql: &str) -> String {
    format!("SELECT nl_run({})", quote(sql))
}

/// A statement, its only row as json, and a part of its description.
const SHAPES: &[(&str, &str, &str)] = &[
    ("SELECT ST_AsText(place) AS v FROM shops WHERE id = 1", r#"{"v":"POINT(16.37 48.21)"}"#, "place as text"),
    (
        "SELECT round(ST_Distance(a.reach, b.reach)) AS v FROM shops a, shops b WHERE a.id = 1 AND b.id = 2",
        r#"{"v":2491}"#,
        "the distance from",
    ),
    (
        "SELECT count(*) AS v FROM shops a JOIN shops b ON ST_DWithin(a.reach, b.reach, 5000) WHERE a.id = 1",
        r#"{"v":2}"#,
        "is within 5000 of",
    ),
    (
        "SELECT d.name AS v FROM districts d JOIN shops s ON ST_Within(s.place, d.outline) WHERE s.id = 3",
        r#"{"v":"around Graz"}"#,
        "lies within",
    ),
    ("SELECT count(*) AS v FROM districts d, shops s WHERE ST_Contains(d.outline, s.place)", r#"{"v":3}"#, "contains"),
    ("SELECT count(*) AS v FROM districts d, shops s WHERE ST_Intersects(d.outline, s.place)", r#"{"v":3}"#, "meets"),
    ("SELECT count(*) AS v FROM districts d, shops s WHERE d.outline && s.place", r#"{"v":3}"#, "outline"),
    ("SELECT round(ST_Area(outline)::numeric, 2) AS v FROM districts WHERE id = 1", r#"{"v":0.04}"#, "the area of"),
    (
        "SELECT round(ST_Area(outline::geography)) > 3e8 AS v FROM districts WHERE id = 1",
        r#"{"v":true}"#,
        "the area of",
    ),
    ("SELECT ST_NumPoints(ST_ExteriorRing(outline)) AS v FROM districts WHERE id = 1", r#"{"v":5}"#, "st_numpoints"),
    ("SELECT ST_X(place) AS v FROM shops WHERE id = 1", r#"{"v":16.37}"#, "the x coordinate of"),
    (
        "SELECT ST_AsGeoJSON(place) AS v FROM shops WHERE id = 1",
        r#"{"v":"{\"type\":\"Point\",\"coordinates\":[16.37,48.21]}"}"#,
        "GeoJSON",
    ),
    (
        "SELECT round(ST_X(ST_Transform(place, 3857))) AS v FROM shops WHERE id = 1",
        r#"{"v":1822300}"#,
        "coordinate system",
    ),
    (
        "SELECT name AS v FROM shops ORDER BY place <-> ST_SetSRID(ST_MakePoint(15.4, 47), 4326) LIMIT 1",
        r#"{"v":"Murgasse"}"#,
        "distance",
    ),
    ("SELECT ST_NPoints(ST_Buffer(place, 1)) AS v FROM shops WHERE id = 1", r#"{"v":33}"#, "the area within 1 of"),
    // Aggregates.
    (
        "SELECT ST_AsText(ST_Collect(place ORDER BY id)) AS v FROM shops WHERE id < 3",
        r#"{"v":"MULTIPOINT((16.37 48.21),(16.4 48.22))"}"#,
        "place",
    ),
    ("SELECT ST_NumGeometries(ST_Union(place)) AS v FROM shops", r#"{"v":3}"#, "place"),
    (
        "SELECT round(ST_Length(ST_MakeLine(place ORDER BY id))::numeric, 3) AS v FROM shops WHERE id < 3",
        r#"{"v":0.032}"#,
        "the length of",
    ),
    (
        "SELECT ST_AsText(ST_Extent(outline)) AS v FROM districts",
        r#"{"v":"POLYGON((15.3 47,15.3 48.3,16.5 48.3,16.5 47,15.3 47))"}"#,
        "outline",
    ),
    ("SELECT cardinality(ST_ClusterWithin(place, 0.5)) AS v FROM shops", r#"{"v":2}"#, "place"),
    ("SELECT cardinality(ST_ClusterIntersecting(outline)) AS v FROM districts", r#"{"v":2}"#, "outline"),
    ("SELECT ST_NumGeometries(ST_Polygonize(ST_ExteriorRing(outline))) AS v FROM districts", r#"{"v":2}"#, "outline"),
    (
        "SELECT count(DISTINCT c) AS v FROM (SELECT ST_ClusterKMeans(place, 2) OVER () AS c FROM shops) AS t",
        r#"{"v":2}"#,
        "st_clusterkmeans",
    ),
    (
        "SELECT count(DISTINCT c) AS v FROM (SELECT ST_ClusterDBSCAN(place, 0.5, 1) OVER () AS c FROM shops) AS t",
        r#"{"v":2}"#,
        "st_clusterdbscan",
    ),
    (
        "SELECT ST_IsEmpty(ST_SymmetricDifference(a.outline, a.outline)) AS v FROM districts a WHERE id = 1",
        r#"{"v":true}"#,
        "st_symmetricdifference",
    ),
];

#[test]
fn shapes_are_computed_with_and_told_in_words() {
    if lacks(&["postgis"]) {
        return;
    }
    let mut fixture = shops("shapes");
    let session = &mut fixture.session;
    for (sql, row, told) in SHAPES {
        assert_eq!(session.texts(&run(sql)), [*row], "{sql}");
        let description = session.text(&format!("SELECT nl_explain({})", quote(sql)));
        assert!(description.contains(told), "{sql}: {description}");
    }
}

#[test]
fn shapes_read_in_prompts_and_answers() {
    if lacks(&["postgis"]) {
        return;
    }
    let mut fixture = shops("shapes_prompt");
    let prompt = fixture.session.text("SELECT nl_prompt('shops by distance')");
    for part in ["place geometry(Point,4326)", "reach geography(Point,4326)", "outline geometry(Polygon,4326)"] {
        assert!(prompt.contains(part), "{prompt}");
    }
    // What PostGIS keeps for itself is no part of what a company asks about, though statements may read it.
    for own in ["spatial_ref_sys", "geometry_columns", "geography_columns"] {
        assert!(!prompt.contains(own), "{prompt}");
    }
    assert_eq!(fixture.session.texts(&run("SELECT count(*) AS v FROM geometry_columns")), [r#"{"v":2}"#]);
    assert_eq!(fixture.session.ask("how many shops are there")[0]["count"], 3);
    // A shape comes as GeoJSON, as PostGIS has it cast to json.
    let shop = &fixture.session.ask("shops in Graz")[0];
    assert_eq!(shop["place"]["coordinates"], serde_json::json!([15.44, 47.07]), "{shop}");
    let sql =
        "SELECT name, round(ST_Distance(reach, ST_MakePoint(16.37, 48.2)::geography)) AS metres FROM shops ORDER BY 2";
    fixture.double.answer("how far are the shops from the opera", Reply::sql(sql));
    fixture.session.run("SET nl2sql.model = 'gpt'");
    let answer = fixture.session.text("SELECT nl_answer('how far are the shops from the opera')");
    assert!(answer.contains("Murgasse") && answer.contains("Graben"), "{answer}");
}

#[test]
fn masks_hold_for_shapes() {
    if lacks(&["postgis"]) {
        return;
    }
    let mut fixture = shops("shapes_masked");
    let session = &mut fixture.session;
    session.run("SECURITY LABEL FOR nl2sql ON COLUMN shops.place IS 'masked'");
    for sql in [
        "SELECT ST_AsText(place) AS v FROM shops WHERE id = 1",
        "SELECT ST_AsText(ST_Collect(place)) AS v FROM shops",
        "SELECT ST_Extent(place) AS v FROM shops",
        "SELECT ST_X(place) AS v FROM shops WHERE id = 1",
        "SELECT ST_AsGeoJSON(s) AS v FROM shops s WHERE id = 1",
        "SELECT ST_Distance(place, 'SRID=4326;POINT(16 48)'::geometry) AS v FROM shops WHERE id = 1",
    ] {
        assert_eq!(session.texts(&run(sql)), [r#"{"v":"***"}"#], "{sql}");
    }
}

#[test]
fn what_reads_tables_files_or_expressions_is_refused() {
    if lacks(&["postgis"]) {
        return;
    }
    let mut fixture = shops("shapes_refused");
    let session = &mut fixture.session;
    for sql in [
        "SELECT ST_EstimatedExtent('shops', 'place')",
        "SELECT ST_FindExtent('shops', 'place')",
        "SELECT _postgis_stats('shops', 'place')",
        "SELECT _postgis_index_extent('shops', 'place')",
        "SELECT ST_FromFlatGeobufToTable('public', 'made', '\\x6667620366676200'::bytea)",
        "SELECT AddGeometryColumn('shops', 'more', 4326, 'POINT', 2)",
        "SELECT AddGeometryColumn('public', 'shops', 'more', 4326, 'POINT', 2)",
        "SELECT UpdateGeometrySRID('shops', 'place', 3857)",
        "SELECT DropGeometryTable('shops')",
        "SELECT postgis_extensions_upgrade()",
        "SELECT ST_GeneratePoints(outline, 1000) FROM districts",
    ] {
        session.error(&run(sql), "2F003");
    }
    assert_eq!(session.text("SELECT count(*) FROM shops WHERE ST_SRID(place) = 4326"), "3");
}

/// Rasters may be files that are opened when somebody looks at them, wherever a superuser has let GDAL do so.
#[test]
fn rasters_made_of_text_open_no_files() {
    if lacks(&["postgis_raster", "address_standardizer"]) {
        return;
    }
    let mut fixture = shops("rasters");
    let session = &mut fixture.session;
    session.run(
        "CREATE EXTENSION postgis_raster; CREATE EXTENSION address_standardizer;
         CREATE TABLE heights AS SELECT 1 AS id, ST_SetValue(ST_AddBand(ST_MakeEmptyRaster(2, 2, 0, 0, 1), '8BUI'::text), 1, 1, 7) AS rast",
    );
    assert_eq!(session.texts(&run("SELECT ST_Value(rast, 1, 1) AS v FROM heights")), [r#"{"v":7}"#]);
    assert_eq!(session.texts(&run("SELECT (ST_SummaryStats(rast)).sum AS v FROM heights")), [r#"{"v":7}"#]);
    let empty = session.text("SELECT rast::text FROM heights");
    for sql in [
        format!("SELECT ST_Value('{empty}'::raster, 1, 1)"),
        format!(
            "SELECT ST_Value(CAST(v.x AS raster), 1, 1) FROM (SELECT '{empty}'::text || left(name, 0) AS x FROM shops) AS v"
        ),
        format!("SELECT ST_Value(ST_RastFromHexWKB('{empty}'), 1, 1)"),
        "SELECT ST_Value(ST_AddBand(rast, 1, '/etc/passwd', ARRAY[1]), 1, 1) FROM heights".to_owned(),
        "SELECT ST_Value(ST_SetBandPath(rast, 1, '/etc/passwd', 1), 1, 1) FROM heights".to_owned(),
        "SELECT ST_FromGDALRaster('<VRTDataset/>'::bytea)".to_owned(),
        "SELECT ST_AsGDALRaster(rast, 'GTiff') FROM heights".to_owned(),
        "SELECT ST_AsPNG(rast) FROM heights".to_owned(),
        "SELECT ST_MapAlgebra(rast, 1, NULL, 'pg_backend_pid()') FROM heights".to_owned(),
        "SELECT ST_MapAlgebra(rast, 1, 'pg_catalog.overlay(text, text, integer)'::regprocedure) FROM heights"
            .to_owned(),
        "SELECT standardize_address('shops', 'shops', 'shops', '1 Main Street')".to_owned(),
    ] {
        session.error(&run(&sql), "2F003");
    }
}

/// PostGIS looks for SIGINT, not for the server's flags; and it looks no more once somebody takes its handler away.
#[test]
fn limits_and_cancels_reach_postgis() {
    if lacks(&["postgis"]) {
        return;
    }
    let mut fixture = limited::fixture("shapes_cancelled");
    fixture.session.run("CREATE EXTENSION postgis");
    // A session whose first use of PostGIS is a question, by which its library is loaded.
    let mut session = fixture.asker("postgres");
    session.run("SET nl2sql.query_timeout = '2s'; SET nl2sql.max_cost = 0; SET nl2sql.max_attempts = 1");
    fixture.session = session;
    for sql in [SLOW_UNION, SLOW_POINTS] {
        // By the limit on time, or by that on memory if the machine is quick.
        let ending = limited::ending(&mut fixture, sql);
        assert!(["57014", "53200"].contains(&ending.as_str()), "{ending}: {sql}");
    }
    // And it still ends by a cancel when no question is under way.
    let started = Instant::now();
    fixture.session.run("SET statement_timeout = '2s'");
    fixture.session.error(SLOW_UNION, "57014");
    assert!(started.elapsed() < Duration::from_secs(20), "it went on for {:?}", started.elapsed());
}

/// In GEOS.
const SLOW_UNION: &str = "SELECT ST_NPoints(ST_Buffer(ST_Collect(ARRAY(SELECT ST_MakePoint(i % 100, i / 100) FROM generate_series(1, 20000) AS i)), 3, 'quad_segs=50'))";
/// In liblwgeom.
const SLOW_POINTS: &str =
    "SELECT ST_NPoints(ST_GeneratePoints(ST_Buffer(ST_MakePoint(0, 0), 1, 'quad_segs=2000'), 5000000, 1))";

const ITEMS: &str = "
    CREATE EXTENSION vector;
    CREATE TABLE articles (id integer PRIMARY KEY, title text, meaning vector(3), wide vector(768));
    INSERT INTO articles (id, title, meaning) VALUES (1, 'one', '[1,0,0]'), (2, 'two', '[0,1,0]'), (3, 'three', '[1,1,0]');
    CREATE INDEX ON articles USING hnsw (meaning vector_cosine_ops)";

/// As [`SHAPES`].
const VECTORS: &[(&str, &str, &str)] = &[
    (
        "SELECT title AS v FROM articles ORDER BY meaning <-> '[1,0.1,0]' LIMIT 1",
        r#"{"v":"one"}"#,
        "the distance from meaning to",
    ),
    (
        "SELECT title AS v FROM articles ORDER BY meaning <=> '[0,9,0]' LIMIT 1",
        r#"{"v":"two"}"#,
        "the cosine distance from meaning to",
    ),
    (
        "SELECT title AS v FROM articles ORDER BY meaning <#> '[1,1,0]' LIMIT 1",
        r#"{"v":"three"}"#,
        "the negative inner product of meaning and",
    ),
    (
        "SELECT title AS v FROM articles ORDER BY meaning <+> '[0,1,1]' LIMIT 1",
        r#"{"v":"two"}"#,
        "the taxicab distance from meaning to",
    ),
    (
        "SELECT l2_distance(meaning, '[1,0,1]') AS v FROM articles WHERE id = 1",
        r#"{"v":1}"#,
        "the distance from meaning to",
    ),
    (
        "SELECT cosine_distance(meaning, '[1,0,0]') AS v FROM articles WHERE id = 1",
        r#"{"v":0}"#,
        "the cosine distance from",
    ),
    ("SELECT inner_product(meaning, '[2,0,0]') AS v FROM articles WHERE id = 1", r#"{"v":2}"#, "the inner product of"),
    ("SELECT avg(meaning) AS v FROM articles WHERE id < 3", r#"{"v":"[0.5,0.5,0]"}"#, "meaning"),
    ("SELECT sum(meaning) AS v FROM articles", r#"{"v":"[2,2,0]"}"#, "meaning"),
    ("SELECT vector_dims(meaning) AS v FROM articles WHERE id = 1", r#"{"v":3}"#, "the number of dimensions of"),
    ("SELECT l2_normalize(meaning) AS v FROM articles WHERE id = 2", r#"{"v":"[0,1,0]"}"#, "l2_normalize"),
    (
        "SELECT a.title AS v FROM articles a, articles b WHERE b.title = 'one' AND a.id <> b.id ORDER BY a.meaning <=> b.meaning LIMIT 1",
        r#"{"v":"three"}"#,
        "the cosine distance from",
    ),
];

#[test]
fn vectors_are_computed_with_and_told_in_words() {
    if lacks(&["vector"]) {
        return;
    }
    let mut fixture = Fixture::empty("vectors");
    let session = &mut fixture.session;
    session.run(ITEMS);
    session.run("SET nl2sql.model = 'builtin'");
    for (sql, row, told) in VECTORS {
        assert_eq!(session.texts(&run(sql)), [*row], "{sql}");
        let description = session.text(&format!("SELECT nl_explain({})", quote(sql)));
        assert!(description.contains(told), "{sql}: {description}");
    }
    // Asked to use the index, it does.
    session.run("SET enable_seqscan = off");
    assert_eq!(session.texts(&run(VECTORS[1].0)), [VECTORS[1].1]);
    let prompt = session.text("SELECT nl_prompt('articles near to others')");
    assert!(prompt.contains("meaning vector(3)") && prompt.contains("wide vector(768)"), "{prompt}");
    session.run("RESET enable_seqscan; SET nl2sql.model = 'gpt'");
    fixture.double.answer("what is most like one", Reply::sql(VECTORS[11].0));
    let answer = fixture.session.text("SELECT nl_answer('what is most like one')");
    assert!(answer.contains("three"), "{answer}");
    fixture.session.run("SECURITY LABEL FOR nl2sql ON COLUMN articles.meaning IS 'masked'");
    for sql in
        ["SELECT avg(meaning) AS v FROM articles", "SELECT meaning <-> '[0,0,0]' AS v FROM articles WHERE id = 1"]
    {
        assert_eq!(fixture.session.texts(&run(sql)), [r#"{"v":"***"}"#], "{sql}");
    }
}
