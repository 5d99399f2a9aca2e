//! How a response goes over the line: at once, after a pause, byte by byte, in part, or not at all.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::http::Response;
use super::reply::{Delivery, Wait};

/// Waits until the client, or the double's end, closes the connection.
pub(super) fn hang(stream: &mut TcpStream) -> io::Result<()> {
    stream.set_read_timeout(None)?;
    let mut sink = [0; 4096];
    while stream.read(&mut sink)? > 0 {}
    Ok(())
}

/// So often a closed gate is looked at.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// Waits for what a reply waits for.
pub(super) fn wait(stream: &TcpStream, wait: &Wait) -> io::Result<()> {
    if !wait.time.is_zero() {
        pause(stream, wait.time)?;
    }
    while wait.gate.as_ref().is_some_and(|gate| !gate.is_open()) {
        pause(stream, BETWEEN_LOOKS)?;
    }
    Ok(())
}

/// Waits that long, but not past the connection's end: a thread that slept on would delay the double's end.
pub(super) fn pause(stream: &TcpStream, duration: Duration) -> io::Result<()> {
    let until = Instant::now() + duration;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return stream.set_read_timeout(None);
        }
        stream.set_read_timeout(Some(left))?;
        match stream.peek(&mut [0; 1]) {
            Ok(0) => return Err(io::ErrorKind::ConnectionAborted.into()),
            // The client sends ahead; its bytes make peek return at once, so this rare wait is a plain one.
            Ok(_) => std::thread::sleep(left.min(Duration::from_millis(20))),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
}

/// True if the connection may be used again.
pub(super) fn send(stream: &mut TcpStream, response: &Response, delivery: Delivery) -> io::Result<bool> {
    let mut bytes = response.head().into_bytes();
    match delivery {
        Delivery::Whole | Delivery::ThenClose => {
            bytes.extend_from_slice(&response.body);
            stream.write_all(&bytes)?;
            let announced = response.headers.iter().any(|(name, value)| name == "connection" && value == "close");
            Ok(delivery == Delivery::Whole && !announced)
        }
        Delivery::Drip(interval) => {
            bytes.extend_from_slice(&response.body);
            for byte in bytes {
                stream.write_all(&[byte])?;
                pause(stream, interval)?;
            }
            Ok(true)
        }
        Delivery::CutOff => {
            bytes.extend_from_slice(&response.body[..response.body.len() / 2]);
            stream.write_all(&bytes)?;
            Ok(false)
        }
    }
}
