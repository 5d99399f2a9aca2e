//! The faults are what they say, and the double ends whatever it is in the middle of.

use std::thread;
use std::time::{Duration, Instant};

use super::test_client::{Client, JSON, ask, openai_body};
use super::{Double, Gate, Reply};

fn faulty(reply: Reply) -> Double {
    let double = Double::start();
    double.answer("q", reply);
    double
}

#[test]
fn a_closed_connection_has_no_reply() {
    let double = faulty(Reply::close());
    let mut client = Client::new(&double);
    client.send("POST", "/v1/chat/completions", &[JSON], &openai_body("q")).unwrap();
    assert!(client.receive().unwrap().is_none());
}

#[test]
fn a_cut_off_body_is_shorter_than_promised() {
    let answer = ask(&faulty(Reply::sql("SELECT 1").cut_off()), "q");
    assert!(!answer.body.is_empty() && answer.body.len() < answer.length);
}

#[test]
fn a_late_reply_is_late_and_a_dripping_one_slow() {
    let started = Instant::now();
    assert_eq!(ask(&faulty(Reply::sql("SELECT 1").after(60)), "q").status, 200);
    assert!(started.elapsed() >= Duration::from_millis(60));
    let started = Instant::now();
    let reply = Reply::raw(200, "application/json", "{}").drip(1);
    assert_eq!(ask(&faulty(reply), "q").body, b"{}");
    assert!(started.elapsed() >= Duration::from_millis(60));
}

#[test]
fn a_reply_behind_a_gate_waits_for_it() {
    let gate = Gate::closed();
    let double = faulty(Reply::sql("SELECT 1").behind(&gate));
    let mut client = Client::new(&double);
    client.send("POST", "/v1/chat/completions", &[JSON], &openai_body("q")).unwrap();
    assert!(double.wait_for_requests(1, Duration::from_secs(30)));
    client.0.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert!(client.0.peek(&mut [0]).is_err(), "it is closed");
    client.0.set_read_timeout(None).unwrap();
    gate.open();
    assert_eq!(client.receive().unwrap().unwrap().status, 200);
}

#[test]
fn statuses_and_bodies() {
    let busy = ask(&faulty(Reply::status(429).retry_after(7)), "q");
    assert!(busy.status == 429 && busy.head.contains("retry-after: 7"));
    assert_eq!(busy.json()["error"]["code"], "rate_limit_exceeded");
    assert_eq!(ask(&faulty(Reply::status(503)), "q").status, 503);
    assert!(ask(&faulty(Reply::html()), "q").head.contains("text/html"));
    assert!(serde_json::from_slice::<serde_json::Value>(&ask(&faulty(Reply::invalid_json()), "q").body).is_err());
    assert!(std::str::from_utf8(&ask(&faulty(Reply::invalid_utf8()), "q").body).is_err());
    assert!(ask(&faulty(Reply::huge(10 << 20)), "q").body.len() > 10 << 20);
    let content = |reply: Reply| ask(&faulty(reply), "q").json()["choices"][0]["message"]["content"].clone();
    assert_eq!(content(Reply::empty()), "");
    assert!(content(Reply::prose("SELECT 1")).as_str().unwrap().contains("```sql\nSELECT 1\n```"));
    assert_eq!(content(Reply::fences(&["SELECT 1", "SELECT 2"])).as_str().unwrap().matches("```sql").count(), 2);
    assert!(content(Reply::declined("no")).is_null());
}

#[test]
fn a_key_is_echoed_where_the_reply_says_so() {
    let double = faulty(Reply::error(401, "Incorrect API key provided: {key}"));
    let headers = [JSON, ("authorization", "Bearer sk-1")];
    let answer = Client::new(&double).call("POST", "/v1/chat/completions", &headers, &openai_body("q"));
    assert_eq!(answer.json()["error"]["message"], "Incorrect API key provided: sk-1");
}

#[test]
fn dropping_ends_hanging_dripping_and_idle_connections() {
    let double = faulty(Reply::hang());
    double.answer("slow", Reply::sql("SELECT 1").after(60_000));
    double.answer("drip", Reply::sql("SELECT 1").drip(60_000));
    let mut clients: Vec<Client> = (0..4).map(|_| Client::new(&double)).collect();
    for (client, question) in clients.iter_mut().zip(["q", "slow", "drip"]) {
        client.send("POST", "/v1/chat/completions", &[JSON], &openai_body(question)).unwrap();
    }
    assert!(double.wait_for_requests(3, Duration::from_secs(30)));
    assert!(!double.wait_for_requests(4, Duration::from_millis(10)));
    let started = Instant::now();
    drop(double);
    assert!(started.elapsed() < Duration::from_secs(30));
    assert!(clients[0].receive().map_or(true, |answer| answer.is_none()));
}

#[test]
fn a_client_that_goes_away_ends_its_connection() {
    let double = faulty(Reply::hang());
    let mut client = Client::new(&double);
    client.send("POST", "/v1/chat/completions", &[JSON], &openai_body("q")).unwrap();
    assert!(double.wait_for_requests(1, Duration::from_secs(30)));
    assert_eq!(double.open_connections(), 1);
    drop(client);
    let until = Instant::now() + Duration::from_secs(30);
    while double.open_connections() > 0 {
        assert!(Instant::now() < until, "the connection stays open");
        thread::yield_now();
    }
}

#[test]
fn chunked_bodies_are_understood() {
    use std::io::Write;
    let double = faulty(Reply::sql("SELECT 1"));
    let mut client = Client::new(&double);
    let body = openai_body("q");
    let (first, second) = body.split_at(10);
    write!(
        client.0,
        "POST /v1/chat/completions HTTP/1.1\r\nHost: double\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len()
    )
    .unwrap();
    assert_eq!(client.receive().unwrap().unwrap().status, 200);
    let answer = client.call("POST", "/v1/chat/completions", &[JSON], &body);
    assert_eq!(answer.status, 200);
}
