//! What this program does inside a container: the few things that no shell tool does everywhere.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

/// Where the tests mount this program.
pub(crate) const PROGRAM: &str = "/pods-test";

pub(crate) fn main(words: &[&str]) -> ExitCode {
    let done = match words {
        ["serve", address, answer] => serve(address, answer),
        ["ask", address] => ask(address).map(|answer| print!("{answer}")),
        _ => Err(std::io::Error::other("unknown words")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(address: &str, answer: &str) -> std::io::Result<()> {
    let listener = TcpListener::bind(address)?;
    println!("listening");
    for stream in listener.incoming() {
        stream?.write_all(answer.as_bytes())?;
    }
    Ok(())
}

fn ask(address: &str) -> std::io::Result<String> {
    let mut answer = String::new();
    TcpStream::connect(address)?.read_to_string(&mut answer)?;
    Ok(answer)
}
