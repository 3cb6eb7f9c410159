//! `manifest.yaml`: the systems a packed charm runs on. Written by the packer, read by Juju, never by hand.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{metadata::Metadata, problems::Problem, yaml};

pub(crate) const FILE: &str = "manifest.yaml";

/// What Juju reads of a manifest. Other keys (who packed it, and when) are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// On Kubernetes the first base that fits picks the image of the charm container.
    #[serde(default)]
    pub bases: Vec<Base>,
}

/// A system the charm runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Such as `ubuntu`.
    pub name: String,
    /// Such as `24.04` or `22.04/stable`.
    pub channel: String,
    /// The architectures the charm's programs are for.
    #[serde(default)]
    pub architectures: Vec<Architecture>,
}

/// A processor architecture, by its Debian name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// 64-bit x86.
    Amd64,
    /// 64-bit ARM.
    Arm64,
    /// 64-bit POWER, little endian.
    Ppc64el,
    /// 64-bit RISC-V.
    Riscv64,
    /// IBM Z.
    S390x,
}

impl Manifest {
    /// Reads a `manifest.yaml`.
    ///
    /// # Errors
    /// The text is not YAML, or not of this form.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        yaml::parse(FILE, text)
    }

    /// What a 3.6 controller would refuse, in its words.
    pub fn problems(&self, metadata: &Metadata) -> Vec<String> {
        let mut problems = Vec::new();
        if self.bases.is_empty() {
            problems.push(if metadata.is_v2() {
                "metadata v2 without manifest.yaml not valid".to_owned()
            } else {
                "charm metadata without bases in manifest not valid".to_owned()
            });
        }
        for base in &self.bases {
            if base.name.is_empty() {
                problems.push("base without name not valid".to_owned());
            }
            if base.channel.split('/').any(str::is_empty) {
                problems.push(format!(
                    "channel \"{}\" of base \"{}\" not valid",
                    base.channel, base.name
                ));
            }
        }
        problems
    }
}

impl Architecture {
    const ALL: [Self; 5] = [
        Self::Amd64,
        Self::Arm64,
        Self::Ppc64el,
        Self::Riscv64,
        Self::S390x,
    ];

    /// The Debian name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
            Self::Ppc64el => "ppc64el",
            Self::Riscv64 => "riscv64",
            Self::S390x => "s390x",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Architecture {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|architecture| architecture.as_str() == text)
            .ok_or_else(|| format!("unknown architecture `{text}`"))
    }
}
