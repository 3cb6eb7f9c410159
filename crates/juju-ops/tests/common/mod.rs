//! A small charm that the tests run: a cinema that tells every theatre which film it shows.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

use std::collections::BTreeMap;
use std::time::Duration;

use juju_ops::testing::{Context, Declaration, OptionType, ParameterType, RelationState, State};
use juju_ops::{
    ActionError, ActionEvent, AppName, Charm, Decision, Error, Interface, InvalidData, JsonDatabag, Provides,
    Relation, RelationId, Remote, Status, Unit,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Programme {
    pub film: String,
    #[serde(default)]
    pub rating: u8,
}

impl JsonDatabag for Programme {
    const KEY: &'static str = "programme";

    fn validate(&self) -> Result<(), InvalidData> {
        if self.film.contains('/') {
            Err(InvalidData::new("film", "holds a slash"))
        } else {
            Ok(())
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hall {
    pub seats: u16,
}

impl JsonDatabag for Hall {
    const KEY: &'static str = "hall";
}

pub struct Screening;

impl Interface for Screening {
    const NAME: &'static str = "screening";
    type Provider = Programme;
    type Requirer = Hall;
}

pub const SCREEN: Provides<Screening> = Provides::new("screen");

#[derive(Deserialize)]
pub struct Options {
    pub film: String,
}

#[derive(Default)]
pub struct Cinema {
    /// How long it polls for the reel; none: it needs no reel.
    pub reel_after: Option<(usize, Duration)>,
    pub looks: usize,
}

pub struct Observed {
    pub leads: bool,
    pub film: Result<String, String>,
    pub screens: Vec<Relation<Provides<Screening>>>,
    pub reel: Result<(), Duration>,
}

#[derive(Debug, PartialEq)]
pub enum Step {
    Publish(RelationId, Programme),
}

impl Charm for Cinema {
    type Observed = Observed;
    type Step = Step;
    type Error = Error;

    fn observe(&mut self, unit: &Unit) -> Result<Observed, Error> {
        self.looks += 1;
        Ok(Observed {
            leads: unit.leader()?.is_some(),
            film: unit
                .config::<Options>()?
                .map(|options| options.film)
                .map_err(|invalid| invalid.to_string()),
            screens: unit.relations(&SCREEN)?,
            reel: match self.reel_after {
                Some((looks, poll_for)) if self.looks <= looks => Err(poll_for),
                Some(_) | None => Ok(()),
            },
        })
    }

    fn decide(seen: &Observed) -> Decision<Step> {
        let film = match &seen.film {
            Ok(film) => film,
            Err(invalid) => return Decision::Settled(Status::blocked(invalid)),
        };
        if !seen.leads {
            return Decision::Settled(Status::active("standby"));
        }
        let wanted = Programme {
            film: film.clone(),
            rating: 12,
        };
        for screen in &seen.screens {
            if let Remote::Invalid(invalid) = &screen.remote {
                return Decision::Settled(Status::blocked(format!("{}: {invalid}", screen.app)));
            }
            if screen.published.as_ref() != Some(&wanted) {
                return Decision::Do(Step::Publish(screen.id.clone(), wanted));
            }
        }
        if let Err(poll_for) = seen.reel {
            return Decision::Wait {
                status: Status::waiting("reel on its way"),
                poll_for,
            };
        }
        Decision::Settled(Status::active(format!("{} screens", seen.screens.len())))
    }

    fn apply(&mut self, unit: &Unit, step: &Step) -> Result<(), Error> {
        match step {
            Step::Publish(id, programme) => {
                if let Some(leader) = unit.leader()? {
                    leader.publish(&SCREEN, id, programme)?;
                    tracing::info!("published to {id}");
                }
                Ok(())
            }
        }
    }

    fn act(&mut self, unit: &Unit, action: &ActionEvent) -> Result<(), ActionError> {
        match action.name.as_str() {
            "sell" => sell(unit, action),
            _ => Err(ActionError::unknown(action)),
        }
    }
}

#[derive(Deserialize)]
struct Sell {
    tickets: u8,
}

#[derive(Serialize)]
struct Sold {
    total_price: u32,
    by_row: BTreeMap<&'static str, u8>,
    voucher: Option<&'static str>,
}

fn sell(unit: &Unit, action: &ActionEvent) -> Result<(), ActionError> {
    let Sell { tickets } = action.parameters(unit)?;
    action.log(unit, "counting")?;
    unit.set_state("sold", tickets.to_string())?;
    let by_row = BTreeMap::from([("a", tickets)]);
    action.set_results(
        unit,
        &Sold {
            total_price: u32::from(tickets) * 9,
            by_row,
            voucher: None,
        },
    )?;
    if tickets > 100 {
        Err(ActionError::failed("sold out"))
    } else {
        Ok(())
    }
}

pub fn context() -> Context {
    Context::new(
        Declaration::new("cinema")
            .provides("screen")
            .option_with_default("film", OptionType::String, "Metropolis")
            .action("sell", [("tickets", ParameterType::Integer)])
            .action("sweep", []),
    )
}

/// A leader with relations to `odeon` (7) and `rex` (12).
pub fn state() -> State {
    State::new("lumiere/0")
        .leading()
        .with_relation(odeon())
        .with_relation(RelationState::new(12, "screen", "rex"))
}

pub fn odeon() -> RelationState {
    RelationState::new(7, "screen", "odeon").with_remote("hall", r#"{"seats":80}"#)
}

pub fn app(name: &str) -> AppName {
    name.parse().unwrap()
}
