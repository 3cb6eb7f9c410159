//! The bytes between a hook command and the agent: a list of byte strings, each with its length before it. Private to the
//! two ends in this folder.

use std::io::{self, Read, Write};

/// Longer lists and strings are refused unread. Relation settings may be 16 MiB.
const MAX_PARTS: u32 = 1 << 16;
const MAX_BYTES: u32 = 1 << 26;

/// Sends `parts`.
pub(super) fn write(stream: &mut impl Write, parts: &[&[u8]]) -> io::Result<()> {
    let length =
        |length: usize| u32::try_from(length).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput));
    let mut frame = length(parts.len())?.to_be_bytes().to_vec();
    for part in parts {
        frame.extend(length(part.len())?.to_be_bytes());
        frame.extend(*part);
    }
    stream.write_all(&frame)
}

/// Receives what [`write`] sent.
pub(super) fn read(stream: &mut impl Read) -> io::Result<Vec<Vec<u8>>> {
    let count = number(stream, MAX_PARTS)?;
    let mut left = MAX_BYTES;
    let mut parts = Vec::new();
    for _ in 0..count {
        let length = number(stream, left)?;
        left -= length;
        let mut part = Vec::new();
        if stream.take(u64::from(length)).read_to_end(&mut part)?
            < usize::try_from(length).unwrap_or(usize::MAX)
        {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        parts.push(part);
    }
    Ok(parts)
}

fn number(stream: &mut impl Read, limit: u32) -> io::Result<u32> {
    let mut bytes = [0; 4];
    stream.read_exact(&mut bytes)?;
    let number = u32::from_be_bytes(bytes);
    if number > limit {
        Err(io::ErrorKind::InvalidData.into())
    } else {
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_and_a_hostile_one_is_refused() {
        let mut bytes = Vec::new();
        write(&mut bytes, &[b"is-leader", b"", b"\xff"]).unwrap();
        assert_eq!(
            read(&mut bytes.as_slice()).unwrap(),
            [b"is-leader".to_vec(), vec![], vec![0xff]]
        );
        for hostile in [
            &bytes[..bytes.len() - 1],
            &[0xff; 8],
            &[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff],
            &[],
        ] {
            assert!(read(&mut &*hostile).is_err(), "{hostile:?}");
        }
    }
}
