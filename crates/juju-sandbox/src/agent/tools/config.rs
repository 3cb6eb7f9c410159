//! `config-get`.

use super::flags::{Args, switch};
use super::value::Value;
use super::{HookContext, Output, SMART, Stop, Tool};

pub(super) const TOOLS: &[Tool] = &[Tool {
    name: "config-get",
    summary: "Read the application's options.",
    flags: &[switch(&["all", "a"])],
    formats: SMART,
    run,
}];

fn run(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let all = args.is_on("all");
    let key = args.at_most(1)?.first().filter(|key| !key.is_empty());
    let config = &context.run().config;
    let value = |value: &Option<_>| value.as_ref().map_or(Value::Null, Value::from);
    let answer = match key {
        Some(key) if all => {
            return Err(Stop::usage(format!(
                "cannot use argument --all together with key {key:?}"
            )));
        }
        Some(key) => config.get(key).map_or(Value::Null, value),
        None => {
            let shown = config.iter().filter(|(_, value)| all || value.is_some());
            Value::map(shown.map(|(name, it)| (name, value(it))))
        }
    };
    Ok(answer.into())
}
