//! Which processor a program is for. What enters: a file. What leaves: the architecture in its ELF header, if it has one.

use std::{io::Read, path::Path};

use crate::manifest::Architecture;

/// None for a script, or for a processor Juju does not run on.
pub(super) fn architecture(program: &Path) -> std::io::Result<Option<Architecture>> {
    let mut header = Vec::new();
    fs_err::File::open(program)?.take(20).read_to_end(&mut header)?;
    Ok(from_header(&header))
}

/// The ELF specification: magic, class (2 is 64 bits), byte order (1 is little endian) …, machine in bytes 18 and 19.
fn from_header(header: &[u8]) -> Option<Architecture> {
    let (magic, rest) = header.split_at_checked(4)?;
    let (&class, &order) = (rest.first()?, rest.get(1)?);
    let machine: [u8; 2] = header.get(18..20)?.try_into().ok()?;
    if magic != b"\x7fELF" || class != 2 {
        return None;
    }
    let little = order == 1;
    let machine = if little {
        u16::from_le_bytes(machine)
    } else {
        u16::from_be_bytes(machine)
    };
    match (machine, little) {
        (62, true) => Some(Architecture::Amd64),
        (183, true) => Some(Architecture::Arm64),
        (21, true) => Some(Architecture::Ppc64el),
        (243, true) => Some(Architecture::Riscv64),
        (22, false) => Some(Architecture::S390x),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_names_the_machine() {
        let header = |class: u8, order: u8, machine: [u8; 2]| {
            let mut bytes = b"\x7fELF".to_vec();
            bytes.extend([class, order]);
            bytes.resize(18, 0);
            bytes.extend(machine);
            bytes
        };
        assert_eq!(from_header(&header(2, 1, [62, 0])), Some(Architecture::Amd64));
        assert_eq!(from_header(&header(2, 1, [183, 0])), Some(Architecture::Arm64));
        assert_eq!(from_header(&header(2, 2, [0, 22])), Some(Architecture::S390x));
        assert_eq!(from_header(&header(1, 1, [62, 0])), None);
        assert_eq!(from_header(b"#!/bin/sh\nexec true\n"), None);
        assert_eq!(from_header(b"\x7fELF"), None);
        assert_eq!(from_header(b""), None);
    }
}
