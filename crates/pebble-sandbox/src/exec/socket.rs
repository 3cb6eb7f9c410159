//! Websockets of a command: bytes as binary frames, the end of a stream as the text frame `{"command":"end"}`.

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::os::fd::OwnedFd;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// An upgraded connection.
pub(crate) type WebSocket = WebSocketStream<TokioIo<Upgraded>>;

const END: &str = r#"{"command":"end"}"#;
/// Pebble sends no larger frames.
const FRAME_BYTES: usize = 128 * 1024;

/// A message on the control websocket.
#[derive(Debug, Deserialize, PartialEq)]
pub(super) struct Control {
    pub(super) command: String,
    pub(super) signal: Option<ControlSignal>,
}

/// Which signal a control message wants sent.
#[derive(Debug, Deserialize, PartialEq)]
pub(super) struct ControlSignal {
    pub(super) name: String,
}

/// What came over the control websocket.
pub(super) enum ControlEvent {
    Message(Control),
    /// Something that is no control message.
    Unreadable,
    /// The client said goodbye.
    Closed,
    /// The client is gone without a word.
    Lost,
}

/// Waits for what comes next over a control websocket.
pub(super) async fn next_control(socket: &mut WebSocket) -> ControlEvent {
    loop {
        let text = match socket.next().await {
            Some(Ok(Message::Text(text))) => text.as_bytes().to_vec(),
            Some(Ok(Message::Binary(bytes))) => bytes.to_vec(),
            Some(Ok(Message::Close(_))) => return ControlEvent::Closed,
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
            Some(Err(_)) | None => return ControlEvent::Lost,
        };
        return serde_json::from_slice(&text).map_or(ControlEvent::Unreadable, ControlEvent::Message);
    }
}

/// Copies a pipe to a websocket until the pipe ends, and says so.
pub(super) async fn send_all(from: OwnedFd, mut to: SplitSink<WebSocket, Message>) {
    if let Ok(mut from) = pipe::Receiver::from_owned_fd(from) {
        let mut buffer = vec![0; FRAME_BYTES];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            let frame: Vec<u8> = buffer.iter().take(read).copied().collect();
            if to.send(Message::binary(frame)).await.is_err() {
                return;
            }
        }
    }
    // A client that is gone needs no end.
    let _ = to.send(Message::text(END)).await;
    let _ = to.flush().await;
}

/// Copies a websocket to a pipe until the client says that this was all, or is gone.
pub(super) async fn receive_all(mut from: SplitStream<WebSocket>, to: OwnedFd) {
    let Ok(mut to) = pipe::Sender::from_owned_fd(to) else {
        return;
    };
    while let Some(Ok(message)) = from.next().await {
        match message {
            // A process that reads no further ends the copying, not the command.
            Message::Binary(bytes) if to.write_all(&bytes).await.is_err() => break,
            Message::Text(_) | Message::Close(_) => break,
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
    }
    drop(to);
    // Keep reading, so that pings are answered and a goodbye is seen, as long as output may follow.
    while let Some(Ok(_)) = from.next().await {}
}
