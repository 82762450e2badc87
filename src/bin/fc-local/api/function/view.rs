//! A function as the API shows it: as it was described, over the defaults of all other fields.

use serde_json::Value;

use crate::api::answer::view;
use crate::function::Owner;
use crate::name::FunctionName;
use crate::store::FunctionRecord;

/// What the API shows of a function.
pub(super) fn function_view(owner: &Owner, name: &FunctionName, record: &FunctionRecord) -> Value {
    let code = &record.code;
    let own = [
        ("functionName", name.function().into()),
        ("functionId", record.resource.id.clone().into()),
        (
            "functionArn",
            name.arn(&owner.account_id, &owner.region).into(),
        ),
        ("codeSize", code.size.into()),
        ("codeChecksum", code.crc64.clone().into()),
        // FC 3.0's clients wait for these two after a change.
        ("state", "Active".into()),
        ("lastUpdateStatus", "Successful".into()),
    ];
    let mut all = record.resource.spec.defaults(name);
    if let Value::Object(set) = view(&record.resource, own) {
        all.extend(set);
    }
    Value::Object(all)
}
