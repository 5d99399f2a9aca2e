//! A client for the double's own tests that shows the bytes as they come, faults included.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::Double;

pub(super) struct Client(pub TcpStream);

pub(super) struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    /// What the head promised.
    pub length: usize,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Client {
    pub fn new(double: &Double) -> Client {
        Client(TcpStream::connect(double.address()).unwrap())
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> io::Result<()> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: double\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        self.0.write_all(format!("{request}\r\n{body}").as_bytes())
    }

    /// As much of the answer as comes; none if not even a head does.
    pub fn receive(&mut self) -> io::Result<Option<Answer>> {
        let mut head = Vec::new();
        let mut byte = [0; 1];
        while !head.ends_with(b"\r\n\r\n") {
            if self.0.read(&mut byte)? == 0 {
                return Ok(None);
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut body = Vec::new();
        (&mut self.0).take(length as u64).read_to_end(&mut body)?;
        Ok(Some(Answer { status, head, body, length }))
    }

    pub fn call(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send(method, path, headers, body).unwrap();
        self.receive().unwrap().expect("an answer")
    }
}

pub(super) const JSON: (&str, &str) = ("content-type", "application/json");

/// A minimal OpenAI request with this question.
pub(super) fn openai_body(question: &str) -> String {
    serde_json::json!({ "model": "m", "messages": [{ "role": "user", "content": question }] }).to_string()
}

/// Asks the question the OpenAI way on a new connection.
pub(super) fn ask(double: &Double, question: &str) -> Answer {
    Client::new(double).call("POST", "/v1/chat/completions", &[JSON], &openai_body(question))
}
