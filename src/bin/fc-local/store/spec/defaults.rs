//! The defaults of the fields that were not set, as the API shows them.
//!
//! What instances see of that is [`Function::with_defaults`]; this adds what they do not see. It must not know how a
//! function was described.

use serde_json::{Value, json};

use super::Fields;
use crate::function::Function;
use crate::name::{FunctionName, Generation};

/// The disk of an instance, in MB: the smaller of the two that there are
/// ([contract §4.4](crate::check::sections::SECTIONS#4.4)).
const DISK_MB: u64 = 512;

/// A function may have at most so much memory for each virtual processor, in MB.
const MEMORY_MB_PER_CPU: u64 = 4096;

/// Processors are counted in steps of so many hundredths.
const CPU_STEP_HUNDREDTHS: u64 = 5;

/// The port that a custom runtime listens on, in FC 2.0.
const CA_PORT: u16 = 9000;

/// The fields of a function with these defaults over which those go that somebody has set.
pub(super) fn of(name: &FunctionName, memory_mb: u64) -> Fields {
    let function = Function::with_defaults(name.clone());
    let common = json!({
        "description": "", "handler": function.handler, "timeout": function.timeout.as_secs(),
        "memorySize": memory_mb, "cpu": cpu(memory_mb), "diskSize": DISK_MB,
        "instanceConcurrency": function.concurrency, "environmentVariables": {},
    });
    let own = match name.generation() {
        Generation::Fc2 => json!({
            "caPort": CA_PORT, "initializer": "", "initializationTimeout": function.timeout.as_secs(), "instanceType": "e1",
        }),
        Generation::Fc3 => json!({
            "internetAccess": true, "role": "", "instanceIsolationMode": "SHARE", "sessionAffinity": "NONE",
            "disableOndemand": false,
        }),
    };
    let objects = [common, own].into_iter().filter_map(object);
    objects.flatten().collect()
}

/// The least number of virtual processors that a function with so much memory may have.
pub(super) fn cpu(memory_mb: u64) -> f64 {
    let hundredths = (memory_mb * 100).div_ceil(MEMORY_MB_PER_CPU);
    let steps = hundredths.div_ceil(CPU_STEP_HUNDREDTHS);
    let steps = u32::try_from(steps).unwrap_or(u32::MAX);
    f64::from(steps) * 5.0 / 100.0
}

fn object(value: Value) -> Option<Fields> {
    match value {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::cpu;

    #[test]
    fn memory_decides_the_processors_that_nobody_has_set() {
        for (memory_mb, expected) in [(128, 0.05), (512, 0.15), (1024, 0.25), (32_768, 8.0)] {
            assert!((cpu(memory_mb) - expected).abs() < 1e-9, "{memory_mb}");
        }
    }
}
